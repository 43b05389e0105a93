"""Measures a trained or exported reader on the right passage of each question.

Every metric has its count and a 95 % interval. Each question has a fixed passage, the paragraph
that it was written for, so retrieval has no influence. Measured are:

- development rows of `prepare.py`: F1 and exact match of the span, and how well answerable rows are
  separated from each kind of unanswerable row (area under the ROC curve);
- an evaluation set in the folder format of the project: the same for its questions.

Usage: python -m training.reader.evaluate MODEL --rows development.jsonl --evaluation FOLDER
MODEL is a checkpoint (.pt) or an exported model (.onnx).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.reader import pack_rows, share_embeddings
from training.reader.train import load_reader

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Run = Callable[[Integers, Integers, Integers], tuple[Floats, Floats, Floats]]

MAX_LENGTH = 448  # tokens; whole paragraphs are read in one window here
LONGEST_ANSWER = 30  # tokens


@dataclass(frozen=True)
class Reading:
    """The prediction for one passage: the best answer, and two scores that it answers.

    `margin` is the logit sum of the best span less that of "no answer"; `relevance` a logit.
    """

    answer: str
    margin: float
    relevance: float


@dataclass(frozen=True)
class Case:
    """A question with its passage. Without `answers`, the passage does not answer."""

    question: str
    prefix: str
    passage: str
    answers: list[str]
    kind: str


def load_model(path: Path, threads: int) -> Run:
    """Return a function from input ids, attention mask and token types to the three outputs."""
    if path.suffix == ".onnx":
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(
            share_embeddings.whole(path), settings, providers=["CPUExecutionProvider"]
        )

        def run_exported(
            ids: Integers, attention: Integers, kinds: Integers
        ) -> tuple[Floats, Floats, Floats]:
            feed = {"input_ids": ids, "attention_mask": attention, "token_type_ids": kinds}
            start, end, relevance = session.run(["start_logits", "end_logits", "relevance"], feed)
            return start, end, relevance

        return run_exported

    import torch

    torch.set_num_threads(threads)
    reader = load_reader(path)

    def run_trained(
        ids: Integers, attention: Integers, kinds: Integers
    ) -> tuple[Floats, Floats, Floats]:
        with torch.inference_mode():
            outputs = reader(*(torch.from_numpy(array) for array in (ids, attention, kinds)))
        start, end, relevance = (output.numpy() for output in outputs)
        return start, end, relevance

    return run_trained


def read(run: Run, tokenizer: Tokenizer, cases: Sequence[Case]) -> list[Reading]:
    """Read the passage of every case, in batches of similar length; results are in order."""
    encoded = []
    for case in cases:
        question = tokenizer.encode(case.question, add_special_tokens=False).ids
        passage = tokenizer.encode(case.prefix + case.passage, add_special_tokens=False)
        question = question[: pack_rows.MAX_QUESTION]
        room = MAX_LENGTH - len(question) - 3
        encoded.append((question, passage.ids[:room], passage.offsets[:room]))
    order = sorted(range(len(cases)), key=lambda n: len(encoded[n][0]) + len(encoded[n][1]))
    readings: dict[int, Reading] = {}
    for group in range(0, len(order), 16):
        members = order[group : group + 16]
        length = max(len(encoded[n][0]) + len(encoded[n][1]) for n in members) + 3
        ids = np.zeros((len(members), length), dtype=np.int64)
        attention, kinds = np.zeros_like(ids), np.zeros_like(ids)
        for line, n in enumerate(members):
            question, passage_ids, _ = encoded[n]
            tokens = [
                pack_rows.CLS,
                *question,
                pack_rows.SEP,
                *passage_ids,
                pack_rows.SEP,
            ]
            ids[line, : len(tokens)] = tokens
            attention[line, : len(tokens)] = 1
            kinds[line, len(question) + 2 : len(tokens)] = 1
        start, end, relevance = run(ids, attention, kinds)
        for line, n in enumerate(members):
            question, _, offsets = encoded[n]
            shift = len(cases[n].prefix)
            skipped = sum(place[0] < shift for place in offsets)
            first = len(question) + 2 + skipped
            last = len(question) + 2 + len(offsets)
            low, high, score = best_span(start[line, first:last], end[line, first:last])
            places = offsets[skipped:]
            answer = cases[n].passage[places[low][0] - shift : places[high][1] - shift]
            margin = score - float(start[line, 0] + end[line, 0])
            readings[n] = Reading(answer, margin, float(relevance[line]))
    return [readings[n] for n in range(len(cases))]


def best_span(start: Floats, end: Floats) -> tuple[int, int, float]:
    """Return the first and last token of the best span of at most 30 tokens, and its score."""
    sums = start[:, None] + end[None, :]
    allowed = np.triu(np.ones_like(sums, dtype=bool))
    allowed &= ~np.triu(np.ones_like(sums, dtype=bool), LONGEST_ANSWER)
    sums = np.where(allowed, sums, -np.inf)
    low, high = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return int(low), int(high), float(sums[low, high])


def answer_words(text: str) -> list[str]:
    """Return the words after SQuAD's normalisation: lower case, no articles, no punctuation."""
    text = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def f1(answer: str, gold: Sequence[str]) -> float:
    """Return the best word F1 of the answer against the gold answers."""
    best = 0.0
    given = answer_words(answer)
    for wanted in map(answer_words, gold):
        common = (Counter(given) & Counter(wanted)).total()
        if common:
            best = max(best, 2 * common / (len(given) + len(wanted)))
        elif not given and not wanted:
            best = 1.0
    return best


def exact(answer: str, gold: Sequence[str]) -> float:
    """Return 1.0 if the answer equals a gold answer after normalisation, else 0.0."""
    return float(answer_words(answer) in [answer_words(wanted) for wanted in gold])


def area(
    positive: Sequence[float] | NDArray[Any], negative: Sequence[float] | NDArray[Any]
) -> float:
    """Return the share of pairs in which the positive scores higher; ties count half."""
    values = np.concatenate([positive, negative])
    order = values.argsort(kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        same = values == value
        ranks[same] = ranks[same].mean()
    count = len(positive)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(negative)))


def mean_line(name: str, values: Sequence[float]) -> str:
    """Return a mean with its count and 95 % interval as text."""
    array = np.asarray(values)
    half = 1.96 * array.std() / max(1, len(array)) ** 0.5
    return f"{name}: {array.mean():.3f} (n={len(array)}, {array.mean() - half:.3f} to " + (
        f"{array.mean() + half:.3f})"
    )


def area_line(name: str, positive: Sequence[float], negative: Sequence[float]) -> str:
    """Return an area under the curve with counts and a 95 % bootstrap interval as text."""
    generator = np.random.default_rng(1)
    high, low = np.asarray(positive), np.asarray(negative)
    draws = [
        area(generator.choice(high, len(high)), generator.choice(low, len(low))) for _ in range(100)
    ]
    below, above = np.quantile(draws, [0.025, 0.975])
    return (
        f"{name}: {area(positive, negative):.3f} (n={len(high)}+{len(low)}, "
        f"{below:.3f} to {above:.3f})"
    )


def report(title: str, cases: Sequence[Case], readings: Sequence[Reading]) -> list[str]:
    """Return the metrics of one set of cases as lines of text."""
    lines = [f"## {title}"]
    pairs = list(zip(cases, readings, strict=True))
    spans = [(case, reading) for case, reading in pairs if case.answers and case.answers[0]]
    if spans:
        lines.append(mean_line("F1", [f1(r.answer, c.answers) for c, r in spans]))
        lines.append(mean_line("exact match", [exact(r.answer, c.answers) for c, r in spans]))
    by_kind: dict[str, list[Reading]] = defaultdict(list)
    for case, reading in pairs:
        by_kind[case.kind].append(reading)
    scores: dict[str, Callable[[Reading], float]] = {
        "margin": lambda reading: reading.margin,
        "relevance": lambda reading: reading.relevance,
        "margin + 2 relevance": lambda reading: reading.margin + 2 * reading.relevance,
    }
    for yes, no in [("answerable", ""), ("relevant", "irrelevant")]:
        for kind in sorted(by_kind):
            if kind in ("answerable", "relevant") or (no and kind != no) or yes not in by_kind:
                continue
            for name, score in scores.items():
                positive = [score(reading) for reading in by_kind[yes]]
                negative = [score(reading) for reading in by_kind[kind]]
                if len(negative) >= 10:
                    lines.append(
                        area_line(f"AUROC {yes} against {kind}, {name}", positive, negative)
                    )
    return lines


def row_cases(path: Path) -> list[Case]:
    """Return the development rows of `prepare.py` as cases."""
    cases = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            answers = [row["passage"][row["start"] : row["end"]]] if row["start"] >= 0 else []
            cases.append(Case(row["question"], row["prefix"], row["passage"], answers, row["kind"]))
    return cases


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the values of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def passage_of(question: dict[str, Any], text: str) -> str:
    """Return the question's paragraph, or some 500 characters around its gold quote."""
    meta = question["meta"]
    if "para_start" in meta:
        return text[meta["para_start"] : meta["para_end"]]
    if question["gold"] and question["gold"][0]["quote"] and len(text) > 1500:
        gold = question["gold"][0]
        start = text.rfind(". ", 0, max(0, gold["start"] - 200)) + 1
        end = text.find(". ", gold["end"] + 150) + 1 or len(text)
        return text[start : min(end, gold["end"] + 600)].strip()
    return text


def set_cases(folder: Path, sample: int, titles: bool) -> list[Case]:
    """Return a fixed sample of a set's questions, each with its own paragraph."""
    documents = {document["doc_id"]: document for document in read_lines(folder / "corpus.jsonl")}
    questions = [
        question
        for question in read_lines(folder / "questions.jsonl")
        if not question.get("history") and question["meta"].get("doc_id") in documents
    ]
    questions.sort(key=lambda question: str(question["qid"]))
    random.Random(7).shuffle(questions)
    cases = []
    for question in questions[:sample]:
        document = documents[question["meta"]["doc_id"]]
        prefix = f"{document['title']}: " if titles and document["title"] else ""
        answerable = question["answerable"]
        cases.append(
            Case(
                question["question"],
                prefix,
                passage_of(question, document["text"]),
                question["answers"] if answerable else [],
                "answerable" if answerable else "near miss",
            )
        )
    return cases


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure a reader with the passage given.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--rows", type=Path, help="development.jsonl of prepare.py")
    parser.add_argument("--evaluation", type=Path, help="folder of evaluation sets")
    parser.add_argument("--sets", nargs="*", default=["squad", "covidqa", "clapnq"])
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--titles", action="store_true", help="put the title before the passage")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    run = load_model(options.model, options.threads)
    tokenizer = pack_rows.new_tokenizer()
    if options.rows:
        cases = row_cases(options.rows)[: options.sample * 3]
        print("\n".join(report("development rows", cases, read(run, tokenizer, cases))))
    for name in options.sets if options.evaluation else []:
        cases = set_cases(options.evaluation / name, options.sample, options.titles)
        print("\n".join(report(name, cases, read(run, tokenizer, cases))), flush=True)


if __name__ == "__main__":
    main()

"""Measures answers over folders in other languages: found, quoted first, right, refused, wrong.

    python -m benchmarks.languages CORPUS.jsonl... --keep DIR [--half 0|1] [--out FILE.json]

Every CORPUS is a file of `training/synthetic_corpora.py`. DIR stores the results of the embedder
and the reader, so that another run with other weights or rules needs no model. Half of the
documents of each folder are for development (0), half are for reporting (1).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from askdocs import Assistant, Config, Turn
from askdocs.models.embedders import OnnxEmbedder
from askdocs.types import Hit
from benchmarks.natural_questions import NOT_DOCUMENTS, Judge, KeptReader
from training.synthetic_corpora import QUESTIONS, lines_of, unpack

EVIDENCE = 1000  # characters of the first passages in which an answer is searched
_SAME = 0.5  # a gold quote and a sentence are equal if they share this much of the shorter one


@dataclass(frozen=True)
class Outcome:
    """The outcome of a question. `evidence` and `first` are None if it has no answer."""

    corpus_name: str
    qid: str
    kind: str
    language: str  # of the question, if it is not that of the documents
    half: int
    question: str
    answerable: bool
    verdict: str
    forced: str
    confidence: float
    evidence: bool | None
    first: bool | None
    read: bool  # whether the reader has read the first sentence
    text: str
    notice: str
    cited: tuple[str, ...]


@contextlib.contextmanager
def kept(folder: Path) -> Iterator[KeptReader]:
    """Cache the vectors of texts and the readings in a folder between runs."""
    vectors_file, readings_file = folder / "vectors.pickle", folder / "readings.pickle"
    vectors: dict[tuple[str, str], Any] = _loaded(vectors_file)
    reader = KeptReader(_loaded(readings_file))
    embed = OnnxEmbedder._vectors

    def vectors_of(model: OnnxEmbedder, texts: Sequence[str]) -> Any:
        keys = [(model.fingerprint, text) for text in texts]
        unknown = list(dict.fromkeys(key for key in keys if key not in vectors))
        if unknown:
            found = embed(model, [text for _, text in unknown])
            vectors.update(zip(unknown, found, strict=True))
        return np.array([vectors[key] for key in keys], np.float32).reshape(len(keys), -1)

    before = len(vectors), len(reader.kept)
    try:
        with mock.patch.object(OnnxEmbedder, "_vectors", vectors_of):
            yield reader
    finally:
        if (len(vectors), len(reader.kept)) != before:
            vectors_file.write_bytes(pickle.dumps(vectors))
            readings_file.write_bytes(pickle.dumps(reader.kept))


def _loaded(path: Path) -> dict[Any, Any]:
    return dict(pickle.loads(path.read_bytes())) if path.exists() else {}


def unpacked(corpus_file: Path, keep: Path) -> tuple[Path, list[dict[str, Any]], list[str]]:
    """Unpack a corpus; returns its folder, its rows, and the names of the documents in it."""
    folder = keep / corpus_file.stem
    rows = unpack(corpus_file, folder / "all")
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for each in (folder / "all").iterdir():
        if each.name not in NOT_DOCUMENTS:
            (corpus / each.name).write_bytes(each.read_bytes())
    return folder, rows, sorted(each.name for each in corpus.iterdir())


def ask(corpus_file: Path, keep: Path, half: int | None = None) -> list[Outcome]:
    """Ask the questions about both halves of the documents of a corpus, or about one half."""
    folder, rows, names = unpacked(corpus_file, keep)
    found = []
    with (
        kept(keep) as reader,
        Assistant(Config(corpus=folder / "corpus", index=folder / "index")) as ready,
    ):
        ready.index()
        ready._resources.models._reader = reader
        judge = Judge(ready)
        for row, question in zip(rows, lines_of(folder / "all" / QUESTIONS), strict=True):
            part = half_of(question, names)
            if half in (None, part):
                found.append(_asked(corpus_file.stem, row, question, part, ready, judge))
    return found


def half_of(question: Mapping[str, Any], names: Sequence[str]) -> int:
    """The half of a question, 0 or 1, by its document; by its text if it has no document."""
    about = question.get("about")
    return names.index(about) % 2 if about else zlib.crc32(question["question"].encode()) % 2


def _asked(
    corpus_name: str,
    row: Mapping[str, Any],
    question: Mapping[str, Any],
    half: int,
    assistant: Assistant,
    judge: Judge,
) -> Outcome:
    history: list[Turn] = []
    for turn in question.get("history") or []:
        history.append(Turn(turn["question"], assistant.ask(turn["question"], history=history)))
    answer = assistant.ask(question["question"], history=history)
    forced = assistant.ask(question["question"], history=history, insist=True)
    known = assistant.consider(question["question"], history=history)
    places = [place for gold in question["gold"] for place in judge.places(gold)]
    best = known.candidates[:1]
    first = [(each.hit.passage.source, each.start, each.end) for each in best]
    return Outcome(
        corpus_name,
        question["qid"],
        question["kind"],
        row.get("lang", ""),
        half,
        question["question"],
        question["answerable"],
        judge.verdict(question, answer, given=answer.answered),
        judge.verdict(question, forced, given=bool(forced.citations)),
        answer.confidence,
        _in_evidence(places, known.hits) if places else None,
        any(same_place(place, one) for place in places for one in first) if places else None,
        any(each.selected_by == "reader" for each in best),
        forced.text[:1000],
        answer.notice,
        tuple(f"{each.where}: {each.quote[:200]}" for each in forced.citations),
    )


def _in_evidence(places: Sequence[tuple[str, int, int]], hits: Sequence[Hit]) -> bool:
    """Whether an answer is in the first EVIDENCE characters of the passages found."""
    left = EVIDENCE
    for hit in hits:
        passage = hit.passage
        shown = (passage.source, passage.start, min(passage.end, passage.start + left))
        if any(same_place(place, shown) for place in places):
            return True
        left -= passage.end - passage.start
        if left <= 0:
            break
    return False


def same_place(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    """Whether two spans overlap by half of the shorter one."""
    shared = min(one[2], other[2]) - max(one[1], other[1])
    shorter = max(1, min(one[2] - one[1], other[2] - other[1]))
    return one[0] == other[0] and shared >= _SAME * shorter


def row_of(name: str, asked: Sequence[Outcome]) -> str:
    """A row of the table: the counts for which there are goals."""
    able = [each for each in asked if each.answerable]
    without = [each for each in asked if not each.answerable]
    given = [each for each in asked if each.verdict != "refused"]
    marked = [each for each in able if each.evidence is not None]
    cells = [
        f"{len(able)} + {len(without)}",
        _share(sum(bool(each.evidence) for each in marked), len(marked)),
        _share(sum(bool(each.first) for each in marked), len(marked)),
        _share(sum(each.forced == "right" for each in able), len(able)),
        _share(sum(each.verdict == "right" for each in able), len(able)),
        _share(sum(each.verdict == "refused" for each in able), len(able)),
        _share(sum(each.verdict == "refused" for each in without), len(without)),
        _share(sum(each.verdict == "wrong" for each in given), len(given)),
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _share(held: int, of: int) -> str:
    return f"{held} of {of} ({held / of:.2f})" if of else "–"


HEAD = (
    "| folder | with an answer + without | evidence | best sentence right | right by force"
    " | answered rightly | refused | without an answer: refused | of the answers wrong |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def table(asked: Sequence[Outcome]) -> str:
    """A row for each folder and half; questions in other languages have separate rows."""
    lines = [HEAD]
    for half in sorted({each.half for each in asked}):
        for across in (False, True):
            some = [e for e in asked if e.half == half and bool(e.language) == across]
            for corpus_name in dict.fromkeys(each.corpus_name for each in some):
                own = [each for each in some if each.corpus_name == corpus_name]
                name = f"{corpus_name}{', asked in another language' * across}, half {half}"
                lines.append(row_of(name, own))
            lines.append(row_of(f"all{', across' * across}, half {half}", some))
    return "\n".join(lines)


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--keep", type=Path, required=True, help="folder for indexes and readings")
    parser.add_argument("--half", type=int, choices=(0, 1), help="questions of half the documents")
    parser.add_argument("--out", type=Path, help="write each question with its answer as JSON")
    given = parser.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    asked = [
        each for corpus_file in given.corpora for each in ask(corpus_file, given.keep, given.half)
    ]
    print(table(asked))
    if given.out:
        rows = [asdict(each) for each in asked]
        given.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

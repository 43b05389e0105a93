"""Measures answers to questions as people ask them: right, wrong and refused, by kind.

    python -m benchmarks.natural_questions FOLDER --keep DIR [--least 0.4] [--half 0|1]
        [--out FILE.json] [--without RULE...] [--rules]

FOLDER has documents and `questions.jsonl`: one question per line with qid, question, kind,
answerable, answers, gold [{source, quote}], all_needed and history [{question}]. An answer is right
if half of a gold quote is cited, or if a gold wording is in its text. If all quotes are needed, it
must have three quarters of them. DIR stores the index, the hits and the readings, so that the next
run takes seconds. With --rules, each hand-written rule is left out in turn.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import pickle
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from unittest import mock

import numpy as np
from sklearn.metrics import roc_auc_score

from askdocs import Assistant, Config, Turn
from askdocs.answering import retrieval
from askdocs.answering.rule_switches import RULES, effective_rules, left_out
from askdocs.evaluation.question_set import spans_of
from askdocs.models.answer_head import AnswerHead
from askdocs.models.bundled import checked_bytes
from askdocs.models.cross_encoder import HEAD, EnglishSentenceScorer, SentenceScores, Window
from askdocs.models.reader import OnnxReader, Reading, prefix
from askdocs.models.verifier import VERIFIER
from askdocs.types import Answer, Hit, Passage

NOT_DOCUMENTS = ("questions.jsonl", "SOURCES.md", "README.md", "score.py")
RIGHT_SHARE = 0.5  # of a gold quote's characters
MOST_OF_ALL = 0.75  # of the gold quotes, if all are needed
VERDICTS = ("right", "partly", "wrong", "refused")


class KeptReader:
    """The reader with a cache. The cached readings have the head's dot products, not the states."""

    def __init__(self, kept: dict[Any, Any]) -> None:
        self.kept = kept
        self._reader: OnnxReader | None = None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """As `Reader.read`; only passages that are not cached are read."""
        keys = [(question, prefix(each), each.text) for each in passages]
        unknown = [n for n, key in enumerate(keys) if key not in self.kept]
        if unknown:
            self._reader = self._reader or OnnxReader()
            fresh = self._reader.read(question, [passages[n] for n in unknown])
            for number, reading in zip(unknown, fresh, strict=True):
                self.kept[keys[number]] = _projected(reading)
        return [_unit(self.kept[key]) for key in keys]


class KeptSentenceScorer:
    """The larger model with a cache of the same kind."""

    def __init__(self, kept: dict[Any, Any], models: Any) -> None:
        self.kept = kept
        self._models = models

    def score(self, question: str, passages: Sequence[Passage]) -> list[SentenceScores]:
        """As `SentenceScorer.score`; only passages that are not cached are read."""
        keys = [(question, prefix(each), each.text) for each in passages]
        unknown = [n for n, key in enumerate(keys) if key not in self.kept]
        if unknown:
            reader = EnglishSentenceScorer(self._models._loaded_network())
            fresh = reader.score(question, [passages[n] for n in unknown])
            for number, reading in zip(unknown, fresh, strict=True):
                self.kept[keys[number]] = [_window_kept(each, reading) for each in reading.windows]
        return [
            SentenceScores(
                tuple(_window_of(each) for each in self.kept[key]), _as_head(_UnitHead())
            )
            for key in keys
        ]


def _window_kept(window: Any, reading: SentenceScores) -> tuple[Any, ...]:
    head: Any = reading.head
    width = len(window.first)
    states = (window.states @ head._weights[width:]).astype(np.float32)
    return (
        window.offsets.astype(np.int32),
        states,
        float(window.first @ head._weights[:width]) + head._bias,
    )


def _window_of(kept: tuple[Any, ...]) -> Window:
    offsets, states, first = kept
    return Window(offsets.astype(np.int64), states[:, None], np.array([first], np.float32))


def _as_head(head: Any) -> AnswerHead:
    return cast(AnswerHead, head)


class _UnitHead:
    """A head over cached dot products, given as two hidden states of width 1."""

    def score(self, states: np.ndarray) -> float:
        return float(states.sum())


def _projected(reading: Reading) -> tuple[Any, ...]:
    head: Any = reading.head
    width = len(reading.cls_state)
    weights, bias = head._weights, head._bias
    return (
        reading.offsets.astype(np.int32),
        reading.starts,
        reading.ends,
        reading.no_answer_logit,
        reading.relevance,
        (reading.states @ weights[width:]).astype(np.float32),
        float(reading.cls_state @ weights[:width]) + bias,
    )


def _unit(kept: tuple[Any, ...]) -> Reading:
    offsets, starts, ends, null, relevance, states, pair = kept
    head: Any = _UnitHead()
    return Reading(
        offsets.astype(np.int64),
        starts,
        ends,
        null,
        relevance,
        states=states[:, None],
        cls_state=np.array([pair], np.float32),
        head=head,
    )


@dataclass
class Kept:
    """The cache between runs: hits by queries, readings by question and passage.

    The readings of each model are in a separate file, named by the hash of its weights.
    """

    folder: Path
    hits: dict[Any, list[Hit]] = field(default_factory=dict)
    readings: dict[Any, Any] = field(default_factory=dict)
    again: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Kept:
        """Load the cache; it is empty if there are no files, or if the models have changed."""
        kept = cls(folder)
        for path, values in kept._files():
            if path.exists():
                values.update(pickle.loads(path.read_bytes()))
        return kept

    def save(self) -> None:
        """Write the files."""
        for path, values in self._files():
            path.write_bytes(pickle.dumps(values))

    def size(self) -> int:
        """The number of cached values."""
        return sum(len(values) for _, values in self._files())

    def _files(self) -> list[tuple[Path, dict[Any, Any]]]:
        return [
            (self.folder / "hits.pickle", self.hits),
            (self.folder / f"read-{_hash('reader.onnx', 'answer_head.npz')}.pickle", self.readings),
            (self.folder / f"again-{_hash(VERIFIER, HEAD)}.pickle", self.again),
        ]


def _hash(*names: str) -> str:
    return f"{zlib.crc32(b''.join(map(checked_bytes, names))):08x}"


@contextlib.contextmanager
def opened(folder: Path, keep: Path, least: float | None = None) -> Iterator[Assistant]:
    """An Assistant over the documents of a folder, with cached searches and readings.

    Args:
        folder: Documents and questions.
        keep: The folder for the index and the cache.
        least: The minimum confidence of an answer; None for the default.
    """
    corpus = keep / "corpus"
    keep.mkdir(parents=True, exist_ok=True)
    shutil.copytree(
        folder, corpus, ignore=shutil.ignore_patterns(*NOT_DOCUMENTS), dirs_exist_ok=True
    )
    kept = Kept.load(keep)
    find = retrieval.find

    def found(parts: Any, queries: Sequence[str], *, limit: int, sources: Any) -> list[Hit]:
        key = (tuple(queries), limit, None if sources is None else tuple(sources))
        if key not in kept.hits:
            kept.hits[key] = find(parts, queries, limit=limit, sources=sources)
        return kept.hits[key]

    config = Config(corpus=corpus, index=keep / "index")
    if least is not None:
        config = replace(config, minimum_confidence=least)
    with Assistant(config) as assistant:
        changes = assistant.index()
        if changes.added or changes.changed or changes.removed:
            kept.hits.clear()
        models = assistant._resources.models
        models._reader = KeptReader(kept.readings)
        models._sentence_scorer = KeptSentenceScorer(kept.again, models)
        before = kept.size()
        try:
            with mock.patch.object(retrieval, "find", found):
                yield assistant
        finally:
            if kept.size() != before:
                kept.save()


@dataclass(frozen=True)
class Outcome:
    """A question with its answer at a threshold, and its forced answer, without a threshold."""

    qid: str
    kind: str
    answerable: bool
    half: int
    question: str
    verdict: str
    forced: str
    confidence: float
    answer: Answer
    forced_answer: Answer
    rules: frozenset[str] = frozenset()  # those that changed something

    def record(self) -> dict[str, Any]:
        """A record for a person who checks why the answer is right or wrong."""
        return {
            "qid": self.qid,
            "kind": self.kind,
            "answerable": self.answerable,
            "half": self.half,
            "question": self.question,
            "verdict": self.verdict,
            "forced": self.forced,
            "confidence": self.confidence,
            "text": self.forced_answer.text[:1000],
            "notice": self.answer.notice,
            "cited": [f"{each.where}: {each.quote[:200]}" for each in self.forced_answer.citations],
        }


def half_of(question: Mapping[str, Any]) -> int:
    """The half of a question, 0 or 1; all questions about one document are in the same half."""
    gold = question.get("gold") or []
    about = gold[0]["source"] if gold else question["question"]
    return zlib.crc32(about.encode()) % 2


class Judge:
    """Judges whether answers are right, by the gold quotes and wordings of the questions."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._sources = [each.source for each in assistant.status().documents]
        self._texts: dict[str, str] = {}
        self._places: dict[tuple[str, str], list[tuple[str, int, int]]] = {}

    def verdict(self, question: Mapping[str, Any], answer: Answer, *, given: bool) -> str:
        """The verdict, one of VERDICTS. A `given` answer to an unanswerable question is wrong."""
        if not given:
            return "refused"
        if not question["answerable"]:
            return "wrong"
        gold = question.get("gold") or []
        shares = [self._covered(each, answer) for each in gold]
        if question.get("all_needed") and len(gold) > 1:
            share = sum(each >= RIGHT_SHARE for each in shares) / len(shares)
            return "right" if share >= MOST_OF_ALL else "partly" if share else "wrong"
        said = plain(answer.text)
        wordings = [plain(each) for each in question.get("answers") or []]
        holds = any(_has_words(said, each) for each in wordings if len(each) > 1)
        return "right" if holds or max(shares, default=0.0) >= RIGHT_SHARE else "wrong"

    def text(self, source: str) -> str:
        if source not in self._texts:
            self._texts[source] = self._assistant.document(source).text
        return self._texts[source]

    def places(self, gold: Mapping[str, str]) -> list[tuple[str, int, int]]:
        """The spans of a gold quote: (source, start, end)."""
        key = gold["source"], gold["quote"]
        if key not in self._places:
            name = gold["source"]
            meant = [s for s in self._sources if s.startswith(name) or s.split("/")[-1] == name]
            self._places[key] = [
                (source, *span)
                for source in meant
                for span in spans_of(gold["quote"], self.text(source))
            ]
        return self._places[key]

    def _covered(self, gold: Mapping[str, str], answer: Answer) -> float:
        """The share of a gold quote that is cited."""
        best = 0.0
        for source, start, end in self.places(gold):
            held = sum(
                max(0, min(end, each.end) - max(start, each.start))
                for each in answer.citations
                if each.source == source
            )
            best = max(best, held / max(end - start, 1))
        if not self.places(gold):
            quote = plain(gold["quote"])
            held = bool(quote) and quote in plain(answer.text)
            best = float(
                held or any(_has_row(each.quote, gold["quote"]) for each in answer.citations)
            )
        return best


def _has_row(cited: str, row: str) -> bool:
    """Whether a line of a quote has all words of a table's row in order.

    A row is quoted with the names of its columns between its cells, which a gold row with "|"
    between them lacks.
    """
    if "|" not in row:
        return False
    lines = (iter(plain(line).split()) for line in cited.splitlines())
    return any(all(word in line for word in plain(row).split()) for line in lines)


def _has_words(text: str, wording: str) -> bool:
    """Whether a text contains a wording as whole words: "no" is not in "not"."""
    return re.search(rf"(?<!\w){re.escape(wording)}(?!\w)", text) is not None


def plain(text: str) -> str:
    """A text in lower case, without punctuation."""
    return " ".join(re.sub(r"[^\w%$€£.]+", " ", text.lower()).split())


def ask(assistant: Assistant, questions: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Ask every question after its conversation, and judge the answer."""
    judge = Judge(assistant)
    found = []
    for each in questions:
        with effective_rules() as rules:
            found.append(replace(_ask_one(assistant, each, judge), rules=frozenset(rules)))
    return found


def _ask_one(assistant: Assistant, each: Mapping[str, Any], judge: Judge) -> Outcome:
    history: list[Turn] = []
    for turn in each.get("history") or []:
        reply = assistant.ask(turn["question"], history=history)
        history.append(Turn(turn["question"], reply))
    answer = assistant.ask(each["question"], history=history)
    forced = assistant.ask(each["question"], history=history, insist=True)
    return Outcome(
        each["qid"],
        each["kind"],
        each["answerable"],
        half_of(each),
        each["question"],
        judge.verdict(each, answer, given=answer.answered),
        judge.verdict(each, forced, given=bool(forced.citations)),
        answer.confidence,
        answer,
        forced,
    )


def figures(asked: Sequence[Outcome]) -> dict[str, float]:
    """The shares for which there are goals, and the areas under the ROC curves."""
    answerable = [each for each in asked if each.answerable]
    without = [each for each in asked if not each.answerable]
    given = [each for each in asked if each.verdict != "refused"]
    right = [each.forced == "right" for each in answerable]
    return {
        "right": _share(each.verdict == "right" for each in answerable),
        "wrong of answered": _share(each.verdict == "wrong" for each in given),
        "refused": _share(each.verdict == "refused" for each in answerable),
        "unanswerable refused": _share(each.verdict == "refused" for each in without),
        "forced right": _share(right),
        "AUROC right": _area(right, [each.confidence for each in answerable]),
        "AUROC answerable": _area(
            [each.answerable for each in asked], [each.confidence for each in asked]
        ),
    }


def _share(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / max(1, len(held))


def _area(labels: Sequence[bool], scores: Sequence[float]) -> float:
    return float(roc_auc_score(labels, scores)) if len(set(labels)) == 2 else float("nan")


def table(asked: Sequence[Outcome]) -> str:
    """The verdicts by kind, and the number of right forced answers."""
    kinds: dict[str, list[Outcome]] = collections.defaultdict(list)
    for each in asked:
        kinds[each.kind].append(each)
        kinds["ALL answerable" if each.answerable else "ALL unanswerable"].append(each)
    lines = [f"| kind | questions | {' | '.join(VERDICTS)} | forced right |"]
    lines.append("| --- " * (len(VERDICTS) + 3) + "|")
    for kind in sorted(kinds):
        counts = collections.Counter(each.verdict for each in kinds[kind])
        cells = [str(counts[verdict]) for verdict in VERDICTS]
        forced = sum(each.forced == "right" for each in kinds[kind])
        lines.append(f"| {kind} | {len(kinds[kind])} | {' | '.join(cells)} | {forced} |")
    return "\n".join(lines)


def one_line(asked: Sequence[Outcome]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in figures(asked).items())


def rule_table(
    assistant: Assistant, questions: Sequence[Mapping[str, Any]], whole: Sequence[Outcome]
) -> str:
    """The results without each rule in turn. The first row is with all rules.

    Only those questions are asked again for which the rule changes something.
    """
    head = (
        "| left out | questions that it concerns | right | wrong | forced right | other answers |"
    )
    lines = [head, "| --- " * 6 + "|"]
    lines.append(_rule_row("nothing", whole, whole))
    for name in sorted(RULES):
        changed = [n for n, outcome in enumerate(whole) if name in outcome.rules]
        with left_out(name):
            asked = list(whole)
            for n, outcome in zip(
                changed, ask(assistant, [questions[n] for n in changed]), strict=True
            ):
                asked[n] = outcome
        lines.append(_rule_row(name, asked, whole))
    return "\n".join(lines)


def _rule_row(name: str, asked: Sequence[Outcome], whole: Sequence[Outcome]) -> str:
    counts = collections.Counter(each.verdict for each in asked)
    forced = sum(each.forced == "right" for each in asked)
    others = sum(
        each.answer.text != other.answer.text for each, other in zip(asked, whole, strict=True)
    )
    concerned = sum(name in each.rules for each in whole)
    cells = (name, concerned, counts["right"], counts["wrong"], forced, others)
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, required=True, help="folder for index and readings")
    parser.add_argument("--least", type=float, default=Config().minimum_confidence)
    parser.add_argument("--half", type=int, choices=(0, 1), help="questions of half the documents")
    parser.add_argument("--out", type=Path, help="write each question with its answer as JSON")
    parser.add_argument("--without", nargs="+", default=(), metavar="RULE", help="leave rules out")
    parser.add_argument("--rules", action="store_true", help="leave out each rule in turn")
    given = parser.parse_args()
    lines = (given.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines if line.strip()]
    if given.half is not None:
        questions = [each for each in questions if half_of(each) == given.half]
    with opened(given.folder, given.keep, given.least) as assistant:
        with left_out(*given.without):
            asked = ask(assistant, questions)
        if given.rules:
            print(rule_table(assistant, questions, asked))
    print(table(asked))
    print(one_line(asked))
    if given.out:
        rows = [each.record() for each in asked]
        given.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    for half in (0, 1):
        part = [each for each in asked if each.half == half]
        if part and given.half is None:
            print(f"half {half} ({len(part)}): {one_line(part)}")


if __name__ == "__main__":
    main()

"""Feedback on answers: stored in the index folder, and converted into a question set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from askdocs.errors import CorpusError
from askdocs.evaluation.question_set import CORPUS, QUESTIONS
from askdocs.index.folder import make_private_folder, open_private
from askdocs.types import Answer, Citation, Document, Turn

FEEDBACK = "feedback.jsonl"
Judgement = Literal["good", "wrong", "source", ""]  # the last one retracts an earlier one
JUDGEMENTS: tuple[Judgement, ...] = ("good", "wrong", "source", "")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """How many questions were written, and how many judgements did not give one."""

    questions: int
    left_out: int


def record_judgement(
    index: Path,
    judgement: Judgement,
    answer: Answer,
    *,
    history: Sequence[Turn] = (),
    place: str,
) -> None:
    """Add a line to the feedback of an index. Of one answer (`place`), the last line counts."""
    record = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "place": place,
        "judgement": judgement,
        "question": answer.question,
        "history": [{"question": turn.question, "answer": turn.answer.text} for turn in history],
        "answered": answer.answered,
        "text": answer.text,
        "citations": [_gold(citation) for citation in answer.citations],
    }
    make_private_folder(index)
    with open(index / FEEDBACK, "a", encoding="utf-8", opener=open_private) as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_question_set(index: Path, documents: Sequence[Document], folder: Path) -> QuestionSet:
    """Convert the feedback of an index into a question set for `evaluate_folder`.

    - A right answer becomes a question whose gold quotes are its citations, if they still exist.
    - A right refusal becomes a question without an answer.
    - An answer with the wrong source becomes a question with an answer and no gold quote.
    - A wrong refusal becomes a question that must be answered.
    - A wrong answer is skipped: the right one is not known.

    Raises:
        CorpusError: There is no feedback that can be used, or `folder` has other files.
    """
    judged = list(read_feedback(index / FEEDBACK))
    texts = {document.source: document.text for document in documents}
    questions = [found for item in judged if (found := _question(item, texts))]
    if folder.is_dir() and {path.name for path in folder.iterdir()} - {QUESTIONS, CORPUS}:
        raise CorpusError(f"{folder} has other files. Name an empty folder, or a new one.")
    if not questions:
        raise CorpusError(
            f"There is no feedback in {index} that gives a question. Judge some answers"
            " on the page first."
        )
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / QUESTIONS, questions)
    _write_lines(
        folder / CORPUS,
        [
            {"doc_id": document.source, "title": document.title, "text": document.text}
            for document in documents
        ],
    )
    return QuestionSet(len(questions), len(judged) - len(questions))


def read_feedback(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the last judgement of each answer, in order of the first; skip damaged lines."""
    if not file.is_file():
        return
    latest: dict[str, dict[str, Any]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
            latest[f"{record['place']} {record['question']}"] = record
        except (ValueError, KeyError, TypeError):
            continue  # a line that a crash cut short
    yield from (record for record in latest.values() if record["judgement"])


def _question(judged: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any] | None:
    """Return a line of a question set; None if the judgement does not say what is right."""
    line: dict[str, Any] = {"question": judged["question"], "history": judged["history"]}
    match judged["judgement"], bool(judged["answered"]):
        case "good", True:
            gold = [each for each in judged["citations"] if _still_exists(each, texts)]
            answers = [each["focus"] for each in gold if each["focus"]]
            return {**line, "answerable": True, "gold": gold, "answers": answers} if gold else None
        case "good", False:
            return {**line, "answerable": False}
        case "source", True:
            return {**line, "answerable": True, "answers": [judged["text"]]}
        case "wrong", False:
            return {**line, "answerable": True}
    return None


def _still_exists(gold: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    start, quote = int(gold["start"]), str(gold["quote"])
    return texts.get(gold["source"], "")[start : start + len(quote)] == quote


def _gold(citation: Citation) -> dict[str, Any]:
    start, end = citation.focus or (citation.start, citation.start)
    focus = citation.quote[start - citation.start : end - citation.start]
    return {
        "source": citation.source,
        "quote": citation.quote,
        "start": citation.start,
        "focus": focus,
    }


def _write_lines(file: Path, records: Sequence[Mapping[str, Any]]) -> None:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    file.write_text("".join(lines), encoding="utf-8")

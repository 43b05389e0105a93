"""Asks each question of each document separately. Cells of an earlier run are reused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.errors import CorpusError
from askdocs.output.checksum import checksum
from askdocs.output.exports import answer_record
from askdocs.types import Answer, Document, Status

CellState = Literal["said", "perhaps", "not said"]
_FORMAT = "askdocs-quote-table"
# The confidence from which a cell counts as said. Most documents do not answer most questions, so
# the threshold is higher than for a question to the whole folder.
SAID = 0.7


class AnsweringService(Protocol):
    """The methods of an assistant that are needed to fill a table."""

    def status(self) -> Status: ...

    def document(self, source: str) -> Document: ...

    def ask(
        self, question: str, *, sources: Sequence[str] | None = None, quotes: bool = False
    ) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says about one question.

    `answer` is a record as `ask --json` prints it, with the location and hash of each quote.
    """

    source: str
    question: str
    document_hash: str
    state: CellState
    answer: Mapping[str, Any]

    @property
    def quotes(self) -> list[Mapping[str, Any]]:
        """The citations of the cell, in order; none if nothing is said."""
        return list(self.answer["citations"]) if self.state != "not said" else []


@dataclass(slots=True)
class QuoteTable:
    """Documents by questions. `cells` are keyed by (source, question)."""

    questions: list[str]
    sources: list[str] = field(default_factory=list)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def row(self, source: str) -> list[Cell]:
        """The cells of a document that are filled, in the order of the questions."""
        found = (self.cells.get((source, question)) for question in self.questions)
        return [cell for cell in found if cell is not None]


def read_questions(path: Path) -> list[str]:
    """Return the questions of a file: one a line; empty lines and lines with "#" are skipped.

    Raises:
        CorpusError: The file cannot be read, or has no question.
    """
    try:
        lines = [line.strip() for line in read_text(path).splitlines()]
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror or error}.") from error
    questions = list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not questions:
        raise CorpusError(f"{path} has no questions. Write one a line.")
    return questions


def fill(
    assistant: AnsweringService,
    questions: Sequence[str],
    sources: Sequence[str],
    *,
    known: Mapping[tuple[str, str], Cell] | None = None,
    on_row: Callable[[QuoteTable, int], None] | None = None,
) -> QuoteTable:
    """Ask every question of every document.

    Args:
        assistant: What answers. Only quotes are requested, even if a language model is set.
        questions: The columns.
        sources: The documents, one a row.
        known: Cells of an earlier run. They are reused if the document has not changed.
        on_row: Called with the table and the number of documents done, after each document.

    Returns:
        The whole table.
    """
    table = QuoteTable(list(questions), list(sources))
    for done, source in enumerate(sources, 1):
        document = assistant.document(source)
        table.titles[source] = document.title
        for cell in _row(assistant, document, questions, known or {}):
            table.cells[source, cell.question] = cell
        if on_row is not None:
            on_row(table, done)
    return table


def _row(
    assistant: AnsweringService,
    document: Document,
    questions: Sequence[str],
    known: Mapping[tuple[str, str], Cell],
) -> Iterator[Cell]:
    document_hash = checksum(document.text)
    for question in questions:
        earlier = known.get((document.source, question))
        if earlier is not None and earlier.document_hash == document_hash:
            yield earlier
            continue
        answer = assistant.ask(question, sources=[document.source], quotes=True)
        record = json.loads(json.dumps(answer_record(answer)))  # as it is read back
        del record["hits"]  # passages that are not cited
        yield Cell(document.source, question, document_hash, _state(answer), record)


def _state(answer: Answer) -> CellState:
    if answer.answered and answer.citations and answer.confidence >= SAID:
        return "said"
    return "perhaps" if answer.citations else "not said"


def save(table: QuoteTable, path: Path) -> None:
    """Write a table so that it can be resumed, and checked by `askdocs verify`.

    The file is replaced as a whole: a process that is killed leaves the previous one.
    """
    record = {
        "format": _FORMAT,
        "questions": table.questions,
        "sources": table.sources,
        "titles": table.titles,
        "answers": [
            {
                **cell.answer,
                "source": cell.source,
                "state": cell.state,
                "document_hash": cell.document_hash,
            }
            for source in table.sources
            for cell in table.row(source)
        ],
    }
    new = path.with_name(f"{path.name}.part")
    new.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    new.replace(path)


def load_known(path: Path) -> dict[tuple[str, str], Cell]:
    """Return the cells of a saved table; none if there is no such file."""
    table = load_table(path)
    return table.cells if table is not None else {}


def load_table(path: Path) -> QuoteTable | None:
    """Return a saved table; None if there is no such file."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != _FORMAT:
            return None
        table = QuoteTable(record["questions"], record["sources"], titles=record["titles"])
        for each in record["answers"]:
            cell = Cell(
                source=each.pop("source"),
                question=each["question"],
                document_hash=each.pop("document_hash"),
                state=each.pop("state"),
                answer=each,
            )
            table.cells[cell.source, cell.question] = cell
        return table
    return None

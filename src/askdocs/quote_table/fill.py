"""Asks each question of each document separately. Cells of an earlier run are reused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import askdocs
from askdocs.answering.document_metadata import title_span
from askdocs.config import Config
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.errors import CorpusError
from askdocs.output.checksum import checksum
from askdocs.output.exports import answer_record, citation_record
from askdocs.output.text_anchor import TextAnchor, document_target
from askdocs.types import Answer, Citation, Document, Passage, Status

CellState = Literal["said", "perhaps", "not said"]
_FORMAT = "askdocs-quote-table"
# The confidence from which a cell counts as said. Most documents do not answer most questions, so
# the threshold is higher than for a question to the whole folder.
SAID = 0.7
SECONDS_BETWEEN_SAVES = 5  # each save writes the whole file


class AnsweringService(Protocol):
    """The methods of an assistant that are needed to fill a table."""

    @property
    def config(self) -> Config: ...

    def status(self) -> Status: ...

    def document(self, source: str) -> Document: ...

    def ask(
        self, question: str, *, sources: Sequence[str] | None = None, quotes: bool = False
    ) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says about one question.

    `answer` is a record as `ask --json` prints it, with the location and hash of each quote.
    `answered_by` is what `answering_version` returned when it was asked.
    """

    source: str
    question: str
    document_hash: str
    state: CellState
    answer: Mapping[str, Any]
    answered_by: str = ""

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
        assistant: It answers the questions, by quotes only, even if a language model is set.
        questions: The columns.
        sources: The documents, one a row.
        known: Cells of an earlier run. They are reused if the document is unchanged, and
            `answering_version` too.
        on_row: Called with the table and the number of documents done, after each document.

    Returns:
        The whole table.
    """
    table = QuoteTable(list(questions), list(sources))
    version = answering_version(assistant)
    for done, source in enumerate(sources, 1):
        document = assistant.document(source)
        table.titles[source] = document.title
        for cell in _row(assistant, document, questions, known or {}, version):
            table.cells[source, cell.question] = cell
        if on_row is not None:
            on_row(table, done)
    return table


def answering_version(assistant: AnsweringService) -> str:
    """Return the version and the settings that an answer depends on, besides the document."""
    status, config = assistant.status(), assistant.config
    return (
        f"askdocs {askdocs.__version__}, {status.embedder}, {config.passage_tokens} tokens,"
        f" {config.passages_read} passages read, confidence {config.minimum_confidence}"
    )


def _row(
    assistant: AnsweringService,
    document: Document,
    questions: Sequence[str],
    known: Mapping[tuple[str, str], Cell],
    version: str,
) -> Iterator[Cell]:
    key = checksum(document.text), version
    for question in questions:
        earlier = known.get((document.source, question))
        if earlier is not None and (earlier.document_hash, earlier.answered_by) == key:
            yield earlier
            continue
        answer = assistant.ask(question, sources=[document.source], quotes=True)
        record = json.loads(json.dumps(answer_record(answer)))  # as it is read back
        del record["hits"]  # passages that are not cited
        state = _state(answer)
        if answer.kind == "overview":
            title = _title_citation(document, len(record["citations"]) + 1)
            record["citations"] = [*title, *record["citations"]]
            if record["citations"]:
                state = "said" if title else "perhaps"
        yield Cell(document.source, question, key[0], state, record, version)


def _title_citation(document: Document, number: int) -> list[dict[str, Any]]:
    """The title as a citation, because single sentences do not show what a document is about.

    Returns:
        A list with the citation; an empty list if the text does not contain the title.
    """
    span = title_span(document.title, document.text)
    if span is None:
        return []
    start, end = span
    words = document.text[start:end]
    page = document_target(document, TextAnchor(start, end, checksum(words))).page
    passage = Passage("", document.source, words, start, end, page=page)
    return [citation_record(Citation(number, passage, words, start, end))]


def _state(answer: Answer) -> CellState:
    if answer.answered and answer.citations and answer.confidence >= SAID:
        return "said"
    return "perhaps" if answer.citations else "not said"


def save(
    table: QuoteTable, path: Path, *, known: Mapping[tuple[str, str], Cell] | None = None
) -> None:
    """Write a table so that it can be resumed, and checked by `askdocs verify`.

    The file is replaced as a whole. If the process is killed, the previous file remains.

    Args:
        table: The table, which may be only partly filled.
        path: The file.
        known: Cells of an earlier run. Those that the table does not have are kept apart from its
            rows, for a later run.

    Raises:
        CorpusError: The file cannot be written.
    """
    reached = [cell for source in table.sources for cell in table.row(source)]
    unreached = [cell for key, cell in (known or {}).items() if key not in table.cells]
    record = {
        "format": _FORMAT,
        "questions": table.questions,
        "sources": table.sources,
        "titles": table.titles,
        "answers": [_cell_record(cell) for cell in reached],
        "unreached": [_cell_record(cell) for cell in unreached],
    }
    new = path.with_name(f"{path.name}.part")
    try:
        new.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise CorpusError(f"{path} cannot be written: {error.strerror or error}.") from error


class RegularSaves:
    """Saves a table while it is filled: after the first row, every few seconds, after the last row.

    It is a context manager. If the run is stopped or fails, all answers so far are saved.
    """

    def __init__(
        self,
        save: Callable[[QuoteTable], None],
        known: Mapping[tuple[str, str], Cell],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`save` is called with the table. Cells that are not in `known` are new."""
        self._save, self._known, self._clock = save, known, clock
        self._unsaved: QuoteTable | None = None  # has answers that are not saved
        self._last: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._unsaved is not None:
            self._save(self._unsaved)

    def on_row(self, table: QuoteTable, done: int) -> None:
        """Save the table if it is time to. `done` of its rows are filled."""
        row = table.row(table.sources[done - 1])
        if any(cell is not self._known.get((cell.source, cell.question)) for cell in row):
            self._unsaved = table
        is_edge = self._last is None or done == len(table.sources)
        if is_edge or (self._unsaved is not None and self._is_due()):
            self._save(table)
            self._unsaved, self._last = None, self._clock()

    def _is_due(self) -> bool:
        return self._last is None or self._clock() - self._last >= SECONDS_BETWEEN_SAVES


def _cell_record(cell: Cell) -> dict[str, Any]:
    return {
        **cell.answer,
        "source": cell.source,
        "state": cell.state,
        "document_hash": cell.document_hash,
        "answered_by": cell.answered_by,
    }


def load_known(path: Path) -> dict[tuple[str, str], Cell]:
    """Return all cells in the file of a table, also those that it only keeps for later runs.

    The result is empty if the file does not exist.

    Raises:
        CorpusError: The file is not a table, or cannot be read. It must not be overwritten.
    """
    saved = _load(path)
    if saved is None and path.exists():
        raise CorpusError(
            f"{path} is not a table that askdocs has saved, and would be overwritten. Give another"
            " name with --out, or move the file away."
        )
    return saved[1] if saved is not None else {}


def load_table(path: Path) -> QuoteTable | None:
    """Return a saved table; None if there is no such file."""
    saved = _load(path)
    return saved[0] if saved is not None else None


def _load(path: Path) -> tuple[QuoteTable, dict[tuple[str, str], Cell]] | None:
    """Return a saved table, and all cells of its file; None if there is no such file."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != _FORMAT:
            return None
        table = QuoteTable(record["questions"], record["sources"], titles=record["titles"])
        table.cells = _cells_of(record["answers"])
        return table, _cells_of(record.get("unreached", [])) | table.cells
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _cells_of(records: Sequence[dict[str, Any]]) -> dict[tuple[str, str], Cell]:
    cells = [
        Cell(
            source=each.pop("source"),
            question=each["question"],
            document_hash=each.pop("document_hash"),
            state=each.pop("state"),
            answered_by=each.pop("answered_by", ""),
            answer=each,
        )
        for each in records
    ]
    return {(cell.source, cell.question): cell for cell in cells}

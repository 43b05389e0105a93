"""Finds the rows of a table that a question asks for as a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.answering.rule_switches import rule
from askdocs.text.overlap import jaccard
from askdocs.text.stemming import stem
from askdocs.text.stop_words import content_words
from askdocs.types import Hit, Passage

MOST_ROWS = 20  # of a table in an answer
_ALIKE = 0.5  # Jaccard similarity of the column names of two rows of one table
_LONGEST_CELL = 6  # content words; a longer cell is prose and names nothing
_NAMED_TABLE = 0.8  # least probability of a table that the question names; set by hand
_REQUESTS = frozenset(
    map(stem, "list name enumerate show give every each different available exist".split())
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table that answer together.

    Attributes:
        rows: Runs of adjacent rows, in the order of the document. Each run is in one passage.
        is_cut: Whether further rows belong to the answer.
    """

    rows: tuple[Candidate, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: its passage, its span in the document, and its cells by column name."""

    passage: Passage
    start: int
    end: int
    cells: Cells


def labelled_cells(line: str) -> Cells:
    """The cells of a row, by column name: "Code: E1; Meaning: no power".

    Empty for a line that has fewer than two cells with a name.
    """
    cells: dict[str, str] = {}
    last = ""
    for part in line.strip().split("; "):
        label, colon, value = part.partition(": ")
        if colon:
            last = label
            cells[label] = value
        elif last:
            cells[last] += f"; {part}"
    return cells if len(cells) > 1 else {}


@rule("table as a list", otherwise=lambda *_: TableRows())
def table_rows(
    question: Question,
    candidates: Sequence[Candidate],
    passages_of: Callable[[str], Sequence[Passage]],
) -> TableRows:
    """Find the rows that a question for several things asks for.

    If the question names cells of some rows, these rows are the answer: "items from Calder & Sons".
    Else all rows are, if it names the table or a column: "all suppliers".

    Args:
        question: The question.
        candidates: The sentences that may answer, best first.
        passages_of: The passages of the document with a given source.
    """
    asked = _words(question.read_as) - _REQUESTS
    for number, candidate in enumerate(candidates):
        cells = labelled_cells(candidate.quote)
        if not cells or not _asks_for_several(question, cells):
            continue
        is_named = _names_table(asked, candidate.hit.passage, cells)
        if is_named or number == 0:
            rows = _rows_asked(question, asked, candidate, passages_of)
            least = _NAMED_TABLE if is_named else 0.0
            probability = max(candidates[0].probability, least)
            return TableRows(_runs(rows[:MOST_ROWS], probability), len(rows) > MOST_ROWS)
    return TableRows()


def _rows_asked(
    question: Question,
    asked: Set[str],
    candidate: Candidate,
    passages_of: Callable[[str], Sequence[Passage]],
) -> Sequence[_Row]:
    """The rows of a candidate's table that a question asks for.

    Empty if neither cells nor the table nor a column is named, or if the candidate is in none of
    the rows that are named.
    """
    passage, cells = candidate.hit.passage, labelled_cells(candidate.quote)
    table = _table_of(passage, cells, passages_of)
    own = _words(f"{passage.own_heading} {' '.join(cells)}")
    rows = _named_rows(asked - own - _words(passage.title), table, question.read_as)
    is_whole = len(rows) == len(table)
    if candidate.start not in {row.start for row in rows} or (is_whole and not asked & own):
        return ()
    return rows


def with_rows(candidates: Sequence[Candidate], table: TableRows) -> tuple[Candidate, ...]:
    """The candidates with the rows of a table first; the others are not more likely than these.

    Args:
        candidates: The sentences that may answer, best first.
        table: The rows. Without rows the candidates stay as they are.
    """
    if not table.rows:
        return tuple(candidates)
    first = table.rows[0]
    others = (each for each in candidates if each.key != first.key)
    most = first.probability
    return (first, *(replace(each, probability=min(each.probability, most)) for each in others))


def _asks_for_several(question: Question, cells: Cells) -> bool:
    """Whether a question asks for several rows: by its form, or by the plural of a column name."""
    if question.answer_type.several:
        return True
    columns = {word for label in cells for word in content_words(label)}
    plurals = {f"{word}s" for word in columns} - columns
    return not question.answer_type.number and bool(plurals & set(content_words(question.asked)))


def _names_table(asked: Set[str], passage: Passage, cells: Cells) -> bool:
    """Whether all words of a question are those of the heading, the columns or the title."""
    own = _words(f"{passage.own_heading} {' '.join(cells)}")
    return bool(asked & own) and asked <= own | _words(f"{passage.title} {passage.heading or ''}")


def _table_of(
    passage: Passage, cells: Cells, passages_of: Callable[[str], Sequence[Passage]]
) -> list[_Row]:
    """The rows with the same columns below the same heading, in the order of the document."""
    found = []
    for each in passages_of(passage.source):
        if each.heading != passage.heading:
            continue
        start = each.start
        for line in each.text.split("\n"):
            others = labelled_cells(line)
            if others and jaccard(set(cells), set(others)) >= _ALIKE:
                found.append(_Row(each, start, start + len(line.rstrip()), others))
            start += len(line) + 1
    return found


def _named_rows(asked: Set[str], table: Sequence[_Row], question: str) -> list[_Row]:
    """The rows whose cells the question names; all rows if it names none.

    A row is left out if another one has the same words of the question and further ones: for
    "Calder & Sons" a row of "Sons Ltd", and one of another year if a year is named too.
    """
    years = set(_YEAR.findall(question))
    hits = [
        frozenset[str]().union(*(_hits(cell, asked, years) for cell in row.cells.values()))
        for row in table
    ]
    distinct = set(hits)
    most = {hit for hit in distinct if not any(hit < other for other in distinct)}
    return [row for row, hit in zip(table, hits, strict=True) if hit in most]


def _hits(cell: str, asked: Set[str], years: Set[str]) -> frozenset[str]:
    """The words of the question in a short cell, and its years in a date."""
    if len(content_words(cell)) > _LONGEST_CELL:
        return frozenset()
    return frozenset(_words(cell) & asked | set(_YEAR.findall(cell)) & years)


def _runs(rows: Sequence[_Row], probability: float) -> tuple[Candidate, ...]:
    """Candidates for rows. Adjacent rows of a passage are one candidate."""
    runs: list[Candidate] = []
    for row in rows:
        last = runs[-1] if runs else None
        if last and last.hit.passage.id == row.passage.id and last.end + 1 == row.start:
            runs[-1] = replace(last, end=row.end)
        else:
            hit = Hit(row.passage, probability)
            runs.append(Candidate(hit, row.start, row.end, None, probability, "row"))
    return tuple(runs)


def _words(text: str) -> frozenset[str]:
    """The stems of the content words of a text."""
    return frozenset(stem(word) for word in content_words(text.replace("_", " ")))

"""What `askdocs table` does: fills the table, saves it row by row, writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askdocs.cli.terminal import showing_progress
from askdocs.errors import CorpusError
from askdocs.output.marks import address_of
from askdocs.quote_table.fill import QuoteTable, fill, load_known, read_questions, save
from askdocs.quote_table.write import write_table
from askdocs.types import Progress

if TYPE_CHECKING:
    from askdocs.interface import AssistantInterface


@dataclass(frozen=True, slots=True)
class MadeTable:
    """A table that was made, and the files that it is in."""

    table: QuoteTable
    out: Path
    kept: Path

    def as_json(self) -> dict[str, Any]:
        """The keys that `table --json` prints."""
        counts = Counter(cell.state for cell in self.table.cells.values())
        return {
            "documents": len(self.table.sources),
            "questions": len(self.table.questions),
            "said": counts["said"],
            "perhaps": counts["perhaps"],
            "not_said": counts["not said"],
            "table": str(self.out),
            "kept": str(self.kept),
        }

    def summary(self) -> str:
        """One line for a person."""
        found = self.as_json()
        return (
            f"{found['documents']} documents, {found['questions']} questions: {found['said']} cells"
            f" said, {found['perhaps']} perhaps, {found['not_said']} not said. Written to"
            f" {self.out}; `askdocs verify {self.kept}` checks the quotes."
        )


def make_table(
    assistant: AssistantInterface,
    questions: Path,
    out: Path,
    globs: Sequence[str] | None,
) -> MadeTable:
    """Fill a table and write it; what an earlier run found is kept where it still holds.

    Raises:
        CorpusError: There are no questions, or no document matches.
        ConfigError: The suffix of `out` is none that can be written.
    """
    asked = read_questions(questions)
    kept = out.with_suffix(".json")
    sources = _sources(assistant, globs)
    with showing_progress() as on_progress:

        def on_row(table: QuoteTable, done: int) -> None:
            save(table, kept)
            on_progress(Progress("ask", done, len(sources), table.sources[done - 1]))

        table = fill(assistant, asked, sources, known=load_known(kept), on_row=on_row)
    if out != kept:
        link_to = partial(address_of, assistant.address, assistant.config.corpus)
        write_table(table, out, link_to=link_to)
    return MadeTable(table, out, kept)


def _sources(assistant: AssistantInterface, globs: Sequence[str] | None) -> list[str]:
    names = [record.source for record in assistant.status().documents]
    if globs:
        names = [
            name
            for name in names
            if any(name == g or name.startswith(f"{g}/") or fnmatchcase(name, g) for g in globs)
        ]
    if not names:
        raise CorpusError("No document to ask. `askdocs status` lists the documents.")
    return names

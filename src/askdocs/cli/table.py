"""`askdocs table`: fills a table of quotes, saves it row by row, and writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askdocs.cli.options import AsJson, Sources, with_paths
from askdocs.cli.session import Paths, index_first_if_new, open_assistant
from askdocs.cli.standard_streams import print_json
from askdocs.errors import CorpusError

if TYPE_CHECKING:
    from askdocs.interface import AssistantInterface
    from askdocs.quote_table.fill import QuoteTable


@with_paths
def table(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS", help="A text file with one question a line.")
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="Where to write: .csv, .xlsx, .html or .json."),
    ] = Path("quotes.csv"),
    source: Sources = None,
    *,
    paths: Paths,
    as_json: AsJson = False,
) -> None:
    """Ask every question of every document: a table of exact quotes, or "not said".

    A .json file of the same name is saved next to the table. With it, the next run asks only what
    has changed, and `askdocs verify` checks the quotes.
    """
    with open_assistant(paths) as assistant:
        index_first_if_new(assistant, paths.corpus)
        written = _write_filled(assistant, questions, out, source)
    if as_json:
        print_json(written.as_json())
    else:
        print(written.summary())


@dataclass(frozen=True, slots=True)
class _WrittenTable:
    """A filled table, the file that it is written to, and the file that the next run reads."""

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
        """The line that `table` prints."""
        counts = self.as_json()
        return (
            f"{counts['documents']} documents, {counts['questions']} questions: {counts['said']}"
            f" cells said, {counts['perhaps']} perhaps, {counts['not_said']} not said. Written to"
            f" {self.out}; `askdocs verify {self.kept}` checks the quotes."
        )


def _write_filled(
    assistant: AssistantInterface, questions: Path, out: Path, globs: Sequence[str] | None
) -> _WrittenTable:
    """Fill a table and write it. Cells of an earlier run are reused if they are still valid.

    Raises:
        CorpusError: There are no questions, or no document matches.
        ConfigError: A table cannot be written with the suffix of `out`.
    """
    from askdocs.cli.terminal import showing_progress
    from askdocs.output.text_anchor import address_of
    from askdocs.quote_table.fill import fill, load_known, read_questions, save
    from askdocs.quote_table.write import write_table
    from askdocs.types import Progress

    columns = read_questions(questions)
    kept = out.with_suffix(".json")
    sources = _sources(assistant, globs)
    with showing_progress() as on_progress:

        def on_row(table: QuoteTable, done: int) -> None:
            save(table, kept)
            on_progress(Progress("ask", done, len(sources), table.sources[done - 1]))

        filled = fill(assistant, columns, sources, known=load_known(kept), on_row=on_row)
    if out != kept:
        link_to = partial(address_of, assistant.address, assistant.config.corpus)
        write_table(filled, out, link_to=link_to)
    return _WrittenTable(filled, out, kept)


def _sources(assistant: AssistantInterface, globs: Sequence[str] | None) -> list[str]:
    """Return the documents that match one of the globs; all of them without any glob."""
    names = [record.source for record in assistant.status().documents]
    if globs:
        names = [name for name in names if any(_matches(name, glob) for glob in globs)]
    if not names:
        raise CorpusError("No document to ask. `askdocs status` lists the documents.")
    return names


def _matches(name: str, glob: str) -> bool:
    return name == glob or name.startswith(f"{glob}/") or fnmatchcase(name, glob)

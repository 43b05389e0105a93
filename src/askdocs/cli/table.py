"""`askdocs table`: fills a table of quotes, saves it every few seconds, and writes it."""

from __future__ import annotations

import os
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
from askdocs.errors import ConfigError, CorpusError

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
    ask_again: Annotated[
        bool, typer.Option("--ask-again", help="Ask also what an earlier run has answered.")
    ] = False,
    *,
    paths: Paths,
    as_json: AsJson = False,
) -> None:
    """Ask every question of every document: a table of exact quotes, or "not said".

    A .json file of the same name is saved next to the table. With it, the next run asks only what
    has changed, and `askdocs verify` checks the quotes. It keeps cells of other documents and
    questions, too.
    """
    from askdocs.quote_table.fill import read_questions

    job = _Job(questions, read_questions(questions), out, source, ask_again)
    job.check_out()
    with open_assistant(paths) as assistant:
        index_first_if_new(assistant, paths.corpus)
        written = _write_filled(assistant, job)
    if as_json:
        print_json(written.as_json())
    else:
        print(written.summary())


@dataclass(frozen=True, slots=True)
class _Job:
    """The arguments of one call of `table`."""

    questions_file: Path
    questions: Sequence[str]
    out: Path
    globs: Sequence[str] | None
    ask_again: bool

    @property
    def kept(self) -> Path:
        """The JSON file from which the next run takes the cells that are already answered."""
        is_kept = self.out.suffix.lower() == ".json"
        return self.out if is_kept else self.out.with_suffix(".json")

    def check_out(self) -> None:
        """Check that the table can be written, before anything is asked.

        Raises:
            ConfigError: The path cannot be written, has another suffix, or is the questions file.
            CorpusError: A file that is not a table would be overwritten.
        """
        from askdocs.quote_table.fill import load_known
        from askdocs.quote_table.write import check_suffix

        check_suffix(self.out, others=[".json"])
        folder = self.out.absolute().parent
        if not folder.is_dir():
            raise ConfigError(f"There is no folder {folder} to write {self.out.name} to.")
        for file in {self.out, self.kept}:
            if file.exists() and file.samefile(self.questions_file):
                raise ConfigError(f"{file} has the questions. Give another file with --out.")
            # The kept file is replaced by a new one, which takes a folder that can be written.
            places = {file if file.exists() else folder}
            if file == self.kept:
                places.add(folder)
            if file.is_dir() or not all(os.access(place, os.W_OK) for place in places):
                raise ConfigError(f"{file} cannot be written. Give another file with --out.")
        load_known(self.kept)


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


def _write_filled(assistant: AssistantInterface, job: _Job) -> _WrittenTable:
    """Fill a table and write it. Cells of an earlier run are reused if they are still valid.

    Raises:
        CorpusError: No document matches, or a file cannot be written.
    """
    from askdocs.cli.terminal import showing_progress
    from askdocs.output.text_anchor import address_of
    from askdocs.quote_table.fill import RegularSaves, fill, load_known, save
    from askdocs.quote_table.write import write_table
    from askdocs.types import Progress

    sources, known = _sources(assistant, job.globs), load_known(job.kept)
    saves = RegularSaves(partial(save, path=job.kept, known=known), known)
    with showing_progress() as on_progress, saves:

        def on_row(table: QuoteTable, done: int) -> None:
            saves.on_row(table, done)
            on_progress(Progress("ask", done, len(sources), table.sources[done - 1]))

        reused = {} if job.ask_again else known
        filled = fill(assistant, job.questions, sources, known=reused, on_row=on_row)
    if job.out != job.kept:
        link_to = partial(address_of, assistant.address, assistant.config.corpus)
        write_table(filled, job.out, link_to=link_to)
    return _WrittenTable(filled, job.out, job.kept)


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

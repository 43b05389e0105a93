"""`askdocs verify`: checks whether the quotes of an export are still in the documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs.cli.options import AsJson, with_paths
from askdocs.cli.session import Paths, open_assistant
from askdocs.cli.standard_streams import print_json

if TYPE_CHECKING:
    from askdocs.interface import AssistantInterface

Reading = tuple[int, str, str]  # size and time of a file, and the text that was read from it


@with_paths
def verify(
    export: Annotated[
        Path,
        typer.Argument(metavar="EXPORT", help="A file saved on the page, or by `ask --json`."),
    ],
    *,
    paths: Paths,
    as_json: AsJson = False,
) -> None:
    """Update the index, and check whether the quotes of an export are still in the documents.

    The cited files are read again with this version of askdocs, even if their size and times are
    unchanged. Exit status 1 if a quote is not where it was.
    """
    from askdocs.cli.terminal import showing_progress
    from askdocs.output.export_check import check_export, cited_sources, read_export
    from askdocs.output.json.export_check import checks_as_json
    from askdocs.output.text.export_check import checks_as_text

    answers = read_export(export)
    cited = cited_sources(answers)
    with open_assistant(paths) as assistant:
        before = readings(assistant, cited)
        with showing_progress() as on_progress:
            assistant.index(on_progress=on_progress, recheck=cited)
        reread = read_otherwise(before, readings(assistant, cited))
        checks = list(check_export(answers, assistant.document, reread))
    if as_json:
        print_json(checks_as_json(checks))
    else:
        for line in checks_as_text(checks):
            print(line)
    if any(quote.state != "holds" for quote in checks):
        raise typer.Exit(1)


def readings(assistant: AssistantInterface, sources: Collection[str]) -> dict[str, Reading]:
    """Return size, time and text of some documents, as far as they are in the index."""
    return {
        record.source: (record.size, record.modified, assistant.document(record.source).text)
        for record in assistant.status().documents
        if record.source in sources
    }


def read_otherwise(before: Mapping[str, Reading], now: Mapping[str, Reading]) -> set[str]:
    """Return the sources whose text has changed although size and time of the file have not.

    That happens when a newer version of askdocs reads the format in another way.
    """
    return {
        source
        for source, (*file, text) in now.items()
        if source in before and [*before[source][:2]] == file and before[source][2] != text
    }

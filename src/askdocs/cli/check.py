"""`askdocs check`: checks a draft against the documents."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs.cli.options import AsJson, Sources, with_paths
from askdocs.cli.session import Paths, index_first_if_new, open_assistant
from askdocs.cli.standard_streams import print_json
from askdocs.errors import CorpusError

if TYPE_CHECKING:
    from askdocs.interface import AssistantInterface
    from askdocs.types import Check

_STANDARD_INPUT = Path("-")


@with_paths
def check(
    draft: Annotated[
        Path,
        typer.Argument(
            metavar="DRAFT", help="A text, Markdown, Word or HTML file; - for standard input."
        ),
    ],
    source: Sources = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE.html", help="Write an HTML page with draft and sources."
        ),
    ] = None,
    *,
    paths: Paths,
    as_json: AsJson = False,
) -> None:
    """Check each statement and quotation of a draft against the documents.

    Exit status 1 if something is misquoted or contradicted, or a quotation of five words or more is
    in no document.
    """
    from askdocs.cli.terminal import showing_progress
    from askdocs.output.json.draft_check import check_as_json
    from askdocs.output.text.draft_check import check_as_text
    from askdocs.output.verdict_text import fails

    text = _read_draft(draft)
    with open_assistant(paths) as assistant:
        index_first_if_new(assistant, paths.corpus)
        with showing_progress() as on_progress:
            found = assistant.check(text, sources=source, on_progress=on_progress)
        if report:
            _write_report(assistant, found, text, draft=draft, report=report)
    if as_json:
        print_json(check_as_json(found))
    else:
        for line in check_as_text(found):
            print(line)
    if any(map(fails, found.statements)):
        raise typer.Exit(1)


def _read_draft(path: Path) -> str:
    """Return the text of a draft; "-" is standard input.

    Raises:
        CorpusError: The file cannot be read, or has no text.
    """
    from askdocs.answering.verification.draft_text import draft_text
    from askdocs.documents.loaders import LoadError, load
    from askdocs.documents.loaders.shared.builder import normalise

    if path == _STANDARD_INPUT:
        text = normalise(sys.stdin.read())
    else:
        try:
            text = draft_text(load(path, path.name)[0])
        except LoadError as error:
            raise CorpusError(f"{path} cannot be read: {error}.") from error
    if not text.strip():
        raise CorpusError("The draft is empty.")
    return text


def _write_report(
    assistant: AssistantInterface, check: Check, text: str, *, draft: Path, report: Path
) -> None:
    """Write an HTML page with the draft and its sources.

    Links open the page of a server, or the files if there is none.

    Raises:
        CorpusError: The report cannot be written.
    """
    from askdocs.output.html.draft_check import check_as_html
    from askdocs.output.text_anchor import address_of

    link_to = partial(address_of, assistant.address, assistant.config.corpus)
    page = check_as_html(check, text, title=draft.name, link_to=link_to)
    try:
        report.write_text(page, encoding="utf-8")
    except OSError as error:
        raise CorpusError(f"{report} cannot be written: {error.strerror or error}.") from error

"""Reads a draft that is to be checked, and writes the report on it."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from askdocs.documents.loaders import LoadError, load
from askdocs.documents.loaders.shared.builder import normalise
from askdocs.errors import CorpusError
from askdocs.output.checks import check_as_html
from askdocs.output.marks import address_of
from askdocs.types import Check

if TYPE_CHECKING:
    from askdocs.interface import AssistantInterface

_STANDARD_INPUT = Path("-")


def read_draft(path: Path) -> str:
    """Return the text of a draft; "-" is standard input.

    Raises:
        CorpusError: The file cannot be read, or has no text.
    """
    if path == _STANDARD_INPUT:
        text = normalise(sys.stdin.read())
    else:
        try:
            text = load(path, path.name)[0].text
        except LoadError as error:
            raise CorpusError(f"{path} cannot be read: {error}.") from error
    if not text.strip():
        raise CorpusError("The draft is empty.")
    return text


def write_report(
    assistant: AssistantInterface, check: Check, text: str, draft: Path, report: Path
) -> None:
    """Write a page with the draft and the sources; links lead to the page or to the files.

    Raises:
        CorpusError: The report cannot be written.
    """
    link_to = partial(address_of, assistant.address, assistant.config.corpus)
    page = check_as_html(check, text, title=draft.name, link_to=link_to)
    try:
        report.write_text(page, encoding="utf-8")
    except OSError as error:
        raise CorpusError(f"{report} cannot be written: {error.strerror or error}.") from error

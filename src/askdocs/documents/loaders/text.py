"""Plain text in any encoding; the anchor is the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.chats import (
    add_messages,
    is_whatsapp,
    whatsapp_media,
    whatsapp_messages,
)
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.types import Document

_NUMBERED = re.compile(
    r"[ \t]*(?P<number>\d{1,3})(?:(?P<gap>[ \t]{2,}|\t)(?P<words>\S.*))?[ \t\r]*"
)
_FEWEST_NUMBERED = 10  # lines
_NUMBERED_SHARE = 0.8  # of the lines that are not empty
_WITHIN_SENTENCE = 0.2  # of these lines begin within a sentence; in a list of short lines none does
_FEWEST_WORDS = 4  # of a line, on average; the items of lists are shorter
_SENTENCE_END = re.compile(r"[.?!][\"”’)]* +[^\W\d_a-z]")  # within a line; items have none


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with the text of the file, or with the messages of a chat."""
    builder = DocumentBuilder(source)
    text = read_text(path, builder)
    if is_whatsapp(text):
        builder.title = PurePosixPath(source).stem
        add_messages(builder, whatsapp_messages(text))
        if media := whatsapp_media(text):
            builder.report_skipped(counted(media, "media file") + " of the chat")
        return [builder.build()]
    builder.anchor(line=1)
    builder.add(_without_line_numbers(text), end="")
    return [builder.build()]


def _without_line_numbers(text: str) -> str:
    """The text without the numbers in the margin of a transcript, which count its lines.

    They count from 1 on every page. A list whose items are numbered keeps its numbers.
    """
    lines = text.split("\n")
    numbered = dict[int, re.Match[str]]()
    last = 0
    for at, line in enumerate(lines):
        found = _NUMBERED.fullmatch(line)
        if found and int(found["number"]) in (last + 1, 1):
            numbered[at] = found
            last = int(found["number"])
    filled = [found for found in numbered.values() if found["words"]]
    if (
        len(numbered) < _FEWEST_NUMBERED
        or len(numbered) < _NUMBERED_SHARE * sum(1 for line in lines if line.strip())
        or not _is_prose([found["words"] for found in filled])
    ):
        return text
    width = min((len(found["gap"]) for found in filled), default=0)
    for at, found in numbered.items():
        lines[at] = lines[at][found.end("number") + width :] if found["words"] else ""
    return "\n".join(lines)


def _is_prose(lines: Sequence[str]) -> bool:
    """Whether sentences run over the ends of the lines, as in a transcript and not in a list."""
    return (
        bool(lines)
        and sum(line[:1].islower() for line in lines) >= _WITHIN_SENTENCE * len(lines)
        and sum(len(line.split()) for line in lines) >= _FEWEST_WORDS * len(lines)
        and any(_SENTENCE_END.search(line) for line in lines)
    )

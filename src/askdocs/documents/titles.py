"""A title that people recognise a document by, where the one it came with says nothing."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from askdocs.documents.document_types import kind_of

_SECTION = re.compile(
    r"(?:(?:chapter|section|part|page|sheet|slide|table|cell|appendix|annex|volume|book)\s*"
    r"(?:\d+|[ivxlc]+|[a-z])?|\d+(?:\.\d+)*\.?\s+\w+|introduction|abstract|contents"
    r"|table of contents|title(?: slide| page)?|header|name|untitled|document\d*|home|index"
    r"|united states|proposed rules|rules and regulations|official reports|some text|main document"
    r"|microsoft (?:word|powerpoint|excel)\b.*|the|one|a)[\W_]*",
    re.IGNORECASE,
)
_SITE = re.compile(r"\s+[-–—|]\s+(?:Wikipedia|the free encyclopedia)\s*$", re.IGNORECASE)
_LONGEST = 140
_WORDS_OF_NAMES = re.compile(r"[\s_]+|(?<=[a-zà-ÿ])-(?=[a-zà-ÿ\d])|(?<=\d)-(?=[a-zà-ÿ])")


def readable_title(source: str, title: str) -> str:
    """The title of a document; its file name in words where that is more telling.

    A title that is only the name of a section, a number, or no words at all is not used. Source
    code is called by its file.
    """
    if kind_of(source) == "Code":
        return PurePosixPath(source).name
    plain = _SITE.sub("", " ".join(title.split())).strip("-=*_~ ")
    telling = sum(letter.isalpha() for letter in plain) >= 3 and not _SECTION.fullmatch(plain)
    if not telling or plain.lower() == PurePosixPath(source).stem.lower():
        return name_in_words(source)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST].rsplit(' ', 1)[0]}…"


def name_in_words(source: str) -> str:
    """The name of a file as words: "mueller-report_full.pdf" is "Mueller report full"."""
    stem = PurePosixPath(source).stem
    words = _WORDS_OF_NAMES.sub(" ", stem).strip()
    return f"{words[:1].upper()}{words[1:]}" if words else source

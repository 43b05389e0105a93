"""A readable title of a document, if its own title is not informative."""

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
_LEAST_LETTERS = 3
_WORD_GAPS = re.compile(r"[\s_]+|(?<=[a-zà-ÿ])-(?=[a-zà-ÿ\d])|(?<=\d)-(?=[a-zà-ÿ])")


def readable_title(source: str, title: str) -> str:
    """The title of a document, or its file name in words if the title is not informative.

    Not informative are the name of a section, a number, and a title without words. Source code
    always has the name of its file.
    """
    if kind_of(source) == "Code":
        return PurePosixPath(source).name
    plain = _SITE.sub("", " ".join(title.split())).strip("-=*_~ ")
    is_informative = _has_words(plain) and not _SECTION.fullmatch(plain)
    if not is_informative or plain.lower() == PurePosixPath(source).stem.lower():
        return name_in_words(source)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST].rsplit(' ', 1)[0]}…"


def _has_words(text: str) -> bool:
    return sum(letter.isalpha() for letter in text) >= _LEAST_LETTERS


def name_in_words(source: str) -> str:
    """The name of a file as words: "mueller-report_full.pdf" is "Mueller report full"."""
    stem = PurePosixPath(source).stem
    words = _WORD_GAPS.sub(" ", stem).strip()
    return f"{words[:1].upper()}{words[1:]}" if words else source

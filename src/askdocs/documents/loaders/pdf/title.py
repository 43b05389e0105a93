"""The title of a PDF: its properties, checked against page 1, the largest type, or its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from askdocs.documents.loaders.pdf.line_text import CELL
from askdocs.documents.loaders.pdf.paragraphs import Paragraph

_NO_TITLES = frozenset(
    "contents|table of contents|inhaltsverzeichnis|inhalt|index|abstract|preface|draft|confidential"
    "|page proof|arxiv|preprint|untitled|document|title".split("|")
)
_FILE_NAME = re.compile(
    r"\.(?:docx?|tex|dvi|indd|pdf|rtf|odt|pptx?|xlsx?|qxd|pages|txt|html?)$", re.I
)
_PROGRAM = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|untitled|powerpoint|\(anonymous|slide \d|word pro"
    r"|(?:doc|print|scan|img|layout) ?\d|print$|document ?\d*$|page \d)",
    re.I,
)
_STAMP = re.compile(r"(?:page proof|pre-?print|draft|confidential|accepted manuscript)\b", re.I)
_IDENTIFIER = re.compile(r"^[^\s]*\d[^\s]*$|^[^\s]*_[^\s]*$")  # one word with digits: a number
_SECTION = re.compile(r"\W*\d{1,2}(?:[.–-]\d{1,2})+\W*\s")  # "2.5 Goods": a part of a document
_SIGN_IN_WORD = re.compile(
    r"[^\W\d_](?=[*;»«^~|\\<>{}=]+[^\W\d_])"
)  # as bad recognition leaves them
_GARBLED = 2  # such words
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTERS_SHARE = 0.5  # of a title's visible characters
_LETTERS = 4  # of a title, or two of a script that needs few
_DENSE = re.compile("[\u2e80-\ud7ff]")
_LONGEST = 200  # characters
_TOP_SHARE = 0.8  # of the largest type: a heading at the top in at least that is the title
_ON_PAGE = 0.6  # of the words of the title in the properties that stand on the first page
_NAME_GAPS = re.compile(
    r"[_\s]+|(?<=[^\W\d_])-(?=[^\W\d_])|(?<=\d)-(?=[^\W\d_])|(?<=[^\W\d_])-(?=\d)"
)


def best_title(
    properties: str, source: str, paragraphs: Sequence[Paragraph], levels: Sequence[int]
) -> str:
    """The title of a document.

    That of the properties is believed where its words stand on the first page, or where that page
    has no heading in a large type that could be one. Authors often leave the title of a template,
    the name of a file or a running number there.

    Args:
        properties: The title in the properties of the file.
        source: The name of the file.
        paragraphs: The paragraphs of the document.
        levels: The level of each as a heading, 0 for text.
    """
    named = usable_title(properties)
    first = [p for p in paragraphs if p.parts[0][0] == 1]
    words = {word.lower() for p in first for word in _WORD.findall(p.text)}
    if named and _share(named, words) >= _ON_PAGE:
        return named
    largest = _largest_heading(paragraphs, levels)
    line = _first_line(first) if len(paragraphs) > 1 else ""  # all that a page says is no title
    return largest or named or line or name_as_title(source)


def usable_title(title: str) -> str:
    """The title in the properties, unless it is the name of a file, of a program, or no words."""
    words = " ".join(title.split())
    if _FILE_NAME.search(words) or _PROGRAM.match(words) or _IDENTIFIER.match(words):
        return ""
    return words if is_plausible(words) else ""


def is_plausible(words: str) -> bool:
    """Whether a text can be a title: mostly letters, words, not too long."""
    visible = "".join(words.split())
    letters = sum(map(str.isalpha, visible))
    enough = letters >= _LETTERS or len(_DENSE.findall(visible)) >= 2
    return (
        enough
        and letters >= _LETTERS_SHARE * len(visible)
        and len(words) <= _LONGEST
        and bool(_WORD.search(words))
        and "://" not in words
        and not _STAMP.match(words)
        and words.strip(" :.").lower() not in _NO_TITLES
        and not _SECTION.match(words)
        and sum(map(bool, map(_SIGN_IN_WORD.search, words.split()))) < _GARBLED
    )


def name_as_title(source: str) -> str:
    """The name of a file made readable: "annual-report_2024.pdf" is "annual report 2024"."""
    stem = PurePosixPath(source).stem
    return " ".join(_NAME_GAPS.sub(" ", stem).split()) or stem


def _share(title: str, words: set[str]) -> float:
    found = [word.lower() in words for word in _WORD.findall(title)]
    return sum(found) / len(found) if found else 0.0


def _largest_heading(paragraphs: Sequence[Paragraph], levels: Sequence[int]) -> str:
    """The plausible heading in the largest type on the first page; else the first of level 1."""
    headings = [p for p, level in zip(paragraphs, levels, strict=True) if level]
    on_first = [p for p in headings if p.parts[0][0] == 1 and is_plausible(p.text)]
    if on_first:
        largest = max(on_first, key=lambda p: p.size)
        begins = paragraphs[0] is on_first[0] and on_first[0].size >= _TOP_SHARE * largest.size
        return on_first[0].text if begins else largest.text
    tops = (p.text for p, level in zip(paragraphs, levels, strict=True) if level == 1)
    return next((text for text in tops if is_plausible(text)), "")


def _first_line(paragraphs: Sequence[Paragraph]) -> str:
    """The first paragraph of the first page, if that is one line that can be a title."""
    for paragraph in paragraphs[:1]:
        text = paragraph.text.split(CELL)[0]
        if paragraph.lines == 1 and is_plausible(text):
            return text if not text.endswith((".", ";", ",", ":")) else ""
    return ""

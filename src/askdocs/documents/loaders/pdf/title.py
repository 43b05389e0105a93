"""The title of a PDF: from its properties, its largest heading, or its file name."""

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
_IDENTIFIER = re.compile(r"^[^\s]*\d[^\s]*$|^[^\s]*_[^\s]*$")  # one word with digits
_SECTION = re.compile(r"\W*\d{1,2}(?:[.–-]\d{1,2})+\W*\s")  # "2.5 Goods": a section
_SYMBOL_IN_WORD = re.compile(
    r"[^\W\d_](?=[*;»«^~|\\<>{}=]+[^\W\d_])"
)  # an error of text recognition
_GARBLED = 2  # words with such errors
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTERS_SHARE = 0.5  # of a title's visible characters
_LETTERS = 4  # letters of a title; two in Chinese, Japanese and Korean
_DENSE = re.compile("[\u2e80-\ud7ff]")
_LONGEST = 200  # characters
_TOP_SHARE = 0.8  # of the largest font size; a heading at the top of that size is the title
_ON_PAGE = 0.6  # of the words of the title in the properties must be on the first page
_NAME_GAPS = re.compile(
    r"[_\s]+|(?<=[^\W\d_])-(?=[^\W\d_])|(?<=\d)-(?=[^\W\d_])|(?<=[^\W\d_])-(?=\d)"
)


def best_title(
    properties: str, source: str, paragraphs: Sequence[Paragraph], levels: Sequence[int]
) -> str:
    """The title of a document.

    The title in the properties is used if its words are on the first page, or if that page has no
    large heading that could be a title. The properties often contain the title of a template, a
    file name or a serial number.

    Args:
        properties: The title in the properties of the file.
        source: The name of the file.
        paragraphs: The paragraphs of the document.
        levels: The level of each as a heading, 0 for text.
    """
    named = usable_title(properties)
    first = [p for p in paragraphs if p.parts[0][0] == 1]
    words = {word.lower() for p in first for word in _WORD.findall(p.text)}
    if named and _share_of_words(named, words) >= _ON_PAGE:
        return named
    largest = _largest_heading(paragraphs, levels)
    line = _first_line(first) if len(paragraphs) > 1 else ""  # not the only paragraph
    return largest or named or line or name_as_title(source)


def usable_title(title: str) -> str:
    """The title in the properties; "" if it is the name of a file or program, or has no words."""
    words = " ".join(title.split())
    if _FILE_NAME.search(words) or _PROGRAM.match(words) or _IDENTIFIER.match(words):
        return ""
    return words if is_plausible(words) else ""


def is_plausible(words: str) -> bool:
    """Whether a text can be a title: mostly letters, with words, and not too long."""
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
        and sum(map(bool, map(_SYMBOL_IN_WORD.search, words.split()))) < _GARBLED
    )


def name_as_title(source: str) -> str:
    """The name of a file as words: "annual-report_2024.pdf" becomes "annual report 2024"."""
    stem = PurePosixPath(source).stem
    return " ".join(_NAME_GAPS.sub(" ", stem).split()) or stem


def _share_of_words(title: str, words: set[str]) -> float:
    found = [word.lower() in words for word in _WORD.findall(title)]
    return sum(found) / len(found) if found else 0.0


def _largest_heading(paragraphs: Sequence[Paragraph], levels: Sequence[int]) -> str:
    """The largest plausible heading on the first page, else the first heading of level 1."""
    headings = [p for p, level in zip(paragraphs, levels, strict=True) if level]
    on_first = [p for p in headings if p.parts[0][0] == 1 and is_plausible(p.text)]
    if on_first:
        largest = max(on_first, key=lambda p: p.size)
        begins = paragraphs[0] is on_first[0] and on_first[0].size >= _TOP_SHARE * largest.size
        return on_first[0].text if begins else largest.text
    tops = (p.text for p, level in zip(paragraphs, levels, strict=True) if level == 1)
    return next((text for text in tops if is_plausible(text)), "")


def _first_line(paragraphs: Sequence[Paragraph]) -> str:
    """The first paragraph of the first page, if it is a single line that can be a title."""
    for paragraph in paragraphs[:1]:
        text = paragraph.text.split(CELL)[0]
        if paragraph.lines == 1 and is_plausible(text):
            return text if not text.endswith((".", ";", ",", ":")) else ""
    return ""

"""Recognises headings of plain text: short lines without an end mark, as "6. Repairs"."""

from __future__ import annotations

import re

from askdocs.text.sentences import is_row

_END_MARKS = ".!?:;,…。！？；：，"
_CLOSING = " \t*_)]\"'”’»"
_LONGEST = 80  # characters
_MOST_WORDS = 10
_MOST_BARE = 4  # words of a heading without a number that states nothing
_MOST_NUMBERED = 8  # words of a numbered one, without its number
_PROSE = 60  # characters: a longer line below a heading is prose
# The number that a heading begins with, as in "6. Repairs", "Item 2. Water" and "§ 4 Fees".
_NUMBER = re.compile(
    r"(?:[^\W\d_]{2,12}\.?\s+|§+\s*)?(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6})[.):]?(?:\s+|$)"
)
_FILLED = re.compile(r"\S")
_BULLET = re.compile(r"[-*+•◦–—·>|]\s")


def line_around(text: str, at: int) -> tuple[int, int]:
    """The (start, end) of the line that contains an offset."""
    ends = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, ends if ends >= 0 else len(text)


def opens_section(text: str, start: int) -> bool:
    """Whether the line at an offset is a heading: a short line without an end mark.

    A blank line has to be above it, or nothing at all.

    Args:
        text: The text.
        start: The offset of the first character of the line.
    """
    begins, ends = line_around(text, start)
    above = begins  # the end of what is above, without spaces
    while above and text[above - 1] in " \t":
        above -= 1
    has_blank_line = text.endswith("\n\n", 0, above) or not _FILLED.search(text, 0, above)
    if text[begins:start].strip() or not has_blank_line:
        return False
    return _is_heading(text[begins:ends])


def is_heading_only(text: str, start: int, end: int) -> bool:
    """Whether a sentence is a heading, or a part of one, that states nothing by itself.

    It has at most four words, or eight after a number, and prose directly below it.

    Args:
        text: The text.
        start: The start of the sentence.
        end: Its end.
    """
    begins, ends = line_around(text, start)
    line = text[begins:ends].strip()
    if (
        end > ends
        or not (opens_section(text, begins) or _follows_number(text, begins))
        or ": " in _NUMBER.sub("", line, count=1)
    ):
        return False
    number = _NUMBER.match(line)
    words = line[number.end() :] if number else line
    most = _MOST_NUMBERED if number else _MOST_BARE
    if len(words.split()) > most or any(map(str.isdigit, words)) or words[:1].islower():
        return False
    blank = text.find("\n\n", ends + 1)
    below = text[ends + 1 : blank if blank >= 0 else len(text)]
    first = below.split("\n", 1)[0].strip()
    return bool(first) and (len(first) > _PROSE or below.rstrip(_CLOSING + "\n")[-1:] in ".!?")


def heading_above(text: str, start: int) -> str:
    """The heading of plain text that is above a sentence; "" if there is none.

    Args:
        text: The text.
        start: The start of the sentence.
    """
    ends = text.rfind("\n", 0, start)
    while ends >= 0:
        begins = text.rfind("\n", 0, ends) + 1
        if is_heading_only(text, begins, ends):
            return text[begins:ends].strip()
        ends = begins - 1
    return ""


def _follows_number(text: str, begins: int) -> bool:
    """Whether the line above is only the number of a heading, as "Article 5"."""
    above = text.rfind("\n", 0, max(begins - 1, 0)) + 1
    number = _NUMBER.match(text, above, begins)
    return (
        begins > 0
        and number is not None
        and not text[number.end() : begins].strip()
        and opens_section(text, above)
        and _is_heading(text[slice(*line_around(text, begins))])
    )


def _is_heading(line: str) -> bool:
    """Whether a line is short, has letters and no end mark, and is no row, item or quotation."""
    line = line.strip()
    if not line or len(line) > _LONGEST or len(line.split()) > _MOST_WORDS or is_row(line):
        return False
    if _BULLET.match(line) or not any(map(str.isalpha, line)):
        return False
    return line.rstrip(_CLOSING)[-1:] not in _END_MARKS and line[:1] not in "\"“„«'‘"

"""The words of files that the page gives away, in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from askdocs.quote_table.write import ENGLISH, Wording

from .assets import words_of

_RIGHT_TO_LEFT = {"ur"}
# What begins or ends a place in a document; the heading between them is the document's.
_PLACES = ("page {n} (printed {label})", "page {n}", "slide {n}", "line {n}", "row {n}")


@cache
def table_wording(language: str) -> Wording:
    """The words of a table of quotes; the English ones where the language is not known."""
    words = words_of(language)
    if not words:
        return ENGLISH
    return Wording(
        language=language,
        right_to_left=language in _RIGHT_TO_LEFT,
        title=words["Table of quotes"],
        document=words["Document"],
        not_said=words["not said"],
        perhaps=words["Perhaps:"],
        open=words["Open it"],
        place=partial(_place, words),
    )


def _place(words: Mapping[str, Any], place: str) -> str:
    """A place such as "page 4, Results, line 12"; the same as `place` of words.js."""
    parts = place.split(", ")
    for at in {0, len(parts) - 1}:
        parts[at] = _piece(words, parts[at])
    return f"{words[',']} ".join(parts)


def _piece(words: Mapping[str, Any], piece: str) -> str:
    for key in _PLACES:
        found = re.fullmatch(
            re.escape(key).replace(r"\{n\}", r"(?P<n>\d+)").replace(r"\{label\}", "(?P<label>.+)"),
            piece,
        )
        if found:
            return str(words[key]).format_map(found.groupdict())
    return piece

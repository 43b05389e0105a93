"""Words of ours within texts that are taken away: the page says them in its language."""

from __future__ import annotations

import re
from collections.abc import Callable

from askdocs.types import Citation

# Code points that are no characters, so that no document holds them; words.js finds them again.
_OPENS, _BEGINS, _ENDS = "\ufdd0", "\ufdd1", "\ufdd2"
_OURS = re.compile(f"{_OPENS}[a-z]*{_BEGINS}|{_ENDS}")


def ours(words: str, way: str = "") -> str:
    """English words that the page translates when it copies or saves the text around them.

    `way` is how it does: "place" for a place in a document, "" for a sentence.
    """
    return f"{_OPENS}{way}{_BEGINS}{words}{_ENDS}" if words else ""


def in_english(text: str) -> str:
    """A text with its words of ours as they are."""
    return _OURS.sub("", text)


def where(citation: Citation, written: Callable[[str], str] = str) -> str:
    """The source of a citation and the place in it; `written` is how words of documents are."""
    source = written(citation.source)
    return f"{source}, {ours(written(citation.place), 'place')}" if citation.place else source

"""Markers around English text that the page translates when it copies or saves a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from askdocs.types import Citation

TextType = Literal["", "location"]

# These code points are not characters, so documents do not contain them. `i18n.js` has the same.
_START, _TEXT, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_MARKER = re.compile(f"{_START}[a-z]*{_TEXT}|{_END}")


def translatable(text: str, text_type: TextType = "") -> str:
    """English text with markers around it, for the page to translate.

    Args:
        text: A sentence, or a location in a document.
        text_type: "location" for a location; "" for a sentence.

    Returns:
        The text with its markers; "" if the text is empty.
    """
    return f"{_START}{text_type}{_TEXT}{text}{_END}" if text else ""


def without_markers(text: str) -> str:
    """A text in English: the markers are removed."""
    return _MARKER.sub("", text)


def citation_location(citation: Citation, escape: Callable[[str], str] = str) -> str:
    """The source of a citation and the location in it. `escape` is applied to both."""
    source = escape(citation.source)
    if not citation.place:
        return source
    return f"{source}, {translatable(escape(citation.place), 'location')}"

"""Headers and footers that are only page numbers."""

from __future__ import annotations

import re

_PAGE_WORDS = re.compile(
    r"\b(?:page|seite|pagina|página|side|sida|sivu|strana|strona|p|s|of|von|de|di|av|af|z"
    r"|sur|van|out)\b",
    re.I,
)


def has_words(text: str) -> bool:
    """Whether the text of a header or footer is more than the number of a page."""
    return any(map(str.isalpha, _PAGE_WORDS.sub("", text)))

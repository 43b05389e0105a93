"""Questions about a document as such: who wrote it, when, and to whom."""

from __future__ import annotations

import re
from typing import Literal

from askdocs.text.english import DOCUMENT_NOUNS, any_of

MetadataFact = Literal["author", "date", "recipient"]

# This document, whatever it calls itself.
_CALLED = DOCUMENT_NOUNS | {
    "mail", "message", "minutes", "notice", "page", "post", "press release", "release", "statement",
}  # fmt: skip
_TEXT = rf"(?:this|it|that|(?:(?:this|the|that) )?{any_of(_CALLED)})"
_WRITTEN = (
    r"(?:wr(?:ote|itten)|authored|prepared|compiled|drawn up|drew up|signed|sent|issued|published"
    r"|made|created|posted|dated)"
)
_QUESTIONS: dict[MetadataFact, re.Pattern[str]] = {
    "author": re.compile(
        rf"(?:who (?:has |had )?{_WRITTEN}(?: {_TEXT})?"
        rf"|(?:by|from) whom (?:is|was) {_TEXT}(?: {_WRITTEN})?"
        rf"|who(?: is|'s|’s| was| are) (?:the )?(?:authors?|writers?|senders?)(?: of {_TEXT})?"
        rf"|who (?:is|was) {_TEXT} (?:from|{_WRITTEN} by))",
        re.IGNORECASE,
    ),
    "date": re.compile(
        rf"(?:(?:and )?(?:when|(?:on|at) (?:what|which) (?:date|day))"
        rf"(?: (?:is|was|were) {_TEXT} {_WRITTEN}| did (?:he|she|they) (?:write|send|publish)"
        rf" {_TEXT})?|(?:what|which) (?:is|was) the date(?: of {_TEXT})?|what date is {_TEXT})",
        re.IGNORECASE,
    ),
    "recipient": re.compile(
        rf"(?:(?:to )?whom? (?:is|was) {_TEXT} (?:addressed|{_WRITTEN}|directed)(?: to)?"
        rf"|who(?: is|'s|’s| was| are) (?:the )?(?:recipients?|addressees?)(?: of {_TEXT})?)",
        re.IGNORECASE,
    ),
}
_PART = re.compile(r"\s*(?:,?\s*\band\b|,)\s*(?=(?:when|who|whom|by|from|to|on|at|what)\b)", re.I)


def metadata_facts_in(question: str) -> tuple[MetadataFact, ...]:
    """What a question asks about a document as such; () where it asks about anything else."""
    found: list[MetadataFact] = []
    for part in _PART.split(question.strip(" ?!.")):
        fact = next((fact for fact, form in _QUESTIONS.items() if form.fullmatch(part)), None)
        if fact is None:
            return ()
        found.append(fact)
    return tuple(dict.fromkeys(found))

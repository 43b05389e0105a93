"""Recognises questions about a document itself: its author, its date, its recipient, its title."""

from __future__ import annotations

import re
from typing import Literal

from askdocs.text.english import DOCUMENT_NOUNS, any_of

MetadataFact = Literal["author", "date", "recipient", "title"]

# Nouns for the document in question: "this letter", "the press release".
_CALLED = DOCUMENT_NOUNS | {
    "mail", "message", "minutes", "notice", "page", "post", "press release", "release", "statement",
}  # fmt: skip
_TEXT = rf"(?:this|it|that|(?:(?:this|the|that) )?{any_of(_CALLED)})"
_MADE = (
    r"(?:wr(?:ote|itten)|authored|prepared|compiled|drawn up|drew up|signed|sent|issued|published"
    r"|made|created|posted|dated|updated|revised|released|printed)"
)
_WRITTEN = rf"(?:(?:last|first|originally) )?{_MADE}(?:(?: (?:or|and) |/)(?:last )?{_MADE})*"
_WRITER = r"(?:authors?|writers?|senders?)"
_WRITERS = rf"{_WRITER}(?:(?: (?:or|and) |/){_WRITER})*"
_IS = r"(?: is|'s|’s| was| are| were)"
_DATE = (
    r"(?:(?:publication|issue|release) )?date(?: (?:of (?:publication|issue|writing)|when it was"
    rf" {_WRITTEN}))?"
)
_QUESTIONS: dict[MetadataFact, re.Pattern[str]] = {
    "author": re.compile(
        rf"(?:who (?:has |had )?{_WRITTEN}(?: {_TEXT})?"
        rf"|(?:by|from) whom (?:is|was) {_TEXT}(?: {_WRITTEN})?"
        rf"|who{_IS} (?:the |its )?{_WRITERS}(?: of {_TEXT})?"
        rf"|wh(?:at|ich) {_WRITER} {_WRITTEN} {_TEXT}"
        rf"|who (?:is|was) {_TEXT} (?:from|{_WRITTEN} by))",
        re.IGNORECASE,
    ),
    "date": re.compile(
        rf"(?:(?:and )?(?:when|(?:(?:on|at|in) )?(?:what|which) (?:date|day|month|year))"
        rf"(?: (?:is|was|were) {_TEXT} {_WRITTEN}| has {_TEXT} been {_WRITTEN}"
        rf"| did (?:he|she|they) (?:write|send|publish) {_TEXT})?"
        rf"|(?:what|which){_IS} (?:the|its) {_DATE}(?: of {_TEXT})?"
        rf"|(?:what|which) date (?:is {_TEXT}|does {_TEXT} (?:have|bear|carry)))",
        re.IGNORECASE,
    ),
    "recipient": re.compile(
        rf"(?:(?:to )?whom? (?:is|was) {_TEXT} (?:addressed|{_WRITTEN}|directed)(?: to)?"
        rf"|who{_IS} (?:the |its )?(?:recipients?|addressees?)(?: of {_TEXT})?)",
        re.IGNORECASE,
    ),
    "title": re.compile(
        rf"(?:(?:what|which){_IS} (?:the |its )(?:title|heading)(?: of {_TEXT})?"
        rf"|(?:what|how){_IS} {_TEXT} (?:titled|entitled)"
        r"|what title does (?:it|this|that) (?:have|bear|carry))",
        re.IGNORECASE,
    ),
}
_PART = re.compile(r"\s*(?:,?\s*\band\b|,)\s*(?=(?:when|who|whom|by|from|to|on|at|what)\b)", re.I)


def metadata_facts_in(question: str) -> tuple[MetadataFact, ...]:
    """The facts about a document that a question asks for.

    "Who wrote this letter, and when?" gives ("author", "date").

    Returns:
        The facts, each once; () if any part of the question asks for something else.
    """
    found: list[MetadataFact] = []
    for part in _PART.split(question.strip(" ?!.")):
        fact = next((fact for fact, form in _QUESTIONS.items() if form.fullmatch(part)), None)
        if fact is None:
            return ()
        found.append(fact)
    return tuple(dict.fromkeys(found))

"""Divides a sentence into clauses, so that the false half of a half-true sentence can be named."""

from __future__ import annotations

import re
from dataclasses import dataclass

from askdocs.text.english import (
    ARTICLES,
    AUXILIARIES,
    DEMONSTRATIVES,
    POSSESSIVES,
    SUBJECT_PRONOUNS,
    any_of,
)

_MIN_CLAUSE_WORDS = 4
_MIN_PART_WORDS = 3  # of a part that is not a clause by itself
_AUXILIARY = any_of(AUXILIARIES - {"being"})  # "being" is not a finite verb
_IRREGULAR = (
    "beat|became|began|blew|bore|bought|broke|brought|built|came|chose|cost|cut|dealt|drank|drew|drove"
    "|fell|felt|flew|fought|found|froze|gave|got|grew|held|hid|hung|kept|knew|led|left|lost|made"
    "|meant|met|paid|put|ran|rode|rose|said|sang|sank|sat|saw|sent|set|shook|shrank|slept|sold"
    "|spent|spoke|spread|stole|stood|struck|swam|threw|told|took|thought|went|won|wore|wrote"
)
_DETERMINER = (
    "a|an|the|its|their|his|her|no|all|any|each|every|some|most|only|back|at|by|for|from|in|into"
    "|on|out|to|up|with|without|until|before|after|once|twice|that|\\d"
)
_SUBJECT_START = any_of(ARTICLES | POSSESSIVES | DEMONSTRATIVES | SUBJECT_PRONOUNS)
_PAST = rf"(?:{_AUXILIARY}|{_IRREGULAR}|\w{{2,}}ed)"
_ADVERBS = r"(?:(?:also|later|then|now|only|never|not|already|still|soon|always|often)\s+)*"
# A verb at the beginning of a part. A word that ends in -s may be a noun unless an object follows.
_VERB = (
    rf"{_ADVERBS}(?:{_PAST}\b"
    rf"|(?:\w{{3,}}s|need|keep|take|make|give|have|pay|cost|go|get|come|hold)\s+(?:{_DETERMINER})\b)"
)
_FINITE = re.compile(
    rf"\b(?:(?:i|we|you|they)\s+\w+|{_AUXILIARY}|{_IRREGULAR}|\w+(?:ed|es|s))\b", re.IGNORECASE
)
_OPENS_WITH_VERB = re.compile(_VERB, re.IGNORECASE)
# The words before the first verb of a clause.
_SUBJECT = re.compile(rf"^(.{{2,80}}?)\s+(?={_VERB})", re.IGNORECASE)
_OPENS = r"(?:although|though|while|whereas|because|since)"
# What may divide two coordinated clauses.
_CONJUNCTION = re.compile(
    r"\s*;\s+|\s+[—–]\s+|,\s+(?:and|but|while|whereas|although|though|yet|so)\s+"
    r"|\s+(?:while|whereas|although|though)\s+"
    rf"|\s+(?:and|but)\s+(?=(?:{_SUBJECT_START})\s+(?:\w+\s+){{0,4}}?{_PAST}\b)"
    rf"|\s+(?:and|but)\s+(?=(?:\w+\s+)?(?:{_AUXILIARY})\b)"
    rf"|\s+(?:and|but)\s+(?={_VERB})",
    re.IGNORECASE,
)
# A subordinate clause and the main clause after it: "Although it rained, the fair was held".
_LEADING = re.compile(rf"{_OPENS}\s+(.+?),\s+(.+)", re.IGNORECASE | re.DOTALL)
# The beginning of a relative clause, a reason or a participle after a clause.
_TAIL = re.compile(
    r"(?:,\s+(?=(?:(?:all|both|half|many|most|none|some) of )?(?:which|who|whose|whom|where)\b)"
    r"|,?\s+(?=(?:(?:mainly|mostly|partly|only|simply|largely|chiefly) )?"
    r"(?:because|since|so that|due to|owing to|thanks to|in order to)\b)"
    r"|,\s+(?=(?:making|leading|causing|leaving|giving|allowing|using|including|bringing)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence.

    Attributes:
        text: The part as it is written.
        claim: What it claims, as a sentence of its own; "" if it cannot be understood alone.
    """

    text: str
    claim: str


def clauses_of(sentence: str) -> list[Clause]:
    """Divide a sentence into clauses.

    A part that begins with a verb gets the subject of the first clause: "The hall opened in 1903
    and closed in 1950" becomes "The hall opened in 1903" and "The hall closed in 1950". A reason or
    a relative clause depends on the clause before it, so its claim is "".

    Returns:
        The clauses in order; one if the sentence cannot be divided.
    """
    sentence = " ".join(sentence.split())
    leading = _LEADING.fullmatch(sentence)
    begins = [leading[1], leading[2]] if leading and all(map(_is_clause, leading.groups())) else []
    parts = [part for begin in begins or [sentence] for part in _joined(begin)]
    found: list[Clause] = []
    for part in parts:
        subject = _SUBJECT.match(found[0].claim) if found else None
        needs_subject = subject is not None and bool(_OPENS_WITH_VERB.match(part))
        claim = f"{subject[1]} {part}" if subject and needs_subject else part
        main, tail = _without_tail(claim)
        if tail:
            found.append(Clause(main[len(claim) - len(part) :].strip(), main))
            found.append(Clause(tail, ""))
        else:
            found.append(Clause(part, claim))
    return found


def _joined(text: str) -> list[str]:
    """Divide a text at semicolons, dashes and conjunctions, if both sides are clauses."""
    parts: list[str] = []
    begin = 0
    for conjunction in _CONJUNCTION.finditer(text):
        part, rest = text[begin : conjunction.start()], text[conjunction.end() :]
        is_verb = bool(_OPENS_WITH_VERB.match(rest)) and len(rest.split()) >= _MIN_PART_WORDS
        if _is_clause(part) and (is_verb or _is_clause(rest)):
            parts.append(part)
            begin = conjunction.end()
    return [*parts, text[begin:]]


def _without_tail(text: str) -> tuple[str, str]:
    """Split a clause from the reason, relative clause or participle at its end ("" if none)."""
    for found in _TAIL.finditer(text):
        main, tail = text[: found.start()], text[found.end() :]
        if _is_clause(main) and len(tail.split()) >= _MIN_PART_WORDS:
            return main, tail
    return text, ""


def _is_clause(part: str) -> bool:
    """Whether a part is long enough and seems to contain a finite verb."""
    return len(part.split()) >= _MIN_CLAUSE_WORDS and bool(_FINITE.search(part))

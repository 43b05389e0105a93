"""Sentences about another invoice, room or version than the one that is asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

from askdocs.answering.candidates import Candidate
from askdocs.answering.context import all_sentences, context_start
from askdocs.answering.rule_switches import rule
from askdocs.text.identifiers import Identifier, identifiers_in
from askdocs.text.stemming import stem
from askdocs.text.tokens import words
from askdocs.types import Hit, Passage

_IN_NO_PASSAGE = 0.3  # the highest probability where no passage has the identifier; a rule
_CACHED_TEXTS = 2048  # the passages of a question and their sentences

_MOST_NAMED = 3  # identifiers in a reason
_CODE = r"(?<![\w./-])#?(?=[\w./-]*\d)\w(?:[\w./-]*\w)?"
# What is said of another identifier by contrast: "only for the S80", "except room 215", "not in
# version 2.1", "for S80 pumps only". "Room 215 is not free" is none.
_CONTRAST = re.compile(
    r"\b(?P<sign>only|not|except|instead(?: of)?|other than),?\s+"
    r"(?:(?:for|in|on|with|to|at|by|of|from|under|the|an?|any)\s+)*"
    rf"(?:(?P<word>[^\W\d_]+)\s+)?{_CODE}"
    rf"|(?:\b[^\W\d_]+\s+)?{_CODE}(?:\s+[^\W\d_]+)?,?\s+(?:only|instead)(?=\s*(?:[.;,!)]|of\b|$))",
    re.IGNORECASE,
)

# What a text has of the identifiers that are asked about.
_About = Literal["asked", "other", "none"]


@dataclass(frozen=True)
class IdentifierFilter:
    """What is known of the identifiers of one series that a question names.

    Attributes:
        asked: Those that the question names; none of them is a name alone in its series.
        labels: The words before them, by which others of their series are known.
        is_found: Whether a passage has one of them.
        others: Those of the same series that passages have instead.
    """

    asked: tuple[Identifier, ...]
    labels: frozenset[str]
    is_found: bool
    others: tuple[str, ...]
    _passages: dict[str, _PassageIdentifiers] = field(default_factory=dict, compare=False)

    def is_passage_about_other(self, passage: Passage) -> bool:
        """Whether a passage is about another identifier, and contrasts nothing with it."""
        return self.about(*_whole(passage)) == "other" and not self.contrasts(passage.text)

    def about(self, *texts: str) -> _About:
        """Whether texts have an identifier that is asked about, or only others of its series."""
        found = [each for text in texts for each in _identifiers(text)]
        if any(self.is_asked(each) for each in found):
            return "asked"
        return "other" if any(self.is_other(each) for each in found) else "none"

    def is_asked(self, found: Identifier) -> bool:
        """Whether an identifier is one that is asked about."""
        return any(
            _overlap(found, each)
            and (not found.series or not each.last or found.is_like(each, self.labels))
            and (each.stands_alone or not found.label or found.label in self.labels)
            for each in self.asked
        )

    def is_other(self, found: Identifier) -> bool:
        """Whether an identifier is of the same series, and not a whole of what is asked about."""
        return any(
            found.is_like(each, self.labels) and not each.value.startswith(f"{found.value}.")
            for each in self.asked
        )

    def contrasts(self, text: str) -> bool:
        """Whether a text says of another identifier that something is so only, or not, for that."""
        return any(
            (match["sign"] or "").lower() != "not"
            or not match["word"]
            or stem(match["word"].lower()) in self.labels
            for match in _CONTRAST.finditer(text)
            if self.about(match.group()) == "other"
        )

    def is_about_other(self, candidate: Candidate) -> bool:
        """Whether a sentence is about another identifier, by its own words and its context."""
        passage = candidate.hit.passage
        if passage.id not in self._passages:
            self._passages[passage.id] = _PassageIdentifiers(self, passage)
        known = self._passages[passage.id]
        is_other = known.is_about_other(candidate.start - passage.start)
        return is_other and not self.contrasts(candidate.quote)


@dataclass(frozen=True)
class _PassageIdentifiers:
    """Which identifiers the sentences of a passage are about."""

    wanted: IdentifierFilter
    passage: Passage

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        return all_sentences(self.passage, with_title=True)

    @cached_property
    def texts(self) -> list[str]:
        return [self.passage.text[start:end] for start, end in self.places]

    @cached_property
    def own(self) -> list[_About]:
        """What each sentence has itself."""
        return [self.wanted.about(text) for text in self.texts]

    @cached_property
    def above(self) -> _About:
        """What name, title and heading have."""
        return self.wanted.about(*_around(self.passage))

    def is_about_other(self, start: int) -> bool:
        number = next((n for n, place in enumerate(self.places) if place[0] == start), None)
        if number is None or self.above == "asked":
            return False
        about = self.own[number]
        first = context_start(self.texts, number)
        if about == "none" and self._takes_up(number):
            first = min(first, next((n for n in range(number - 1, -1, -1) if self._has(n)), number))
        if about == "asked" or "asked" in self.own[first:number] or self._is_in_clause(number):
            return False
        seen = (about, *self.own[first:number])
        return "other" in seen or self.above == "other"

    def _has(self, number: int) -> bool:
        return self.own[number] != "none"

    def _takes_up(self, number: int) -> bool:
        """Whether a sentence speaks of "the invoice" or "this room", without a number."""
        found = words(self.texts[number])
        return any(
            first in ("the", "this", "that") and stem(second) in self.wanted.labels
            for first, second in pairwise(found)
        )

    def _is_in_clause(self, number: int) -> bool:
        """Whether a sentence stands in a clause, by its number, that is asked about."""
        for text in reversed(self.texts[: number + 1]):
            opening = _identifiers(text)[:1]
            if opening and opening[0].opens and "." in opening[0].value:
                return self.wanted.is_asked(opening[0])
        return False


def identifier_filters(
    identifiers: Sequence[Identifier], hits: Sequence[Hit]
) -> tuple[IdentifierFilter, ...]:
    """What is known of the identifiers of a question, those of one series together.

    Args:
        identifiers: Those that the question names.
        hits: The passages found.
    """
    if not identifiers:
        return ()
    found = [each for hit in hits for text in _whole(hit.passage) for each in _identifiers(text)]
    groups: dict[str, list[Identifier]] = {}
    for each in identifiers:
        groups.setdefault(each.series or each.label, []).append(each)
    return tuple(_filter_of(tuple(group), found) for group in groups.values())


def _filter_of(asked: tuple[Identifier, ...], found: Sequence[Identifier]) -> IdentifierFilter:
    labels = {each.label for each in asked if each.label}
    if any(each.stands_alone and not each.series for each in asked):  # as those of the same number
        labels |= {each.label for each in found if any(_overlap(each, one) for one in asked)}
    known = IdentifierFilter(asked, frozenset(labels - {""}), False, ())
    others = dict.fromkeys(each.text for each in found if known.is_other(each))
    is_found = any(map(known.is_asked, found))
    return replace(known, is_found=is_found, others=tuple(others))


@rule("identifiers", otherwise=lambda _, hits: list(hits))
def without_other_identifiers(
    filters: Sequence[IdentifierFilter], hits: Sequence[Hit]
) -> list[Hit]:
    """The hits without those about another identifier of the same series.

    Asked for invoice 10234, invoice 10233 is no answer. A passage with no identifier of that series
    may be one: an identifier can also be a name that is rarely repeated, as 37signals. Where no
    passage has the identifiers, all hits stay.
    """
    sure = [each for each in filters if each.is_found]
    return [
        hit for hit in hits if not any(each.is_passage_about_other(hit.passage) for each in sure)
    ]


@rule("identifiers of sentences", otherwise=lambda _, candidates: list(candidates))
def without_other_sentences(
    filters: Sequence[IdentifierFilter], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates without those about another identifier of the same series.

    The identifiers of a sentence are its own and those of its context: its heading, the row, the
    sentences before that it takes up. One that names what is asked about stays, whatever else it
    names. So does one that contrasts something with another identifier, as "for S80 pumps only":
    it tells that the S40 is not meant.
    """
    return [
        candidate
        for candidate in candidates
        if not any(each.is_about_other(candidate) for each in filters)
    ]


@rule("identifier in no passage", otherwise=lambda _, candidates: list(candidates))
def doubted(
    filters: Sequence[IdentifierFilter], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates, less sure where passages have only others than what is asked about.

    A sentence that contrasts something with one of the others may answer all the same.
    """
    if not missing_reason(filters):
        return list(candidates)
    return [
        candidate
        if any(each.contrasts(candidate.quote) for each in filters)
        else replace(candidate, probability=min(candidate.probability, _IN_NO_PASSAGE))
        for candidate in candidates
    ]


def missing_reason(filters: Sequence[IdentifierFilter]) -> str:
    """Which identifiers no passage has, where some have others of their series; "" otherwise."""
    missing = [
        f"“{one.text}”"
        for each in filters
        if each.others and not each.is_found
        for one in each.asked
    ][:_MOST_NAMED]
    if not missing:
        return ""
    named = " or ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
    return f"No passage that was found has {named}."


def _overlap(found: Identifier, asked: Identifier) -> bool:
    """Whether an identifier has one that is asked about, or is in a range that is."""
    return found.has(asked.value) or bool(asked.last and asked.has(found.value))


@lru_cache(_CACHED_TEXTS)
def _identifiers(text: str) -> tuple[Identifier, ...]:
    return tuple(identifiers_in(text))


def _around(passage: Passage) -> list[str]:
    page = "" if passage.page is None else f"page {passage.page}"
    return [passage.source, page, passage.title, *(passage.heading or "").split(" › ")]


def _whole(passage: Passage) -> list[str]:
    return [*_around(passage), passage.text]

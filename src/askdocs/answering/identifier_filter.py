"""Leaves out sentences about another invoice, room or version than the question names."""

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

_MISSING_PROBABILITY = 0.3  # the highest one if no passage has the identifier; set by hand
_CACHED_TEXTS = 2048  # enough for the passages of a question and their sentences

_MOST_NAMED = 3  # identifiers in the sentence for the user
_CODE = r"(?<![\w./-])#?(?=[\w./-]*\d)\w(?:[\w./-]*\w)?"
# A contrast with another identifier: "only for the S80", "except room 215", "not in version 2.1",
# "for S80 pumps only". "Room 215 is not free" is not a contrast.
_CONTRAST = re.compile(
    r"\b(?P<sign>only|not|except|instead(?: of)?|other than),?\s+"
    r"(?:(?:for|in|on|with|to|at|by|of|from|under|the|an?|any)\s+)*"
    rf"(?:(?P<word>[^\W\d_]+)\s+)?{_CODE}"
    rf"|(?:\b[^\W\d_]+\s+)?{_CODE}(?:\s+[^\W\d_]+)?,?\s+(?:only|instead)(?=\s*(?:[.;,!)]|of\b|$))",
    re.IGNORECASE,
)

# Which identifiers a text has: one of the question, or only others of its series.
_About = Literal["asked", "other", "none"]


@dataclass(frozen=True)
class IdentifierFilter:
    """Judges texts by the identifiers of one series that a question names.

    Attributes:
        asked: The identifiers of the series in the question.
        labels: The stems of the words before them: "room" for "room 214". Other identifiers of the
            series are recognised by these labels.
        is_found: Whether a passage has one of `asked`.
        others: Other identifiers of the series in the passages.
    """

    asked: tuple[Identifier, ...]
    labels: frozenset[str]
    is_found: bool
    others: tuple[str, ...]
    _passages: dict[str, _PassageIdentifiers] = field(default_factory=dict, compare=False)

    def is_passage_about_other(self, passage: Passage) -> bool:
        """Whether a passage has only other identifiers of the series, and no contrast with them."""
        return self.about(*_texts_of(passage)) == "other" and not self.contrasts(passage.text)

    def about(self, *texts: str) -> _About:
        """Classify texts by their identifiers.

        Returns:
            "asked" if one of the texts has an identifier of the question; "other" if they have only
            others of its series; "none" if they have neither.
        """
        found = [each for text in texts for each in _identifiers(text)]
        if any(self.is_asked(each) for each in found):
            return "asked"
        return "other" if any(self.is_other(each) for each in found) else "none"

    def is_asked(self, found: Identifier) -> bool:
        """Whether an identifier is one of the question."""
        return any(
            _overlap(found, each)
            and (not found.series or not each.last or found.is_like(each, self.labels))
            and (each.stands_alone or not found.label or found.label in self.labels)
            for each in self.asked
        )

    def is_other(self, found: Identifier) -> bool:
        """Whether an identifier is another one of the series, and not a section that contains it.

        If "3.2" is asked for, "3" is not another one, because it contains "3.2".
        """
        return any(
            found.is_like(each, self.labels) and not each.value.startswith(f"{found.value}.")
            for each in self.asked
        )

    def contrasts(self, text: str) -> bool:
        """Whether a text contrasts something with another identifier: "only for the S80".

        It then says something about all others too, such as the one in the question.
        """
        return any(
            (match["sign"] or "").lower() != "not"
            or not match["word"]
            or stem(match["word"].lower()) in self.labels
            for match in _CONTRAST.finditer(text)
            if self.about(match.group()) == "other"
        )

    def is_about_other(self, candidate: Candidate) -> bool:
        """Whether a sentence and its context are about another identifier, without a contrast."""
        passage = candidate.hit.passage
        if passage.id not in self._passages:
            self._passages[passage.id] = _PassageIdentifiers(self, passage)
        known = self._passages[passage.id]
        is_other = known.is_about_other(candidate.start - passage.start)
        return is_other and not self.contrasts(candidate.quote)


@dataclass(frozen=True)
class _PassageIdentifiers:
    """Which identifiers the sentences of a passage are about."""

    series: IdentifierFilter
    passage: Passage

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        return all_sentences(self.passage, with_title=True)

    @cached_property
    def texts(self) -> list[str]:
        return [self.passage.text[start:end] for start, end in self.places]

    @cached_property
    def own(self) -> list[_About]:
        """The class of each sentence by its own identifiers; see `IdentifierFilter.about`."""
        return [self.series.about(text) for text in self.texts]

    @cached_property
    def above(self) -> _About:
        """The class of the passage by its file name, page, title and heading."""
        return self.series.about(*_texts_above(self.passage))

    def is_about_other(self, start: int) -> bool:
        """Whether the sentence at offset `start` is about another identifier.

        It is not if the identifier of the question is in the sentence, in its heading, in a
        sentence that it depends on, or the number of its clause. Otherwise it is if one of them has
        another identifier of the series.
        """
        number = next((n for n, place in enumerate(self.places) if place[0] == start), None)
        if number is None or self.above == "asked":
            return False
        about = self.own[number]
        first = context_start(self.texts, number)
        if about == "none" and self._refers_to_label(number):
            first = min(first, next((n for n in range(number - 1, -1, -1) if self._has(n)), number))
        if about == "asked" or "asked" in self.own[first:number] or self._is_in_clause(number):
            return False
        seen = (about, *self.own[first:number])
        return "other" in seen or self.above == "other"

    def _has(self, number: int) -> bool:
        return self.own[number] != "none"

    def _refers_to_label(self, number: int) -> bool:
        """Whether a sentence has "the invoice" or "this room", which refers to an earlier one."""
        found = words(self.texts[number])
        return any(
            first in ("the", "this", "that") and stem(second) in self.series.labels
            for first, second in pairwise(found)
        )

    def _is_in_clause(self, number: int) -> bool:
        """Whether a sentence is in a clause whose number is asked about."""
        for text in reversed(self.texts[: number + 1]):
            opening = _identifiers(text)[:1]
            if opening and opening[0].opens and "." in opening[0].value:
                return self.series.is_asked(opening[0])
        return False


def identifier_filters(
    identifiers: Sequence[Identifier], hits: Sequence[Hit]
) -> tuple[IdentifierFilter, ...]:
    """Make a filter for each series of identifiers in a question.

    Args:
        identifiers: The identifiers in the question.
        hits: The passages found.
    """
    if not identifiers:
        return ()
    found = [each for hit in hits for text in _texts_of(hit.passage) for each in _identifiers(text)]
    groups: dict[str, list[Identifier]] = {}
    for each in identifiers:
        groups.setdefault(each.series or each.label, []).append(each)
    return tuple(_filter_of(tuple(group), found) for group in groups.values())


def _filter_of(asked: tuple[Identifier, ...], found: Sequence[Identifier]) -> IdentifierFilter:
    """Make the filter for identifiers of one series.

    Args:
        asked: Those of the question.
        found: All identifiers in the passages.
    """
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
    """Remove the hits that are about another identifier of the series.

    A passage about invoice 10233 is no answer about invoice 10234. A passage without an identifier
    of the series stays: some identifiers, such as 37signals, are names that a text rarely repeats.
    All hits stay if none has an identifier of the question.
    """
    usable = [each for each in filters if each.is_found]
    return [
        hit for hit in hits if not any(each.is_passage_about_other(hit.passage) for each in usable)
    ]


@rule("identifiers of sentences", otherwise=lambda _, candidates: list(candidates))
def without_other_sentences(
    filters: Sequence[IdentifierFilter], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Remove the candidates that are about another identifier of the series.

    A sentence is judged by its own identifiers and by those of its context: its heading, and the
    earlier sentences that it depends on. It stays if one of them is asked about. It also stays if
    it contrasts something with another identifier: "for S80 pumps only" says that the S40 is
    excluded.
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
    """Lower the probabilities if the passages only have other identifiers of the series.

    A sentence that contrasts something with another identifier keeps its probability.
    """
    if not missing_reason(filters):
        return list(candidates)
    return [
        candidate
        if any(each.contrasts(candidate.quote) for each in filters)
        else replace(candidate, probability=min(candidate.probability, _MISSING_PROBABILITY))
        for candidate in candidates
    ]


def missing_reason(filters: Sequence[IdentifierFilter]) -> str:
    """A sentence for the user that names the identifiers that no passage has.

    It is "" if all are found, or if passages have no others of their series.
    """
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
    """Whether an identifier has the asked one (see `Identifier.has`), or is in the asked range."""
    return found.has(asked.value) or bool(asked.last and asked.has(found.value))


@lru_cache(_CACHED_TEXTS)
def _identifiers(text: str) -> tuple[Identifier, ...]:
    return tuple(identifiers_in(text))


def _texts_above(passage: Passage) -> list[str]:
    page = "" if passage.page is None else f"page {passage.page}"
    return [passage.source, page, passage.title, *(passage.heading or "").split(" › ")]


def _texts_of(passage: Passage) -> list[str]:
    return [*_texts_above(passage), passage.text]

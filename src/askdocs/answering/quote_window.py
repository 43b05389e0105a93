"""Extends a quote by what its sentence depends on, announces, or is limited by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from askdocs.answering.candidates import Candidate
from askdocs.answering.context import (
    all_sentences,
    announced_end,
    announces,
    begins_section,
    context_start,
    in_item,
    item_end,
    list_continues,
    states_condition,
    steps_after,
)
from askdocs.answering.questions.answer_type import AnswerType

_LONGEST_WINDOW = 3  # sentences, without an announced text
# Only these probabilities can be compared within a passage: they follow a softmax.
_WITH_NEIGHBOURS = frozenset({"reader", "multilingual"})
_NEIGHBOUR = 0.2  # a neighbour needs this share of the sentence's probability to be quoted with it


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOptions:
    """Which lists are quoted with a sentence. This depends on the question.

    Attributes:
        whole_list: The other items of a list are quoted with an item.
        steps: The list after the paragraph of the sentence is quoted with it.
    """

    whole_list: bool = True
    steps: bool = False

    @classmethod
    def for_answer(cls, answer: AnswerType) -> WindowOptions:
        """The options for a type of answer."""
        return cls(
            whole_list=answer.several or not answer.one_fact, steps=answer.several or answer.steps
        )


@dataclass(frozen=True, slots=True)
class QuoteWindow:
    """A quote: the text of a document from `start` to `end`.

    Attributes:
        quote: The text.
        start: Its start in the text of the document, in characters.
        end: Its end.
        ends_in_list: Whether the list at its end has further items that are not quoted.
    """

    quote: str
    start: int
    end: int
    ends_in_list: bool = False

    def without(
        self, taken: Iterable[tuple[str, int, int]], candidate: Candidate
    ) -> QuoteWindow | None:
        """Remove the parts of the window that are quoted already.

        Args:
            taken: (source, start, end) of the quotes so far.
            candidate: The sentence of the window.

        Returns:
            The rest of the window; None if the sentence itself is quoted already.
        """
        start, end, quote = self.start, self.end, self.quote
        for source, first, last in taken:
            if source != candidate.hit.passage.source or last <= start or end <= first:
                continue
            if first <= candidate.start < last:
                return None
            if last <= candidate.start:  # what the sentence depends on is quoted already
                quote, start = quote[candidate.start - start :], candidate.start
            else:
                kept = quote[: first - start].rstrip()
                quote, end = kept, start + len(kept)
        return QuoteWindow(quote, start, end)


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a candidate in its passage.

    Attributes:
        candidate: The sentence.
        text: The text of its passage, and the text after it in the document.
        spans: The (start, end) of the sentences of the passage.
        here: The index of the candidate in `spans`.
    """

    candidate: Candidate
    text: str
    spans: Sequence[tuple[int, int]]
    here: int

    def sentence(self, number: int) -> str:
        """The text of a sentence of the passage."""
        start, end = self.spans[number]
        return self.text[start:end]

    def window(self, start: int, end: int, *, ends_in_list: bool) -> QuoteWindow:
        """The window between two offsets into the passage."""
        begins = self.candidate.hit.passage.start
        return QuoteWindow(self.text[start:end], begins + start, begins + end, ends_in_list)


def quote_window(
    candidate: Candidate,
    options: WindowOptions,
    *,
    following: str,
    probabilities: Mapping[tuple[str, int], float],
) -> QuoteWindow:
    """Extend a sentence to a quote: add what it depends on, what it announces, what limits it.

    Args:
        candidate: The sentence.
        options: Which lists are quoted with it.
        following: The text of the document after its passage.
        probabilities: (source, start) of each candidate → its probability. Likely neighbours are
            quoted with the sentence.
    """
    if candidate.quoted_to:
        passage = candidate.hit.passage
        first, last = candidate.start - passage.start, candidate.quoted_to - passage.start
        quote = (passage.text + following)[first:last]
        return QuoteWindow(quote, candidate.start, candidate.quoted_to)
    place = None if candidate.selected_by == "row" else _place_of(candidate, following)
    if place is None:
        return QuoteWindow(candidate.quote, candidate.start, candidate.end)
    is_listed = options.whole_list and in_item(place.text, place.spans[place.here][0])
    first, last = _items_before(place) if is_listed else _sentences_around(place, probabilities)
    start, end = place.spans[first][0], place.spans[last][1]
    numbers = range(place.here, last + 1)
    announcing = next((number for number in numbers if announces(place.sentence(number))), None)
    if announcing is not None:
        begins = place.spans[announcing][1]
    elif is_listed:
        begins = item_end(place.text, end)
    elif options.steps:
        end = steps_after(place.text, end)
        return place.window(start, end, ends_in_list=list_continues(place.text, end))
    else:
        return place.window(start, end, ends_in_list=False)
    min_end = begins if is_listed else 0
    end = max(end, min_end, announced_end(place.text, begins, prose=not is_listed))
    return place.window(start, end, ends_in_list=list_continues(place.text, end))


def _place_of(candidate: Candidate, following: str) -> _Place | None:
    """Find a candidate in its passage; None if it is not a whole sentence there."""
    passage = candidate.hit.passage
    spans = all_sentences(passage, with_title=True)
    starts = [passage.start + start for start, _ in spans]
    if candidate.start not in starts:
        return None
    return _Place(candidate, passage.text + following, spans, starts.index(candidate.start))


def _items_before(place: _Place) -> tuple[int, int]:
    """The first and last sentence of a window around a list item.

    It begins with the sentence that announces the list, or with the first item. It ends with the
    item.
    """
    first = place.here
    for number in range(place.here - 1, -1, -1):
        if in_item(place.text, place.spans[number][0]):
            first = number
        elif announces(place.sentence(number)):
            return number, place.here
        elif first - number > 1 or begins_section(place.text, place.spans[number][0]):
            break
    return first, place.here


def _sentences_around(
    place: _Place, probabilities: Mapping[tuple[str, int], float]
) -> tuple[int, int]:
    """The first and last sentence of a window around a sentence that is not in a list."""
    candidate, passage = place.candidate, place.candidate.hit.passage
    texts = [place.sentence(number) for number in range(len(place.spans))]
    first = last = place.here
    if candidate.selected_by != "position":
        first = context_start(texts, place.here)
    threshold = candidate.probability * _NEIGHBOUR

    def is_likely(number: int) -> bool:
        if texts[number].strip("# ") == passage.title:
            return False
        at = passage.source, passage.start + place.spans[number][0]
        return candidate.selected_by in _WITH_NEIGHBOURS and probabilities.get(at, 0.0) >= threshold

    end = len(texts)

    def heads(number: int) -> bool:
        return begins_section(place.text, place.spans[number][0])

    while last + 1 < end and last + 1 - first < _LONGEST_WINDOW and is_likely(last + 1):
        if heads(last + 1):
            break
        last += 1
    if last + 1 < end and states_condition(texts[last + 1]):
        last += 1
    while first > 0 and last - first + 1 < _LONGEST_WINDOW and is_likely(first - 1):
        if heads(first):
            break
        first -= 1
    return first, last

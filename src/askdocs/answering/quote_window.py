"""What belongs to a quote: what a sentence depends on, what it announces and what limits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from askdocs.answering.candidates import Candidate
from askdocs.answering.context import (
    all_sentences,
    announced_end,
    announces,
    context_start,
    in_item,
    item_end,
    list_goes_on,
    states_condition,
    steps_after,
)
from askdocs.answering.questions.answer_type import AnswerType

_LONGEST_WINDOW = 3  # sentences, without what one of them announces
_WITH_NEIGHBOURS = frozenset(
    {"reader", "multilingual"}
)  # their probabilities are those of a softmax
_NEIGHBOUR = (
    0.2  # share of the probability from which a neighbour of the best sentence is quoted too
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOptions:
    """What is quoted with a sentence, by what is asked.

    Attributes:
        whole_list: An item of a list comes with the others.
        steps: The list after the paragraph of the sentence comes along.
    """

    whole_list: bool = True
    steps: bool = False

    @classmethod
    def for_answer(cls, answer: AnswerType) -> WindowOptions:
        """The options for the answer that a question wants."""
        return cls(
            whole_list=answer.several or not answer.one_fact, steps=answer.several or answer.steps
        )


@dataclass(frozen=True, slots=True)
class QuoteWindow:
    """The words of a document from `start` to `end`.

    Attributes:
        quote: The words.
        start: Where they begin in the text of the document, in characters.
        end: Where they end.
        ends_in_list: Whether a list goes on behind them.
    """

    quote: str
    start: int
    end: int
    ends_in_list: bool = False

    def without(
        self, taken: Iterable[tuple[str, int, int]], candidate: Candidate
    ) -> QuoteWindow | None:
        """The window of a sentence without what is quoted already; None where the sentence is.

        Args:
            taken: (source, start, end) of what is quoted already.
            candidate: The sentence.
        """
        start, end, quote = self.start, self.end, self.quote
        for source, first, last in taken:
            if source != candidate.hit.passage.source or last <= start or end <= first:
                continue
            if first <= candidate.start < last:
                return None
            if last <= candidate.start:  # what it depends on is said already
                quote, start = quote[candidate.start - start :], candidate.start
            else:
                kept = quote[: first - start].rstrip()
                quote, end = kept, start + len(kept)
        return QuoteWindow(quote, start, end)


@dataclass(frozen=True, slots=True)
class _Place:
    """A candidate among the sentences of its passage.

    Attributes:
        candidate: The sentence.
        text: Its passage, and the text of the document after that.
        spans: Where the sentences of the passage begin and end.
        here: Which of them the candidate is.
    """

    candidate: Candidate
    text: str
    spans: Sequence[tuple[int, int]]
    here: int

    def sentence(self, number: int) -> str:
        """A sentence of the passage."""
        start, end = self.spans[number]
        return self.text[start:end]

    def window(self, start: int, end: int, *, ends_in_list: bool) -> QuoteWindow:
        """The window from `start` to `end` of the passage."""
        begins = self.candidate.hit.passage.start
        return QuoteWindow(self.text[start:end], begins + start, begins + end, ends_in_list)


def quote_window(
    candidate: Candidate,
    options: WindowOptions,
    *,
    following: str,
    probabilities: Mapping[tuple[str, int], float],
) -> QuoteWindow:
    """A sentence with what it depends on, what it announces and what limits it.

    Args:
        candidate: The sentence.
        options: What of a list comes along.
        following: The text of the document after the passage.
        probabilities: The probabilities of all sentences, by source and start.
    """
    place = _place_of(candidate, following)
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
        return place.window(start, end, ends_in_list=list_goes_on(place.text, end))
    else:
        return place.window(start, end, ends_in_list=False)
    least = begins if is_listed else 0
    end = max(end, least, announced_end(place.text, begins, prose=not is_listed))
    return place.window(start, end, ends_in_list=list_goes_on(place.text, end))


def _place_of(candidate: Candidate, following: str) -> _Place | None:
    """Where a candidate is in its passage; None where it is no sentence of it."""
    passage = candidate.hit.passage
    spans = all_sentences(passage, with_title=True)
    starts = [passage.start + start for start, _ in spans]
    if candidate.start not in starts:
        return None
    return _Place(candidate, passage.text + following, spans, starts.index(candidate.start))


def _items_before(place: _Place) -> tuple[int, int]:
    """The sentence that announces the list of an item, or its first item, and the item."""
    first = place.here
    for number in range(place.here - 1, -1, -1):
        if in_item(place.text, place.spans[number][0]):
            first = number
        elif announces(place.sentence(number)):
            return number, place.here
        elif first - number > 1:
            break
    return first, place.here


def _sentences_around(
    place: _Place, probabilities: Mapping[tuple[str, int], float]
) -> tuple[int, int]:
    """The first and the last sentence of the window around a sentence."""
    candidate, passage = place.candidate, place.candidate.hit.passage
    texts = [place.sentence(number) for number in range(len(place.spans))]
    first = last = place.here
    if candidate.selected_by != "position":
        first = context_start(texts, place.here)
    least = candidate.probability * _NEIGHBOUR

    def is_likely(number: int) -> bool:
        if texts[number].strip("# ") == passage.title:
            return False
        at = passage.source, passage.start + place.spans[number][0]
        return candidate.selected_by in _WITH_NEIGHBOURS and probabilities.get(at, 0.0) >= least

    end = len(texts)
    while last + 1 < end and last + 1 - first < _LONGEST_WINDOW and is_likely(last + 1):
        last += 1
    if last + 1 < end and states_condition(texts[last + 1]):
        last += 1
    while first > 0 and last - first + 1 < _LONGEST_WINDOW and is_likely(first - 1):
        first -= 1
    return first, last

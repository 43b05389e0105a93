"""A statement and the passages it may stand on to a verdict, with the words that bear it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.embed import Embedder
from askdocs.split import sentence_spans
from askdocs.types import Passage, Verdict
from askdocs.words import content_words, is_akin

NOWHERE = "no passage says so"
_SUPPORTED = 0.75  # of the statement's words, by weight, held by the words that bear it
_PARTLY = 0.5
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_RANKS: tuple[Verdict, ...] = ("unsupported", "partly", "supported", "quoted")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether `quotes`, (passage, start, end) with offsets into its document, bear a statement.

    `reason` says in words why the verdict is not better. Without a verdict of support, the quotes
    are the nearest words, for a person to compare.
    """

    verdict: Verdict
    reason: str = ""
    quotes: tuple[tuple[Passage, int, int], ...] = ()


class Verifier:
    """Judges statements against passages."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def judge(self, text: str, cited: Sequence[Passage], others: Sequence[Passage]) -> Judgement:
        """The verdict on a statement that cites some passages, with `others` that it might have.

        What the cited passages do not bear may be borne by another, which is then what is cited.
        """
        found = [self._against(text, passage) for passage in cited]
        best = max(found, key=_rank, default=Judgement("unsupported", NOWHERE))
        if _rank(best) >= _RANKS.index("supported"):
            good = [each for each in found if _rank(each) >= _RANKS.index("supported")]
            return Judgement(best.verdict, "", tuple(q for each in good for q in each.quotes))
        elsewhere = max(
            (self._against(text, passage) for passage in others), key=_rank, default=best
        )
        if _rank(elsewhere) >= _RANKS.index("supported"):
            return elsewhere
        return best

    def _against(self, text: str, passage: Passage) -> Judgement:
        place = find_words(text, passage.text)
        if place is not None:
            return Judgement("quoted", "", (_quote(passage, *place),))
        wanted = content_words(text)
        spans = sentence_spans(passage.text)
        if not wanted or not spans:
            return Judgement("unsupported", NOWHERE)
        start, end = max(
            spans, key=lambda span: (_share(wanted, passage.text[slice(*span)]), -span[0])
        )
        quotes = (_quote(passage, start, end),)
        words = passage.text[start:end]
        for number in _NUMBER.findall(text):
            if number not in words:
                return Judgement("unsupported", f"the number {number} differs", quotes)
        share = _share(wanted, words)
        if share >= _SUPPORTED:
            return Judgement("supported", "", quotes)
        if share >= _PARTLY:
            return Judgement("partly", "the source does not say all of it", quotes)
        return Judgement("unsupported", NOWHERE, quotes)


def find_words(text: str, within: str) -> tuple[int, int] | None:
    """Where the words of `text` stand in a row in `within`, whatever the white space between."""
    words = text.strip(" \"'“”‘’«».").split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), within)
    return found.span() if found else None


def _share(wanted: Sequence[str], text: str) -> float:
    held = content_words(text)
    return sum(any(is_akin(word, other) for other in held) for word in wanted) / len(wanted)


def _quote(passage: Passage, start: int, end: int) -> tuple[Passage, int, int]:
    return passage, passage.start + start, passage.start + end


def _rank(judgement: Judgement) -> int:
    return _RANKS.index(judgement.verdict)

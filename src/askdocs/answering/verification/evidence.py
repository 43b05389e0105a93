"""Which sentences of passages a claim is judged by, and which of them bear it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from askdocs.models.embedders import Embedder
from askdocs.text.overlap import count_among, is_among, share_among
from askdocs.text.sentences import sentence_spans
from askdocs.text.stop_words import content_words
from askdocs.text.tokens import estimate_tokens
from askdocs.types import Passage

Quote = tuple[Passage, int, int]  # with offsets into the document
EVIDENCE_TOKENS = 260  # that the verifier reads beside a question; the nearest sentences are taken
MOST_BEARING = 3  # sentences that a statement may be cited to
_FURTHER_WORDS = 2  # words of a statement that a second sentence must add to be cited
_WORDS_WEIGHT = 0.5  # of the shared words, beside the cosine, in what is nearest


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: its words, where they stand, and its likeness to a claim."""

    text: str
    quote: Quote
    words: tuple[str, ...]
    near: float


class Nearness:
    """Compares claims with the sentences of passages; each sentence is embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def sentences(self, claim: str, passages: Sequence[Passage]) -> list[Sentence]:
        """The sentences of passages in their order."""
        found = [
            (passage.text[start:end], (passage, passage.start + start, passage.start + end))
            for passage in passages
            for start, end in sentence_spans(passage.text)
        ]
        if not found:
            return []
        own, *vectors = self._embed([claim, *(text for text, _ in found)])
        wanted = content_words(claim)
        result = []
        for (text, quote), vector in zip(found, vectors, strict=True):
            words = tuple(content_words(text))
            likeness = max(0.0, float(own @ vector))
            near = _WORDS_WEIGHT * share_among(wanted, words) + (1 - _WORDS_WEIGHT) * likeness
            result.append(Sentence(text, quote, words, near))
        return result

    def _embed(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return [self._known[text] for text in texts]


def selected(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The nearest sentences that the verifier can read at once, in their order."""
    room = EVIDENCE_TOKENS
    taken: set[int] = set()
    for number in sorted(range(len(sentences)), key=lambda n: -sentences[n].near):
        room -= estimate_tokens(sentences[number].text)
        if room < 0 and taken:
            break
        taken.add(number)
    return [sentences[number] for number in sorted(taken)]


def joined(sentences: Sequence[Sentence]) -> str:
    """The sentences as one text, each passage on a line of its own."""
    parts: list[str] = []
    before: Passage | None = None
    for sentence in sentences:
        passage = sentence.quote[0]
        if before is not None:
            parts.append(" " if passage is before else "\n")
        parts.append(" ".join(sentence.text.split()))
        before = passage
    return "".join(parts)


def titled(sentences: Sequence[Sentence]) -> str:
    """The sentences as one text, after the titles of their documents and the headings above."""
    above = dict.fromkeys(
        words
        for sentence in sentences
        for words in (sentence.quote[0].title, sentence.quote[0].heading)
        if words
    )
    return "\n".join(filter(None, (". ".join(above), joined(sentences))))


def bearing(claim: str, sentences: Sequence[Sentence]) -> tuple[Quote, ...]:
    """The nearest sentence, and those that add further words of the claim, in order."""
    missing = content_words(claim)
    taken: list[int] = []
    while len(taken) < MOST_BEARING:
        gains = [count_among(missing, sentence.words) for sentence in sentences]
        best = max(
            (number for number in range(len(sentences)) if number not in taken),
            key=lambda n: sentences[n].near if not taken else (gains[n] + sentences[n].near),
            default=None,
        )
        if best is None or (taken and gains[best] < _FURTHER_WORDS):
            break
        taken.append(best)
        missing = [word for word in missing if not is_among(word, sentences[best].words)]
    return tuple(sentences[number].quote for number in sorted(taken))

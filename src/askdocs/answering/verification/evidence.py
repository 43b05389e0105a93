"""Selects the evidence for a claim: the most similar sentences of passages, and those to cite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from askdocs.models.embedders import Embedder
from askdocs.text.overlap import count_among, is_among, share_among
from askdocs.text.sentences import sentence_spans
from askdocs.text.stop_words import content_words
from askdocs.text.tokens import estimate_tokens
from askdocs.types import Citation, Passage

Quote = tuple[Passage, int, int]  # with offsets into the document
EVIDENCE_TOKENS = 260  # estimated; the verifier has to read a question as well
MAX_CITED_SENTENCES = 3  # sentences that are cited for a statement
_MIN_FURTHER_WORDS = 2  # words of the claim that a further sentence must add in order to be cited
_WORDS_WEIGHT = 0.5  # of shared words in the similarity; the rest is the weight of the cosine


@dataclass(slots=True)
class NumberedCitations:
    """The citations of some statements. The same words of a document always have one number."""

    _found: dict[Quote, Citation] = field(default_factory=dict)

    def of(self, quote: Quote) -> Citation:
        """The citation of a quote: a known one, or a new one with the next number."""
        if quote not in self._found:
            passage, start, end = quote
            words = passage.slice(start, end)
            self._found[quote] = Citation(len(self._found) + 1, passage, words, start, end)
        return self._found[quote]

    def of_all(self, quotes: Iterable[Quote]) -> tuple[Citation, ...]:
        """The citations of quotes in their order, each once."""
        return tuple(dict.fromkeys(map(self.of, quotes)))

    def in_order(self) -> tuple[Citation, ...]:
        """All citations in the order of their numbers."""
        return tuple(self._found.values())

    def clear(self) -> None:
        """Remove all citations. The next number is 1 again."""
        self._found.clear()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage.

    Attributes:
        text: The sentence.
        quote: Its passage and its offsets in the document.
        words: Its content words.
        similarity: Its similarity to a claim, 0 to 1.
    """

    text: str
    quote: Quote
    words: tuple[str, ...]
    similarity: float


class SentenceSimilarity:
    """Computes how similar sentences are to claims. Each text is embedded only once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def sentences(self, claim: str, passages: Sequence[Passage]) -> list[Sentence]:
        """The sentences of passages in their order, each with its similarity to a claim.

        The similarity is the mean of two values from 0 to 1: the cosine of the embeddings, and the
        share of the claim's content words that the sentence contains.
        """
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
            cosine = max(0.0, float(own @ vector))
            similarity = _WORDS_WEIGHT * share_among(wanted, words) + (1 - _WORDS_WEIGHT) * cosine
            result.append(Sentence(text, quote, words, similarity))
        return result

    def _embed(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return [self._known[text] for text in texts]


def select_evidence(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Select the most similar sentences that fit into `EVIDENCE_TOKENS`; keep their order."""
    room = EVIDENCE_TOKENS
    taken: set[int] = set()
    for number in sorted(range(len(sentences)), key=lambda n: -sentences[n].similarity):
        room -= estimate_tokens(sentences[number].text)
        if room < 0 and taken:
            break
        taken.add(number)
    return [sentences[number] for number in sorted(taken)]


def joined(sentences: Sequence[Sentence]) -> str:
    """Join sentences to one text. A line break separates passages."""
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
    """Join sentences to one text, after the titles and headings of their passages."""
    above = dict.fromkeys(
        words
        for sentence in sentences
        for words in (sentence.quote[0].title, sentence.quote[0].heading)
        if words
    )
    return "\n".join(filter(None, (". ".join(above), joined(sentences))))


def sentences_to_cite(claim: str, sentences: Sequence[Sentence]) -> tuple[Quote, ...]:
    """Select the sentences to cite for a claim.

    The first one is the most similar sentence. Then follow sentences that contain at least two
    further words of the claim, up to three in all.

    Returns:
        The sentences in the order of the input.
    """
    missing = content_words(claim)
    taken: list[int] = []
    while len(taken) < MAX_CITED_SENTENCES:
        gains = [count_among(missing, sentence.words) for sentence in sentences]
        best = max(
            (number for number in range(len(sentences)) if number not in taken),
            key=lambda n: (
                sentences[n].similarity if not taken else (gains[n] + sentences[n].similarity)
            ),
            default=None,
        )
        if best is None or (taken and gains[best] < _MIN_FURTHER_WORDS):
            break
        taken.append(best)
        missing = [word for word in missing if not is_among(word, sentences[best].words)]
    return tuple(sentences[number].quote for number in sorted(taken))

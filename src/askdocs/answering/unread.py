"""Sentences in languages that the reader has not learnt: ranked by words and meaning alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul

from askdocs.answering.candidates import Candidate
from askdocs.answering.confidence import logistic
from askdocs.answering.context import sentences
from askdocs.answering.coverage import coverage
from askdocs.models.embedders import Embedder, is_multilingual
from askdocs.types import Hit

_MOST_PASSAGES = 6  # whose sentences are embedded for a question
_WIDEST_MARGIN = 5.0
_SHARES_WORDS = 0.5  # of the question's words in a passage, from which words tell anything
# Fitted on questions in other languages than English; docs/decisions/0023 says on which. A
# sentence's rank, a logit, is the sum of these times: cosine with the question, score of its
# passage in the search, share of the question's words in it, and in its passage.
_RANK = (5.5, 5.6, 2.5, 4.6)
# The chance of the first: 1, its cosine, the share of words in it, how far its rank lies above that
# of the next passage.
_CHANCE = (-2.3, 2.0, 1.4, 0.35)
# The same where no passage shares words with the question: it is in another language, or puts
# things in other words.
_RANK_ACROSS = (9.0, 5.6, 0.0, 0.0)
_CHANCE_ACROSS = (-2.48, 3.7, 0.0, 0.36)
# With an embedder that has learnt English only: 1, cosine, score of the passage, share of words.
_WEAK_CHANCE = (-4.693, 3.672, 0.392, 5.029)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A sentence of a passage with its cosine to the question and its rank."""

    candidate: Candidate
    features: tuple[float, float, float, float]  # those of `_RANK`
    rank: float = 0.0


def by_words_and_meaning(
    question: str, hits: Sequence[Hit], rare_words: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    """The sentences of passages that the reader cannot judge, each with its chance.

    Args:
        question: The question as it is read.
        hits: The passages, best first; the first few are looked at.
        rare_words: The words of the question with their weights.
        embedder: Compares the sentences with the question.

    Returns:
        The candidates in order of their passages. The first chance is estimated; the others are
        smaller as they rank lower.
    """
    compared = _compared(question, hits[:_MOST_PASSAGES], rare_words, embedder)
    if not compared:
        return []
    if not is_multilingual(embedder):
        return [_weakly(each) for each in compared]
    across = max(each.features[3] for each in compared) < _SHARES_WORDS
    weights = _RANK_ACROSS if across else _RANK
    compared = [replace(each, rank=sum(map(mul, each.features, weights))) for each in compared]
    best = max(compared, key=lambda each: each.rank)
    chance = _chance_of(best, compared, _CHANCE_ACROSS if across else _CHANCE)
    return [
        replace(each.candidate, chance=chance * math.exp(each.rank - best.rank))
        for each in compared
    ]


def compared_sentences(
    question: str, hits: Sequence[Hit], embedder: Embedder
) -> list[tuple[Hit, int, int, float]]:
    """(hit, start, end, cosine with the question) of the sentences of passages, in order."""
    places = [
        (hit, hit.passage.start + start, hit.passage.start + end)
        for hit in hits
        for start, end in sentences(hit.passage)
    ]
    if not places:
        return []
    asked = embedder.embed_question(question)
    vectors = embedder.embed([words_at(*place) for place in places])
    return [(*place, float(vector @ asked)) for place, vector in zip(places, vectors, strict=True)]


def words_at(hit: Hit, start: int, end: int) -> str:
    """The words between two places of the document that a passage is from."""
    return hit.passage.text[start - hit.passage.start : end - hit.passage.start]


def chance_of(features: Sequence[float], weights: Sequence[float]) -> float:
    """The logistic function of the weighted features."""
    return logistic(sum(map(mul, features, weights)))


def _compared(
    question: str, hits: Sequence[Hit], rare_words: Mapping[str, float], embedder: Embedder
) -> list[_Compared]:
    held = {hit.passage.id: coverage(rare_words, _around(hit)) for hit in hits}
    found = []
    for hit, start, end, cosine in compared_sentences(question, hits, embedder):
        covered = coverage(rare_words, words_at(hit, start, end))
        candidate = Candidate(hit, start, end, None, 0.0, "words", covered)
        features = (cosine, hit.score, covered, held[hit.passage.id])
        found.append(_Compared(candidate, features))
    return found


def _around(hit: Hit) -> str:
    return f"{hit.passage.title} {hit.passage.heading or ''} {hit.passage.text}"


def _chance_of(best: _Compared, compared: Sequence[_Compared], weights: Sequence[float]) -> float:
    passage = best.candidate.hit.passage.id
    others = [each.rank for each in compared if each.candidate.hit.passage.id != passage]
    margin = min(best.rank - max(others, default=-math.inf), _WIDEST_MARGIN)
    cosine, _, covered, _ = best.features
    return chance_of((1.0, cosine, covered, margin), weights)


def _weakly(compared: _Compared) -> Candidate:
    candidate = compared.candidate
    features = (1.0, *compared.features[:3])
    return replace(candidate, chance=chance_of(features, _WEAK_CHANCE))

"""Sentences in languages that the reader has not learnt: ranked by words and meaning alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import mul

from askdocs.answering.candidates import Candidate
from askdocs.answering.confidence import logistic
from askdocs.answering.context import sentences
from askdocs.answering.coverage import coverage
from askdocs.documents.language import language_of
from askdocs.index.keywords.terms import stems_for
from askdocs.models.embedders import Embedder, is_multilingual
from askdocs.types import Hit

_MOST_PASSAGES = 6  # whose sentences are embedded for a question
_WIDEST_MARGIN = 5.0
_SHARES_WORDS = 0.3  # of the question's words in a passage, from which words tell anything
# Fitted by training/multilingual/fit_unread.py; docs/decisions/0023 says on what. A sentence's
# rank, a logit, is the sum of these times: cosine with the question, score of its passage in the
# search, share of the question's words in it, and in its passage.
_RANK = (3.8, 6.4, 2.5, 3.9)
# The chance that what is quoted for the first answers: 1, its cosine, and how far its rank lies
# above that of the next passage. The constants were chosen after the fit, on the same questions.
_CHANCE = (-1.9, 1.4, 0.53)
# The same where no passage is in the language of the question.
_RANK_ACROSS = (15.3, 21.4, 0.0, 0.0)
_CHANCE_ACROSS = (-2.2, 4.29, 0.47)
# With an embedder that has learnt English only: 1, cosine, score of the passage, share of words.
_WEAK_CHANCE = (-4.693, 3.672, 0.392, 5.029)


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
        The candidates in order of their passages. The first chance is estimated; it is shared out
        to the others by their ranks, as in a softmax. Their features are those of `_RANK`.
    """
    found = _candidates(question, hits[:_MOST_PASSAGES], rare_words, embedder)
    if not found:
        return []
    if not is_multilingual(embedder):
        return [replace(each, chance=_weak_chance(each)) for each in found]
    shares = shares_words(question, found)
    ranks = _ranks(found, shares=shares)
    best = max(ranks)
    known = evidence(found, shares=shares)
    chance = chance_of((1.0, *known), _CHANCE if shares else _CHANCE_ACROSS)
    return [
        replace(each, chance=chance * math.exp(rank - best))
        for each, rank in zip(found, ranks, strict=True)
    ]


def shares_words(question: str, candidates: Sequence[Candidate]) -> bool:
    """Whether words count: a passage is in the language of the question.

    Where languages are not clear or several, a passage that holds enough of its words tells it.
    """
    asked = language_of(question)
    passages = {each.hit.passage.id: each.hit.passage.text for each in candidates}
    languages = set(map(language_of, passages.values()))
    if asked and "" not in languages and (asked not in languages or len(languages) == 1):
        return asked in languages
    return max(each.features[3] for each in candidates) >= _SHARES_WORDS


def evidence(candidates: Sequence[Candidate], *, shares: bool) -> tuple[float, float]:
    """What the chance of the first sentence stands on: its cosine with the question, its margin.

    Args:
        candidates: The sentences of a question.
        shares: Whether words count; see `shares_words`.
    """
    ranks = _ranks(candidates, shares=shares)
    best = max(range(len(ranks)), key=ranks.__getitem__)
    passage = candidates[best].hit.passage.id
    others = [
        rank for each, rank in zip(candidates, ranks, strict=True) if each.hit.passage.id != passage
    ]
    margin = min(ranks[best] - max(others, default=-math.inf), _WIDEST_MARGIN)
    return candidates[best].features[0], margin


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


def _candidates(
    question: str, hits: Sequence[Hit], rare_words: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    stem = stems_for(question)
    held = {hit.passage.id: coverage(rare_words, _around(hit), stem) for hit in hits}
    found = []
    for hit, start, end, cosine in compared_sentences(question, hits, embedder):
        covered = coverage(rare_words, words_at(hit, start, end), stem)
        features = (cosine, hit.score, covered, held[hit.passage.id])
        found.append(Candidate(hit, start, end, None, 0.0, "words", covered, features))
    return found


def _around(hit: Hit) -> str:
    return f"{hit.passage.title} {hit.passage.heading or ''} {hit.passage.text}"


def _ranks(candidates: Sequence[Candidate], *, shares: bool) -> list[float]:
    weights = _RANK if shares else _RANK_ACROSS
    return [sum(map(mul, each.features, weights)) for each in candidates]


def _weak_chance(candidate: Candidate) -> float:
    return chance_of((1.0, *candidate.features[:3]), _WEAK_CHANCE)

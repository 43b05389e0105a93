"""Sentences in languages that the reader has not learnt: ranked by words and meaning alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import mul

from askdocs.answering.candidates import Candidate
from askdocs.answering.confidence import logistic
from askdocs.answering.context import all_sentences, sentences
from askdocs.answering.coverage import coverage, loose_coverage
from askdocs.documents.language import language_of
from askdocs.index.keywords.terms import stems_for
from askdocs.models.embedders import Embedder, is_multilingual
from askdocs.types import Hit

_MOST_PASSAGES = 6  # whose sentences are embedded for a question
_WIDEST_MARGIN = 5.0
_SHARES_WORDS = 0.3  # of the question's words in a passage, from which words tell anything
# Fitted by training/multilingual/fit_unread.py; docs/decisions/0023 says on what. A sentence's
# rank, a logit, is the sum of these times its features.
FEATURES = (
    "cosine",  # with the question
    "in context",  # the same of the sentence below its heading, behind the one before it
    "retrieval",  # score of its passage in the search
    "words",  # share of the question's words in it and its context, parts of words counted too
    "passage",  # share of the question's words in its passage
)
_RANK = (7.6, 5.4, 6.4, 4.1, 2.4)
# The chance that what is quoted for the first answers: 1, its cosine in context, and how far its
# rank lies above that of the next passage.
_CHANCE = (-1.82, 1.83, 0.26)
# The same where no passage is in the language of the question; the cosine is that of itself.
_RANK_ACROSS = (15.3, 0.0, 21.4, 0.0, 0.0)
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
        to the others by their ranks, as in a softmax. Their features are FEATURES.
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
    return max(each.features[-1] for each in candidates) >= _SHARES_WORDS


def evidence(candidates: Sequence[Candidate], *, shares: bool) -> tuple[float, float]:
    """What the chance of the first sentence stands on: its cosine with the question, its margin.

    The cosine is that in context where words count.

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
    return candidates[best].features[int(shares)], margin


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
    compared = compared_sentences(question, hits, embedder)
    if not compared:
        return []
    before = {hit.passage.id: _before_each(hit) for hit in hits}
    contexts = [
        _with_context(hit, before[hit.passage.id].get(start, ""), words_at(hit, start, end))
        for hit, start, end, _ in compared
    ]
    in_context = _nearness(question, contexts, embedder)
    found = []
    for (hit, start, end, cosine), context, nearness in zip(
        compared, contexts, in_context, strict=True
    ):
        covered = coverage(rare_words, words_at(hit, start, end), stem)
        loosely = loose_coverage(rare_words, context)
        features = (cosine, nearness, hit.score, loosely, held[hit.passage.id])
        found.append(Candidate(hit, start, end, None, 0.0, "words", covered, features))
    return found


def _nearness(question: str, texts: Sequence[str], embedder: Embedder) -> Sequence[float]:
    """The cosines with the question; 0 where the embedder has not learnt the languages."""
    if not is_multilingual(embedder):
        return [0.0] * len(texts)
    return list(map(float, embedder.embed(texts) @ embedder.embed_question(question)))


def _before_each(hit: Hit) -> dict[int, str]:
    """The sentence before each of a passage, by where the latter begins in the document."""
    spans = all_sentences(hit.passage)
    return {
        hit.passage.start + start: hit.passage.text[first:last]
        for (first, last), (start, _) in pairwise(spans)
    }


def _with_context(hit: Hit, before: str, sentence: str) -> str:
    """A sentence with what tells what it is about: "Er heißt Schorsch" names no boat."""
    heading = hit.passage.own_heading or hit.passage.title
    return f"{heading}: {before} {sentence}" if before else f"{heading}: {sentence}"


def _around(hit: Hit) -> str:
    return f"{hit.passage.title} {hit.passage.heading or ''} {hit.passage.text}"


def _ranks(candidates: Sequence[Candidate], *, shares: bool) -> list[float]:
    weights = _RANK if shares else _RANK_ACROSS
    return [sum(map(mul, each.features, weights)) for each in candidates]


def _weak_chance(candidate: Candidate) -> float:
    cosine, _, score, _, _ = candidate.features
    return chance_of((1.0, cosine, score, candidate.coverage), _WEAK_CHANCE)

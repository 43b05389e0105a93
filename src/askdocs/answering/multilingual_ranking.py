"""Ranks sentences in other languages than English, by words, vectors and a multilingual reader."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import mul

from askdocs.answering.candidates import Candidate
from askdocs.answering.confidence import logistic
from askdocs.answering.context import all_sentences, sentences
from askdocs.models.cross_encoder import SentenceScorer
from askdocs.models.embedders import Embedder, Vectors, is_multilingual
from askdocs.text.language import language_of
from askdocs.text.overlap import coverage, loose_coverage
from askdocs.text.stemming import stems_for
from askdocs.types import Hit

_MOST_PASSAGES = 6  # whose sentences are embedded for a question
_WIDEST_MARGIN = 5.0
_SHARES_WORDS = 0.3  # of the question's words in a passage, from which words tell anything
# Fitted by training/multilingual/fit_ranking_weights.py; docs/decisions/0023 says on what. A
# sentence's rank, a logit, is the sum of these times its features.
FEATURES = (
    "cosine",  # with the question
    "in context",  # the same of the sentence below its heading, behind the one before it
    "retrieval",  # score of its passage in the search
    "words",  # share of the question's words in it and its context, parts of words counted too
    "passage",  # share of the question's words in its passage
    "read",  # logit that it answers, by the multilingual network; the lowest where it is not read
)
_RANK: tuple[float, ...] = (4.053, 3.892, 5.337, 2.983, 1.84, 0.528)
_PASSAGE, _READ = FEATURES.index("passage"), FEATURES.index("read")
# The probability that the quote of the first sentence answers, from: 1, the logit of the reader,
# the cosine in context, and the margin of its rank to the next passage. The constant is 0.205 below
# the fitted one, so that no more of the answers are wrong than without a reader.
_CALIBRATION = (-1.925, 0.371, 1.565, 0.214)
# The same if no passage is in the language of the question. The cosine is without context.
_RANK_ACROSS: tuple[float, ...] = (6.034, 0.0, 12.571, 0.0, 0.0, 0.615)
_CALIBRATION_ACROSS = (-2.022, 0.543, 0.877, 0.214)
# With an English-only embedder, from: 1, cosine, score of the passage, share of words.
_CALIBRATION_ENGLISH_ONLY = (-4.693, 3.672, 0.392, 5.029)


def rank_multilingual(
    question: str,
    hits: Sequence[Hit],
    *,
    rare_words: Mapping[str, float],
    embedder: Embedder,
    reader: Callable[[], SentenceScorer] | None = None,
    meant: Callable[[Sequence[Candidate]], list[Candidate]] = list,
) -> list[Candidate]:
    """Rank the sentences of passages that the English reader does not support.

    Args:
        question: The question as it is read.
        hits: The passages, best first. Only the first few are ranked.
        rare_words: The words of the question with their weights.
        embedder: Compares the sentences with the question.
        reader: Opens the multilingual reader. It is used only if the embedder is multilingual.
        meant: Selects the sentences that may be meant.

    Returns:
        The candidates in the order of their passages. The probability of the best one is
        estimated. Those of the others follow from it by their ranks, as in a softmax. Their
        features are FEATURES.
    """
    found = meant(_candidates(question, hits[:_MOST_PASSAGES], rare_words, embedder))
    if not found:
        return []
    if not is_multilingual(embedder):
        return [
            replace(candidate, probability=_english_only_probability(candidate))
            for candidate in found
        ]
    if reader:
        found = _with_readings(found, logits(question, found, reader()))
    shares = shares_words(question, found)
    ranked = ranks(found, shares=shares)
    best = max(ranked)
    known = confidence_features(found, shares=shares)
    probability = probability_of((1.0, *known), _CALIBRATION if shares else _CALIBRATION_ACROSS)
    return [
        replace(candidate, probability=probability * math.exp(rank - best))
        for candidate, rank in zip(found, ranked, strict=True)
    ]


def shares_words(question: str, candidates: Sequence[Candidate]) -> bool:
    """Whether words count: a passage is in the language of the question.

    Where languages are not clear or several, a passage that holds enough of its words tells it.
    """
    asked = language_of(question)
    passages = {candidate.hit.passage.id: candidate.hit.passage.text for candidate in candidates}
    languages = set(map(language_of, passages.values()))
    if asked and "" not in languages and (asked not in languages or len(languages) == 1):
        return asked in languages
    return max(candidate.features[_PASSAGE] for candidate in candidates) >= _SHARES_WORDS


def confidence_features(
    candidates: Sequence[Candidate], *, shares: bool
) -> tuple[float, float, float]:
    """What the probability of the first sentence stands on: its reading, its cosine, its margin.

    The reading is the logit that it answers, the cosine that with the question, and the margin how
    far its rank lies above that of the next passage.

    The cosine is that in context where words count.

    Args:
        candidates: The sentences of a question.
        shares: Whether words count; see `shares_words`.
    """
    ranked = ranks(candidates, shares=shares)
    best = max(range(len(ranked)), key=ranked.__getitem__)
    passage = candidates[best].hit.passage.id
    others = [
        rank
        for candidate, rank in zip(candidates, ranked, strict=True)
        if candidate.hit.passage.id != passage
    ]
    margin = min(ranked[best] - max(others, default=-math.inf), _WIDEST_MARGIN)
    features = candidates[best].features
    return features[_READ], features[int(shares)], margin


def compared_sentences(
    question: Vectors, hits: Sequence[Hit], embedder: Embedder
) -> list[tuple[Hit, int, int, float]]:
    """Compare the sentences of passages with a question.

    Args:
        question: The question's vector, float32 [dimensions].
        hits: The passages.
        embedder: Embeds the sentences.

    Returns:
        (hit, start, end, cosine with the question) of each sentence, in order.
    """
    places = [
        (hit, hit.passage.start + start, hit.passage.start + end)
        for hit in hits
        for start, end in sentences(hit.passage)
    ]
    if not places:
        return []
    vectors = embedder.embed([words_at(*place) for place in places])
    return [
        (*place, float(vector @ question)) for place, vector in zip(places, vectors, strict=True)
    ]


def words_at(hit: Hit, start: int, end: int) -> str:
    """The words between two places of the document that a passage is from."""
    return hit.passage.text[start - hit.passage.start : end - hit.passage.start]


def probability_of(features: Sequence[float], weights: Sequence[float]) -> float:
    """The logistic function of the weighted features."""
    return logistic(sum(map(mul, features, weights)))


def logits(
    question: str, candidates: Sequence[Candidate], reader: SentenceScorer
) -> list[float | None]:
    """The logit that each sentence answers, by the reader; None where it has not read it."""
    passages = {candidate.hit.passage.id: candidate.hit.passage for candidate in candidates}
    readings = dict(zip(passages, reader.score(question, list(passages.values())), strict=True))
    return [
        readings[candidate.hit.passage.id].sentence_logit(
            candidate.start - candidate.hit.passage.start,
            candidate.end - candidate.hit.passage.start,
        )
        for candidate in candidates
    ]


def _with_readings(
    candidates: Sequence[Candidate], found: Sequence[float | None]
) -> list[Candidate]:
    lowest = min((candidate for candidate in found if candidate is not None), default=0.0)
    return [
        replace(candidate, features=(*candidate.features[:-1], lowest if logit is None else logit))
        for candidate, logit in zip(candidates, found, strict=True)
    ]


def _candidates(
    question: str, hits: Sequence[Hit], rare_words: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    if not hits:
        return []
    stem = stems_for(question)
    held = {hit.passage.id: coverage(rare_words, _around(hit), stem) for hit in hits}
    vector = embedder.embed_question(question)
    compared = compared_sentences(vector, hits, embedder)
    if not compared:
        return []
    before = {hit.passage.id: _before_each(hit) for hit in hits}
    contexts = [
        _with_context(hit, before[hit.passage.id].get(start, ""), words_at(hit, start, end))
        for hit, start, end, _ in compared
    ]
    in_context = _nearness(vector, contexts, embedder)
    found = []
    for (hit, start, end, cosine), context, nearness in zip(
        compared, contexts, in_context, strict=True
    ):
        covered = coverage(rare_words, words_at(hit, start, end), stem)
        loosely = loose_coverage(rare_words, context)
        features = (cosine, nearness, hit.score, loosely, held[hit.passage.id], 0.0)
        found.append(Candidate(hit, start, end, None, 0.0, "multilingual", covered, features))
    return found


def _nearness(question: Vectors, texts: Sequence[str], embedder: Embedder) -> Sequence[float]:
    """The cosines with the question's vector; 0 if the embedder is English-only."""
    if not is_multilingual(embedder):
        return [0.0] * len(texts)
    return list(map(float, embedder.embed(texts) @ question))


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


def ranks(candidates: Sequence[Candidate], *, shares: bool) -> list[float]:
    weights = _RANK if shares else _RANK_ACROSS
    return [sum(map(mul, candidate.features, weights)) for candidate in candidates]


def _english_only_probability(candidate: Candidate) -> float:
    cosine, _, score, *_ = candidate.features
    return probability_of((1.0, cosine, score, candidate.coverage), _CALIBRATION_ENGLISH_ONLY)

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
from askdocs.answering.rule_switches import rule
from askdocs.models.cross_encoder import SentenceScorer
from askdocs.models.embedders import Embedder, Vectors, is_multilingual
from askdocs.text.language import clear_languages_of_question, is_other_language, language_of
from askdocs.text.overlap import coverage, loose_coverage
from askdocs.text.stemming import stems_for
from askdocs.types import Hit

_MOST_PASSAGES = 6  # to limit how many sentences are embedded for a question
_MAX_MARGIN = 5.0
_OTHER_LANGUAGE = 3.0  # by how much the rank is lower in another language; set by hand
_MIN_SHARED_WORDS = 0.3  # of the question's words, by weight; with fewer, words are no evidence
# The rank of a sentence is a logit: the sum of its features, each times its weight.
# training/multilingual/fit_ranking_weights.py fitted the weights; docs/decisions/0023 says on what.
FEATURES = (
    "cosine",  # with the question
    "in context",  # the same, with its heading and the previous sentence
    "retrieval",  # score of its passage in the search, in [0, 1]
    "words",  # share of the question's words, or of parts of them, in it and its context
    "passage",  # share of the question's words in its passage
    "read",  # logit that it answers, by the multilingual reader; the lowest if that did not read it
)
_RANK: tuple[float, ...] = (4.053, 3.892, 5.337, 2.983, 1.84, 0.528)
_PASSAGE, _READ = FEATURES.index("passage"), FEATURES.index("read")
# Weights for the probability that the best sentence answers: for 1, the logit of the reader, the
# cosine in context, and the margin of its rank to the next passage. The first is 0.205 less than
# fitted, so that the share of wrong answers is not higher than without a reader.
_CALIBRATION = (-1.925, 0.371, 1.565, 0.214)
# The same if question and passages share no words. The cosine is without context.
_RANK_ACROSS: tuple[float, ...] = (6.034, 0.0, 12.571, 0.0, 0.0, 0.615)
_CALIBRATION_ACROSS = (-2.022, 0.543, 0.877, 0.214)
# With an English-only embedder: for 1, cosine, score of the passage, share of words.
_CALIBRATION_ENGLISH_ONLY = (-4.693, 3.672, 0.392, 5.029)


def rank_multilingual(
    question: str,
    hits: Sequence[Hit],
    *,
    term_weights: Mapping[str, float],
    embedder: Embedder,
    reader: Callable[[], SentenceScorer] | None = None,
    select: Callable[[Sequence[Candidate]], list[Candidate]] = list,
) -> list[Candidate]:
    """Rank the sentences of passages that the English reader does not support.

    Args:
        question: The question with words of the conversation, as `Question.read_as`.
        hits: The passages, best first. Only the first six are ranked.
        term_weights: The words of the query with their weights.
        embedder: Compares the sentences with the question.
        reader: Loads the multilingual reader. It is used only with a multilingual embedder.
        select: Filters the sentences before they are ranked.

    Returns:
        The candidates in the order of their passages. The probability of the best one is estimated.
        Those of the others follow from it by their ranks, as in a softmax. With an English-only
        embedder, each is estimated on its own.
    """
    found = select(_candidates(question, hits[:_MOST_PASSAGES], term_weights, embedder))
    if not found:
        return []
    if not is_multilingual(embedder):
        return [
            replace(candidate, probability=_english_only_probability(candidate))
            for candidate in found
        ]
    if reader:
        found = _with_logits(found, logits(question, found, reader()))
    shares = shares_words(question, found)
    ranked = _ranks_by_language(question, found, ranks(found, shares=shares))
    best = max(ranked)
    features = confidence_features(found, shares=shares, ranked=ranked)
    probability = probability_of((1.0, *features), _CALIBRATION if shares else _CALIBRATION_ACROSS)
    return [
        replace(candidate, probability=probability * math.exp(rank - best))
        for candidate, rank in zip(found, ranked, strict=True)
    ]


def shares_words(question: str, candidates: Sequence[Candidate]) -> bool:
    """Whether question and passages share words: a passage is in the language of the question.

    If the languages are not clear, or one of several is that of the question, it is decided by
    words. Then one passage must have enough words of the question.

    Args:
        question: The question.
        candidates: Sentences of the passages, with their features; at least one.
    """
    asked = language_of(question)
    passages = {candidate.hit.passage.id: candidate.hit.passage.text for candidate in candidates}
    languages = set(map(language_of, passages.values()))
    if asked and "" not in languages and (asked not in languages or len(languages) == 1):
        return asked in languages
    return max(candidate.features[_PASSAGE] for candidate in candidates) >= _MIN_SHARED_WORDS


def confidence_features(
    candidates: Sequence[Candidate], *, shares: bool, ranked: Sequence[float] | None = None
) -> tuple[float, float, float]:
    """The features from which the probability of the best sentence is estimated.

    Args:
        candidates: All sentences of a question.
        shares: The result of `shares_words`.
        ranked: The ranks of the sentences. None for those of `ranks`.

    Returns:
        The logit of the reader that the sentence answers; its cosine with the question, in context
        if words are shared; how far its rank is above the best one of another passage, at most 5.
    """
    ranked = ranks(candidates, shares=shares) if ranked is None else ranked
    best = max(range(len(ranked)), key=ranked.__getitem__)
    passage = candidates[best].hit.passage.id
    others = [
        rank
        for candidate, rank in zip(candidates, ranked, strict=True)
        if candidate.hit.passage.id != passage
    ]
    margin = min(ranked[best] - max(others, default=-math.inf), _MAX_MARGIN)
    features = candidates[best].features
    return features[_READ], features[int(shares)], margin


@rule("language of the question", otherwise=lambda _, __, ranked: list(ranked))
def _ranks_by_language(
    question: str, candidates: Sequence[Candidate], ranked: Sequence[float]
) -> list[float]:
    """Lower the ranks of sentences in another language, if a passage is in that of the question.

    Where words are not shared, a sentence about the same subject in another language may be closer
    to the question than the one that answers it.
    """
    asked = clear_languages_of_question(question)
    languages = {
        candidate.hit.passage.id: language_of(candidate.hit.passage.text)
        for candidate in candidates
    }
    own = [code for code in languages.values() if code and not is_other_language(code, asked)]
    if not asked or not own:
        return list(ranked)
    return [
        rank - _OTHER_LANGUAGE * is_other_language(languages[candidate.hit.passage.id], asked)
        for candidate, rank in zip(candidates, ranked, strict=True)
    ]


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
    """The text between two offsets into the document of a passage."""
    return hit.passage.text[start - hit.passage.start : end - hit.passage.start]


def probability_of(features: Sequence[float], weights: Sequence[float]) -> float:
    """The logistic function of the weighted sum of features, in [0, 1]."""
    return logistic(sum(map(mul, features, weights)))


def logits(
    question: str, candidates: Sequence[Candidate], reader: SentenceScorer
) -> list[float | None]:
    """The logits of the reader that sentences answer; None for a sentence that it has not read."""
    passages = {candidate.hit.passage.id: candidate.hit.passage for candidate in candidates}
    readings = dict(zip(passages, reader.score(question, list(passages.values())), strict=True))
    return [
        readings[candidate.hit.passage.id].sentence_logit(
            candidate.start - candidate.hit.passage.start,
            candidate.end - candidate.hit.passage.start,
        )
        for candidate in candidates
    ]


def _with_logits(candidates: Sequence[Candidate], found: Sequence[float | None]) -> list[Candidate]:
    """The candidates with the logits of the reader as features; the lowest one if it has none."""
    lowest = min((logit for logit in found if logit is not None), default=0.0)
    return [
        replace(candidate, features=(*candidate.features[:-1], lowest if logit is None else logit))
        for candidate, logit in zip(candidates, found, strict=True)
    ]


def _candidates(
    question: str, hits: Sequence[Hit], term_weights: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    """All sentences of passages with their features. Only "read" is not known yet."""
    if not hits:
        return []
    stem = stems_for(question)
    passage_coverage = {hit.passage.id: coverage(term_weights, _around(hit), stem) for hit in hits}
    vector = embedder.embed_question(question)
    compared = compared_sentences(vector, hits, embedder)
    if not compared:
        return []
    before = {hit.passage.id: _previous_sentences(hit) for hit in hits}
    contexts = [
        _with_context(hit, before[hit.passage.id].get(start, ""), words_at(hit, start, end))
        for hit, start, end, _ in compared
    ]
    in_context = _context_cosines(vector, contexts, embedder)
    found = []
    for (hit, start, end, cosine), context, in_context_cosine in zip(
        compared, contexts, in_context, strict=True
    ):
        covered = coverage(term_weights, words_at(hit, start, end), stem)
        loosely = loose_coverage(term_weights, context)
        features = (
            cosine,
            in_context_cosine,
            hit.score,
            loosely,
            passage_coverage[hit.passage.id],
            0.0,
        )
        found.append(Candidate(hit, start, end, None, 0.0, "multilingual", covered, features))
    return found


def _context_cosines(
    question: Vectors, texts: Sequence[str], embedder: Embedder
) -> Sequence[float]:
    """The cosines with the question's vector. They are 0 if the embedder is English-only."""
    if not is_multilingual(embedder):
        return [0.0] * len(texts)
    return list(map(float, embedder.embed(texts) @ question))


def _previous_sentences(hit: Hit) -> dict[int, str]:
    """The start of each sentence of a passage in the document → the sentence before it."""
    spans = all_sentences(hit.passage)
    return {
        hit.passage.start + start: hit.passage.text[first:last]
        for (first, last), (start, _) in pairwise(spans)
    }


def _with_context(hit: Hit, before: str, sentence: str) -> str:
    """A sentence below its heading and behind the previous sentence.

    They show what it is about: "Er heißt Schorsch" does not name the boat.
    """
    heading = hit.passage.own_heading or hit.passage.title
    return f"{heading}: {before} {sentence}" if before else f"{heading}: {sentence}"


def _around(hit: Hit) -> str:
    return f"{hit.passage.title} {hit.passage.heading or ''} {hit.passage.text}"


def ranks(candidates: Sequence[Candidate], *, shares: bool) -> list[float]:
    """The rank of each candidate, a logit. Only ranks for the same question can be compared.

    Args:
        candidates: The sentences with their features.
        shares: The result of `shares_words`. It selects the weights.
    """
    weights = _RANK if shares else _RANK_ACROSS
    return [sum(map(mul, candidate.features, weights)) for candidate in candidates]


def _english_only_probability(candidate: Candidate) -> float:
    """The probability of a candidate, if the embedder is English-only."""
    cosine, _, score, *_ = candidate.features
    return probability_of((1.0, cosine, score, candidate.coverage), _CALIBRATION_ENGLISH_ONLY)

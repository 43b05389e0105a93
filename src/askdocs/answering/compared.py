"""Answers questions that compare two things, if the best sentence is about only one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.doubt import doubt
from askdocs.answering.questions.comparison import Side
from askdocs.answering.questions.question import Question, parse
from askdocs.answering.search_and_rank import following_text, search_and_rank
from askdocs.resources import Resources
from askdocs.text.stemming import stem
from askdocs.text.tokens import words


def compare_sides(
    resources: Resources,
    question: Question,
    sides: tuple[Side, Side],
    sources: Sequence[str] | None,
) -> RetrievalResult:
    """Find candidates for a question that compares two things.

    If the best sentence has words of only one side, each side is searched on its own. Then the best
    sentences of both sides are the answer together.

    Args:
        resources: The open models and the index.
        question: The question.
        sides: The two sides; see `sides_of`.
        sources: The documents that are searched; None for all.
    """
    result = search_and_rank(resources, question, sources)
    keywords = [_rarest(resources, side.words) for side in sides]
    best = result.candidates[:1]
    if not best or all(_has_word(best[0], word) for word in keywords):
        return result
    found = []
    for side, word in zip(sides, keywords, strict=True):
        alone = search_and_rank(resources, parse(side.question), sources)
        found.append(
            next((candidate for candidate in alone.candidates if _has_word(candidate, word)), None)
        )
    first, second = found
    if first is None or second is None or first.key == second.key:
        return result
    probability = max(best[0].probability, min(first.probability, second.probability))
    pair = tuple(replace(each, probability=probability) for each in (first, second))
    weights = resources.open_catalog().term_weights(question.queries[-1])
    rest = tuple(
        candidate for candidate in result.candidates if candidate.key not in {first.key, second.key}
    )
    return replace(
        result,
        candidates=(
            *pair,
            *(
                replace(candidate, probability=min(candidate.probability, probability))
                for candidate in rest
            ),
        ),
        following={**result.following, **following_text(resources, pair)},
        joint_count=2,
        doubt=doubt(question, pair, weights),
    )


def _rarest(resources: Resources, names: Sequence[str]) -> str:
    """The word of a side that is rarest in the index. It distinguishes the side best."""
    rarity = resources.open_catalog().term_weights(" ".join(names))
    return max(rarity, key=lambda word: rarity[word])


def _has_word(candidate: Candidate, word: str) -> bool:
    """Whether a sentence, its heading or its title has a word in any form."""
    passage = candidate.hit.passage
    around = f"{passage.title} {passage.heading or ''} {candidate.quote}"
    return stem(word) in {stem(each) for each in words(around)}

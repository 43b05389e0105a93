"""Questions that compare two things, of which no one sentence speaks together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.questions.comparison import Side
from askdocs.answering.questions.question import Question, parse
from askdocs.answering.search_and_rank import following_text, search_and_rank
from askdocs.resources import Resources
from askdocs.text.stemming import stem
from askdocs.text.tokens import words


def compare_sides(
    resources: Resources, asked: Question, sides: tuple[Side, Side], sources: Sequence[str] | None
) -> RetrievalResult:
    """What is known of a question that compares two things.

    Where the best sentence speaks of one of them only, the other is looked for on its own, and the
    best sentence of each is an answer of its own.
    """
    known = search_and_rank(resources, asked, sources)
    telling = [_rarest(resources, side.words) for side in sides]
    best = known.candidates[:1]
    if not best or all(_has_word(best[0], word) for word in telling):
        return known
    found = []
    for side, word in zip(sides, telling, strict=True):
        alone = search_and_rank(resources, parse(side.question), sources)
        found.append(
            next((candidate for candidate in alone.candidates if _has_word(candidate, word)), None)
        )
    first, second = found
    if first is None or second is None or first.key == second.key:
        return known
    probability = max(best[0].probability, min(first.probability, second.probability))
    pair = tuple(replace(each, probability=probability) for each in (first, second))
    rest = tuple(
        candidate for candidate in known.candidates if candidate.key not in {first.key, second.key}
    )
    return replace(
        known,
        candidates=(
            *pair,
            *(
                replace(candidate, probability=min(candidate.probability, probability))
                for candidate in rest
            ),
        ),
        following={**known.following, **following_text(resources, pair)},
        joint_count=2,
    )


def _rarest(resources: Resources, names: Sequence[str]) -> str:
    """The word of a side that tells it from others best."""
    rarity = resources.open_catalog().term_weights(" ".join(names))
    return max(rarity, key=lambda word: rarity[word])


def _has_word(candidate: Candidate, word: str) -> bool:
    """Whether a sentence, or the title or heading above it, has a word in some form."""
    passage = candidate.hit.passage
    around = f"{passage.title} {passage.heading or ''} {candidate.quote}"
    return stem(word) in {stem(each) for each in words(around)}

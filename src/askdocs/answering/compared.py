"""Answers questions about two things or documents from both, not only from the best sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.doubt import doubt
from askdocs.answering.questions.comparison import Side, documents_meant
from askdocs.answering.questions.question import Question, parse
from askdocs.answering.rule_switches import rule
from askdocs.answering.search_and_rank import following_text, search_and_rank
from askdocs.resources import Resources
from askdocs.text.stemming import stem
from askdocs.text.stop_words import name_words
from askdocs.text.tokens import words

_MOST_DOCUMENTS = 3  # that are searched one by one


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
    pairs = list(zip(keywords, reversed(keywords), strict=True))
    if not best or all(_has_word(best[0], word, other) for word, other in pairs):
        return result
    found = []
    for side, (word, other) in zip(sides, pairs, strict=True):
        alone = search_and_rank(resources, parse(side.question), sources)
        about = (each for each in alone.candidates if _has_word(each, word, other))
        found.append(next(about, None))
    first, second = found
    if first is None or second is None or first.key == second.key:
        return result
    return _together(resources, question, result, (first, second))


@rule("several documents compared", otherwise=lambda _, result, *__: result)
def compare_documents(
    resources: Resources,
    result: RetrievalResult,
    question: Question,
    sources: Sequence[str] | None,
) -> RetrievalResult:
    """Answer a question about two or three documents from each of them.

    For "the limits of the moss studies", the documents with "moss" in their title or file name are
    searched one by one. Their best sentences are the answer together, as far as they may answer.

    Args:
        resources: The open models and the index.
        result: What was found in all documents.
        question: The question.
        sources: The documents that are searched; None for all.
    """
    about = {stem(word) for word in documents_meant(question.asked)}
    if not about or not result.candidates:
        return result
    catalog = resources.open_catalog()
    searched = set(catalog.sources(sources))
    meant = [
        record.source
        for record in catalog.document_records()
        if record.source in searched
        and about <= {stem(word) for word in name_words(f"{record.source} {record.title}")}
    ]
    if not 1 < len(meant) <= _MOST_DOCUMENTS:
        return result
    least = resources.config.minimum_confidence
    found = [search_and_rank(resources, question, [source]).candidates[:1] for source in meant]
    likely = [each for best in found for each in best if each.probability >= least]
    likely.sort(key=lambda each: -each.probability)
    return _together(resources, question, result, likely) if len(likely) > 1 else result


def _together(
    resources: Resources,
    question: Question,
    result: RetrievalResult,
    found: Sequence[Candidate],
) -> RetrievalResult:
    """The result with candidates that are the answer together. They get one probability."""
    best = result.candidates[0].probability
    probability = max(best, min(each.probability for each in found))
    joint = tuple(replace(each, probability=probability) for each in found)
    keys = {each.key for each in found}
    weights = resources.open_catalog().term_weights(question.queries[-1])
    rest = (
        replace(candidate, probability=min(candidate.probability, probability))
        for candidate in result.candidates
        if candidate.key not in keys
    )
    return replace(
        result,
        candidates=(*joint, *rest),
        following={**result.following, **following_text(resources, joint)},
        joint_count=len(joint),
        doubt=doubt(question, joint, weights),
        rows=(),
        rows_cut=False,
    )


def _rarest(resources: Resources, names: Sequence[str]) -> str:
    """The word of a side that is rarest in the index. It distinguishes the side best."""
    rarity = resources.open_catalog().term_weights(" ".join(names))
    return max(rarity, key=lambda word: rarity[word])


def _has_word(candidate: Candidate, word: str, other: str) -> bool:
    """Whether a sentence has a word in any form, or is below a heading or title that has it.

    A heading or title that has the word of the other side too says nothing about the sentence.
    """
    passage = candidate.hit.passage
    own, above = _stems(candidate.quote), _stems(f"{passage.title} {passage.heading or ''}")
    return stem(word) in own or (stem(word) in above and stem(other) not in above)


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text)}

"""Candidates to an Answer: sentences quoted word for word, none twice, or none at all."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import takewhile

from askdocs.answering.disagreement import DIFFERENT, documents_differ
from askdocs.answering.questions.intent import asks_for_one_fact
from askdocs.answering.ranking import Candidate, Considered, after_reading, leans_on, sentences
from askdocs.documents.sentences import is_item
from askdocs.index.keywords.terms import content_words
from askdocs.types import Answer, Citation, Statement

NO_ANSWER = "Your documents do not seem to answer this."
NOTHING_FOUND = "Nothing in your documents has to do with this."
_MOST_STATEMENTS = 5
_MOST_FACTS = 3  # statements for a question that asks for one fact
# A further sentence must have this share of the best one's chance; docs/decisions/0004.
_CLOSE = 0.3
_CLOSE_FACT = 0.4  # where one fact is asked for
_CLOSE_BY_WORDS = 0.7  # in languages that are not read
_SAME = 0.75  # share of common words from which two sentences say the same
_NEAREST_SHOWN = 5


def answer_with_quotes(considered: Considered, *, minimum_confidence: float) -> Answer:
    """The best candidates as quoted statements; no answer if none reaches the confidence.

    Each citation's quote is `document.text[start:end]`, and each statement is its first quote.
    Sentences of several documents that say the same are one statement with several citations.
    """
    question, candidates = considered.question, considered.candidates
    if not candidates or candidates[0].chance < minimum_confidence:
        return _no_answer(considered)
    groups = _ordered(question, _with_list(question, _select(question, candidates), candidates))
    said = {group[0].place for group in groups}
    statements: list[Statement] = []
    number = 0
    for group in groups:
        citations = []
        for candidate in group:
            number += 1
            citations.append(_citation(number, candidate, said))
        text = " ".join(citations[0].quote.split())
        statements.append(Statement(text, tuple(citations), "quoted"))
    return Answer(
        question=question,
        text="\n\n".join(_with_numbers(statement) for statement in statements),
        statements=tuple(statements),
        citations=tuple(citation for each in statements for citation in each.citations),
        hits=tuple(after_reading(considered.hits, candidates)),
        answered=True,
        confidence=round(candidates[0].chance, 3),
        searched_for=considered.searched_for,
        notice=considered.notice
        or DIFFERENT * documents_differ(question, [group[0] for group in groups]),
    )


def _no_answer(considered: Considered) -> Answer:
    """The Answer that there is none, with the nearest passages."""
    candidates = considered.candidates
    hits = after_reading(considered.hits, candidates)
    return Answer(
        question=considered.question,
        text=NO_ANSWER if hits else NOTHING_FOUND,
        hits=tuple(hits[:_NEAREST_SHOWN]),
        confidence=round(candidates[0].chance, 3) if candidates else 0.0,
        searched_for=considered.searched_for,
    )


def _select(question: str, candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """The candidates worth saying, best first, those that say the same together."""
    one_fact = asks_for_one_fact(question)
    most, close = (_MOST_FACTS, _CLOSE_FACT) if one_fact else (_MOST_STATEMENTS, _CLOSE)
    if candidates[0].by_words:
        close = _CLOSE_BY_WORDS
    floor = candidates[0].chance * close
    groups: list[list[Candidate]] = [[candidates[0]]]
    for candidate in candidates[1:]:
        if candidate.chance < floor:
            break
        alike = next((group for group in groups if _say_the_same(group[0], candidate)), None)
        if alike is None and len(groups) < most:
            groups.append([candidate])
        elif alike and all(one.hit.passage.source != candidate.hit.passage.source for one in alike):
            alike.append(candidate)
    return groups


def _with_list(
    question: str, groups: list[list[Candidate]], candidates: Sequence[Candidate]
) -> list[list[Candidate]]:
    """The groups and, where the best candidate is of a list or leads it in, its other items.

    Asked for recommendations, one of three is half an answer. Not where one fact is asked for.
    """
    best = groups[0][0]
    if asks_for_one_fact(question):
        return groups
    said = {one.place for group in groups for one in group}
    known = {one.place: one for one in candidates}
    items = [(best.hit.passage.source, start) for start in _list_around(best)]
    others = [[known[item]] for item in items if item in known and item not in said]
    return groups + others[: max(_MOST_STATEMENTS - len(groups), 0)]


def _list_around(candidate: Candidate) -> list[int]:
    """Where the items of the list begin that a sentence is an item of, or leads in with a colon."""
    passage = candidate.hit.passage
    lines = [
        (passage.start + start, passage.text[start:end])
        for start, end in sentences(passage)
        if start == 0 or passage.text[:start].rstrip(" \t").endswith("\n")
    ]  # further sentences of an item are on its line
    here = next((at for at, (start, _) in enumerate(lines) if start == candidate.start), None)
    leads = candidate.quote.endswith(":")
    if here is None or not (leads or is_item(candidate.quote)):
        return []
    after = takewhile(lambda line: is_item(line[1]), lines[here + 1 :])
    before = [] if leads else takewhile(lambda line: is_item(line[1]), reversed(lines[:here]))
    return sorted(start for start, _ in (*before, *after))


def _ordered(question: str, groups: list[list[Candidate]]) -> list[list[Candidate]]:
    """Facts by their chance; all else in reading order, the best document first."""
    if asks_for_one_fact(question):
        return groups
    rank: dict[str, int] = {}
    for group in groups:
        rank.setdefault(group[0].hit.passage.source, len(rank))
    return sorted(groups, key=lambda group: (rank[group[0].hit.passage.source], group[0].start))


def _citation(number: int, candidate: Candidate, said: Set[tuple[str, int]]) -> Citation:
    passage = candidate.hit.passage
    start = _start_with_context(candidate, said)
    quote = passage.text[start - passage.start : candidate.end - passage.start]
    return Citation(number, passage, quote, start, candidate.end, candidate.focus)


def _start_with_context(candidate: Candidate, said: Set[tuple[str, int]]) -> int:
    """Where the quote begins: earlier if it leans on sentences that are not said anyway."""
    passage = candidate.hit.passage
    places = [
        (start, end) for start, end in sentences(passage) if passage.start + end <= candidate.start
    ]
    texts = [*(passage.text[start:end] for start, end in places), candidate.quote]
    begin = candidate.start
    for start, _ in reversed(places[leans_on(texts, len(places)) :]):
        if (passage.source, passage.start + start) in said:
            break
        begin = passage.start + start
    return begin


def _say_the_same(first: Candidate, second: Candidate) -> bool:
    one, two = set(content_words(first.quote)), set(content_words(second.quote))
    overlapping = first.hit.passage.source == second.hit.passage.source and (
        first.start < second.end and second.start < first.end
    )
    if overlapping:
        return True
    figures = [{word for word in words if word[0].isdigit()} for words in (one, two)]
    if not (figures[0] <= figures[1] or figures[1] <= figures[0]):
        return False
    return bool(one | two) and len(one & two) >= _SAME * min(len(one), len(two))


def _with_numbers(statement: Statement) -> str:
    marks = "".join(f"[{citation.number}]" for citation in statement.citations)
    return f"{statement.text} {marks}"

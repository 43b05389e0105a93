"""Makes an answer of candidates: exact quotes without repetitions, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.conflicts import DIFFERENT, documents_differ
from askdocs.answering.questions.question import Question
from askdocs.answering.questions.turn import IN_DOUBT
from askdocs.answering.quote_window import WindowOptions, quote_window
from askdocs.answering.ranking import after_reading
from askdocs.answering.table_rows import labelled_cells
from askdocs.answering.versions import NEWEST_FIRST, differ_in_figures
from askdocs.text.overlap import containment
from askdocs.text.sentences import is_item
from askdocs.text.stop_words import content_words
from askdocs.types import Answer, Citation, Statement

NO_ANSWER = "Your documents do not seem to answer this."
LIST_GOES_ON = "The list is longer: it goes on in the document."
NOTHING_FOUND = "Nothing in your documents has to do with this."
PERHAPS = 0.25  # the threshold for an answer in doubt
_MOST_STATEMENTS = 5
_MOST_FACTS = 3  # statements for a question that asks for one fact
# A further sentence needs this share of the best one's probability (benchmarks/answers.md).
_CLOSE = 0.3
_CLOSE_FACT = 0.4  # for a question that asks for one fact
_CLOSE_MULTILINGUAL = 0.7  # in other languages than English
_SAME = 0.75  # two sentences say the same if they share this part of the shorter one's words
_NEAREST_SHOWN = 5
# A heading of Markdown, or a row with at least three columns.
_SEPARATE = re.compile(r"^#{1,6} |\S(?: {3,}|\t| \| )\S.*\S(?: {3,}|\t| \| )\S")


def answer_with_quotes(
    result: RetrievalResult, *, minimum_confidence: float, has_other_language: bool = False
) -> Answer:
    """Answer with quotes of the best candidates.

    The probability of the best candidate decides. From `minimum_confidence` on, it is an answer.
    From `PERHAPS` on, the best quote is shown with the reason for doubt. Below, the answer is a
    refusal.

    Args:
        result: The question and its candidates.
        minimum_confidence: The threshold for an answer, in [0, 1].
        has_other_language: Whether documents are in another language than the question. Then a
            search that finds nothing does not mean that they have nothing.

    Returns:
        An Answer. The quote of each citation is `document.text[start:end]`. The text of a statement
        is its first quote: a sentence with what it depends on and what it announces. Quotes of
        several documents that say the same are one statement with several citations.
    """
    if result.preface:
        return _overview(result)
    candidates = result.candidates
    probability = candidates[0].probability if candidates else 0.0
    if not candidates or probability < min(minimum_confidence, PERHAPS):
        return _refusal(result, has_other_language=has_other_language)
    if probability < minimum_confidence:
        return _perhaps(result)
    groups = _groups(result)
    answer = _quoted(result, groups)
    notice = result.notice or _disagreement(result, groups)
    return replace(answer, answered=True, notice=" ".join(filter(None, (notice, answer.notice))))


def _groups(result: RetrievalResult) -> list[list[Candidate]]:
    """Select the candidates that are quoted. Candidates that say the same form a group."""
    candidates, question = result.candidates, result.question
    if result.joint_count > 1:
        return [[candidate] for candidate in candidates[: result.joint_count]]
    if result.rows:
        return _with_others(result)
    chosen = result.versions
    if not chosen:
        return _ordered(question, _select(question, candidates))
    consistent = [
        candidate
        for candidate in candidates
        if not differ_in_figures(chosen[0].quote, candidate.quote)
    ]
    others = [
        candidate for candidate in consistent if candidate.key not in {one.key for one in chosen}
    ]
    further = _select(question, [chosen[0], *others])[1:]
    return [*([candidate] for candidate in chosen), *_ordered(question, further)]


def _with_others(result: RetrievalResult) -> list[list[Candidate]]:
    """The rows of a table, then what other documents and sentences say."""
    table = result.rows[0].hit.passage
    others = [
        candidate
        for candidate in result.candidates[1:]
        if candidate.hit.passage.source != table.source or not labelled_cells(candidate.quote)
    ]
    further = _select(result.question, [result.rows[0], *others])[1:]
    return [*([row] for row in result.rows), *_ordered(result.question, further)]


def _disagreement(result: RetrievalResult, groups: Sequence[Sequence[Candidate]]) -> str:
    """The notice that documents differ; "" if they do not."""
    if len(result.versions) > 1:
        return NEWEST_FIRST
    quoted = [group[0] for group in groups]
    differ = result.joint_count == 1 and documents_differ(result.question, quoted)
    return DIFFERENT if differ else ""


def _overview(result: RetrievalResult) -> Answer:
    """An overview: the preface, then quotes from the documents."""
    preface = [Statement(line, (), "no_claim") for line in result.preface.split("\n")]
    quotes = [
        Citation(number, candidate.hit.passage, candidate.quote, candidate.start, candidate.end)
        for number, candidate in enumerate(result.candidates, 1)
    ]
    quoted = [Statement(_as_text(quote.quote), (quote,), "quoted") for quote in quotes]
    return Answer(
        question=result.question.text,
        text="\n\n".join([*(line.text for line in preface), *map(_with_numbers, quoted)]),
        statements=(*preface, *quoted),
        citations=tuple(quotes),
        hits=result.hits,
        answered=True,
        confidence=1.0,
        searched_for=result.searched_for,
        with_history=result.question.with_history,
        kind=result.kind,
        notice=result.notice,
    )


def _perhaps(result: RetrievalResult) -> Answer:
    """An answer in doubt: the best quote, with the reason for doubt as a notice."""
    answer = _quoted(result, [[candidate] for candidate in result.candidates[: result.joint_count]])
    notice = " ".join(filter(None, (result.doubt, answer.notice)))
    return replace(answer, text=f"{IN_DOUBT}{answer.text}", notice=notice)


def _quoted(result: RetrievalResult, groups: Sequence[Sequence[Candidate]]) -> Answer:
    """An answer that quotes groups of candidates."""
    statements, is_cut = _statements(groups, result)
    return Answer(
        notice=LIST_GOES_ON if is_cut else "",
        question=result.question.text,
        text="\n\n".join(_with_numbers(statement) for statement in statements),
        statements=tuple(statements),
        citations=tuple(citation for statement in statements for citation in statement.citations),
        hits=tuple(after_reading(result.hits, result.candidates)),
        confidence=round(result.candidates[0].probability, 3),
        searched_for=result.searched_for,
        with_history=result.question.with_history,
        kind=result.kind,
    )


def _statements(
    groups: Sequence[Sequence[Candidate]], result: RetrievalResult
) -> tuple[list[Statement], bool]:
    """Make a statement of each group, without text that an earlier one quotes.

    Returns:
        The statements, and whether one of them ends within a list.
    """
    probabilities = {each.key: each.probability for each in result.candidates}
    taken: list[tuple[str, int, int]] = []
    statements: list[Statement] = []
    options = WindowOptions.for_answer(result.question.answer_type)
    number = 0
    is_cut = result.rows_cut
    for group in groups:
        citations: list[Citation] = []
        for candidate in group:
            following = result.following.get(candidate.hit.passage.id, "")
            whole = quote_window(
                candidate, options, following=following, probabilities=probabilities
            )
            window = whole.without(taken, candidate)
            if window is None:
                continue
            number += 1
            is_cut = is_cut or (whole.ends_in_list and _may_go_on(candidate, result.question))
            taken.append((candidate.hit.passage.source, window.start, window.end))
            citations.append(
                Citation(
                    number,
                    candidate.hit.passage,
                    window.quote,
                    window.start,
                    window.end,
                    candidate.focus,
                )
            )
        if citations:
            statements.append(Statement(_as_text(citations[0].quote), tuple(citations), "quoted"))
    return statements, is_cut


def _may_go_on(candidate: Candidate, question: Question) -> bool:
    """Whether more of a list may be asked for. One row of a table answers a question for one."""
    return question.answer_type.several or not labelled_cells(candidate.quote)


def _as_text(quote: str) -> str:
    """A quote as text: lists, rows and code keep their lines.

    Other white space becomes single spaces.
    """
    lines = [line.rstrip() for line in quote.split("\n")]
    if len(lines) > 1 and (
        any(is_item(line) or line[:4].isspace() or _SEPARATE.search(line) for line in lines)
        or all(map(labelled_cells, lines))
    ):
        return "\n".join(line for line in lines if line)
    return " ".join(quote.split())


def _refusal(result: RetrievalResult, *, has_other_language: bool) -> Answer:
    """The answer that there is no answer, with the best passages."""
    candidates = result.candidates
    hits = after_reading(result.hits, candidates)
    return Answer(
        question=result.question.text,
        # The words of another language are found only by a model that has learnt it.
        text=NO_ANSWER if hits or has_other_language else NOTHING_FOUND,
        hits=tuple(hits[:_NEAREST_SHOWN]),
        confidence=round(candidates[0].probability, 3) if candidates else 0.0,
        searched_for=result.searched_for,
        with_history=result.question.with_history,
        kind=result.kind,
        notice="" if candidates else result.doubt,
    )


def _select(question: Question, candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Select the candidates that are likely enough, best first, in groups that say the same."""
    one_fact = question.answer_type.one_fact
    most, close = (_MOST_FACTS, _CLOSE_FACT) if one_fact else (_MOST_STATEMENTS, _CLOSE)
    if candidates[0].selected_by == "multilingual":
        close = _CLOSE_MULTILINGUAL
    floor = candidates[0].probability * close
    groups: list[list[Candidate]] = [[candidates[0]]]
    for candidate in candidates[1:]:
        if candidate.probability < floor:
            break
        alike = next((group for group in groups if _say_the_same(group[0], candidate)), None)
        if alike is None and len(groups) < most:
            groups.append([candidate])
        elif alike and all(one.hit.passage.source != candidate.hit.passage.source for one in alike):
            alike.append(candidate)
    return groups


def _ordered(question: Question, groups: list[list[Candidate]]) -> list[list[Candidate]]:
    """Order groups: facts by probability, all else as in the documents, the best document first."""
    if question.answer_type.one_fact:
        return groups
    rank: dict[str, int] = {}
    for group in groups:
        rank.setdefault(group[0].hit.passage.source, len(rank))
    return sorted(groups, key=lambda group: (rank[group[0].hit.passage.source], group[0].start))


def _say_the_same(first: Candidate, second: Candidate) -> bool:
    """Whether two sentences overlap, or share most content words and do not differ in numbers."""
    one, two = set(content_words(first.quote)), set(content_words(second.quote))
    overlapping = first.hit.passage.source == second.hit.passage.source and (
        first.start < second.end and second.start < first.end
    )
    if overlapping:
        return True
    figures = [{word for word in words if word[0].isdigit()} for words in (one, two)]
    if not (figures[0] <= figures[1] or figures[1] <= figures[0]):
        return False
    if not (one and two):  # a sentence without content words adds nothing to the other
        return bool(one | two)
    return containment(one, two) >= _SAME


def _with_numbers(statement: Statement) -> str:
    marks = "".join(f"[{citation.number}]" for citation in statement.citations)
    return f"{statement.text} {marks}"

"""Candidates to an Answer: passages quoted word for word, none twice, or none at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate, Considered
from askdocs.answering.disagreement import DIFFERENT, documents_differ
from askdocs.answering.questions.question import Question
from askdocs.answering.questions.turn import IN_DOUBT
from askdocs.answering.quote_window import WindowOptions, quote_window
from askdocs.answering.ranking import after_reading
from askdocs.answering.versions import NEWEST_FIRST, differ_in_figures
from askdocs.text.language import asks_in_english
from askdocs.text.overlap import containment
from askdocs.text.sentences import is_item
from askdocs.text.stop_words import content_words
from askdocs.types import Answer, Citation, Statement

NO_ANSWER = "Your documents do not seem to answer this."
LIST_GOES_ON = "The list is longer: it goes on in the document."
NOTHING_FOUND = "Nothing in your documents has to do with this."
PERHAPS = 0.25  # probability from which a passage is shown that may answer
_MOST_STATEMENTS = 5
_MOST_FACTS = 3  # statements for a question that asks for one fact
# A further sentence must have this share of the best one's chance; docs/decisions/0004.
_CLOSE = 0.3
_CLOSE_FACT = 0.4  # where one fact is asked for
_CLOSE_BY_WORDS = 0.7  # in languages that are not read
_SAME = 0.75  # share of common words from which two sentences say the same
_NEAREST_SHOWN = 5


def answer_with_quotes(considered: Considered, *, minimum_confidence: float) -> Answer:
    """The best candidates as quoted statements, with doubt where doubt is due.

    From `minimum_confidence` on it is an answer; from PERHAPS on the best passage is shown with the
    reason why it is doubted; below, there is no answer.

    Args:
        considered: The question and the sentences that may answer it.
        minimum_confidence: The probability, 0 to 1, from which a passage is given as the answer.

    Returns:
        An Answer. Each citation's quote is `document.text[start:end]`, and each statement is its
        first quote: the sentence with what it needs to be understood, and with what it announces.
        Quotes of several documents that say the same are one statement with several citations.
    """
    if considered.preface:
        return _overview(considered)
    candidates = considered.candidates
    chance = candidates[0].chance if candidates else 0.0
    if not candidates or chance < min(minimum_confidence, PERHAPS):
        return _refusal(considered)
    if chance < minimum_confidence:
        return _perhaps(considered)
    groups = _groups(considered)
    answer = _quoted(considered, groups)
    beside = considered.notice or _disagreement(considered, groups)
    return replace(answer, answered=True, notice=" ".join(filter(None, (beside, answer.notice))))


def _groups(considered: Considered) -> list[list[Candidate]]:
    """The candidates that are quoted, those that say the same together."""
    candidates, question = considered.candidates, considered.question
    if considered.together > 1:
        return [[each] for each in candidates[: considered.together]]
    chosen = considered.versions
    if not chosen:
        return _ordered(question, _select(question, candidates))
    replaced = [each for each in candidates if not differ_in_figures(chosen[0].quote, each.quote)]
    others = [each for each in replaced if each.place not in {one.place for one in chosen}]
    further = _select(question, [chosen[0], *others])[1:]
    return [*([each] for each in chosen), *_ordered(question, further)]


def _disagreement(considered: Considered, groups: Sequence[Sequence[Candidate]]) -> str:
    """What to say where documents differ; "" where they do not."""
    if len(considered.versions) > 1:
        return NEWEST_FIRST
    quoted = [group[0] for group in groups]
    differ = considered.together == 1 and documents_differ(considered.question, quoted)
    return DIFFERENT if differ else ""


def _overview(considered: Considered) -> Answer:
    """What a guide tells, and the words of the documents that it quotes."""
    told = [Statement(line, (), "no_claim") for line in considered.preface.split("\n")]
    quotes = [
        Citation(number, each.hit.passage, each.quote, each.start, each.end)
        for number, each in enumerate(considered.candidates, 1)
    ]
    quoted = [Statement(_as_text(each.quote), (each,), "quoted") for each in quotes]
    return Answer(
        question=considered.question.text,
        text="\n\n".join([*(each.text for each in told), *map(_with_numbers, quoted)]),
        statements=(*told, *quoted),
        citations=tuple(quotes),
        hits=considered.hits,
        answered=True,
        confidence=1.0,
        searched_for=considered.searched_for,
        with_history=considered.question.with_history,
        kind=considered.kind,
        notice=considered.notice,
    )


def _perhaps(considered: Considered) -> Answer:
    """The passage that most likely answers, and why it is doubted."""
    answer = _quoted(considered, [[each] for each in considered.candidates[: considered.together]])
    notice = " ".join(filter(None, (considered.doubt, answer.notice)))
    return replace(answer, text=f"{IN_DOUBT}{answer.text}", notice=notice)


def _quoted(considered: Considered, groups: Sequence[Sequence[Candidate]]) -> Answer:
    statements, is_cut = _statements(groups, considered)
    return Answer(
        notice=LIST_GOES_ON if is_cut else "",
        question=considered.question.text,
        text="\n\n".join(_with_numbers(statement) for statement in statements),
        statements=tuple(statements),
        citations=tuple(citation for each in statements for citation in each.citations),
        hits=tuple(after_reading(considered.hits, considered.candidates)),
        confidence=round(considered.candidates[0].chance, 3),
        searched_for=considered.searched_for,
        with_history=considered.question.with_history,
        kind=considered.kind,
    )


def _statements(
    groups: Sequence[Sequence[Candidate]], considered: Considered
) -> tuple[list[Statement], bool]:
    """The groups as statements, without what another one quotes already.

    The second value says whether one of them ends within a list.
    """
    chances = {each.place: each.chance for each in considered.candidates}
    taken: list[tuple[str, int, int]] = []
    statements: list[Statement] = []
    options = WindowOptions.for_answer(considered.question.answer_type)
    number = 0
    is_cut = False
    for group in groups:
        citations: list[Citation] = []
        for candidate in group:
            following = considered.following.get(candidate.hit.passage.id, "")
            whole = quote_window(candidate, options, following=following, chances=chances)
            window = whole.without(taken, candidate)
            if window is None:
                continue
            number += 1
            is_cut = is_cut or whole.ends_in_list
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


def _as_text(quote: str) -> str:
    """A quote as a statement: lines of lists and code stay lines, all other white space is one."""
    lines = [line.rstrip() for line in quote.split("\n")]
    if len(lines) > 1 and any(is_item(line) or line[:4].isspace() for line in lines):
        return "\n".join(line for line in lines if line)
    return " ".join(quote.split())


def _refusal(considered: Considered) -> Answer:
    """The Answer that there is none, with the nearest passages."""
    candidates = considered.candidates
    hits = after_reading(considered.hits, candidates)
    return Answer(
        question=considered.question.text,
        # Words in another language are found by a model that has learnt it, or not at all.
        text=NO_ANSWER if hits or not asks_in_english(considered.question.text) else NOTHING_FOUND,
        hits=tuple(hits[:_NEAREST_SHOWN]),
        confidence=round(candidates[0].chance, 3) if candidates else 0.0,
        searched_for=considered.searched_for,
        with_history=considered.question.with_history,
        kind=considered.kind,
    )


def _select(question: Question, candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """The candidates worth saying, best first, those that say the same together."""
    one_fact = question.answer_type.one_fact
    most, close = (_MOST_FACTS, _CLOSE_FACT) if one_fact else (_MOST_STATEMENTS, _CLOSE)
    if candidates[0].kind == "words":
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


def _ordered(question: Question, groups: list[list[Candidate]]) -> list[list[Candidate]]:
    """Facts by their chance; all else in reading order, the best document first."""
    if question.answer_type.one_fact:
        return groups
    rank: dict[str, int] = {}
    for group in groups:
        rank.setdefault(group[0].hit.passage.source, len(rank))
    return sorted(groups, key=lambda group: (rank[group[0].hit.passage.source], group[0].start))


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
    if not (one and two):  # one that has no content words adds nothing to the other
        return bool(one | two)
    return containment(one, two) >= _SAME


def _with_numbers(statement: Statement) -> str:
    marks = "".join(f"[{citation.number}]" for citation in statement.citations)
    return f"{statement.text} {marks}"

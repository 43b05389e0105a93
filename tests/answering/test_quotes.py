from __future__ import annotations

import pytest

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.conflicts import DIFFERENT
from askdocs.answering.questions.question import parse
from askdocs.answering.quotes import (
    LIST_GOES_ON,
    NO_ANSWER,
    NOTHING_FOUND,
    answer_with_quotes,
)
from askdocs.types import Answer, Hit, Passage

TEXT = (
    "The council opened the bridge in 1962. It cost two million pounds. "
    "Nobody had expected the price."
)


def hit(source: str = "a.txt", text: str = TEXT, start: int = 0) -> Hit:
    passage = Passage(f"id-{source}-{start}", source, text, start, start + len(text))
    return Hit(passage, 0.5)


def candidate(found: Hit, words: str, probability: float) -> Candidate:
    start = found.passage.start + found.passage.text.index(words)
    return Candidate(found, start, start + len(words), None, probability, "reader")


def answer(question: str, *candidates: Candidate, minimum: float = 0.5) -> Answer:
    ordered = tuple(sorted(candidates, key=lambda each: -each.probability))
    hits = tuple(each.hit for each in ordered)
    return answer_with_quotes(
        RetrievalResult(
            question=parse(question), searched_for=(question,), hits=hits, candidates=ordered
        ),
        minimum_confidence=minimum,
    )


def test_a_statement_is_its_quote_and_the_quote_is_the_document() -> None:
    given = answer("When?", candidate(hit(), "The council opened the bridge in 1962.", 0.9))
    (statement,) = given.statements
    (citation,) = statement.citations
    assert statement.text == citation.quote == TEXT[citation.start : citation.end]
    assert statement.verdict == "quoted"
    assert given.text == f"{citation.quote} [1]"
    assert given.answered
    assert given.confidence == 0.9


def test_below_the_confidence_there_is_no_answer_but_the_nearest_passages() -> None:
    given = answer("When?", candidate(hit(), "Nobody had expected the price.", 0.2))
    assert not given.answered
    assert given.text == NO_ANSWER
    assert given.hits
    assert not given.statements
    assert not given.citations


def test_in_doubt_the_best_passage_is_shown_with_the_reason_and_is_no_answer() -> None:
    best = candidate(hit(), "Nobody had expected the price.", 0.4)
    other = candidate(hit("b.txt"), "The council opened the bridge in 1962.", 0.39)
    result = RetrievalResult(
        question=parse("When?"),
        searched_for=(),
        hits=(best.hit,),
        candidates=(best, other),
        doubt="No date.",
    )
    given = answer_with_quotes(result, minimum_confidence=0.5)
    assert (given.answered, given.band, given.notice) == (False, "perhaps", "No date.")
    assert given.text == "Perhaps: Nobody had expected the price. [1]"
    assert len(given.citations) == 1


def test_where_nothing_is_found_it_says_so() -> None:
    given = answer("When?")
    assert (given.answered, given.text, given.confidence) == (False, NOTHING_FOUND, 0.0)


def test_nothing_is_said_twice_and_sources_that_agree_are_cited_together() -> None:
    first = candidate(hit("a.txt"), "The council opened the bridge in 1962.", 0.9)
    second = candidate(hit("b.txt"), "The council opened the bridge in 1962.", 0.8)
    given = answer("When?", first, second)
    (statement,) = given.statements
    assert [citation.source for citation in statement.citations] == ["a.txt", "b.txt"]
    assert [citation.number for citation in given.citations] == [1, 2]
    assert given.text.endswith("[1][2]")


def test_a_sentence_that_depends_on_the_one_before_is_quoted_with_it() -> None:
    given = answer(
        "What did the bridge cost?", candidate(hit(), "It cost two million pounds.", 0.9)
    )
    assert given.citations[0].quote == (
        "The council opened the bridge in 1962. It cost two million pounds."
    )


def test_a_chain_of_dependent_sentences_is_quoted_together() -> None:
    text = "Karl Bremer spoke last. He was angry. He left. He cried. He demanded a referendum."
    found = hit(text=text)
    given = answer("Who?", candidate(found, "He left.", 0.9))
    assert given.citations[0].quote == "Karl Bremer spoke last. He was angry. He left."
    given = answer("Who?", candidate(found, "He demanded a referendum.", 0.9))
    assert given.citations[0].quote == "He was angry. He left. He cried. He demanded a referendum."


def test_a_title_may_answer_but_is_no_neighbour_of_a_sentence_that_does() -> None:
    title = "Handbook for the keepers of the lighthouse"
    text = f"# {title}\n\nThe lamp is lit by the second keeper."
    found = Hit(Passage("id", "a.md", text, 0, len(text), title=title), 0.5)
    lamp = candidate(found, "The lamp is lit by the second keeper.", 0.9)
    given = answer("Who lights it?", lamp, candidate(found, f"# {title}", 0.3))
    assert [each.quote for each in given.citations] == ["The lamp is lit by the second keeper."]


def test_neighbours_that_both_answer_are_one_passage() -> None:
    found = hit()
    given = answer(
        "Tell me about the bridge",
        candidate(found, "The council opened the bridge in 1962.", 0.8),
        candidate(found, "It cost two million pounds.", 0.9),
    )
    assert [citation.quote for citation in given.citations] == [
        "The council opened the bridge in 1962. It cost two million pounds."
    ]


@pytest.mark.parametrize("best", ["The report recommends:", "- Mend the gate.", "- Paint it."])
def test_a_list_is_quoted_whole_unless_one_fact_is_asked_for(best: str) -> None:
    items = "- Mend the gate.\n- Pump the cellar. It is wet.\n- Paint it."
    found = hit(text=f"It is old.\nThe report recommends:\n{items}\nIt was read.")
    given = answer("What does the report recommend?", candidate(found, best, 0.9))
    assert given.citations[0].quote == f"The report recommends:\n{items}"
    assert given.statements[0].text.endswith(f"\n{items}")
    if best.startswith("-"):
        assert answer("Who reads?", candidate(found, best, 0.9)).citations[0].quote == best


def test_what_is_announced_is_quoted_beyond_the_passage() -> None:
    found = hit(text="To reset it, use:")
    best = candidate(found, "To reset it, use:", 0.9)
    code = "\n\n```\nlamp --reset\nlamp --test\n```"
    result = RetrievalResult(
        question=parse("How?"),
        searched_for=(),
        hits=(found,),
        candidates=(best,),
        following={found.passage.id: f"{code}\n\nMore."},
    )
    given = answer_with_quotes(result, minimum_confidence=0.5)
    assert given.citations[0].quote == f"To reset it, use:{code}"
    assert given.citations[0].end == len(f"To reset it, use:{code}")


def test_a_condition_that_follows_comes_along() -> None:
    text = "Dogs may enter. Unless they bark, nobody minds. The park opens at six."
    given = answer("May dogs enter?", candidate(hit(text=text), "Dogs may enter.", 0.9))
    assert given.citations[0].quote == "Dogs may enter. Unless they bark, nobody minds."


def test_sentences_far_less_likely_than_the_best_are_left_out() -> None:
    found = hit()
    given = answer(
        "Why?",
        candidate(found, "The council opened the bridge in 1962.", 0.95),
        candidate(found, "Nobody had expected the price.", 0.2),
    )
    assert len(given.statements) == 1


def test_a_question_for_one_fact_gets_few_statements_and_others_a_handful() -> None:
    works = [
        "bridge rails",
        "harbour wall",
        "school roof",
        "market hall",
        "river steps",
        "old mill",
    ]
    said = [f"Crew {n} mended the {work}." for n, work in enumerate(works)]
    each = [candidate(hit(f"{n}.txt", text), text, 0.9) for n, text in enumerate(said)]
    assert len(answer("Who mended things?", *each).statements) == 3
    assert len(answer("What was mended?", *each).statements) == 5


def test_documents_that_give_other_figures_are_both_quoted_and_said_to_differ() -> None:
    def counted(source: str, text: str, figure: str, coverage: float = 0.5) -> Candidate:
        found = hit(source, text)
        start = text.index(figure)
        focus = start, start + len(figure)
        return Candidate(found, 0, len(text), focus, 0.9, "reader", coverage)

    question = "How many people were on the train?"
    first = counted("a.txt", "Officials counted 31 people on board.", "31 people")
    other = counted("b.txt", "The train carried 400 passengers, a survivor told us.", "400")
    same = counted("c.txt", "There were thirty-one or so travellers, 31 by the list.", "31")
    differing = answer(question, first, other)
    assert "differ" in differing.notice
    assert len(differing.statements) == 2
    assert not answer(question, first, same).notice
    assert not answer("Why was the train late?", first, other).notice
    elsewhere = counted("d.txt", "A crew of 12 mended the bridge.", "12", coverage=0.1)
    assert not answer(question, first, elsewhere).notice


def test_a_request_for_one_fact_is_quoted_as_the_question_in_it_is() -> None:
    texts = {"a.txt": "Officials counted 31 people on board.", "b.txt": "The train carried 400."}
    figures = {"a.txt": "31", "b.txt": "400"}
    found = []
    for source, text in texts.items():
        start = text.index(figures[source])
        focus = start, start + len(figures[source])
        found.append(Candidate(hit(source, text), 0, len(text), focus, 0.9, "reader", 0.5))
    less_likely = candidate(hit("c.txt"), "Nobody had expected the price.", 0.3)
    given = answer("Do you know how many people were on the train?", *found, less_likely)
    assert given.notice == DIFFERENT
    assert [each.source for each in given.citations] == ["a.txt", "b.txt"]


def test_sentences_that_differ_in_a_figure_do_not_say_the_same() -> None:
    one = "The freight train from Quetta carried 31 people on Tuesday."
    two = "The freight train from Quetta carried 400 people on Tuesday."
    given = answer(
        "Who was on it?", candidate(hit("a", one), one, 0.9), candidate(hit("b", two), two, 0.9)
    )
    assert len(given.statements) == 2


@pytest.mark.parametrize(("items", "told"), [(6, ""), (30, LIST_GOES_ON)])
def test_a_list_that_is_cut_has_a_notice(items: int, told: str) -> None:
    lines = "\n".join(f"- Tool number {number}" for number in range(items))
    found = hit(text=f"Bring these tools:\n\n{lines}\n\nThe yard opens at seven.")
    given = answer("What should I bring?", candidate(found, "Bring these tools:", 0.9))
    assert given.notice == told
    assert "Tool number 5" in given.text
    assert "The yard opens" not in given.text


def test_two_that_answer_together_are_both_said_in_their_order() -> None:
    first = candidate(hit("a.txt"), "The council opened the bridge in 1962.", 0.6)
    second = candidate(hit("b.txt"), "It cost two million pounds.", 0.6)
    result = RetrievalResult(
        question=parse("Or?"),
        searched_for=(),
        hits=(first.hit,),
        candidates=(second, first),
        joint_count=2,
    )
    given = answer_with_quotes(result, minimum_confidence=0.5)
    assert [each.source for each in given.citations] == ["b.txt", "a.txt"]
    assert given.answered


STEPS = "1. Stop the pump.\n2. Turn the key. It clicks.\n3. Start it."


@pytest.mark.parametrize(
    ("question", "whole"),
    [("How do I reset the pump?", True), ("Which steps reset the pump?", True), ("Why?", False)],
)
def test_the_steps_after_a_paragraph_belong_to_it_where_steps_are_asked_for(
    question: str, *, whole: bool
) -> None:
    text = f"You can reset the pump with its key. Do it while it is off.\n\n{STEPS}\n\nIt is red."
    best = candidate(hit(text=text), "You can reset the pump with its key.", 0.9)
    quote = answer(question, best).citations[0].quote
    assert quote.endswith("3. Start it.") == whole
    assert "It is red" not in quote


@pytest.mark.parametrize("best", ["* **Cheap.**", "It costs", "* **Quiet.**", "at night"])
def test_any_sentence_of_an_item_brings_the_whole_list(best: str) -> None:
    items = "* **Cheap.** It costs\n  little. Coal costs more.\n* **Quiet.** One sleeps at night."
    text = f"The stove is three things:\n\n{items}\n* **Small.** Truly.\n\nIt is old."
    words = {"It costs": "It costs\n  little.", "at night": "One sleeps at night."}.get(best, best)
    given = answer("What is the stove like?", candidate(hit(text=text), words, 0.9))
    assert given.citations[0].quote == text.removesuffix("\n\nIt is old.")


def test_a_quote_does_not_cross_a_heading() -> None:
    text = "Two chairs broke. Both are mended.\n\nPoint 3. Roof\nThe roof leaks at the chimney."
    found = hit("minutes.txt", text)
    given = answer(
        "What broke?",
        candidate(found, "Two chairs broke.", 0.9),
        candidate(found, "Both are mended.", 0.5),
        candidate(found, "Point 3.", 0.4),
        candidate(found, "The roof leaks at the chimney.", 0.3),
    )
    assert given.statements[0].text == "Two chairs broke. Both are mended."


def test_the_list_of_an_item_begins_below_its_heading() -> None:
    text = (
        "Part 1 Doors\n(1) Doors are locked at ten.\n(2) Keys are numbered.\n\n"
        "Part 2 Boats\n(1) Boats are tied up.\n(2) Oars are dried."
    )
    found = hit("order.txt", text)
    given = answer("What are the duties?", candidate(found, "(2) Oars are dried.", 0.9))
    assert given.statements[0].text == "(1) Boats are tied up.\n(2) Oars are dried."

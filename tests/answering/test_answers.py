"""Our own questions about the sample corpus, asked of the assistant as it ships.

There are 40 questions with an answer, 8 of them follow-ups, and 15 without, most of them near
misses. The models take a second for each, so a third of them is asked always and the others by
`make check`. Each threshold lies at most three questions below what was measured: with so few, a
figure says that nothing is broken, not how good the answers are; `benchmarks/` says that.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.evaluation.question_set import GoldQuestion, read_questions
from askdocs.evaluation.run import Outcome, ask_all
from askdocs.evaluation.scores import Scores, follow_up_scores, scores

QUESTIONS = Path(__file__).parents[1] / "sample_questions.jsonl"


def topic(question: GoldQuestion) -> str:
    """The question that began the conversation. What was read for it need not be read again."""
    return question.history[0].question if question.history else question.text


@pytest.fixture(scope="module")
def questions(sample: Assistant) -> list[GoldQuestion]:
    documents = [sample.document(record.source) for record in sample.status().documents]
    return read_questions(QUESTIONS, documents)


@pytest.fixture(
    scope="module", params=["a third", pytest.param("the others", marks=pytest.mark.slow)]
)
def outcomes(
    request: pytest.FixtureRequest, sample: Assistant, questions: list[GoldQuestion]
) -> list[Outcome]:
    number = {each: number for number, each in enumerate(dict.fromkeys(map(topic, questions)))}
    asked = [
        each
        for each in sorted(questions, key=lambda each: number[topic(each)])
        if (number[topic(each)] % 3 == 0) == (request.param == "a third")
    ]
    return list(ask_all(sample, asked, on_progress=lambda _: None))


@pytest.fixture(scope="module")
def figures(outcomes: list[Outcome]) -> Scores:
    return scores(outcomes)


def value(figures: Scores, group: str, name: str) -> float:
    found = figures[group][name].value
    assert found is not None
    return found


def test_there_are_questions_of_every_kind(questions: list[GoldQuestion]) -> None:
    assert sum(question.answerable for question in questions) == 40
    assert sum(not question.answerable for question in questions) == 15
    assert sum(bool(question.history) for question in questions) == 8
    assert all(question.spans for question in questions if question.answerable)


def test_questions_of_every_kind_are_asked(outcomes: list[Outcome]) -> None:
    asked = [each.question for each in outcomes]
    assert sum(question.answerable for question in asked) >= 14
    assert sum(not question.answerable for question in asked) >= 5
    assert sum(bool(question.history) for question in asked) >= 3


def test_every_quote_is_exact(figures: Scores) -> None:
    assert value(figures, "citations", "exact_quotes") == 1.0


def test_the_evidence_is_found(figures: Scores) -> None:
    assert value(figures, "before_reading", "evidence_in_1000") >= 0.95
    assert value(figures, "after_reading", "evidence_in_1000") >= 0.95


def test_reading_puts_the_right_passage_first(figures: Scores) -> None:
    assert value(figures, "after_reading", "first_hit") >= 0.92


def test_answers_are_right(figures: Scores) -> None:
    assert value(figures, "answers", "open_right") >= 0.92
    assert value(figures, "answers", "open_f1_of_best") >= 0.70
    assert value(figures, "refusal", "answered_wrong") <= 0.10


def test_what_the_documents_do_not_answer_is_refused(figures: Scores) -> None:
    assert value(figures, "refusal", "recall") >= 0.8
    assert value(figures, "refusal", "auroc") >= 0.93


def test_follow_ups_find_what_the_whole_question_finds(outcomes: list[Outcome]) -> None:
    figures = follow_up_scores(outcomes)
    assert value(figures, "rewriting", "lost_to_rewrite") <= 0.02
    assert value(figures, "answers", "open_right") >= 0.85


ROOF = """The roof of the market hall

The roof of the market hall was closed in May. Halden Works, which built it in 1998, said it was
"perfectly safe for everybody who buys or sells there".

Professor Ruth Okafor, who inspected the hall, disagreed. "We told them years ago that the drains
were blocked," she said. "If nothing is done, the beams will rot."
"""


def test_what_one_person_said_is_not_answered_with_the_words_of_another(
    corpus: Path, tmp_path: Path
) -> None:
    (corpus / "roof.txt").write_text(ROOF, encoding="utf-8")
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        answer = assistant.ask("What did Okafor say?")
        assert answer.answered
        assert "drains" in answer.text
        assert "Ruth Okafor" in answer.text  # whose words they are is said beside them
        assert "perfectly safe" not in answer.text
        assert not assistant.ask("What did Macron say?").answered

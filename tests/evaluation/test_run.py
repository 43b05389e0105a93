"""From a folder with questions to figures: question sets, outcomes worked by hand, a whole run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from askdocs.answering.candidates import Candidate
from askdocs.assistant import Assistant
from askdocs.config import Config
from askdocs.errors import AskdocsError, CorpusError
from askdocs.evaluation.question_set import (
    Gold,
    GoldQuestion,
    GoldTurn,
    read_documents,
    read_questions,
)
from askdocs.evaluation.report import (
    check_drawing,
    draw,
    scores_as_json,
    scores_as_text,
    write_details,
)
from askdocs.evaluation.run import Evaluation, Outcome, conversation, evaluate_folder, spread
from askdocs.evaluation.scores import cites, follow_up_scores, is_right, scores, search_scores
from askdocs.types import Answer, Citation, Document, Hit, Passage, Progress, Statement

BRIDGE = (
    "The Alder Bridge was opened in 1931.\n\n"
    "It was painted green by the engineer Maud Ellery, who disliked grey."
)
FERRY = "The ferry to Holm leaves at seven in the morning and costs four crowns."
ROWS: list[dict[str, Any]] = [
    {
        "qid": "opened",
        "question": "When was the Alder Bridge opened?",
        "answers": ["1931"],
        "gold": [{"doc_id": "bridge", "quote": "The Alder Bridge was opened in 1931."}],
    },
    {
        "qid": "painted",
        "question": "Who painted it?",
        "answers": ["Maud Ellery"],
        "gold": [{"doc_id": "bridge", "quote": "painted green by the engineer Maud Ellery"}],
        "history": [{"question": "When was the Alder Bridge opened?"}],
        "rewrite": "Who painted the Alder Bridge?",
    },
    {
        "qid": "price",
        "question": "How much does the ferry to Holm cost?",
        "answers": ["four crowns"],
        "gold": [{"doc_id": "ferry", "quote": None}],
    },
    {"qid": "moon", "question": "How far away is the moon?", "answerable": False},
]


def write_lines(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question set in one file, with four questions of two documents."""
    folder = tmp_path_factory.mktemp("set")
    documents = [
        {"doc_id": "bridge", "title": "Alder Bridge", "text": BRIDGE},
        {"doc_id": "ferry", "title": "Ferry", "text": FERRY},
    ]
    write_lines(folder / "corpus.jsonl", documents)
    write_lines(folder / "questions.jsonl", ROWS)
    return folder


@pytest.fixture(scope="module")
def evaluation(folder: Path) -> Evaluation:
    return evaluate_folder(folder, Config(), on_progress=ignore)


def ignore(progress: Progress) -> None:
    """Listen to nothing."""


# Question sets


def test_a_set_in_one_file_is_taken_as_it_is(folder: Path) -> None:
    documents, failed = read_documents(folder, Config())
    assert documents == [
        Document("bridge", BRIDGE, "Alder Bridge"),
        Document("ferry", FERRY, "Ferry"),
    ]
    assert not failed


def test_a_folder_of_files_leaves_out_its_questions_and_says_what_failed(corpus: Path) -> None:
    (corpus / "notes").mkdir()
    (corpus / "notes" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    write_lines(corpus / "questions.jsonl", ROWS)
    documents, failed = read_documents(corpus, Config())
    assert [document.source for document in documents] == ["notes/bridge.txt"]
    assert [failure.source for failure in failed] == ["broken.pdf"]


def test_a_folder_without_documents_is_an_error(corpus: Path) -> None:
    write_lines(corpus / "questions.jsonl", ROWS)
    with pytest.raises(CorpusError, match="no document"):
        read_documents(corpus, Config())


def test_questions_have_the_spans_of_their_quotes(folder: Path) -> None:
    documents, _ = read_documents(folder, Config())
    questions = read_questions(folder / "questions.jsonl", documents)
    assert [question.answerable for question in questions] == [True, True, True, False]
    assert questions[0].spans == [("bridge", 0, 36)]
    assert questions[2].gold == (Gold("ferry", None),)
    assert questions[2].sources == {"ferry"}
    assert questions[2].spans == []


@pytest.mark.parametrize(
    ("gold", "spans"),
    [
        ({"quote": "one two", "start": 8}, [(8, 15)]),  # the offset chooses among the places
        ({"quote": "one two"}, [(0, 7), (8, 15), (16, 23)]),  # else every place will do
        ({"quote": "one two", "start": 3}, [(0, 7), (8, 15), (16, 23)]),
        ({"quote": "two\tone"}, [(4, 11), (12, 19)]),  # whatever the white space
    ],
)
def test_a_quote_is_found_by_offset_or_by_its_words(
    tmp_path: Path, gold: dict[str, Any], spans: list[tuple[int, int]]
) -> None:
    documents = [Document("a.txt", "one two one two\none two")]
    write_lines(tmp_path / "q.jsonl", [{"question": "?", "gold": [{"source": "a.txt", **gold}]}])
    [question] = read_questions(tmp_path / "q.jsonl", documents)
    assert question.spans == [("a.txt", *span) for span in spans]


def test_the_gold_quote_may_be_in_the_line_itself(tmp_path: Path) -> None:
    write_lines(tmp_path / "q.jsonl", [{"question": "?", "source": "a.txt", "quote": "two"}])
    [question] = read_questions(tmp_path / "q.jsonl", [Document("a.txt", "one two")])
    assert question.answerable
    assert question.spans == [("a.txt", 4, 7)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", "line 2 is not a JSON object"),
        ('{"answers": []}', "line 2: .*question"),
        ('{"question": "?", "gold": [{"quote": "x"}]}', "line 2: .*doc_id"),
        ('{"question": "?", "gold": [{"source": "b.txt", "quote": "x"}]}', "line 2: .*b.txt"),
        ('{"question": "?", "gold": [{"source": "a.txt", "quote": "no"}]}', "line 2: .*quote 'no'"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "q.jsonl").write_text(f'{{"question": "fine"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=complaint):
        read_questions(tmp_path / "q.jsonl", [Document("a.txt", "text")])


def test_a_missing_file_of_questions_is_an_error_that_shows_the_form(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"Write one question a line"):
        read_questions(tmp_path / "questions.jsonl", [])


def test_a_conversation_may_be_given_as_turns_or_as_messages(tmp_path: Path) -> None:
    turns = [{"question": "one", "answer": "1"}, {"question": "two"}]
    messages = [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": "two"},
    ]
    rows = [{"question": "?", "history": turns}, {"question": "?", "history": messages}]
    write_lines(tmp_path / "q.jsonl", rows)
    first, second = read_questions(tmp_path / "q.jsonl", [])
    assert first.history == second.history == (GoldTurn("one", "1"), GoldTurn("two"))


def test_a_limit_takes_questions_from_the_whole_file() -> None:
    questions = [GoldQuestion(str(number), "?", True) for number in range(10)]
    assert [question.id for question in spread(questions, 4)] == ["0", "2", "5", "7"]
    assert spread(questions, None) == spread(questions, 10) == spread(questions, 99) == questions


# Outcomes worked by hand


def passage(source: str, start: int, text: str) -> Passage:
    return Passage(f"{source}:{start}", source, text, start, start + len(text))


def answered(quotes: Sequence[tuple[str, int, str]], confidence: float) -> Answer:
    """An answer that cites quotes, each (source, start, text), the last word of each marked."""
    citations = tuple(
        Citation(
            number, passage(*quote), quote[2], quote[1], quote[1] + len(quote[2]),
            (quote[1] + quote[2].rindex(" ") + 1, quote[1] + len(quote[2])),
        )
        for number, quote in enumerate(quotes, 1)
    )  # fmt: skip
    statements = tuple(Statement(each.quote, (each,), "quoted") for each in citations)
    return Answer("?", "…", statements, citations, answered=True, confidence=confidence)


def outcome(
    question: GoldQuestion, quotes: Sequence[tuple[str, int, str]], confidence: float
) -> Outcome:
    """What became of a question: answered with quotes if the confidence is at least a half."""
    forced = answered(quotes, confidence)
    given = forced if confidence >= 0.5 else Answer("?", "none", confidence=confidence)
    _, start, text = quotes[0]
    best = Candidate(Hit(passage(*quotes[0]), 1.0), start, start + len(text), None, confidence)
    places = tuple((source, start, start + len(text)) for source, start, text in quotes)
    cited = len(given.citations) + len(forced.citations)
    return Outcome(
        question=question, retrieved=places, reranked=places[::-1], answer=given,
        forced_answer=forced, best=best,
        rewritten=(), cited=cited, inexact=0, search_seconds=0.1, answer_seconds=0.3,
    )  # fmt: skip


@pytest.fixture
def outcomes() -> list[Outcome]:
    """Right, refused though it was right, wrong, answered though there is no answer, refused."""
    first = GoldQuestion("1", "?", True, ("ten",), (Gold("a", (0, 10)),))
    second = GoldQuestion("2", "?", True, ("far more than ten words " * 3,), (Gold("a", (40, 60)),))
    third = GoldQuestion("3", "?", True, ("two",), (Gold("a", (90, 99)),))
    fourth, fifth = GoldQuestion("4", "?", False), GoldQuestion("5", "?", False)
    return [
        outcome(first, [("a", 0, "it was ten"), ("b", 0, "elsewhere too")], 0.9),
        outcome(second, [("a", 45, "quite so")], 0.3),
        outcome(third, [("a", 70, "and so five")], 0.7),
        outcome(fourth, [("a", 0, "it was ten")], 0.6),
        outcome(fifth, [("a", 0, "it was ten")], 0.2),
    ]


def test_scores_of_answers(outcomes: list[Outcome]) -> None:
    values = {name: (m.value, m.count) for name, m in scores(outcomes)["answers"].items()}
    assert values == {
        "exact_match": (0.5, 2),  # "ten" and "five" for "two"; the long gold answer is left out
        "f1": (0.5, 2),
        "f1_refused_as_0": (0.5, 2),
        "open_exact_match": (0.5, 2),
        "open_f1": (0.5, 2),
        "open_f1_of_best": (pytest.approx(0.25), 2),  # "it was ten" has F1 0.5, nothing is marked
        "holds_gold_answer": (0.5, 2),
        "right": (0.5, 2),
        "open_right": (pytest.approx(2 / 3), 3),
    }


def test_scores_of_citations(outcomes: list[Outcome]) -> None:
    found = scores(outcomes)["citations"]
    # The first answer has one right citation of two, the third one wrong one.
    assert (found["precision"].value, found["precision"].count) == (pytest.approx(1 / 3), 3)
    assert (found["recall"].value, found["recall"].count) == (0.5, 2)
    assert (found["exact_quotes"].value, found["exact_quotes"].count) == (1.0, 10)


def test_scores_of_refusal(outcomes: list[Outcome]) -> None:
    found = scores(outcomes)["refusal"]
    values = {name: (measure.value, measure.count) for name, measure in found.items()}
    # Confidences 0.9 right, 0.7 wrong, 0.6 wrong, 0.3 right, 0.2 wrong: gaps of five bins.
    gap = (0.1 + 0.7 + 0.6 + 0.7 + 0.2) / 5
    assert values == {
        "precision": (0.5, 2),
        "recall": (0.5, 2),
        "answerable_refused": (pytest.approx(1 / 3), 3),
        "answered_wrong": (pytest.approx(2 / 3), 3),
        "auroc": (pytest.approx(5 / 6), 5),
        "calibration_error": (pytest.approx(gap), 5),
    }


def test_scores_of_search_before_and_after_reading(outcomes: list[Outcome]) -> None:
    found = scores(outcomes)
    before, after = found["before_reading"], found["after_reading"]
    assert before["first_hit"].value == pytest.approx(1 / 3)  # the second has 8 of 20 characters
    assert before["mrr"].value == pytest.approx(1 / 3)
    assert after["first_hit"].value == 0.0
    assert after["mrr"].value == pytest.approx(0.5 / 3)
    assert before["document_in_1"].value == 1.0
    assert after["document_in_1"].value == pytest.approx(2 / 3)
    assert after["document_in_5"].value == 1.0
    assert all(measure.count == 3 for measure in before.values())


def test_a_question_whose_document_alone_is_known_has_no_evidence_to_find() -> None:
    question = GoldQuestion("1", "?", True, gold=(Gold("b"),))
    found = search_scores([(question, [("a", 0, 9), ("a", 9, 20), ("b", 0, 9)])])
    assert found["evidence_in_500"].count == found["mrr"].count == 0
    assert (found["document_in_1"].value, found["document_in_5"].value) == (0.0, 1.0)
    assert is_right(question, [("b", 0, 9)], "")
    assert not is_right(question, [("a", 0, 9)], "")


def test_half_of_the_shorter_is_a_citation() -> None:
    page = GoldQuestion("1", "?", True, gold=(Gold("a", (0, 1000)),))
    name = GoldQuestion("2", "?", True, gold=(Gold("a", (50, 58)),))
    assert cites(("a", 900, 1100), page)
    assert not cites(("a", 901, 1101), page)
    assert cites(("a", 54, 200), name)
    assert not cites(("a", 55, 200), name)
    assert not cites(("b", 0, 1000), page)


def test_a_gold_answer_elsewhere_is_right_but_never_for_an_unanswerable_question() -> None:
    question = GoldQuestion("1", "?", True, ("1931",), (Gold("a", (0, 9)),))
    assert is_right(question, [("b", 0, 9)], "Opened in 1931.")
    assert not is_right(question, [("b", 0, 9)], "Opened in 1932.")
    assert not is_right(GoldQuestion("1", "?", False, ("1931",)), [("b", 0, 9)], "Opened in 1931.")


def test_follow_ups_are_scored_alone(outcomes: list[Outcome]) -> None:
    assert follow_up_scores(outcomes) == {}


# A whole run, with the models that are shipped


def test_every_question_has_an_outcome(evaluation: Evaluation) -> None:
    assert [each.question.id for each in evaluation.outcomes] == [row["qid"] for row in ROWS]
    assert evaluation.documents == 2
    assert evaluation.characters == len(BRIDGE) + len(FERRY)
    assert all(each.inexact == 0 for each in evaluation.outcomes)
    assert all(each.answer_seconds > 0 for each in evaluation.outcomes)


def test_the_evidence_of_a_tiny_corpus_is_found(evaluation: Evaluation) -> None:
    found = scores(evaluation.outcomes)["before_reading"]
    assert found["evidence_in_500"].value == 1.0
    assert found["document_in_5"].value == 1.0
    follow_up = follow_up_scores(evaluation.outcomes)["rewriting"]["lost_to_rewrite"]
    assert (follow_up.value, follow_up.count) == (0.0, 1)


def test_the_table_names_every_figure_with_its_interval(evaluation: Evaluation) -> None:
    text = scores_as_text(evaluation)
    assert "2 documents" in text
    assert "4 questions, 3 of them answerable" in text
    assert "evidence in 1000" in text
    assert "1.000 (0.342–1.000)" in text  # two of two, as Wilson has it
    assert "The follow-ups alone (1)" in text
    assert "characters a second" in text


def test_the_json_object_has_no_numbers_that_json_lacks(evaluation: Evaluation) -> None:
    content = json.loads(json.dumps(scores_as_json(evaluation), allow_nan=False))
    assert content["questions"] == 4
    assert content["answerable"] == 3
    assert content["scores"]["citations"]["exact_quotes"]["value"] == 1.0
    assert content["follow_ups"]["before_reading"]["evidence_in_500"]["count"] == 1
    assert content["risk_coverage"][-1]["coverage"] == 1.0
    assert sum(each["count"] for each in content["reliability"]) == 4


def test_details_have_a_line_for_each_question(evaluation: Evaluation, tmp_path: Path) -> None:
    write_details(evaluation, tmp_path / "details.jsonl")
    lines = (tmp_path / "details.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["qid"] for line in lines] == [row["qid"] for row in ROWS]
    with pytest.raises(AskdocsError, match="cannot be written"):
        write_details(evaluation, tmp_path / "missing" / "details.jsonl")


def test_a_picture_is_drawn(evaluation: Evaluation, tmp_path: Path) -> None:
    draw(evaluation, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_names_the_folder_also_when_it_is_the_present_one(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[str] = []
    monkeypatch.setattr(Figure, "suptitle", lambda _, title: titles.append(title))
    monkeypatch.chdir(tmp_path)
    draw(replace(evaluation, folder=Path()), tmp_path / "picture.png")
    assert titles[0].startswith(f"{tmp_path.name}, ")


def test_without_matplotlib_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(AskdocsError, match=r"askdocs\[eval\]"):
        check_drawing()


def test_an_index_is_kept_for_the_next_time_and_no_other_index_is_touched(
    folder: Path, corpus: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    first = evaluate_folder(folder, Config(), index=index, limit=1, on_progress=ignore)
    second = evaluate_folder(folder, Config(), index=index, limit=1, on_progress=ignore)
    assert first.characters > 0
    assert second.characters == 0
    assert second.passages == first.passages
    (corpus / "other.txt").write_text("Something else.", encoding="utf-8")
    write_lines(corpus / "questions.jsonl", [{"question": "What else?"}])
    with pytest.raises(CorpusError, match="other documents"):
        evaluate_folder(corpus, Config(), index=index, on_progress=ignore)


def test_a_file_without_questions_is_an_error(corpus: Path) -> None:
    (corpus / "other.txt").write_text("Something else.", encoding="utf-8")
    (corpus / "questions.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="has no question"):
        evaluate_folder(corpus, Config(), on_progress=ignore)


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with Assistant(Config(corpus=tmp_path / "corpus", index=tmp_path / "index")) as assistant:
        yield assistant


def test_documents_can_be_given_and_replaced(assistant: Assistant) -> None:
    old, other = Document("a", "The tower is red."), Document("b", "The boat is slow.", "Boat")
    assert assistant.index_documents([old, other]).added == ("a", "b")
    assert assistant.index_documents([old, other]).unchanged == 2
    new = Document("a", "The tower is blue.")
    changes = assistant.index_documents([new])
    assert (changes.changed, changes.unchanged, changes.embedded) == (("a",), 1, 1)
    assert assistant.document("a") == new
    assert {hit.passage.text for hit in assistant.search("tower")} == {new.text}


def test_turns_without_an_answer_are_asked(assistant: Assistant) -> None:
    assistant.index_documents([Document("bridge", BRIDGE, "Alder Bridge")])
    given = GoldTurn("When was the Alder Bridge opened?", "In 1931. It is green.")
    turns = conversation(assistant, [given, GoldTurn("Who painted it?")])
    assert [statement.text for statement in turns[0].answer.statements] == [
        "In 1931.",
        "It is green.",
    ]
    assert turns[0].answer.searched_for == ("When was the Alder Bridge opened?",)
    assert turns[1].answer.searched_for[0] == "Who painted it?"
    assert len(turns[1].answer.searched_for) == 2
    assert turns[1].answer.hits

"""What people say of answers becomes a question set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from askdocs import Assistant
from askdocs.errors import CorpusError
from askdocs.evaluation.feedback import (
    FEEDBACK,
    read_feedback,
    record_judgement,
    write_question_set,
)
from askdocs.evaluation.question_set import read_documents, read_questions
from askdocs.types import Document, Turn
from tests.cli.test_commands import askdocs

QUESTION = "what did Zehri warn?"
UNANSWERED = "who won the football world cup in 1986?"


def documents(assistant: Assistant) -> list[Document]:
    return [assistant.document(record.source) for record in assistant.status().documents]


def test_judgements_become_questions_with_their_gold(sample: Assistant, tmp_path: Path) -> None:
    right, refused = sample.ask(QUESTION), sample.ask(UNANSWERED)
    index, folder = tmp_path / "index", tmp_path / "set"
    record_judgement(index, "good", right, place="a 0", history=[Turn("hello", refused)])
    record_judgement(index, "good", refused, place="a 1")
    record_judgement(index, "wrong", right, place="b 0")
    made = write_question_set(index, documents(sample), folder)
    assert (made.questions, made.left_out) == (2, 1)
    read, failed = read_documents(folder, sample.config)
    assert not failed
    answered, unanswerable = read_questions(folder / "questions.jsonl", read)
    assert answered.spans == [(c.source, c.start, c.end) for c in right.citations]
    assert answered.history[0].question == "hello"
    assert not unanswerable.answerable


def test_the_last_judgement_of_an_answer_counts(sample: Assistant, tmp_path: Path) -> None:
    answer = sample.ask(QUESTION)
    for judgement in ("wrong", "good", "source"):
        record_judgement(tmp_path, judgement, answer, place="a 0")  # type: ignore[arg-type]
    with (tmp_path / FEEDBACK).open("a") as file:
        file.write('{"cut sho')
    assert [each["judgement"] for each in read_feedback(tmp_path / FEEDBACK)] == ["source"]
    (tmp_path / FEEDBACK).unlink()
    for judgement in ("good", ""):
        record_judgement(tmp_path, judgement, answer, place="a 0")  # type: ignore[arg-type]
    assert list(read_feedback(tmp_path / FEEDBACK)) == []


def test_missing_feedback_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no feedback"):
        write_question_set(tmp_path, [], tmp_path / "set")


def test_a_folder_of_other_files_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(CorpusError, match="other files"):
        write_question_set(tmp_path, [], tmp_path)


def test_eval_makes_the_question_set_and_asks_it(sample: Assistant, tmp_path: Path) -> None:
    index = tmp_path / "index"
    for number, question in enumerate((QUESTION, UNANSWERED)):
        record_judgement(index, "good", sample.ask(question), place=f"a {number}")
    record_judgement(index, "wrong", sample.ask(UNANSWERED), place="b 0")
    sample_corpus = str(sample.config.corpus)
    made = askdocs("index", "--corpus", sample_corpus, "--index", str(index), cwd=tmp_path)
    assert made.returncode == 0
    done = askdocs(
        "eval", str(tmp_path / "set"), "--feedback", str(index), "--json",
        cwd=tmp_path, ASKDOCS_CORPUS=sample_corpus,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "3 questions from feedback" in done.stderr
    assert json.loads(done.stdout)

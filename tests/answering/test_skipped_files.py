"""A refusal names what could not be searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.answering.quotes import NO_ANSWER
from askdocs.answering.skipped_files import (
    MOST_NAMED,
    keyword_only_notice,
    question_language_notice,
    skipped_files_notice,
)
from askdocs.documents.loaders import registry
from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.types import Document, Failure
from tests.support.hash_embedding import HashEmbedding


def test_nothing_is_said_where_everything_was_read() -> None:
    assert skipped_files_notice({}, []) == ""
    assert skipped_files_notice({"a.pdf": ()}, []) == ""


def test_files_and_their_parts_are_named() -> None:
    told = skipped_files_notice(
        {"a.pdf": ("2 pictures on page 3",)}, [Failure("b.doc", "an old format")]
    )
    assert told == "Not looked at: a.pdf (2 pictures on page 3); b.doc (an old format)."


def test_many_files_and_many_parts_are_counted() -> None:
    left_out = {f"{number}.pdf": tuple("abcde") for number in range(MOST_NAMED + 3)}
    told = skipped_files_notice(left_out, [])
    assert told.count("(a, b and 3 more)") == MOST_NAMED
    assert "; and 3 more, which" in told


def test_a_question_to_some_documents_hears_of_those_alone() -> None:
    left_out = {"a.pdf": ("pictures",), "b.pdf": ("notes",)}
    told = skipped_files_notice(left_out, [Failure("c.doc", "old")], {"b.pdf"})
    assert told == "Not looked at: b.pdf (notes)."


@pytest.fixture
def half_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """An index with a document that was read in part, and a file that was not read."""

    def load(path: Path, source: str) -> list[Document]:
        builder = DocumentBuilder(source)
        builder.add(path.read_text("utf-8"))
        builder.report_skipped("a drawing on sheet 2")
        builder.report_skipped("a drawing  on sheet 2")
        return [builder.build()]

    monkeypatch.setitem(registry._REGISTERED, ".draft", load)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "mill.draft").write_text("The mill wheel turns twice a minute.", "utf-8")
    (corpus / "letter.pdf").write_bytes(b"%PDF-1.4 cut off")
    return Assistant(Config(corpus=corpus, index=tmp_path / "index"), embedder=HashEmbedding())


def test_status_and_refusals_report_what_was_not_read(half_read: Assistant) -> None:
    with half_read as assistant:
        assistant.index()
        [record] = assistant.status().documents
        assert record.left_out == ("a drawing on sheet 2",)
        refusal = assistant.ask("Who won the chess olympiad in Batumi?")
        assert not refusal.answered
        assert "mill.draft (a drawing on sheet 2)" in refusal.notice
        assert "letter.pdf (the file is damaged" in refusal.notice
        limited = assistant.ask("Who won the chess olympiad in Batumi?", sources=["mill.draft"])
        assert "letter.pdf" not in limited.notice
        assert "mill.draft" in limited.notice


def test_an_answer_has_no_such_notice(half_read: Assistant) -> None:
    with half_read as assistant:
        assistant.index()
        answer = assistant.ask("How often does the mill wheel turn?", insist=True)
        assert answer.answered
        assert not answer.notice


def test_a_file_read_in_part_is_read_again_when_readers_change(
    half_read: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with half_read as assistant:
        assistant.index()
        assert assistant.index().changed == ()
        monkeypatch.setattr("askdocs.index.sync.plan.find_spec", lambda name: None)
        monkeypatch.setattr("askdocs.__version__", "another")
        assert assistant.index().changed == ("mill.draft",)
        assert assistant.index().changed == ()


ENGLISH = "The harbour office is open from nine to five, and the keeper has the key to the tower."
FRENCH = "Le bateau part à neuf heures, et un billet aller-retour coûte onze euros au guichet."
CHINESE = "停车场每天晚上十点关门。来访客人请在门口登记。"


def test_languages_that_the_embedder_does_not_know_are_named() -> None:
    assert keyword_only_notice([ENGLISH, "X12", ""]) == ""
    assert keyword_only_notice([ENGLISH, FRENCH]).startswith(
        "Documents in French were searched by their"
    )
    assert keyword_only_notice([CHINESE, FRENCH]).startswith("Documents in Chinese and French were")


@pytest.mark.parametrize(
    ("question", "is_told"),
    [
        ("Quand ferme le guichet du bateau ?", True),
        ("Wann schließt der Schalter?", True),
        ("停车场几点关门？", True),
        ("When does the office close?", False),
        ("harbour office hours", False),
        ("EN 10204", False),
    ],
)
def test_a_question_that_the_embedder_does_not_know_is_told(question: str, is_told: bool) -> None:
    notice = question_language_notice(question)
    assert bool(notice) == is_told
    assert 'set models = "multilingual"' in notice or not is_told


@pytest.mark.parametrize(("models", "is_told"), [("english", True), ("multilingual", False)])
def test_a_refusal_reports_what_was_searched_by_words_only(
    tmp_path: Path, models: str, is_told: bool
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(CHINESE, encoding="utf-8")
    config = Config(corpus=corpus, index=tmp_path / "index", models=models)
    with Assistant(config) as assistant:
        assistant.index()
        answer = assistant.ask("Who won the chess olympiad in Batumi?")
    notice = answer.notice
    assert answer.text == NO_ANSWER  # what it could not compare may hold the answer
    told = "The question is in English, and the documents are in Chinese."
    assert (told in notice) is not is_told
    assert ("Documents in Chinese were searched by their words only" in notice) is is_told

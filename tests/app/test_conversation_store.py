"""Conversations that are kept, each visitor's apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from askdocs import Answer, Assistant
from askdocs.app.conversations.conversation import Conversation
from askdocs.app.conversations.cookie import COOKIE, new_cookie, visitor_in
from askdocs.app.conversations.store import Archive
from askdocs.app.events.payload import shown_on_page
from askdocs.app.views.history import changed_since, readable_time, render_history

ME, YOU = "1" * 32, "2" * 32


def test_a_conversation_comes_back_whole(sample: Assistant, tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    asked = Conversation().asked(answer.question, ["a.txt"]).answered(answer).judged(0, "good")
    archive.save(ME, asked)
    assert archive.load(ME, asked.id) == asked
    assert changed_since(sample, asked) == {}


def test_nobody_sees_the_conversations_of_another(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    mine = Conversation().asked("mine").stopped()
    archive.save(ME, mine)
    assert archive.entries(YOU) == []
    assert archive.load(YOU, mine.id) is None
    archive.delete(YOU, mine.id)
    archive.rename(YOU, mine.id, "yours")
    assert [each.title for each in archive.entries(ME)] == ["mine"]
    assert ME not in "".join(map(str, tmp_path.rglob("*")))


def test_the_conversation_of_a_session_is_shown_to_its_visitor_alone(tmp_path: Path) -> None:
    """Who has come to know the hash of a session gets an empty conversation."""
    import gradio

    def asks(visitor: str) -> gradio.Request:
        return gradio.Request(headers={"cookie": f"{COOKIE}={visitor}"})

    archive = Archive(None)
    mine = shown_on_page({}, Conversation(), archive, asks(ME)).asked("mine")
    assert shown_on_page({}, mine, archive, asks(ME)) == mine
    assert shown_on_page({"conversation": mine.id}, mine, archive, asks(ME)) == mine
    for values in ({}, {"conversation": mine.id}, {"conversation": ""}):
        assert shown_on_page(values, mine, archive, asks(YOU)).exchanges == ()
        assert shown_on_page(values, mine, archive, gradio.Request(headers={})).exchanges == ()
    kept = Archive(tmp_path)
    kept.save(ME, mine)
    opened = kept.load(ME, mine.id)
    assert opened is not None
    assert shown_on_page({}, opened, kept, asks(YOU)).exchanges == ()


def test_conversations_are_found_renamed_and_deleted(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    tea, rain = Conversation().asked("Tea?").stopped(), Conversation().asked("Rain?").failed("no")
    archive.save(ME, tea)
    archive.save(ME, rain)
    assert [each.title for each in archive.entries(ME, "TEA")] == ["Tea?"]
    archive.rename(ME, tea.id, "  Brewing \n green ")
    assert [each.title for each in archive.entries(ME, "brewing tea")] == ["Brewing green"]
    archive.delete(ME, tea.id)
    assert [each.title for each in archive.entries(ME)] == ["Rain?"]
    archive.delete(ME, rain.id)
    assert archive.entries(ME) == []


def test_what_was_being_answered_counts_as_stopped(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    asked = Conversation().asked("and?")
    archive.save(ME, asked)
    found = archive.load(ME, asked.id)
    assert found is not None
    assert found.exchanges[0].stopped


def test_what_is_said_of_a_conversation_while_it_goes_on_stays(
    sample: Assistant, tmp_path: Path
) -> None:
    archive = Archive(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    told = Conversation().asked(answer.question).answered(answer)
    begun = told.asked("and when?")
    archive.save(ME, begun)
    archive.rename(ME, begun.id, "Warnings")
    archive.update(ME, begun.id, begun.judged(0, "good").exchanges[0])
    archive.update(ME, begun.id, begun.answered(answer).exchanges[1])
    found = archive.load(ME, begun.id)
    assert found is not None
    assert found.title == "Warnings"
    assert [each.judgement for each in found.exchanges] == ["good", ""]
    assert not found.exchanges[1].stopped


def test_what_an_old_file_does_not_say_is_read_from_its_other_fields(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    searched = ("and when?", "and when? Trondvik")
    answer = Answer("and when?", "In 1962.", searched_for=searched, with_history=True)
    told = Conversation().asked("and when?").answered(answer)
    archive.save(ME, told)
    (file,) = tmp_path.glob("*/*.json")
    record = json.loads(file.read_text("utf-8"))
    del record["exchanges"][0]["answer"]["with_history"]
    file.write_text(json.dumps(record), encoding="utf-8")
    found = archive.load(ME, told.id)
    assert found is not None
    assert found.exchanges[0].answer == answer


def test_a_conversation_that_is_deleted_while_it_goes_on_stays_away(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    begun = Conversation().asked("and when?")
    archive.save(ME, begun)
    archive.delete(ME, begun.id)
    archive.update(ME, begun.id, begun.stopped().exchanges[0])
    assert archive.entries(ME) == []


def test_an_answer_is_kept_beside_what_another_window_has_asked_meanwhile(
    sample: Assistant, tmp_path: Path
) -> None:
    archive = Archive(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    mine = Conversation().asked(answer.question)
    archive.save(ME, mine)
    seen = archive.load(ME, mine.id)
    assert seen is not None
    archive.save(ME, seen.asked("in the other window").stopped())
    archive.update(ME, mine.id, mine.answered(answer).exchanges[0])
    found = archive.load(ME, mine.id)
    assert found is not None
    assert [each.answer for each in found.exchanges] == [answer, None]
    assert mine.answered(answer).is_behind(found)
    assert seen.is_behind(found)
    assert not found.is_behind(mine)
    assert not found.is_behind(found)


def test_a_judgement_that_is_taken_back_is_not_kept(sample: Assistant, tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    judged = Conversation().asked(answer.question).answered(answer).judged(0, "good")
    archive.save(ME, judged)
    archive.update(ME, judged.id, judged.judged(0, "").exchanges[0])
    found = archive.load(ME, judged.id)
    assert found is not None
    assert found.exchanges[0].judgement == ""


def test_a_disk_that_is_full_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path)
    begun = Conversation().asked("and when?")
    archive.save(ME, begun)

    def fail(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    archive.save(ME, begun.stopped())
    assert [each.suffix for each in tmp_path.rglob("*.*")] == [".json"]


def test_nothing_is_kept_where_that_is_not_wanted(tmp_path: Path) -> None:
    asked = Conversation().asked("and?")
    for archive, visitor in ((Archive(None), ME), (Archive(tmp_path), "")):
        archive.save(visitor, asked)
        assert archive.entries(visitor) == []
        assert archive.load(visitor, asked.id) is None
    assert list(tmp_path.iterdir()) == []
    assert "not kept" in render_history([], "", kept=False)


def test_a_damaged_file_and_an_odd_name_are_passed_over(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    asked = Conversation().asked("and?")
    archive.save(ME, asked)
    (file,) = tmp_path.rglob("*.json")
    (file.parent / f"{'0' * 16}.json").write_text('{"exchanges": 3}')
    assert len(archive.entries(ME)) == 1
    assert archive.load(ME, "0" * 16) is None
    assert archive.load(ME, "../../x") is None


def test_a_visitor_is_known_by_a_cookie_of_ours_only() -> None:
    cookie = new_cookie().split(";")[0]
    assert visitor_in(f"other=1; {cookie}") == cookie.split("=")[1]
    assert visitor_in(f"{COOKIE}=../../x") == ""
    assert visitor_in("") == ""


def test_times_are_readable() -> None:
    assert "2026, " in readable_time("2026-11-23T12:00:00+00:00")
    assert readable_time("nonsense") == "some time ago"

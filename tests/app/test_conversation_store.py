"""Conversations that are kept, each visitor's apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from askdocs import Answer, Assistant
from askdocs.app.conversations.conversation import Conversation
from askdocs.app.conversations.cookie import COOKIE, new_cookie, visitor_from_cookie
from askdocs.app.conversations.store import ConversationStore
from askdocs.app.events.payload import conversation_on_page
from askdocs.app.views.history import readable_time, render_history
from askdocs.app.views.source_changes import find_source_changes

ME, YOU = "1" * 32, "2" * 32


def test_a_conversation_comes_back_whole(sample: Assistant, tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    asked = Conversation().asked(answer.question, ["a.txt"]).answered(answer).judged(0, "good")
    store.save(ME, asked)
    assert store.load(ME, asked.id) == asked
    assert find_source_changes(sample, asked) == {}


def test_nobody_sees_the_conversations_of_another(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    mine = Conversation().asked("mine").stopped()
    store.save(ME, mine)
    assert store.entries(YOU) == []
    assert store.load(YOU, mine.id) is None
    store.delete(YOU, mine.id)
    store.rename(YOU, mine.id, "yours")
    assert [each.title for each in store.entries(ME)] == ["mine"]
    assert ME not in "".join(map(str, tmp_path.rglob("*")))


def test_the_conversation_of_a_session_is_shown_to_its_visitor_alone(tmp_path: Path) -> None:
    """Who has come to know the hash of a session gets an empty conversation."""
    import gradio

    def asks(visitor: str) -> gradio.Request:
        return gradio.Request(headers={"cookie": f"{COOKIE}={visitor}"})

    store = ConversationStore(None)
    mine = conversation_on_page("", Conversation(), store, asks(ME)).asked("mine")
    assert conversation_on_page("", mine, store, asks(ME)) == mine
    assert conversation_on_page(mine.id, mine, store, asks(ME)) == mine
    nobody = gradio.Request(headers={})
    for name in ("", mine.id):
        assert conversation_on_page(name, mine, store, asks(YOU)).exchanges == ()
        assert conversation_on_page(name, mine, store, nobody).exchanges == ()
    kept = ConversationStore(tmp_path)
    kept.save(ME, mine)
    opened = kept.load(ME, mine.id)
    assert opened is not None
    assert conversation_on_page("", opened, kept, asks(YOU)).exchanges == ()


def test_conversations_are_found_renamed_and_deleted(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    tea, rain = Conversation().asked("Tea?").stopped(), Conversation().asked("Rain?").failed("no")
    store.save(ME, tea)
    store.save(ME, rain)
    assert [each.title for each in store.entries(ME, "TEA")] == ["Tea?"]
    store.rename(ME, tea.id, "  Brewing \n green ")
    assert [each.title for each in store.entries(ME, "brewing tea")] == ["Brewing green"]
    store.delete(ME, tea.id)
    assert [each.title for each in store.entries(ME)] == ["Rain?"]
    store.delete(ME, rain.id)
    assert store.entries(ME) == []


def test_what_was_being_answered_counts_as_stopped(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    asked = Conversation().asked("and?")
    store.save(ME, asked)
    found = store.load(ME, asked.id)
    assert found is not None
    assert found.exchanges[0].stopped


def test_names_and_feedback_stay_while_a_conversation_continues(
    sample: Assistant, tmp_path: Path
) -> None:
    store = ConversationStore(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    told = Conversation().asked(answer.question).answered(answer)
    begun = told.asked("and when?")
    store.save(ME, begun)
    store.rename(ME, begun.id, "Warnings")
    store.update(ME, begun.id, begun.judged(0, "good").exchanges[0])
    store.update(ME, begun.id, begun.answered(answer).exchanges[1])
    found = store.load(ME, begun.id)
    assert found is not None
    assert found.title == "Warnings"
    assert [each.judgement for each in found.exchanges] == ["good", ""]
    assert not found.exchanges[1].stopped


def test_what_an_old_file_does_not_say_is_read_from_its_other_fields(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    searched = ("and when?", "and when? Trondvik")
    answer = Answer(
        "and when?",
        "In 1962.",
        confidence=1.0,
        notice="Its own words.",
        searched_for=searched,
        with_history=True,
        kind="overview",
    )
    told = Conversation().asked("and when?").answered(answer)
    store.save(ME, told)
    (file,) = tmp_path.glob("*/*.json")
    record = json.loads(file.read_text("utf-8"))
    for name in ("with_history", "kind"):
        del record["exchanges"][0]["answer"][name]
    file.write_text(json.dumps(record), encoding="utf-8")
    found = store.load(ME, told.id)
    assert found is not None
    assert found.exchanges[0].answer == answer


def test_a_conversation_that_is_deleted_while_it_continues_stays_deleted(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    begun = Conversation().asked("and when?")
    store.save(ME, begun)
    store.delete(ME, begun.id)
    store.update(ME, begun.id, begun.stopped().exchanges[0])
    assert store.entries(ME) == []


def test_an_answer_is_stored_next_to_exchanges_of_another_window(
    sample: Assistant, tmp_path: Path
) -> None:
    store = ConversationStore(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    mine = Conversation().asked(answer.question)
    store.save(ME, mine)
    seen = store.load(ME, mine.id)
    assert seen is not None
    store.save(ME, seen.asked("in the other window").stopped())
    store.update(ME, mine.id, mine.answered(answer).exchanges[0])
    found = store.load(ME, mine.id)
    assert found is not None
    assert [each.answer for each in found.exchanges] == [answer, None]
    assert mine.answered(answer).is_behind(found)
    assert seen.is_behind(found)
    assert not found.is_behind(mine)
    assert not found.is_behind(found)


def test_a_judgement_that_is_taken_back_is_not_kept(sample: Assistant, tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    answer = sample.ask("what did Zehri warn?")
    judged = Conversation().asked(answer.question).answered(answer).judged(0, "good")
    store.save(ME, judged)
    store.update(ME, judged.id, judged.judged(0, "").exchanges[0])
    found = store.load(ME, judged.id)
    assert found is not None
    assert found.exchanges[0].judgement == ""


def test_a_disk_that_is_full_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ConversationStore(tmp_path)
    begun = Conversation().asked("and when?")
    store.save(ME, begun)

    def fail(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    store.save(ME, begun.stopped())
    assert [each.suffix for each in tmp_path.rglob("*.*")] == [".json"]


def test_nothing_is_kept_where_that_is_not_wanted(tmp_path: Path) -> None:
    asked = Conversation().asked("and?")
    for store, visitor in ((ConversationStore(None), ME), (ConversationStore(tmp_path), "")):
        store.save(visitor, asked)
        assert store.entries(visitor) == []
        assert store.load(visitor, asked.id) is None
    assert list(tmp_path.iterdir()) == []
    assert "not saved" in render_history([], "", kept=False)


def test_a_damaged_file_and_an_odd_name_are_passed_over(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    asked = Conversation().asked("and?")
    store.save(ME, asked)
    (file,) = tmp_path.rglob("*.json")
    (file.parent / f"{'0' * 16}.json").write_text('{"exchanges": 3}')
    assert len(store.entries(ME)) == 1
    assert store.load(ME, "0" * 16) is None
    assert store.load(ME, "../../x") is None


def test_a_visitor_is_known_by_a_cookie_of_ours_only() -> None:
    cookie = new_cookie().split(";")[0]
    assert visitor_from_cookie(f"other=1; {cookie}") == cookie.split("=")[1]
    assert visitor_from_cookie(f"{COOKIE}=../../x") == ""
    assert visitor_from_cookie("") == ""


def test_times_are_readable() -> None:
    assert "2026, " in readable_time("2026-11-23T12:00:00+00:00")
    assert readable_time("nonsense") == "some time ago"

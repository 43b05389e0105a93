"""The payloads of events: damaged and unknown values become defaults."""

from __future__ import annotations

import json

import pytest

from askdocs.app.conversations.conversation import Conversation
from askdocs.app.events.payload import (
    AskPayload,
    ConversationPayload,
    ExportPayload,
    FeedbackPayload,
    ListChangePayload,
    NotesPayload,
)


@pytest.mark.parametrize("command", ["", "{", "[1]", "null", '"text"', "{}"])
def test_a_damaged_payload_has_only_defaults(command: str) -> None:
    assert ConversationPayload.parse(command) == ConversationPayload("")
    assert AskPayload.parse(command) == AskPayload("", (), None, None, False, False, "", "")
    assert ListChangePayload.parse(command).action == ""
    assert ExportPayload.parse(command).format == "json"
    assert FeedbackPayload.parse(command) == FeedbackPayload("", None, None)
    assert NotesPayload.parse(command).notes is None


def test_values_of_a_wrong_type_and_unknown_values_become_defaults() -> None:
    sent = {"sources": "a.txt", "replaces": "1", "again": 2.5, "tasks": ["model"], "do": "drop"}
    command = json.dumps(sent | {"format": {}, "judgement": "bad", "secondOpinion": True})
    assert AskPayload.parse(command) == AskPayload("", (), None, None, False, False, "", "")
    assert ListChangePayload.parse(command).action == ""
    assert ExportPayload.parse(command).format == "json"
    assert FeedbackPayload.parse(command).judgement is None


def test_the_values_that_the_page_sends_are_read() -> None:
    sent = {"sources": ["a.txt", "b/"], "again": 0, "quotes": True, "tasks": "model"}
    command = json.dumps(sent | {"secondOpinion": "no", "format": "md", "judgement": ""})
    asked = AskPayload.parse(command)
    assert asked == AskPayload("", ("a.txt", "b/"), None, 0, True, False, "model", "no")
    assert ExportPayload.parse(command).format == "md"
    assert FeedbackPayload.parse(command).judgement == ""


def test_only_the_last_question_loses_its_answer_when_it_is_asked_again() -> None:
    conversation = Conversation().asked("one").stopped().asked("two").stopped()
    again = [AskPayload.parse(json.dumps({"again": number})) for number in (0, 1)]
    assert [each.position_in(conversation) for each in again] == [None, 1]

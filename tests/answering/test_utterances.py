"""Who says what in chats, mails and transcripts, and when."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from askdocs import Assistant, Config
from askdocs.answering.candidates import Candidate
from askdocs.answering.context import can_answer
from askdocs.answering.questions.speech_request import SpeechRequest, speech_request_in
from askdocs.answering.utterances import (
    begins_turn,
    by_speaker,
    is_signature,
    preceding_text,
    turn_at,
    with_replies,
)
from askdocs.types import Hit, Passage

CHAT = """04/05/2026, 08:12 - Messages and calls are end-to-end encrypted.
04/05/2026, 08:13 - Rasmus: Has anyone seen the key of the kiln?
04/05/2026, 08:20 - Ebba Lund: It hangs behind the drying rack
05/05/2026, 19:44 - Rasmus: The glaze order costs 260 kroner
05/05/2026, 19:50 - Ebba Lund: I propose that we split it
"""
MAIL = """Subject: Re: Lease of the kiln
From: Olga Brunn <olga@example.org>
To: Rasmus Voll <rasmus@example.org>
Date: Thu, 21 May 2026 14:05:00 +0200
Content-Type: text/plain; charset="utf-8"

Dear Rasmus,

we can pay 90 kroner a month, not more.

Olga

On 19 May 2026, Rasmus Voll wrote:
> Dear Olga,
> the lease ends in June, and the owner wants 120 kroner a month.
> Rasmus
"""


def _passage(text: str, heading: str = "") -> Passage:
    return Passage("i", "a.txt", text, 0, len(text), heading=heading)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did Olga say about the rent?", SpeechRequest("words", frozenset({"olga"}), "rent")),
        ("What does Mr Voll promise?",
         SpeechRequest("words", frozenset({"voll"}), "", frozenset({"promis"}))),
        ("Who said that the lease ends?", SpeechRequest("speaker", frozenset(), "lease ends")),
        ("When did Olga Brunn write about the kiln?",
         SpeechRequest("time", frozenset({"olga", "brunn"}), "kiln")),
        ("When did Bill write to Ms Mori?", SpeechRequest("time", frozenset({"bill"}), "")),
        ("Who built the kiln?", None),
        ("When does the lease end?", None),
        ("What did he say?", None),
    ],
)  # fmt: skip
def test_whose_words_are_asked_for(question: str, said: SpeechRequest | None) -> None:
    assert speech_request_in(question) == said


def test_a_name_may_be_longer_on_either_side() -> None:
    said = SpeechRequest("words", frozenset({"olga", "brunn"}), "")
    assert said.is_by("Olga")
    assert said.is_by("Olga Brunn")
    assert not said.is_by("Olga Dahl")
    assert not SpeechRequest("words", frozenset({"olga"}), "").is_by("Oleg")


def test_the_turn_of_a_sentence_has_author_time_and_words() -> None:
    text = "NOVAK: It rains. We stay.\nAHL: Then the camp is off."
    passage = _passage(text)
    first = turn_at(passage, text.index("We stay"))
    last = turn_at(passage, text.index("Then"))
    assert first
    assert (first.author, first.text.strip()) == ("NOVAK", "NOVAK: It rains. We stay.")
    assert last
    assert (last.author, last.text) == ("AHL", "AHL: Then the camp is off.")
    chat = turn_at(_passage("Li (caretaker) (14.06.26, 10:05): It leaks."), 0)
    assert chat
    assert (chat.author, chat.when) == ("Li (caretaker)", "14.06.26, 10:05")
    mail = turn_at(_passage("We agree.", "Ada Moe <a@example.org>, Tue, 3 Mar 2026 09:15"), 0)
    assert mail
    assert (mail.author, mail.when) == ("Ada Moe", "Tue, 3 Mar 2026 09:15")


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Note: the lift is out of order.", ""),
        ("Place: Depot 3; Day: 4 May", ""),
        ("The lift stands.", "Results, 2019"),
        ("The lift stands: nobody came.", "Lifts › Repairs"),
    ],
)
def test_fields_rows_and_headings_are_no_turns(text: str, heading: str) -> None:
    assert turn_at(_passage(text, heading), 0) is None


def test_a_name_below_a_mail_is_a_signature() -> None:
    passage = _passage("We agree.\n\nAda", "Ada Moe <a@example.org>, Tue, 3 Mar 2026 09:15")
    assert is_signature(passage, 11, "Ada")
    assert not is_signature(passage, 0, "We agree.")


def test_turns_of_the_speaker_answer_and_those_of_others_do_not() -> None:
    text = "NOVAK: The fee goes up.\nAHL: The fee is too high.\nAHL: Novak said no.\nNOVAK: Lunch!"
    hit = Hit(_passage(text), 0.5)
    starts = [0, *(n + 1 for n, letter in enumerate(text) if letter == "\n"), len(text) + 1]
    lines = [Candidate(hit, start, end - 1, None, 0.4, "reader") for start, end in pairwise(starts)]
    said = speech_request_in("What did Novak say about the fee?")
    assert said is not None
    own, other, reported, beside = by_speaker(said, lines, {"novak": 2.0, "fee": 1.0})
    assert own.probability > 0.7
    assert other.probability < 0.1
    assert reported.probability == 0.4
    assert beside.probability < 0.4


def test_a_reply_comes_with_the_question_before_it() -> None:
    texts = ["Ann (9:12): Who has the key?", "BO: I have.", "Deposit: two months."]
    asks, reply, end = (
        Passage(str(n), "c.txt", text, 30 * n, 30 * n + len(text)) for n, text in enumerate(texts)
    )
    assert begins_turn(asks)
    assert not begins_turn(end)
    assert begins_turn(_passage("assistant: Keep it warm.", "assistant"))
    hits = with_replies([Hit(asks, 0.6), Hit(end, 0.2)], lambda passage, count: [reply, end])
    assert [(hit.passage.id, round(hit.score, 2)) for hit in hits] == [
        ("0", 0.6), ("1", 0.54), ("2", 0.2)
    ]  # fmt: skip
    assert (
        preceding_text(reply, lambda passage, count: [asks]).turns
        == "Ann (9:12): Who has the key?\n"
    )
    assert preceding_text(end, lambda passage, count: [asks]).text == ""


@pytest.mark.parametrize("field", ["Date of birth: ______", "Signature ..........", "Name: ____ "])
def test_a_field_that_nobody_filled_in_answers_nothing(field: str) -> None:
    assert not can_answer(field)
    assert can_answer("Date of birth: 3 May 1970")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("talk")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "WhatsApp Chat with Potters.txt").write_text(CHAT)
    (folder / "corpus" / "lease.eml").write_text(MAIL)
    with Assistant(Config(corpus=folder / "corpus", index=folder / "index")) as assistant:
        assistant.index()
        yield assistant


@pytest.mark.parametrize(
    ("question", "words", "place"),
    [
        ("What did Ebba propose?", "split it", "Ebba Lund, 05/05/2026"),
        ("What did Olga say about the kroner?", "90 kroner", "Olga Brunn"),
        ("Who said that the lease ends in June?", "ends in June", "Rasmus Voll, 19 May 2026"),
        ("When did Rasmus write about the glaze?", "260 kroner", "05/05/2026"),
        ("Where is the key of the kiln?", "behind the drying rack", "Ebba Lund"),
    ],
)
def test_a_conversation_is_quoted_by_who_said_it(
    talk: Assistant, question: str, words: str, place: str
) -> None:
    answer = talk.ask(question)
    assert answer.answered
    assert words in " ".join(answer.text.split())
    assert place in answer.citations[0].where


def test_what_somebody_else_said_is_no_answer(talk: Assistant) -> None:
    answer = talk.ask("What did Ebba say about the glaze?")
    assert not answer.answered
    assert "260" not in answer.text

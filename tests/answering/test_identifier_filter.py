"""Sentences about another invoice, room or version than the one that is asked about."""

from __future__ import annotations

import pytest

from askdocs.answering import identifier_filter
from askdocs.answering.candidates import Candidate
from askdocs.answering.context import all_sentences
from askdocs.answering.identifier_filter import (
    doubted,
    identifier_filters,
    missing_reason,
    without_other_identifiers,
    without_other_sentences,
)
from askdocs.answering.questions.question import parse
from askdocs.text.identifiers import Identifier, identifiers_in
from askdocs.types import Hit, Passage


def hit(text: str, *, name: str = "notes.md", heading: str | None = None) -> Hit:
    return Hit(Passage(name, name, text, 0, len(text), heading=heading), 1.0)


def kept(question: str, *hits: Hit) -> list[str]:
    """The sentences that may answer a question."""
    filters = identifier_filters(parse(question).identifiers, hits)
    candidates = [
        Candidate(each, start, end, None, 0.9)
        for each in without_other_identifiers(filters, hits)
        for start, end in all_sentences(each.passage)
    ]
    return [candidate.quote for candidate in without_other_sentences(filters, candidates)]


INVOICES = (
    "Invoice 10233 was paid in May. Invoice 10234 was disputed by Tidewater."
    " It was sent back. Tidewater wants the invoice shortened. Disputes take thirty days."
    " Invoice 10235 replaces 10233."
)


@pytest.mark.parametrize(
    "question",
    ["Was invoice 10233 disputed?", "Who disputed 10233?", "Who disputed invoice no. 10233?"],
)
def test_a_sentence_about_another_invoice_does_not_answer(question: str) -> None:
    assert kept(question, hit(INVOICES)) == [
        "Invoice 10233 was paid in May.",
        "Disputes take thirty days.",
        "Invoice 10235 replaces 10233.",
    ]


def test_a_question_with_two_identifiers_is_about_both() -> None:
    found = kept("Does invoice 10233 or invoice 10234 come first?", hit(INVOICES))
    assert found[:2] == [
        "Invoice 10233 was paid in May.",
        "Invoice 10234 was disputed by Tidewater.",
    ]


def test_the_relation_to_another_identifier_is_not_about_that() -> None:
    assert len(kept("What came after invoice 10234?", hit(INVOICES))) == 6


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (
            "How many people does room 214 hold?",
            "Room 214 holds 30. Room 215 holds 214 people. Rooms 210 to 220 have blinds.",
            ["Room 214 holds 30.", "Rooms 210 to 220 have blinds."],
        ),
        (
            "Which of rooms 210 to 220 has a projector?",
            "Room 215 has a projector. Room 231 has a projector. Rooms 219 to 225 have blinds.",
            ["Room 215 has a projector.", "Rooms 219 to 225 have blinds."],
        ),
        (
            "Which of invoices 10230-10240 was disputed?",
            "INV-10233 was disputed. INV-10251 was disputed. Invoice 10240 was paid.",
            ["INV-10233 was disputed.", "Invoice 10240 was paid."],
        ),
        (
            "What do clauses 3.1 to 3.4 allow?",
            "3.2 Pets are allowed.\n\n3.4 Drums are allowed.",
            ["3.2 Pets are allowed.", "3.4 Drums are allowed."],
        ),
        (
            "What does section 4.2 say about noise?",
            "Section 4.1 allows noise until ten. Section 4.2.1 forbids drums. Section 4 is old.",
            ["Section 4.2.1 forbids drums.", "Section 4 is old."],
        ),
        (
            "When does clause 3.2 end?",
            "3.1 The lease ends in June.\n\n3.2 The option ends in July. Clause 3.1 says when the"
            " lease ends.\n\n3.3 The deposit is paid back.",
            ["3.2 The option ends in July.", "Clause 3.1 says when the lease ends."],
        ),
        (
            "How does version 2.1.4 round?",
            "Version 2.1.3 rounds up. In 2.1.4 halves are rounded down. Numbers are shown whole.",
            ["In 2.1.4 halves are rounded down.", "Numbers are shown whole."],
        ),
        (
            "Who judged case 23-104?",
            "Case 23-104 went to Judge Ode. Case 23-105 went to Judge Vance.",
            ["Case 23-104 went to Judge Ode."],
        ),
        (
            "What does the pump PX-40 cost?",
            "The PX-40 costs 200. The PX-41 costs 300. The TR-7 fits all pumps.",
            ["The PX-40 costs 200.", "The TR-7 fits all pumps."],
        ),
        (
            "Who paid invoice 10233?",
            "Invoice: 10233; Payer: Ode; Amount: 12500\n"
            "Invoice: 10234; Payer: Vance; Amount: 90000",
            ["Invoice: 10233; Payer: Ode; Amount: 12500"],
        ),
        (
            "Who paid invoice 10233?",
            "INV-10233 was paid by Ode. INV-10234 was paid by Vance.",
            ["INV-10233 was paid by Ode."],
        ),
    ],
)
def test_only_what_is_asked_about_answers(question: str, text: str, expected: list[str]) -> None:
    assert kept(question, hit(text)) == expected


def test_a_heading_says_what_its_sentences_are_about() -> None:
    text = "Disputed by Tidewater. It replaces invoice 10234."
    right = hit(text, name="a.md", heading="Invoices › Invoice 10233")
    wrong = hit(text, name="b.md", heading="Invoices › Invoice 10234")
    assert kept("Who disputed invoice 10233?", right, wrong) == [
        "Disputed by Tidewater.",
        "It replaces invoice 10234.",
    ]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "Who founded 37signals?",
            "Fried founded the firm in 1999. It has 50 people and 4 offices.",
        ),
        ("Who was fined 12500 dollars?", "Tidewater was fined for spilling 10500 litres of oil."),
        ("What did we decide on 14 May?", "On 15 May we decided to sell. We met again on 14 May."),
        ("Who got the grant of 2021?", "In 2020 Ode got the grant. Vance got it a year later."),
        ("Who gets in at age 16?", "Pupils get in from age 14."),
    ],
)
def test_names_dates_and_amounts_are_no_identifiers(question: str, text: str) -> None:
    assert kept(question, hit(text)) == [
        text[start:end] for start, end in all_sentences(hit(text).passage)
    ]


def test_an_identifier_that_no_passage_has_is_a_reason_to_doubt() -> None:
    hits = [hit("Version 2.1.3 rounds up. Version 2.1.4 rounds down. Zeros are left out.")]
    filters = identifier_filters(parse("How does version 2.1.5 round?").identifiers, hits)
    assert missing_reason(filters) == "No passage that was found has “2.1.5”."
    sure = Candidate(hits[0], 0, 5, None, 0.9)
    assert doubted(filters, [sure])[0].probability < 0.4
    assert kept("How does version 2.1.5 round?", *hits) == ["Zeros are left out."]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Who paid INV-20234?", "“INV-20234”"),
        ("Who paid INV-20234 and INV-20235?", "“INV-20234” or “INV-20235”"),
        ("Who paid INV-20234, INV-20235 or room 377?", "“INV-20234”, “INV-20235” or “377”"),
        ("Who paid room 377?", "“377”"),
    ],
)
def test_the_reason_names_all_identifiers_as_they_are_written(question: str, reason: str) -> None:
    hits = [hit("INV-20230 was paid for room 391.")]
    filters = identifier_filters(parse(question).identifiers, hits)
    assert missing_reason(filters) == f"No passage that was found has {reason}."


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("May I fit the valve to an RX310?", "The valve is made for RX450 boilers only."),
        ("May I fit the valve to an RX310?", "Only the RX450 takes the brass valve."),
        ("Is smoking allowed in room 377?", "Smoking is allowed in no place other than room 391."),
        ("Is smoking allowed in room 377?", "Guests smoke everywhere except in room 391."),
        ("Does bus 118 stop at the mill?", "It is served not by bus 126 but by the ferry."),
        ("Where is bus 118 on Sundays?", "On Sundays they run bus 126 instead."),
    ],
)
def test_what_is_contrasted_with_another_identifier_may_answer(
    question: str, sentence: str
) -> None:
    asked = "The RX310, room 377 and bus 118 are old."
    for hits in (
        [hit(sentence)],
        [hit(f"{asked} Nobody minds."), hit(sentence, name="other.md")],
        [hit(sentence, heading="RX450 in room 391 and bus 126")],
    ):
        assert sentence in kept(question, *hits)
    filters = identifier_filters(parse(question).identifiers, [hit(sentence)])
    sure = Candidate(hit(sentence), 0, len(sentence), None, 0.9)
    assert doubted(filters, [sure]) == [sure]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Is the RX310 loud?", "The RX450 needs only two bolts."),
        ("Is the RX310 loud?", "The RX450 is not loud."),
        ("Is room 377 free?", "Only two keys open room 391."),
        ("Is room 377 free?", "Room 391 costs 300 only."),
        ("Is room 377 free?", "Room 391 is locked except on Sundays."),
        ("Was invoice 20233 paid?", "Vance did not pay invoice 20251."),
    ],
)
def test_a_contrast_with_something_else_is_none_with_the_identifier(
    question: str, sentence: str
) -> None:
    assert kept(question, hit(sentence)) == []
    filters = identifier_filters(parse(question).identifiers, [hit(sentence)])
    sure = Candidate(hit(sentence), 0, len(sentence), None, 0.9)
    assert doubted(filters, [sure])[0].probability < 0.4


def test_a_name_with_a_figure_that_no_passage_repeats_is_no_reason_to_doubt() -> None:
    hits = [hit("The firm pays for the insurance of dogs. Form INV-12 is for that.")]
    filters = identifier_filters(parse("Does 37signals pay for my dog?").identifiers, hits)
    assert missing_reason(filters) == ""
    sure = Candidate(hits[0], 0, 5, None, 0.9)
    assert doubted(filters, [sure]) == [sure]


def test_a_text_is_searched_for_identifiers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reads(text: str) -> list[Identifier]:
        read.append(text)
        return identifiers_in(text)

    monkeypatch.setattr(identifier_filter, "identifiers_in", reads)
    text = "Invoice 20233 was paid for room 377. Room 378 is empty. Invoice 20234 was not paid."
    kept("Was invoice 20233 paid for room 377?", hit(text, heading="Rooms and invoices"))
    assert text in read
    assert len(read) == len(set(read))

"""Numbers and codes by which documents and things are called."""

from __future__ import annotations

import pytest

from askdocs.text.identifiers import form_of, identifiers_in, named_in


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who paid invoice 10234?", ["10234"]),
        ("Who paid 10234?", ["10234"]),
        ("what does INV-2024-07 cost", ["INV-2024-07"]),
        ("changes in v1.2.3", ["v1.2.3"]),
        ("How does version 2.1.5 round?", ["2.1.5"]),
        ("Which firewall port does Marlin 0.1 open?", ["0.1"]),
        ("What does section 4.2 say about noise?", ["4.2"]),
        ("How many people does room 214 hold?", ["214"]),
        ("Who lives in flat 12b?", ["12b"]),
        ("Who judged case no. 23-104?", ["23-104"]),
        ("When do we vote on § 14.1?", ["14.1"]),
        ("Is part #8841 in stock?", ["8841"]),
        ("Who founded 37signals?", ["37signals"]),
        # dates, times, amounts and what is only counted or compared with
        ("What happened in 2016 on 12.03.2016?", []),
        ("What did we pay on 3 May and on May 14?", []),
        ("the 15th of 20GB in the 1990s", []),
        ("a 45-day certificate in 2015/16", []),
        ("Who won 14 medals and got $10,500?", []),
        ("Which bus leaves at 10:30?", []),
        ("Who gets a pension at age 65?", []),
        ("revenue 2021", []),
        ("What do the trustees of chapter 13 do in year 8?", []),
        ("What has changed since version 2.1?", []),
        ("Is 5.1.0 quicker than 5.0.6?", []),
        ("recycling budget 25/26", []),
        ("What does INV-7710 cost after 30 days?", ["INV-7710"]),
        ("Which invoice came after invoice 10233?", []),
        # ranges: of whole numbers only
        ("Which of rooms 210 to 220 has a projector?", ["210-220"]),
        ("What is paid by clauses 3.1 to 3.4?", []),
        ("What is paid by clauses 3.1-3.4?", []),
        ("What is paid by clauses 3.1 – 3.4?", []),
        ("Who lives in flats 12a to 12d?", []),
        ("Who lives in flats 12a-d?", []),
        ("Who lives from flat 12a to flat 12d?", []),
        ("Who paid INV-10234 to INV-10250?", []),
        ("Who moved pump PX-40 to room 214?", ["PX-40", "214"]),
    ],
)
def test_codes_long_numbers_and_labelled_numbers_are_identifiers(
    question: str, found: list[str]
) -> None:
    assert [each.text for each in named_in(question)] == found


@pytest.mark.parametrize(
    ("text", "value", "has"),
    [
        ("Rooms 214 and 215 are locked.", "215", True),
        ("Rooms 214 to 220 are locked.", "217", True),
        ("Rooms 214–220 are locked.", "221", False),
        ("Section 4.2.1 is new.", "4.2", True),
        ("Section 4 is new.", "4.2", False),
        ("Section 4.20 is new.", "4.2", False),
        ("INV-10233 is late.", "10233", True),
        ("INV-10233 is late.", "ord-10233", False),
        ("INV-10233 is late.", "invoice-10233", True),
        ("Note 031 is late.", "31", True),
        ("Rooms 214 to ² are locked.", "214", True),
    ],
)
def test_lists_ranges_and_parts_name_what_they_hold(text: str, value: str, has: bool) -> None:
    assert any(each.has(value) for each in identifiers_in(text)) is has


def test_the_numbers_of_a_list_have_one_label() -> None:
    labels = {each.label for each in identifiers_in("Rooms 214, 215 and 301 to 305 are locked.")}
    assert labels == {"room"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("inv-10234", "INV-7", True),
        ("v1.2.3", "v10.0.1", True),
        ("10234", "10233", True),
        ("37signals", "inv-7", False),
        ("px-40", "covid-19", False),
        ("v1.2", "v1.2.3", False),
    ],
)
def test_identifiers_of_a_series_have_the_same_form(one: str, other: str, same: bool) -> None:
    assert (form_of(one) == form_of(other)) is same


def test_the_label_of_a_number_is_right_before_it_in_a_long_text() -> None:
    found = identifiers_in("The caretaker has seen it all before. " * 50 + "Room 214 is locked.")
    assert [(each.value, each.label, each.opens) for each in found] == [("214", "room", False)]


def test_the_last_word_of_a_line_does_not_label_a_number_on_the_next_line() -> None:
    found = identifiers_in("9. Warranty\n9.4 The pump is covered for two years, see section\n10.2.")
    assert [(each.value, each.label) for each in found] == [("9", ""), ("9.4", ""), ("10.2", "")]


def test_an_indented_number_is_not_labelled_by_the_line_before() -> None:
    text = "4. Duties of the tenant\n  4.1 The tenant shall:\n\t4.2 Nothing."
    assert [(each.text, each.label) for each in identifiers_in(text)][1:] == [
        ("4.1", ""),
        ("4.2", ""),
    ]

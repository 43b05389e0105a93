"""Who wrote a document, when and to whom, by its own lines."""

from __future__ import annotations

import pytest

from askdocs.answering.document_metadata import metadata_answer
from askdocs.answering.questions.metadata import metadata_facts_in
from askdocs.answering.questions.question import parse
from askdocs.types import Passage

BOTH = "Who wrote it, and when?"
MAIL = (
    "Subject: Fees\nFrom: Grace Okonjo <grace@post.example>\nTo: The Board <board@coop.example>\n"
    "Date: Sun, 07 Jul 2024 21:18:40 +0200\n\nDear Mr Korhonen,\n\nThank you."
)
LETTER = (
    "KESTREL SCHOOL\nWeir Lane\n\n          7 November 2024\n\nTo the parents of Year 9\n\n"
    "Dear parents,\n\nWe are glad to invite your child. The deposit is due on 29 November 2024.\n\n"
    "Yours faithfully,\nPriya Dunmore, leader of Year 9"
)


def said(question: str, text: str) -> list[str]:
    passages = [Passage("1", "a.txt", text, 0, len(text))]
    found = metadata_answer(parse(question), passages)
    return [each.quote for each in found.candidates] if found else []


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (BOTH, ("author", "date")),
        ("Who is the author?", ("author",)),
        ("When was the report published?", ("date",)),
        ("What is the date of this letter?", ("date",)),
        ("Who is it addressed to?", ("recipient",)),
        ("Who wrote this handbook?", ("author",)),
        ("When was it published or written?", ("date",)),
        ("When was this document last updated?", ("date",)),
        ("What is its publication date?", ("date",)),
        ("In what year was it printed?", ("date",)),
        ("Who is the author or sender?", ("author",)),
        ("What is the title of this report?", ("title",)),
        ("What is the title of the king?", ()),
        ("When was it built?", ()),
        ("Who wrote the chapter on pumps?", ()),
        ("When was the pump repaired?", ()),
        ("Who wrote it, and why?", ()),
    ],
)
def test_only_questions_about_the_document_as_such_are_meant(
    question: str, wanted: tuple[str, ...]
) -> None:
    assert metadata_facts_in(question) == wanted


def test_the_head_of_a_mail_is_read() -> None:
    assert said(BOTH, MAIL) == [
        "From: Grace Okonjo <grace@post.example>",
        "Date: Sun, 07 Jul 2024 21:18:40 +0200",
    ]
    assert said("Who is it addressed to?", MAIL) == ["To: The Board <board@coop.example>"]


def test_a_letter_is_signed_at_its_foot_and_dated_on_a_line_of_its_own() -> None:
    assert said(BOTH, LETTER) == ["Priya Dunmore, leader of Year 9", "7 November 2024"]
    assert said("To whom is it addressed?", LETTER) == ["To the parents of Year 9"]


@pytest.mark.parametrize(
    "line",
    [
        ":Author: Anneke Vos",
        "- Minutes: Mark Vane",
        "P. Raghunath (1), E. Marr (1) and T. Wexcombe (1)",
        "Zoe Shen[1] ( ), Ruo Zhang[2], and Li Dell[3]",
        "Prepared by Ruth Ekwall, Manager Safety, on 28 January 2022.",
        "Harbour Research | Tessa Lund | November 21, 2023",
    ],
)
def test_labels_and_by_lines_name_who_wrote_it(line: str) -> None:
    assert said("Who wrote it?", f"# A title of some words\n\n{line}\n\nThe text begins.") == [line]


def test_a_list_below_a_line_that_begins_with_with_is_no_signature() -> None:
    assert said("Who wrote it?", "A title\n\nWith a subtitle\n\n- And another one") == []
    signed = "Dear all,\n\nWe thank you.\n\nWith best wishes,\nAnna of the office"
    assert said("Who wrote it?", signed) == ["Anna of the office"]


def test_a_long_sentence_about_another_publication_gives_no_date() -> None:
    told = "The format was kept by its maker until it was published as a standard on July 1, 2008"
    more = ", and since that time it has been in the hands of a committee of volunteers and experts"
    assert said("When was it published?", f"# A title\n\n{told}{more}.") == []


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("BOOKING | Print Date 12/15/2024 14:30", "Print Date 12/15/2024 14:30"),
        ("Invoice Date: 15 March 2024", "Invoice Date: 15 March 2024"),
        ("Updated 3 rows in 12 of the tables.", ""),
    ],
)
def test_labels_give_the_date_also_in_a_row_and_without_a_colon(line: str, date: str) -> None:
    found = said("When was it issued?", f"# A title\n\n{line}\n\nThe text begins.")
    assert found == [date] * bool(date)


@pytest.mark.parametrize(
    ("title", "text", "stated"),
    [
        ("Fees", "Subject: Fees\nFrom: Grace\n\nFees rise.", ["Fees"]),
        ("Duck - Wiki", "Duck\n\nDuck is the name of a bird.", ["Duck"]),
        ("A long title", "# A long\n  title\n\nText.", ["A long\n  title"]),
        ("scan-04", "The text of scan-04 begins.", []),
        ("", "The text begins.", []),
    ],
)
def test_a_title_is_quoted_where_it_is_a_line(title: str, text: str, stated: list[str]) -> None:
    passages = [Passage("1", "a.txt", text, 0, len(text), title=title)]
    found = metadata_answer(parse("What is the title?"), passages)
    assert found is not None
    assert [each.quote for each in found.candidates] == stated


def test_of_a_line_with_several_sentences_the_one_that_says_it_is_quoted() -> None:
    text = (
        "# A title\n\nInfection Control. Author: Hanne Lindqvist. Issued in March 2023.\n\nIt rose."
    )
    assert said(BOTH, text) == ["Author: Hanne Lindqvist.", "Issued in March 2023."]


@pytest.mark.parametrize(
    "line",
    [
        "Next meeting: 21 January 2025",
        "Date of birth 26 June 1968",
        "No.: 24-001; Date: 2024-01-03; House: 16\nNo.: 24-002; Date: 2024-01-08; House: 4",
        "Decision 2024-19",
    ],
)
def test_other_days_are_not_the_day_of_the_document(line: str) -> None:
    assert said("When was it written?", f"# A title\n\n{line}\n\nThe text begins.") == []


def test_what_no_line_says_is_refused_and_not_guessed() -> None:
    passages = [Passage("1", "a.txt", "Call your lawyer.", 0, 17)]
    found = metadata_answer(parse("Who is it addressed to?"), passages)
    assert found is not None
    assert (found.candidates, [each.passage for each in found.hits]) == ((), passages)
    assert metadata_answer(parse("Who is the lawyer?"), passages) is None


def test_half_an_answer_is_a_guess_and_says_what_is_missing() -> None:
    text = "# Minutes, 3 May 2024\n\nAll came."
    found = metadata_answer(parse(BOTH), [Passage("1", "a.txt", text, 0, len(text))])
    assert found is not None
    assert found.candidates[0].probability < 0.5
    assert found.doubt == "No line of it says who wrote it."

"""Questions for a numbered part of a document: "What does clause 3.2 say?"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.answering.places import PLACE_GOES_ON, find_place, is_mentioned, named_by
from askdocs.answering.questions.place import PlaceRequest, place_requested
from askdocs.types import Document
from tests.support.hash_embedding import HashEmbedding

STATUTES = """STATUTES OF THE GLIDER CLUB

Contents
Article 1 Name .......... 2
Article 2 Fees .......... 3

Article 1
Name
The club is called Skywards. It was founded under
Article 9 of the old law.

Article 2 Fees
(1) The fee is 90 crowns.
(2) Pupils pay:
(a) 40 crowns until they are 18;
(b) 60 crowns until they are 21.
(3) Article 1 does not apply to guests.

CHAPTER II
Article 3 End
The club ends by a vote of all members."""

HIRE = """Hire of the hangar

1. Hangar
1.1 The hangar has 14 places. It is locked at night.
1.2 The owner lends two keys.

2. Use
2.1 The hirer may do three things:
1. park a glider,
2. repair it,
3. paint it.
2.2 Fires are forbidden.

3. End
The hire ends in May.

References
Lund, O. (1999). On hangars. Notes 3, 4-6."""

LOG = """# Log book

## Table 1: Flights

| Day | Flights |
| --- | --- |
| Monday | 4 |
| Sunday | 19 |

## 2 Weather

It rained.

### 2.1 Wind

The wind came from the west.

## § 3 Thanks

All helped."""

ORDER = """Hallenordnung

§ 1 Öffnung
Die Halle öffnet um acht. Sie schließt um zehn.

§ 2 Schlüssel
Jeder bekommt einen Schlüssel.

§ 3 Ende
Es gilt § 1 entsprechend."""


def wanted(question: str) -> PlaceRequest:
    place = place_requested(question)
    assert place is not None
    return place


def part(text: str, asked: str, *, named: bool = True) -> str | None:
    span = find_place(Document("a.txt", text), wanted(asked), named=named)
    return None if span is None else text[span[0] : span[1]].strip()


@pytest.mark.parametrize(
    ("question", "kind", "number"),
    [
        ("What does clause 3.2 say?", "clause", "3.2"),
        ("what does § 14 of the lease require", "§", "14"),
        ("What is article 5 about?", "article", "5"),
        ("What is regulated in clause 1.2?", "clause", "1.2"),
        ("section 4.1", "section", "4.1"),
        ("Summarise clause 7.3, please", "clause", "7.3"),
        ("What was agreed under item 4?", "item", "4"),
        ("What is in table 2?", "table", "2"),
        ("Show me appendix B", "annex", "b"),
        ("What does Article IV state?", "article", "iv"),
        ("Was regelt § 12a?", "§", "12a"),
        ("Was sagt Paragraph 7?", "§", "7"),
        ("Fasse Artikel 2 zusammen", "article", "2"),
        ("Que prévoit l’article 8 ?", "article", "8"),
        ("¿Qué dice el artículo 3?", "article", "3"),
    ],
)
def test_a_part_may_be_asked_for_by_its_number(question: str, kind: str, number: str) -> None:
    place = wanted(question)
    assert (place.kind, place.number, place.other) == (kind, number, ())


def test_other_words_of_the_question_are_told() -> None:
    assert wanted("Who pays under § 14?").other == ("who", "pays")
    assert wanted("What does section 3 say of dogs?").other == ("dogs",)
    assert wanted("What does the hire say in clause 1.2?").other == ("hire",)
    assert wanted("What does clause 1.2 of the hire say?").document == ("hire",)
    assert wanted("Que dit l'article 3 du bail ?").document == ("bail",)


@pytest.mark.parametrize(
    "question",
    [
        "Is it § 14?",
        "Compare article 3 and article 12",
        "What is part of it?",
        "What is the point?",
    ],
)
def test_a_question_for_something_else_asks_for_no_part(question: str) -> None:
    assert place_requested(question) is None


@pytest.mark.parametrize(
    ("text", "asked", "begins", "ends"),
    [
        (STATUTES, "article 1", "Article 1\nName\nThe club", "the old law."),
        (STATUTES, "article 2", "Article 2 Fees\n(1)", "apply to guests."),
        (STATUTES, "article 2 (2)", "(2) Pupils", "they are 21."),
        (STATUTES, "article 2(2)(a)", "(a) 40", "are 18;"),
        (STATUTES, "article 3", "Article 3 End", "all members."),
        (LOG, "table 1", "## Table 1", "| Sunday | 19 |"),
        (ORDER, "§ 1", "§ 1 Öffnung", "um zehn."),
        (ORDER, "section 2", "§ 2 Schlüssel", "einen Schlüssel."),
    ],
)
def test_a_part_reaches_from_its_heading_to_the_next_one(
    text: str, asked: str, begins: str, ends: str
) -> None:
    found = part(text, asked)
    assert found is not None
    assert found.startswith(begins)
    assert found.endswith(ends)


@pytest.mark.parametrize(
    ("text", "asked", "begins", "ends"),
    [
        (HIRE, "clause 1", "1. Hangar", "two keys."),
        (HIRE, "clause 1.1", "1.1 The hangar", "at night."),
        (HIRE, "clause 2.1", "2.1 The hirer", "3. paint it."),
        (HIRE, "section 3", "3. End", "in May."),
        (LOG, "section 2", "## 2 Weather", "the west."),
        (LOG, "section 2.1", "### 2.1 Wind", "the west."),
    ],
)
def test_a_part_may_begin_with_its_number_alone(
    text: str, asked: str, begins: str, ends: str
) -> None:
    found = part(text, asked, named=False)
    assert found is not None
    assert found.startswith(begins)
    assert found.removesuffix("\n\n## § 3 Thanks\n\nAll helped.").endswith(ends)


@pytest.mark.parametrize("asked", ["article 9", "§ 1", "clause 1", "table 1"])
def test_a_part_of_another_kind_is_not_meant(asked: str) -> None:
    assert part(STATUTES, asked) is None
    assert part(HIRE, "clause 2.9", named=False) is None


def test_a_mention_is_no_part() -> None:
    assert is_mentioned(wanted("article 9"), "as laid down in Article 9 of the old law")
    assert not is_mentioned(wanted("article 9"), "as laid down in Article 9.2, and § 9")


def test_words_name_documents_in_any_form() -> None:
    titles = {"hangarvertrag.txt": "Miete", "b/log.md": "Log book", "c.txt": "The Logic of Flight"}
    assert named_by(["hangarvertrags"], titles) == ["hangarvertrag.txt"]
    assert named_by(["log", "book"], titles) == ["b/log.md"]
    assert named_by([], titles) == []


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("club")
    corpus = folder / "corpus"
    corpus.mkdir()
    long = "Article 40 Duties\n" + "Every pilot sweeps the hangar once a month. " * 60
    for name, text in {
        "statutes.txt": STATUTES, "hire.txt": HIRE, "log.md": LOG, "ordnung.txt": ORDER,
        "duties.txt": long,
    }.items():  # fmt: skip
        (corpus / name).write_text(text, "utf-8")
    with Assistant(
        Config(corpus=corpus, index=folder / "index"), embedder=HashEmbedding()
    ) as assistant:
        assistant.index()
        yield assistant


def test_the_part_is_the_answer(club: Assistant) -> None:
    answer = club.ask("What does article 2 say?")
    assert answer.answered
    assert [citation.source for citation in answer.citations] == ["statutes.txt"]
    quote = answer.citations[0].quote
    assert quote.startswith("Article 2 Fees\n(1) The fee")
    assert quote.endswith("apply to guests.")
    assert club.ask("Summarise clause 1.2 of the hire").citations[0].quote == (
        "1.2 The owner lends two keys."
    )
    assert club.ask("Was steht in § 2?").citations[0].quote.startswith("§ 2 Schlüssel")


def test_a_long_part_goes_on(club: Assistant) -> None:
    answer = club.ask("What does article 40 say?")
    assert answer.citations[0].quote.endswith("once a month.")
    assert PLACE_GOES_ON in answer.notice


def test_a_part_that_no_document_has_is_refused_with_the_reason(club: Assistant) -> None:
    answer = club.ask("What does article 77 say?")
    assert not answer.answered
    assert not answer.citations
    assert "No document has “article 77”." in answer.notice
    assert club.ask("What does § 40 say?").band == "refusal"
    elsewhere = club.ask("What does article 2 of the log book say?")
    assert not elsewhere.answered
    assert "No document has “article 2 of the log book”." in elsewhere.notice


def test_headings_within_a_part_keep_their_lines(club: Assistant) -> None:
    assert "\n### 2.1 Wind\n" in club.ask("What is in section 2 of the log book?").text


def test_a_part_of_something_else_is_an_ordinary_question(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "union.txt").write_text(
        "The union has rules for those who leave.\n\n"
        "Article 50 is the procedure by which a member state leaves the union.\n",
        encoding="utf-8",
    )
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        answer = assistant.ask("What is Article 50?")
        assert answer.answered
        assert "No document has" not in answer.notice


@pytest.mark.parametrize("question", ["What are the top 5 risks?", "Name the top 3 of the list."])
def test_the_best_of_a_list_are_no_item_of_an_agenda(question: str) -> None:
    assert place_requested(question) is None


def test_a_follow_up_does_not_name_a_document_and() -> None:
    place = place_requested("and section 9?")
    assert place is not None
    assert place.other == ()

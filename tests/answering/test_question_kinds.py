"""Questions of other kinds: which documents mention something, misspelt words, comparisons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from askdocs import Assistant, Config
from askdocs.answering.mentions import places_of
from askdocs.answering.questions.comparison import documents_meant, sides_of
from askdocs.answering.questions.mention import mention_requested
from tests.support.hash_embedding import HashEmbedding

TEXTS = {
    "harbour.txt": "The harbour of Vardefjord has three cranes. Cranes lift the timber.\n\n"
    "The crane driver is Oda Brekke. She started in 1998.",
    "market.md": "# Market\n\nThe market of Vardefjord opens at seven. It sells fish.",
    "letter.txt": "Dear Sir,\n\nThe government of the town thanks you for the timber.",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("town")
    (folder / "corpus").mkdir()
    for name, text in TEXTS.items():
        (folder / "corpus" / name).write_text(text, "utf-8")
    config = Config(corpus=folder / "corpus", index=folder / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        yield assistant


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("Which documents mention Oda Brekke?", "Oda Brekke"),
        ("which files contain the word timber?", "timber"),
        ("List all documents that mention “the harbour”", "the harbour"),
        ("In which documents is the crane mentioned?", "crane"),
        ("How many of my documents refer to Vardefjord?", "Vardefjord"),
        ("Can you show me the reports that discuss tolls?", "tolls"),
        ("Where is Brekke mentioned?", "Brekke"),
        ("Could you kindly list the minutes that mention Brekke?", "Brekke"),
        ("Which studies cite Brekke?", "Brekke"),
    ],
)
def test_questions_for_mentions_are_known(question: str, phrase: str) -> None:
    wanted = mention_requested(question)
    assert wanted is not None
    assert wanted.phrase == phrase


@pytest.mark.parametrize(
    "question",
    [
        "Which document must I send to the registrar?",
        "What does the report mention about cranes?",
        "Who mentioned the timber first?",
        "Which reports are due in May?",
    ],
)
def test_other_questions_are_no_questions_for_mentions(question: str) -> None:
    assert mention_requested(question) is None


def test_all_documents_are_named_with_their_counts(town: Assistant) -> None:
    answer = town.ask("Which documents mention Vardefjord?")
    assert answer.answered
    assert (answer.kind, answer.is_estimated) == ("mentions", False)
    assert answer.notice == (
        "2 of 3 documents mention “Vardefjord”: harbour.txt (once), market.md (once)."
    )
    assert [each.source for each in answer.citations] == ["harbour.txt", "market.md"]
    for each in answer.citations:
        assert town.document(each.source).text[each.start : each.end] == each.quote
        assert "Vardefjord" in each.quote


def test_other_forms_count_unless_the_words_are_quoted(town: Assistant) -> None:
    assert "harbour.txt (3 times)" in town.ask("Which documents mention cranes?").notice
    assert "harbour.txt (twice)" in town.ask("Which documents mention “cranes”?").notice


def test_only_the_documents_that_were_chosen_are_looked_at(town: Assistant) -> None:
    answer = town.ask("Which documents mention timber?", sources=["letter.txt"])
    assert answer.notice == "1 of 1 documents mentions “timber”: letter.txt (once)."


def test_that_nothing_mentions_it_is_said(town: Assistant) -> None:
    answer = town.ask("Which documents mention penguins?")
    assert answer.text == "None of your 3 documents mentions “penguins”."
    assert not answer.citations


def test_what_may_mean_more_than_the_words_is_searched(town: Assistant) -> None:
    assert "None of your" not in town.ask("Which documents discuss the fishing industry?").text


def test_words_are_found_one_after_the_other() -> None:
    wanted = mention_requested("Which documents mention the crane driver?")
    assert wanted is not None
    text = "A driver of cranes. Crane drivers work here; the crane-driver too. Crane, driver."
    assert [text[start:end] for start, end in places_of(wanted, text)] == [
        "Crane drivers",
        "Crane, driver",
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("What did Brekek start?", "Searched for “Brekke” instead of “Brekek”."),
        ("When does the market of vardefjrd open?", "“vardefjord” instead of “vardefjrd”"),
        ("Who thanks for the timbre of the goverment?", "“government” instead of “goverment”"),
        ("Which tonw has cranes?", "“town” instead of “tonw”"),
        ("Who lifts the timbber?", "“timber” instead of “timbber”"),
        ("When does the marckett open?", "“market” instead of “marckett”"),
        ("Which documents speak of the ahrbour?", "“harbour” instead of “ahrbour”"),
    ],
)
def test_misspelt_words_are_those_of_the_documents(
    town: Assistant, written: str, told: str
) -> None:
    assert told in town.ask(written).notice


@pytest.mark.parametrize(
    "question",
    [
        "Who sells planes?",
        "Where is Cranston?",
        "Is INV-10 paid?",
        "Who sells the fisk?",  # of four letters, only the most frequent mistakes are corrected
        "Who does the harborer thank?",  # an English word, though a rare one
        "Why doesnt the town thank Oda?",
        "What does Marker sell?",
    ],
)
def test_words_that_may_be_right_stay(town: Assistant, question: str) -> None:
    assert "instead of" not in town.ask(question).notice


def test_a_word_without_end_is_no_misspelt_one(town: Assistant) -> None:
    assert "instead of" not in town.ask(f"Who sells {'fi' * 800}?").notice


def test_the_question_of_an_answer_stays_as_it_was_asked(town: Assistant) -> None:
    assert town.ask("When does the markte open?").question == "When does the markte open?"


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Did Wolves or Norwich pay more?", ("wolves",), ("norwich", "pay")),
        ("Who had more deaths to 2014, Malay Air or Delta?", ("malay", "air"), ("delta",)),
        ("What is the difference between barley and rye bread?", ("barley",), ("rye", "bread")),
        ("How do Ada and Grace differ on this?", ("ada",), ("grace",)),
        ("Is the north tower older than the south tower?", ("north",), ("south",)),
        ("Which is cheaper, the iron rod 8 cm or 12 cm?", ("8",), ("12",)),
    ],
)
def test_comparisons_have_two_sides(
    question: str, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    sides = sides_of(question)
    assert sides is not None
    assert set(first) <= set(sides[0].words)
    assert set(second) <= set(sides[1].words)
    assert not set(first) & set(sides[1].words)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the opinion?",
        "Is it red or blue?",
        "Compare the noise before and after the new road",  # of one thing, at two times
        "the higher error with or without the loop?",
    ],
)
def test_other_questions_have_no_sides(question: str) -> None:
    assert sides_of(question) is None


def test_the_side_with_figures_keeps_what_is_compared() -> None:
    sides = sides_of("Which is cheaper, the iron rod 8 cm or 12 cm?")
    assert sides is not None
    assert [side.words for side in sides] == [("8",), ("12",)]
    assert "iron rod" in sides[1].question


RODS = """# Iron rods of 8 cm and 12 cm

| Rod | Price in crowns | Colour |
| --- | --- | --- |
| iron rod 8 cm | 310 | black |
| iron rod 12 cm | 480 | grey |
| iron rod 30 cm | 990 | grey |
"""
MOSS = {
    "alpine-moss.txt": "Alpine moss under snow\n\nWe watched moss on four slopes. Our study is"
    " limited by the small number of slopes.",
    "bog-moss.txt": "Bog moss after drought\n\nWe dried moss in trays for a month. A weakness of"
    " our study is that the trays were shallow.",
    "fern.txt": "Ferns in caves\n\nWe counted ferns. Our study is limited by the darkness.",
    "rods.md": RODS,
}


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("studies")
    (folder / "corpus").mkdir()
    for name, text in MOSS.items():
        (folder / "corpus" / name).write_text(text, "utf-8")
    config = Config(corpus=folder / "corpus", index=folder / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        yield assistant


def test_each_of_the_documents_that_are_meant_is_quoted(studies: Assistant) -> None:
    answer = studies.ask("What are the limitations of the moss studies?")
    assert {each.source for each in answer.citations} == {"alpine-moss.txt", "bog-moss.txt"}


def test_both_rows_are_quoted_although_the_title_names_both(studies: Assistant) -> None:
    answer = studies.ask("Which is cheaper, the iron rod 8 cm or 12 cm?")
    quoted = " ".join(each.quote for each in answer.citations)
    assert "310" in quoted
    assert "480" in quoted


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("What are the limitations of the two moss studies?", {"moss"}),
        ("Do both allotment contracts allow bees?", {"allotment"}),
        ("What does the moss study say?", set()),
        ("What do the reports say?", set()),
    ],
)
def test_which_documents_are_meant_together(question: str, about: set[str]) -> None:
    assert documents_meant(question) == about

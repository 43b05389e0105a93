"""Guides: what documents and a folder are, by their own words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.documents.titles import readable_title
from askdocs.guide.opening import opening_of
from askdocs.guide.outline import outline_of
from askdocs.guide.questions import questions_of
from askdocs.guide.words import document_in_words, folder_in_words
from askdocs.types import Anchor, Document, Section
from tests.support.hash_embedding import HashEmbedding

REPORT = """The Bridges of Ullock
Vera Sand and Tom Reid, University of Ullock

Executive Summary
The county has twelve bridges, of which three are closed to lorries. Repairs cost 4 million
crowns. This report proposes to rebuild the bridge at Sund first.

Contents
"""


@pytest.mark.parametrize(
    ("source", "title", "shown"),
    [
        ("filings/example-10k.html", "UNITED STATES", "Example 10k"),
        ("war_and-peace.txt", "CHAPTER I", "War and peace"),
        ("a/duck.html", "Duck - Wikipedia", "Duck"),
        ("paper.pdf", "1 Introduction", "Paper"),
        ("lamp.md", "The lamp of Sund", "The lamp of Sund"),
        ("licence.txt", "---", "Licence"),
        ("click/core.py", "from __future__ import annotations", "core.py"),
        ("advisory.txt", "-----BEGIN ADVISORY-----", "BEGIN ADVISORY"),
    ],
)
def test_a_title_that_says_nothing_is_not_shown(source: str, title: str, shown: str) -> None:
    assert readable_title(source, title) == shown


def test_a_summary_is_found_by_its_heading_and_is_exact() -> None:
    document = Document("report.pdf", REPORT, "The Bridges of Ullock")
    opening = opening_of(document, outline_of(document))
    assert opening is not None
    assert opening.heading == "Executive summary"
    assert REPORT[opening.start : opening.end] == opening.text
    assert opening.text.startswith("The county has twelve bridges")
    assert opening.text.endswith("the bridge at Sund first.")


@pytest.mark.parametrize(
    "text",
    ["", "Year; Cost\n2020; 4\n", "By Vera Sand and 3 others, Ullock, 2020", "---\n" * 3000,
     "---\na:\n" + "  - x\n" * 3000],
)  # fmt: skip
def test_without_sentences_there_is_no_opening(text: str) -> None:
    assert opening_of(Document("a.txt", text), ()) is None


def test_notes_above_an_article_do_not_open_it() -> None:
    notes = "For duck as a food, see Duck as food. “Duckling” redirects here, as do other names."
    text = f"Duck\n\n{notes}\n\nDuck is the common name for many species of birds."
    opening = opening_of(Document("a.txt", text), ())
    assert opening is not None
    assert opening.text.startswith("Duck is the common name")


def test_headings_become_contents_without_the_title() -> None:
    anchors = tuple(
        Anchor(start, heading=heading)
        for start, heading in enumerate(
            ["Tea", "Tea › Brewing", "Tea › Brewing › Green tea", "Tea › Paying"]
        )
    )
    outline = outline_of(Document("tea.md", "....", "Tea", anchors))
    assert [(each.heading, each.level, each.start) for each in outline] == [
        ("Brewing", 1, 1), ("Green tea", 2, 2), ("Paying", 1, 3),
    ]  # fmt: skip


def test_a_formula_that_is_set_like_a_heading_is_no_section() -> None:
    headings = ["=(x ∈ Rn+1 X i=1 x2i = 1 )", "C++", "E = mc2 explained", "总则", "Q1"]
    anchors = tuple(Anchor(start, heading=heading) for start, heading in enumerate(headings))
    outline = outline_of(Document("a.pdf", "." * 5, "Topology", anchors))
    assert [each.heading for each in outline] == headings[1:]


def test_questions_come_from_questions_definitions_and_headings() -> None:
    text = (
        "The reserve lamp is the second lamp of the tower, which burns oil. If it rains, go."
        " It is a lamp. The reserve lamp is old. A reserve lamp lasts.\n" + "Words. " * 60
    )
    anchors = (
        Anchor(0, heading="Reserve lamp"),
        Anchor(100, heading="What happens if the lamp fails?"),
        Anchor(120, heading="How to clean the lens"),
        Anchor(140, heading="Introduction"),
        Anchor(160, heading="The Opening Hours"),
    )
    found = [each.text for each in questions_of(*_outlined(Document("a.md", text, "", anchors)))]
    assert found[:2] == ["What happens if the lamp fails?", "How do I clean the lens?"]
    assert "What do the documents say about the opening hours?" in found
    assert not any("introduction" in each or "it rains" in each for each in found)


def test_a_folder_is_described_in_words(corpus: Path, tmp_path: Path) -> None:
    (corpus / "report.txt").write_text(REPORT)
    (corpus / "letter.txt").write_text("Sund, 4 May 2021\n\nDear Ms Sand,\nthe lamp is out.\n")
    (corpus / "reply.txt").write_text("Ullock, 9 June 2022\n\nDear Mr Reid,\nit burns again.\n")
    (corpus / "tea.md").write_text("# Tea\n\n## Brewing\n\nGreen.\n\n## Paying\n\nNothing.\n")
    (corpus / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    config = Config(corpus=corpus, index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        guide = assistant.guide()
        tea = assistant.guide(sources=["tea.md"])
        limited = assistant.guide(most=1)
    told = folder_in_words(guide)
    assert "Documents with a date are from 2021-05-04 to 2022-06-09." in told
    assert limited.since == "", "a document that was not looked at may be older"
    assert told.startswith("4 documents: 3 text files and 1 Markdown file.")
    assert "1 file could not be read." in told
    assert guide.documents[0].source == "report.txt"
    assert "Contents: Brewing · Paying." in document_in_words(tea.documents[0])


def _outlined(document: Document) -> tuple[Document, Sequence[Section]]:
    return document, outline_of(document)

"""Which lines of a draft claim something, in the formats in which people write."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from askdocs.answering.verification.draft_text import _Lines, draft_text, statement_spans
from askdocs.documents.loaders import load
from askdocs.types import Anchor, Document

CLAIMS = [
    "The bridge was opened in 1931.",
    "Two of its lamps burn oil.",
    "The toll is 4 kroner",
    "Carts pay double.",
]
PLAIN = """Report on the lighthouse and train

Dear members of the council,

The bridge was opened in 1931. Two of its lamps burn oil.

Tolls and their use:

- The toll is 4 kroner
- Carts pay double.

Figure 2: The bridge in winter

With kind regards,
Anna Berg, keeper of the bridge
"""


def claims(text: str) -> list[str]:
    return [text[start:end] for start, end in statement_spans(text)]


def word_file(path: Path) -> None:
    draft = docx.Document()
    draft.add_heading("Report on the lighthouse and train", 0)
    draft.add_heading("The bridge is open", 1)  # it is a heading by its style alone
    draft.add_paragraph(" ".join(CLAIMS[:2]))
    for claim in CLAIMS[2:]:
        draft.add_paragraph(claim, style="List Bullet")
    draft.save(str(path))


def html_file(path: Path) -> None:
    path.write_text(
        "<html><body><main><h1>Report on the lighthouse and train</h1>"
        f"<h2>The bridge is open</h2><p>{CLAIMS[0]} {CLAIMS[1]}</p>"
        f"<ul><li>{CLAIMS[2]}</li><li>{CLAIMS[3]}</li></ul></main></body></html>",
        encoding="utf-8",
    )


def test_plain_text_is_judged_without_what_claims_nothing() -> None:
    assert claims(PLAIN) == CLAIMS


@pytest.mark.parametrize(("suffix", "write"), [(".docx", word_file), (".html", html_file)])
def test_headings_of_a_file_are_not_judged(suffix: str, write: object, tmp_path: Path) -> None:
    path = tmp_path / f"draft{suffix}"
    assert callable(write)
    write(path)
    text = draft_text(load(path, path.name)[0])
    assert "# The bridge is open\n" in text
    assert claims(text) == CLAIMS


def test_markdown_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "draft.md"
    text = "# The bridge is open\n\nThe toll is low\n----------\n\nCarts pay double today.\n"
    path.write_text(text, encoding="utf-8")
    assert draft_text(load(path, path.name)[0]).strip() == text.strip()
    assert claims(text) == ["Carts pay double today."]


@pytest.mark.parametrize(
    "head",
    ["| Year | Carts | Tolls paid |\n| --- | --- | --- |\n", "Year\tCarts counted\tTolls paid\n"],
)
def test_the_head_of_a_table_is_not_judged_but_its_rows_are(head: str) -> None:
    row = "1931 | 412 | 1,648" if "|" in head else "1931\t412\t1,648"
    row = f"| {row} |" if "|" in head else row
    assert claims(f"{head}{row}\n") == [row]


@pytest.mark.parametrize(
    "text",
    [
        "The toll is 4 kroner",  # all that there is
        "Carts paid 8 kroner\n\nThat was in 1931.",
        "The bridge was closed\n\nNobody came.",
        "- Carts pay double\n- Oil burns in two lamps\n",
        "The bridge was opened by a king and\nclosed by his son, as the two\nchronicles tell",
    ],
)
def test_a_claim_without_full_stop_is_judged(text: str) -> None:
    assert claims(text)[0].split()[:2] == text.removeprefix("- ").split()[:2]


@pytest.mark.parametrize(
    "line", ["Annual Report 2024", "What the keepers found", "1. The bridge and its toll"]
)
def test_a_line_that_names_what_is_below_is_a_heading(line: str) -> None:
    assert claims(f"{line}\n\nCarts pay double today.") == ["Carts pay double today."]


class Counted(str):
    """A text that counts how much of it is copied."""

    copied = 0

    def __getitem__(self, place: object) -> str:
        piece = super().__getitem__(place)  # type: ignore[index]
        self.copied += len(piece)
        return piece


def test_only_the_lines_of_headings_are_copied() -> None:
    text = Counted("Its toll\n" + "Carts pay double today.\n" * 200)
    places = [(0, "Its toll"), *((at, None) for at in range(9, len(text), 24))]
    anchors = tuple(Anchor(at, heading=heading) for at, heading in places)
    assert draft_text(Document("a.txt", text, anchors=anchors)).startswith("# Its toll\nCarts")
    assert text.copied < 2 * len(text)  # the rest is copied once


def test_what_is_far_below_a_closing_or_has_a_figure_or_verb_is_judged() -> None:
    signature = "Anna Berg, keeper of bridges\n"
    told = ["The toll is low today", "Two carts paid 8 kroner", "Carts of hay pay double"]
    text = f"Thank you\n{signature}{told[0]}\n{told[1]}\n" + "\n" * 4 + told[2]
    assert claims(text) == told


def test_the_lines_with_many_sentences_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    is_silent = _Lines._is_claimless

    def counted(lines: _Lines, number: int) -> bool:
        looked_at.append(number)
        return is_silent(lines, number)

    monkeypatch.setattr(_Lines, "_is_claimless", counted)
    assert len(claims("Carts pay double today. " * 50)) == 50
    assert looked_at == [0]


@pytest.mark.parametrize("end", ["", "!", " ,", ": "])
def test_a_salutation_may_end_in_a_sign(end: str) -> None:
    assert claims(f"Dear members of the council{end}\n\nThe toll is low.") == ["The toll is low."]


@pytest.mark.parametrize(
    "closing", ["Kindest regards,", "Warmest wishes", "Cordially,", "Yours faithfully,"]
)
def test_a_role_below_a_closing_is_no_claim(closing: str) -> None:
    role = "Keeper of the bridge in the harbour of Skarn and of its two lamps"
    assert claims(f"The toll is low.\n\n{closing}\n{role}") == ["The toll is low."]


@pytest.mark.parametrize("line", ["Dear{}a. b", "Thank you{}x", "A b\n{}x"])
def test_long_runs_of_blanks_are_read_once(line: str) -> None:
    assert claims(line.format(" " * 300_000)) is not None  # quadratic, this takes minutes

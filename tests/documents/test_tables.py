"""Rows of tables inside texts: forms, titles among rows, headers of several rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Inches

from askdocs.documents.loaders import load
from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.tables.rows import MergedCell, add_table


def lines(rows: list[list[str]], header: int | None = None) -> list[str]:
    builder = DocumentBuilder("a")
    add_table(builder, rows, header=header)
    return builder.build().text.split("\n")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["Name:", "Ada"], ["Town:", "Os"]], ["Name: Ada", "Town: Os"]),
        ([["Name:", "Ada", "Born:", "1815"], ["Town:", "Os", "Phone:", "12"]],
         ["Name: Ada; Born: 1815", "Town: Os; Phone: 12"]),
        ([["Date:", "", "3 May"], ["Signed:", "", "K. Roe"]], ["Date: 3 May", "Signed: K. Roe"]),
        ([["Allergies:", "", "Doctor:", "Dr Moe"]], ["Allergies:; Doctor: Dr Moe"]),
    ],
)  # fmt: skip
def test_a_label_and_its_value_are_one_line(rows: list[list[str]], expected: list[str]) -> None:
    assert lines(rows) == expected


def test_a_title_over_the_whole_width_names_no_columns() -> None:
    rows = [["Boat", "Day", "Week"], ["Skiff", "9", "40"], ["Cog", "by wish", ""]]
    expected = ["Fees 2031", "Boat: Skiff; Day: 9; Week: 40", "Boat: Cog; Day: by wish"]
    assert lines([["Fees 2031", "", ""], *rows]) == expected
    assert (
        lines([["Fees 2031", MergedCell("Fees 2031"), MergedCell("Fees 2031")], *rows]) == expected
    )


def test_slides_separate_superscripts_and_repeat_merged_cells(tmp_path: Path) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    paragraph = slide.shapes.add_textbox(0, 0, Inches(4), Inches(1)).text_frame.paragraphs[0]
    for words, baseline in [("sold 77", "0"), ("5", "30000"), (" carts, CO", "0"), ("2", "-25000")]:
        run = paragraph.add_run()
        run.text = words
        run.font._element.set("baseline", baseline)
    table = slide.shapes.add_table(3, 3, 0, Inches(2), Inches(6), Inches(2)).table
    for at, row in enumerate([["Town", "In", "Out"], ["Bo", "4", "5"], ["", "closed", ""]]):
        for column, words in enumerate(row):
            table.cell(at, column).text = words
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(2, 1).merge(table.cell(2, 2))
    deck.save(str(tmp_path / "a.pptx"))
    text = load(tmp_path / "a.pptx", "a.pptx")[0].text
    assert text.split("\n\n") == [
        "sold 77[5] carts, CO2",
        "Town: Bo; In: 4; Out: 5\nTown: Bo; In: closed; Out: closed",
    ]

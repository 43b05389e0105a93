"""PDF: pages, columns, paragraphs and headings of files that are made here."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from askdocs.documents.loaders import LoadError, load
from askdocs.documents.loaders.pdf.ocr import available
from askdocs.documents.loaders.pdf.title import is_plausible
from askdocs.documents.loaders.shared.builder import normalise
from askdocs.types import Document

WIDTH, HEIGHT = A4
LEFT, RIGHT = 60.0, 320.0  # where two columns begin


def lines_at(canvas: Canvas, x: float, y: float, lines: list[str], size: float = 10) -> None:
    """Write lines below each other, as a typesetter would."""
    canvas.setFont("Helvetica", size)
    for number, line in enumerate(lines):
        canvas.drawString(x, y - number * size * 1.2, line)


def read(path: Path) -> Document:
    document = load(path, path.name)[0]
    assert normalise(document.text) == document.text
    assert all(0 <= anchor.start < len(document.text) for anchor in document.anchors)
    return document


def page_of(document: Document, words: str) -> tuple[int | None, str | None]:
    """The page, as counted and as printed, at the offset of some words."""
    offset = document.text.index(words)
    last = [a for a in document.anchors if a.page is not None and a.start <= offset][-1]
    return last.page, last.page_label


@given(st.lists(st.lists(st.integers(0, 99), max_size=4), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_each_sentence_is_on_its_page(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[int]]
) -> None:
    path = tmp_path_factory.mktemp("pdf") / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    sentences: list[tuple[int, str]] = []
    for number, page in enumerate(pages, 1):
        for position, value in enumerate(page):
            sentence = f"Sentence {position} of page {number} says {value}."
            lines_at(canvas, 60, 600 - 60 * position, [sentence])
            sentences.append((number, sentence))
        canvas.showPage()
    canvas.save()
    if not sentences:
        with pytest.raises(LoadError, match="no text"):
            load(path, "a.pdf")
        return
    document = read(path)
    for number, sentence in sentences:
        assert page_of(document, sentence)[0] == number


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines_at(canvas, 150, 780, ["A title over both of the columns"], 16)
    for row in range(12):  # written row by row, as some programs do
        lines_at(canvas, LEFT, 740 - 12 * row, [f"left column, line {row} of the running text"])
        lines_at(canvas, RIGHT, 740 - 12 * row, [f"right column, line {row} of the running text"])
    canvas.save()
    text = read(tmp_path / "a.pdf").text
    left = [text.index(f"left column, line {row} of") for row in range(12)]
    right = [text.index(f"right column, line {row} of") for row in range(12)]
    assert left + right == sorted(left + right)


def test_columns_of_justified_lines_are_no_table(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for row in range(12):  # every line is stretched, so that the spaces are wider than elsewhere
        for x, side in ((LEFT, "left"), (RIGHT, "right")):
            text = canvas.beginText(x, 740 - 12 * row)
            text.setFont("Helvetica", 10)
            text.setWordSpace(5 + row % 3)
            text.textOut(f"{side} column, line {row} of the running text")
            canvas.drawText(text)
    canvas.save()
    text = read(tmp_path / "a.pdf").text
    left = [text.index(f"left column, line {row} of") for row in range(12)]
    right = [text.index(f"right column, line {row} of") for row in range(12)]
    assert left + right == sorted(left + right)


def test_tables_are_read_row_by_row(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for row in range(8):
        lines_at(canvas, LEFT, 700 - 14 * row, [f"Item {row}"])
        lines_at(canvas, RIGHT, 700 - 14 * row, [f"{row}.50"])
    canvas.save()
    assert "Item 3 | 3.50" in read(tmp_path / "a.pdf").text


def test_broken_words_and_paragraphs_are_joined(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines_at(canvas, 60, 700, ["A paragraph that holds infor-", "mation about the en-", "gine."])
    lines_at(canvas, 60, 640, ["Another paragraph", "follows it."])
    canvas.save()
    assert read(tmp_path / "a.pdf").text == (
        "A paragraph that holds information about the engine.\n\nAnother paragraph follows it."
    )


def test_a_paragraph_continues_on_the_next_page(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines_at(canvas, 60, 120, ["The engine weaves algebraical", "patterns just as the"])
    lines_at(canvas, 60, 70, ["A footnote in small print."], 7)
    canvas.showPage()
    lines_at(canvas, 60, 780, ["Jacquard loom weaves flowers", "and leaves."])
    canvas.showPage()
    lines_at(canvas, 60, 780, ["these words go on, though they", "stand alone."])
    canvas.save()
    document = read(tmp_path / "a.pdf")
    assert page_of(document, "these words go on") == (3, "3")

    canvas = Canvas(str(tmp_path / "b.pdf"), pagesize=A4)
    lines_at(canvas, 60, 120, ["The engine weaves algebraical", "patterns, just as a loom of"])
    lines_at(canvas, 60, 70, ["A footnote in small print."], 7)
    canvas.showPage()
    lines_at(canvas, 60, 780, ["which we know weaves flowers", "and leaves."])
    canvas.save()
    document = read(tmp_path / "b.pdf")
    assert document.text.startswith(
        "The engine weaves algebraical patterns, just as a loom of which we know weaves flowers"
    )
    assert page_of(document, "loom of") == (1, "1")
    assert page_of(document, "which we know") == (2, "2")
    assert page_of(document, "A footnote") == (1, "1")


def test_running_titles_and_page_numbers_are_left_out_but_known(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for page in range(1, 5):
        lines_at(canvas, 60, 810, ["Annual report of the company"])
        lines_at(canvas, 60, 600, [f"The text of page number {page}."])
        lines_at(canvas, 290, 30, [str(page + 16)])
        canvas.showPage()
    canvas.save()
    document = read(tmp_path / "a.pdf")
    assert "Annual report" not in document.text
    assert "17" not in document.text
    assert page_of(document, "The text of page number 3.") == (3, "19")


def test_headings_are_known_by_their_size(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines_at(canvas, 60, 780, ["The Report"], 22)
    lines_at(canvas, 60, 740, ["Results"], 15)
    body = ["There are many words in the text of the body of this report,", "more than elsewhere."]
    lines_at(canvas, 60, 710, body)
    lines_at(canvas, 60, 640, ["Outlook"], 15)
    lines_at(canvas, 60, 610, ["The future is bright, and it goes on for a while."])
    canvas.save()
    document = read(tmp_path / "a.pdf")
    headings = [anchor.heading for anchor in document.anchors if anchor.heading]
    assert headings == ["The Report", "The Report › Results", "The Report › Outlook"]
    assert document.title == "The Report"


def test_text_that_is_turned_on_its_page_is_read(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.rotate(90)
    lines_at(canvas, 100, -100, ["The first line of a page that is", "printed across."])
    canvas.save()
    assert read(tmp_path / "a.pdf").text == "The first line of a page that is printed across."


def picture() -> ImageReader:
    return ImageReader(Image.new("RGB", (80, 100), "grey"))


without_recognition = pytest.mark.skipif(available(), reason="the extra askdocs[ocr] is installed")


@without_recognition
def test_scanned_pages_are_reported(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.drawImage(picture(), 0, 0, WIDTH, HEIGHT)
    canvas.save()
    with pytest.raises(LoadError, match="scanned pictures without text"):
        load(tmp_path / "a.pdf", "a.pdf")


def test_a_scanned_page_among_others_is_named_at_its_place(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines_at(canvas, 60, 600, ["The first page has words."])
    canvas.showPage()
    canvas.drawImage(picture(), 0, 0, WIDTH, HEIGHT)
    canvas.showPage()
    lines_at(canvas, 60, 600, ["The last page has words, too."])
    canvas.save()
    document = read(tmp_path / "a.pdf")
    assert page_of(document, "Page 2 is a scanned picture") == (2, "2")


def test_a_protected_and_a_damaged_file_get_their_reasons(tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    canvas = Canvas(str(locked), pagesize=A4, encrypt="secret")
    lines_at(canvas, 60, 600, ["Nobody reads this."])
    canvas.save()
    with pytest.raises(LoadError, match="protected by a password"):
        load(locked, "locked.pdf")
    (tmp_path / "short.pdf").write_bytes(b"%PDF-1.7\nnothing else")
    with pytest.raises(LoadError, match="damaged or incomplete"):
        load(tmp_path / "short.pdf", "short.pdf")
    pypdfium2.PdfDocument.new().save(tmp_path / "empty.pdf")
    with pytest.raises(LoadError, match=r"no pages|damaged"):
        load(tmp_path / "empty.pdf", "empty.pdf")


def test_a_pdf_is_read_under_any_name(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.txt"), pagesize=A4)
    lines_at(canvas, 60, 600, ["It is a PDF after all."])
    canvas.save()
    assert read(tmp_path / "a.txt").text == "It is a PDF after all."


def test_a_word_with_a_hyphen_of_its_own_keeps_it_at_a_line_end(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines_at(canvas, 60, 700, ["It answers open-domain ques-", "tions, which are open-", "domain."])
    lines_at(canvas, 60, 600, ["High winds, dimensional things, high-", "dimensional ones; TF-"])
    lines_at(canvas, 60, 576, ["IDF weights."])
    canvas.save()
    text = read(tmp_path / "a.pdf").text
    assert "open-domain questions, which are open-domain." in text
    assert "things, high-dimensional ones; TF-IDF weights" in text


def test_ranges_and_addresses_are_whole_over_a_line_end(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for place, (first, second) in enumerate(
        (
            ("It tells of the war of 1939\u2013", "1945 and on."),
            ("There, on the pages 12-", "19, it is said."),
            ("It is to be had at https://", "example.org/ for all."),
            ("It is liked by its first-", "and last readers."),
            ("That is by readers \u2013", "all of them."),
        )
    ):
        lines_at(canvas, 60, 700 - 60 * place, [first, second])
    canvas.save()
    assert read(tmp_path / "a.pdf").text.split("\n\n") == [
        "It tells of the war of 1939\u20131945 and on.",
        "There, on the pages 12-19, it is said.",
        "It is to be had at https://example.org/ for all.",
        "It is liked by its first- and last readers.",
        "That is by readers \u2013 all of them.",
    ]


def test_the_only_line_of_a_page_is_no_title(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "locker.pdf"), pagesize=A4)
    canvas.drawString(72, 700, "The PIN of the locker is 5520")
    canvas.save()
    assert load(tmp_path / "locker.pdf", "locker.pdf")[0].title == "locker"


STATIONS = [["North", "12", "4.5"], ["South", "14", "3.9"], ["West", "9", "5.1"]]


def lined(path: Path, rows: list[list[str]], above: list[str], *, upright: bool) -> list[str]:
    """The lines of a page with a table that has a line below each row, and a row above it."""
    columns = [72, 200, 320]
    canvas = Canvas(str(path), pagesize=A4)
    for x, words in zip(columns, above, strict=False):
        canvas.drawString(x + 4, 706, words)
    for number, row in enumerate(rows, 1):
        canvas.line(72, 718 - 18 * number, 420, 718 - 18 * number)
        for x, words in zip(columns, row, strict=True):
            canvas.drawString(x + 4, 705 - 18 * number, words)
    foot = 700 - 18 * len(rows)
    canvas.line(72, foot, 420, foot)
    for x in [*columns, 420] if upright else []:
        canvas.line(x, 700, x, foot)
    canvas.save()
    return [line for line in load(path, path.name)[0].text.split("\n") if line]


@pytest.mark.parametrize("upright", [True, False])
def test_names_above_the_first_line_of_a_table_belong_to_it(tmp_path: Path, upright: bool) -> None:
    assert lined(
        tmp_path / "a.pdf", STATIONS, ["Station", "Visits", "Mean time"], upright=upright
    ) == [
        "Station: North; Visits: 12; Mean time: 4.5",
        "Station: South; Visits: 14; Mean time: 3.9",
        "Station: West; Visits: 9; Mean time: 5.1",
    ]


@pytest.mark.parametrize("upright", [True, False])
def test_a_caption_above_a_table_is_no_row_of_names(tmp_path: Path, upright: bool) -> None:
    rows = [["Station", "Visits", "Mean time"], *STATIONS]
    found = lined(tmp_path / "a.pdf", rows, ["Visits by station in 2025"], upright=upright)
    assert found[:2] == ["Visits by station in 2025", "Station: North; Visits: 12; Mean time: 4.5"]


def test_a_first_row_of_numbers_is_not_a_header(tmp_path: Path) -> None:
    found = lined(tmp_path / "a.pdf", STATIONS, ["All stations"], upright=False)
    assert found == ["All stations", "North | 12 | 4.5", "South | 14 | 3.9", "West | 9 | 5.1"]


@pytest.mark.parametrize("words", ["2.5 Goods and their standard", "toi n»Bfl. s*r;tii GR*E and"])
def test_a_part_or_garbled_words_are_no_title(words: str) -> None:
    assert not is_plausible(words)
    assert is_plausible("The 2.5 litre engine, M*A*S*H and C*-algebras")


def drawn(path: Path, lines: list[list[tuple[int, str]]]) -> list[str]:
    """The lines of a page with words at given positions, from the top."""
    canvas = Canvas(str(path), pagesize=A4)
    for number, line in enumerate(lines):
        for x, words in line:
            canvas.drawString(x, 750 - 14 * number, words)
    canvas.save()
    return [line for line in load(path, path.name)[0].text.split("\n") if line]


def test_a_table_of_one_row_names_its_columns(tmp_path: Path) -> None:
    columns = [72, 160, 250, 340]
    names = list(zip(columns, ["Start", "End", "Shows", "Amount"], strict=True))
    row = list(zip(columns, ["12/20/24", "12/31/24", "48", "$12,500"], strict=True))
    found = drawn(tmp_path / "a.pdf", [names, row, [(72, "Totals are below.")]])
    assert found[0] == "Start: 12/20/24; End: 12/31/24; Shows: 48; Amount: $12,500"
    plain = list(zip(columns, ["alder", "birch", "cherry", "oak"], strict=True))
    assert "alder | birch | cherry | oak" in drawn(tmp_path / "b.pdf", [names, plain])


def test_labels_and_rules_of_a_receipt_begin_lines(tmp_path: Path) -> None:
    words = [
        "TXN: TXN-9876",
        "Cashier: Emily Rod",
        "Register: POS-0712",
        "-" * 24,
        "Cable 24.99 each",
    ]
    found = drawn(tmp_path / "a.pdf", [[(72, each)] for each in words])
    assert found == words

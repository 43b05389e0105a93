"""Text in scans and pictures, with the extra `ocr`; skipped only where it is not installed."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from askdocs.documents.loaders import LoadError, load
from askdocs.documents.loaders.pdf.ocr import available
from askdocs.documents.passages import split
from askdocs.types import Document

with_recognition = pytest.mark.skipif(not available(), reason="needs the extra askdocs[ocr]")
FIRST = ["The lamp of the harbour is lit", "at dusk, when the last ferry", "has left the pier."]
SECOND = ["The keeper writes down the hour", "in a green book."]


def scan(lines: list[str]) -> Image.Image:
    """A page as a scanner gives it: letters as pixels."""
    page = Image.new("RGB", (1240, 1754), "white")
    font = ImageFont.load_default(34)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((140, 200 + 52 * number), line, fill="black", font=font)
    return page


def pdf_of(path: Path, pages: list[list[str] | str]) -> None:
    """A PDF; a page is the lines of a scan, or a text that is one."""
    canvas = Canvas(str(path), pagesize=A4)
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(70, 700, page)
        else:
            canvas.drawImage(ImageReader(scan(page)), 0, 0, *A4)
        canvas.showPage()
    canvas.save()


def check_offsets(document: Document) -> None:
    for passage in split(document, tokens=40):
        assert document.text[passage.start : passage.end] == passage.text


@with_recognition
def test_scanned_pages_are_read_with_exact_offsets_and_their_pages(tmp_path: Path) -> None:
    pdf_of(tmp_path / "a.pdf", [FIRST, "This page has words of its own.", SECOND])
    [document] = load(tmp_path / "a.pdf", "a.pdf")
    assert " ".join(FIRST) in document.text
    assert " ".join(SECOND) in document.text
    check_offsets(document)
    pages = {passage.text[:10]: passage.page for passage in split(document, tokens=20)}
    assert (pages["The lamp o"], pages["This page "], pages["The keeper"]) == (1, 2, 3)


@with_recognition
def test_a_picture_is_read(tmp_path: Path) -> None:
    scan(FIRST).save(tmp_path / "a.png")
    [document] = load(tmp_path / "a.png", "a.png")
    assert document.text == " ".join(FIRST)
    check_offsets(document)


@with_recognition
def test_a_picture_of_several_frames_has_pages(tmp_path: Path) -> None:
    scan(FIRST).save(tmp_path / "a.tif", save_all=True, append_images=[scan(SECOND)])
    [document] = load(tmp_path / "a.tif", "a.tif")
    assert {anchor.page for anchor in document.anchors} == {1, 2}
    assert " ".join(SECOND) in document.text


@with_recognition
def test_pictures_without_text_or_damaged_get_their_reasons(tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), "white").save(tmp_path / "white.jpg")
    with pytest.raises(LoadError, match="no text is recognised"):
        load(tmp_path / "white.jpg", "white.jpg")
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(LoadError, match="damaged"):
        load(tmp_path / "cut.png", "cut.png")
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.drawImage(ImageReader(Image.new("RGB", (80, 100), "grey")), 0, 0, *A4)
    canvas.save()
    with pytest.raises(LoadError, match="no text is recognised"):
        load(tmp_path / "a.pdf", "a.pdf")


@pytest.mark.skipif(available(), reason="the extra askdocs[ocr] is installed")
def test_without_the_extra_pictures_are_reported(tmp_path: Path) -> None:
    scan(FIRST).save(tmp_path / "a.png")
    with pytest.raises(LoadError, match=r"a picture; the extra askdocs\[ocr\]"):
        load(tmp_path / "a.png", "a.png")


def test_a_page_that_has_text_is_not_recognised_again(tmp_path: Path) -> None:
    pdf_of(tmp_path / "a.pdf", ["This page has words of its own."])
    assert pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_textpage().count_chars() > 20
    assert load(tmp_path / "a.pdf", "a.pdf")[0].text == "This page has words of its own."

"""A page of a PDF as a picture, with words outlined where they stand."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.pdf.page_image import WIDTH, find_cells, find_letters, page_picture

OUTLINE = (176, 58, 20)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages; on the second, words stand at 300 points from the left and 600 from the foot."""
    path = tmp_path_factory.mktemp("picture") / "a.pdf"
    canvas = Canvas(str(path), pagesize=(600, 800))
    canvas.drawString(50, 700, "The first page.")
    canvas.showPage()
    canvas.drawString(300, 600, "The kettle is red,")
    canvas.drawString(300, 580, "and so is the cup.")
    canvas.save()
    return path


def outlined(drawn: bytes) -> tuple[int, int, int, int] | None:
    """The box around all outlines, in pixels."""
    picture = Image.open(io.BytesIO(drawn))
    assert picture.width == WIDTH
    other = ImageChops.difference(picture, Image.new("RGB", picture.size, OUTLINE)).convert("L")
    return other.point(lambda far: 0 if far else 255).getbbox()


def test_words_are_outlined_where_they_stand(file: Path) -> None:
    box = outlined(page_picture(file, 2, "the kettle\nis red, and so is the cup"))
    assert box is not None
    scale = WIDTH / 600
    left, top, right, bottom = (side / scale for side in box)
    assert 290 < left < 300
    assert 380 < right < 420
    assert 180 < top < 195
    assert 220 < bottom < 235


def test_words_that_are_not_there_are_not_outlined(file: Path) -> None:
    assert outlined(page_picture(file, 2, "The kettle was blue.")) is None
    assert outlined(page_picture(file, 1)) is None


def test_a_page_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(LoadError, match="cannot be drawn"):
        page_picture(file, 3)


def test_a_file_that_is_no_pdf_and_one_that_takes_long_are_told(file: Path, tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_text("no PDF")
    with pytest.raises(LoadError, match="cannot be drawn"):
        page_picture(tmp_path / "b.pdf", 1)
    with pytest.raises(LoadError, match="longer"):
        page_picture(file, 1, seconds=0.01)


@pytest.mark.parametrize(
    ("page", "words", "found"),
    [
        ("a Red cup", "red CUP", (2, 8)),
        ("of\ufb01ce-\nwork", "office work", (0, 10)),
        ("caf\u00e9", "cafe\u0301", (0, 3)),
        ("abc", "xyz", None),
        ("abc", "", None),
        ("with some words that go on", "with some words that go on overleaf and end", (0, 25)),
    ],
)
def test_letters_are_found_whatever_stands_between(
    page: str, words: str, found: tuple[int, int] | None
) -> None:
    assert find_letters(list(page), words) == found


def test_the_cells_of_a_row_are_found_where_they_stand_together() -> None:
    page = "Lock Length Fee Upper 41 m 3 crowns Lower 38 m 3 crowns Upper mill 17 m 9 crowns"
    found = find_cells(page, "Lock: Lower; Length: 38 m; Fee: 3 crowns")
    assert [page[first : last + 1] for first, last in found] == ["Lower", "38 m", "3 crowns"]
    found = find_cells(page, "Lock: Upper mill; Length: 17 m\nLock: Upper; Length: 41 m")
    assert [page[first : last + 1] for first, last in found] == [
        "Upper mill", "17 m", "Upper", "41 m",
    ]  # fmt: skip
    assert find_cells(page, "Lock: Lower; Length: 99 m") == [(0, 3), (5, 10)]
    assert find_cells(page, "Weir: 7") == []


def test_the_label_of_a_field_is_found_where_its_value_is_no_text_of_the_page() -> None:
    page = "Name of the ship: Home port: Remarks:"
    [(first, last)] = find_cells(page, "Home port: Husum")
    assert page[first : last + 1] == "Home port"

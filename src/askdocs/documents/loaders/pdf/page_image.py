"""A page of a PDF as a picture with words outlined; drawn in a process of its own, with limits."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.sandbox.process import limit_memory
from askdocs.system import processes

WIDTH = 1400  # pixels, of a page that is upright; enough for a screen with fine dots
LONGEST_SIDE = 4000  # pixels
FEWEST_LETTERS = 20  # fewer, of words that go on overleaf, may stand anywhere
_FEWEST_IN_CELLS = 3  # letters of a row's values; fewer stand anywhere
_MOST_BETWEEN = 40  # letters between two cells of a row
_OUTLINE = (176, 58, 20)
_MEGABYTES = 1500


def page_picture(path: Path, page: int, words: str = "", *, seconds: float = 20.0) -> bytes:
    """Page `page` (from 1) of a PDF as a PNG, with `words` outlined where they stand on it.

    Words that are not on the page are not outlined; of words that go on overleaf, those on the
    page are. Raises LoadError where the page cannot be drawn within `seconds`.
    """
    request = json.dumps({"path": str(path.absolute()), "page": page, "words": words})
    try:
        status, drawn = processes.run(
            "askdocs.documents.loaders.pdf.page_image",
            request=request.encode("ascii"),
            seconds=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise LoadError(f"drawing the page took longer than {seconds:g} seconds") from error
    if status != 0 or not drawn:
        raise LoadError("the page cannot be drawn")
    return drawn


def main() -> None:
    """Draw what standard input asks for, onto standard output."""
    request = json.loads(sys.stdin.buffer.read())
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no picture
    limit_memory(_MEGABYTES)
    with answer:
        answer.write(_draw(Path(request["path"]), request["page"], request["words"]))


def _draw(path: Path, number: int, words: str) -> bytes:
    import pypdfium2
    from PIL import ImageDraw

    with pypdfium2.PdfDocument(path.read_bytes()) as pdf:
        page = pdf[number - 1]
        width, height = page.get_size()
        scale = min(WIDTH / width, LONGEST_SIDE / max(width, height))
        bitmap = page.render(scale=scale)
        picture = bitmap.to_pil().convert("RGB")
        place = bitmap.get_posconv(page)
        canvas = ImageDraw.Draw(picture)
        for left, bottom, right, top in _boxes(page.get_textpage(), words):
            (x1, y1), (x2, y2) = place.to_bitmap(left, bottom), place.to_bitmap(right, top)
            box = (min(x1, x2) - 4, min(y1, y2) - 3, max(x1, x2) + 4, max(y1, y2) + 3)
            canvas.rounded_rectangle(box, radius=5, outline=_OUTLINE, width=3)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _boxes(text_page: Any, words: str) -> list[tuple[float, float, float, float]]:
    """(left, bottom, right, top) of each line of the words on a page, in points."""
    import pypdfium2.raw as pdfium

    from askdocs.documents.loaders.pdf.characters import SECOND, whole_characters

    count = text_page.count_chars()
    codes = [pdfium.FPDFText_GetUnicode(text_page.raw, at) for at in range(count)]
    signs = ["" if code == SECOND else chr(code) for code in whole_characters(codes)]
    whole = find_letters(signs, words)
    boxes: list[tuple[float, float, float, float]] = []
    for first, last in [whole] if whole else find_cells(signs, words):
        lines = text_page.count_rects(first, last - first + 1)
        boxes += [text_page.get_rect(line) for line in range(lines)]
    return boxes


def find_letters(signs: Sequence[str], words: str) -> tuple[int, int] | None:
    """The first and last index of `signs` under the letters of `words`, whatever stands between.

    Without the end of the words, should that be overleaf. None where they are not there.
    """
    letters = [(letter, at) for at, sign in enumerate(signs) for letter in _letters(sign)]
    page, wanted = "".join(letter for letter, _ in letters), "".join(_letters(words))
    length = len(wanted)
    start = page.find(wanted) if wanted else -1
    while start < 0 and length > FEWEST_LETTERS:
        length = max(FEWEST_LETTERS, length * 7 // 8)
        start = page.find(wanted[:length])
        if start >= 0:  # it begins here: as far as it goes
            pairs = zip(page[start:], wanted, strict=False)
            length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return (letters[start][1], letters[start + length - 1][1]) if start >= 0 else None


def find_cells(signs: Sequence[str], words: str) -> list[tuple[int, int]]:
    """The first and last index of `signs` under the cells of rows like "Name: Ada; Year: 1843".

    On the page stand only the values, one after the other; in a form, the values of whose fields
    are no text of the page, only the labels.

    Returns:
        The places of the cells; of each row the first place where all values stand near each
        other, else where its labels stand. Empty where they do not.
    """
    letters = [(letter, at) for at, sign in enumerate(signs) for letter in _letters(sign)]
    page = "".join(letter for letter, _ in letters)
    found: list[tuple[int, int]] = []
    for row in words.splitlines():
        cells = [cell.partition(": ") for cell in row.replace(" | ", "; ").split("; ")]
        values = ["".join(_letters(value or name)) for name, _, value in cells]
        labels = ["".join(_letters(name)) for name, _, value in cells if value]
        enough = sum(map(len, values)) >= _FEWEST_IN_CELLS
        chain = _chain(page, [each for each in values if each]) if enough else []
        found += chain or _chain(page, [each for each in labels if each])
    return [(letters[first][1], letters[last][1]) for first, last in found]


def _chain(page: str, parts: Sequence[str]) -> list[tuple[int, int]]:
    """Where parts stand one after the other, with few letters between them."""
    start = page.find(parts[0]) if parts else -1
    while start >= 0:
        places = [(start, start + len(parts[0]) - 1)]
        for part in parts[1:]:
            end = places[-1][1] + 1
            following = page.find(part, end, end + len(part) + _MOST_BETWEEN)
            if following < 0:
                break
            places.append((following, following + len(part) - 1))
        if len(places) == len(parts):
            return places
        start = page.find(parts[0], start + 1)
    return []


def _letters(text: str) -> list[str]:
    """The letters and digits of a text, ligatures taken apart, in lower case."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return [letter for letter in plain if letter.isalnum()]


if __name__ == "__main__":
    main()

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

    count = text_page.count_chars()
    signs = [chr(pdfium.FPDFText_GetUnicode(text_page.raw, at)) for at in range(count)]
    found = find_letters(signs, words)
    if found is None:
        return []
    first, last = found
    lines = text_page.count_rects(first, last - first + 1)
    return [text_page.get_rect(line) for line in range(lines)]


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


def _letters(text: str) -> list[str]:
    """The letters and digits of a text, ligatures taken apart, in lower case."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return [letter for letter in plain if letter.isalnum()]


if __name__ == "__main__":
    main()

"""Documents, their passages, and the text that describes a location in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Anchor:
    """The location in the source from character `start` of a document on, until the next anchor.

    A field that is None keeps the value of an earlier anchor. `page` counts pages or slides from 1.
    `page_label` is the printed page number if it differs. An empty `heading` ends a section. `line`
    is the line or row of the file at `start`. It grows by one with each line end.
    """

    start: int
    page: int | None = None
    page_label: str | None = None
    heading: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A source as text. `source` is its path relative to the corpus, with forward slashes.

    `left_out` lists content of the file that is not in `text`, one phrase each, for users:
    "2 pictures on page 4 (no text recognition)".
    """

    source: str
    text: str
    title: str = ""
    anchors: tuple[Anchor, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A few consecutive sentences: `text == document.text[start:end]`, always.

    Offsets count Python characters. `page`, `page_label` and `line` are those of `start`.
    """

    id: str
    source: str
    text: str
    start: int
    end: int
    title: str = ""
    page: int | None = None
    page_label: str | None = None
    heading: str | None = None
    line: int | None = None

    @property
    def own_heading(self) -> str:
        """The lowest heading above it, without its parents; "" if there is none."""
        return (self.heading or "").rpartition(" › ")[2]

    def slice(self, start: int, end: int) -> str:
        """Return the text of a span of the document, as far as it is in this passage.

        Args:
            start: The start of the span, in characters of the document.
            end: Its end.
        """
        return self.text[max(start - self.start, 0) : max(end - self.start, 0)]


def location_text(
    source: str, page: int | None, page_label: str | None, heading: str | None, line: int | None
) -> str:
    """Where to look in a source, in the words of its format; "" if nothing is known."""
    suffix = PurePosixPath(source).suffix.lower()
    page_word = "slide" if suffix in {".pptx", ".odp"} else "page"
    line_word = "row" if suffix in {".csv", ".tsv", ".xlsx", ".xls", ".ods"} else "line"
    parts = []
    if page is not None:
        printed = f" (printed {page_label})" if page_label and page_label != str(page) else ""
        parts.append(f"{page_word} {page}{printed}")
    if heading:
        parts.append(heading)
    if line is not None:
        parts.append(f"{line_word} {line}")
    return ", ".join(parts)

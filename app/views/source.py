"""A document as HTML with marked words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Literal

from askdocs.documents.titles import readable_title
from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import TextAnchor, find_anchors
from askdocs.types import Document, location_text

from .marked_text import MarkedText
from .pdf_highlights import Highlight, highlights
from .source_blocks import built_blocks, code_blocks
from .source_links import SourceLinks, Sources
from .source_markdown import markdown_blocks
from .source_markup import asciidoc_blocks, restructured_blocks
from .source_text import text_blocks

WINDOW = 200_000  # characters shown at a time: more would make browsers slow
MOST_FOUND = 2000  # results of a search in the document


Renderer = Callable[[Document, MarkedText, SourceLinks, int, int], Iterator[str]]
_PLAIN = frozenset(["", *".txt .text .log .srt .vtt .tex .latex .ltx".split()])
_CODE = (
    ".py .pyi .js .mjs .ts .tsx .jsx .java .kt .scala .c .h .cpp .hpp .cc .cs .go .rs .rb .php"
    " .swift .m .sh .bash .zsh .ps1 .bat .sql .r .jl .lua .pl .hs .ex .exs .clj .el .vim .toml"
    " .ini .cfg .conf .yaml .yml .properties .proto .graphql .tf .css .scss .vue .svelte .bib"
)
_RENDERERS: dict[str, Renderer] = {
    **dict.fromkeys(".md .markdown .mdx .qmd .rmd".split(), markdown_blocks),
    ".rst": restructured_blocks,
    ".adoc": asciidoc_blocks,
    ".asciidoc": asciidoc_blocks,
    **dict.fromkeys(_CODE.split(), code_blocks),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document: its level from 1, its offset, and its page if known."""

    title: str
    level: int
    at: int
    page: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A document, or the part of it from `start` to `end`, as safe HTML.

    Mark number i is every `<mark>` element whose `data-marks` contains i. Together their texts are
    exactly the marked words. A mark whose words have moved is in `moved`, and marked at the new
    offset; one whose words no longer exist is in `lost`, and not marked. `begins`
    has the start of each.

    The view "text" shows every character. The view "built" shows headings, lists, tables and code,
    without their markup. With the view "pdf" there is no HTML: the file itself is shown, and
    `highlights` has the words to highlight on each page, for each mark. `found` has the positions
    of the words searched for, and `checked` changes whenever the document does. `page` is the page
    at the shown offset `at`, `page_starts` the number of each page with the offset of its text.
    """

    source: str
    title: str
    view: Literal["pdf", "built", "text"]
    html: str
    places: tuple[str, ...]
    begins: tuple[int, ...]
    lost: tuple[int, ...]
    moved: tuple[int, ...]
    highlights: tuple[tuple[Highlight, ...], ...]
    headings: tuple[Heading, ...]
    page: int | None
    page_starts: tuple[tuple[int, int], ...]
    found: tuple[int, ...]
    at: int
    checked: str
    start: int
    end: int
    length: int


def read(
    document: Document,
    marks: Sequence[TextAnchor] = (),
    *,
    at: int | None = None,
    file: Path | None = None,
    words: str = "",
    plain: bool = False,
    part: str = "",
    sources: Sources = tuple,
) -> Reading:
    """The document with `marks`, as the page shows it.

    Args:
        document: The document from the index.
        marks: The words to mark.
        at: The offset to show; by default that of the first mark. Of a long document, only the
            part around it is returned.
        file: The PDF file, if it is shown instead of the text.
        words: The words searched for in the text. They have separate marks.
        plain: Show the complete stored text instead of headings, lists and tables.
        part: The fragment of a link, which names the heading to show if there is no `at`.
        sources: Returns the documents that links in this one may open.
    """
    text = document.text
    links = SourceLinks(document, sources)
    if at is None and part:
        at = links.offset_of_part(part)
    found = find_anchors(text, marks)
    kept = {number: mark for number, mark in found.items() if mark}
    moved = tuple(i for i, mark in kept.items() if mark.start != marks[i].start)
    if at is None or at in {marks[i].start for i in moved}:
        at = next((mark.start for i, mark in kept.items() if at in (None, marks[i].start)), 0)
    start, end = (0, len(text)) if file else _window(text, at)
    places = tuple(_places(text, words))
    marked = MarkedText(text, kept, places)
    blocks = None if plain else _renderer(document.source)
    html = ""
    if not file:
        html = "".join(
            blocks(document, marked, links, start, end)
            if blocks
            else text_blocks(document, marked, start, end)
        )
    return Reading(
        source=document.source,
        title=readable_title(document.source, document.title),
        view="pdf" if file else "built" if blocks else "text",
        html=html,
        places=tuple(_place(document, mark.start) if mark else "" for mark in found.values()),
        begins=tuple(mark.start if mark else -1 for mark in found.values()),
        lost=tuple(number for number, mark in found.items() if not mark),
        moved=moved,
        highlights=tuple(
            tuple(highlights(document, m)) if m and file else () for m in found.values()
        ),
        headings=tuple(_headings(document)),
        page=page_at(document, at),
        page_starts=tuple(_page_starts(document)) if file else (),
        found=tuple(span[0] for span in places),
        at=at,
        checked=_checked(document, file),
        start=start,
        end=end,
        length=len(text),
    )


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """The spans of words in a text, in any case and with any white space between them."""
    if words.strip():
        pattern = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)
        for match in islice(pattern.finditer(text), MOST_FOUND):
            yield match.span()


def _checked(document: Document, file: Path | None) -> str:
    """A checksum of the text, and of the time of the file if it is shown."""
    modified = file.stat().st_mtime_ns if file else ""
    return checksum(f"{modified} {document.title} {document.text}")


def _headings(document: Document) -> Iterator[Heading]:
    """The table of contents, from the headings that the loader found."""
    page, last = None, ""
    for anchor in sorted(document.anchors, key=lambda each: each.start):
        page = anchor.page or page
        if anchor.heading and anchor.heading != last:
            *above, title = anchor.heading.split(" › ")
            yield Heading(title, len(above) + 1, anchor.start, page)
        last = anchor.heading or last


def _renderer(source: str) -> Renderer | None:
    """The renderer of a format; None for plain text."""
    suffix = PurePosixPath(source).suffix.lower()
    if suffix in _PLAIN:
        return None
    return _RENDERERS.get(suffix, built_blocks)


def page_at(document: Document, offset: int) -> int | None:
    """The page that contains character `offset`, from 1; None if there are no pages."""
    pages = [each for each in document.anchors if each.page is not None and each.start <= offset]
    return max(pages, key=lambda each: each.start).page if pages else None


def _page_starts(document: Document) -> Iterator[tuple[int, int]]:
    for each in sorted(document.anchors, key=lambda each: each.start):
        if each.page is not None:
            yield each.page, each.start


def _window(text: str, at: int) -> tuple[int, int]:
    """At most about WINDOW characters around `at`, from the start to the end of lines."""
    if len(text) <= WINDOW:
        return 0, len(text)
    at = min(max(at, 0), len(text))
    start = max(0, min(at - WINDOW // 2, len(text) - WINDOW))
    start = text.rfind("\n", start - 2000 if start > 2000 else 0, start) + 1 or start
    end = min(len(text), start + WINDOW)
    line_end = text.find("\n", end, end + 2000)
    return start, end if line_end < 0 else line_end + 1


def _place(document: Document, offset: int) -> str:
    """The location of `offset` in words: page, heading and line of the anchors before it."""
    page = page_label = heading = line = None
    for anchor in sorted(document.anchors, key=lambda each: each.start):
        if anchor.start > offset:
            break
        if anchor.page is not None:
            page, page_label = anchor.page, anchor.page_label
        if anchor.heading is not None:
            above = f"{document.title} › " if document.title else ""
            heading = anchor.heading.removeprefix(above)  # the title is shown above
            heading = "" if heading == document.title else heading
        if anchor.line is not None:
            line = anchor.line + document.text.count("\n", anchor.start, offset)
    return location_text(document.source, page, page_label, heading, line)

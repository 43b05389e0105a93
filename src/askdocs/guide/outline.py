"""The outline of a document: its headings, in order, with their offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from askdocs.types import Document, Section

MOST_SECTIONS = 200
_CODE = re.compile(r"[0-9a-f-]{16,}|[\W\d_]*")  # no words
_FORMULA = re.compile(r"(?=.*[=∈])(?!.*[^\W\d_]{3})", re.DOTALL)  # set like a heading
_JOINT = " › "
_LONGEST = 160  # characters of a heading; more is a paragraph


def outline_of(document: Document, title: str = "") -> tuple[Section, ...]:
    """The sections of a document, without its title and without a heading that all share."""
    found: list[tuple[tuple[str, ...], int, int | None]] = []
    page = None
    for anchor in sorted(document.anchors, key=lambda each: each.start):
        page = anchor.page if anchor.page is not None else page
        path = tuple(part.strip() for part in (anchor.heading or "").split(_JOINT) if part.strip())
        if not path or (found and found[-1][0] == path):
            continue
        known = found[-1][0] if found else ()
        for depth in range(_shared(known, path), len(path)):  # a heading right before another
            if _is_heading(path[depth]):
                found.append((path[: depth + 1], anchor.start, page))
    titles = {title.casefold(), document.title.casefold()}
    shift = 1 if found and all(path[0] == found[0][0][0] for path, _, _ in found) else 0
    sections = [
        Section(path[-1], max(1, len(path) - shift), start, page)
        for path, start, page in found
        if not (len(path) == 1 and path[0].casefold() in titles)
    ]
    return tuple(sections[:MOST_SECTIONS])


def _is_heading(words: str) -> bool:
    return len(words) <= _LONGEST and not _CODE.fullmatch(words) and not _FORMULA.match(words)


def _shared(known: tuple[str, ...], path: tuple[str, ...]) -> int:
    """The number of headings that contain both sections."""
    count = 0
    for one, other in zip(known, path, strict=False):
        if one != other:
            break
        count += 1
    return count


def with_ends(document: Document, outline: Sequence[Section]) -> Iterator[tuple[Section, int]]:
    """Each section with the offset where the next one begins."""
    ends = [*(section.start for section in outline[1:]), len(document.text)]
    yield from zip(outline, ends, strict=False)

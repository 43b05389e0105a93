"""The search of the page and of programs: results with their context, by document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import FastAPI, Query, Response
from starlette.responses import JSONResponse

from askdocs.documents.document_types import kind_of
from askdocs.documents.titles import readable_title
from askdocs.errors import AskdocsError
from askdocs.output.strip_markup import passage_markup, without_spans
from askdocs.output.text_anchor import TextAnchor, link, words_checksum
from askdocs.search.filters import Filters
from askdocs.text.sentences import unwrapped_lines
from askdocs.types import DocumentMatches, Match, Passage

from ..views.citations import passage_place

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

DOCUMENTS_SHOWN = 20
MATCHES_SHOWN = 4  # of each document, until all are wanted
MARKS_OF_MATCH = 8
_AROUND = 160  # characters of a passage before the first word that was found
_LONGEST = 420
_MARKED = 300  # characters from the first to the last word of a mark
_BREAK = "\0"
_BREAKS = re.compile(r"\s*(?:\0\s*)+")
_DAY = r"(\d{4}-\d{2}-\d{2})?"

Names = Annotated[Sequence[str], Query(max_length=200)]


def add_search(routes: FastAPI, assistant: Assistant) -> None:
    """Add the search route."""

    @routes.get("/search")
    def search(
        q: Annotated[str, Query(max_length=2000)],
        by: Literal["words", "meaning"] = "words",
        only: Names = (),
        kind: Names = (),
        since: Annotated[str, Query(pattern=_DAY, max_length=10)] = "",
        until: Annotated[str, Query(pattern=_DAY, max_length=10)] = "",
        dates: Literal["file", "document"] = "file",
        start: Annotated[int, Query(ge=0)] = 0,
        each: Annotated[int, Query(ge=1, le=500)] = MATCHES_SHOWN,
    ) -> Response:
        filters = Filters(list(only) or None, tuple(kind), since, until, dates)
        try:
            found = assistant.find(
                q, by=by, filters=filters, start=start, documents=DOCUMENTS_SHOWN, each=each
            )
        except AskdocsError as error:
            return JSONResponse({"problem": str(error)}, 422)
        content = {
            "query": found.query,
            "by": by,
            "count": found.count,
            "found_in": found.found_in,
            "missing": found.missing,
            "start": start,
            "documents": [_document(each) for each in found.documents],
        }
        return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _document(found: DocumentMatches) -> dict[str, Any]:
    return {
        "source": found.source,
        "title": readable_title(found.source, found.title),
        "kind": kind_of(found.source),
        "count": found.count,
        "matches": [_match(each) for each in found.matches],
    }


def _match(match: Match) -> dict[str, Any]:
    passage = match.passage
    mark = mark_of(match)
    return {
        "place": passage_place(_from_first_word(match)),
        "mark": str(mark),
        "marks": [str(each) for each in marks_of(match)],
        "link": link(passage.source, [mark]),
        "pieces": excerpt(match),
    }


def _from_first_word(match: Match) -> Passage:
    """The passage with the line of the first found word, which the source panel also shows."""
    passage = match.passage
    if passage.line is None or not match.spans:
        return passage
    before = passage.slice(passage.start, match.spans[0][0])
    return replace(passage, line=passage.line + before.count("\n"))


def mark_of(match: Match) -> TextAnchor:
    """An anchor on all found words, or on the first one if they are far apart."""
    start, end = match.passage.start, match.passage.end
    if match.spans:
        start, end = match.spans[0][0], match.spans[-1][1]
        if end - start > _MARKED:
            end = match.spans[0][1]
    return _anchor(match, (start, end))


def marks_of(match: Match) -> list[TextAnchor]:
    """An anchor on each of the found words; on the passage if it was found by its meaning."""
    spans = match.spans[:MARKS_OF_MATCH] or [(match.passage.start, match.passage.end)]
    return [_anchor(match, span) for span in spans]


def _anchor(match: Match, span: tuple[int, int]) -> TextAnchor:
    return TextAnchor(*span, words_checksum(match.passage.slice(*span)))


def excerpt(match: Match) -> list[tuple[str, bool]]:
    """The passage around the found words, in pieces; the flag is True for a found word.

    It is shown on one line and without markup, unless all found words are in markup.
    """
    passage = match.passage
    spans = [(start - passage.start, end - passage.start) for start, end in match.spans]
    text, markup = passage_markup(passage.text, passage.source)
    text = _with_breaks(text)
    if spans and not any(without_spans(text, markup, *span) for span in spans):
        markup = [each for each in markup if not any(_overlap(each, span) for span in spans)]
    pieces = [("", False)]
    at = 0
    for start, end in spans:
        pieces[-1] = pieces[-1][0] + without_spans(text, markup, at, start), False
        if words := without_spans(text, markup, start, end):
            pieces += [(words, True), ("", False)]
        at = end
    pieces[-1] = (pieces[-1][0] + without_spans(text, markup, at)).rstrip(f"{_BREAK} \n"), False
    shown = _shortened([(_spaced(words), found) for words, found in pieces])
    return [(words, found) for words, found in shown if words]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _with_breaks(text: str) -> str:
    """The text with _BREAK for the line ends that do not come from wrapping by width."""
    pieces = [text[start:end] for start, end in unwrapped_lines(text, 0, len(text))]
    return _BREAK.join(pieces)


def _spaced(words: str) -> str:
    """Text with single spaces, also at its ends if it has white space there."""
    if not words.strip():
        return " " if words else ""
    before = " " if words[0].isspace() else ""
    after = " " if words[-1].isspace() else ""
    return _BREAKS.sub(_separator, f"{before}{' '.join(words.split())}{after}")


def _separator(found: re.Match[str]) -> str:
    """What is shown for line ends: a space after a sentence or before a bullet, otherwise a dot."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    ended = before.endswith((".", "!", "?", ":", ";", ",", "…")) or after.startswith("•")
    return " " if ended else " · "


def _shortened(pieces: list[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """The pieces from some characters before the first found word on, as far as they fit."""
    before = pieces[0][0].lstrip(" ·")
    if len(pieces) > 1 and len(before) > _AROUND:
        yield "… ", False
        before = before[-_AROUND:].partition(" ")[2]
    left = _LONGEST
    for words, found in [(before, False), *pieces[1:]]:
        if len(words) > left and not (found and left == _LONGEST):
            yield ("" if found else words[:left].rpartition(" ")[0]) + " …", False
            return
        yield words, found
        left -= len(words)

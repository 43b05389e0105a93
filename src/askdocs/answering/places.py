"""Finds the numbered part of a document that is asked for, as clause 3.2, § 14 or table 2."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.context import LONGEST_QUOTE
from askdocs.answering.questions.place import KIND_WORDS, PlaceKind, PlaceRequest
from askdocs.answering.questions.question import Question
from askdocs.text.headings import line_around, opens_section
from askdocs.text.sentences import is_row, sentence_spans
from askdocs.types import Anchor, Document, Hit, Passage

PLACE_GOES_ON = "It is longer: it goes on in the document."
MOST_PLACES = 5  # documents of which the part is quoted
_PROBABILITY = 0.9  # set by hand: the number and the kind agree
_MENTIONED = 0.3  # at most, if the place is only mentioned
_LEAST_MENTIONED = 0.25  # a less likely sentence is not shown
_MARKUP = r"[ \t]*(?:#{1,6}[ \t]+|\*\*|__|=+[ \t]+)?"
# After the number of a heading: its end, a mark, or a word with a capital. Else the line is wrapped
# prose that mentions the place: "Article 5 of the Treaty".
_AFTER = r"(?![\w]|[.,/-]\w)(?=[*_ \t]*(?:$|[.:)–—-]|\(\w{1,4}\)|[\"'“„«]?[A-ZÀ-ÖØ-Þ0-9]))"
_NUMBER = r"(?:\d{1,4}(?:\.\d{1,3})*[a-z]?|[IVXLC]{1,6}|[A-Z])"
_BARE = re.compile(
    rf"^(?P<markup>{_MARKUP})(?P<number>\d{{1,3}}(?:\.\d{{1,3}})*)[.)]?(?=[ \t]+\S)", re.MULTILINE
)
_PARAGRAPH = re.compile(r"^[ \t]*\((?P<number>\w{1,4})\)[ \t]", re.MULTILINE)
# The kinds that contain others. A part ends where one of them begins.
_HIGHER: tuple[PlaceKind, ...] = ("part", "chapter", "annex")
_REFERENCES = re.compile(
    r"\n[ \t]*\n(?:#+ )?(?:references|bibliography|literaturverzeichnis|références|referencias)"
    r"[ \t]*\n",
    re.IGNORECASE,
)
_BLOCK_END = re.compile(r"\n[ \t]*\n\s*")
_DOTS = re.compile(r"\.{4,}|(?:\. ){4,}|\t\d+\s*$")
_ENDING, _SHORTEST_STEM = 2, 4  # letters: of an inflected name, and of what is left of it
_WRAPPED = 40  # characters: a line of prose that is wrapped has at least so many


@dataclass(frozen=True, slots=True)
class _Heading:
    """The line that a part begins with: its offset, and its number in lower case."""

    start: int
    number: str


def find_place(document: Document, place: PlaceRequest, *, named: bool) -> tuple[int, int] | None:
    """Find the part of a document with a number: from its heading to the next one of equal rank.

    Args:
        document: The document.
        place: The part that is asked for.
        named: Whether its kind has to be before the number. Otherwise it begins with the number
            alone.

    Returns:
        (start, end) in characters of the document; None if it has no such part. Of several, as in a
        table of contents, it is the longest.
    """
    text = document.text
    found = _named_parts(document, place) if named else _bare_parts(document, place)
    if not found:
        return None
    start, end = max(found, key=lambda span: span[1] - span[0])
    references = _REFERENCES.search(text, start, end)
    end = references.start() if references else end
    return _below(text, start, end, place.below)


def _named_parts(document: Document, place: PlaceRequest) -> list[tuple[int, int]]:
    """The parts that begin with their kind and the number: "Article 5 Stalls"."""
    text = document.text
    headings = list(_labelled(text, (place.kind,)))
    if not headings and place.kind in ("§", "section"):
        headings = list(_labelled(text, ("section" if place.kind == "§" else "§",)))
    starts = {each.start for each in headings}
    if place.kind not in _HIGHER:
        starts |= {each.start for each in _labelled(text, _HIGHER)}
    ends = sorted(starts)
    parts = []
    for heading in headings:
        if heading.number != place.number:
            continue
        end = next((each for each in ends if each > heading.start), len(text))
        end = min(end, _section_end(document, heading.start))
        if place.kind in ("table", "figure"):
            parts.append(_table_around(text, heading.start, end))
        else:
            parts.append((heading.start, end))
    return parts


def _labelled(text: str, kinds: Sequence[PlaceKind]) -> Iterator[_Heading]:
    """The headings that begin with one of the kinds and a number."""
    words = "|".join(KIND_WORDS[kind] for kind in kinds)
    pattern = rf"^{_MARKUP}(?:(?i:{words}))(?:(?<=§)\s*|[^\S\n]+)(?P<number>{_NUMBER}){_AFTER}"
    for found in re.finditer(pattern, text, re.MULTILINE):
        if not (_is_contents(text, found.start()) or _is_wrapped(text, found.start())):
            yield _Heading(found.start(), found["number"].lower())


def _bare_parts(document: Document, place: PlaceRequest) -> list[tuple[int, int]]:
    """The parts that begin with the number alone: "3.2 The rent …", "3. Rent".

    A single number has to be in a heading, because a list has such numbers too.
    """
    text = document.text
    wanted = tuple(place.number.split("."))
    headings = []
    for found in _BARE.finditer(text):
        number = tuple(found["number"].split("."))
        is_heading = "#" in found["markup"] or opens_section(text, found.start("number"))
        if (len(number) > 1 or is_heading) and not _is_contents(text, found.start()):
            headings.append((found.start(), number, is_heading))
    parts = []
    for start, number, _ in headings:
        if number != wanted:
            continue
        later = (
            at
            for at, other, is_heading in headings
            if at > start
            and len(other) <= len(number)
            and (is_heading or len(other) == len(number))
            and _key(other) > _key(number)
        )
        parts.append((start, min(next(later, len(text)), _section_end(document, start))))
    return parts


def _key(number: Sequence[str]) -> tuple[int, ...]:
    return tuple(map(int, number))


def _section_end(document: Document, start: int) -> int:
    """The end of the section of a heading of Word, HTML or Markdown that begins at an offset."""
    headings = [each for each in document.anchors if each.heading is not None]
    own = next((each for each in headings if each.start == start), None)
    if own is None:
        return len(document.text)
    later = (each.start for each in headings if each.start > start and not _is_below(each, own))
    return min(later, default=len(document.text))


def _is_below(anchor: Anchor, other: Anchor) -> bool:
    return (anchor.heading or "").startswith(f"{other.heading} › ")


def _table_around(text: str, start: int, end: int) -> tuple[int, int]:
    """A caption with its table: in the same block, in the next one, or in the one before."""
    blocks = _BLOCK_END.split(text[start:end].rstrip())
    stop = start + len(blocks[0])
    if "\n" in blocks[0]:
        return start, stop
    if len(blocks) > 1 and _is_table(blocks[1]):
        return start, text.index(blocks[1], stop) + len(blocks[1])
    before = text[:start].rstrip()
    above = _BLOCK_END.split(before)[-1]
    if above and _is_table(above):
        return len(before) - len(above), stop
    return start, stop if len(blocks) < 2 else text.index(blocks[1], stop) + len(blocks[1])


def _is_table(block: str) -> bool:
    lines = block.split("\n")
    return len(lines) > 1 and any("|" in line or "\t" in line or is_row(line) for line in lines)


def _below(text: str, start: int, end: int, below: Sequence[str]) -> tuple[int, int] | None:
    """The paragraph within a part, as "(2)" of § 14 (2); None if it has none."""
    for number in below:
        found = list(_PARAGRAPH.finditer(text, start, end))
        own = next((n for n, each in enumerate(found) if each["number"].lower() == number), None)
        if own is None:
            return None
        same = (each.start() for each in found[own + 1 :] if each["number"].isdigit())
        later = (each.start() for each in found[own + 1 :])
        start, end = found[own].start(), next(same if number.isdigit() else later, end)
    return start, end


def _is_contents(text: str, start: int) -> bool:
    """Whether a line is of a table of contents."""
    return bool(_DOTS.search(text[start : line_around(text, start)[1]]))


def _is_wrapped(text: str, start: int) -> bool:
    """Whether a line continues the sentence of a long line right above it."""
    line = text[slice(*line_around(text, start - 1))] if start else ""
    return len(line) >= _WRAPPED and (line.rstrip()[-1:].islower() or line.rstrip()[-1:] in ",;(")


def place_result(
    question: Question,
    place: PlaceRequest,
    documents: Sequence[Document],
    passages_of: Callable[[str], Sequence[Passage]],
) -> RetrievalResult | None:
    """The numbered part that a question asks for, of each document that has it.

    Args:
        question: The question.
        place: The part.
        documents: The documents that may have it.
        passages_of: Loads the passages of a source, in order.

    Returns:
        The parts as candidates, which answer together. None if no document has the part.
    """
    spans = [(document, find_place(document, place, named=True)) for document in documents]
    if not place.is_named and not any(span for _, span in spans):
        spans = [(document, find_place(document, place, named=False)) for document in documents]
    candidates: list[Candidate] = []
    hits: list[Hit] = []
    following: dict[str, str] = {}
    goes_on = False
    for document, span in spans:
        if span is None or len(candidates) == MOST_PLACES:
            continue
        start, end, is_cut = _shortened(document.text, *span)
        passages = passages_of(document.source)
        passage = next((each for each in passages if start < each.end), None)
        if passage is None or passage.start > start:
            continue
        goes_on = goes_on or is_cut
        candidates.append(
            Candidate(Hit(passage, 1.0), start, end, None, _PROBABILITY, quoted_to=end)
        )
        hits += [Hit(each, 1.0) for each in passages if each.start < end and start < each.end]
        following[passage.id] = document.text[passage.end : max(end, passage.end)]
    if not candidates:
        return None
    return RetrievalResult(
        question=question,
        searched_for=(place.name,),
        hits=tuple(hits),
        candidates=tuple(candidates),
        notice=PLACE_GOES_ON if goes_on else "",
        joint_count=len(candidates),
        following=following,
    )


def _shortened(text: str, start: int, end: int) -> tuple[int, int, bool]:
    """A span without white space at its ends, at most `LONGEST_QUOTE` characters of sentences.

    It does not have the marks of a heading in Markdown.

    Returns:
        Its start, its end, and whether it was cut.
    """
    start += len(text[start:end]) - len(text[start:end].lstrip("# \t\n"))
    end = start + len(text[start:end].rstrip())
    if end - start <= LONGEST_QUOTE:
        return start, end, False
    spans = sentence_spans(text[start : start + LONGEST_QUOTE])
    whole = list(takewhile(lambda span: span[1] < LONGEST_QUOTE, spans))
    return start, start + (whole[-1][1] if whole else LONGEST_QUOTE), True


def named_by(words: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """The sources of the documents that words name.

    Args:
        words: The words. Endings do not matter: "Mietvertrags" names "mietvertrag.txt".
        titles: The source of each document → its title.

    Returns:
        The documents with all of the words in source or title. None without words.
    """
    wanted = [word[: max(len(word) - _ENDING, _SHORTEST_STEM)] for word in words]
    names = {source: f"{source} {title}".lower() for source, title in titles.items()}
    return [
        source
        for source, name in names.items()
        if wanted and all(re.search(rf"(?<![^\W_]){re.escape(word)}", name) for word in wanted)
    ]


def missing_place(place: PlaceRequest) -> str:
    """A sentence for the user that no document has a place."""
    return f"No document has “{place.name}”."


def begins_with(place: PlaceRequest, text: str) -> bool:
    """Whether a sentence begins with the name of a place and goes on with a word."""
    return re.match(rf"\W*{re.escape(place.name)} +[^\W\d_]", text, re.IGNORECASE) is not None


def is_mentioned(place: PlaceRequest, text: str) -> bool:
    """Whether a text mentions a place by its kind and number, as "contrary to clause 5" does."""
    words = KIND_WORDS[place.kind]
    number = re.escape(place.number)
    return bool(re.search(rf"(?<!\w)(?:{words})\s*{number}(?!\w|\.\d)", text, re.IGNORECASE))


def without_place(result: RetrievalResult, place: PlaceRequest) -> RetrievalResult:
    """The result of an ordinary search for a place that no document has.

    Likely sentences that mention it are doubted. If there are none, nothing answers. A sentence
    that begins with it says something about it, as "Article 50 is the procedure by which …": the
    place is then one outside of the documents, and the question is an ordinary one.
    """
    if result.candidates and begins_with(place, result.candidates[0].quote):
        return result
    candidates = tuple(
        replace(candidate, probability=min(candidate.probability, _MENTIONED))
        for candidate in result.candidates
        if candidate.probability >= _LEAST_MENTIONED and is_mentioned(place, candidate.quote)
    )
    return replace(
        result, candidates=candidates, versions=(), doubt=missing_place(place), notice=""
    )

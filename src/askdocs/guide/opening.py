"""The opening of a document: its abstract or summary by heading, else its first sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from askdocs.guide.outline import with_ends
from askdocs.text.sentences import sentence_spans
from askdocs.types import Document, Excerpt, Section

_SUMMARY = re.compile(
    r"[\d.\s]*(?:abstract|(?:executive |management )?summary|executive overview|overview|synopsis"
    r"|in brief|tl;?dr|at a glance|key (?:points|findings|takeaways)"
    r"|zusammenfassung|kurzfassung|überblick|résumé|resumen|sammendrag)[\s.:—–-]*",
    re.IGNORECASE,
)
# In papers, the word "Abstract" is on the line before the abstract, or is its first word.
_INLINE = re.compile(
    r"(?:^|\n)[ \t]*(?P<word>abstract|executive summary|summary|zusammenfassung|résumé|resumen)"
    r"[ \t]*(?:[.:—–-]+\s*|\n+)(?=\S)",
    re.IGNORECASE,
)
_HEAD_OF_MAIL = re.compile(
    r"(?:(?:from|to|cc|date|sent|subject|attachments?): .*\n)+", re.IGNORECASE
)
_FRONT_MATTER = re.compile(r"---\n[\w-]+:(?:(?!---).*\n){1,60}---\n")
_READ = 12_000  # characters that are searched for an opening
_LONGEST, _SHORTEST = 600, 40  # characters
_FEWEST_WORDS = 7  # of a sentence that says something
_MOST_SENTENCES = 4
_NOT_PROSE = re.compile(r"[|{}<>=\\\t]|https?://|;.*: .*;|[.·_]{4,}|\.{3}.*\d\s*$")
_LICENCE = re.compile(
    r"(?:copyright|©|all rights reserved|permission to|licensed under|published by|\bisbn\b|\bdoi\b"
    r"|^click here|^notice:|publication note|^below (?:is|are)|this (?:e-?book|map) is"
    r"|^for .* see |\bredirects? here\b|\(disambiguation\)"  # notes above articles
    r"|downloaded from|table of contents|project gutenberg|cookies?\b|skip to|jump to|sign in)",
    re.IGNORECASE,
)
_ENDS = ".!?”\"')]。؟।»"
_SPEAKER = re.compile(r"[A-Z][\w.]{0,14}: ")
_NAMES = 0.6  # share of words with a capital
BYLINE = re.compile(r"(?:[Bb]y|BY|Von|Av) [^\W\d_].*\b\d{4}\W*|(?:[Bb]y|BY) [^.]{0,60}")


def opening_of(document: Document, sections: Sequence[Section]) -> Excerpt | None:
    """The abstract or summary of a document, or its first sentences; None if it has none."""
    for heading, start, end in _places(document, sections):
        span = _prose(document.text, start, end)
        if span:
            return Excerpt(heading, *span, document.text[slice(*span)])
    return None


def _places(document: Document, sections: Sequence[Section]) -> Iterator[tuple[str, int, int]]:
    """(heading, start, end) of the candidates, the best first."""
    text = document.text
    for section, end in with_ends(document, sections):
        if _SUMMARY.fullmatch(section.heading):
            yield section.heading.strip(" .:—–-"), section.start, min(end, section.start + _READ)
    inline = _INLINE.search(text, 0, _READ)
    if inline:
        yield inline["word"].capitalize(), inline.end(), min(len(text), inline.end() + _READ)
    begin = 0
    for head in (_FRONT_MATTER, _HEAD_OF_MAIL):
        found = head.match(text, begin)
        begin = found.end() if found else begin
    yield "", begin, min(len(text), begin + _READ)


def _prose(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The first consecutive sentences of prose."""
    first = last = None
    count = 0
    for begin, stop in sentence_spans(text[start:end]):
        words = text[start + begin : start + stop]
        if first is None and not _is_informative(words):
            continue
        if first is not None and not _continues_prose(words):
            break
        if first is None:
            first = start + begin
        elif stop + start - first > _LONGEST or "\n\n" in text[last : start + begin]:
            break
        last, count = start + stop, count + 1
        if count >= _MOST_SENTENCES:
            break
    if first is None or last is None or last - first < _SHORTEST:
        return None
    return first, min(last, first + 2 * _LONGEST)


def _is_informative(words: str) -> bool:
    """Whether this is a sentence of prose: not a heading, a row, a by-line or a licence."""
    plain = " ".join(words.split())
    letters = sum(each.isalpha() or each.isspace() for each in plain)
    unspaced = (
        len(plain.split()) < _FEWEST_WORDS and len(plain) >= _SHORTEST and not plain.isascii()
    )
    return (
        (len(plain.split()) >= _FEWEST_WORDS or unspaced)
        and letters >= 0.75 * len(plain)
        and plain[-1] in _ENDS
        and not (plain[0].islower() or plain[0] in "(*•-–—|>")
        and not plain.isupper()
        and not plain.endswith("?")
        and not _SPEAKER.match(plain)
        and not _is_list_of_names(plain)
        and not _NOT_PROSE.search(plain)
        and not _LICENCE.search(plain)
        and not BYLINE.fullmatch(plain)
    )


def _continues_prose(words: str) -> bool:
    """Whether a sentence, even a short one, continues the prose before it."""
    plain = words.strip()
    return plain[-1:] in _ENDS and not _NOT_PROSE.search(plain)


def _is_list_of_names(words: str) -> bool:
    """Whether most words have a capital, as in an address or a list of authors."""
    every = [word for word in words.split() if word[0].isalpha()]
    return bool(every) and sum(word[0].isupper() for word in every) > _NAMES * len(every)

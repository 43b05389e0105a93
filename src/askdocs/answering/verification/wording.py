"""Statements in the very words of a source: whole sentences, and pieces that leave some out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from askdocs.answering.verification.quotations import Quote, Source, parts_of
from askdocs.text.english import AUXILIARIES, NEGATION, any_of
from askdocs.text.sentences import sentence_spans
from askdocs.types import Passage

_FEWEST_WORDS = 4  # of a piece; fewer words stand anywhere by chance
_SHOWN = 12  # words of what was left out
# Words that turn or limit what stands after them or before them.
_LIMITING = re.compile(
    rf"{NEGATION}|\b(?:but|unless|only|except|however|although|though|if|until|whether|provided"
    r"|according to|said|says?|claim(?:s|ed)?|argue[sd]?|allege[sd]?|alleg\w+"
    r"|believe[sd]?|suggest(?:s|ed)?|den(?:y|ies|ied)|deny|report(?:s|ed)?|suppose[sd]?|may|might"
    r"|could|would|should|rumou?r\w*|false|falsely|untrue|doubt\w*|hop(?:e|es|ed)|fear(?:s|ed)?"
    r"|told|thought|thinks?|heard|supposedly|subject to|as long as|than|instead|rather"
    r"|want(?:s|ed)?|plan(?:s|ned)?|expect(?:s|ed)?|propos\w+|intend\w*)\b",
    re.IGNORECASE,
)
# A further clause or an aside, without which the words before say the same.
_FURTHER = re.compile(
    r"\s*(?:[,;:(–—]|(?:and|or|which|who|where|while|whereas|including|such as)\b)", re.IGNORECASE
)
# What may stand before a clause that says the same without it: "In 1903, …", "… and …".
_SEPARATE = re.compile(
    r"(?:[,;]|\b(?:and|or|so|because|since|while|when|where|as|who|which))\W*$", re.IGNORECASE
)


_FINITE = re.compile(rf"\b{any_of(AUXILIARIES)}\b", re.IGNORECASE)  # the verb of a clause
_MOST_PLACES = 20  # of a quotation that are looked at


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence that a statement repeats: the whole sentence, and what it leaves out."""

    sentence: tuple[Quote, ...]
    before: str
    after: str

    @property
    def rest(self) -> str:
        """What the source says next, shortened; "" if the piece says the same without it."""
        is_further = _FURTHER.match(self.after) and not _LIMITING.search(self.after)
        return "" if is_further else _shortened(self.after)

    @property
    def limit(self) -> str:
        """Why the piece alone is not what the source says; "" if nothing was left out."""
        if self.rest:
            return _going_on(self.rest)
        is_framed = bool(self.before) and not _SEPARATE.search(self.before)
        if is_framed or _LIMITING.search(self.before):
            return f"the source begins: “{_shortened(self.before)}”"
        return ""


def whole_sentences(text: str, source: Source) -> tuple[Quote, ...]:
    """Where a text stands as one or more whole sentences of the source, word for word."""
    for first, last in source.places(text):
        quotes = tuple(source.quotes(first, last))
        begins, ends = quotes[0], quotes[-1]
        if _starts_sentence(begins) and _ends_sentence(ends):
            return tuple(_with_signs(quote) for quote in quotes)
    return ()


def piece_of_sentence(text: str, source: Source) -> Piece | None:
    """The sentence of the source of which a text is a piece, word for word; None if of none."""
    return next(_pieces(text, source), None) if len(text.split()) >= _FEWEST_WORDS else None


def goes_on(quotation: str, source: Source) -> str:
    """What the source says right after an exact quotation that stops early, shortened.

    Args:
        quotation: The words in quote signs, which stand in the source.
        source: Where they stand.

    Returns:
        The words; "" if the quotation marks that it goes on, or if the sentence ends with it, or
        only a further clause comes, at one of its places.
    """
    last = parts_of(quotation)[-1]
    if len(last.split()) < _FEWEST_WORDS:
        return ""
    rests = [piece.rest for piece in islice(_pieces(last, source), _MOST_PLACES)]
    return rests[0] if rests and all(rests) else ""


def limited_by(quotation: str, rest: str) -> str:
    """Why a quotation is not all that the source says; "" if it is only shortened.

    Args:
        quotation: The words in quote signs.
        rest: What `goes_on` says of them.
    """
    is_clause = _FINITE.search(quotation)
    return _going_on(rest) if rest and (is_clause or _LIMITING.search(rest)) else ""


def _going_on(rest: str) -> str:
    return f"the source goes on: “{rest}”"


def _pieces(text: str, source: Source) -> Iterator[Piece]:
    """The sentences of which a text is a piece, one for each place where it stands."""
    for first, last in source.places(text):
        begins, *_ = quotes = tuple(source.quotes(first, last))
        ends = quotes[-1]
        start = _sentence_around(begins)[0]
        end = _sentence_around((ends[0], ends[2] - 1, ends[2]))[1]  # of the last one that it has
        before = _words(begins[0], start, begins[1])
        after = _words(ends[0], ends[2], end)
        sentence = (
            ((begins[0], start, end),)
            if begins[0] is ends[0]
            else ((begins[0], start, begins[2]), *quotes[1:-1], (ends[0], ends[1], end))
        )
        yield Piece(sentence, before, after if re.search(r"\w", after) else "")


def _words(passage: Passage, start: int, end: int) -> str:
    return " ".join(passage.slice(start, end).split())


def _sentence_around(quote: Quote) -> tuple[int, int]:
    """Offsets into the document of the sentence that a quote lies in, or begins in."""
    passage, start, end = quote
    for first, last in sentence_spans(passage.text):
        if first <= start - passage.start < last:
            return passage.start + first, passage.start + max(last, end - passage.start)
    return start, end


def _starts_sentence(quote: Quote) -> bool:
    passage, start, _ = quote
    lead = passage.text[_sentence_around(quote)[0] - passage.start : start - passage.start]
    return not re.search(r"\w", lead)


def _ends_sentence(quote: Quote) -> bool:
    passage, _, end = quote
    inside = (passage, end - 1, end)
    rest = passage.slice(end, _sentence_around(inside)[1])
    return not re.search(r"\w", rest)


def _with_signs(quote: Quote) -> Quote:
    """The quote with the punctuation of its sentence around it."""
    passage, start, end = quote
    found = re.compile(r"[^\w\s]*").match(passage.text, end - passage.start)
    return passage, start, passage.start + (found.end() if found else end - passage.start)


def _shortened(text: str) -> str:
    words = text.strip(" ,;:–—-").split()
    return " ".join(words[:_SHOWN]).rstrip(" .") + (" …" if len(words) > _SHOWN else "")

"""Finds statements that copy the source word for word: whole sentences, and parts of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from askdocs.answering.verification.quotations import Quote, Source, parts_of
from askdocs.text.english import ARTICLES, AUXILIARIES, NEGATION, any_of
from askdocs.text.sentences import sentence_spans
from askdocs.types import Passage

_MIN_WORDS = 4  # of a part; fewer words may occur anywhere by chance
_MAX_SHOWN_WORDS = 12  # words of what was left out
# Words that reverse or limit the meaning of what precedes or follows them.
_LIMITING = re.compile(
    rf"{NEGATION}|\b(?:but|unless|only|except|however|although|though|if|until|whether|provided"
    r"|according to|said|says?|claim(?:s|ed)?|argue[sd]?|allege[sd]?|alleg\w+"
    r"|believe[sd]?|suggest(?:s|ed)?|den(?:y|ies|ied)|deny|report(?:s|ed)?|suppose[sd]?|may|might"
    r"|could|would|should|rumou?r\w*|false|falsely|untrue|doubt\w*|hop(?:e|es|ed)|fear(?:s|ed)?"
    r"|told|thought|thinks?|heard|supposedly|subject to|as long as|than|instead|rather"
    r"|want(?:s|ed)?|plan(?:s|ned)?|expect(?:s|ed)?|propos\w+|intend\w*)\b",
    re.IGNORECASE,
)
# The beginning of a further clause or an aside. Without it, the words before mean the same.
_FURTHER = re.compile(
    r"\s*(?:[,;:(–—]|(?:and|or|which|who|where|while|whereas|including|such as)\b)", re.IGNORECASE
)
# The end of a text without which the clause after it means the same: "In 1903, …", "… and …".
_SEPARATE = re.compile(
    r"(?:[,;]|\b(?:and|or|so|because|since|while|when|where|as|who|which))\W*$", re.IGNORECASE
)


_PLAIN_START = re.compile(rf"^\W*(?:{any_of(ARTICLES)})?\W*$", re.IGNORECASE)  # as if it began
_FINITE = re.compile(rf"\b{any_of(AUXILIARIES)}\b", re.IGNORECASE)  # the verb of a clause
_MAX_PLACES = 20  # of a quotation; further ones are not examined


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement that is a part of a sentence of the source.

    Attributes:
        sentence: The whole sentence, one quote for each passage. It may be more than one sentence.
        before: The words of the sentence before the part.
        after: The words of the sentence after it.
    """

    sentence: tuple[Quote, ...]
    before: str
    after: str

    @property
    def rest(self) -> str:
        """How the sentence continues, shortened; "" if the part means the same without it."""
        is_further = _FURTHER.match(self.after) and not _LIMITING.search(self.after)
        return "" if is_further else _shortened(self.after)

    @property
    def limit(self) -> str:
        """Why the part alone does not mean what the source says; "" if it does."""
        if self.rest:
            return _continuation(self.rest)
        is_framed = bool(_PLAIN_START.sub("", self.before)) and not _SEPARATE.search(self.before)
        if is_framed or _LIMITING.search(self.before):
            return f"the source begins: “{_shortened(self.before)}”"
        return ""


def whole_sentences(text: str, source: Source) -> tuple[Quote, ...]:
    """Find a text that consists of one or more whole sentences of the source, word for word.

    Returns:
        Its place, one quote for each passage; empty if there is none.
    """
    for first, last in source.places(text):
        quotes = tuple(source.quotes(first, last))
        begins, ends = quotes[0], quotes[-1]
        if _starts_sentence(begins) and _ends_sentence(ends):
            return tuple(_with_punctuation(quote) for quote in quotes)
    return ()


def piece_of_sentence(text: str, source: Source) -> Piece | None:
    """Find the sentence that contains a text of at least four words, word for word."""
    return next(_pieces(text, source), None) if len(text.split()) >= _MIN_WORDS else None


def goes_on(quotation: str, source: Source) -> str:
    """Find how the source continues after a quotation that stops before its sentence ends.

    Args:
        quotation: The text between quotation marks. It occurs in the source.
        source: The source.

    Returns:
        The next words, shortened. "" if the quotation ends with "…", if its last part has fewer
        than four words, or if at one of its places the sentence ends or only a further clause
        follows.
    """
    last = parts_of(quotation)[-1]
    if len(last.split()) < _MIN_WORDS:
        return ""
    rests = [piece.rest for piece in islice(_pieces(last, source), _MAX_PLACES)]
    return rests[0] if rests and all(rests) else ""


def limited_by(quotation: str, rest: str) -> str:
    """Why a quotation is not all that the source says; "" if it is only shortened.

    A quotation without a verb, such as a term, is limited only if the rest contains words such as
    "not" or "unless".

    Args:
        quotation: The text between quotation marks.
        rest: The result of `goes_on`.
    """
    is_clause = _FINITE.search(quotation)
    return _continuation(rest) if rest and (is_clause or _LIMITING.search(rest)) else ""


def _continuation(rest: str) -> str:
    return f"the source goes on: “{rest}”"


def _pieces(text: str, source: Source) -> Iterator[Piece]:
    """Yield the sentence around a text, for each place where the text occurs."""
    for first, last in source.places(text):
        begins, *_ = quotes = tuple(source.quotes(first, last))
        ends = quotes[-1]
        start = _sentence_around(begins)[0]
        end = _sentence_around((ends[0], ends[2] - 1, ends[2]))[1]  # of its last sentence
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
    """The offsets in the document of the sentence in which a quote begins."""
    passage, start, end = quote
    for first, last in sentence_spans(passage.text):
        if first <= start - passage.start < last:
            return passage.start + first, passage.start + max(last, end - passage.start)
    return start, end


def _starts_sentence(quote: Quote) -> bool:
    """Whether no word precedes a quote in its sentence."""
    passage, start, _ = quote
    lead = passage.text[_sentence_around(quote)[0] - passage.start : start - passage.start]
    return not re.search(r"\w", lead)


def _ends_sentence(quote: Quote) -> bool:
    """Whether no word follows a quote in its sentence."""
    passage, _, end = quote
    inside = (passage, end - 1, end)
    rest = passage.slice(end, _sentence_around(inside)[1])
    return not re.search(r"\w", rest)


def _with_punctuation(quote: Quote) -> Quote:
    """Extend a quote by the punctuation that follows it."""
    passage, start, end = quote
    found = re.compile(r"[^\w\s]*").match(passage.text, end - passage.start)
    return passage, start, passage.start + (found.end() if found else end - passage.start)


def _shortened(text: str) -> str:
    words = text.strip(" ,;:–—-").split()
    return " ".join(words[:_MAX_SHOWN_WORDS]).rstrip(" .") + (
        " …" if len(words) > _MAX_SHOWN_WORDS else ""
    )

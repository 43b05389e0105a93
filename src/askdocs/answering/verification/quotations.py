"""Looks up quotations, the words in quotation marks, in the sources.

Two texts are equal if they consist of the same words, numbers and signs that carry meaning, such as
"%" or a minus. In scripts without spaces, each character is a word. Case, white space, hyphens and
other punctuation do not count, so line breaks and page breaks make no difference. A word that is
left out, added or replaced does.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, pairwise

from askdocs.text.english import NEGATIONS
from askdocs.types import Passage

Quote = tuple[Passage, int, int]  # with offsets into the document
_Part = tuple[tuple[str, ...], int]  # words, and how many letters may be skipped before them

NOWHERE = "these words are not in your documents"
_LONG_QUOTATION = 5  # words; fewer may be a term, or words that the author does not mean
# Characters of scripts without spaces, and how many of them a word has.
_SHORT_WORD, _LONG_WORD = 2, 4
_SHORT_WORDS = r"\u3040-\u309f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese, Hiragana
_LONG_WORDS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u30a0-\u30ff"  # Thai and others, Katakana
_UNNEEDED_SPACE = re.compile(
    f"(?<=[{_SHORT_WORDS}{_LONG_WORDS}]) (?=[{_SHORT_WORDS}{_LONG_WORDS}])"
)
_IN_SHORT_WORDS, _IN_LONG_WORDS = re.compile(f"[{_SHORT_WORDS}]"), re.compile(f"[{_LONG_WORDS}]")
# Opening quotation mark → the marks that may close it, in the common languages.
_CLOSERS = {
    "“": "”", "„": "“”", "‟": "”", "”": "”", "«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」",
    "『": "』", "〝": "〞〟", '"': '"', "‘": "’", "‚": "‘’", "'": "'",
}  # fmt: skip
_SINGLE = "‘‚'"
_NOT_AFTER_OPENING = frozenset(",;:!?)]}")
_ANY_CLOSER = frozenset("”»«「」』〞〟")
_BEFORE_OPENING = frozenset(" \t\n\xa0([{—–-/:,")
_SIGNS = re.compile("[" + re.escape("".join({*_CLOSERS, *"".join(_CLOSERS.values())})) + "]")
# What carries meaning: words, characters of scripts without spaces, currency and percent signs,
# separators between digits, comparison signs before a number, ranges and minus signs.
_TOKEN = re.compile(
    rf"[^\W_{_SHORT_WORDS}{_LONG_WORDS}]+|[^\W_]"
    r"|[%‰€$£¥°§]|(?<=\d)(?:[.,:/]|\s?[-–—−]\s?)(?=\d)"
    r"|(?:[<>]=?|[≤≥≠±=])(?=\s*[-−.]?\d)|(?<![^\s(])[-−](?=\.?\d)"
)
_SAME_SIGNS = str.maketrans({"≤": "<=", "≥": ">=", "–": "-", "—": "-", "−": "-"})
_ELLIPSIS = re.compile(r"\[\s*(?:…|\.\s?\.\s?\.)\s*\]|\(\s*(?:…|\.\s?\.\s?\.)\s*\)|…|\.\s?\.\s?\.")
_SIC = re.compile(r"\s*[\[(]\s*sic!?\s*[\])]", re.IGNORECASE)
_LETTERS = re.compile(r"\[(\w{1,4})\](?=\w)|(?<=\w)\[(\w{1,4})\]")  # "[T]he", "walk[s]"
_INSERTED = re.compile(r"\[[^\[\]]*\]")
_MAX_GAP = 1500  # letters that "…" may leave out
_MAX_CHANGE = 80  # letters that a change in brackets, such as "[he]", may replace
_MAX_PLACES = 200  # where the first part of a quotation occurs; further ones are not tried
_SHORT_GAP = 5  # words; to leave out so few, with a negation among them, reverses the meaning
_NEGATION_WORDS = NEGATIONS | {"unless", "except", "hardly", "barely"}
_NEGATION_DISTANCE = 1  # words before a quotation among which a negation is searched for
_LEAD_WORDS = 8  # the same for the words of the statement before its quotation
_MAX_BREAK = 8  # characters of white space between adjacent passages
_MARGIN = 3  # words around the most similar place that are compared, too
_MIN_COMMON_SHARE = 0.5  # the share of a quotation's words that a version of it contains
_MIN_COMMON_WORDS = 2  # words; a single common word is chance


@dataclass(frozen=True, slots=True)
class Piece:
    """The text between quotation marks: `text == statement[start:end]`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where a quotation is in the sources, or how the sources differ.

    Attributes:
        quotes: Its places; empty if it was not found.
        difference: How it differs from the most similar place, as a phrase; "" if it was found.
        goes_on: How the source continues if the quotation stops before its sentence ends.
    """

    quotes: tuple[Quote, ...] = ()
    difference: str = ""
    goes_on: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether the quotation was found."""
        return not self.difference


def quoted_pieces(text: str) -> list[Piece]:
    """Find the outermost quotations of a text, in order. Inner ones are part of their text.

    A sentence may be cut from a longer quotation. So an opening mark that is never closed quotes up
    to the end of the text. A closing mark that was never opened quotes from its beginning.
    """
    signs = list(_SIGNS.finditer(text))
    closers = [found.start() for found in signs if _may_close(text, found.start())]
    pieces: list[Piece] = []
    place = 0  # where the search continues
    for found in signs:
        at = found.start()
        if at < place:
            continue
        if _may_open(text, at):
            end = _closing(text, at, closers)
            if end is None and text[at] in _SINGLE:
                continue  # an apostrophe
            stop = len(text) if end is None else end
            pieces.append(Piece(text[at + 1 : stop], at + 1, stop))
            place = stop + 1
        elif not pieces and _closes_unopened(text, at):
            pieces.append(Piece(text[:at], 0, at))
            place = at + 1
    return [piece for piece in pieces if _TOKEN.search(piece.text)]


def is_missing(quotation: str, difference: str) -> bool:
    """Whether somebody's words are quoted, rather than a term, and no document has them.

    Args:
        quotation: The text between quotation marks.
        difference: How it differs from the documents, from its `Lookup`.
    """
    return difference == NOWHERE and _word_count(quotation) >= _LONG_QUOTATION


def _word_count(text: str) -> float:
    """The number of words. In scripts without spaces it is estimated by the characters."""
    short, long = len(_IN_SHORT_WORDS.findall(text)), len(_IN_LONG_WORDS.findall(text))
    spaced = _IN_LONG_WORDS.sub(" ", _IN_SHORT_WORDS.sub(" ", text))
    words = sum(any(map(str.isalnum, word)) for word in spaced.split())
    return words + short / _SHORT_WORD + long / _LONG_WORD


def parts_of(quotation: str) -> list[str]:
    """Split a quotation at the marks for words left out, such as "…"."""
    return _ELLIPSIS.split(quotation)


def _may_open(text: str, at: int) -> bool:
    """Whether a mark can open a quotation."""
    sign = text[at]
    if sign not in _CLOSERS:
        return False
    if sign in "“„‟«「『〝‹":
        return True
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before and before not in _BEFORE_OPENING:
        return False
    if after in _NOT_AFTER_OPENING:
        return sign in "\"'" and not before.strip() and text.count(sign, 0, at) % 2 == 0
    return bool(after.strip())


def _may_close(text: str, at: int) -> bool:
    """Whether a mark can close a quotation. An apostrophe inside a word cannot."""
    if text[at] in "'’‘":
        after = text[at + 1 : at + 2]
        return bool(text[at - 1 : at].strip()) and not after.isalnum()
    return True


def _closing(text: str, at: int, closers: Sequence[int]) -> int | None:
    """The offset at which the quotation that opens at `at` is closed; None if it is not."""
    sign, ends = text[at], _CLOSERS[text[at]]
    depth = 1
    for place in closers[bisect_left(closers, at + 1) :]:
        if text[place] in ends and not (sign == '"' and _may_open(text, place)):
            depth -= 1
            if not depth:
                return place
        elif text[place] == sign and sign not in ends:
            depth += 1
    return None


def _closes_unopened(text: str, at: int) -> bool:
    """Whether a mark closes a quotation that was opened before the text."""
    before = text[at - 1 : at]
    if text[at] == '"':
        return bool(before.strip()) and not before.isdigit()  # 5" is five inches
    return text[at] in _ANY_CLOSER and bool(before.strip())


def _folded(token: str) -> str:
    """A token without differences in case, width, and kind of dash."""
    plain = unicodedata.normalize("NFKC", token).casefold().translate(_SAME_SIGNS)
    return plain if plain.isalnum() else "".join(plain.split())


class Source:
    """The tokens of passages. Adjacent passages of a document are joined."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._tokens: list[tuple[Passage, int, int]] = []  # with offsets into the passage
        self._words: list[str] = []  # their folded text
        self._starts: list[int] = []  # their offsets in the stream, which is all words joined
        stream: list[str] = []
        length = 0
        before: Passage | None = None
        for passage in sorted(dict.fromkeys(passages), key=lambda each: (each.source, each.start)):
            if before is not None and not _are_neighbours(before, passage):
                stream.append("\n")
                length += 1
            for found in _TOKEN.finditer(passage.text):
                word = _folded(found.group())
                self._tokens.append((passage, found.start(), found.end()))
                self._words.append(word)
                self._starts.append(length)
                stream.append(word)
                length += len(word)
            before = passage
        self._stream = "".join(stream)

    def look_up(self, quotation: str, lead: str = "") -> Lookup:
        """Find a quotation, or name the difference to the most similar place.

        "…" stands for words left out. Words in brackets are changes of the author. The parts around
        both have to occur in order in one document. If the source has a negation right before the
        quotation, `lead` must have one too.

        Args:
            quotation: The text between quotation marks.
            lead: The text of the statement before it.

        Returns:
            The places of its parts, or the difference.
        """
        parts = _parts(quotation)
        if not parts:
            return Lookup()
        found = self._match(parts)
        if found is None:
            return Lookup(difference=self._difference([word for part in parts for word in part[0]]))
        negation = self._left_out_negation(found) or self._negated_before(found[0][0], lead)
        if negation:
            return Lookup(difference=f"it leaves out “{negation}”")
        return Lookup(tuple(quote for first, last in found for quote in self.quotes(first, last)))

    def places(self, words: str) -> Iterator[tuple[int, int]]:
        """Yield (first token, last token) of each place where the words occur in a row."""
        return self._places("".join(map(_folded, _TOKEN.findall(words))))

    def quotes(self, first: int, last: int) -> Iterator[Quote]:
        """Yield the text from token `first` to token `last`, one quote for each passage."""
        begin = first
        for token in range(first, last + 1):
            passage = self._tokens[token][0]
            if token == last or self._tokens[token + 1][0] is not passage:
                start, end = self._tokens[begin][1], self._tokens[token][2]
                yield passage, passage.start + start, passage.start + end
                begin = token + 1

    def _places(
        self, wanted: str, begin: int = 0, end: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """Yield (first token, last token) of each place where whole tokens, joined, are `wanted`.

        Args:
            wanted: Folded words, joined without spaces.
            begin: Where the search begins in the stream.
            end: Where it ends; None: at the end of the stream.
        """
        limit = len(self._stream) if end is None else end
        at = self._stream.find(wanted, begin, limit) if wanted else -1
        while at >= 0:
            first = bisect_left(self._starts, at)
            after = bisect_left(self._starts, at + len(wanted))
            whole = first < len(self._starts) and self._starts[first] == at
            if whole and self._ends(after - 1) == at + len(wanted):
                yield first, after - 1
            at = self._stream.find(wanted, at + 1, limit)

    def _ends(self, token: int) -> int:
        """The offset in the stream at which a token ends."""
        return self._starts[token] + len(self._words[token])

    def _match(self, parts: Sequence[_Part]) -> list[tuple[int, int]] | None:
        """Find all parts in order, each within its allowed distance from the one before.

        Of several places, the one that leaves out the fewest words counts.
        """
        places = islice(self._places("".join(parts[0][0])), _MAX_PLACES)
        found = filter(None, (self._continued(place, parts[1:]) for place in places))
        if len(parts) == 1:
            return next(found, None)
        return min(found, key=lambda spans: spans[-1][1] - spans[0][0], default=None)

    def _continued(
        self, place: tuple[int, int], parts: Sequence[_Part]
    ) -> list[tuple[int, int]] | None:
        """Find the further parts of a quotation after the place of its first part."""
        found = [place]
        for words, gap in parts:
            wanted = "".join(words)
            begin = self._ends(found[-1][1])
            following = next(self._places(wanted, begin, begin + gap + len(wanted)), None)
            if following is None or not self._in_one_document(found[-1][1], following[0]):
                return None
            found.append(following)
        return found

    def _in_one_document(self, token: int, other: int) -> bool:
        return self._tokens[token][0].source == self._tokens[other][0].source

    def _left_out_negation(self, found: Sequence[tuple[int, int]]) -> str:
        """A negation among a few words left out between two parts; "" if there is none."""
        for (_, last), (first, _) in pairwise(found):
            between = self._words[last + 1 : first]
            if len(between) <= _SHORT_GAP:
                negation = next((word for word in between if word in _NEGATION_WORDS), "")
                if negation:
                    return negation
        return ""

    def _negated_before(self, first: int, lead: str) -> str:
        """A negation right before token `first`, if `lead` contains none; otherwise ""."""
        before = self._words[max(0, first - _NEGATION_DISTANCE) : first]
        negation = next((word for word in before if word in _NEGATION_WORDS), "")
        known = {_folded(word) for word in _TOKEN.findall(lead)[-_LEAD_WORDS:]}
        is_negated = known & _NEGATION_WORDS or re.search(r"n['’]t\b", lead)
        return "" if is_negated else negation

    def _difference(self, quoted: Sequence[str]) -> str:
        """The difference between a quotation and the most similar place of the source."""
        place = self._nearest(quoted)
        if place is None:
            return NOWHERE
        low, high = max(0, place - _MARGIN), place + len(quoted) + _MARGIN
        theirs = self._words[low:high]
        matcher = SequenceMatcher(None, theirs, quoted, autojunk=False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        if sum(block.size for block in blocks) < max(
            _MIN_COMMON_WORDS, _MIN_COMMON_SHARE * len(quoted)
        ):
            return NOWHERE
        inside = (blocks[0].a, blocks[-1].a + blocks[-1].size)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal" or (c == d and not inside[0] <= a < inside[1]):
                continue
            here, there = _joined(quoted[c:d]), self._written(low + a, low + b)
            if kind == "delete":
                return f"it leaves out “{there}”"
            if kind == "insert" or not inside[0] <= a < inside[1]:
                return f"it puts in “{here}”"
            return f"it says “{here}” where the source says “{there}”"
        return NOWHERE

    def _written(self, first: int, after: int) -> str:
        """The tokens from `first` up to, not including, `after`, as they are written."""
        tokens = self._tokens[first:after]
        return _joined([passage.text[start:end] for passage, start, end in tokens])

    def _nearest(self, quoted: Sequence[str]) -> int | None:
        """The token at which the quotation begins if most of its words match; None if no word does.

        Each word that both contain votes for the place where the quotation would begin. It also
        votes, with less weight, for the two places next to it. Frequent words have less weight.
        """
        wanted: dict[str, list[int]] = {}
        for place, word in enumerate(quoted):
            wanted.setdefault(word, []).append(place)
        votes: Counter[int] = Counter()
        common = Counter(word for word in self._words if word in wanted)
        for place, word in enumerate(self._words):
            for own in wanted.get(word, ()):
                for shift in (-1, 0, 1):
                    weight = (1000 if shift else 1500) // common[word]
                    votes[place - own + shift] += weight
        return max(votes, key=lambda each: (votes[each], -each)) if votes else None


def _joined(tokens: Sequence[str]) -> str:
    """Tokens with spaces between them, except in scripts without spaces."""
    return _UNNEEDED_SPACE.sub("", " ".join(tokens))


def _are_neighbours(before: Passage, passage: Passage) -> bool:
    """Whether a passage follows another one directly in its document."""
    return before.source == passage.source and 0 <= passage.start - before.end <= _MAX_BREAK


def _parts(quotation: str) -> list[_Part]:
    """Split a quotation at words that are marked as left out or changed."""
    plain = _SIC.sub("", quotation)
    plain = _LETTERS.sub(lambda found: found[1] or found[2], plain)
    parts: list[_Part] = []
    gap = 0
    for number, part in enumerate(_ELLIPSIS.split(plain)):
        gap = _MAX_GAP if number else 0
        for place, piece in enumerate(_INSERTED.split(part)):
            gap = max(gap, _MAX_CHANGE if place else 0)
            words = tuple(_folded(each) for each in _TOKEN.findall(piece))
            if words:
                parts.append((words, gap))
                gap = 0
    return parts

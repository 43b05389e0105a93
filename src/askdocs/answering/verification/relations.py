"""Finds statements that exchange the two sides of a relation: who beat whom, what came first.

A relation has two sides and a direction. "A beat B", "B lost to A" and "B was beaten by A" mean the
same; "B beat A" is the opposite. `exchanged_sides` compares the relations of a statement with those
of the same kind in the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askdocs.text.english import BE, NEGATION, any_of
from askdocs.text.overlap import is_among
from askdocs.text.sentences import sentence_spans
from askdocs.text.stop_words import STOP_WORDS

_BE = any_of(BE)
# For each kind: phrases between the first and the second side, phrases for the opposite direction,
# and participles for the opposite direction ("was beaten by").
_KINDS = {
    "win": (
        r"beats?|beaten(?! by)|defeat(?:s|ed)(?! by)|overcame|outran|outplayed|overtook"
        r"|eliminated(?! by)|knocked out(?! by)|prevail(?:s|ed) over|won (?:against|over)"
        r"|(?:finish\w*|came|come|was|were|placed) (?:in )?ahead of",
        r"lost (?:\w+ ){0,3}to|fell to|gave in to|(?:finish\w*|came|come|was|were) (?:in )?behind",
        r"beaten|defeated|eliminated|knocked out|overtaken|overcome",
    ),
    "order": (
        r"before|ahead of|earlier than|prior to|preced(?:es|ed)(?! by)|gave way to",
        r"after|later than|succeed(?:s|ed)(?! by)|replac(?:es|ed)(?! by)|took over from"
        r"|took the place of|follow(?:s|ed)(?! by)|reliev(?:es|ed)(?! by)",
        "",
    ),
    "order, passive": (r"(?:replaced|succeeded|followed|relieved) by", r"preceded by", ""),
    "sale": (
        r"sold (?:\w+ ){0,4}to|sells? (?:\w+ ){0,4}to",
        r"bought (?:\w+ ){0,4}from|purchased (?:\w+ ){0,4}from",
        "",
    ),
    "owner": (r"acquir(?:es|ed)(?! by)|bought(?! by)|absorbed(?! by)|purchased(?! by)", "",
              r"acquired|bought|absorbed|purchased|taken over"),
    "debt": (r"owe[sd]?|in debt to|borrow\w* (?:\w+ ){0,4}from", r"lent|lends?|loaned", ""),
    "suit": (r"su(?:es|ed)(?! by)|accus(?:es|ed)(?! by)", "", r"sued|accused|taken to court"),
    "lesson": (r"taught|teach(?:es)?|trained(?! by| at)|mentored(?! by)", r"studied (?:under|with)",
               r"taught|trained|mentored"),
    "post": (r"fir(?:es|ed)(?! by)|dismiss(?:es|ed)(?! by)|hir(?:es|ed)(?! by)"
             r"|appoint(?:s|ed)(?! by)|oppos(?:es|ed)(?! by)|correct(?:s|ed)(?! by)"
             r"|copi(?:es|ed)(?! by)", "",
             r"fired|dismissed|hired|appointed|opposed|corrected|copied"),
}  # fmt: skip
# Pairs of opposite comparatives.
_COMPARATIVES = [
    tuple(frozenset(side.split(",")) for side in pair.split("/"))
    for pair in (
        "faster,quicker,swifter,sooner/slower more/less,fewer older/younger,newer higher/lower"
        " larger,bigger,greater/smaller longer/shorter dearer,costlier/cheaper stronger/weaker"
        " deeper/shallower richer/poorer heavier/lighter wider,broader/narrower"
        " warmer,hotter/colder,cooler better/worse thicker/thinner brighter/darker safer/riskier"
    ).split()
]
_THAN = re.compile(
    rf"\b({'|'.join(word for pair in _COMPARATIVES for side in pair for word in sorted(side))})\b"
    r"(?: [^\s,.;]+){0,3}? than\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;,:.]|\b(?:and|but|while|whereas|although|though|because|since|when)\b")
_DENIED = re.compile(NEGATION, re.IGNORECASE)
_WORD = re.compile(r"[^\W_]{2,}(?:['’]s)?")
_SIDE_WORDS = 5  # content words of a side, those next to the phrase


@dataclass(frozen=True, slots=True)
class _Relation:
    """A relation.

    Attributes:
        kind: Only relations of one kind are compared.
        first: The content words of the first side, such as the winner.
        second: Those of the second side.
        written: The phrase between them, as it is written.
    """

    kind: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    written: str


def exchanged_sides(text: str, source: str) -> str:
    """Find a relation of a statement that has the opposite direction in the source.

    Args:
        text: The statement.
        source: The sentences that are its evidence.

    Returns:
        The difference as a phrase; "" if the rule is not sure of one.
    """
    own = list(_relations(text))
    if not own:
        return ""
    theirs = [
        found for start, end in sentence_spans(source) for found in _relations(source[start:end])
    ]
    for each in own:
        same = [other for other in theirs if other.kind == each.kind]
        if any(_agree(each, other) for other in same):
            continue
        against = next((other for other in same if _exchanged(each, other)), None)
        if against is not None:
            return f"“{each.written}” is the other way round: the source has “{against.written}”"
    return ""


def says_the_same(text: str, source: str) -> bool:
    """Whether the source contains a relation of the statement, with the same sides and direction.

    "B came later than A" and "A came before B" do, although their words are opposites.
    """
    own = list(_relations(text))
    if not own:
        return False
    theirs = [
        found for start, end in sentence_spans(source) for found in _relations(source[start:end])
    ]
    return any(
        each.kind == other.kind
        and _have_common_word(each.first, other.first)
        and _have_common_word(each.second, other.second)
        for each in own
        for other in theirs
    )


def _relations(text: str) -> Iterator[_Relation]:
    """Yield the relations of a text."""
    for kind, (forward, backward, passive) in _PATTERNS.items():
        name = kind.partition(",")[0]
        for pattern, is_reversed in ((forward, False), (backward, True), (passive, True)):
            for found in pattern.finditer(text) if pattern else ():
                yield from _between(text, found, name, is_reversed=is_reversed)
    for found in _THAN.finditer(text):
        word = found[1].lower()
        for number, (more, less) in enumerate(_COMPARATIVES):
            if word in more or word in less:
                yield from _between(text, found, f"measure {number}", is_reversed=word in less)


def _between(
    text: str, found: re.Match[str], kind: str, *, is_reversed: bool
) -> Iterator[_Relation]:
    """Yield the relation at a match if its clause has words on both sides and no negation."""
    before = _CLAUSE.split(text[: found.start()])[-1]
    after = _CLAUSE.split(text[found.end() :])[0]
    if _DENIED.search(before) or _DENIED.search(found.group()):
        return
    first, second = _content_words(before)[-_SIDE_WORDS:], _content_words(after)[:_SIDE_WORDS]
    if first and second:
        sides = (second, first) if is_reversed else (first, second)
        yield _Relation(kind, tuple(sides[0]), tuple(sides[1]), found.group())


def _content_words(text: str) -> list[str]:
    """The words in lower case, without possessive endings and stop words."""
    words = (found.group().lower() for found in _WORD.finditer(text))
    bare = (word.removesuffix("'s").removesuffix("’s") for word in words)
    return [word for word in bare if word not in STOP_WORDS]


def _agree(one: _Relation, other: _Relation) -> bool:
    """Whether two relations have the first side or the second side in common."""
    return _have_common_word(one.first, other.first) or _have_common_word(one.second, other.second)


def _exchanged(one: _Relation, other: _Relation) -> bool:
    """Whether the first side of each relation has a word in common with the second of the other."""
    return _have_common_word(one.first, other.second) and _have_common_word(one.second, other.first)


def _have_common_word(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two sides have a word in common."""
    return any(is_among(word, others) for word in words)


def _pattern(words: str, *, passive: bool = False) -> re.Pattern[str] | None:
    """Compile phrases, as participles between "be" and "by" if `passive`; None for ""."""
    if not words:
        return None
    form = (
        rf"\b{_BE} (?:\w+ ){{0,2}}?(?:{words}) (?:\w+ ){{0,2}}?by\b"
        if passive
        else rf"\b(?:{words})\b"
    )
    return re.compile(form, re.IGNORECASE)


_PATTERNS = {
    kind: (_pattern(forward), _pattern(backward), _pattern(passive, passive=True))
    for kind, (forward, backward, passive) in _KINDS.items()
}

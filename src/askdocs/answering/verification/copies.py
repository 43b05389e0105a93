"""Finds statements that copy a sentence of the source but change a word that matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from askdocs.answering.verification import facts
from askdocs.answering.verification.rules import EXCHANGES, UNIT_OF
from askdocs.text.english import NEGATIONS
from askdocs.text.numbers import numbers_in
from askdocs.text.sentences import sentence_spans
from askdocs.text.stop_words import STOP_WORDS

_TOKEN = re.compile(r"\d[\d,.]*\d|\d|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$€£¥°]")
_MIN_COPIED_SHARE = 0.75  # share of the statement's words in one sentence, in the same order
_MIN_WORDS = 5  # of a statement
_MAX_CHANGE = 4  # words on either side
_LONG_FACTOR = 2  # a sentence with more than this times the statement's words says more than it


def altered_copy(text: str, source: str) -> str:
    """Name a word in which a statement differs from the sentence that it copies.

    Only the sentences with the most content words of the statement are compared. A longer sentence
    may contain its function words in the same order by chance.

    Returns:
        The difference as a phrase: “May” differs: the source has “June”. "" if there is none.
    """
    here = _TOKEN.findall(text)
    if len(here) < _MIN_WORDS:
        return ""
    plain = [word.lower() for word in here]
    wanted = set(plain) - STOP_WORDS
    sentences = [_TOKEN.findall(source[start:end]) for start, end in sentence_spans(source)]
    counts = [len(wanted & {word.lower() for word in there}) for there in sentences]
    for there, count in zip(sentences, counts, strict=True):
        if count < max(counts):
            continue
        theirs = [word.lower() for word in there]
        matcher = SequenceMatcher(None, theirs, plain, autojunk=False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        if sum(block.size for block in blocks) < _MIN_COPIED_SHARE * len(here):
            continue
        is_long = len(there) > _LONG_FACTOR * len(here)
        known = frozenset(theirs if is_long else ())
        low, high = blocks[0].a, blocks[-1].a + blocks[-1].size
        changes = [
            _difference(there[a:b], _without(here[c:d], known), opens=c == 0)
            for kind, a, b, c, d in matcher.get_opcodes()
            if kind != "equal" and (kind != "delete" or low <= a < b <= high)
        ]
        found = next(filter(None, changes), "")
        if found:
            return found
    return ""


def _without(words: Sequence[str], known: frozenset[str]) -> list[str]:
    return [word for word in words if word.lower() not in known]


def _difference(theirs: Sequence[str], ours: Sequence[str], *, opens: bool) -> str:
    """The difference that one edit makes: a negation, number, unit, name or opposite; "" if none.

    Args:
        theirs: The words of the source that were replaced.
        ours: The words of the statement in their place.
        opens: Whether these open the statement, where a capital does not mark a name.
    """
    if max(len(theirs), len(ours)) > _MAX_CHANGE:
        return ""
    if _denials(theirs) != _denials(ours):
        return "one denies what the other says"
    if not theirs or not ours:
        return ""
    for word in ours:
        for other in theirs:
            if _is_other(word, other, opens=opens):
                return f"“{word}” differs: the source has “{other}”"
    return ""


def _denials(words: Sequence[str]) -> int:
    return sum(word.lower() in NEGATIONS or word.lower().endswith(("n't", "n’t")) for word in words)


def _is_other(word: str, other: str, *, opens: bool) -> bool:
    """Whether two words are different numbers, units or names, or opposites."""
    if word.lower() == other.lower():
        return False
    one, two = numbers_in(word), numbers_in(other)
    if one and two:
        return one[0].value != two[0].value
    units = UNIT_OF.get(word.lower()), UNIT_OF.get(other.lower())
    if None not in units:
        return units[0] != units[1]
    if word[0].isupper() and other[0].isupper() and word.lower() not in STOP_WORDS:
        return not opens and not facts.is_named(word, [other])
    return any(
        (word.lower() in first and other.lower() in second)
        or (word.lower() in second and other.lower() in first)
        for first, second in EXCHANGES
    )

"""A statement and the passages it may stand on to a verdict, with the words that bear it.

First rules that are cheap and sure: a number, date, name, "not" or speaker that differs. Only what
passes them is judged by how much of it the source says, in the same words or the same meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from askdocs.answering.verification import facts
from askdocs.answering.verification.swaps import exchanged
from askdocs.documents.sentences import sentence_spans
from askdocs.index.keywords.terms import content_words, is_akin
from askdocs.models.embedders import Embedder
from askdocs.types import Passage, Verdict

NOWHERE = "no passage says so"
NOT_ALL = "the source does not say all of it"
# What is said: 1 for all words in the same words, or the same meaning; benchmarks/verification.py.
_SUPPORTED = 0.72
_PARTLY = 0.5
_WORDS_SHARE = 0.6  # of the score; the rest is the cosine of the embeddings
_LEAST_SHARE = 0.25  # of the words; below it the meaning is not looked at
_CLAUSE_SAID = 0.34  # of the words of each part of a statement
_CLAUSE_WORDS = 4  # of a part that is looked at alone
_MOST_SENTENCES = 3  # that a statement may stand on together
_FURTHER_WORDS = 2  # plain words that a second sentence must add to be taken in
_BRACKETS = re.compile(r"\s?\([^()]*\)")
_RANKS: tuple[Verdict, ...] = ("unsupported", "partly", "supported", "quoted")


Quote = tuple[Passage, int, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether `quotes`, (passage, start, end) with offsets into its document, bear a statement.

    `reason` says in words why the verdict is not better. Without a verdict of support, the quotes
    are the nearest words, for a person to compare. `said` is how much of it they say, 0 to 1.
    """

    verdict: Verdict
    reason: str = ""
    quotes: tuple[Quote, ...] = ()
    said: float = 0.0


_UNFOUNDED = Judgement("unsupported", NOWHERE)


class Verifier:
    """Judges statements against passages."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def judge(self, text: str, cited: Sequence[Passage], others: Sequence[Passage]) -> Judgement:
        """The verdict on a statement that cites some passages, with `others` that it might have.

        What the cited passages do not bear, alone or together, may be borne by another, or by all
        together, which are then what is cited. Where they have nothing of it, the nearest words of
        the others are shown.
        """
        alone = [self._against(text, [passage]) for passage in cited]
        good = [each for each in alone if is_support(each)]
        if good:
            best = max(good, key=_rank)
            return replace(best, quotes=tuple(quote for each in good for quote in each.quotes))
        together = [self._against(text, cited)] if len(cited) > 1 else []
        elsewhere = [self._against(text, [passage]) for passage in others]
        anywhere = [self._against(text, [*cited, *others])] if others else []
        for judgement in (*together, max(elsewhere, key=_rank, default=None), *anywhere):
            if judgement is not None and is_support(judgement):
                return judgement
        near = max([*alone, *together], key=_rank, default=_UNFOUNDED)
        if near.reason != NOWHERE:
            return near
        return max([near, *elsewhere, *anywhere], key=_rank)

    def _against(self, text: str, passages: Sequence[Passage]) -> Judgement:
        for passage in passages:
            place = find_words(text, passage.text)
            if place is not None:
                return Judgement("quoted", "", (_quote(passage, *place),), 1.0)
        wanted = content_words(text)
        quotes = _bearing(wanted, passages)
        if not wanted or not quotes:
            return _UNFOUNDED
        source = " ".join(_words(quote) for quote in quotes)
        share = _share(wanted, source)
        if share < _LEAST_SHARE:
            return Judgement("unsupported", NOWHERE, quotes, share)
        said = _WORDS_SHARE * share + (1 - _WORDS_SHARE) * self._likeness(text, source)
        if said < _PARTLY:
            return Judgement("unsupported", NOWHERE, quotes, said)
        difference = _difference(text, source, passages)
        if difference:
            return Judgement("unsupported", difference, quotes, said)
        if said < _SUPPORTED or not _each_part_said(text, source):
            return Judgement("partly", NOT_ALL, quotes, said)
        return Judgement("supported", "", quotes, said)

    def _likeness(self, text: str, source: str) -> float:
        one, other = self._embedder.embed([text, source])
        return max(0.0, float(one @ other))


def is_support(judgement: Judgement) -> bool:
    """Whether the verdict is that the quotes bear the statement."""
    return judgement.verdict in ("quoted", "supported")


def find_words(text: str, within: str) -> tuple[int, int] | None:
    """Where the words of `text` open a sentence of `within`, whatever the white space between.

    A piece from the middle is no quote in this sense: what comes before may turn its meaning.
    """
    words = text.strip(" \"'“”‘’«».").split()
    if not words:
        return None
    row = re.compile(r"\s+".join(map(re.escape, words)) + r"(?!\w)[.!?]?")
    for start, _ in sentence_spans(within):
        found = row.match(within, start)
        if found:
            return found.span()
    return None


def _bearing(wanted: Sequence[str], passages: Sequence[Passage]) -> tuple[Quote, ...]:
    """The sentence that holds most of the words, and those that add further ones, in order.

    A sentence that adds only a number or a name is not taken: that may be the false one.
    """
    places = [
        _quote(passage, start, end)
        for passage in passages
        for start, end in sentence_spans(passage.text)
    ]
    held = [content_words(_words(place)) for place in places]
    plain = [
        [w for w in words if w in set(_words(p).split())]
        for p, words in zip(places, held, strict=True)
    ]
    taken: list[int] = []
    missing = list(wanted)
    while len(taken) < _MOST_SENTENCES:
        looked_at = plain if taken else held
        gains = [sum(_held(word, words) for word in missing) for words in looked_at]
        best = max(range(len(places)), key=lambda i: (gains[i], -i), default=None)
        if best is None or best in taken or (taken and gains[best] < _FURTHER_WORDS):
            break
        taken.append(best)
        missing = [word for word in missing if not _held(word, held[best])]
    return tuple(places[i] for i in sorted(taken))


def _difference(text: str, source: str, passages: Sequence[Passage]) -> str:
    """Which number, date, name, "not" or speaker differs from the source; "" if none does."""
    titles = " ".join(f"{each.title} {each.heading or ''}" for each in passages)
    around = " ".join(each.text for each in passages)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("the number {} differs", lambda: facts.missing_figure(text, source)),
        ("the date {} differs", lambda: facts.missing_date(text, source)),
        ("the name {} differs", lambda: facts.missing_name(text, source, titles, around)),
        ("one denies what the other says", lambda: "not" * facts.contradicts(text, source)),
        ("“{}” says the opposite", lambda: facts.opposite(text, source)),
        ("who did it differs", lambda: "who" * facts.swapped(text, source)),
        (
            "{} stands in the place of another",
            lambda: exchanged(_unbracketed(text), _unbracketed(source)),
        ),
        ("the speaker {} differs", lambda: _other_speaker(text, source)),
    )
    for reason, check in checks:
        found = check()
        if found:
            return reason.format(found)
    return ""


def _other_speaker(text: str, source: str) -> str:
    said, theirs = facts.speakers(_unbracketed(text)), facts.speakers(_unbracketed(source))
    if not said or not theirs or any(_held(one, theirs) for one in said):
        return ""
    return " ".join(said)


def _unbracketed(text: str) -> str:
    return _BRACKETS.sub("", text)


def _each_part_said(text: str, source: str) -> bool:
    """Whether the source has something of each clause of the text."""
    parts = [content_words(part) for part in facts.clauses(text)]
    return all(_share(part, source) >= _CLAUSE_SAID for part in parts if len(part) >= _CLAUSE_WORDS)


def _share(wanted: Sequence[str], text: str) -> float:
    held = content_words(text)
    return sum(_held(word, held) for word in wanted) / max(len(wanted), 1)


def _held(word: str, held: Sequence[str] | set[str]) -> bool:
    return any(is_akin(word, other) for other in held)


def _quote(passage: Passage, start: int, end: int) -> Quote:
    return passage, passage.start + start, passage.start + end


def _words(quote: Quote) -> str:
    passage, start, end = quote
    return passage.text[start - passage.start : end - passage.start]


def _rank(judgement: Judgement) -> tuple[int, float]:
    return _RANKS.index(judgement.verdict), judgement.said

"""Judges what a language model wrote: a statement and the passages it may stand on to a verdict.

What can be looked up is looked up: whole sentences of the source, and words in quote signs. The
rest is judged by a trained model that reads statement and passages together. Rules may only take
support away, where a number, unit, name or small word differs for sure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from askdocs.answering.verification.clauses import clauses_of
from askdocs.answering.verification.counterparts import counterpart
from askdocs.answering.verification.evidence import (
    Nearness,
    Quote,
    Sentence,
    bearing,
    joined,
    selected,
    titled,
)
from askdocs.answering.verification.quotations import (
    NOWHERE as NOT_QUOTED,
)
from askdocs.answering.verification.quotations import (
    Lookup,
    Piece,
    Source,
    quoted_pieces,
)
from askdocs.answering.verification.statements import (
    IN_AN_ORDER,
    caution,
    kind_of,
    says_absence,
)
from askdocs.answering.verification.vetoes import explained, veto
from askdocs.answering.verification.wording import (
    goes_on,
    limited_by,
    piece_of_sentence,
    whole_sentences,
)
from askdocs.models.embedders import Embedder
from askdocs.models.order_detector import OrderDetector
from askdocs.models.verifier import ClaimScore, ClaimScorer
from askdocs.text.language import is_english
from askdocs.types import Passage, Verdict

NOWHERE = "no passage says so"
NOT_ALL = "the source does not say all of it"
DENIED = "the source says otherwise"
NOT_SAID = "no words can show that something is not said"
NOT_STOOD_BY = "asked again, the language model does not find it in the passages"
NOT_THERE = "asked again, the language model does not find this in the passages"
SAYS_OTHER = "the source may say otherwise"
HALF_NOT_SAID = "is not in your documents"
NOT_LEARNT = "the verifier has not learnt this language"
TOO_LONG = "it is too long for one statement"
LONGEST_STATEMENT = 4000  # characters of a statement that is judged
# Of the threshold of the scorer, chosen on the development half (benchmarks/verification.md).
PARTLY_SHARE = 0.5  # from here on partly
FALSE_SHARE = 1.0  # below here, of a sentence in doubt, a clause is named as the false part
# Of the way from the threshold to 1: where what is cited does not support a statement, other
# sentences have to be so much surer. Two readings have two chances to be wrong.
_OTHERS_SURER = 0.25
POINTED_SHARE = 0.5  # from here on supported, if a model pointed at words that stand there
_SURE = 0.9  # from here on it takes more than a bare "no" of a model
_VAGUE = (NOWHERE, NOT_ALL, DENIED, SAYS_OTHER)  # reasons that a part named by a model improves
# What it takes to say that the source says otherwise, chosen on the development halves of labelled
# folders (benchmarks/verification.md). The model alone is blind to many a direction: it holds
# "raises" and "does not raise" for contradicted alike.
_DENIED_FROM = 0.75  # probability of contradiction
_COUNTERPART_FROM = 0.15  # probability of support of the counterpart
_ABOUT_IT = 0.4  # nearness of the nearest sentence; below it the source is about something else
_SAME_MATTER = 0.65  # the same for a rule, which compares words that may belong to another thing
_NOT_STATED = 0.5  # probability from which on the source does not speak about it
_BESIDE = 0.85  # of the nearness of the nearest document, from which on a second one is read
_ORDERS_FROM = 0.2  # nearness from which a sentence may be an order that a statement carries out
_MOST_ORDERS = 3  # nearest sentences in which orders are looked for at once
_FEWEST_POINTED = 3  # words that are pointed at; fewer stand anywhere


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether `quotes`, (passage, start, end) with offsets into its document, bear a statement.

    `reason` says in words why the verdict is not better. Without a verdict of support, the quotes
    are the nearest words, for a person to compare. `said` is the probability of support, 0 to 1.
    `contradicted` says that the source says otherwise, not only nothing. `quotations` are the
    pieces in quote signs with what was found of them.
    """

    verdict: Verdict
    reason: str = ""
    quotes: tuple[Quote, ...] = ()
    said: float = 0.0
    contradicted: bool = False
    quotations: tuple[tuple[Piece, Lookup], ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the model judged a claim by some sentences."""

    sentences: tuple[Sentence, ...]
    score: ClaimScore


class Verifier:
    """Judges statements against passages.

    Args:
        scorer: The trained model.
        embedder: What finds the nearest sentences.
        passages_of: All passages of a document, in which quotations are looked up too.
        orders: What finds statements that carry out an order; None loads that of the package.
    """

    def __init__(
        self,
        scorer: ClaimScorer,
        embedder: Embedder,
        passages_of: Callable[[str], Sequence[Passage]] | None = None,
        orders: OrderDetector | None = None,
    ) -> None:
        self._scorer = scorer
        self._orders = orders or OrderDetector()
        self._nearness = Nearness(embedder)
        self._passages_of = passages_of
        self._sources: dict[tuple[Passage, ...], Source] = {}

    def judge(
        self, text: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = ""
    ) -> Judgement:
        """Judge one statement.

        Args:
            text: The statement, one sentence.
            cited: The passages that it cites.
            others: Further passages that it might have cited.
            question: The question that it answers.

        Returns:
            The verdict, with the words of the source that bear the statement or are nearest.
        """
        if len(text) > LONGEST_STATEMENT:
            return Judgement("unchecked", TOO_LONG)
        if kind_of(text) != "claim":
            return Judgement("no_claim")
        passages = [*cited, *others]
        source = self._source(passages)
        whole = whole_sentences(text, source)
        quotations = self._looked_up(text, source, passages)
        if whole and not caution(text):
            return Judgement("quoted", "", whole, 1.0, quotations=_within(whole, quotations))
        altered = next((found for _, found in quotations if not found.is_exact), None)
        if altered is not None:
            nearest = self._nearest(text, passages)
            is_other = altered.difference != NOT_QUOTED
            reason = f"misquoted: {altered.difference}" if is_other else altered.difference
            return Judgement("unsupported", reason, nearest, 0.0, is_other, quotations)
        if passages and says_absence(text):
            return Judgement("unchecked", NOT_SAID, self._nearest(text, passages))
        read, read_too = _in_english(cited), _in_english(others)
        if not (read if cited else read_too) or not is_english(text):
            judgement = (
                Judgement("unchecked", NOT_LEARNT, self._nearest(text, passages))
                if passages
                else Judgement("unsupported", NOWHERE)
            )
        else:
            judged = self._by_facts(text, read, read_too, question)
            judgement = _limited(text, judged, source, quotations)
        exact = [quote for _, found in quotations for quote in found.quotes]
        quotes = tuple(dict.fromkeys([*judgement.quotes, *exact]))
        return replace(judgement, quotations=quotations, quotes=quotes)

    def judge_verbatim(self, text: str, passages: Sequence[Passage], reason: str) -> Judgement:
        """Judge a text that has to stand in the passages word for word, such as code.

        Args:
            text: The text.
            passages: Where it may stand.
            reason: What is said of a text that does not.
        """
        source = self._source(passages)
        place = next(source.places(text), None)
        if place is None:
            return Judgement("partly", reason, self._nearest(text, passages))
        return Judgement("quoted", "", tuple(source.quotes(*place)), 1.0)

    def reconsidered(
        self,
        text: str,
        judgement: Judgement,
        passages: Sequence[Passage],
        *,
        says: bool | None,
        words: Sequence[str],
        parts: Sequence[str],
        question: str = "",
    ) -> Judgement:
        """Judge a statement again by what a language model says of it.

        Args:
            text: The statement.
            judgement: The first verdict.
            passages: What the statement was written from.
            says: Whether the passages say it, for the model; None where it does not say.
            words: Words of the passages that it points at. What does not stand there is nothing.
            parts: Words of the statement that are wrong or not said, for the model.
            question: The question that the statement answers.

        Returns:
            The first judgement where nothing changes. Otherwise it is "supported" for words that
            bear the statement, or "partly" where the model does not stand by what is supported.
        """
        source = self._source(passages)
        long_enough = [word for word in words if len(word.split()) >= _FEWEST_POINTED]
        places = [next(source.places(piece), None) for piece in long_enough]
        quotes = tuple(quote for place in places if place for quote in source.quotes(*place))
        if says is False:
            part = next((each for each in parts if each.casefold() in text.casefold()), "")
            return _withdrawn(judgement, tuple(dict.fromkeys(quotes)), part)
        if judgement.verdict == "supported" or judgement.contradicted or not quotes:
            return judgement
        return self._pointed_at(text, judgement, passages, quotes, question) or judgement

    def _pointed_at(
        self,
        text: str,
        first: Judgement,
        passages: Sequence[Passage],
        quotes: Sequence[Quote],
        question: str,
    ) -> Judgement | None:
        """The verdict "supported" by words that a model pointed at; None if they do not bear it.

        The sentences of these words alone may lack what "we" or "it" is, so the first reading, of
        more sentences, counts as well.
        """
        if not is_english(text) or caution(text):
            return None
        source = self._source(passages)
        quotations = self._looked_up(text, source, passages)
        if not all(found.is_exact for _, found in quotations):
            return None
        near = self._nearness.sentences(text, _in_english(passages))
        facts = self._without_orders(text, near)
        chosen = [
            sentence
            for sentence in facts
            if any(_overlap(sentence.quote, quote) for quote in quotes)
        ]
        reading = self._read(text, chosen, question)
        if reading is None or _vetoed(text, reading.sentences):
            return None
        said = reading.score.supported
        if len(facts) == len(near):
            said = max(said, first.said)
        if said < POINTED_SHARE * self._scorer.threshold:
            return None
        borne = [sentence.quote for sentence in reading.sentences]
        exact = [quote for _, found in quotations for quote in found.quotes]
        places = tuple(dict.fromkeys([*borne, *exact]))
        judgement = Judgement("supported", "", places, said, quotations=quotations)
        limited = _limited(text, judgement, source, quotations)
        return judgement if limited is judgement else None

    def _by_facts(
        self, text: str, cited: Sequence[Passage], others: Sequence[Passage], question: str
    ) -> Judgement:
        """The judgement, partly where only an order in a document supports the statement."""
        near = self._nearness.sentences(text, [*cited, *others])
        judgement = self._judged(text, near, cited, question)
        if judgement.verdict != "supported" or caution(text):
            return judgement
        facts = self._without_orders(text, near)
        if len(facts) == len(near):
            return judgement
        again = self._judged(text, facts, cited, question)
        if again.verdict == "supported":
            return again
        return replace(judgement, verdict="partly", reason=IN_AN_ORDER)

    def _without_orders(self, text: str, near: Sequence[Sentence]) -> list[Sentence]:
        """The sentences without those with an order that a statement carries out.

        The nearest ones are looked at, until there is none among them.
        """
        facts = list(near)
        while True:
            nearest = sorted(facts, key=lambda sentence: -sentence.near)[:_MOST_ORDERS]
            suspects = [sentence for sentence in nearest if sentence.near >= _ORDERS_FROM]
            found = self._orders.carried_out([sentence.text for sentence in suspects], text)
            orders = {
                sentence.text for sentence, is_one in zip(suspects, found, strict=True) if is_one
            }
            if not orders:
                return facts
            facts = [sentence for sentence in facts if sentence.text not in orders]

    def _source(self, passages: Sequence[Passage]) -> Source:
        key = tuple(sorted(passages, key=lambda passage: (passage.source, passage.start)))
        if key not in self._sources:
            self._sources[key] = Source(key)
        return self._sources[key]

    def _looked_up(
        self, text: str, source: Source, passages: Sequence[Passage]
    ) -> tuple[tuple[Piece, Lookup], ...]:
        """Each quotation, looked up in the passages and then in their whole documents."""
        found = []
        for piece in quoted_pieces(text):
            lookup, source_of = source.look_up(piece.text, text[: piece.start]), source
            if not lookup.is_exact and self._passages_of is not None:
                names = dict.fromkeys(passage.source for passage in passages)
                whole = [passage for name in names for passage in self._passages_of(name)]
                elsewhere = self._source(whole).look_up(piece.text, text[: piece.start])
                if elsewhere.is_exact:
                    lookup, source_of = elsewhere, self._source(whole)
            if lookup.is_exact:
                lookup = replace(lookup, goes_on=goes_on(piece.text, source_of))
            found.append((piece, lookup))
        return tuple(found)

    def _nearest(self, text: str, passages: Sequence[Passage]) -> tuple[Quote, ...]:
        return bearing(text, self._nearness.sentences(text, passages))

    def _judged(
        self, text: str, near: Sequence[Sentence], cited: Sequence[Passage], question: str
    ) -> Judgement:
        """What the model says, less what a rule takes away.

        The nearest sentences of all passages are read too, unless they stand in what is cited: a
        passage on another matter bears nothing, whatever its score, where a nearer one does not.
        Quotes and rules are then those of the nearest sentences: the model may cite wrong numbers.
        """
        own = {passage.id for passage in cited}
        nearest = max(near, key=lambda sentence: sentence.near, default=None)
        if nearest is None:
            return Judgement("unsupported", NOWHERE)
        if not own:
            return self._judged_by_documents(text, near, question)
        from_cited = [sentence for sentence in near if sentence.quote[0].id in own]
        reading = self._read(text, from_cited, question)
        best, borne_by = reading, reading
        is_elsewhere = nearest.quote[0].id not in own
        if reading is None or not self._passes(reading) or is_elsewhere:
            together = self._read(text, near, question)
            if is_elsewhere:
                there = [
                    sentence for sentence in near if sentence.quote[0].id == nearest.quote[0].id
                ]
                together = _likelier(together, self._read(text, there, question))
            best = self._surer(reading, together)
            borne_by = together if is_elsewhere else best
        if best is None or borne_by is None:
            return Judgement("unsupported", NOWHERE)
        is_other = best is not reading and reading is not None and not self._passes(reading)
        return self._decided(text, near, best, borne_by, question, others=is_other)

    def _judged_by_documents(self, text: str, near: Sequence[Sentence], question: str) -> Judgement:
        """What the model says where nothing is cited: each document is read by itself.

        Sentences of several documents in one reading look as if one contradicted the other. The
        document of the nearest sentence decides, or one beside it that supports more surely.
        """
        documents: dict[str, list[Sentence]] = {}
        for sentence in sorted(near, key=lambda sentence: -sentence.near):
            documents.setdefault(sentence.quote[0].source, []).append(sentence)
        first, *rest = (_in_order(near, found) for found in documents.values())
        best = self._read(text, first, question)
        if best is None:
            return Judgement("unsupported", NOWHERE)
        least = max(_ABOUT_IT, _BESIDE * _nearness(first))
        if not self._passes(best) and rest and _nearness(rest[0]) >= least:
            other = self._read(text, rest[0], question)
            if other is not None and self._passes(other, others=True):
                return self._decided(text, rest[0], other, other, question, others=True)
        return self._decided(text, first, best, best, question)

    def _decided(
        self,
        text: str,
        near: Sequence[Sentence],
        best: _Reading,
        borne_by: _Reading,
        question: str,
        *,
        others: bool = False,
    ) -> Judgement:
        """The verdict by the reading that decides, and the sentences that bear it."""
        quotes, said = bearing(text, borne_by.sentences), best.score.supported
        if not self._passes(best, others=others):
            return self._doubted(text, near, best, quotes, question)
        difference = _vetoed(text, borne_by.sentences)
        if difference:
            is_about = _is_about(borne_by, _SAME_MATTER)
            return Judgement("unsupported", difference, quotes, said, is_about)
        return Judgement("supported", "", quotes, said)

    def _passes(self, reading: _Reading, *, others: bool = False) -> bool:
        least = self._scorer.threshold
        least += _OTHERS_SURER * (1 - least) if others else 0.0
        return reading.score.supported >= least

    def _surer(self, reading: _Reading | None, together: _Reading | None) -> _Reading | None:
        """Which of two readings decides: of what is cited, and of what is nearest anywhere."""
        if reading is None or together is None:
            return reading or together
        least = PARTLY_SHARE * self._scorer.threshold
        if self._passes(reading) and together.score.supported < least:
            return together
        return max(reading, together, key=lambda each: each.score.supported)

    def _read(self, text: str, sentences: Sequence[Sentence], question: str) -> _Reading | None:
        chosen = tuple(selected(sentences))
        if not chosen:
            return None
        (score,) = self._scorer.score(text, [joined(chosen)], question)
        return _Reading(chosen, score)

    def _doubted(
        self,
        text: str,
        near: Sequence[Sentence],
        best: _Reading,
        quotes: tuple[Quote, ...],
        question: str,
    ) -> Judgement:
        """The verdict on what the model does not hold for supported, and which part that is."""
        said = best.score.supported
        false = self._false_part(text, best, question)
        if false:
            reason = f"“{false}” {HALF_NOT_SAID}"
            return Judgement("partly", reason, quotes, said)
        if said >= PARTLY_SHARE * self._scorer.threshold:
            return Judgement("partly", NOT_ALL, quotes, said)
        against = self._against(text, near, best, question)
        is_about = against is not None and _is_about(against, _ABOUT_IT)
        if against is not None and is_about:
            is_near = _is_about(against, _SAME_MATTER)
            difference = _vetoed(text, against.sentences) if is_near else ""
            if difference or self._is_denied(text, against, question):
                return Judgement("unsupported", difference or DENIED, quotes, said, True)
        missing = explained(text, titled(best.sentences), about=is_about)
        may_deny = against is not None and against.score.contradicted > against.score.not_stated
        return Judgement(
            "unsupported", missing or (SAYS_OTHER if may_deny else NOWHERE), quotes, said
        )

    def _against(
        self, text: str, near: Sequence[Sentence], best: _Reading, question: str
    ) -> _Reading | None:
        """How the document of the nearest sentence reads alone; None if it is about another thing.

        Sentences of several documents together look like a contradiction where none is.
        """
        nearest = max(near, key=lambda sentence: sentence.near)
        if nearest.near < _ABOUT_IT:
            return None
        there = [
            sentence for sentence in near if sentence.quote[0].source == nearest.quote[0].source
        ]
        is_same = tuple(selected(there)) == best.sentences
        return best if is_same else self._read(text, there, question)

    def _is_denied(self, text: str, against: _Reading, question: str) -> bool:
        """Whether the model contradicts a statement and tells it from its counterpart."""
        if against.score.contradicted < _DENIED_FROM:
            return False
        turned = counterpart(text)
        if not turned:
            return False
        (score,) = self._scorer.score(turned, [joined(against.sentences)], question)
        return score.supported >= _COUNTERPART_FROM

    def _false_part(self, text: str, best: _Reading, question: str) -> str:
        """The clause that is not supported where another one is; "" if it is not so.

        A clause that says nothing alone is the one in doubt if all others are supported.
        """
        clauses = clauses_of(text)
        if len(clauses) == 1:
            return ""
        evidence = joined(best.sentences)
        scores = [
            self._scorer.score(clause.claim, [evidence], question)[0].supported
            if clause.claim
            else best.score.supported
            for clause in clauses
        ]
        worst = min(range(len(clauses)), key=scores.__getitem__)
        least = self._scorer.threshold
        is_half = max(scores) >= least and scores[worst] < FALSE_SHARE * least
        return clauses[worst].text.strip(" .,;") if is_half else ""


def is_support(judgement: Judgement) -> bool:
    """Whether the verdict is that the quotes bear the statement."""
    return judgement.verdict in ("quoted", "supported")


def _withdrawn(judgement: Judgement, quotes: tuple[Quote, ...], part: str) -> Judgement:
    """The verdict on a statement that the model does not stand by, for the part it names."""
    reason = NOT_STOOD_BY
    if part:
        otherwise = DENIED if judgement.contradicted else SAYS_OTHER
        reason = f"“{part}”: {otherwise if quotes else NOT_THERE}"
    quotes = quotes or judgement.quotes
    if judgement.verdict == "supported":
        is_heard = bool(part) or judgement.said < _SURE
        return (
            replace(judgement, verdict="partly", reason=reason, quotes=quotes)
            if is_heard
            else judgement
        )
    is_vague = judgement.reason in _VAGUE or judgement.reason.endswith(HALF_NOT_SAID)
    return replace(judgement, reason=reason, quotes=quotes) if part and is_vague else judgement


def _likelier(one: _Reading | None, other: _Reading | None) -> _Reading | None:
    """That of two readings which supports more."""
    found = [each for each in (one, other) if each is not None]
    return max(found, key=lambda each: each.score.supported, default=None)


def _vetoed(text: str, sentences: Sequence[Sentence]) -> str:
    """Why a rule takes support away; "" if none does."""
    return veto(text, joined(sentences))


def _nearness(sentences: Sequence[Sentence]) -> float:
    return max(sentence.near for sentence in sentences)


def _in_order(all_of: Sequence[Sentence], some: Sequence[Sentence]) -> list[Sentence]:
    """Some sentences in the order that all have."""
    wanted = {id(each) for each in some}
    return [each for each in all_of if id(each) in wanted]


def _is_about(reading: _Reading, least: float) -> bool:
    """Whether sentences speak about what a statement says, the nearest one as near as `least`."""
    return reading.score.not_stated < _NOT_STATED and _nearness(reading.sentences) >= least


def _overlap(one: Quote, other: Quote) -> bool:
    """Whether two pieces of a document share words."""
    return one[0].id == other[0].id and one[1] < other[2] and other[1] < one[2]


def _in_english(passages: Sequence[Passage]) -> list[Passage]:
    """The passages that the verifier can read: it has learnt English only."""
    return [passage for passage in passages if is_english(passage.text)]


def _within(
    whole: tuple[Quote, ...], quotations: Sequence[tuple[Piece, Lookup]]
) -> tuple[tuple[Piece, Lookup], ...]:
    """The quotations within whole sentences of the source: all of them stand there."""
    return tuple(
        (piece, replace(found, goes_on="") if found.is_exact else Lookup(whole))
        for piece, found in quotations
    )


def _limited(
    text: str,
    judgement: Judgement,
    source: Source,
    quotations: Sequence[tuple[Piece, Lookup]] = (),
) -> Judgement:
    """The judgement, at best partly for what is never supported or leaves out how it goes on."""
    if judgement.verdict != "supported":
        return judgement
    reason = caution(text)
    if reason:
        return replace(judgement, verdict="partly", reason=reason)
    piece = piece_of_sentence(text, source)
    if piece is not None and piece.limit:
        return replace(judgement, verdict="partly", reason=piece.limit, quotes=piece.sentence)
    rests = (limited_by(each.text, found.goes_on) for each, found in quotations)
    reason = next(filter(None, rests), "")
    if reason:
        return replace(judgement, verdict="partly", reason=reason)
    return judgement

"""Judges whether passages support a statement of a language model or a draft.

Whole sentences of the source and words in quotation marks are looked up. All else is judged by a
trained model, which reads the statement together with its evidence. Rules can only reject: if a
number, unit, name or small word is certainly different. Decision 0010 describes the order of the
steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from askdocs.answering.verification.clauses import clauses_of
from askdocs.answering.verification.counterparts import counterpart
from askdocs.answering.verification.evidence import (
    Quote,
    Sentence,
    SentenceSimilarity,
    joined,
    select_evidence,
    sentences_to_cite,
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
from askdocs.types import NOT_LEARNT, Passage, Verdict

NOWHERE = "no passage says so"
NOT_ALL = "the source does not say all of it"
DENIED = "the source says otherwise"
NOT_SAID = "no words can show that something is not said"
NOT_STOOD_BY = "asked again, the language model does not find it in the passages"
NOT_THERE = "asked again, the language model does not find this in the passages"
SAYS_OTHER = "the source may say otherwise"
HALF_NOT_SAID = "is not in your documents"
TOO_LONG = "it is too long for one statement"
LONGEST_STATEMENT = 4000  # characters of a statement that is judged
# Shares of the scorer's threshold, chosen on a development half (benchmarks/verification.md).
PARTLY_SHARE = 0.5  # the verdict is "partly" from this share of the threshold on
_CLEARLY_LESS = 0.1  # than another clause of a sentence in doubt: it may be named as the false part
# If the cited passages do not support a statement, other sentences need a higher probability: the
# threshold plus this share of its distance to 1. A second try is a second chance of an error.
_OTHERS_SURER = 0.25
COPIED_SHARE = 0.5  # enough for "supported" if a language model copied words of the passages
_SURE = 0.9  # from this probability on, the "no" of a language model counts only with a part
_VAGUE = (NOWHERE, NOT_ALL, DENIED, SAYS_OTHER)  # replaced if a language model names a part
# Conditions for "the source says otherwise", chosen on the development halves of labelled folders
# (benchmarks/verification.md). The model's contradiction alone is not enough: it often judges
# "raises" and "does not raise" both as contradicted.
_DENIED_FROM = 0.75  # probability of contradiction, at least
_COUNTERPART_FROM = 0.15  # probability that the counterpart is supported, at least
_MIN_SIMILARITY = 0.4  # of the most similar sentence; below, the source is on another topic
_RULES_MIN_SIMILARITY = 0.65  # the same for a difference found by a rule, which sees only words
_NOT_STATED = 0.5  # probability of "not stated", from which on the source is on another topic
_SECOND_SHARE = 0.85  # a second document needs this share of the similarity of the first one
_ORDERS_FROM = 0.2  # similarity from which on a statement may carry out an order in a sentence
_ORDERS_AT_ONCE = 3  # the most similar sentences are checked for orders, so many at a time
_MIN_COPIED_WORDS = 3  # words; fewer may occur anywhere by chance


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a statement.

    Attributes:
        verdict: The verdict.
        reason: Why the verdict is not better, as a phrase.
        quotes: The evidence: (passage, start, end) with offsets into the document. If the statement
            is not supported, the most similar sentences, for comparison.
        probability: The probability that the evidence supports the statement, 0 to 1.
        contradicted: Whether the source says otherwise. False if it only says nothing.
        quotations: The quotations in the statement, and what was found for each.
    """

    verdict: Verdict
    reason: str = ""
    quotes: tuple[Quote, ...] = ()
    probability: float = 0.0
    contradicted: bool = False
    quotations: tuple[tuple[Piece, Lookup], ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """The model's judgement of a claim by some sentences."""

    sentences: tuple[Sentence, ...]
    score: ClaimScore


class Verifier:
    """Judges statements against passages.

    Args:
        scorer: The trained model.
        embedder: Embeds the sentences, to select the most similar ones.
        passages_of: Returns all passages of a document. Quotations are looked up there, too.
        orders: Detects statements that carry out an order; None: the bundled detector.
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
        self._similarity = SentenceSimilarity(embedder)
        self._passages_of = passages_of
        self._sources: dict[tuple[Passage, ...], Source] = {}

    def judge(
        self, text: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = ""
    ) -> Judgement:
        """Judge one statement.

        Args:
            text: The statement, one sentence.
            cited: The passages that it cites.
            others: Further passages that may support it.
            question: The question that it answers.

        Returns:
            The verdict with its evidence, or with the most similar sentences.
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
        read, others_read = _in_english(cited), _in_english(others)
        if not (read if cited else others_read) or not is_english(text):
            judgement = (
                Judgement("unchecked", NOT_LEARNT, self._nearest(text, passages))
                if passages
                else Judgement("unsupported", NOWHERE)
            )
        else:
            judged = self._by_facts(text, read, others_read, question)
            judgement = _limited(text, judged, source, quotations)
        exact = [quote for _, found in quotations for quote in found.quotes]
        quotes = tuple(dict.fromkeys([*judgement.quotes, *exact]))
        return replace(judgement, quotations=quotations, quotes=quotes)

    def judge_verbatim(self, text: str, passages: Sequence[Passage], reason: str) -> Judgement:
        """Judge a text that must occur in the passages word for word, such as code.

        Args:
            text: The text.
            passages: Where it may occur.
            reason: The reason of the verdict "partly", if it does not occur.
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
        """Judge a statement again, with the second opinion of a language model.

        Args:
            text: The statement.
            judgement: The first verdict.
            passages: The passages that the statement was written from.
            says: Whether the language model says that the passages support it; None if it gave no
                answer.
            words: Words that it copied from the passages. Those that do not occur there are
                ignored.
            parts: Words of the statement that it calls wrong or not said.
            question: The question that the statement answers.

        Returns:
            The first verdict if nothing changes. "supported" if the copied words are evidence.
            "partly" if the model withdraws a supported statement. The same verdict with another
            reason if the model names the wrong part of a statement that is not supported.
        """
        source = self._source(passages)
        long_enough = [word for word in words if len(word.split()) >= _MIN_COPIED_WORDS]
        places = [next(source.places(piece), None) for piece in long_enough]
        quotes = tuple(quote for place in places if place for quote in source.quotes(*place))
        if says is False:
            part = next((each for each in parts if each.casefold() in text.casefold()), "")
            return _withdrawn(judgement, tuple(dict.fromkeys(quotes)), part)
        if judgement.verdict == "supported" or judgement.contradicted or not quotes:
            return judgement
        return self._supported_by_copied(text, judgement, passages, quotes, question) or judgement

    def _supported_by_copied(
        self,
        text: str,
        first: Judgement,
        passages: Sequence[Passage],
        quotes: Sequence[Quote],
        question: str,
    ) -> Judgement | None:
        """The verdict "supported" if the copied words are evidence for the statement; else None.

        The sentences with these words may not say what "we" or "it" is. So the probability of the
        first verdict, which is based on more sentences, counts if it is higher.
        """
        if not is_english(text) or caution(text):
            return None
        source = self._source(passages)
        quotations = self._looked_up(text, source, passages)
        if not all(found.is_exact for _, found in quotations):
            return None
        sentences = self._similarity.sentences(text, _in_english(passages))
        facts = self._without_orders(text, sentences)
        chosen = [
            sentence
            for sentence in facts
            if any(_overlap(sentence.quote, quote) for quote in quotes)
        ]
        reading = self._read(text, chosen, question)
        if reading is None or _vetoed(text, reading.sentences):
            return None
        probability = reading.score.supported
        if len(facts) == len(sentences):
            probability = max(probability, first.probability)
        if probability < COPIED_SHARE * self._scorer.threshold:
            return None
        evidence = [sentence.quote for sentence in reading.sentences]
        exact = [quote for _, found in quotations for quote in found.quotes]
        places = tuple(dict.fromkeys([*evidence, *exact]))
        judgement = Judgement("supported", "", places, probability, quotations=quotations)
        limited = _limited(text, judgement, source, quotations)
        return judgement if limited is judgement else None

    def _by_facts(
        self, text: str, cited: Sequence[Passage], others: Sequence[Passage], question: str
    ) -> Judgement:
        """Judge a statement. The verdict is "partly" if only an order in a document supports it."""
        sentences = self._similarity.sentences(text, [*cited, *others])
        judgement = self._judged(text, sentences, cited, question)
        if judgement.verdict != "supported" or caution(text):
            return judgement
        facts = self._without_orders(text, sentences)
        if len(facts) == len(sentences):
            return judgement
        again = self._judged(text, facts, cited, question)
        if again.verdict == "supported":
            return again
        return replace(judgement, verdict="partly", reason=IN_AN_ORDER)

    def _without_orders(self, text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Remove the sentences that contain an order which the statement carries out.

        The most similar sentences are checked repeatedly, until none of them is an order.
        """
        facts = list(sentences)
        while True:
            nearest = sorted(facts, key=lambda sentence: -sentence.similarity)[:_ORDERS_AT_ONCE]
            suspects = [sentence for sentence in nearest if sentence.similarity >= _ORDERS_FROM]
            found = self._orders.carried_out([sentence.text for sentence in suspects], text)
            orders = {
                sentence.text for sentence, is_one in zip(suspects, found, strict=True) if is_one
            }
            if not orders:
                return facts
            facts = [sentence for sentence in facts if sentence.text not in orders]

    def _source(self, passages: Sequence[Passage]) -> Source:
        """The tokens of passages. They are kept for the next statement."""
        key = tuple(sorted(passages, key=lambda passage: (passage.source, passage.start)))
        if key not in self._sources:
            self._sources[key] = Source(key)
        return self._sources[key]

    def _looked_up(
        self, text: str, source: Source, passages: Sequence[Passage]
    ) -> tuple[tuple[Piece, Lookup], ...]:
        """Look up each quotation in the passages, then in the whole documents."""
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
        """The sentences to show for comparison, as quotes."""
        return sentences_to_cite(text, self._similarity.sentences(text, passages))

    def _judged(
        self, text: str, sentences: Sequence[Sentence], cited: Sequence[Passage], question: str
    ) -> Judgement:
        """Judge by the cited passages and, if needed, by all passages; then apply the vetoes.

        All passages are read too if the cited ones do not support the statement, or if the most
        similar sentence is in another passage. In the second case, that passage is also read alone.
        The quotes and the vetoes then come from the better of these two readings, because language
        models cite wrong numbers.
        """
        own = {passage.id for passage in cited}
        nearest = max(sentences, key=lambda sentence: sentence.similarity, default=None)
        if nearest is None:
            return Judgement("unsupported", NOWHERE)
        if not own:
            return self._judged_by_documents(text, sentences, question)
        from_cited = [sentence for sentence in sentences if sentence.quote[0].id in own]
        reading = self._read(text, from_cited, question)
        best, evidence = reading, reading
        is_elsewhere = nearest.quote[0].id not in own
        if reading is None or not self._passes(reading) or is_elsewhere:
            together = self._read(text, sentences, question)
            if is_elsewhere:
                same_passage = [
                    sentence
                    for sentence in sentences
                    if sentence.quote[0].id == nearest.quote[0].id
                ]
                together = _more_probable(together, self._read(text, same_passage, question))
            best = self._deciding_reading(reading, together)
            evidence = together if is_elsewhere else best
        if best is None or evidence is None:
            return Judgement("unsupported", NOWHERE)
        is_other = best is not reading and reading is not None and not self._passes(reading)
        return self._decided(text, sentences, best, evidence, question, others=is_other)

    def _judged_by_documents(
        self, text: str, sentences: Sequence[Sentence], question: str
    ) -> Judgement:
        """Judge a statement without citations: each document is read separately.

        Sentences of several documents, read together, look as if they contradict each other. The
        document with the most similar sentence decides. If it does not support the statement, a
        second document that is almost as similar may support it.
        """
        documents: dict[str, list[Sentence]] = {}
        for sentence in sorted(sentences, key=lambda sentence: -sentence.similarity):
            documents.setdefault(sentence.quote[0].source, []).append(sentence)
        first, *rest = (_in_order(sentences, found) for found in documents.values())
        best = self._read(text, first, question)
        if best is None:
            return Judgement("unsupported", NOWHERE)
        least = max(_MIN_SIMILARITY, _SECOND_SHARE * _max_similarity(first))
        if not self._passes(best) and rest and _max_similarity(rest[0]) >= least:
            other = self._read(text, rest[0], question)
            if other is not None and self._passes(other, others=True):
                return self._decided(text, rest[0], other, other, question, others=True)
        return self._decided(text, first, best, best, question)

    def _decided(
        self,
        text: str,
        sentences: Sequence[Sentence],
        best: _Reading,
        evidence: _Reading,
        question: str,
        *,
        others: bool = False,
    ) -> Judgement:
        """The verdict of a reading.

        Args:
            text: The statement.
            sentences: The sentences that were considered.
            best: The reading that decides.
            evidence: The reading whose sentences are quoted and checked by the vetoes.
            question: The question that the statement answers.
            others: Whether the threshold is higher, because a first reading did not support it.
        """
        quotes, probability = sentences_to_cite(text, evidence.sentences), best.score.supported
        if not self._passes(best, others=others):
            return self._doubted(text, sentences, best, quotes, question)
        difference = _vetoed(text, evidence.sentences)
        if difference:
            is_about = _is_about(evidence, _RULES_MIN_SIMILARITY)
            return Judgement("unsupported", difference, quotes, probability, is_about)
        return Judgement("supported", "", quotes, probability)

    def _passes(self, reading: _Reading, *, others: bool = False) -> bool:
        """Whether a reading supports a statement. `others` raises the threshold."""
        least = self._scorer.threshold
        least += _OTHERS_SURER * (1 - least) if others else 0.0
        return reading.score.supported >= least

    def _deciding_reading(
        self, reading: _Reading | None, together: _Reading | None
    ) -> _Reading | None:
        """Which reading decides: that of the cited passages, or that of the most similar sentences.

        The more probable one decides. The exception is a statement that the cited passages support
        while the most similar sentences clearly do not: then the cited passages are on another
        topic.
        """
        if reading is None or together is None:
            return reading or together
        least = PARTLY_SHARE * self._scorer.threshold
        if self._passes(reading) and together.score.supported < least:
            return together
        return max(reading, together, key=lambda each: each.score.supported)

    def _read(self, text: str, sentences: Sequence[Sentence], question: str) -> _Reading | None:
        """Score a claim by the most similar sentences that fit into one reading."""
        chosen = tuple(select_evidence(sentences))
        if not chosen:
            return None
        (score,) = self._scorer.score(text, [joined(chosen)], question)
        return _Reading(chosen, score)

    def _doubted(
        self,
        text: str,
        sentences: Sequence[Sentence],
        best: _Reading,
        quotes: tuple[Quote, ...],
        question: str,
    ) -> Judgement:
        """The verdict on a statement below the threshold, with the part that is not supported."""
        probability = best.score.supported
        false = self._false_part(text, best, question)
        if false:
            reason = f"“{false}” {HALF_NOT_SAID}"
            return Judgement("partly", reason, quotes, probability)
        if probability >= PARTLY_SHARE * self._scorer.threshold:
            return Judgement("partly", NOT_ALL, quotes, probability)
        against = self._against(text, sentences, best, question)
        is_about = against is not None and _is_about(against, _MIN_SIMILARITY)
        if against is not None and is_about:
            is_similar = _is_about(against, _RULES_MIN_SIMILARITY)
            difference = _vetoed(text, against.sentences) if is_similar else ""
            if difference or self._is_denied(text, against, question):
                return Judgement("unsupported", difference or DENIED, quotes, probability, True)
        missing = explained(text, titled(best.sentences), about=is_about)
        may_deny = against is not None and against.score.contradicted > against.score.not_stated
        return Judgement(
            "unsupported", missing or (SAYS_OTHER if may_deny else NOWHERE), quotes, probability
        )

    def _against(
        self, text: str, sentences: Sequence[Sentence], best: _Reading, question: str
    ) -> _Reading | None:
        """The reading of the most similar document alone; None if it is on another topic.

        Sentences of several documents, read together, can look like a contradiction.
        """
        nearest = max(sentences, key=lambda sentence: sentence.similarity)
        if nearest.similarity < _MIN_SIMILARITY:
            return None
        same_document = [
            sentence
            for sentence in sentences
            if sentence.quote[0].source == nearest.quote[0].source
        ]
        is_same = tuple(select_evidence(same_document)) == best.sentences
        return best if is_same else self._read(text, same_document, question)

    def _is_denied(self, text: str, against: _Reading, question: str) -> bool:
        """Whether the model contradicts a statement and supports its counterpart enough."""
        if against.score.contradicted < _DENIED_FROM:
            return False
        opposite = counterpart(text)
        if not opposite:
            return False
        (score,) = self._scorer.score(opposite, [joined(against.sentences)], question)
        return score.supported >= _COUNTERPART_FROM

    def _false_part(self, text: str, best: _Reading, question: str) -> str:
        """The clause that is not supported, or clearly less, while another one is; "" if none is.

        A clause that has no claim of its own gets the score of the whole sentence.
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
        is_worse = scores[worst] < least or max(scores) - scores[worst] >= _CLEARLY_LESS
        is_half = max(scores) >= least and is_worse
        return clauses[worst].text.strip(" .,;") if is_half else ""


def is_support(judgement: Judgement) -> bool:
    """Whether a verdict means that the quotes support the statement."""
    return judgement.verdict in ("quoted", "supported")


def _withdrawn(judgement: Judgement, quotes: tuple[Quote, ...], part: str) -> Judgement:
    """The verdict on a statement to which the language model says no.

    Args:
        judgement: The first verdict.
        quotes: The words of the passages that it copied.
        part: The part of the statement that it calls wrong or not said; "" if none.
    """
    reason = NOT_STOOD_BY
    if part:
        otherwise = DENIED if judgement.contradicted else SAYS_OTHER
        reason = f"“{part}”: {otherwise if quotes else NOT_THERE}"
    quotes = quotes or judgement.quotes
    if judgement.verdict == "supported":
        is_heard = bool(part) or judgement.probability < _SURE
        return (
            replace(judgement, verdict="partly", reason=reason, quotes=quotes)
            if is_heard
            else judgement
        )
    is_vague = judgement.reason in _VAGUE or judgement.reason.endswith(HALF_NOT_SAID)
    return replace(judgement, reason=reason, quotes=quotes) if part and is_vague else judgement


def _more_probable(one: _Reading | None, other: _Reading | None) -> _Reading | None:
    """The reading with the higher probability of support."""
    found = [each for each in (one, other) if each is not None]
    return max(found, key=lambda each: each.score.supported, default=None)


def _vetoed(text: str, sentences: Sequence[Sentence]) -> str:
    """The difference that a rule finds; "" if none does."""
    return veto(text, joined(sentences))


def _max_similarity(sentences: Sequence[Sentence]) -> float:
    """The highest similarity of the sentences."""
    return max(sentence.similarity for sentence in sentences)


def _in_order(all_of: Sequence[Sentence], some: Sequence[Sentence]) -> list[Sentence]:
    """Some sentences, in the order of all."""
    wanted = {id(each) for each in some}
    return [each for each in all_of if id(each) in wanted]


def _is_about(reading: _Reading, least: float) -> bool:
    """Whether a reading is about the statement: its best sentence is similar enough (`least`).

    The probability of "not stated" must be low, too.
    """
    return reading.score.not_stated < _NOT_STATED and _max_similarity(reading.sentences) >= least


def _overlap(one: Quote, other: Quote) -> bool:
    """Whether two quotes have characters in common."""
    return one[0].id == other[0].id and one[1] < other[2] and other[1] < one[2]


def _in_english(passages: Sequence[Passage]) -> list[Passage]:
    """The passages that the verifier can read. It supports only English."""
    return [passage for passage in passages if is_english(passage.text)]


def _within(
    whole: tuple[Quote, ...], quotations: Sequence[tuple[Piece, Lookup]]
) -> tuple[tuple[Piece, Lookup], ...]:
    """The quotations of a statement that consists of whole sentences: all count as found."""
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
    """Lower "supported" to "partly" if a caution applies or the source limits what is copied."""
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

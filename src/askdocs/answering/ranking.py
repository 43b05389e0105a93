"""Hits and readings to the sentences that may answer, each with the probability that it does."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from operator import mul

from askdocs.answering.candidates import Candidate
from askdocs.answering.confidence import (
    ScoredSentence,
    answer_probability,
    confidence_features,
    doubt,
)
from askdocs.answering.context import (
    all_sentences,
    context_start,
    is_question,
    quotable_sentences,
)
from askdocs.answering.identifier_filter import (
    IdentifierFilter,
    doubted,
    identifier_filters,
    missing_reason,
    without_other_identifiers,
    without_other_sentences,
)
from askdocs.answering.multilingual_ranking import (
    compared_sentences,
    probability_of,
    rank_multilingual,
    words_at,
)
from askdocs.answering.questions.question import Question
from askdocs.answering.questions.speech import (
    asked_names,
    continues_speaker,
    is_first_person,
    names_in,
    reports_speech,
    speaker_context,
)
from askdocs.answering.rule_switches import rule
from askdocs.answering.utterances import PrecedingText, by_speaker, is_signature
from askdocs.models.cross_encoder import SentenceScorer, SentenceScores
from askdocs.models.embedders import Embedder
from askdocs.models.reader import Reader, Reading
from askdocs.text.language import asks_in_english
from askdocs.text.overlap import coverage
from askdocs.text.sentences import is_row
from askdocs.types import Hit, Passage

# Fitted by training/ranking/fit_ranking_weights.py; benchmarks/answers.md says on what. The logit
# by which the sentences of one question are compared is the sum of these times the features of a
# sentence.
FEATURES = (
    "span",  # logit of the likeliest answer in it less that of "no answer"
    "relevance",  # logit that its passage answers
    "retrieval",  # score of its passage in the search, 0 to 1
    "coverage",  # share of the question's words that it and its context hold
    "head",  # logit that it answers, by the reader's hidden states
    "speech",  # 1 where it reports speech and that is asked for, -1 where it does not
    "speaker",  # whether the speaker asked for is named, where the question is open
    "others",  # whether only other speakers are named
    "talked_of",  # whether its document was cited by the answer before (decision 0006)
    "second",  # logit that it answers, by the larger model; the lowest where that was not asked
)
_RANKING = {
    "span": 0.131,
    "relevance": 0.077,
    "retrieval": 5.91,
    "coverage": 1.99,
    "head": 0.236,
    # Rules: few of the questions they were fitted on ask what somebody said, or follow others.
    "speech": 0.65,
    "speaker": 1.0,
    "others": -1.3,
    "talked_of": 0.65,
    "second": 0.408,
}
_COVERAGE = FEATURES.index("coverage")
_RANKING_WEIGHTS = tuple(_RANKING.get(name, 0.0) for name in FEATURES)
# of: 1, cosine of topic and sentence, coverage of the topic; a rule: a sentence that has all words
# of the topic is taken (0.8 or more), one with half of them is not (0.2 to 0.4)
_TOPIC_WEIGHTS = (-6.0, 3.0, 7.0)
_SPREAD = (
    0.5  # of ranks, where they are turned into probabilities: further quotes come with the best
)
_READ_AGAIN = 3  # passages, by the larger model
_READ_FIRST = 8  # passages; the rest is read only where these leave it open
_SURE = 0.75  # probability from which the first passages are enough
_MOST_OF_TOPIC = 12  # passages whose sentences are compared with a topic
_NUMBERED_CLAUSE = 0.8  # that a clause answers whose number is asked for; a rule
_WHOLE_TOPIC = 0.999  # of the weight of its words
_CONTINUATION = 0.9  # of a speaker's sentence's probability has the next one of the same speaker
_LEAST_SPAN = -15.0  # logits; a span that is less likely than this is simply none
_MOST_ELSEWHERE = 8.0  # logits that a passage loses to the turns before it
_FORM_WORDS = frozenset("the of and to in a is that for was with as on by are it from".split())
_FORM_SHARE = 0.1  # of the words; above 96 % of English passages, below 99 % of others (xquad)
_ASKING_WORDS = frozenset("what who when where which why how is are was were did does do".split())
_WORD = re.compile(r"[^\W\d_]+")
_SAME_COVERAGE = 0.05
_OTHER_ROW = 0.1  # of the probability of a row that holds fewer words of the question; a rule
_ADDRESS = re.compile(r"[>\s]*(?:from|to|cc|bcc|reply-to): .*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The sentences that may answer, best first, and what the first one's probability stands on.

    Attributes:
        candidates: The sentences.
        confidence_features: What the probability of the first one stands on.
        missing: Which identifier of the question no passage has, where that is a reason to doubt.
    """

    candidates: tuple[Candidate, ...]
    confidence_features: Mapping[str, float]
    missing: str = ""

    def doubt(self, question: Question, rare_words: Mapping[str, float]) -> str:
        """Why the first sentence may not answer; "" where there is none."""
        if not self.candidates or self.missing:
            return self.missing if self.candidates else ""
        return doubt(question, self.candidates[0], rare_words)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingContext:
    """What the sentences for a question are ranked with.

    Attributes:
        question: The question.
        term_weights: The words of the question, or of its topic, with their weights.
        cited_before: The sources that the answer before cites, for a follow-up.
        preceding: What is read before the text of a passage, by its id: the turns before a turn.
    """

    question: Question
    term_weights: Mapping[str, float]
    cited_before: Set[str] = frozenset()
    preceding: Mapping[str, PrecedingText] = field(default_factory=dict)

    def before(self, passage: Passage) -> PrecedingText:
        """What is read before the text of a passage."""
        return self.preceding.get(passage.id, PrecedingText())

    def as_read(self, passages: Sequence[Passage]) -> list[Passage]:
        """The passages as they are read: behind the turns that come before them."""
        return [
            replace(passage, text=self.before(passage).text + passage.text) for passage in passages
        ]


def rank(
    context: RankingContext,
    hits: Sequence[Hit],
    *,
    embedder: Embedder,
    reader: Reader,
    second: Callable[[], SentenceScorer] | None = None,
    multilingual: Callable[[], SentenceScorer] | None = None,
) -> Ranking:
    """The sentences of `hits`, those that most likely answer first; ties are broken by place.

    For a question in English, English passages are read, the first ones first, and the others only
    where those leave it open. Elsewhere the multilingual network reads, and words and meaning count
    too.
    Where the question only names a topic nothing is read: there is no fact to be found.

    Args:
        context: The question, with what its sentences are ranked with.
        hits: The passages found, best first.
        embedder: Compares the sentences that are not read with the question.
        reader: Reads English passages.
        second: Gives the reader of the best passages, which is loaded only for passages that are
            read.
        multilingual: Gives the reader of passages in other languages; with an embedder that has
            learnt them.
    """
    question, term_weights = context.question, context.term_weights
    filters = identifier_filters(question.identifiers, hits)
    hits = without_other_identifiers(filters, hits)
    known: Mapping[str, float] = {}
    if question.topic:
        about = _about(question.topic, hits[:_MOST_OF_TOPIC], term_weights, embedder)
        candidates = without_other_sentences(filters, about)
    else:
        candidates, known = _answering(
            context,
            hits,
            filters,
            embedder=embedder,
            reader=reader,
            second=second,
            multilingual=multilingual,
        )
    candidates = doubted(filters, candidates)
    return Ranking(
        tuple(sorted(candidates, key=_best_first)), known, missing=missing_reason(filters)
    )


def _answering(
    context: RankingContext,
    hits: Sequence[Hit],
    filters: Sequence[IdentifierFilter],
    *,
    embedder: Embedder,
    reader: Reader,
    second: Callable[[], SentenceScorer] | None,
    multilingual: Callable[[], SentenceScorer] | None,
) -> tuple[list[Candidate], Mapping[str, float]]:
    """The sentences that may answer, and what the probability of the first one stands on."""
    question, term_weights = context.question, context.term_weights
    read = readable(question.read_as, hits)
    unread = [hit for hit in hits if hit not in read]
    first, rest = read[:_READ_FIRST], read[_READ_FIRST:]
    known = _by_reading(context, first, filters, reader)
    found = _estimated(question, known)
    if rest and (not known or found.candidates[0].probability < _SURE):
        known += _by_reading(context, rest, filters, reader)
        found = _estimated(question, known)
    if known and second:
        found = _estimated(question, _read_again(context, known, second()))
    others = rank_multilingual(
        question.read_as,
        unread,
        rare_words=term_weights,
        embedder=embedder,
        reader=multilingual,
        meant=partial(without_other_sentences, filters),
    )
    candidates = _rows_meant([*found.candidates, *others])
    if question.speaker:
        candidates = by_speaker(question.speaker, candidates, term_weights)
    if question.place:
        candidates = _at_place(question.place, candidates)
    return candidates, found.confidence_features


def after_reading(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[Hit]:
    """The hits by the best candidate of each, whose probability is their score now.

    Those without a candidate come last, as they were found, with a score of 0.
    """
    probabilities: dict[str, float] = {}
    for candidate in candidates:
        probabilities.setdefault(candidate.hit.passage.id, candidate.probability)
    scored = [replace(hit, score=probabilities.get(hit.passage.id, 0.0)) for hit in hits]
    return sorted(scored, key=lambda hit: -hit.score)


def readable(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that the reader, which has learnt English, can judge for a question."""
    if not asks_in_english(question):
        return []
    return [hit for hit in hits if is_english_readable(question, hit.passage.text)]


def is_english_readable(question: str, text: str) -> bool:
    """Whether the reader, which has learnt English, can judge a passage.

    English prose shows by its form words. Tables and code have few: they are read for an English
    question, if all their letters are English.
    """
    held = [word.lower() for word in _WORD.findall(text)]
    if sum(word in _FORM_WORDS for word in held) >= _FORM_SHARE * len(held):
        return True
    asked = {word.lower() for word in _WORD.findall(question)}
    return bool(asked & _ASKING_WORDS) and all(word.isascii() for word in held)


def _by_reading(
    context: RankingContext,
    hits: Sequence[Hit],
    filters: Sequence[IdentifierFilter],
    reader: Reader,
) -> list[ScoredSentence]:
    """Every sentence of the passages that can be quoted, with its rank."""
    passages = [hit.passage for hit in hits]
    readings = reader.read(context.question.read_as, context.as_read(passages))
    names = _speakers_asked(context.question, hits)
    found: list[ScoredSentence] = []
    for hit, reading in zip(hits, readings, strict=True):
        found += _of_passage(context, _ReadPassage.of(context, hit, reading), names)
    meant = without_other_sentences(filters, [each.candidate for each in found])
    kept = {each.key for each in meant}
    return [each for each in found if each.candidate.key in kept]


def _read_again(
    context: RankingContext, read: Sequence[ScoredSentence], second: SentenceScorer
) -> list[ScoredSentence]:
    """The same sentences, ranked also by what the larger model says of the best passages.

    The others get the lowest of its logits.
    """
    best = sorted(read, key=lambda sentence: -sentence.rank)
    passages = {sentence.passage.id: sentence.passage for sentence in best}
    chosen = list(passages.values())[:_READ_AGAIN]
    readings = second.score(context.question.read_as, context.as_read(chosen))
    known = {passage.id: reading for passage, reading in zip(chosen, readings, strict=True)}
    logits = [_logit_again(context, sentence, known.get(sentence.passage.id)) for sentence in read]
    lowest = min((logit for logit in logits if logit is not None), default=0.0)
    return [
        _ranked_again(sentence, lowest if logit is None else logit)
        for sentence, logit in zip(read, logits, strict=True)
    ]


def _logit_again(
    context: RankingContext, read: ScoredSentence, reading: SentenceScores | None
) -> float | None:
    """What the larger model says of a sentence; None where it has not read it."""
    if reading is None:
        return None
    shift = len(context.before(read.passage).text) - read.passage.start
    return reading.sentence_logit(read.candidate.start + shift, read.candidate.end + shift)


def _ranked_again(read: ScoredSentence, logit: float) -> ScoredSentence:
    """A sentence with the rank that it has by the larger model too."""
    features = (*read.candidate.features[:-1], logit)  # the last is "second"
    candidate = replace(read.candidate, features=features)
    rank = read.rank + _RANKING["second"] * logit
    return replace(read, rank=rank, second=logit, candidate=candidate)


def _speakers_asked(question: Question, hits: Sequence[Hit]) -> set[str]:
    if question.intent != "speech":
        return set()
    return asked_names(question.read_as, [hit.passage.text for hit in hits])


@dataclass(frozen=True, slots=True)
class _ReadPassage:
    """A passage with its sentences and what the reader says of them.

    Attributes:
        hit: The passage, as the search found it.
        reading: What the reader says of it, behind what is read before it.
        before: What is read before it.
        places: Where its sentences begin and end in its text.
        texts: Its sentences.
        spans: Where each sentence answers most likely in what was read, and the logit of that.
        elsewhere: How much likelier what is read before it answers.
    """

    hit: Hit
    reading: Reading
    before: PrecedingText
    places: Sequence[tuple[int, int]]
    texts: Sequence[str]
    spans: Sequence[tuple[int, int, float]]
    elsewhere: float

    @classmethod
    def of(cls, context: RankingContext, hit: Hit, reading: Reading) -> _ReadPassage:
        """A passage that was read."""
        passage, before = hit.passage, context.before(hit.passage)
        shift = len(before.text)
        places = all_sentences(passage, with_title=context.question.intent == "fact")
        spans = [reading.best_span(start + shift, end + shift) for start, end in places]
        return cls(
            hit=hit,
            reading=reading,
            before=before,
            places=places,
            texts=[passage.text[start:end] for start, end in places],
            spans=spans,
            elsewhere=_answered_before(
                reading, before, max((span[2] for span in spans), default=0.0)
            ),
        )

    def span_logit(self, number: int) -> float:
        """The logit of the likeliest answer in a sentence."""
        return max(self.spans[number][2] - self.elsewhere, _LEAST_SPAN)

    def head_logit(self, number: int) -> float:
        """The logit that a sentence answers, by the reader's hidden states."""
        start, end = (place + len(self.before.text) for place in self.places[number])
        return (self.reading.sentence_logit(start, end) or 0.0) - self.elsewhere

    def focus(self, number: int) -> tuple[int, int] | None:
        """The span of the document that answers most directly in a sentence."""
        first, last, _ = self.spans[number]
        shift = self.hit.passage.start - len(self.before.text)
        return (first + shift, last + shift) if first < last else None


def _of_passage(
    context: RankingContext, passage: _ReadPassage, names: Set[str]
) -> list[ScoredSentence]:
    """The sentences of a passage that can be quoted, each with its rank."""
    question = context.question
    quotable = quotable_sentences(passage.hit.passage, passage.texts)
    found: list[ScoredSentence] = []
    for number, ((start, end), text) in enumerate(zip(passage.places, passage.texts, strict=True)):
        if not quotable[number] or _is_address(question, text):
            continue
        if is_signature(passage.hit.passage, start, text):
            continue
        features = _features(context, passage, number, names)
        logit = sum(map(mul, features, _RANKING_WEIGHTS))
        if question.intent == "speech" and found and number and continues_speaker(text):
            logit = max(logit, found[-1].rank + math.log(_CONTINUATION))
        candidate = Candidate(
            hit=passage.hit,
            start=passage.hit.passage.start + start,
            end=passage.hit.passage.start + end,
            focus=passage.focus(number),
            probability=0.0,
            selected_by="reader",
            coverage=features[_COVERAGE],
            features=features,
        )
        found.append(
            ScoredSentence(
                logit, passage.head_logit(number), passage.reading.no_answer_logit, candidate
            )
        )
    return found


def _features(
    context: RankingContext, passage: _ReadPassage, number: int, names: Set[str]
) -> tuple[float, ...]:
    """What a sentence is ranked by, in the order of FEATURES."""
    turns = passage.before.turns
    asked = turns if is_question(turns) else ""
    in_context = _with_context(context.question, passage.texts, number)
    return (
        passage.span_logit(number),
        passage.reading.relevance - passage.elsewhere,
        passage.hit.score,
        coverage(context.term_weights, f"{asked} {in_context}"),
        passage.head_logit(number),
        *_speech(context.question, passage.texts, number, names),
        float(passage.hit.passage.source in context.cited_before),
        0.0,  # it may be read again
    )


def _answered_before(reading: Reading, before: PrecedingText, best: float) -> float:
    """How much likelier the turns before a passage answer than the passage itself; 0 if less."""
    if not before.turns:
        return 0.0
    _, _, logit = reading.best_span(0, len(before.text))
    return min(max(logit - max(best, 0.0), 0.0), _MOST_ELSEWHERE)


def _with_context(question: Question, texts: Sequence[str], number: int) -> str:
    """A sentence with what is needed to understand it, and to know who speaks."""
    before = " ".join(texts[context_start(texts, number) : number])
    speaker = speaker_context(texts, number) if question.intent == "speech" else ""
    return f"{before} {speaker} {texts[number]}"


def _estimated(question: Question, sentences: Sequence[ScoredSentence]) -> Ranking:
    """The sentences that were read, with their probabilities.

    The first has the estimated one; it is shared out to the others by their ranks, as in a softmax.
    """
    if not sentences:
        return Ranking((), {})
    first = max(sentences, key=lambda sentence: sentence.rank)
    known = confidence_features(question, sentences)
    probability = answer_probability(known)
    candidates = [
        replace(
            sentence.candidate,
            probability=probability * math.exp(_SPREAD * (sentence.rank - first.rank)),
        )
        for sentence in sentences
    ]
    return Ranking(tuple(sorted(candidates, key=_best_first)), known)


@rule("rows of a table", otherwise=list)
def _rows_meant(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of the rows of one table those that hold most of the question's words come first.

    Rows are alike but for what they are of: the level of one reservoir does not answer for another.
    """
    tables: dict[tuple[str, str | None], list[Candidate]] = {}
    for candidate in candidates:
        if is_row(candidate.quote):
            place = candidate.hit.passage.source, candidate.hit.passage.heading
            tables.setdefault(place, []).append(candidate)
    probabilities: dict[tuple[str, int], float] = {}
    for rows in tables.values():
        most = max(row.coverage for row in rows)
        likeliest = max(row.probability for row in rows)
        meant = [row for row in rows if row.coverage > most - _SAME_COVERAGE]
        best = max(row.probability for row in meant)
        for row in rows:
            share = likeliest / best if row in meant else _OTHER_ROW
            probabilities[row.key] = row.probability * share
    return [
        replace(candidate, probability=probabilities.get(candidate.key, candidate.probability))
        for candidate in candidates
    ]


@rule("clause by its number", otherwise=lambda _, candidates: list(candidates))
def _at_place(number: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, of which those answer that a clause or section of this number begins with.

    Of several documents with such a clause, the one with most of the question's words comes first.
    """
    begins = re.compile(rf"\W*(?:[^\W\d]+\.?\s+)?{re.escape(number)}(?![\w]|\.\d)")
    return [
        replace(
            candidate, probability=_NUMBERED_CLAUSE + (1 - _NUMBERED_CLAUSE) * candidate.coverage
        )
        if begins.match(candidate.quote) or begins.match(candidate.hit.passage.own_heading)
        else candidate
        for candidate in candidates
    ]


def _about(
    topic: str, hits: Sequence[Hit], term_weights: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    """The sentences by how much they are about a topic, of which title and heading may be a part.

    A sentence that has nothing of it itself is about it only if the heading above it is.
    """
    if not hits:
        return []
    found = []
    vector = embedder.embed_question(topic)
    for hit, start, end, cosine in compared_sentences(vector, hits, embedder):
        text = words_at(hit, start, end)
        covered = coverage(term_weights, text)
        heading = hit.passage.own_heading
        if covered or coverage(term_weights, heading) > _WHOLE_TOPIC:
            above = f"{hit.passage.title} {hit.passage.heading or ''}"
            covered = coverage(term_weights, f"{above} {text}")
        probability = probability_of((1.0, cosine, covered), _TOPIC_WEIGHTS)
        found.append(Candidate(hit, start, end, None, probability, "topic", covered))
    return found


@rule("address lines of mails", otherwise=lambda *_: False)
def _is_address(question: Question, sentence: str) -> bool:
    """Whether a sentence only says who a mail goes to, where that is not asked for."""
    return bool(_ADDRESS.match(sentence)) and not question.of_mail


@rule("reported speech", otherwise=lambda *_: (0.0, 0.0, 0.0))
def _speech(
    question: Question, texts: Sequence[str], number: int, names: Set[str]
) -> tuple[float, float, float]:
    """The features "speech", "speaker" and "others" of a sentence; 0 where none is asked for."""
    sentence = texts[number]
    if question.intent != "speech":
        return 0.0, 0.0, 0.0
    if not reports_speech(sentence):
        return -1.0, 0.0, 0.0
    speaking = {name.lower() for name in names_in(speaker_context(texts, number))}
    if names & speaking:
        return 1.0, float(question.any_statement), 0.0
    others = bool(names and speaking) and not is_first_person(sentence)
    return 1.0, 0.0, float(others)


def _best_first(candidate: Candidate) -> tuple[float, str, int]:
    return -candidate.probability, candidate.hit.passage.source, candidate.start

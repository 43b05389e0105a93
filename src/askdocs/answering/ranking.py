"""Ranks the sentences of passages by how likely they answer, and estimates their probabilities."""

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
)
from askdocs.answering.context import (
    all_sentences,
    context_start,
    is_question,
    quotable_sentences,
)
from askdocs.answering.doubt import doubt
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
from askdocs.text.headings import heading_above
from askdocs.text.language import asks_in_english, clear_language_of_text
from askdocs.text.overlap import coverage
from askdocs.text.sentences import is_row
from askdocs.types import Hit, Passage

# The rank of a sentence is a logit: the sum of its features, each times its weight. Only ranks for
# the same question can be compared. training/ranking/fit_ranking_weights.py fitted the weights;
# benchmarks/answers.md says on what.
FEATURES = (
    "span",  # logit of its most probable answer span, minus the logit of "no answer"
    "relevance",  # logit that its passage answers
    "retrieval",  # score of its passage in the search, in [0, 1]
    "coverage",  # share of the question's words, by weight, in it and its context, in [0, 1]
    "head",  # logit that it answers, by the answer head
    "speech",  # if speech is asked for: 1 if it reports speech, else -1
    "speaker",  # 1 if the speaker asked for is named, and any statement of theirs answers
    "others",  # 1 if only other speakers are named
    "talked_of",  # 1 if the previous answer cites its document (decision 0006)
    "second",  # logit that it answers, by the larger reader; the lowest one if that did not read it
)
_RANKING = {
    "span": 0.131,
    "relevance": 0.077,
    "retrieval": 5.91,
    "coverage": 1.99,
    "head": 0.236,
    # These four are set by hand: few questions of the data ask for speech or are follow-ups.
    "speech": 0.65,
    "speaker": 1.0,
    "others": -1.3,
    "talked_of": 0.65,
    "second": 0.408,
}
_COVERAGE = FEATURES.index("coverage")
_RANKING_WEIGHTS = tuple(_RANKING.get(name, 0.0) for name in FEATURES)
# For 1, the cosine of topic and sentence, and the coverage of the topic. Set by hand: a sentence
# with all words of the topic gets at least 0.73, one with half of them mostly less than 0.5.
_TOPIC_WEIGHTS = (-6.0, 3.0, 7.0)
# Distances of ranks are multiplied by this before they become probabilities. With less than 1, more
# sentences are likely enough to be quoted with the best one.
_RANK_SCALE = 0.5
_RERANKED = 3  # passages that the larger reader reads
_READ_FIRST = 8  # passages; the others are read only if no sentence of these is likely enough
_SURE = 0.75  # probability from which a sentence is likely enough
_READ_ANSWERS = 0.5  # probability from which an English sentence is preferred to other languages
_BESIDE_READ = 0.3  # factor for the probability of a sentence in another language beside it
_MOST_OF_TOPIC = 12  # passages whose sentences are compared with a topic
_WHOLE_TOPIC = 0.999  # of the weight of its words
# A sentence that continues a speaker's statement has at least 0.9 times the odds of the last one.
_CONTINUATION_DISCOUNT = 0.9
_MIN_SPAN_LOGIT = -15.0  # lower logits all mean that there is no span
_MAX_PRECEDING_LEAD = 8.0  # logits
_FUNCTION_WORDS = frozenset("the of and to in a is that for was with as on by are it from".split())
# Of the words of a passage. In XQuAD 96 % of the English passages have more, and 99 % of the others
# have fewer.
_FUNCTION_WORD_SHARE = 0.1
_QUESTION_WORDS = frozenset("what who when where which why how is are was were did does do".split())
_WORD = re.compile(r"[^\W\d_]+")
_SAME_COVERAGE = 0.05
_OTHER_ROW = 0.1  # factor for the probability of a row with fewer words; set by hand
_ADDRESS = re.compile(r"[>\s]*(?:from|to|cc|bcc|reply-to): .*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked sentences.

    Attributes:
        candidates: The sentences, best first.
        confidence_features: The features from which the probability of the best one was estimated,
            by name.
        missing: A sentence for the user that names an identifier of the question that no passage
            has; "" if that is no reason for doubt.
    """

    candidates: tuple[Candidate, ...]
    confidence_features: Mapping[str, float]
    missing: str = ""

    def doubt(self, question: Question, term_weights: Mapping[str, float]) -> str:
        """A sentence for the user why the best candidate may not answer; "" without candidates."""
        if not self.candidates or self.missing:
            return self.missing if self.candidates else ""
        return doubt(question, self.candidates[:1], term_weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingContext:
    """A question with everything that its sentences are ranked by.

    Attributes:
        question: The question.
        term_weights: The words of the query, or of its topic, with their weights. Rare words weigh
            more.
        cited_before: The documents that the previous answer cites, for a follow-up.
        preceding: The id of a passage → the text that is read before it: the previous turns of a
            chat.
    """

    question: Question
    term_weights: Mapping[str, float]
    cited_before: Set[str] = frozenset()
    preceding: Mapping[str, PrecedingText] = field(default_factory=dict)

    def before(self, passage: Passage) -> PrecedingText:
        """The text that is read before a passage."""
        return self.preceding.get(passage.id, PrecedingText())

    def as_read(self, passages: Sequence[Passage]) -> list[Passage]:
        """The passages with the text that is read before them."""
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
    """Rank the sentences of passages.

    English passages are read if the question is in English: first the best passages, the others
    only if no sentence is likely enough. All other passages are ranked by `rank_multilingual`. If
    the question names a topic, nothing is read, because it asks for no fact. Then vectors and words
    decide.

    Args:
        context: The question, with what its sentences are ranked by.
        hits: The passages found, best first.
        embedder: Compares sentences with a topic, and those in other languages with the question.
        reader: Reads English passages.
        second: Loads the larger English reader, which reranks the best passages. None to skip this.
        multilingual: Loads the reader for other languages. It is used only with a multilingual
            embedder.

    Returns:
        The sentences, by probability. Equal ones are ordered by their place.
    """
    question, term_weights = context.question, context.term_weights
    filters = identifier_filters(question.identifiers, hits)
    hits = without_other_identifiers(filters, hits)
    features: Mapping[str, float] = {}
    if question.topic:
        about = _rank_by_topic(question.topic, hits[:_MOST_OF_TOPIC], term_weights, embedder)
        candidates = without_other_sentences(filters, about)
    else:
        candidates, features = _rank_by_reading(
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
        tuple(sorted(candidates, key=_best_first)), features, missing=missing_reason(filters)
    )


def _rank_by_reading(
    context: RankingContext,
    hits: Sequence[Hit],
    filters: Sequence[IdentifierFilter],
    *,
    embedder: Embedder,
    reader: Reader,
    second: Callable[[], SentenceScorer] | None,
    multilingual: Callable[[], SentenceScorer] | None,
) -> tuple[list[Candidate], Mapping[str, float]]:
    """The sentences that may answer, and the confidence features of the best one that was read."""
    question, term_weights = context.question, context.term_weights
    read = readable(question.read_as, hits)
    unread = [hit for hit in hits if hit not in read]
    first, rest = read[:_READ_FIRST], read[_READ_FIRST:]
    scored = _read(context, first, filters, reader)
    ranking = _with_probabilities(question, scored)
    if rest and (not scored or ranking.candidates[0].probability < _SURE):
        scored += _read(context, rest, filters, reader)
        ranking = _with_probabilities(question, scored)
    if scored and second:
        ranking = _with_probabilities(question, _rerank(context, scored, second()))
    others = rank_multilingual(
        question.read_as,
        unread,
        term_weights=term_weights,
        embedder=embedder,
        reader=multilingual,
        select=partial(without_other_sentences, filters),
    )
    others = _less_than_read(ranking.candidates, others)
    candidates = _prefer_matching_rows([*ranking.candidates, *others])
    if question.speaker:
        candidates = by_speaker(question.speaker, candidates, term_weights)
    return candidates, ranking.confidence_features


@rule("English answers before others", otherwise=lambda _, others: list(others))
def _less_than_read(read: Sequence[Candidate], others: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that were not read, less likely if an English sentence answers.

    Then those in other languages mostly add nothing that somebody who asks in English can read.
    """
    if not read or read[0].probability < _READ_ANSWERS:
        return list(others)
    clear = {each.hit.passage.id: each.hit.passage.text for each in others}
    foreign = {
        name for name, text in clear.items() if clear_language_of_text(text) not in ("", "en")
    }
    return [
        replace(each, probability=each.probability * _BESIDE_READ)
        if each.hit.passage.id in foreign
        else each
        for each in others
    ]


def after_reading(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[Hit]:
    """Order hits by the probability of their best sentences, which becomes their score.

    Hits without a candidate come last. Their score is 0.

    Args:
        hits: The passages found, best first.
        candidates: Their sentences, best first.
    """
    probabilities: dict[str, float] = {}
    for candidate in candidates:
        probabilities.setdefault(candidate.hit.passage.id, candidate.probability)
    scored = [replace(hit, score=probabilities.get(hit.passage.id, 0.0)) for hit in hits]
    return sorted(scored, key=lambda hit: -hit.score)


def readable(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that the English reader can read. None for a question in another language."""
    if not asks_in_english(question):
        return []
    return [hit for hit in hits if is_english_readable(question, hit.passage.text)]


def is_english_readable(question: str, text: str) -> bool:
    """Whether the English reader can read a passage.

    English prose has many function words. Tables and code have few. They are read if the question
    has an English question word and all words of the passage are in ASCII.

    Args:
        question: The question in English.
        text: The text of the passage.
    """
    present = [word.lower() for word in _WORD.findall(text)]
    if sum(word in _FUNCTION_WORDS for word in present) >= _FUNCTION_WORD_SHARE * len(present):
        return True
    asked = {word.lower() for word in _WORD.findall(question)}
    return bool(asked & _QUESTION_WORDS) and all(word.isascii() for word in present)


def _read(
    context: RankingContext,
    hits: Sequence[Hit],
    filters: Sequence[IdentifierFilter],
    reader: Reader,
) -> list[ScoredSentence]:
    """Read passages, and score all their sentences that can be quoted."""
    passages = [hit.passage for hit in hits]
    readings = reader.read(context.question.read_as, context.as_read(passages))
    names = _speakers_asked(context.question, hits)
    found: list[ScoredSentence] = []
    for hit, reading in zip(hits, readings, strict=True):
        found += _score_passage(context, _ReadPassage.of(context, hit, reading), names)
    about_asked = without_other_sentences(filters, [each.candidate for each in found])
    kept = {each.key for each in about_asked}
    return [each for each in found if each.candidate.key in kept]


def _rerank(
    context: RankingContext, read: Sequence[ScoredSentence], second: SentenceScorer
) -> list[ScoredSentence]:
    """Rerank the sentences by the larger reader, which reads the best passages.

    Sentences that it does not read get the lowest of its logits.
    """
    best = sorted(read, key=lambda sentence: -sentence.rank)
    passages = {sentence.passage.id: sentence.passage for sentence in best}
    chosen = list(passages.values())[:_RERANKED]
    readings = second.score(context.question.read_as, context.as_read(chosen))
    by_passage = {passage.id: reading for passage, reading in zip(chosen, readings, strict=True)}
    logits = [
        _second_logit(context, sentence, by_passage.get(sentence.passage.id)) for sentence in read
    ]
    lowest = min((logit for logit in logits if logit is not None), default=0.0)
    return [
        _reranked(sentence, lowest if logit is None else logit)
        for sentence, logit in zip(read, logits, strict=True)
    ]


def _second_logit(
    context: RankingContext, read: ScoredSentence, reading: SentenceScores | None
) -> float | None:
    """The logit that a sentence answers, by the larger reader; None if that did not read it."""
    if reading is None:
        return None
    shift = len(context.before(read.passage).text) - read.passage.start
    return reading.sentence_logit(read.candidate.start + shift, read.candidate.end + shift)


def _reranked(read: ScoredSentence, logit: float) -> ScoredSentence:
    """The sentence with the logit of the larger reader added to its features and its rank."""
    features = (*read.candidate.features[:-1], logit)  # "second" is the last one
    candidate = replace(read.candidate, features=features)
    rank = read.rank + _RANKING["second"] * logit
    return replace(read, rank=rank, second=logit, candidate=candidate)


def _speakers_asked(question: Question, hits: Sequence[Hit]) -> set[str]:
    if question.intent != "speech":
        return set()
    return asked_names(question.read_as, [hit.passage.text for hit in hits])


@dataclass(frozen=True, slots=True)
class _ReadPassage:
    """A passage with its sentences and the predictions of the reader.

    Attributes:
        hit: The passage, as the search found it.
        reading: The predictions for the passage and the text before it.
        before: The text that was read before it.
        places: The (start, end) of its sentences in its text, in characters.
        texts: Its sentences.
        spans: The most probable answer span of each sentence: start, end, and its score. The
            offsets count from the start of the text before the passage.
        preceding_lead: By how much the best span of the text before the passage scores higher than
            the best one of the passage. It is subtracted from the logits of the passage. In [0, 8].
    """

    hit: Hit
    reading: Reading
    before: PrecedingText
    places: Sequence[tuple[int, int]]
    texts: Sequence[str]
    spans: Sequence[tuple[int, int, float]]
    preceding_lead: float

    @classmethod
    def of(cls, context: RankingContext, hit: Hit, reading: Reading) -> _ReadPassage:
        """Combine a passage with the predictions of the reader."""
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
            preceding_lead=_preceding_lead(
                reading, before, max((span[2] for span in spans), default=0.0)
            ),
        )

    def span_logit(self, number: int) -> float:
        """The logit of the best answer span in a sentence, minus `preceding_lead`; at least -15."""
        return max(self.spans[number][2] - self.preceding_lead, _MIN_SPAN_LOGIT)

    def head_logit(self, number: int) -> float:
        """The logit that a sentence answers, by the answer head, minus `preceding_lead`."""
        start, end = (place + len(self.before.text) for place in self.places[number])
        return (self.reading.sentence_logit(start, end) or 0.0) - self.preceding_lead

    def focus(self, number: int) -> tuple[int, int] | None:
        """The best answer span in a sentence, as offsets into the document; None if it is empty."""
        first, last, _ = self.spans[number]
        shift = self.hit.passage.start - len(self.before.text)
        return (first + shift, last + shift) if first < last else None


def _score_passage(
    context: RankingContext, passage: _ReadPassage, names: Set[str]
) -> list[ScoredSentence]:
    """Score the sentences of a passage that can be quoted."""
    question = context.question
    quotable = quotable_sentences(passage.hit.passage, passage.places)
    found: list[ScoredSentence] = []
    for number, ((start, end), text) in enumerate(zip(passage.places, passage.texts, strict=True)):
        if not quotable[number] or _is_address(question, text):
            continue
        if is_signature(passage.hit.passage, start, text):
            continue
        features = _features(context, passage, number, names)
        logit = sum(map(mul, features, _RANKING_WEIGHTS))
        if question.intent == "speech" and found and number and continues_speaker(text):
            logit = max(logit, found[-1].rank + math.log(_CONTINUATION_DISCOUNT))
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
    """The features of a sentence, in the order of `FEATURES`."""
    turns = passage.before.turns
    asked = turns if is_question(turns) else ""
    in_context = _with_context(context.question, passage.texts, number)
    return (
        passage.span_logit(number),
        passage.reading.relevance - passage.preceding_lead,
        passage.hit.score,
        coverage(context.term_weights, f"{asked} {in_context}"),
        passage.head_logit(number),
        *_speech_features(context.question, passage.texts, number, names),
        float(passage.hit.passage.source in context.cited_before),
        0.0,  # "second", set when the larger reader has read it
    )


def _preceding_lead(reading: Reading, before: PrecedingText, best: float) -> float:
    """By how much the text before a passage answers better than the passage itself, in [0, 8].

    It is the difference of the logits of their best spans. A negative logit of the passage counts
    as 0.

    The preceding turns help to understand a passage, but they cannot be quoted from it.
    """
    if not before.turns:
        return 0.0
    _, _, logit = reading.best_span(0, len(before.text))
    return min(max(logit - max(best, 0.0), 0.0), _MAX_PRECEDING_LEAD)


def _with_context(question: Question, texts: Sequence[str], number: int) -> str:
    """A sentence with the sentences needed to understand it, and to know who speaks."""
    before = " ".join(texts[context_start(texts, number) : number])
    speaker = speaker_context(texts, number) if question.intent == "speech" else ""
    return f"{before} {speaker} {texts[number]}"


def _with_probabilities(question: Question, sentences: Sequence[ScoredSentence]) -> Ranking:
    """Give the sentences their probabilities, and sort them.

    That of the best one is estimated by `answer_probability`. The others have a share of it that
    falls exponentially with the distance of their ranks, as in a softmax.
    """
    if not sentences:
        return Ranking((), {})
    first = max(sentences, key=lambda sentence: sentence.rank)
    features = confidence_features(question, sentences)
    probability = answer_probability(features)
    candidates = [
        replace(
            sentence.candidate,
            probability=probability * math.exp(_RANK_SCALE * (sentence.rank - first.rank)),
        )
        for sentence in sentences
    ]
    return Ranking(tuple(sorted(candidates, key=_best_first)), features)


@rule("rows of a table", otherwise=list)
def _prefer_matching_rows(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Rank the rows of a table by the words of the question that they have.

    The rows of a table differ only in their subject: the level of one reservoir is no answer for
    another. So the rows with most words of the question come first, with the highest probability in
    the table. The others get a tenth of theirs. Rows under the same heading count as one table.
    """
    tables: dict[tuple[str, str | None], list[Candidate]] = {}
    for candidate in candidates:
        if is_row(candidate.quote):
            place = candidate.hit.passage.source, candidate.hit.passage.heading
            tables.setdefault(place, []).append(candidate)
    probabilities: dict[tuple[str, int], float] = {}
    for rows in tables.values():
        most = max(row.coverage for row in rows)
        highest = max(row.probability for row in rows)
        matching = [row for row in rows if row.coverage > most - _SAME_COVERAGE]
        best = max(row.probability for row in matching)
        for row in rows:
            share = highest / best if row in matching else _OTHER_ROW
            probabilities[row.key] = row.probability * share
    return [
        replace(candidate, probability=probabilities.get(candidate.key, candidate.probability))
        for candidate in candidates
    ]


def _rank_by_topic(
    topic: str, hits: Sequence[Hit], term_weights: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    """Rank sentences by how much they are about a topic.

    Title and heading count as part of a sentence that has a word of the topic. They also count for
    the other sentences below a heading that has the whole topic.
    """
    if not hits:
        return []
    found = []
    vector = embedder.embed_question(topic)
    for hit, start, end, cosine in compared_sentences(vector, hits, embedder):
        text = words_at(hit, start, end)
        covered = coverage(term_weights, text)
        passage = hit.passage
        heading = passage.own_heading or heading_above(passage.text, start - passage.start)
        if covered or coverage(term_weights, heading) > _WHOLE_TOPIC:
            above = f"{passage.title} {passage.heading or heading}"
            covered = coverage(term_weights, f"{above} {text}")
        probability = probability_of((1.0, cosine, covered), _TOPIC_WEIGHTS)
        found.append(Candidate(hit, start, end, None, probability, "topic", covered))
    return found


@rule("address lines of mails", otherwise=lambda *_: False)
def _is_address(question: Question, sentence: str) -> bool:
    """Whether a sentence is an address line of a mail, and the question is not about mail."""
    return bool(_ADDRESS.match(sentence)) and not question.of_mail


@rule("reported speech", otherwise=lambda *_: (0.0, 0.0, 0.0))
def _speech_features(
    question: Question, texts: Sequence[str], number: int, names: Set[str]
) -> tuple[float, float, float]:
    """The features "speech", "speaker" and "others"; all 0 if the question asks for no speech."""
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

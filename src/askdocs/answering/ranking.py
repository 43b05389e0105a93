"""Hits and readings to the sentences that may answer, each with the chance that it does."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from askdocs.answering.questions.intent import asks_for_one_fact, topic_of
from askdocs.answering.questions.speech import (
    asked_names,
    asks_for_speech,
    asks_openly,
    goes_on,
    leaves_speaker_open,
    names_in,
    reports_speech,
    speaker_context,
    speaks_itself,
)
from askdocs.documents.sentences import is_row, sentence_spans
from askdocs.index.keywords.terms import content_words, is_akin, words
from askdocs.models.embedders import Embedder
from askdocs.models.reader import Reader
from askdocs.types import Hit, Passage

# Fitted by training/fit_answer.py; docs/decisions/0004 says on what. Both are weights of: 1, best
# span less "no answer", relevance, score of the hit, coverage by the sentence. The first compare
# the sentences of a question, the second tell how likely the first of these is right.
_RANKING_WEIGHTS = (0.0, 0.346, 0.254, 9.184, 2.006)
_CONFIDENCE_WEIGHTS = (-1.917, 0.200, 0.095, 4.544, -0.236)
# of: 1, cosine of the sentence, score of the hit, coverage by the sentence
_WORD_WEIGHTS = (-4.693, 3.672, 0.392, 5.029)
# of: 1, cosine of topic and sentence, coverage of the topic; a rule: a sentence that has all words
# of the topic is taken (0.8 or more), one with half of them is not (0.2 to 0.4)
_TOPIC_WEIGHTS = (-6.0, 3.0, 7.0)
_SPEECH = 1.0  # logit; a rule, not fitted: few development questions ask what somebody said
_SPEAKER_KNOWN = 1.5  # logit; a rule: it is said by whom an open "What did … say?" asks for
_OF_OTHERS = -2.0  # logit; a rule: it is said by somebody else than who is asked for
_ASKS = -5.0  # logit; a rule: a sentence that asks something answers nothing
_ADDRESSED = -5.0  # logit; a rule: who a mail goes to says nothing about him
_TALKED_OF = 1.0  # logit; a rule: a follow-up is mostly answered by the text talked of (0006)
_READ_FIRST = 8  # passages; the rest is read only where these leave it open
_SURE = 0.5  # chance; with it the right sentence is found as often as by reading all
_HOPELESS = 0.15  # chance; below it, none of 232 development questions was answered by the rest
_MOST_OF_TOPIC = 12  # passages whose sentences are compared with a topic
_TELLING_TITLE = 5  # words from which a title may answer, where one fact is asked for
_WHOLE_TOPIC = 0.999  # of the weight of its words
_GOES_ON = 0.9  # of the chance of a speaker's sentence has the next, where he goes on; a rule too
_LEAST_SPAN = -15.0  # logits; a span that is less likely than this is simply none
_MOST_UNREAD = 8  # passages of other languages whose sentences are embedded
_FORM_WORDS = frozenset("the of and to in a is that for was with as on by are it from".split())
_FORM_SHARE = 0.1  # of the words; above 96 % of English passages, below 99 % of others (xquad)
_ASKING_WORDS = frozenset("what who when where which why how is are was were did does do".split())
_LEANING_START = re.compile(
    r"^[\"'“‘(]?(he|she|it|they|his|her|its|their|this|these|those|that|such|however|but|yet|thus"
    r"|therefore|instead|also|moreover|furthermore|nevertheless|consequently|as a result)\b",
    re.IGNORECASE,
)
_MOST_BEFORE = 3  # sentences that are looked back, one leaning on the other
_TAKES_UP = re.compile(r"(?:The|This|That) (\w+)\b")
_BARE = 2  # words of its own, at most, has a sentence that only says what became of a thing
_FURTHEST_NAMED = 5  # sentences
_WORD = re.compile(r"[^\W\d_]+")
_SAME_COVERAGE = 0.05
_OTHER_ROW = 0.1  # of the chance of a row that holds fewer words of the question; a rule
_ADDRESS = re.compile(r"[>\s]*(?:from|to|cc|bcc|reply-to): .*@", re.IGNORECASE)
_INTRODUCES_QUOTE = re.compile(r"[>\s]*On .{3,100} wrote:\s*")
_ASKS_OF_MAIL = re.compile(r"\b(?:sen[dt]|wr[io]t|e-?mail|mail|address|cc)\w*", re.IGNORECASE)
_TABLE_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")  # below the names of the columns, in Markdown
_QUESTION_MARKS = ("?", "？", "؟")
_CLOSING = " \n*_)]\"'”’»"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer. Offsets are into the text of its document.

    `chance` is the estimated probability that it answers; only that of the first of a question is
    calibrated, those of the others are smaller as they rank lower. `focus` are the words that
    answer, `features` what the chance was estimated from.
    """

    hit: Hit
    start: int
    end: int
    focus: tuple[int, int] | None
    chance: float
    features: tuple[float, ...] = ()

    @property
    def quote(self) -> str:
        return _text(self.hit, self.start, self.end)

    @property
    def place(self) -> tuple[str, int]:
        """(source, start), which no other sentence has."""
        return self.hit.passage.source, self.start

    @property
    def coverage(self) -> float:
        """The share, by weight, of the question's words that it and what it leans on hold."""
        return self.features[-1] if self.features else 0.0

    @property
    def by_words(self) -> bool:
        """Whether words and meaning alone chose it, since its language is not read."""
        return len(self.features) == len(_WORD_WEIGHTS)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A sentence that was read. Its candidate's chance holds if it turns out to be the first.

    `rank` is a logit by which it is compared with the other sentences of the same question.
    """

    candidate: Candidate
    rank: float

    @property
    def chance(self) -> float:
        return self.candidate.chance


@dataclass(frozen=True, slots=True)
class Considered:
    """What is known of a question before it is answered: what was searched, found and read.

    `read_as` is the question with what its conversation adds, as a reader or a model is asked it.
    `notice` is what the person should know beside an answer in quotes.
    """

    question: str
    read_as: str
    searched_for: tuple[str, ...]
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]
    notice: str = ""


def choose(
    question: str,
    hits: Sequence[Hit],
    rare_words: Mapping[str, float],
    embedder: Embedder,
    reader: Reader,
    talked_of: Set[str] = frozenset(),
) -> list[Candidate]:
    """The sentences of `hits`, those that most likely answer first; ties are broken by place.

    What is English is read, the first passages first, and the others only where those leave it
    open; in other languages words and meaning decide, since the reader has not learnt them.
    Where the question only names a topic, whose words `rare_words` are then, nothing is read:
    there is no fact to be found. For a follow-up, `talked_of` are the sources that the last answer
    cites.
    """
    topic = topic_of(question)
    if topic:
        return sorted(_about(topic, hits[:_MOST_OF_TOPIC], rare_words, embedder), key=_best_first)
    read = [hit for hit in hits if is_readable(question, hit.passage.text)]
    unread = [hit for hit in hits if hit not in read][:_MOST_UNREAD]
    first, rest = read[:_READ_FIRST], read[_READ_FIRST:]
    ranked = _by_reading(question, first, rare_words, reader, talked_of)
    if not ranked or _HOPELESS <= max(ranked, key=_rank).chance < _SURE:
        ranked += _by_reading(question, rest, rare_words, reader, talked_of)
    found = _in_proportion(ranked) + _by_words(question, unread, rare_words, embedder)
    return sorted(_rows_meant(found), key=_best_first)


def after_reading(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[Hit]:
    """The hits by the best candidate of each, whose chance is their score now.

    Those without a candidate come last, as they were found, with a score of 0.
    """
    chances: dict[str, float] = {}
    for candidate in candidates:
        chances.setdefault(candidate.hit.passage.id, candidate.chance)
    scored = [replace(hit, score=chances.get(hit.passage.id, 0.0)) for hit in hits]
    return sorted(scored, key=lambda hit: -hit.score)


def is_readable(question: str, text: str) -> bool:
    """Whether the reader, which has learnt English, can judge a passage.

    English prose shows by its form words. Tables and code have few: they are read for an English
    question, if all their letters are English.
    """
    held = [word.lower() for word in _WORD.findall(text)]
    if sum(word in _FORM_WORDS for word in held) >= _FORM_SHARE * len(held):
        return True
    asked = {word.lower() for word in _WORD.findall(question)}
    return bool(asked & _ASKING_WORDS) and all(word.isascii() for word in held)


def coverage(rare_words: Mapping[str, float], text: str) -> float:
    """The share, by weight, of the words of a question that a text holds in some form; 0 to 1."""
    total = sum(rare_words.values())
    if not total:
        return 0.0
    held = words(text)
    found = (w for word, w in rare_words.items() if any(is_akin(word, other) for other in held))
    return sum(found) / total


def leans_on(texts: Sequence[str], number: int) -> int:
    """Where, among the sentences of a passage, that begins which one of them is understood by.

    That is the sentence before if it begins with "He" or quotes a "she", which may lean on another
    itself, and for "The motion was carried." the last one that spoke of a motion.
    """
    first = number
    while first > max(number - _MOST_BEFORE, 0) and _leans_back(texts[first]):
        first -= 1
    taken_up = _TAKES_UP.match(texts[number])
    if taken_up and len(content_words(texts[number])) <= _BARE:
        noun = taken_up[1].lower()
        for before in range(number - 1, max(number - _FURTHEST_NAMED, 0) - 1, -1):
            if any(is_akin(noun, word) for word in content_words(texts[before])):
                return min(first, before)
    return first


def _leans_back(sentence: str) -> bool:
    return bool(_LEANING_START.match(sentence)) or leaves_speaker_open(sentence)


def sentences(passage: Passage, *, with_title: bool = False) -> list[tuple[int, int]]:
    """The spans of the sentences of a passage, without headings of texts and tables.

    Its title counts as a sentence only if that is wished, and if it is long enough to say
    something, as "Flood destroys 40 houses in Ostrava" is.
    """
    names = {passage.title, *(passage.heading or "").split(" › ")}
    if with_title and len(passage.title.split()) >= _TELLING_TITLE:
        names.discard(passage.title)
    spans = sentence_spans(passage.text)
    texts = [passage.text[start:end] for start, end in spans]
    ruled = ["|" in text and bool(_TABLE_RULE.fullmatch(text)) for text in (*texts, "")]
    return [
        span
        for number, (span, text) in enumerate(zip(spans, texts, strict=True))
        if text.strip("# ") not in names and not (ruled[number] or ruled[number + 1])
    ]


def _by_reading(
    question: str,
    hits: Sequence[Hit],
    rare_words: Mapping[str, float],
    reader: Reader,
    talked_of: Set[str],
) -> list[_Ranked]:
    found: list[_Ranked] = []
    wants_speech = asks_for_speech(question)
    texts_read = [hit.passage.text for hit in hits]
    names = asked_names(question, texts_read) if wants_speech else set()
    known = _SPEAKER_KNOWN if asks_openly(question) else 0.0
    titled = asks_for_one_fact(question)
    for hit, reading in zip(
        hits, reader.read(question, [hit.passage for hit in hits]), strict=True
    ):
        passage = hit.passage
        places = sentences(passage, with_title=titled)
        texts = [passage.text[start:end] for start, end in places]
        for number, (start, end) in enumerate(places):
            first, last, score = reading.best_span(start, end)
            sentence = texts[number]
            before = " ".join(texts[leans_on(texts, number) : number])
            context = speaker_context(texts, number) if wants_speech else ""
            features = (
                1.0,
                max(score, _LEAST_SPAN),
                reading.relevance,
                hit.score,
                coverage(rare_words, f"{before} {context} {sentence}"),
            )
            more = _asks(sentence) + _of_mail(question, sentence)
            more += _TALKED_OF if passage.source in talked_of else 0.0
            if wants_speech:
                more += _speech(sentence, context, names, known)
            rank = more + _weighted(features, _RANKING_WEIGHTS)
            chance = _chance(features, _CONFIDENCE_WEIGHTS, more)
            if wants_speech and number > 0 and goes_on(sentence):
                rank = max(rank, found[-1].rank + math.log(_GOES_ON))
                chance = max(chance, found[-1].chance * _GOES_ON)
            candidate = Candidate(
                hit=hit,
                start=passage.start + start,
                end=passage.start + end,
                focus=(passage.start + first, passage.start + last) if first < last else None,
                chance=chance,
                features=features,
            )
            found.append(_Ranked(candidate, rank))
    return found


def _rank(ranked: _Ranked) -> float:
    return ranked.rank


def _in_proportion(ranked: Sequence[_Ranked]) -> list[Candidate]:
    """The sentences that were read; the chance of the first is shared out to the others by rank."""
    if not ranked:
        return []
    first = max(ranked, key=_rank)
    return [
        replace(each.candidate, chance=first.chance * math.exp(each.rank - first.rank))
        for each in ranked
    ]


def _rows_meant(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of the rows of one table those that hold most of the question's words come first.

    Rows are alike but for what they are of: the level of one reservoir does not answer for another.
    """
    tables: dict[tuple[str, str | None], list[Candidate]] = {}
    for each in candidates:
        if is_row(each.quote):
            place = each.hit.passage.source, each.hit.passage.heading
            tables.setdefault(place, []).append(each)
    chances: dict[tuple[str, int], float] = {}
    for rows in tables.values():
        most = max(row.coverage for row in rows)
        likeliest = max(row.chance for row in rows)
        meant = [row for row in rows if row.coverage > most - _SAME_COVERAGE]
        best = max(row.chance for row in meant)
        for row in rows:
            share = likeliest / best if row in meant else _OTHER_ROW
            chances[row.place] = row.chance * share
    return [replace(each, chance=chances.get(each.place, each.chance)) for each in candidates]


def _by_words(
    question: str, hits: Sequence[Hit], rare_words: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    found = []
    for hit, start, end, cosine in _compared(question, hits, embedder):
        text = _text(hit, start, end)
        features = (1.0, cosine, hit.score, coverage(rare_words, text))
        chance = _chance(features, _WORD_WEIGHTS, _asks(text))
        found.append(Candidate(hit, start, end, None, chance, features))
    return found


def _about(
    topic: str, hits: Sequence[Hit], rare_words: Mapping[str, float], embedder: Embedder
) -> list[Candidate]:
    """The sentences by how much they are about a topic, of which title and heading may be a part.

    A sentence that has nothing of it itself is about it only if the heading above it is.
    """
    found = []
    for hit, start, end, cosine in _compared(topic, hits, embedder):
        text = _text(hit, start, end)
        covered = coverage(rare_words, text)
        heading = (hit.passage.heading or "").rpartition(" › ")[2]
        if covered or coverage(rare_words, heading) > _WHOLE_TOPIC:
            above = f"{hit.passage.title} {hit.passage.heading or ''}"
            covered = coverage(rare_words, f"{above} {text}")
        chance = _chance((1.0, cosine, covered), _TOPIC_WEIGHTS, _asks(text))
        found.append(Candidate(hit, start, end, None, chance))
    return found


def _compared(
    question: str, hits: Sequence[Hit], embedder: Embedder
) -> list[tuple[Hit, int, int, float]]:
    """(hit, start, end, cosine with the question) of the sentences of passages, in order."""
    places = [
        (hit, hit.passage.start + start, hit.passage.start + end)
        for hit in hits
        for start, end in sentences(hit.passage)
    ]
    if not places:
        return []
    vectors = embedder.embed([question, *(_text(*place) for place in places)])
    return [
        (*place, float(vector @ vectors[0]))
        for place, vector in zip(places, vectors[1:], strict=True)
    ]


def _text(hit: Hit, start: int, end: int) -> str:
    """The words between two places of the document that a passage is from."""
    return hit.passage.text[start - hit.passage.start : end - hit.passage.start]


def _asks(sentence: str) -> float:
    """What it adds to the logit of a sentence whether it is a question, as in a list of them."""
    return _ASKS if sentence.rstrip(_CLOSING).endswith(_QUESTION_MARKS) else 0.0


def _of_mail(question: str, sentence: str) -> float:
    """What it adds to the logit of a sentence whether it is a line that a mail program wrote.

    Who sent something to whom answers only where that is asked for.
    """
    if _INTRODUCES_QUOTE.fullmatch(sentence):
        return _ASKS
    return _ADDRESSED if _ADDRESS.match(sentence) and not _ASKS_OF_MAIL.search(question) else 0.0


def _speech(sentence: str, context: str, names: Set[str], known: float) -> float:
    """What it adds to the logit of a sentence who speaks in it, if anybody does.

    Asked what somebody said, a sentence that reports speech is preferred to the author's own words,
    unless `context`, the words that tell who speaks, names only others than the `names` asked for.
    `known` is added where it names one of these.
    """
    if not reports_speech(sentence):
        return -_SPEECH
    speaking = {name.lower() for name in names_in(context)}
    if names & speaking:
        return _SPEECH + known
    others = names and speaking and not speaks_itself(sentence)
    return _SPEECH + (_OF_OTHERS if others else 0.0)


def _chance(features: Sequence[float], weights: Sequence[float], more: float = 0.0) -> float:
    """The logistic function of the weighted features and what else adds to the logit."""
    logit = more + _weighted(features, weights)
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


def _weighted(features: Sequence[float], weights: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(features, weights, strict=True))


def _best_first(candidate: Candidate) -> tuple[float, str, int]:
    return -candidate.chance, candidate.hit.passage.source, candidate.start

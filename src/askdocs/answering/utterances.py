"""Turns of chats, mails and transcripts: who says a sentence, and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from askdocs.answering.candidates import Candidate
from askdocs.answering.context import TURN_LABEL, is_question
from askdocs.answering.questions.speech import names_in, reports_speech
from askdocs.answering.questions.speech_request import SpeechRequest
from askdocs.answering.rule_switches import rule
from askdocs.text.overlap import coverage
from askdocs.text.sentences import is_row
from askdocs.text.stemming import stem
from askdocs.text.tokens import words
from askdocs.types import Hit, Passage

# A heading that is a by-line ends with a date: "Nora <nora@example.org>, 21 May 2026, 14:05".
_BY_LINE = re.compile(
    r"(?P<author>[^›]{1,100}?), (?P<when>(?:[^\W\d_]{2,9}\.?,? )?(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{1,2}\.? [^\W\d_]{3,}\.? \d{4}|[^\W\d_]{3,}\.? \d{1,2},? \d{4}).*)"
)
# Labels of what is no speech.
_FIELDS = frozenset(
    """address answer attachment bcc cc contact date decision decisions documentation due email
    end example fax from hint important link location note notes number page phone place present
    price question reason result section source start subject summary time tip title to topic total
    url version vote warning when where""".split()
)
_ADDRESS = re.compile(r"<[^<>]*>")
_ROLES = frozenset({"assistant", "user"})  # in conversations with a language model
_MOST_WORDS_OF_A_NAME = 4
_SPEAKER_PROBABILITY = 0.8  # that a turn of the speaker who is asked for answers; a rule
_OTHER_TURN = 0.05  # of the probability of a turn of somebody else; a rule
_NOT_OF_TOPIC = 0.5  # of the probability of a turn that has no word of the topic; a rule
_WITHOUT_VERB = 0.25  # of the probability of sentences without "propose", where one has it; a rule
_LEAST_OF_TOPIC = 0.5  # of the weight of the words of the topic
_ASKING = 8  # hits that are looked at for a question which the next turns answer
_REPLIES = 2  # turns after it
_REPLY_SCORE = 0.9  # of the score of the turn that asks
_TURNS_BEFORE = 2
_SHORT_TURN = 400  # characters; a longer turn says itself what it is about
_OF_TURN = 0.75  # what a word counts that stands elsewhere in the same turn


@dataclass(frozen=True, slots=True)
class Turn:
    """Who says something, when, and what.

    Attributes:
        author: Their name, as the document has it.
        when: The time, as the document has it; "" where it has none.
        text: What a passage has of the turn.
    """

    author: str
    when: str
    text: str


def turn_at(passage: Passage, offset: int) -> Turn | None:
    """The turn of the sentence that begins at an offset into the text of a passage.

    The last label before the end of the line tells it, or the heading, if that is a by-line.
    """
    text = passage.text
    line_end = text.find("\n", offset)
    here = line_end if line_end >= 0 else len(text)
    labels = [label for label in TURN_LABEL.finditer(text) if _is_name(label)]
    begun = [label for label in labels if label.end() <= here]
    if begun and not is_row(text[text.rfind("\n", 0, offset) + 1 : here]):
        end = labels[len(begun)].start() if len(begun) < len(labels) else len(text)
        last = begun[-1]
        return Turn(last["author"].strip(), last["when"] or "", text[last.start() : end])
    return _under_by_line(passage)


def _under_by_line(passage: Passage) -> Turn | None:
    """The turn that a passage is by its heading: "Nora Fjeld, 21 May 2026 14:05"."""
    heading = _BY_LINE.fullmatch(passage.own_heading)
    if not heading:
        return None
    author = _ADDRESS.sub("", heading["author"]).strip()
    return Turn(author, heading["when"], passage.text)


@rule("signatures", otherwise=lambda *_: False)
def is_signature(passage: Passage, offset: int, sentence: str) -> bool:
    """Whether a sentence at an offset into a passage is only the name of who writes it."""
    if len(sentence.split()) > _MOST_WORDS_OF_A_NAME:
        return False
    turn = turn_at(passage, offset)
    return turn is not None and set(words(sentence)) <= set(words(turn.author))


def begins_turn(passage: Passage) -> bool:
    """Whether a passage surely begins with a turn: with a name and a time, or a name in capitals.

    "Deposit: two months" begins alike, and is none.
    """
    label = TURN_LABEL.match(passage.text)
    if label is None or not _is_name(label) or is_row(passage.text):
        return False
    author = label["author"]
    return bool(label["when"]) or author.isupper() or author in _ROLES


def _is_name(label: re.Match[str]) -> bool:
    """Whether a label is that of a speaker; those beside a time may have any form."""
    parts = label["author"].split()
    if len(parts) > _MOST_WORDS_OF_A_NAME or label["author"].lower() in _FIELDS:
        return False
    named = label["author"] in _ROLES or all(part[0].isupper() for part in parts)
    return bool(label["when"]) or named


@rule("replies to a turn", otherwise=lambda hits, *_: list(hits))
def with_replies(hits: Sequence[Hit], after: Callable[[Passage, int], list[Passage]]) -> list[Hit]:
    """The hits, and the turns that follow those among the first which ask something.

    A reply seldom repeats the words of the question that it answers: it has nearly the same score.
    """
    found = {hit.passage.id: hit for hit in hits}
    for hit in hits[:_ASKING]:
        if not (begins_turn(hit.passage) and is_question(hit.passage.text)):
            continue
        for reply in after(hit.passage, _REPLIES):
            known = found.get(reply.id, Hit(reply, 0.0))
            if begins_turn(reply):
                score = max(known.score, hit.score * _REPLY_SCORE)
                found[reply.id] = replace(known, score=score)
    return sorted(found.values(), key=lambda hit: -hit.score)


@dataclass(frozen=True, slots=True)
class PrecedingText:
    """What is read before the text of a passage that is part of a conversation.

    Attributes:
        text: It, with what parts it from the passage; "" where nothing is.
        turns: The turns in it: words that may answer, but that the passage does not hold.
    """

    text: str = ""
    turns: str = ""


def preceding_text(
    passage: Passage, before: Callable[[Passage, int], list[Passage]]
) -> PrecedingText:
    """What is read before a passage.

    The turns before a short one say what it is about. Where a heading alone says who writes, as
    in mails, that is read.
    """
    if begins_turn(passage):
        turns = before(passage, _TURNS_BEFORE) if len(passage.text) < _SHORT_TURN else []
        told = [each.text for each in turns if begins_turn(each) and len(each.text) < _SHORT_TURN]
        text = "".join(f"{text}\n" for text in told)
        return PrecedingText(text, text)
    turn = _under_by_line(passage)
    return PrecedingText(f"{turn.author} ({turn.when}): ") if turn else PrecedingText()


@rule("words of a speaker", otherwise=lambda _, candidates, __: list(candidates))
def by_speaker(
    said: SpeechRequest, candidates: Sequence[Candidate], rare_words: Mapping[str, float]
) -> list[Candidate]:
    """The candidates, of which those answer that stand in a turn of the speaker who is asked for.

    A turn of somebody else does not, unless it reports what the speaker said.
    """
    topic = {word: rare_words[word] for word in words(said.topic) if word in rare_words}
    judged = [_by_speaker(said, candidate, topic) for candidate in candidates]
    telling = [
        _holds(said.verbs, candidate.quote) and _is_own(said, candidate) for candidate in judged
    ]
    if not any(telling):
        return judged
    return [
        candidate
        if tells
        else replace(candidate, probability=candidate.probability * _WITHOUT_VERB)
        for candidate, tells in zip(judged, telling, strict=True)
    ]


def _holds(verbs: Set[str], sentence: str) -> bool:
    return bool(verbs & {stem(word) for word in words(sentence)})


def _turn_of(candidate: Candidate) -> Turn | None:
    passage = candidate.hit.passage
    return turn_at(passage, candidate.start - passage.start)


def _is_own(said: SpeechRequest, candidate: Candidate) -> bool:
    turn = _turn_of(candidate)
    return turn is not None and (not said.speaker or said.is_by(turn.author))


def _by_speaker(said: SpeechRequest, candidate: Candidate, topic: Mapping[str, float]) -> Candidate:
    turn = _turn_of(candidate)
    if turn is None:
        return candidate
    if said.speaker and not said.is_by(turn.author):
        named = " ".join(names_in(candidate.quote))
        if reports_speech(candidate.quote) and said.is_by(named):
            return candidate
        return replace(candidate, probability=candidate.probability * _OTHER_TURN)
    share = 1.0
    if said.topic:
        whole = _OF_TURN * coverage(topic, turn.text)
        share = max(coverage(topic, candidate.quote), whole)
    if not share:
        return replace(candidate, probability=candidate.probability * _NOT_OF_TOPIC)
    if share < _LEAST_OF_TOPIC:
        return candidate
    return replace(candidate, probability=max(candidate.probability, _SPEAKER_PROBABILITY * share))

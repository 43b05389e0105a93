"""Speech in chats, mails and transcripts: who says a sentence, and when."""

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

# A by-line is a name and a date: "Nora <nora@example.org>, 21 May 2026, 14:05".
_BY_LINE = re.compile(
    r"(?P<author>[^›]{1,100}?), (?P<when>(?:[^\W\d_]{2,9}\.?,? )?(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{1,2}\.? [^\W\d_]{3,}\.? \d{4}|[^\W\d_]{3,}\.? \d{1,2},? \d{4}).*)"
)
# Labels that are not names of speakers.
_FIELDS = frozenset(
    """address answer attachment bcc cc contact date decision decisions documentation due email
    end example fax from hint important link location note notes number page phone place present
    price question reason result section source start subject summary time tip title to topic total
    url version vote warning when where""".split()
)
_ADDRESS = re.compile(r"<[^<>]*>")
_ROLES = frozenset({"assistant", "user"})  # in conversations with a language model
_MOST_WORDS_OF_A_NAME = 4
# These four are set by hand.
_SPEAKER_PROBABILITY = 0.8  # least probability of a turn of the speaker with the whole topic
_OTHER_TURN = 0.05  # factor for a turn of somebody else
_OFF_TOPIC = 0.5  # factor for a turn of the speaker without a word of the topic
_WITHOUT_VERB = 0.25  # factor for sentences without "propose" or the like, if another has it
_LEAST_OF_TOPIC = 0.5  # share of the topic's words, by weight; a turn with less is not preferred
_MOST_ASKING = 8  # hits; only questions among the first ones get their replies
_REPLIES = 2  # turns after a question
_REPLY_SCORE = 0.9  # of the score of the question
_TURNS_BEFORE = 2
_SHORT_TURN = 400  # characters; a longer turn is clear without those before it
_TURN_COVERAGE = 0.75  # weight of a word in another sentence of the same turn


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation in a document.

    Attributes:
        author: The name of the speaker, as it is written.
        when: The time, as it is written; "" if there is none.
        text: The part of the turn that is in the passage.
    """

    author: str
    when: str
    text: str


def turn_at(passage: Passage, offset: int) -> Turn | None:
    """Find the turn of a sentence.

    It is the turn of the last label ("Nora: …") before the end of the sentence's line. Without a
    label, the heading of the passage can name author and time, for example in mails.

    Args:
        passage: The passage.
        offset: The start of the sentence in the text of the passage.

    Returns:
        The turn; None if the sentence is not in one.
    """
    text = passage.text
    line_end = text.find("\n", offset)
    here = line_end if line_end >= 0 else len(text)
    labels = [label for label in TURN_LABEL.finditer(text) if _is_name(label)]
    previous = [label for label in labels if label.end() <= here]
    if previous and not is_row(text[text.rfind("\n", 0, offset) + 1 : here]):
        end = labels[len(previous)].start() if len(previous) < len(labels) else len(text)
        last = previous[-1]
        return Turn(last["author"].strip(), last["when"] or "", text[last.start() : end])
    return _under_by_line(passage)


def _under_by_line(passage: Passage) -> Turn | None:
    """The turn of a passage whose heading is a by-line: "Nora Fjeld, 21 May 2026 14:05"."""
    heading = _BY_LINE.fullmatch(passage.own_heading)
    if not heading:
        return None
    author = _ADDRESS.sub("", heading["author"]).strip()
    return Turn(author, heading["when"], passage.text)


@rule("signatures", otherwise=lambda *_: False)
def is_signature(passage: Passage, offset: int, sentence: str) -> bool:
    """Whether a sentence is only the name of the author of its turn."""
    if len(sentence.split()) > _MOST_WORDS_OF_A_NAME:
        return False
    turn = turn_at(passage, offset)
    return turn is not None and set(words(sentence)) <= set(words(turn.author))


def begins_turn(passage: Passage) -> bool:
    """Whether a passage clearly begins with a turn: with a name and a time, or a name in capitals.

    The roles "user" and "assistant" count too.

    "Deposit: two months" looks similar, but is not a turn.
    """
    label = TURN_LABEL.match(passage.text)
    if label is None or not _is_name(label) or is_row(passage.text):
        return False
    author = label["author"]
    return bool(label["when"]) or author.isupper() or author in _ROLES


def _is_name(label: re.Match[str]) -> bool:
    """Whether a label is the name of a speaker. Beside a time, names need no capitals."""
    parts = label["author"].split()
    if len(parts) > _MOST_WORDS_OF_A_NAME or label["author"].lower() in _FIELDS:
        return False
    named = label["author"] in _ROLES or all(part[0].isupper() for part in parts)
    return bool(label["when"]) or named


@rule("replies to a turn", otherwise=lambda hits, *_: list(hits))
def with_replies(hits: Sequence[Hit], after: Callable[[Passage, int], list[Passage]]) -> list[Hit]:
    """Add the turns that reply to a question among the first hits.

    A reply seldom repeats the words of its question, so the search may not find it. Its score is
    0.9 times that of the question.

    Args:
        hits: The passages found, best first.
        after: The given number of passages after a passage, in its document.
    """
    found = {hit.passage.id: hit for hit in hits}
    for hit in hits[:_MOST_ASKING]:
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
    """The text that is read before a passage in a conversation.

    Attributes:
        text: The text, with a separator at its end; "" if there is none.
        turns: The turns in it. They may answer the question, but cannot be quoted from the passage.
    """

    text: str = ""
    turns: str = ""


def preceding_text(
    passage: Passage, before: Callable[[Passage, int], list[Passage]]
) -> PrecedingText:
    """The text that is read before a passage.

    For a short turn it is the turns before it, because they show what it is about. For a mail with
    a by-line as its heading, it is the author and the time.

    Args:
        passage: The passage.
        before: The given number of passages before a passage, in its document.
    """
    if begins_turn(passage):
        turns = before(passage, _TURNS_BEFORE) if len(passage.text) < _SHORT_TURN else []
        texts = [each.text for each in turns if begins_turn(each) and len(each.text) < _SHORT_TURN]
        text = "".join(f"{text}\n" for text in texts)
        return PrecedingText(text, text)
    turn = _under_by_line(passage)
    return PrecedingText(f"{turn.author} ({turn.when}): ") if turn else PrecedingText()


@rule("words of a speaker", otherwise=lambda _, candidates, __: list(candidates))
def by_speaker(
    request: SpeechRequest, candidates: Sequence[Candidate], term_weights: Mapping[str, float]
) -> list[Candidate]:
    """Prefer candidates in a turn of the speaker, for a question about speech.

    A turn of somebody else does not answer, unless it reports what the speaker said.

    Args:
        request: Whose statement the question asks for.
        candidates: The candidates.
        term_weights: The words of the query with their weights.
    """
    topic = {word: term_weights[word] for word in words(request.topic) if word in term_weights}
    judged = [_by_speaker(request, candidate, topic) for candidate in candidates]
    with_verb = [
        _has_verb(request.verbs, candidate.quote) and _is_own(request, candidate)
        for candidate in judged
    ]
    if not any(with_verb):
        return judged
    return [
        candidate
        if has_verb
        else replace(candidate, probability=candidate.probability * _WITHOUT_VERB)
        for candidate, has_verb in zip(judged, with_verb, strict=True)
    ]


def _has_verb(verbs: Set[str], sentence: str) -> bool:
    return bool(verbs & {stem(word) for word in words(sentence)})


def _turn_of(candidate: Candidate) -> Turn | None:
    passage = candidate.hit.passage
    return turn_at(passage, candidate.start - passage.start)


def _is_own(request: SpeechRequest, candidate: Candidate) -> bool:
    turn = _turn_of(candidate)
    return turn is not None and (not request.speaker or request.is_by(turn.author))


def _by_speaker(
    request: SpeechRequest, candidate: Candidate, topic: Mapping[str, float]
) -> Candidate:
    """Change the probability of a candidate by the author of its turn and by the topic."""
    turn = _turn_of(candidate)
    if turn is None:
        return candidate
    if request.speaker and not request.is_by(turn.author):
        named = " ".join(names_in(candidate.quote))
        if reports_speech(candidate.quote) and request.is_by(named):
            return candidate
        return replace(candidate, probability=candidate.probability * _OTHER_TURN)
    share = 1.0
    if request.topic:
        whole = _TURN_COVERAGE * coverage(topic, turn.text)
        share = max(coverage(topic, candidate.quote), whole)
    if not share:
        return replace(candidate, probability=candidate.probability * _OFF_TOPIC)
    if share < _LEAST_OF_TOPIC:
        return candidate
    return replace(candidate, probability=max(candidate.probability, _SPEAKER_PROBABILITY * share))

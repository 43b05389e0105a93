"""Recognises questions about statements: what somebody said, who said something, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from askdocs.answering.questions.speech import SAYING_VERB, subject_verb_and_topic
from askdocs.text.english import TITLES
from askdocs.text.stemming import stem
from askdocs.text.stop_words import content_words

_WHO = re.compile(
    rf"^\W*(?:and |but |so )?who(?: (?:was it|is it))?(?: (?:that|who))?(?: has| had| have)?"
    rf" (?P<verb>{SAYING_VERB})\b(?P<topic>.*)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"^\W*(?:and |but |so )?(?:when|(?:on|at) (?:what|which) (?:day|date|time))"
    rf" (?:did|has|had) (?P<speaker>.+?) (?P<verb>{SAYING_VERB})\b(?P<topic>.*)",
    re.IGNORECASE,
)
_ADDRESSEE = re.compile(r"^\s*to (?:him|her|them|us|me|you|[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)\b")
_SAID = "add comment mention said say speak spoke tell thought told think write written wrote"
_PLAIN = frozenset(map(stem, _SAID.split()))
_PROPOSING = frozenset(map(stem, "advise propose recommend suggest".split()))


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Whose statement a question asks for.

    Attributes:
        asks: What is asked: the words, their speaker or their time.
        speaker: The words of the speaker's name or role, in lower case; empty for "who".
        topic: The content words of the topic; "" if any statement answers.
        verbs: Stems of verbs. The statement should have one of them: "I propose" for "What did
            Nora suggest?". Empty for verbs of any statement: "say", "write".
    """

    asks: Literal["words", "speaker", "time"]
    speaker: frozenset[str]
    topic: str
    verbs: frozenset[str] = frozenset()

    def is_by(self, author: str) -> bool:
        """Whether the author of a turn is the speaker.

        The name may be longer in the question or in the document: "Ahmed", "Ahmed Salim".
        """
        named = _name_words(author)
        return bool(self.speaker & named) and (self.speaker <= named or named <= self.speaker)


def speech_request_in(question: str) -> SpeechRequest | None:
    """Find whose statement a question asks for; None for any other question."""
    when, who = _WHEN.match(question), _WHO.match(question)
    if when:
        speaker = _name_words(when["speaker"])
        found = SpeechRequest("time", speaker, _topic(when["topic"]), _expected(when["verb"]))
        return found if speaker else None
    if who:
        topic = _topic(who["topic"])
        return (
            SpeechRequest("speaker", frozenset(), topic, _expected(who["verb"])) if topic else None
        )
    subject, verb, topic = subject_verb_and_topic(question)
    speaker = _name_words(subject)
    return SpeechRequest("words", speaker, _topic(topic), _expected(verb)) if speaker else None


def _expected(verb: str) -> frozenset[str]:
    """The stems of which the statement should have one; empty for "say" and similar verbs."""
    root = stem(verb.lower())
    if root in _PLAIN:
        return frozenset()
    return _PROPOSING if root in _PROPOSING else frozenset({root})


def _name_words(name: str) -> frozenset[str]:
    found = (word.removesuffix("'s") for word in content_words(name))
    return frozenset(word for word in found if word not in TITLES)


def _topic(words: str) -> str:
    return " ".join(content_words(_ADDRESSEE.sub("", words)))

"""Questions about turns: what somebody said or wrote, who wrote something, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from askdocs.answering.questions.speech import SAYING_VERB, subject_and_topic
from askdocs.index.keywords.terms import content_words

_WHO = re.compile(
    rf"^\W*(?:and |but |so )?who(?: (?:was it|is it))?(?: (?:that|who))?(?: has| had| have)?"
    rf" (?:{SAYING_VERB})\b(?P<topic>.*)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"^\W*(?:and |but |so )?(?:when|(?:on|at) (?:what|which) (?:day|date|time))"
    rf" (?:did|has|had) (?P<speaker>.+?) (?:{SAYING_VERB})\b(?P<topic>.*)",
    re.IGNORECASE,
)
_ADDRESSEE = re.compile(r"^\s*to (?:him|her|them|us|me|you|[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)\b")
_TITLES = frozenset("mr mrs ms miss dr prof professor sir madam".split())


@dataclass(frozen=True, slots=True)
class Said:
    """Whose words a question asks for.

    Attributes:
        asks: What is wanted of them: the words, their speaker or their time.
        speaker: The words of the speaker's name or role, in lower case; empty for "who".
        topic: What they are about; "" where any words are wanted.
    """

    asks: Literal["words", "speaker", "time"]
    speaker: frozenset[str]
    topic: str

    def is_by(self, author: str) -> bool:
        """Whether the author of a turn is the speaker who is asked for.

        A name may be longer in the question or in the document: "Ahmed", "Ahmed Salim".
        """
        named = _name_words(author)
        return bool(self.speaker & named) and (self.speaker <= named or named <= self.speaker)


def said_in(question: str) -> Said | None:
    """Whose words a question asks for; None for a question of another kind."""
    when, who = _WHEN.match(question), _WHO.match(question)
    if when:
        speaker = _name_words(when["speaker"])
        return Said("time", speaker, _topic(when["topic"])) if speaker else None
    if who:
        topic = _topic(who["topic"])
        return Said("speaker", frozenset(), topic) if topic else None
    subject, topic = subject_and_topic(question)
    speaker = _name_words(subject)
    return Said("words", speaker, _topic(topic)) if speaker else None


def _name_words(name: str) -> frozenset[str]:
    found = (word.removesuffix("'s") for word in content_words(name))
    return frozenset(word for word in found if word not in _TITLES)


def _topic(words: str) -> str:
    return " ".join(content_words(_ADDRESSEE.sub("", words)))

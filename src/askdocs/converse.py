"""A conversation to what should be searched for, and what needs no search at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.types import Turn
from askdocs.words import content_words

_LEANING = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then"
    r"|one|ones|same|former|latter|others?|else|more)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(and|but|so|or|also|what about|how about|why not|why|when|where|who|how)\b", re.I
)
_NAME = re.compile(r"\b[A-Z][\w'’\-]+(?:\s+(?:of|the|al|bin|de|van|von)?\s*[A-Z][\w'’\-]+)*")
_FEW_WORDS = 2  # a question with so few words of its own leans on what was said before
_MOST_NAMES = 6

_SMALL_TALK = (
    (
        re.compile(r"^(hi|hello|hey|good (morning|afternoon|evening)|greetings)\b.{0,20}$", re.I),
        "Hello. Ask me anything about your documents.",
    ),
    (
        re.compile(r"^(thanks?|thank you|thx|cheers|great|perfect|ok(ay)?)\b.{0,25}$", re.I),
        "You are welcome. Ask on whenever you like.",
    ),
    (
        re.compile(
            r"^(who|what) are you\b.{0,10}$|^what (can|do) you do\b.{0,10}$|^help[?!. ]*$"
            r"|^how do(es)? (you|this|askdocs) work\b.{0,10}$",
            re.I,
        ),
        "I am askdocs. I answer questions from the documents in your folder, and quote the exact"
        " words that I stand on. If they do not hold the answer, I say so.",
    ),
)


def small_talk(question: str) -> str:
    """What to say to a greeting, to thanks or to a question about askdocs; "" to all others."""
    asked = question.strip()
    return next((reply for pattern, reply in _SMALL_TALK if pattern.match(asked)), "")


def queries(question: str, history: Sequence[Turn]) -> list[str]:
    """What to search for: the question as it stands, then with what the conversation adds.

    A question that stands on its own, or that opens a conversation, is searched alone.
    """
    asked = " ".join(question.split())
    before = [turn for turn in history if turn.answer.searched_for]
    if not before or not leans_on_history(asked):
        return [asked]
    return [asked, f"{asked} {_context(before)}".strip()]


def leans_on_history(question: str) -> bool:
    """Whether a question can hardly be understood alone."""
    few = len(content_words(question)) <= _FEW_WORDS
    return (
        bool(_LEANING.search(question))
        or (few and bool(_OPENING.match(question)))
        or (len(content_words(question)) == 0)
    )


def _context(history: Sequence[Turn]) -> str:
    """The words of the last question and the names in what was last answered."""
    last = history[-1]
    # What was searched for last already carries the topic over several turns.
    topic = content_words(last.answer.searched_for[-1])
    said = " ".join(statement.text for statement in last.answer.statements[:2])
    names = list(dict.fromkeys(match.group() for match in _NAME.finditer(said)))[:_MOST_NAMES]
    known = set(topic)
    fresh = [name for name in names if not set(content_words(name)) <= known]
    return " ".join([*topic, *fresh])

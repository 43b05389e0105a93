"""A conversation to what should be searched for, and what needs no search at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.types import Turn
from askdocs.words import content_words

_LEANING = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|these|those|then|one"
    r"|ones|same|former|latter|others?|else|more|another)\b|\b(that|there)\W*$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(and|but|so|or|also|what about|how about|why not)\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w'’\-]+(?:\s+(?:of|the|al|bin|de|van|von)?\s*[A-Z][\w'’\-]+)*")
# Of 961 follow-ups that people rewrote (TREC CAsT, MTRAG), 86 % of those that need the
# conversation have a leaning word or at most three words of their own; docs/decisions/0006.
_FEW_WORDS = 3
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


@dataclass(frozen=True, slots=True)
class Understood:
    """A question in its conversation: what to search for, and how to put it to the reader.

    `queries` are the question as it stands and, where it leans on the conversation, the same with
    what that adds. One without a word of its own ("and when?") is read as it is searched, names of
    the last answer included; others with the words of the topic only. `surely` is false where it
    may well stand on its own.
    """

    queries: tuple[str, ...]
    read_as: str
    surely: bool = True


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """A question with what the turns before it, oldest first, add to it."""
    asked = " ".join(question.split())
    before = [turn for turn in history if turn.answer.searched_for]
    if not before or not leans_on_history(asked):
        return Understood((asked,), asked)
    topic = _topic(before)
    context = _context(topic, before[-1])
    return Understood(
        queries=(asked, f"{asked} {context}".strip()),
        read_as=_with_topic(asked, topic) if content_words(asked) else f"{asked} ({context})",
        surely=_leans_by_word(asked),
    )


def leans_on_history(question: str) -> bool:
    """Whether a question can hardly be understood alone."""
    return _leans_by_word(question) or len(content_words(question)) <= _FEW_WORDS


def _leans_by_word(question: str) -> bool:
    return bool(_LEANING.search(question) or _OPENING.match(question))


def _topic(history: Sequence[Turn]) -> str:
    """The last question that was searched alone: it named what is being talked about."""
    alone = [turn.question for turn in history if len(turn.answer.searched_for) == 1]
    return alone[-1] if alone else history[0].question


def _with_topic(asked: str, topic: str) -> str:
    """A follow-up and, in brackets, what it is about.

    The topic goes in as words, after the question: asked two questions, the reader answers the
    first, and where the old one stands whole it often answers that (docs/decisions/0006).
    """
    return f"{asked} ({', '.join(content_words(topic))})"


def _context(topic: str, last: Turn) -> str:
    """The words of the topic and of the last question, and the names in what was answered."""
    said = " ".join(statement.text for statement in last.answer.statements[:2])
    names = [match.group() for match in _NAME.finditer(said)][:_MOST_NAMES]
    context = dict.fromkeys([*content_words(topic), *content_words(last.question)])
    fresh = [name for name in names if not set(content_words(name)) <= set(context)]
    return " ".join(dict.fromkeys([*context, *fresh]))

"""A conversation to what should be searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.answering.questions.intent import asks_for_overview
from askdocs.answering.questions.speech import asks_for_any_statement
from askdocs.text.english import DEMONSTRATIVES, GREETINGS, THIRD_PERSON, any_of
from askdocs.text.stop_words import content_words, question_content_words
from askdocs.types import Turn

_LEANING = re.compile(
    rf"\b({any_of(THIRD_PERSON | DEMONSTRATIVES - {'that'})}|then|one|ones"
    r"|same|former|latter|others?|else|more|another)\b|\b(that|there)\W*$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"^(?:(?:thanks|thank you|ok|okay|great|perfect|yes|no|{any_of(GREETINGS)})\b[\s,.!]*)*"
    r"(and|but|so|or|also|what about|how about|why not"
    r"|aber|und|et|mais|pero|y|och|og|oraz|но|و|اور)\b"
    r"|^(?:那么?|那麼|还有|另外|じゃあ|では|それで)",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w'’\-]+(?:\s+(?:of|the|al|bin|de|van|von)?\s*[A-Z][\w'’\-]+)*")
# Of 961 follow-ups that people rewrote (TREC CAsT, MTRAG), 86 % of those that need the
# conversation have a leaning word or at most three words of their own; docs/decisions/0006.
_FEW_WORDS = 3
_MOST_NAMES = 6
# "How many?" and "where exactly?" have no matter of their own either.
_MEASURES = frozenset(
    """many much long old far often tall big large high deep wide heavy soon late until since
    exactly precisely really sure kind sort""".split()
)

_GREETING = re.compile(
    rf"\W*(?:(?:{any_of(GREETINGS)}|thanks|thank you|many thanks|ok|okay|great|bye|goodbye"
    r"|good (?:morning|afternoon|evening|night))\b(?: (?:there|all|everyone|askdocs|so much"
    r"|very much|a lot))?[\s,.!:)]*)+",
    re.IGNORECASE,
)


def is_greeting(text: str) -> bool:
    """Whether a text only greets or thanks, and asks nothing."""
    return bool(_GREETING.fullmatch(text))


@dataclass(frozen=True, slots=True)
class ResolvedFollowUp:
    """A question in its conversation: what to search for, and how to put it to the reader.

    `queries` are the question as it stands and, where it leans on the conversation, the same with
    what that adds. One without a word of its own ("how many?") is read as it is searched, names of
    the last answer included; others with the words of the topic only. `surely` is false where it
    may well stand on its own.
    """

    queries: tuple[str, ...]
    read_as: str
    depends_on_history: bool = False
    surely: bool = True


def resolve_follow_up(question: str, history: Sequence[Turn]) -> ResolvedFollowUp:
    """A question with what the turns before it, oldest first, add to it."""
    asked = " ".join(question.split())
    before = [turn for turn in history if turn.answer.searched_for]
    if not before or not depends_on_history(asked):
        return ResolvedFollowUp((asked,), asked)
    topic = _topic(before)
    context = _context(topic, before[-1])
    bare = _MEASURES.issuperset(content_words(asked))
    return ResolvedFollowUp(
        queries=(asked, f"{asked} {context}".strip()),
        read_as=f"{asked} ({context})" if bare else _with_topic(asked, topic),
        depends_on_history=True,
        surely=bare or _depends_by_word(asked),
    )


def depends_on_history(question: str) -> bool:
    """Whether a question can hardly be understood alone.

    A short one mostly cannot; but "What did Okafor say?" asks for any words of hers, and "What is
    the article about?" for no more than it says.
    """
    if asks_for_overview(question):
        return False
    if _depends_by_word(question):
        return True
    return len(question_content_words(question)) <= _FEW_WORDS and not asks_for_any_statement(
        question
    )


def _depends_by_word(question: str) -> bool:
    return bool(_LEANING.search(question) or _OPENING.match(question))


def _topic(history: Sequence[Turn]) -> str:
    """The last question that was searched alone: it named what is being talked about."""
    alone = [turn.question for turn in history if not turn.answer.with_history]
    return alone[-1] if alone else history[0].question


def _with_topic(asked: str, topic: str) -> str:
    """A follow-up and, in brackets, what it is about.

    The topic goes in as words, after the question: asked two questions, the reader answers the
    first, and where the old one stands whole it often answers that (docs/decisions/0006).
    """
    return f"{asked} ({', '.join(question_content_words(topic))})"


def _context(topic: str, last: Turn) -> str:
    """The words of the topic and of the last question, and the names in what was answered."""
    said = " ".join(statement.text for statement in last.answer.statements[:2])
    names = [match.group() for match in _NAME.finditer(said)][:_MOST_NAMES]
    context = dict.fromkeys(
        [*question_content_words(topic), *question_content_words(last.question)]
    )
    fresh = [name for name in names if not set(content_words(name)) <= set(context)]
    return " ".join(dict.fromkeys([*context, *fresh]))

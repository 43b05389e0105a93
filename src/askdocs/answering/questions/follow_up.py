"""Resolves follow-ups: adds words of the conversation to a question that depends on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.answering.questions.ellipsis import completed, meant_by
from askdocs.answering.questions.intent import asks_for_overview
from askdocs.answering.questions.speech import asks_for_any_statement
from askdocs.text.english import DEMONSTRATIVES, GREETINGS, THIRD_PERSON, any_of
from askdocs.text.stop_words import content_words, question_content_words
from askdocs.types import Turn

_REFERS_BACK = re.compile(
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
# From 961 follow-ups that people rewrote (TREC CAsT, MTRAG). Of those that need the conversation,
# 86 % have a word that refers back or at most three content words; docs/decisions/0006.
_FEW_WORDS = 3
_MOST_NAMES = 6
# Content words that name no topic: "How many?" and "Where exactly?" consist of them.
_MEASURE_WORDS = frozenset(
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
    """A question with the words that the conversation adds.

    Attributes:
        queries: What is searched. The first is the question as it was asked. If the question
            depends on the conversation, the second has words of the conversation added.
        read_as: The question for the reader. A follow-up has words in brackets. They are the
            content words of the topic. A question without content words ("how many?") gets all
            words of the second query instead, with the names of the last answer.
        depends_on_history: Whether words of the conversation were added.
        is_completed: Whether the question is a whole one, made of a follow-up that only names a new
            subject: "What is the deposit?" for "and the deposit?". It is the only query then.
        is_ambiguous: Whether the question may also stand alone. True if it is short but has no word
            that refers back, such as "it". False for "how many?", which needs a topic.
    """

    queries: tuple[str, ...]
    read_as: str
    depends_on_history: bool = False
    is_completed: bool = False
    is_ambiguous: bool = False


def resolve_follow_up(question: str, history: Sequence[Turn]) -> ResolvedFollowUp:
    """Add to a question what the conversation says about its topic.

    "When is it lit?" after "Who looks after the lamp?" is read as "When is it lit? (looks, lamp)".

    Args:
        question: The question without polite words.
        history: The turns before it, oldest first.
    """
    asked = " ".join(question.split())
    before = [turn for turn in history if turn.answer.searched_for]
    if not before or not depends_on_history(asked):
        return ResolvedFollowUp((asked,), asked)
    whole = completed(asked, before)
    if whole:
        return ResolvedFollowUp((whole,), whole, depends_on_history=True, is_completed=True)
    topic = _topic(before)
    context = _context(topic, before[-1])
    has_no_topic = _MEASURE_WORDS.issuperset(content_words(asked))
    return ResolvedFollowUp(
        queries=(asked, f"{asked} {context}".strip()),
        read_as=f"{asked} ({context})" if has_no_topic else _with_topic(asked, topic),
        depends_on_history=True,
        is_ambiguous=not (has_no_topic or _depends_by_word(asked)),
    )


def depends_on_history(question: str) -> bool:
    """Whether a question can hardly be understood without the conversation.

    It depends if it has a word that refers back, such as "it", or at most three content words. Two
    kinds of short questions do not depend. "What did Okafor say?" asks for any statement of hers.
    "What is the article about?" asks for an overview.
    """
    if asks_for_overview(question):
        return False
    if _depends_by_word(question):
        return True
    return len(question_content_words(question)) <= _FEW_WORDS and not asks_for_any_statement(
        question
    )


def _depends_by_word(question: str) -> bool:
    return bool(_REFERS_BACK.search(question) or _OPENING.match(question))


def _topic(history: Sequence[Turn]) -> str:
    """The last question that did not depend on the conversation, or was completed from it.

    It named the topic.
    """
    alone = [
        meant
        for turn in history
        if (meant := meant_by(turn)) != turn.question or not turn.answer.with_history
    ]
    return alone[-1] if alone else history[0].question


def _with_topic(asked: str, topic: str) -> str:
    """The follow-up with the content words of the topic in brackets.

    Only the words are added, and after the follow-up. If the reader sees two whole questions, it
    often answers the old one (docs/decisions/0006).
    """
    return f"{asked} ({', '.join(question_content_words(topic))})"


def _context(topic: str, last: Turn) -> str:
    """The words of the topic and of the last question, and names in the last answer."""
    answered = " ".join(statement.text for statement in last.answer.statements[:2])
    names = [match.group() for match in _NAME.finditer(answered)][:_MOST_NAMES]
    context = dict.fromkeys(
        [*question_content_words(topic), *question_content_words(last.question)]
    )
    fresh = [name for name in names if not set(content_words(name)) <= set(context)]
    return " ".join(dict.fromkeys([*context, *fresh]))

"""A question, parsed once: what kind of answer it wants, and what is searched and read for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from askdocs.answering.questions.follow_up import understand
from askdocs.answering.questions.intent import (
    asks_for_documents,
    asks_for_more,
    asks_for_one_fact,
    asks_for_overview,
    topic_of,
)
from askdocs.answering.questions.said import Said, said_in
from askdocs.answering.questions.speech import asks_for_speech
from askdocs.text.english import AUXILIARIES, CONTRACTED_NOT, QUESTION_WORDS, any_of
from askdocs.types import Turn

Intent = Literal["fact", "yes_no", "speech", "open", "topic", "overview", "more", "documents"]

_REQUEST = re.compile(
    r"^(?:(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening))\b[\s,.!]*)?"
    r"(?:please[\s,]+)?"
    r"(?:(?:can|could|would|will) you (?:please |kindly )?(?:tell|show|give|explain to|remind)"
    r" (?:me|us)|(?:please )?(?:tell|remind) (?:me|us)|do you know|any idea"
    r"|i(?:'d| would) (?:like|love|want) to (?:know|understand|learn|find out)"
    r"|i (?:want|need|wanted|wish) to (?:know|understand|learn|find out)"
    r"|i(?:'m| am| was) (?:wondering|curious|trying to find out|looking for))"
    r"[\s,:]+(?:(?:please|exactly|about|if you know)[\s,]+)?"
    rf"(?=(?:{any_of(QUESTION_WORDS)}|if|whether|in which|at which|for how)\b)",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"^(?:if|whether)\s+", re.IGNORECASE)
_OPENING_AUXILIARIES = AUXILIARIES - {"be", "been", "being"}  # "Being late, …" asks nothing
_YES_NO = re.compile(
    rf"^(?:so |and |but |or )?(?:{any_of(_OPENING_AUXILIARIES)}|{CONTRACTED_NOT})\b", re.IGNORECASE
)
_PLACE = re.compile(
    r"^(?:what (?:does|do|did|is|are) .*?|(?:(?:show|give|read|quote|cite)(?: me| us)? )?(?:the )?)"
    r"(?:\b(?:clause|article|art\.?|section|sec\.?|paragraph|para\.?|rule)|§+)"
    r"\s*(?P<number>\d+(?:\.\d+)*)(?: (?:of|in) [\w\s.-]+?)?"
    r"(?:\s+(?:say|state|mean|require|provide|contain|regulate|cover|about)s?)?\W*$",
    re.IGNORECASE,
)
# An identifier has a figure and either a letter, a mark between figures, or five figures.
_IDENTIFIER = re.compile(r"[^\W_]+(?:[-_./:#][^\W_]+)*")
_LONG_NUMBER = 5  # figures
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}")
_QUANTITY = re.compile(
    r"\d+(?:st|nd|rd|th|s|k|m|bn|x|%|mb|gb|kb|tb|kg|km|cm|mm|mg|ml|am|pm)?", re.I
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of a question before anything is searched.

    Attributes:
        text: The question as it was asked.
        intent: What kind of answer it wants.
        topic: What everything is wanted about, where the intent is "topic"; else "".
        place: The number of the clause, article or section whose words are wanted, as in "What does
            clause 3.2 say?"; else "".
        identifiers: Numbers and codes, in lower case, that the answer has to be about.
        queries: What is searched, the question itself first.
        read_as: The question as the reader and a language model are asked it: without the words of
            a request, and with what the conversation adds.
        needs_history: Whether it can hardly be understood without the conversation.
        said: Whose words it asks for, in which chats and mails are; None for other questions.
    """

    text: str
    intent: Intent
    topic: str
    place: str
    identifiers: frozenset[str]
    queries: tuple[str, ...]
    read_as: str
    needs_history: bool = True
    said: Said | None = None


def parse(question: str, history: Sequence[Turn] = ()) -> Question:
    """What a question wants, with what the turns before it, oldest first, add to it.

    Args:
        question: The question in the words of the person.
        history: The conversation before it.

    Returns:
        The Question that all later steps work with.
    """
    text = " ".join(question.split())
    asked = understand(without_request(text), history)
    topic = topic_of(asked.read_as)
    return Question(
        text=text,
        intent=_intent(text, asked.read_as, topic),
        topic=topic,
        place=place["number"] if not topic and (place := _PLACE.match(text)) else "",
        identifiers=identifiers_in(text),
        queries=(topic,) if topic else asked.queries,
        read_as=asked.read_as,
        needs_history=asked.surely,
        said=None if topic else said_in(asked.read_as),
    )


def without_request(text: str) -> str:
    """A question without the polite words around it: "Can you tell me when …" becomes "when …"."""
    rest = _REQUEST.sub("", text)
    return _WHETHER.sub("", rest) if rest != text else text


def identifiers_in(text: str) -> frozenset[str]:
    """The codes and long numbers of a text, in lower case: "INV-10234", "v1.2.3", "10234".

    Years, dates, small numbers and quantities such as "15th" or "20GB" are none.
    """
    found = (match.group().lower() for match in _IDENTIFIER.finditer(text))
    return frozenset(word for word in found if _is_identifier(word))


def _is_identifier(word: str) -> bool:
    figures = sum(character.isdigit() for character in word)
    if not figures or _DATE.fullmatch(word):
        return False
    if word.isdigit():
        return len(word) >= _LONG_NUMBER
    if _QUANTITY.fullmatch(word):
        return False
    letters = any(character.isalpha() for character in word)
    return letters and figures > 1 and not re.fullmatch(r"\d+[-/.]\d+|\d+-[a-z]+", word)


def _intent(text: str, read_as: str, topic: str) -> Intent:
    if asks_for_documents(text):
        return "documents"
    if asks_for_more(text):
        return "more"
    if asks_for_overview(read_as):
        return "overview"
    if topic:
        return "topic"
    if asks_for_speech(read_as):
        return "speech"
    if asks_for_one_fact(read_as):
        return "fact"
    return "yes_no" if _YES_NO.match(read_as) else "open"

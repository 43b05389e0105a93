"""Parses a question once: what answer it asks for, and what is searched and read for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from askdocs.answering.questions.answer_type import AnswerType, answer_type_of
from askdocs.answering.questions.comparison import Side, sides_of
from askdocs.answering.questions.follow_up import is_greeting, resolve_follow_up
from askdocs.answering.questions.intent import (
    asks_for_documents,
    asks_for_more,
    asks_for_overview,
    asks_of_mail,
    overview_of,
    topic_of,
)
from askdocs.answering.questions.mention import MentionRequest, mention_requested
from askdocs.answering.questions.metadata import MetadataFact, metadata_facts_in
from askdocs.answering.questions.place import PlaceRequest, place_requested
from askdocs.answering.questions.speech import asks_for_any_statement, asks_for_speech
from askdocs.answering.questions.speech_request import SpeechRequest, speech_request_in
from askdocs.answering.questions.task import Task, task_of
from askdocs.answering.rule_switches import rule
from askdocs.errors import AskdocsError
from askdocs.text.english import (
    AUXILIARIES,
    CONTRACTED_NOT,
    GOOD_DAY,
    GREETINGS,
    QUESTION_WORDS,
    any_of,
)
from askdocs.text.identifiers import Identifier, named_in
from askdocs.text.language import asks_in_english
from askdocs.types import Turn

Intent = Literal[
    "greeting", "documents", "more", "overview", "topic", "speech", "fact", "yes_no", "open"
]

_REQUEST = re.compile(
    rf"^(?:(?:{any_of(GREETINGS)}|dear \w+|{GOOD_DAY})\b[\s,.!]*)?"
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
_OPENING_AUXILIARIES = AUXILIARIES - {"be", "been", "being"}  # "Being late, …" is no question
_YES_NO = re.compile(
    rf"^(?:so |and |but |or )?(?:{any_of(_OPENING_AUXILIARIES)}|{CONTRACTED_NOT})\b", re.IGNORECASE
)

LONGEST_QUESTION = 2000  # characters; the rest is ignored


@dataclass(frozen=True, slots=True)
class Question:
    """A parsed question. All later steps read its fields.

    Attributes:
        text: The question as the user wrote it, with single spaces.
        asked: The question without polite words: "when …" for "Can you tell me when …". A
            follow-up that only names a new subject is completed: "What is the deposit?" for "and
            the deposit?".
        intent: What kind of request it is. It decides how it is answered.
        answer_type: The type of answer that it asks for.
        topic: The topic, if the intent is "topic"; else "".
        place: The number of the clause, article or section that it asks for: "3.2" for "What does
            clause 3.2 say?"; else "".
        identifiers: Numbers and codes in the question. The answer must be about them.
        queries: What is searched. The first is the question itself, or its topic.
        read_as: The question for the reader and the language model: `asked`, with words of the
            conversation added.
        with_history: Whether the queries have words of the conversation.
        is_ambiguous: Whether a follow-up may also stand alone. Then it is searched both ways.
        speaker: Whose words it asks for, for chats and mails; None for other questions.
        any_statement: Whether any statement of a speaker answers it, as in "What did Zehri say?".
        mention: The words whose mentions it asks for, as in "Which letters mention the crane?";
            None for other questions.
        metadata_facts: The facts about a document itself that it asks for: author, date, recipient
            or title.
        overview_of: What it asks for an overview of: "the lease" for "Summarise the lease"; else
            "".
        comparison: The two sides, if it compares; else None.
        task: What it asks a language model to write, such as a summary; else None.
        of_mail: Whether it asks about mail and its addresses.
        is_english: Whether it is in English.
    """

    text: str
    asked: str
    intent: Intent
    answer_type: AnswerType
    topic: str
    place: PlaceRequest | None
    identifiers: tuple[Identifier, ...]
    queries: tuple[str, ...]
    read_as: str
    with_history: bool
    is_ambiguous: bool
    speaker: SpeechRequest | None
    any_statement: bool
    mention: MentionRequest | None
    metadata_facts: tuple[MetadataFact, ...]
    overview_of: str
    comparison: tuple[Side, Side] | None
    task: Task | None
    of_mail: bool
    is_english: bool

    def alone(self) -> Question:
        """The same question without the words of the conversation."""
        return self if self.read_as == self.asked else parse(self.text)


def parse(question: str, history: Sequence[Turn] = ()) -> Question:
    """Parse a question.

    Args:
        question: The question as the user wrote it.
        history: The turns before it, oldest first.
    """
    text = " ".join(question.split())
    asked = without_request(text)
    resolved = resolve_follow_up(asked, history)
    if resolved.is_completed:
        asked = resolved.read_as
    topic = topic_of(resolved.read_as)
    answer_type = answer_type_of(asked)
    return Question(
        text=text,
        asked=asked,
        intent=_intent(text, asked, resolved.read_as, topic, answer_type),
        answer_type=answer_type,
        topic=topic,
        place=None if topic else place_requested(asked),
        identifiers=tuple(named_in(text)),
        queries=(topic,) if topic else resolved.queries,
        read_as=resolved.read_as,
        with_history=resolved.depends_on_history and not topic,
        is_ambiguous=resolved.is_ambiguous,
        speaker=None if topic else speech_request_in(resolved.read_as),
        any_statement=asks_for_any_statement(resolved.read_as),
        mention=mention_requested(asked),
        metadata_facts=metadata_facts_in(asked),
        overview_of=overview_of(asked),
        comparison=sides_of(asked),
        task=task_of(resolved.read_as),
        of_mail=asks_of_mail(asked),
        is_english=asks_in_english(text),
    )


def normalise_question(question: str) -> str:
    """Remove control characters, and cut the question at `LONGEST_QUESTION` characters.

    Raises:
        AskdocsError: It has no letter or digit.
    """
    asked = "".join(character if character.isprintable() else " " for character in question)
    asked = " ".join(asked.split())[:LONGEST_QUESTION]
    if not any(character.isalnum() for character in asked):
        raise AskdocsError("The question is empty. Ask something about your documents.")
    return asked


@rule("polite words removed", otherwise=lambda text: text)
def without_request(text: str) -> str:
    """Remove the polite words around a question: "Can you tell me when …" becomes "when …"."""
    rest = _REQUEST.sub("", text)
    return _WHETHER.sub("", rest) if rest != text else text


def _intent(text: str, asked: str, read_as: str, topic: str, answer_type: AnswerType) -> Intent:
    if is_greeting(text):
        return "greeting"
    if asks_for_documents(asked):
        return "documents"
    if asks_for_more(asked):
        return "more"
    if asks_for_overview(read_as):
        return "overview"
    if topic:
        return "topic"
    if asks_for_speech(read_as):
        return "speech"
    if answer_type.one_fact:
        return "fact"
    return "yes_no" if _YES_NO.match(asked) else "open"

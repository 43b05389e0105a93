"""A question, parsed once: what kind of answer it wants, and what is searched and read for it."""

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


LONGEST_QUESTION = 2000  # characters; the rest of a longer one is not read


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of a question before anything is searched. All later steps read it here.

    Attributes:
        text: The question in the words of the person.
        asked: The same without the words of a request: "when …" for "Can you tell me when …".
        intent: What it wants, by which it is answered.
        answer_type: What its answer is like.
        topic: What everything is wanted about, where the intent is "topic"; else "".
        place: The number of the clause, article or section whose words are wanted, as in "What does
            clause 3.2 say?"; else "".
        identifiers: Numbers and codes that the answer has to be about.
        queries: What is searched, the question itself first.
        read_as: The question as the reader and a language model are asked it: as `asked`, and with
            what the conversation adds.
        with_history: Whether the queries have words of the conversation.
        needs_history: Whether it can hardly be understood without the conversation.
        speaker: Whose words it asks for, in which chats and mails are; None for other questions.
        any_statement: Whether any words of a speaker answer, as in "What did Zehri say?".
        mention: What the mentions are wanted of, in "Which letters mention the crane?".
        metadata_facts: What is asked about a document as such: who wrote it, when or to whom,
            or its title.
        overview_of: What an overview is wanted of, in "Summarise the lease"; else "".
        comparison: The two sides of a question that compares.
        task: What it wants to be made from documents, which only a language model can do.
        of_mail: Whether it asks about mail and its addresses.
    """

    text: str
    asked: str
    intent: Intent
    answer_type: AnswerType
    topic: str
    place: str
    identifiers: tuple[Identifier, ...]
    queries: tuple[str, ...]
    read_as: str
    with_history: bool
    needs_history: bool
    speaker: SpeechRequest | None
    any_statement: bool
    mention: MentionRequest | None
    metadata_facts: tuple[MetadataFact, ...]
    overview_of: str
    comparison: tuple[Side, Side] | None
    task: Task | None
    of_mail: bool

    def alone(self) -> Question:
        """The same question without what its conversation adds."""
        return self if self.read_as == self.asked else parse(self.text)


def parse(question: str, history: Sequence[Turn] = ()) -> Question:
    """What a question wants, with what the turns before it, oldest first, add to it.

    Args:
        question: The question in the words of the person.
        history: The conversation before it.

    Returns:
        The Question that all later steps work with.
    """
    text = " ".join(question.split())
    asked = without_request(text)
    understood = resolve_follow_up(asked, history)
    topic = topic_of(understood.read_as)
    answer_type = answer_type_of(asked)
    return Question(
        text=text,
        asked=asked,
        intent=_intent(text, asked, understood.read_as, topic, answer_type),
        answer_type=answer_type,
        topic=topic,
        place=place["number"] if not topic and (place := _PLACE.match(asked)) else "",
        identifiers=tuple(named_in(text)),
        queries=(topic,) if topic else understood.queries,
        read_as=understood.read_as,
        with_history=understood.depends_on_history and not topic,
        needs_history=understood.surely,
        speaker=None if topic else speech_request_in(understood.read_as),
        any_statement=asks_for_any_statement(understood.read_as),
        mention=mention_requested(asked),
        metadata_facts=metadata_facts_in(asked),
        overview_of=overview_of(asked),
        comparison=sides_of(asked),
        task=task_of(understood.read_as),
        of_mail=asks_of_mail(asked),
    )


def normalise_question(question: str) -> str:
    """A question fit to be searched: without control characters, not endless.

    Raises AskdocsError where nothing is left.
    """
    asked = "".join(character if character.isprintable() else " " for character in question)
    asked = " ".join(asked.split())[:LONGEST_QUESTION]
    if not any(character.isalnum() for character in asked):
        raise AskdocsError("The question is empty. Ask something about your documents.")
    return asked


@rule("polite words removed", otherwise=lambda text: text)
def without_request(text: str) -> str:
    """A question without the polite words around it: "Can you tell me when …" becomes "when …"."""
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

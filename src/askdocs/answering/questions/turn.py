"""Turns of a conversation whose answers were stopped, or were given elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.answering.questions.question import parse
from askdocs.text.sentences import sentence_spans
from askdocs.types import Answer, Statement, Turn

IN_DOUBT = "Perhaps: "  # begins the text of an answer that is in doubt
_MARK = re.compile(r"\s*\[\d+\]")
_NO_SEARCH = frozenset({"greeting", "documents", "more"})


def turn_of(question: str, history: Sequence[Turn], text: str = "") -> Turn:
    """The turn of a question of whose answer only the text is known, or nothing.

    A follow-up resolves after it as it does after an answer of an assistant, so far as that depends
    on the question and the text.

    Args:
        question: The question.
        history: The turns before it, oldest first.
        text: What was answered; "" where the answer was stopped.

    Returns:
        The turn, for the history of the next question.
    """
    asked = parse(question, history)
    said = _MARK.sub("", text.removeprefix(IN_DOUBT))
    sentences = (said[start:end] for start, end in sentence_spans(said))
    answer = Answer(
        question=question,
        text=text,
        statements=tuple(Statement(sentence, (), "unsupported") for sentence in sentences),
        answered=bool(text),
        searched_for=() if asked.intent in _NO_SEARCH else asked.queries,
        with_history=asked.with_history,
    )
    return Turn(question, answer)

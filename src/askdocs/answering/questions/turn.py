"""Makes turns of a conversation whose answers were stopped, or were given by another system."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.answering.questions.question import parse
from askdocs.text.sentences import sentence_spans
from askdocs.types import NOT_LEARNT_SIGN, Answer, Statement, Turn

IN_DOUBT = "Perhaps: "  # begins the text of an uncertain answer
_MARK = re.compile(rf"\s*(?:\[\d+\]|{NOT_LEARNT_SIGN})")
_NO_SEARCH = frozenset({"greeting", "documents", "more"})


def turn_of(question: str, history: Sequence[Turn], text: str = "") -> Turn:
    """Make the turn of a question if only the text of its answer is known, or nothing of it.

    It lets the next question be resolved as a follow-up. For this, the question and the text of its
    answer are enough.

    Args:
        question: The question.
        history: The turns before it, oldest first.
        text: The text of the answer; "" if the answer was stopped.
    """
    asked = parse(question, history)
    plain = _MARK.sub("", text.removeprefix(IN_DOUBT))
    sentences = (plain[start:end] for start, end in sentence_spans(plain))
    answer = Answer(
        question=question,
        text=text,
        statements=tuple(Statement(sentence, (), "unsupported") for sentence in sentences),
        answered=bool(text),
        searched_for=() if asked.intent in _NO_SEARCH else asked.queries,
        with_history=asked.with_history,
    )
    return Turn(question, answer)

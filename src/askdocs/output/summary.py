"""How much of an answer that a language model wrote stands in the documents, in one line."""

from __future__ import annotations

from askdocs.types import Answer

_SUPPORTED = ("quoted", "supported")


def is_prose(answer: Answer) -> bool:
    """Return whether a language model wrote the answer, so that its statements were judged."""
    return answer.kind == "prose"


def summary(answer: Answer) -> str:
    """The line below an answer of a language model: "7 of 9 statements stand in your documents.".

    Headings, questions and transitions are not counted. Empty for an answer of quotes.
    """
    if not is_prose(answer):
        return ""
    verdicts = [each.verdict for each in answer.statements if each.verdict != "no_claim"]
    unchecked = verdicts.count("unchecked")
    judged = len(verdicts) - unchecked
    standing = sum(verdict in _SUPPORTED for verdict in verdicts)
    parts = []
    if judged == 1:
        verb = "stands" if standing else "does not stand"
        parts.append(f"The statement {verb} in your documents")
    elif judged:
        count = f"All {judged}" if standing == judged else f"{standing} of {judged}"
        parts.append(f"{count} statements stand in your documents")
    if unchecked:
        noun = "statement was" if unchecked == 1 else "statements were"
        parts.append(f"{unchecked} {noun} not checked")
    return f"{'; '.join(parts)}." if parts else ""

"""One line that says how much of a language model's answer the documents support."""

from __future__ import annotations

from askdocs.types import NOT_LEARNT, NOT_LEARNT_SIGN, Answer

_SUPPORTED = ("quoted", "supported")


def is_prose(answer: Answer) -> bool:
    """Return whether a language model wrote the answer, so that its statements were judged."""
    return answer.kind == "prose"


def support_summary(answer: Answer) -> str:
    """Return the line below an answer: "7 of 9 statements are supported by your documents.".

    Headings, questions and transitions are not counted. What the sign of a language that the
    verifier has not learnt means is said here, once. The line is empty for an answer of quotes.
    """
    if not is_prose(answer):
        return ""
    verdicts = [statement.verdict for statement in answer.statements]
    verdicts = [verdict for verdict in verdicts if verdict != "no_claim"]
    unchecked = verdicts.count("unchecked")
    not_learnt = sum(bool(statement.sign) for statement in answer.statements)
    judged = len(verdicts) - unchecked
    supported = sum(verdict in _SUPPORTED for verdict in verdicts)
    parts = []
    if judged == 1:
        verb = "is" if supported else "is not"
        parts.append(f"The statement {verb} supported by your documents")
    elif judged:
        count = f"All {judged}" if supported == judged else f"{supported} of {judged}"
        parts.append(f"{count} statements are supported by your documents")
    if unchecked > not_learnt:
        parts.append(f"{_counted(unchecked - not_learnt)} not checked")
    if not_learnt:
        parts.append(f"{_counted(not_learnt, NOT_LEARNT_SIGN)} not checked: {NOT_LEARNT}")
    return f"{'; '.join(parts)}." if parts else ""


def _counted(count: int, sign: str = "") -> str:
    noun, verb = ("statement", "was") if count == 1 else ("statements", "were")
    return f"{count} {noun}{f' ({sign})' if sign else ''} {verb}"

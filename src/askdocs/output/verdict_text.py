"""The verdicts on the statements of a draft, in words."""

from __future__ import annotations

import re

from askdocs.answering.verification.quotations import is_missing
from askdocs.types import NOT_LEARNT, Check, CheckedStatement

MEANINGS = {
    "quoted": "quoted word for word from the documents",
    "supported": "supported by the documents",
    "partly": "only partly supported",
    "unsupported": "not supported by the documents",
    "unchecked": "not checked",
    "no_claim": "",
}
_NOT_IN_SOURCE = re.compile(r"the (?:number|date|name) (.+) is not in the source")
CONTRADICTED = "contradicted by the documents"


def meaning(statement: CheckedStatement) -> str:
    """Return the verdict on a statement in words, with its reason."""
    misquoted = [quotation for quotation in statement.quotations if quotation.difference]
    if misquoted and statement.is_wrong:
        return "; ".join(
            f"misquoted “{quotation.text}”: {quotation.difference}" for quotation in misquoted
        )
    words = CONTRADICTED if statement.is_wrong else MEANINGS[statement.verdict]
    reason, missing = _without_repetition(statement)
    reason = f": {reason}" if reason else ""
    absent = f" (not found: {', '.join(missing)})" if missing else ""
    rests = dict.fromkeys(quotation.goes_on for quotation in statement.quotations)
    going_on = [
        f"the source goes on: “{rest}”" for rest in rests if rest and rest not in statement.reason
    ]
    return "; ".join([f"{words}{reason}{absent}", *going_on])


def quotes_missing_words(statement: CheckedStatement) -> bool:
    """Return whether the statement quotes words that are nowhere in the documents."""
    return any(is_missing(each.text, each.difference) for each in statement.quotations)


def fails(statement: CheckedStatement) -> bool:
    """Return whether the statement is a reason for the exit status 1 of `askdocs check`."""
    return statement.is_wrong or quotes_missing_words(statement)


def _without_repetition(statement: CheckedStatement) -> tuple[str, list[str]]:
    """The reason of a verdict, and the words that were not found, without repeating any of them."""
    reason, missing = statement.reason, list(statement.not_found)
    only = _NOT_IN_SOURCE.fullmatch(reason)
    if only and any(_mentions(each, only[1]) for each in missing):
        return "", missing
    return reason, [each for each in missing if not _mentions(reason, each)]


def _mentions(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def summary_of(check: Check) -> str:
    """Return one line: how many statements the documents support, and how many are wrong."""
    judged = [
        statement
        for statement in check.statements
        if statement.verdict not in ("no_claim", "unchecked")
    ]
    supported = check.count("quoted", "supported")
    wrong = sum(statement.is_wrong for statement in check.statements)
    unchecked = check.count("unchecked")
    missing = sum(fails(statement) for statement in check.statements) - wrong
    parts = [f"{supported} of {len(judged)} statements are supported by the documents"]
    if wrong:
        parts.append(f"{wrong} contradicted or misquoted")
    if missing:
        parts.append(f"{missing} with a quotation that is not in the documents")
    not_learnt = sum(
        statement.verdict == "unchecked" and statement.reason == NOT_LEARNT
        for statement in check.statements
    )
    if unchecked > not_learnt:
        parts.append(f"{unchecked - not_learnt} not checked")
    if not_learnt:
        parts.append(f"{not_learnt} not checked: {NOT_LEARNT}")
    return "; ".join(parts) + "."

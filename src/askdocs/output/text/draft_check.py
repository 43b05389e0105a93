"""A checked draft as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from askdocs.output.printable import printable
from askdocs.output.verdict_text import fails, meaning, summary_of
from askdocs.types import NOT_LEARNT, Check, Citation


def check_as_text(
    check: Check, *, reference: Callable[[Citation], str] = lambda _: ""
) -> Iterator[str]:
    """Yield each statement in doubt with its verdict and the closest quotes, then a summary.

    A supported statement is shown if one of its numbers, dates or names is in no passage that
    was found for it.

    Args:
        check: The checked draft.
        reference: What is written after a quote, such as where a program finds it.
    """
    for statement in check.statements:
        is_fine = statement.verdict in ("quoted", "supported", "no_claim")
        if is_fine and not statement.is_wrong and not statement.not_found:
            continue
        symbol = "✗" if fails(statement) else "?"
        yield printable(f"{symbol} {' '.join(statement.text.split())}")
        # The summary says this once of all statements.
        yield printable(f"    {meaning(statement).replace(f': {NOT_LEARNT}', '', 1)}")
        for citation in statement.citations[:2]:
            words = " ".join(citation.quote.split())
            after = reference(citation)
            yield printable(f"    [{citation.number}] {citation.where}: “{words}”{after}")
        yield ""
    yield summary_of(check)

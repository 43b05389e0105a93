"""A checked draft as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from askdocs.output.printable import printable
from askdocs.output.verdict_text import meaning, summary_of
from askdocs.types import Check


def check_as_text(check: Check) -> Iterator[str]:
    """Yield each statement in doubt with its verdict and the closest quotes, then a summary."""
    for each in check.statements:
        if each.verdict in ("quoted", "supported", "no_claim") and not each.is_wrong:
            continue
        symbol = "✗" if each.is_wrong else "?"
        yield printable(f"{symbol} {' '.join(each.text.split())}")
        yield printable(f"    {meaning(each)}")
        for citation in each.citations[:2]:
            words = " ".join(citation.quote.split())
            yield printable(f"    [{citation.number}] {citation.where}: “{words}”")
        yield ""
    yield summary_of(check)

"""What has become of the quotes of an export, as lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from askdocs.output.export_check import MEANINGS, CheckedQuote
from askdocs.output.printable import printable


def checks_as_text(checks: Sequence[CheckedQuote]) -> Iterator[str]:
    """Yield a line for each quote that is not where it was, then the counts."""
    for each in checks:
        if each.state != "holds":
            start = textwrap.shorten(each.quote, 80, placeholder="…")
            yield printable(f"{each.source} [{each.number}]: “{start}” {MEANINGS[each.state]}")
    unchanged = sum(each.state == "holds" for each in checks)
    yield f"{unchanged} of {len(checks)} quotes stand where they were quoted from."

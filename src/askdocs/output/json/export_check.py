"""The result of checking the quotes of an export, as a JSON record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from askdocs.output.export_check import MEANINGS, CheckedQuote


def checks_as_json(checks: Sequence[CheckedQuote]) -> dict[str, Any]:
    """The keys that `verify --json` prints."""
    counts = Counter(each.state for each in checks)
    return {
        "quotes": len(checks),
        **{state: counts[state] for state in MEANINGS},
        "checks": [asdict(each) for each in checks],
    }

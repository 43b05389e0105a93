"""Recurrence rules of calendar events (RFC 5545, 3.3.10) in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from askdocs.documents.loaders.shared.numerals import ordinal
from askdocs.text.calendar import DAYS, MONTHS

_UNITS = {
    "SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week",
    "MONTHLY": "month", "YEARLY": "year",
}  # fmt: skip
_DAYS = {day[:2].upper(): day for day in DAYS}
_SUPPORTED = frozenset("FREQ INTERVAL COUNT UNTIL BYDAY BYMONTHDAY BYMONTH WKST".split())


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """A rule as "every 2 weeks on Thursday until 30 June 2026".

    Args:
        rule: The parts of the rule, each with its values.

    Returns:
        The words. A rule with rarely used parts is returned unchanged.
    """
    parts = {name.upper(): _as_list(values) for name, values in rule.items()}
    unit = _UNITS.get(str(parts.get("FREQ", [""])[0]).upper(), "")
    if not unit or parts.keys() - _SUPPORTED:
        return ";".join(f"{name}={','.join(map(str, values))}" for name, values in parts.items())
    every = int(parts.get("INTERVAL", [1])[0])
    words = [f"every {unit}" if every == 1 else f"every {every} {unit}s"]
    words += _list_phrase("on", map(_weekday_name, parts.get("BYDAY", [])))
    words += _list_phrase("on the", (_ordinal(int(day)) for day in parts.get("BYMONTHDAY", [])))
    words += _list_phrase("in", (MONTHS[int(month) - 1] for month in parts.get("BYMONTH", [])))
    words += [f"until {_format_date(day)}" for day in parts.get("UNTIL", [])]
    words += [f"{count} times" for count in parts.get("COUNT", [])]
    return " ".join(words)


def _as_list(values: Any) -> Sequence[Any]:
    return values if isinstance(values, list | tuple) else [values]


def _list_phrase(word: str, names: Iterable[str]) -> list[str]:
    """ "on Monday and Thursday", or nothing."""
    names_list = list(names)
    before, last = ", ".join(names_list[:-1]), names_list[-1:]
    return [" ".join([word, *([before, "and"] if before else []), *last])] if names_list else []


def _weekday_name(code: Any) -> str:
    """ "TH" → Thursday, "1MO" → the 1st Monday, "-1FR" → the last Friday."""
    text = str(code).upper()
    name = _DAYS.get(text[-2:], text)
    return f"the {_ordinal(int(text[:-2]))} {name}" if text[:-2] else name


def _ordinal(number: int) -> str:
    """1 → 1st, -1 → last, -2 → 2nd last."""
    if number > 0:
        return ordinal(number)
    return "last" if number == -1 else f"{ordinal(-number)} last"


def _format_date(day: date) -> str:
    time = f", {day:%H:%M} {day.tzname() or ''}".rstrip() if isinstance(day, datetime) else ""
    return f"{day.day} {day:%B %Y}{time}"

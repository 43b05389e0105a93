"""English names of months and days."""

from __future__ import annotations

MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
DAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())


def month_number(name: str) -> int:
    """The number of a month, 1 to 12, by the first three letters of its name; 0 for other words."""
    known = (
        number for number, each in enumerate(MONTHS, 1) if each[:3].lower() == name[:3].lower()
    )
    return next(known, 0)

"""The date of a document: from its head, a line of its own, or its file name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from email.utils import parsedate_to_datetime

from askdocs.text.calendar import MONTHS, month_number

_MONTH = rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in MONTHS)})\.?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_WRITTEN = (
    re.compile(r"(?P<year>(?:19|20)\d\d)[-_.](?P<number>[01]\d)[-_.](?P<day>[0-3]\d)(?!\d)"),
    re.compile(rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}", re.I),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? {_MONTH},? {_YEAR}", re.I),
)
_MAIL = re.compile(r"^(?:Date|Sent): (.+)$", re.MULTILINE)
_LABELLED = re.compile(
    r"^\W*(?:date|dated|published|posted|last ?mod|last (?:updated|modified)|updated|issued"
    r"|release date|adopted|decided)\W+(.{6,60})$",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = 1500  # characters
_LONGEST_LINE = 40  # characters of a line that is a date and little else


def date_of(source: str, text: str) -> str:
    """The date in ISO format; "" where the document has none."""
    head = text[:_HEAD]
    mail = _MAIL.search(head)
    if mail:
        with suppress(ValueError, TypeError, IndexError):
            return parsedate_to_datetime(mail.group(1)).date().isoformat()
    labelled = _LABELLED.findall(head)
    lines = [line for line in head.splitlines() if len(line.strip()) <= _LONGEST_LINE]
    for words in (*labelled, *lines, source.rsplit("/", 1)[-1]):
        for day in _days_in(words):
            return day
    return ""


def _days_in(words: str) -> Iterator[str]:
    for pattern in _WRITTEN:
        found = pattern.search(words)
        if found:
            values = found.groupdict()
            month = values.get("number") or month_number(values["month"])
            with suppress(ValueError):
                yield date(int(values["year"]), int(month), int(values["day"])).isoformat()

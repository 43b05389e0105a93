"""Calendars (.ics, and the calendar parts of mails): one line for each property of an event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.mail.recurrence import rule_in_words
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.types import Document

_LISTS_OF_DAYS = frozenset({"RDATE", "EXDATE"})
_NAME = re.compile(
    rb"^(?:X-WR-CALNAME|NAME)(?:;[^:\r\n]*)?:([^\r\n]+)", re.MULTILINE | re.IGNORECASE
)
_REPLIES = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_ONE_DAY = timedelta(days=1)
_COMPONENTS = {"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Note"}
_FIELDS = (
    ("RECURRENCE-ID", "Instead of"),
    ("DTSTART", "Start"),
    ("DTEND", "End"),
    ("DUE", "Due"),
    ("DURATION", "Duration"),
    ("RRULE", "Repeats"),
    ("RDATE", "Also on"),
    ("EXDATE", "Not on"),
    ("LOCATION", "Place"),
    ("ORGANIZER", "Organiser"),
    ("ATTENDEE", "Invited"),
    ("STATUS", "Status"),
    ("CATEGORIES", "Kind"),
    ("CONTACT", "Contact"),
    ("URL", "Link"),
    ("ATTACH", "Attached"),
    ("COMMENT", "Comment"),
    ("DESCRIPTION", "Description"),
)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. Each event is a section, and its subject is the heading."""
    builder = DocumentBuilder(source, title=_calendar_name(path.read_bytes()))
    if not add_events(builder, path.read_bytes()):
        raise LoadError("the calendar has no events")
    return [builder.build()]


def _calendar_name(data: bytes) -> str:
    """The name of a calendar of several events; "" if it has no name, or only one event."""
    if data.upper().count(b"BEGIN:VEVENT") < 2:
        return ""
    name = _NAME.search(data.replace(b"\r\n ", b""))
    return name.group(1).decode("utf-8", "replace").replace("\\", "").strip() if name else ""


def add_events(builder: DocumentBuilder, data: bytes) -> bool:
    """Write the events of a calendar. Returns False if it has none.

    Raises:
        LoadError: The data is not a calendar.
    """
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(data)
        events = [component for component in calendar.walk() if component.name in _COMPONENTS]
    except (ValueError, IndexError, KeyError) as error:
        raise LoadError("the calendar is damaged") from error
    for event in events:
        kind = _COMPONENTS[event.name or ""]
        subject = " ".join(str(event.get("SUMMARY", "")).split()) or kind
        builder.heading(1, subject)
        for name, label in _FIELDS:
            for value in _property_texts(event, name):
                builder.add(f"{label}: {value}", end="\n")
        builder.close_block()
    return bool(events)


def _property_texts(event: Any, name: str) -> Iterator[str]:
    found = event.get(name, [])
    values = found if isinstance(found, list) else [found]
    if name in _LISTS_OF_DAYS:
        days = [_value_text(day) for value in values for day in value.dts]
        yield from filter(None, ["; ".join(days)])
        return
    if name == "DTEND" and _is_whole_day(found):
        last = found.dt - _ONE_DAY  # the end of whole days is the day after them
        begin = getattr(event.get("DTSTART"), "dt", last)
        yield from [f"{last.day} {last:%B %Y}"] if last != begin else []
        return
    for value in values:
        words = rule_in_words(value) if name == "RRULE" else _value_text(value)
        if name == "ATTENDEE":
            reply = _REPLIES.get(str(value.params.get("PARTSTAT", "")).upper())
            words += f" ({reply})" if reply else ""
        if name == "RECURRENCE-ID" and value.params.get("RANGE") == "THISANDFUTURE":
            words += " and all that follow"
        if words:
            yield words


def _is_whole_day(value: Any) -> bool:
    moment = getattr(value, "dt", None)
    return isinstance(moment, date) and not isinstance(moment, datetime)


def _in_words(length: timedelta) -> str:
    """A length of time as "1 hour 45 minutes"."""
    minutes, seconds = divmod(round(abs(length).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")]
    return " ".join(counted(count, noun) for count, noun in parts if count) or "0 minutes"


def _zone_name(moment: datetime) -> str:
    """The name of the time zone of a moment, as "Europe/Oslo"."""
    return str(getattr(moment.tzinfo, "key", "") or moment.tzname() or "")


def _value_text(value: Any) -> str:
    """A value of a calendar as text: dates with their time zone, people by their names."""
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime):
        zone = getattr(value, "params", {}).get("TZID") or _zone_name(moment)
        return f"{moment.day} {moment:%B %Y, %H:%M} {zone}".strip()
    if isinstance(moment, date):
        return f"{moment.day} {moment:%B %Y}"
    if isinstance(moment, timedelta):
        return _in_words(moment)
    if moment is not None:
        return str(moment)
    categories = getattr(value, "cats", None)
    if categories is not None:
        return ", ".join(map(str, categories))
    if getattr(value, "params", {}).get("VALUE") == "BINARY":
        return "a file embedded in the calendar (not read)"
    name = getattr(value, "params", {}).get("CN")
    if name:
        return str(name)
    encode = getattr(value, "to_ical", None)
    text = encode().decode("utf-8", "replace") if isinstance(value, dict) and encode else str(value)
    return " ".join(text.removeprefix("mailto:").removeprefix("MAILTO:").split())

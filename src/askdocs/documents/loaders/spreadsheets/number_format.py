"""Numbers and dates of spreadsheet cells as the sheet displays them.

IronCalc formats numbers. Its result is used only if it represents the value of the cell, since an
unsupported format could produce another number. Dates are formatted here.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from askdocs.text.calendar import DAYS, MONTHS

_TOKEN = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|y+|m+|d+|h+|s+(?:\.0+)?|[^ymdhs]', re.I
)
_DATE = re.compile(r"[ymdhs]", re.I)
_NUMBER = re.compile(r"\d[\d,'\u00a0\u202f]*(?:\.\d*)?(?:E[+-]?\d+)?|\.\d+")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.I)
# Built-in formats that depend on the locale of the computer (ECMA-376 part 1, 18.8.30): 14 and 22.
_LOCALE_DEPENDENT = frozenset({"mm-dd-yy", "m/d/yy h:mm", "m/d/yyyy", "m/d/yy"})
_LONG_DATE = "[$-F"  # the long date or time format of the system


def plain_value(value: object) -> str:
    """A value without a format: whole numbers without a decimal point, dates as ISO 8601."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else f"{value:.10g}"
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def represents(shown: str, value: float) -> bool:
    """Whether a formatted number represents the value, to the precision of its decimals."""
    numbers = _NUMBER.findall(shown)
    digits = "".join(re.findall(r"\d", shown))
    if "/" in shown or (value < 0 and not re.search(r"[-−(]", shown)):
        return False
    if value > 0 and re.match(r"\s*[-−]\s*\W?\d", shown):
        return False
    if len(numbers) != 1:
        # A number in groups, such as 555-1234, or no number at all: "none", "many".
        grouped = float(value).is_integer() and digits == str(abs(int(value)))
        return grouped or (not numbers and any(map(str.isalpha, shown)) and shown[:1] != "#")
    number = re.sub(r"[,'\u00a0\u202f]", "", numbers[0])
    mantissa, _, power = number.upper().partition("E")
    scale = 10.0 ** int(power or 0) * (0.01 if "%" in shown else 1.0)
    decimals = len(mantissa.partition(".")[2])
    return abs(abs(value) - float(mantissa) * scale) <= 0.500001 * scale * 10.0**-decimals


def format_date(value: datetime | date | time | timedelta, number_format: str) -> str:
    """A date or time in a cell's number format.

    Names of months and days are English. ISO 8601 is used if the format depends on the locale of
    the computer, so that 03-04-26 cannot be misread, and if the format is unknown.
    """
    section = number_format.split(";")[0]
    if isinstance(value, timedelta):
        return _format_duration(value, section)
    if section in _LOCALE_DEPENDENT or _LONG_DATE in section or not _DATE.search(section):
        return plain_value(value)
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
    elif not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if re.match(r"y{4}-mm-dd", section, re.I):
        return plain_value(value) if value.year > 1900 else value.time().isoformat()
    value = _round_to_second(value, section)
    tokens = _TOKEN.findall(section)
    half_day = any(token.upper() in {"AM/PM", "A/P"} for token in tokens)
    words = [_format_token(value, tokens, index, half_day) for index in range(len(tokens))]
    return " ".join("".join(words).split())


def _round_to_second(value: datetime, section: str) -> datetime:
    """The value rounded to seconds. 14:30 may be stored as 14:29:59.9999."""
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0) if section else value


def _format_token(value: datetime, tokens: list[str], index: int, half_day: bool) -> str:
    token = tokens[index]
    kind, length = token[:1].lower(), len(token)
    if token.upper() in {"AM/PM", "A/P"}:
        return ("PM" if value.hour >= 12 else "AM")[: 2 if length > 3 else 1]
    if kind == "m" and _is_minute(tokens, index):
        return f"{value.minute:0{min(length, 2)}d}"
    if kind in "ymd":
        return _format_day_month_year(value, kind, length)
    if kind == "h":
        hour = (value.hour - 1) % 12 + 1 if half_day else value.hour
        return f"{hour:0{min(length, 2)}d}"
    if kind == "s":
        return f"{value.second:0{2 if token[1:2].lower() == 's' else 1}d}"
    return _literal_text(token)


def _format_day_month_year(value: datetime, kind: str, length: int) -> str:
    if kind == "y":
        return f"{value.year:04d}" if length > 2 else f"{value.year % 100:02d}"
    number, names = (value.month, MONTHS) if kind == "m" else (value.day, DAYS)
    if length < 3:
        return f"{number:0{length}d}"
    name = names[value.month - 1 if kind == "m" else value.weekday()]
    if length == 5:
        return name[:1]
    return name if length > 3 else name[:3]


def _is_minute(tokens: list[str], index: int) -> bool:
    """Whether "m" means minutes: after hours or before seconds."""
    if len(tokens[index]) > 2:
        return False
    parts = [token for token in tokens if token[:1].lower() in "ymdhs"]
    at = sum(1 for token in tokens[:index] if token[:1].lower() in "ymdhs")
    before = parts[at - 1][:1].lower() if at else ""
    after = parts[at + 1][:1].lower() if at + 1 < len(parts) else ""
    return before == "h" or after == "s"


def _literal_text(token: str) -> str:
    if token.startswith(("[", "*")):
        return ""
    if token.startswith("_"):
        return " "
    return token.strip('"') if token.startswith('"') else token.removeprefix("\\")


def _format_duration(value: timedelta, section: str) -> str:
    """A duration: [h]:mm counts the hours of all its days, 30:00:00 by default."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    elapsed = _ELAPSED.search(section)
    unit = elapsed.group(1)[0].lower() if elapsed else "h"
    if unit == "m":
        return f"{sign}{seconds // 60}:{seconds % 60:02d}"
    with_seconds = not elapsed or "s" in section.lower() or seconds % 60
    return f"{sign}{hours}:{minutes:02d}" + (f":{seconds % 60:02d}" if with_seconds else "")

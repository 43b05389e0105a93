"""Finds identifiers: numbers and codes that name one thing, as "INV-10234", "v1.2.3", "room 214".

Words used here: a *label* is the word before a number ("room"). A *series* is a group of similar
codes: all invoice numbers "INV-…". An *amount* is a number that only counts ("14 medals").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from askdocs.text.calendar import DAYS, month_number
from askdocs.text.stemming import stem
from askdocs.text.stop_words import STOP_WORDS

_LONG_NUMBER = 5  # a number of so many digits is an identifier without a label
_VERSION_MARKS = 2  # a number with so many points ("2.1.5") is an identifier without a label
_LABEL_AND_GAP = 60  # characters before a number where its label is searched
_SHORTEST_BARE = 3  # an integer with a label needs so many digits: "room 214", but not "year 8"
_TOKEN = re.compile(r"[^\W_]+(?:[-_./:#][^\W_]+)*")
_NO_IDENTIFIERS = re.compile(
    # amounts of money, numbers with commas between thousands, percentages
    r"(?:US\$|[$€£¥₹])\s?\d[\d,.]*|\b\d{1,3}(?:,\d{3})+\b|\b\d[\d.]*\s?(?:%|°)",
    re.IGNORECASE,
)
_NUMBER_SIGN = re.compile(r"(?:\b(?:no|nos|nr|number|numbers)\b\.?:?|#)\s*(?=\d)", re.IGNORECASE)
_SECTION_SIGN = re.compile(r"§+\s*(?=\d)")
_LABEL_COLON = re.compile(r"(?<=[^\W\d_]):(?=\d)")
_DATE = re.compile(
    r"\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2\d{4}|(?:19|20)\d\d-(?:0\d|1[0-2])"
    r"|(?=.*\b0)\d{1,2}([-./])\d{1,2}\3\d\d"
)
_YEARS = re.compile(r"(?:19|20)?(\d\d)[-/](\d\d)")  # 2025/26
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?:am|pm)?")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_QUANTITY = re.compile(
    r"\d+(?:[./]\d+)*(?:st|nd|rd|th|s|k|m|bn|x|mb|gb|kb|tb|kg|km|cm|mm|mg|ml|am|pm)|\d+-[a-z]+",
    re.IGNORECASE,
)
_VERSION = re.compile(r"v(?=\d+(?:\.\d+)*$)")
_NUMBER = re.compile(r"\d+(?:[-./]\d+)*[a-z]{0,2}")
_PREFIXED = re.compile(r"([^\W\d_]{3,})[-_/#.]?(\d{3,})")
_SPAN = re.compile(r"(\d+)[-/–](\d+)")
# Between a label and its number, never a line end: the line before may be a heading.
_GAP = re.compile(r"(?:[^\S\n]|[:(\[“\"'*_]){1,4}$")
_WORD_AT_END = re.compile(r"[^\W\d_]{2,}\Z")
_JOINED = re.compile(r"[\s,;&/]*(?:(?:and|or|und|oder|et|ou|y|e|og)\s+)?")
_TO = re.compile(r"\s*(?:[-–—]|to|through|bis)\s*")
# "3.1 to 3.4", "12a-12d", "12a-d"; also "room 12a to room 12d"
_RANGE = re.compile(
    r"(?<![\w./-])((?=[\w./-]*\d)[^\W_](?:[\w./-]*[^\W_])?)\s+(?:to|through|bis)\s+"
    r"([^\W\d_]+\s+)?((?=[\w./-]*\d)[^\W_](?:[\w./-]*[^\W_])?)"
    r"|(?<![\w./-])([^\W\d_]?\d+(?:\.\d+)*[^\W\d_]?)\s?[-–—]\s?()"
    r"([^\W\d_]?\d+(?:\.\d+)*[^\W\d_]?|(?<=[^\W\d_][-–—])[^\W\d_])(?![\w-]|[./]\w)"
)
_LETTER_AT_END = re.compile(r"(?<=\d)[^\W\d_]$")
_OPENS = re.compile(r"[\s\W]*")
_WORD_AFTER = re.compile(r"\s+([^\W\d_]+)")

# "after version 2.1" asks for another version.
_COMPARED = re.compile(
    r"\b(?:after|before|since|than|until|beyond|above|below|except|besides|between)\s+"
    r"(?:the\s+)?(?:[^\W\d_]+\s+)?(?=\w*\d)[\w./-]*\w",
    re.IGNORECASE,
)
# "at age 65", "about 40": the number is an amount.
_WORDS_OF_AMOUNTS = frozenset(
    "age aged about around nearly almost roughly exactly approximately circa least most only top"
    " first last next past some total up plus minus times".split()
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number or code in a text.

    Attributes:
        text: The identifier as it is written: "INV-10234", "v2.1", "210-220".
        value: What is compared, in lower case: "inv-10234", "2.1", "210" (the first of a range).
        label: The stem of the word before it: "room" for "room 214". "" if there is none.
        series: The form that codes of one series share: "inv-0" for "INV-10234", "0.0.0" for
            "2.1.5". "" for plain numbers, which may also be amounts.
        opens: Whether it is at the start of the text, as the number of a clause is.
        counts: Whether a plural follows, so that it is an amount, as in "12500 people".
        last: The last number of a range: "220" for "210-220". "" if it is no range.
    """

    text: str
    value: str
    label: str = ""
    series: str = ""
    opens: bool = False
    counts: bool = False
    last: str = ""

    @property
    def stands_alone(self) -> bool:
        """Whether it needs no label: it has letters, five digits, or two points."""
        return bool(self.series) or (self.value.isdigit() and len(self.value) >= _LONG_NUMBER)

    def has(self, value: str) -> bool:
        """Whether it names a value: the same one, a part of it, or a range that includes it.

        "4.2.1" has "4.2" because it is a part of that section. "210-220" has "215". "INV-10233" has
        "10233", because digits alone are enough, but not "ord-10233".
        """
        if self.value == value or (value[-1:].isdigit() and self.value.startswith(f"{value}.")):
            return True
        if not self.last or not _tail(value):
            return _tail(self.value) == _tail(value) != "" and _may_be_one_prefix(self.value, value)
        return int(self.value) <= int(_tail(value)) <= int(self.last)

    def is_like(self, other: Identifier, labels: Set[str]) -> bool:
        """Whether it is of the same series as another identifier.

        The letters decide ("INV-7" and "INV-10234"), or the label ("room 7" and "room 214"). A
        number without a label belongs to the series if the text begins with it and it has the same
        form, as the numbers of clauses do.

        Args:
            other: The identifier to compare with.
            labels: The labels of the other's series, as stems.
        """
        if self.series and other.series:
            return self.series == other.series
        if self.label and self.label in labels:
            return True
        prefix = _prefix(self.value)
        if prefix and any(label.startswith(prefix) for label in labels):
            return True
        prefix = _prefix(other.value)
        if prefix and self.label.startswith(prefix):
            return True
        return self._opens_like(other)

    def _opens_like(self, other: Identifier) -> bool:
        shape = form_of(self.value)
        if not self.opens or self.label or self.counts or shape != form_of(other.value):
            return False
        return "." in shape or len(self.value) == len(other.value) >= _SHORTEST_BARE


def _prefix(code: str) -> str:
    """The letters of a code: "inv" for "inv-10234". "" if it has no such form."""
    found = _PREFIXED.fullmatch(code)
    return found[1] if found else ""


def _may_be_one_prefix(one: str, other: str) -> bool:
    """Whether the letters of two codes do not contradict: "inv-7" and "invoice-7", "7" and any."""
    first, second = _prefix(one), _prefix(other)
    return first.startswith(second) or second.startswith(first)


def _tail(code: str) -> str:
    """The digits of a code or number without leading zeros: "31" for "inv-031" and "031".

    "" for all others, such as "4.2".
    """
    found = _PREFIXED.fullmatch(code)
    figures = found[2] if found else code if code.isdecimal() else ""
    return figures.lstrip("0")


def form_of(word: str) -> str:
    """The form that identifiers of one series share: "inv-0" for "INV-10234" and "inv-7"."""
    return re.sub(r"\d+", "0", word.lower())


def identifiers_in(text: str) -> list[Identifier]:
    """The numbers and codes of a text that may be identifiers, in order.

    Dates, times, money, percentages and quantities such as "15th" or "20GB" are left out. A number
    with a label ("room 214") may still be an amount: the text alone does not show it.
    """
    found: list[Identifier] = []
    end = 0
    text = _prepared(text)
    for match in _TOKEN.finditer(text):
        word = match.group()
        if not _may_be_identifier(word):
            continue
        between = text[end : match.start()]
        before = found[-1] if found and end else None
        label = _label_before(text, match.start())
        if before and not label and _JOINED.fullmatch(between):
            label = before.label
        elif before and not label and _TO.fullmatch(between) and word.isdecimal():
            found[-1] = _with_last(before, word)
            end = match.end()
            continue
        opens = not found and _OPENS.fullmatch(text, 0, match.start()) is not None
        found += _read(word, label, opens=opens, counts=_counts(text, match.end()))
        end = match.end()
    return found


def named_in(question: str) -> list[Identifier]:
    """The identifiers in a question that its answer has to be about.

    These are codes, long numbers, versions, and numbers with a label if they have three digits, a
    point or a letter. Years do not count.

    The result is empty in two cases:

    - The question compares with an identifier, as in "after version 2.1". Then the answer is about
      another one.
    - It names a range that is not of whole numbers, as "clauses 3.1 to 3.4". Its members are not
      known.
    """
    compared = _COMPARED.search(question)
    if compared and any(map(_is_name, identifiers_in(compared.group()))):
        return []
    if any(_is_open_range(match) for match in _RANGE.finditer(_prepared(question))):
        return []
    return [each for each in identifiers_in(question) if _is_name(each)]


def _is_open_range(match: re.Match[str]) -> bool:
    """Whether a match is a range whose members are not known, as "3.1 to 3.4" or "12a-12d"."""
    first, between, last = match.groups()[:3] if match[1] else match.groups()[3:]
    if first.isdigit() and last.isdigit() and not between:
        return False
    one, other = (_LETTER_AT_END.sub("", form_of(word)) for word in (first, last))
    return one == other or last.isalpha()


def _is_name(found: Identifier) -> bool:
    """Whether a number or code names one thing, unlike "year 8" or "chapter 13"."""
    is_short = found.value.isdigit() and len(found.value) < _SHORTEST_BARE
    is_labelled = found.label and not found.counts and not _YEAR.fullmatch(found.text)
    return bool(is_labelled and not is_short) or is_code(found.text)


def is_code(word: str) -> bool:
    """Whether a word is an identifier without a label: "INV-10234", "10234", "2.1.5"."""
    word = word.lower()
    if not _may_be_identifier(word):
        return False
    if word.isdigit():
        return len(word) >= _LONG_NUMBER
    if re.fullmatch(r"[\d.]+", word):
        return word.count(".") >= _VERSION_MARKS
    figures = sum(character.isdigit() for character in word)
    letters = any(character.isalpha() for character in word)
    return letters and (figures > 1 or bool(_VERSION.match(word)))


def _prepared(text: str) -> str:
    """The text without money and percentages, with "section" for "§" and without "no." or "#"."""
    for pattern, other in (
        (_NO_IDENTIFIERS, " . "), (_SECTION_SIGN, "section "), (_LABEL_COLON, ": "),
        (_NUMBER_SIGN, ""),
    ):  # fmt: skip
        text = pattern.sub(other, text)
    return text


def _may_be_identifier(word: str) -> bool:
    """Whether a word has a digit and is no date, time, quantity or financial year ("2025/26")."""
    word = word.lower()
    years = _YEARS.fullmatch(word)
    if years and int(years[2]) == (int(years[1]) + 1) % 100:
        return False
    has_figure = any(character.isdigit() for character in word)
    return has_figure and not any(pattern.fullmatch(word) for pattern in (_DATE, _TIME, _QUANTITY))


def _label_before(text: str, start: int) -> str:
    """The stem of the word before a number, or "" if it is a stop word, a month or a day."""
    before = text[max(0, start - _LABEL_AND_GAP) : start]
    gap = _GAP.search(before)
    if not gap:
        return ""
    word = _WORD_AT_END.search(before[: gap.start()])
    if not word:
        return ""
    plain = word.group().lower()
    is_form = plain in STOP_WORDS or plain in _WORDS_OF_AMOUNTS or plain.title() in DAYS
    return "" if is_form or month_number(plain) else stem(plain)


def _counts(text: str, end: int) -> bool:
    """Whether a plural follows a number, as in "14 medals"."""
    after = _WORD_AFTER.match(text, end)
    word = after[1].lower() if after else ""
    return word.endswith("s") and not word.endswith("ss") and word not in STOP_WORDS


def _read(written: str, label: str, *, opens: bool, counts: bool) -> Iterator[Identifier]:
    """The identifiers in one token: two for "214/215", a range for "7-9", mostly one."""
    word = written.lower()
    span = _SPAN.fullmatch(word)
    if span and "/" in word:
        yield from (Identifier(each, each, label, opens=opens) for each in span.groups())
    elif span and int(span[1]) < int(span[2]) and len(span[1]) == len(span[2]):
        yield Identifier(word, span[1], label, opens=opens, last=span[2])
    elif _VERSION.match(word):
        yield Identifier(written, word[1:], stem("version"), opens=opens)
    elif _NUMBER.fullmatch(word):
        is_version = word.count(".") >= _VERSION_MARKS
        series = form_of(word) if is_version else ""
        yield Identifier(written, word, label, series, opens, counts)
    elif is_code(word):
        yield Identifier(written, word, "", form_of(word), opens)


def _with_last(first: Identifier, last: str) -> Identifier:
    """The number extended to a range that ends with `last`, or unchanged if that is no range."""
    is_range = first.value.isdecimal() and int(first.value) < int(last)
    return (
        Identifier(
            f"{first.text}-{last}", first.value, first.label, first.series, first.opens, last=last
        )
        if is_range
        else first
    )

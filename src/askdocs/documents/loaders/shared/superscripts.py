"""Superscripts and subscripts as plain text, in the same way for every format.

A superscript digit must never touch a number. "420" with the reference mark of footnote 3 becomes
`420[3]`, and ten to the sixth becomes `10^6`. After a letter the superscript characters of Unicode
are used: `m²`. A subscript digit after a letter stays a digit: `CO2`.

A loader describes a line as spans, and `join_spans` returns its text:

    join_spans([("420", "plain"), ("3", "note"), (" tonnes", "plain")])  →  "420[3] tonnes"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal

Script = Literal["plain", "super", "sub", "note", "struck"]
Span = tuple[str, Script]

# The values of `vertAlign` in Word and Excel.
VERTICAL_ALIGNMENTS: dict[str, Script] = {"superscript": "super", "subscript": "sub"}

_SUPERSCRIPTS = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_SIGNS = "+\\-−–"
_CONTEXT = 80  # characters before a superscript that are considered
_LONGEST = 24  # characters; a longer run is small print, not a superscript

# Patterns of the run itself.
_DIGITS = re.compile(r"\d{1,4}")
_SIGNED = re.compile(rf"[{_SIGNS}]\d+(?:[.,]\d+)?")
_CHARGE = re.compile(rf"\d?[{_SIGNS}]")
_NUMBERS = re.compile(r"\d{1,3}[a-z]?(?:\s*[,;–\-−]\s*\d{1,3}[a-z]?)*")
_NAME = re.compile(r"[^\W\d_]+")
_BRACKETED = re.compile(r"[\[(].*[\])]|[\[(]\w{1,4}|\w{1,4}[\])]", re.S)  # also cut in two
_CLOSED = re.compile(r"\w{1,3}\)(?:[,;\s]*\w{1,3}\))*")  # reference marks: "1)", "1), 3)"
_MARK = re.compile(r"\w{1,3}(?=\))")
_ORDINALS = frozenset("st nd rd th e er re ère ème me nde nds ers res es os as".split())
_ROMAN = re.compile(r"[IVXLC]+")
_ORDINAL_SIGNS = {"a": "ª", "o": "º"}
_TRADE_MARKS = {"tm": "™", "sm": "℠", "r": "®"}

# Patterns of the text before a run.
_WORD = re.compile(r"[^\W\d_]+\Z")
_NUMBER = re.compile(r"(?<![^\W_])\d[\d.,'’\u00a0\u202f]*\Z")
_SMALL = re.compile(r"(?<![\d.,])\d{1,2}\Z")
_TEN = re.compile(r"(?<![\d.,'’^])(?<!\d\s)10\Z")
_TWO = re.compile(r"(?<![\d.,'’^])(?<!\d\s)2\Z")
_FACTOR = re.compile(r"[=×·∙⋅*+<>≤≥≈~^√∑∫]\s*[(\[]?\s*[\w.,]*\Z")
_FORMULA = re.compile(r"\((?![^()]*[^\W\d_]{3})[^()]*[-+−–×·*/=][^()]*\)\Z")
_EXPONENTS_OF_TWO = frozenset("8 10 12 16 20 24 30 32 40 48 60 63 64 80 128 256 512 1024".split())
# Units of length, time, mass and others that take an exponent: SI Brochure (9th edition, 2019),
# tables 2 to 8, and the usual British and American ones.
_UNITS = frozenset(
    "nm µm μm mm cm dm km in ft yd mi ms µs μs min hr sec kg mg µg μg mol kmol mmol rad sr Hz kHz "
    "MHz GHz Pa kPa MPa GPa kW MW GW mW Wh kWh kV mV mA kN MN kJ MJ cd lm lx ha px dB bar atm cal "
    "kcal eV keV MeV GeV mL ml dL dl cl hl cc ppm cwt oz lb".split()
)
# Patterns of the text after a run.
_ELEMENT = re.compile(r"[A-Z][a-z]?(?![a-z])")  # an element: carbon 14
_DEGREE = re.compile(r"\s?[CFK](?!\w)")


def join_spans(spans: Iterable[Span]) -> str:
    """The text of a line with superscripts and subscripts.

    Args:
        spans: The parts of the line in reading order. "super" is a superscript and "sub" a
            subscript. "note" is a reference mark of a note: the markup says so, regardless of how
            it looks. "struck" has a line through it: it is no longer valid.

    Returns:
        The text. How a superscript is written depends on the text before and after it.
    """
    parts = list(spans)
    text = ""
    for index, (run, script) in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else ("", "plain")
        after = following[0] if following[1] == "plain" else ""
        if script == "plain":
            text += run
        elif script == "struck":
            text += struck(run)
        elif script == "sub":
            text += subscript(text[-_CONTEXT:], run, after)
        else:
            text += superscript(text[-_CONTEXT:], run, after, note=script == "note")
    return text


def struck(run: str) -> str:
    """Struck text as in Markdown: "~~30~~". Space at its ends stays outside."""
    words = run.strip()
    return run.replace(words, f"~~{words}~~") if words else run


def merge_runs(spans: Iterable[Span]) -> Sequence[Span]:
    """Join neighbouring spans of the same script. Some formats split a word into several runs."""
    groups = groupby((span for span in spans if span[0]), key=lambda span: span[1])
    return [("".join(run for run, _ in group), script) for script, group in groups]


def superscript(before: str, run: str, after: str = "", *, note: bool = False) -> str:
    """How a superscript is written.

    Args:
        before: The text before it on the line.
        run: The superscript.
        after: The text after it.
        note: Whether the markup says that it is the reference mark of a note.

    Returns:
        The text to put between `before` and `after`.
    """
    words = run.strip()
    if not words:
        return run
    left, right = run[: len(run) - len(run.lstrip())], run[len(run.rstrip()) :]
    return left + _superscript(before + left, words, right + after, note) + right


def subscript(before: str, run: str, after: str = "") -> str:
    """How a subscript is written; the arguments are those of `superscript`."""
    words = run.strip()
    if not words:
        return run
    touches_number = before[-1:].isdigit() or after[:1].isdigit()
    if len(words) > _LONGEST or " " in words:
        return _small_print(before, run, after)
    if before[-1:] in {"/", "⁄"} or not before[-1:].strip():
        return run
    if words.isdigit() and not touches_number:
        return run
    if not words.strip("0123456789+-−–=()"):
        return run.replace(words, words.translate(_SUBSCRIPTS))
    return run.replace(words, f"_{_in_parentheses(words)}")


def _superscript(before: str, words: str, after: str, note: bool) -> str:
    opened = before.count("(") > before.count(")")
    if before[-1:].isdigit() and _CLOSED.fullmatch(words) and not opened:
        return _reference_mark(", ".join(_MARK.findall(words)), after)
    if _BRACKETED.fullmatch(words) or not any(map(_could_join, words)):
        return words  # "[3]", "*", "†", "½" cannot be read as part of a number
    if note:
        is_return = words.isalpha() and before.strip() and before[-1:].isspace()
        return words if is_return else _reference_mark(words, after, before)
    if len(words) > _LONGEST or " " in words.replace(", ", ","):
        return _small_print(before, words, after)
    if _CHARGE.fullmatch(words) and before[-1:].isalnum():
        return words.translate(_SUPERSCRIPTS)
    if words in {"0", "o", "O"} and before[-1:].isdigit() and _DEGREE.match(after):
        return "°"
    if _SIGNED.fullmatch(words):
        return _exponent(before, words)
    if _NUMBERS.fullmatch(words):
        return _number_superscript(before, words, after)
    if _NAME.fullmatch(words):
        return _letter_superscript(before, words, after)
    return f"^{_in_parentheses(words)}"


def _could_join(letter: str) -> bool:
    """Whether a character could be read as part of the word or number before it."""
    return letter.isalpha() or letter.isdecimal()


def _number_superscript(before: str, words: str, after: str) -> str:
    """A superscript number: a numerator, a mass number, an exponent, or else a reference mark."""
    if after[:1] in {"/", "⁄"}:
        return f" {words}" if before[-1:].isdigit() else words
    if not before[-1:].strip():
        word = _WORD.search(before.rstrip())
        is_exponent = word and word.group() in _UNITS and words in {"2", "3"}
        if is_exponent or _ELEMENT.match(after):
            return words.translate(_SUPERSCRIPTS)
        return _reference_mark(words, after, "")
    if _DIGITS.fullmatch(words) and _takes_exponent(before, words):
        return _exponent(before, words)
    return _reference_mark(words, after)


def _takes_exponent(before: str, digits: str) -> bool:
    word = _WORD.search(before)
    if word:
        is_variable = len(word.group()) == 1 and not before[: word.start()][-1:].isdigit()
        is_unit = len(word.group()) == 1 or word.group() in _UNITS
        return len(digits) <= 2 and (is_variable or is_unit or bool(_FACTOR.search(before)))
    if _NUMBER.search(before):
        if _TEN.search(before) or _FACTOR.search(before):
            return True
        return bool(_TWO.search(before)) and digits in _EXPONENTS_OF_TWO
    return bool(_FORMULA.search(before))


def _exponent(before: str, words: str) -> str:
    """An exponent: m², s⁻¹, but 10^6."""
    if before[-1:].isalpha() and not words.strip("0123456789+-−–"):
        return words.translate(_SUPERSCRIPTS)
    return f"^{words}"


def _letter_superscript(before: str, words: str, after: str) -> str:
    """Superscript letters: an ordinal (1st), an abbreviation, an exponent or a reference mark."""
    small = words.lower()
    if _NUMBER.search(before):
        if small in _ORDINALS:
            return words
        if small in _ORDINAL_SIGNS and _SMALL.search(before):
            return _ORDINAL_SIGNS[small]
        return _reference_mark(words, after) if small in "abcdfgh" else f"^{words}"
    word = _WORD.search(before)
    base = word.group() if word else ""
    if small in _TRADE_MARKS and words.isupper():
        return _TRADE_MARKS[small]
    if small in _ORDINALS and _ROMAN.fullmatch(base):
        return words
    if len(words) > 1:
        if len(base) <= 2 and base[:1].isupper():
            return words
        return f"^{words}" if len(base) == 1 else _small_print(before, words, after)
    if base == "n" and small == "o":
        return "º"
    return f"^{words}" if len(base) == 1 or before[-1:] in {")", "]"} else _reference_mark(words)


def _reference_mark(words: str, after: str = "", before: str = ".") -> str:
    """A reference mark in brackets. At the start of a note a space follows it."""
    gap = " " if not before[-1:].strip() and after[:1].isalnum() else ""
    return f"[{words}]{gap}"


def _small_print(before: str, words: str, after: str) -> str:
    """Small print, unchanged, with a space where it would touch a word."""
    left = " " if before[-1:].isalnum() and words[:1].isalnum() else ""
    right = " " if after[:1].isalnum() and words[-1:].isalnum() else ""
    return f"{left}{words}{right}"


def _in_parentheses(words: str) -> str:
    return words if words.isalnum() else f"({words})"

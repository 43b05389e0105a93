"""Finds the numbers, dates and names of a statement that none of its passages contains.

A true statement may spell them in another way. So another spelling counts as found: "Dr Okoro" and
"Okoro", "USA" and "United States", "3 March" and "2024-03-03".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from askdocs.answering.verification import facts
from askdocs.text.calendar import month_number
from askdocs.text.dates import dates_in
from askdocs.text.language import is_english, is_function_word
from askdocs.text.numbers import numbers_in
from askdocs.text.stop_words import STOP_WORDS, question_language
from askdocs.text.tokens import without_diacritics
from askdocs.types import Passage

# A number with its signs: "€1,200", "12:30", "40%", "2024-03-03".
_FIGURE = re.compile(r"(?<![\w.,])[€$£¥]?\d[\d.,:/\-–]*\d%?|(?<![\w.,])[€$£¥]?\d%?(?!\w)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ADDRESS = re.compile(r"\S+://\S+|\S+@\S+|`[^`]*`")  # of the web or mail; code in backticks
_MARKUP = re.compile(r"[*_#>]+")
_DOTTED_ABBREVIATION = re.compile(r"\b(?:[A-Z]\.\s?){2,}")  # "U.S.A."
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_PLAIN_LETTERS = str.maketrans({"ø": "o", "æ": "a", "œ": "o", "ß": "ss", "ł": "l", "đ": "d"})
_UMLAUT = re.compile(r"([aou])e")  # "ue" for "ü"
_MIN_LETTERS = 2  # letters of a name; one is an initial
_MIN_PART_LETTERS = 4  # letters of a name that may be part of a longer word
# Words that are capitalised next to a name or number but are not names themselves.
_NOT_NAMES = frozenset(
    "doctor professor mister president minister councillor captain chair chairman chairwoman"
    " director chief officer section chapter table figure appendix annex part article page clause"
    " step version note paragraph volume monday tuesday wednesday thursday friday saturday"
    " sunday ltd limited inc corp llc plc gmbh company"
    " north south east west northern southern eastern western".split()
)
# Names of the same country or organisation, if one of them has several words.
_SAME_PLACE = (
    frozenset("usa us united states america american".split()),
    frozenset("uk united kingdom britain british briton".split()),
    frozenset("eu european union europe".split()),
    frozenset("un united nations".split()),
    frozenset("uae united arab emirates".split()),
)


def not_found_in(text: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """List the numbers, dates and names of a statement that occur in none of the passages.

    Dates and names are checked only if statement and passages are in English. Another language may
    spell them differently.

    Args:
        text: The statement.
        passages: The passages that were found for it.

    Returns:
        The numbers as they are written, then months and weekdays, then names.
    """
    there = "\n".join(f"{each.title}\n{each.heading or ''}\n{each.text}" for each in passages)
    found = missing_figures(text, there)
    if is_english(text) and not any(question_language(each.text) for each in passages):
        found += [*facts.missing_dates(text, there), *missing_names(text, there)]
    return tuple(dict.fromkeys(found))


def missing_figures(text: str, source: str) -> list[str]:
    """The numbers of a text that the source contains neither in digits nor in words.

    An approximate number, such as "about 400", is found if a number of the source rounds to it.
    """
    given = [number.value for number in numbers_in(source)]
    known = {_plain(figure) for figure in _FIGURE.findall(source)}
    known |= {f"{value:.15g}" for value in given}
    known |= set(_ORDINAL.findall(source))
    known |= {str(each.day) for each in dates_in(source)}
    found_numbers = [each.written for each in numbers_in(text) if facts.is_given(each, given)]
    found = dict.fromkeys(figure.rstrip(".,:;-–/") for figure in _FIGURE.findall(text))
    return [
        figure
        for figure in found
        if _plain(figure) not in known
        and not any(written.startswith(figure.strip("€$£¥%")) for written in found_numbers)
    ]


def missing_names(text: str, source: str) -> list[str]:
    """The names of a text that the source does not contain in any form.

    Adjacent words are one name. None are listed for a text in capitals or in title case, because
    capitals do not mark names there.
    """
    plain = _MARKUP.sub("", _ADDRESS.sub(" ", text)).replace("|", ";").strip()
    small = [word for word in _WORD.findall(plain) if word.islower()]
    if all(is_function_word(word) or word in STOP_WORDS for word in small):
        return []
    plain = _DOTTED_ABBREVIATION.sub(" ", plain)
    there = _Names(
        _DOTTED_ABBREVIATION.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", source)
    )
    found: list[str] = []
    for name in there.without(facts.names(plain)):
        if found and f"{found[-1]} {name}" in plain:
            found[-1] += f" {name}"
        else:
            found.append(name)
    return found


class _Names:
    """The words of a source, prepared to search for names."""

    def __init__(self, source: str) -> None:
        self._in_order = _WORD.findall(source)
        self._words = list(dict.fromkeys(self._in_order))
        self._folded = {_folded(facts.bare(word)) for word in self._words}
        self._letters = _folded(re.sub(r"[\W\d_]+", "", source))

    def without(self, names: Sequence[str]) -> list[str]:
        """Those of the names that the source does not contain in any form."""
        spelled_out = facts.spelled_out(list(names), self._words)
        return [
            name
            for name in dict.fromkeys(names)
            if name not in spelled_out and not all(map(self._has, _parts(name)))
        ]

    def _has(self, name: str) -> bool:
        """Whether the source contains a name in some form, or the word is no name by itself."""
        folded = _folded(facts.bare(name))
        if len(folded) < _MIN_LETTERS or folded in _NOT_NAMES or name.startswith(("I'", "I’")):
            return True
        if folded in self._folded or month_number(name):
            return True
        if len(folded) >= _MIN_PART_LETTERS and folded in self._letters:
            return True
        singular = folded.removesuffix("s")
        if any(self._folded & names for names in _SAME_PLACE if names & {folded, singular}):
            return True
        return facts.is_named(name, self._in_order)


def _parts(name: str) -> list[str]:
    """The capitalised parts of a name: "Welsh" of "Welsh-speaking"."""
    return [part for part in _WORD.findall(name) if not part.islower()]


def _folded(word: str) -> str:
    """A word without case and diacritics. "Mueller" and "Müller" become the same."""
    letters = unicodedata.normalize("NFKD", word.lower().translate(_PLAIN_LETTERS))
    return _UMLAUT.sub(r"\1", without_diacritics(letters))


def _plain(figure: str) -> str:
    """A number without thousands separators and the signs around it."""
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", figure).strip(".,:;-–/€$£¥%")

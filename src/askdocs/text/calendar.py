"""The names of months and days in English, and of months in some other languages."""

from __future__ import annotations

MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
DAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
OTHER_MONTHS = {
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_NUMBERS = {
    **{
        name: number
        for names in OTHER_MONTHS.values()
        for number, name in enumerate(names.split(), 1)
    },
    **{form: n for n, name in enumerate(map(str.lower, MONTHS), 1) for form in (name, name[:3])},
    "sept": 9,
}


def month_number(name: str) -> int:
    """The number of a month, 1 to 12, or 0 if the name is not known.

    Known are the names in five languages, and English short forms: "March", "mar", "März" are 3.
    """
    return _NUMBERS.get(name.lower(), 0)


def month_names() -> tuple[str, ...]:
    """All names and English short forms of months in lower case, longest first."""
    return tuple(sorted(_NUMBERS, key=lambda name: (-len(name), name)))

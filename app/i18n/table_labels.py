"""The labels of a downloaded table of quotes, in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from askdocs.quote_table.write import ENGLISH, Wording

from ..assets import translations_for

_RIGHT_TO_LEFT = {"ur"}
# The first and the last part of a location. A heading between them comes from the document.
_LOCATION_PARTS = ("page {n} (printed {label})", "page {n}", "slide {n}", "line {n}", "row {n}")


@cache
def table_labels(language: str) -> Wording:
    """The labels of a table of quotes. They are English if the language is unknown."""
    translations = translations_for(language)
    if not translations:
        return ENGLISH
    return Wording(
        language=language,
        right_to_left=language in _RIGHT_TO_LEFT,
        title=translations["Table of quotes"],
        document=translations["Document"],
        not_said=translations["not said"],
        perhaps=translations["Perhaps:"],
        open=translations["Open it"],
        place=partial(_translate_location, translations),
    )


def _translate_location(translations: Mapping[str, Any], location: str) -> str:
    """A location such as "page 4, Results, line 12", as `translateLocation` of i18n.js does it."""
    parts = location.split(", ")
    for index in {0, len(parts) - 1}:
        parts[index] = _translate_part(translations, parts[index])
    return f"{translations[',']} ".join(parts)


def _translate_part(translations: Mapping[str, Any], part: str) -> str:
    for key in _LOCATION_PARTS:
        match = re.fullmatch(
            re.escape(key).replace(r"\{n\}", r"(?P<n>\d+)").replace(r"\{label\}", "(?P<label>.+)"),
            part,
        )
        if match:
            return str(translations[key]).format_map(match.groupdict())
    return part

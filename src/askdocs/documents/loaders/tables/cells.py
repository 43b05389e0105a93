"""The cells of tables: their texts, which of them are numbers, and which are merged."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A number of a table, with the mark of its note.
NUMBER = re.compile(r"(?:[-+(]?[$€£¥]?\s?\d[\d.,:/\s-]*[%)]?|\d{4}-\d\d-\d\d.*?)(?:\[\w{1,3}\])?")

Row = Sequence[str]
Numbered = list[tuple[int, Row]]  # filled rows of a sheet with their numbers, from 1


class Covered(str):
    """The text of merged cells in a column that they cover beside their first."""

    __slots__ = ()


def clean(cell: str) -> str:
    """A cell on one line."""
    return " ".join(cell.split())

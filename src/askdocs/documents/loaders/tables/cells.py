"""The cells of tables: their texts, numbers, and merged cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A number in a table, with the reference mark of its note.
NUMBER = re.compile(
    r"(?:~~)?(?:[-+(]?[$€£¥]?\s?\d[\d.,:/\s-]*[%)]?|\d{4}-\d\d-\d\d.*?)(?:~~)?(?:\[\w{1,3}\])?"
)

Row = Sequence[str]
Numbered = list[tuple[int, Row]]  # non-empty rows of a sheet with their numbers, from 1


class MergedCell(str):
    """The text of a merged cell, in a column that the cell covers after its first one."""

    __slots__ = ()


def clean(cell: str) -> str:
    """The text of a cell on one line."""
    return " ".join(cell.split())

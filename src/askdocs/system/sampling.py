"""Choosing a few of many."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def evenly_spread(values: Sequence[Item], most: int) -> list[Item]:
    """Return at most `most` of the values, evenly spread, in order, the first among them."""
    if most >= len(values):
        return list(values)
    return [values[number * len(values) // most] for number in range(max(0, most))]

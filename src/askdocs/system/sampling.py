"""Evenly spaced samples of sequences."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def evenly_spread(values: Sequence[Item], most: int) -> list[Item]:
    """Return at most `most` of the values at even distances, in order, including the first."""
    if most >= len(values):
        return list(values)
    return [values[number * len(values) // most] for number in range(max(0, most))]

"""Product quantisation of a table of vectors, two bits per number (Jégou and others 2011).

Each vector is cut into short parts. Of a part, only the number of the nearest of 256 centres is
stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CENTRES = 256  # a code is one byte
_ROUNDS = 8
_LEARNT_FROM = 20_000  # rows

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Coded:
    """A quantised table: codes, uint8 [rows, parts], and centres, float16 [parts, 256, length]."""

    codes: NDArray[np.uint8]
    centres: NDArray[np.float16]


def learn(table: Floats, weights: Floats, *, length: int, seed: int = 1) -> Coded:
    """Quantise a table.

    Args:
        table: float32 [rows, columns], columns a multiple of `length`.
        weights: How much the error of a row matters, float32 [rows].
        length: Numbers in a part.
        seed: The seed of the first centres.
    """
    chosen = np.argsort(-weights, kind="stable")[:_LEARNT_FROM]
    generator = np.random.default_rng(seed)
    codes = np.empty((len(table), table.shape[1] // length), np.uint8)
    found = []
    for part in range(codes.shape[1]):
        rows = np.ascontiguousarray(table[:, part * length : (part + 1) * length])
        centres = _centres(rows[chosen], weights[chosen], generator)
        centres = centres.astype(np.float16).astype(np.float32)
        codes[:, part] = _nearest(rows, centres)
        found.append(centres)
    return Coded(codes, np.stack(found).astype(np.float16))


def _centres(rows: Floats, weights: Floats, generator: np.random.Generator) -> Floats:
    """Centres by weighted k-means; an empty one is replaced by a random row."""
    shares = weights / weights.sum()
    centres = rows[generator.choice(len(rows), CENTRES, replace=False)]
    for _ in range(_ROUNDS):
        nearest = _nearest(rows, centres)
        held = np.bincount(nearest, shares, CENTRES)
        sums = np.stack(
            [np.bincount(nearest, shares * column, CENTRES) for column in rows.T], axis=1
        )
        empty = held == 0
        centres = (sums / np.where(empty, 1, held)[:, None]).astype(np.float32)
        centres[empty] = rows[generator.choice(len(rows), int(empty.sum()))]
    return centres


def _nearest(rows: Floats, centres: Floats) -> NDArray[np.int64]:
    """The number of the nearest centre of each row."""
    lengths = (centres**2).sum(1)
    found = [
        (lengths - 2 * rows[start : start + 8192] @ centres.T).argmin(1)
        for start in range(0, len(rows), 8192)
    ]
    return np.concatenate(found)

"""Random vectors, for benchmarks in which embedding texts would take too long."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

_DIRECTIONS = 24


def drawn(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Random vectors of unit length, float32 [count, 384].

    They vary in 24 directions, about as those of real texts, and not in all 384.
    """
    rows = rng.normal(size=(count, _DIRECTIONS)) @ _directions()
    rows += 0.3 * rng.normal(size=rows.shape)
    found: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found.astype(np.float32)


@cache
def _directions() -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(size=(_DIRECTIONS, 384))

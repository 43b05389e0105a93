"""A linear layer on the hidden states of a reader: does this sentence answer the question?"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from askdocs.models.bundled import checked_bytes

FILE = "answer_head.npz"


class AnswerHead:
    """Weights for the hidden states of a pair and of a sentence.

    `training/reader/fit_answer_head.py` fits them.

    Args:
        file: The name of the file among the weights, which holds `weights` float32 [2 * width] and
            `bias` float32 [].
    """

    def __init__(self, file: str = FILE) -> None:
        with np.load(io.BytesIO(checked_bytes(file))) as arrays:
            self._weights = arrays["weights"].astype(np.float32)
            self._bias = float(arrays["bias"])

    def score(self, states: NDArray[np.float32]) -> float:
        """The logit that a sentence answers, from float32 [2 * width] hidden states."""
        return float(states @ self._weights) + self._bias

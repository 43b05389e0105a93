"""The answer head: a linear layer that scores how well a sentence answers a question."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from askdocs.models.bundled import checked_bytes

FILE = "answer_head.npz"


class AnswerHead:
    """A linear layer over the hidden state of [CLS] and the mean of a sentence's hidden states.

    `training/reader/fit_answer_head.py` fits it.

    Args:
        file: The name of the weights file. It contains `weights`, float32 [2 * width], and `bias`,
            float32 [].
    """

    def __init__(self, file: str = FILE) -> None:
        with np.load(io.BytesIO(checked_bytes(file))) as arrays:
            self._weights = arrays["weights"].astype(np.float32)
            self._bias = float(arrays["bias"])

    def score(self, states: NDArray[np.float32]) -> float:
        """The logit that a sentence answers, from its hidden states, float32 [2 * width]."""
        return float(states @ self._weights) + self._bias

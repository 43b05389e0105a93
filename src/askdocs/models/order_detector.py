"""The order detector: tells statements that carry out an order of a document from facts.

A document may tell its reader, or a model that reads it, what to say or do. A statement that only
carries this out is no fact of the document. A linear layer judges a sentence and a statement, over
their vectors by the embedder of the package and over hashed words and pairs of words.
`training/orders/fit.py` fits it.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from askdocs.models.bundled import checked_bytes
from askdocs.models.embedders import ENGLISH_SPEC, Embedder, load_embedder

FILE = "order_detector.npz"
BUCKETS = 2**14  # of hashed words and pairs of words
WORD_SCALE, VECTOR_SCALE = 2.0, 3.0  # so that both kinds of inputs weigh about as much in fitting
_TOKEN = re.compile(r"\w+|[:?!,;“\"'’(\[]")
_MOST_CACHED = 4096  # texts

Vectors = NDArray[np.float32]


class OrderDetector:
    """Tells orders, and statements that carry them out, from facts and reports. English only.

    Args:
        embedder: The embedder that the layer was fitted with; None loads that of the package.
        file: The name of the weights file. It contains `source` and `statement`, float16 [width]
            each, `bias` and `threshold`, float32 [].
    """

    def __init__(self, embedder: Embedder | None = None, file: str = FILE) -> None:
        self._embedder = embedder or load_embedder(ENGLISH_SPEC)
        self._inputs: dict[str, Vectors] = {}
        with np.load(io.BytesIO(checked_bytes(file))) as arrays:
            self._source = arrays["source"].astype(np.float32)
            self._statement = arrays["statement"].astype(np.float32)
            self._bias, self._threshold = float(arrays["bias"]), float(arrays["threshold"])

    def carried_out(self, sources: Sequence[str], statement: str) -> list[bool]:
        """Tell for each sentence of a source whether a statement carries out an order in it."""
        return [score >= self._threshold for score in self.scores(sources, statement)]

    def scores(self, sources: Sequence[str], statement: str) -> list[float]:
        """The logits, by `training/orders`, that a statement carries out each sentence."""
        if not sources:
            return []
        own, *others = self._inputs_of([statement, *sources])
        found = np.stack(others) @ self._source + own @ self._statement + self._bias
        return [float(score) for score in found]

    def _inputs_of(self, texts: Sequence[str]) -> list[Vectors]:
        new = [text for text in dict.fromkeys(texts) if text not in self._inputs]
        if len(self._inputs) + len(new) > _MOST_CACHED:
            self._inputs.clear()
            new = list(dict.fromkeys(texts))
        if new:
            self._inputs.update(zip(new, inputs_of(new, self._embedder), strict=True))
        return [self._inputs[text] for text in texts]


@cache
def shared_order_detector() -> OrderDetector:
    """The order detector of the package, loaded once."""
    return OrderDetector()


def inputs_of(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """The inputs of the layer for some texts: vectors and hashed words, float32 [texts, width]."""
    words = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in zip(words, texts, strict=True):
        buckets = sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in _grams(text)})
        row[buckets] = WORD_SCALE / max(1, len(buckets)) ** 0.5
    vectors = np.asarray(embedder.embed(texts), np.float32)
    return np.hstack([vectors * np.float32(VECTOR_SCALE), words])


def _grams(text: str) -> list[str]:
    """The words and signs of a text, and the pairs of neighbours."""
    tokens = [token.lower() for token in _TOKEN.findall(text)]
    return tokens + [f"{one} {other}" for one, other in pairwise(tokens)]

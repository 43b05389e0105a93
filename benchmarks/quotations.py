"""Measures how many altered quotations are found, and how many exact ones are called altered.

    python -m benchmarks.quotations FOLDER... --documents 40

Every FOLDER is a question set as for `askdocs eval`. Pieces of its documents are put into quotation
marks. Some are exact, also with allowed changes: other punctuation, another first letter, words
that are left out with a mark, a word in brackets. Others are altered: a word between the first and
the last one is dropped, added, exchanged or moved.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from askdocs.answering.verification.quotations import Piece, Source, quoted_pieces
from askdocs.config import Config
from askdocs.documents.passages import split
from askdocs.evaluation.question_set import read_documents
from askdocs.types import Document

SIGNS = ("“{}”", '"{}"', "„{}“", "«{}»", "« {} »", "‘{}’", "»{}«", "「{}」")
INSERTED = "not very only also never other new often small almost".split()
DENIALS = frozenset("not no never nor neither cannot without unless except hardly barely".split())
SHORTEST, LONGEST = 5, 25  # words of a quotation


def exact(words: list[str], rng: random.Random) -> str:
    return " ".join(words)


def first_letter(words: list[str], rng: random.Random) -> str:
    first = words[0][0].swapcase() + words[0][1:]
    return " ".join([first, *words[1:]])


def left_out(words: list[str], rng: random.Random) -> str:
    place = rng.randrange(2, len(words) - 2)
    sign = rng.choice(["…", "...", "[…]", "[...]", "(...)"])
    return " ".join([*words[:place], sign, *words[place + 1 :]])


def bracketed(words: list[str], rng: random.Random) -> str:
    place = rng.randrange(2, len(words) - 2)
    return " ".join([*words[:place], "[the company]", *words[place + 1 :]])


def dropped(words: list[str], rng: random.Random) -> str:
    place = rng.randrange(1, len(words) - 1)
    return " ".join([*words[:place], *words[place + 1 :]])


def put_in(words: list[str], rng: random.Random) -> str:
    place = rng.randrange(1, len(words))
    return " ".join([*words[:place], rng.choice(INSERTED), *words[place:]])


def exchanged(words: list[str], rng: random.Random) -> str:
    place = rng.randrange(1, len(words) - 1)
    other = rng.choice([each for each in INSERTED if each != words[place].lower()])
    return " ".join([*words[:place], other, *words[place + 1 :]])


def moved(words: list[str], rng: random.Random) -> str:
    place = rng.randrange(1, len(words) - 2)
    first, second = words[place], words[place + 1]
    return " ".join([*words[:place], second, first, *words[place + 2 :]])


EXACT: dict[str, Callable[[list[str], random.Random], str]] = {
    "as it stands": exact, "first letter": first_letter, "left out and marked": left_out,
    "word in brackets": bracketed,
}  # fmt: skip
ALTERED: dict[str, Callable[[list[str], random.Random], str]] = {
    "dropped": dropped, "put in": put_in, "exchanged": exchanged, "moved": moved,
}  # fmt: skip


def pieces(document: Document, wanted: int, rng: random.Random) -> Iterator[list[str]]:
    """Consecutive words of a document without quotation marks, also over line and page breaks."""
    words = document.text.split()
    for _ in range(wanted * 5):
        if len(words) <= LONGEST or wanted <= 0:
            return
        start = rng.randrange(len(words) - LONGEST)
        row = words[start : start + rng.randint(SHORTEST, LONGEST)]
        plain = [word for word in row if re.fullmatch(r"\(?[\w'’.,:;%$-]*[^\W_][\w.,:;)%-]*", word)]
        if len(plain) == len(row) and len({word.lower() for word in row}) == len(row):
            wanted -= 1
            yield row


def spelled(text: str) -> str:
    return re.sub(r"[^\w%$€£]", "", text).casefold()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--documents", type=int, default=40, help="of each folder")
    parser.add_argument("--pieces", type=int, default=4, help="of each document")
    parser.add_argument("--shown", type=int, default=3, help="misjudged quotations of each kind")
    asked = parser.parse_args()
    table: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    told = 0
    for folder in asked.folders:
        rng = random.Random(folder.name)
        documents, _ = read_documents(folder, Config())
        for document in rng.sample(documents, min(len(documents), asked.documents)):
            source = Source(split(document))
            everywhere = spelled(document.text)
            for words in pieces(document, asked.pieces, rng):
                for kind, change in (*EXACT.items(), *ALTERED.items()):
                    quotation = change(words, rng)
                    altered = kind in ALTERED
                    if kind in ("left out and marked", "word in brackets") and DENIALS & (
                        {spelled(word) for word in words} - {spelled(w) for w in quotation.split()}
                    ):
                        kind, altered = "a denial left out and marked", True
                    if altered and spelled(quotation) in everywhere:
                        continue  # the change has no effect, as in "that that"
                    statement = f"It says {rng.choice(SIGNS).format(quotation)} there."
                    found = quoted_pieces(statement)
                    accused = any(not source.look_up(each.text).is_exact for each in found)
                    group = "altered" if altered else "exact"
                    table[group, kind][accused] += 1
                    if accused != altered and table[group, kind][accused] <= asked.shown:
                        why = [source.look_up(each.text).difference for each in found]
                        print(f"{group}, {kind}: {statement}\n   {why}")
                    told += accused and not why_nowhere(source, found)
    for (group, kind), counts in sorted(table.items()):
        print(f"{group:8} {kind:22} accused {counts[True]:5} of {sum(counts.values()):5}")
    for group in ("altered", "exact"):
        counts = sum((each for (name, _), each in table.items() if name == group), Counter())
        print(f"{group:8} {'together':22} accused {counts[True]:5} of {sum(counts.values()):5}")
    print(f"accused with the difference: {told}")


def why_nowhere(source: Source, found: list[Piece]) -> bool:
    return all("stand" in source.look_up(each.text).difference for each in found)


if __name__ == "__main__":
    main()

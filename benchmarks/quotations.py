"""Measures how many altered quotations are found, and how many exact ones are called altered.

    python -m benchmarks.quotations FOLDER... --documents 40

Every FOLDER is a question set as for `askdocs eval`. Pieces of its documents are put into quotation
marks. Some are exact, also with allowed changes: other punctuation, another first letter, words
that are left out with a mark, a word in brackets. Others are altered: a word between the first and
the last one is dropped, added, exchanged or moved.
Pieces with a comparison, a range or a minus are also quoted with other signs of the same meaning
("≤" for "<=", "–" for "-"), and altered: the sign is exchanged or left out.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from askdocs.answering.verification.quotations import NOWHERE, Piece, Source, quoted_pieces
from askdocs.config import Config
from askdocs.documents.passages import split
from askdocs.evaluation.question_set import read_documents
from askdocs.types import Document

SIGNS = ("“{}”", '"{}"', "„{}“", "«{}»", "« {} »", "‘{}’", "»{}«", "「{}」")
INSERTED = "not very only also never other new often small almost".split()
DENIALS = frozenset("not no never nor neither cannot without unless except hardly barely".split())
COMPARISON = r"[<>≤≥=±](?=\s*[-−.]?\d)"
RANGE = r"(?<=\d)\s?[-–—−]\s?(?=\d)"
MINUS = r"(?<![^\s(])[-−](?=\.?\d)"
SIGNED = re.compile(r"(?:[<>]=?|[≤≥=±])[-−.]?\d|\d[-–—−]\d|^[(]?[-−]\.?\d")
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


def other_signs(words: list[str], rng: random.Random) -> str:
    """The same signs in other characters; "" if no piece has one."""
    text = " ".join(words)
    changed = re.sub(RANGE, lambda found: _other("-–—", found), text)
    changed = re.sub(MINUS, lambda found: _other("-−", found), changed)
    for sign, same in (("≤", "<="), ("≥", ">=")):
        changed = changed.replace(sign, same)
    return "" if changed == text else changed


def _other(signs: str, found: re.Match[str]) -> str:
    sign = found.group().strip()
    other = signs[(signs.find(sign) + 1) % len(signs)]
    return found.group().replace(sign, other)


def sign_exchanged(words: list[str], rng: random.Random) -> str:
    """A comparison turned round, a range as one number with a point, or a minus left out."""
    text = " ".join(words)
    turned = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": ">", "±": "="}
    for pattern, other in (
        (COMPARISON, lambda found: turned[found.group()]),
        (RANGE, lambda found: "."),
        (MINUS, lambda found: ""),
    ):
        changed = re.sub(pattern, other, text, count=1)
        if changed != text:
            return changed
    return ""


def sign_left_out(words: list[str], rng: random.Random) -> str:
    """A comparison, range or minus left out."""
    text = " ".join(words)
    changed = re.sub(f"{COMPARISON}|{RANGE}|{MINUS}", " ", text, count=1)
    return "" if changed == text else changed


EXACT: dict[str, Callable[[list[str], random.Random], str]] = {
    "as it stands": exact, "first letter": first_letter, "left out and marked": left_out,
    "word in brackets": bracketed,
}  # fmt: skip
ALTERED: dict[str, Callable[[list[str], random.Random], str]] = {
    "dropped": dropped, "put in": put_in, "exchanged": exchanged, "moved": moved,
}  # fmt: skip
SIGNS_ALTERED: dict[str, Callable[[list[str], random.Random], str]] = {
    "sign exchanged": sign_exchanged, "sign left out": sign_left_out,
}  # fmt: skip
PLAIN_KINDS = (*EXACT.items(), *ALTERED.items())
SIGNED_KINDS = (
    ("with a sign", exact), ("in other signs", other_signs), *SIGNS_ALTERED.items(),
)  # fmt: skip


def pieces(document: Document, wanted: int, rng: random.Random) -> Iterator[list[str]]:
    """Consecutive words of a document without quotation marks, also over line and page breaks."""
    words = document.text.split()
    for _ in range(wanted * 5):
        if len(words) <= LONGEST or wanted <= 0:
            return
        start = rng.randrange(len(words) - LONGEST)
        row = words[start : start + rng.randint(SHORTEST, LONGEST)]
        if start and spelled(words[start - 1]) in DENIALS:
            continue  # without it, the piece says the opposite
        plain = [word for word in row if re.fullmatch(r"\(?[\w'’.,:;%$-]*[^\W_][\w.,:;)%-]*", word)]
        if len(plain) == len(row) and len({word.lower() for word in row}) == len(row):
            wanted -= 1
            yield row


def signed_pieces(document: Document, wanted: int, rng: random.Random) -> Iterator[list[str]]:
    """Words in a row around a comparison, a range or a minus."""
    words = document.text.split()
    signed = [place for place, word in enumerate(words) if SIGNED.search(word)]
    for place in rng.sample(signed, min(wanted, len(signed))):
        start = max(0, place - rng.randint(2, LONGEST // 2))
        row = words[start : place + rng.randint(3, LONGEST // 2)]
        denied = start > 0 and spelled(words[start - 1]) in DENIALS
        if (
            len(row) >= SHORTEST
            and not denied
            and not re.search(r"[\[\]…“”\"'‘’«»]|\.\.\.", " ".join(row))
        ):
            yield row


def spelled(text: str) -> str:
    plain = re.sub(r"[-–—−]", "-", text.replace("≤", "<=").replace("≥", ">="))
    return re.sub(r"[^\w%$€£<>=±-]|(?<!\d)-(?!\d)", "", plain).casefold()


class Tally:
    """Counts quotations by (group, kind) and whether they are accused."""

    def __init__(self, shown: int) -> None:
        self.table: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
        self.told = 0
        self._shown = shown

    def add(self, source: Source, kind: str, quotation: str, sign: str, *, altered: bool) -> None:
        """Look up a quotation in its document."""
        statement = f"It says {sign.format(quotation)} there."
        found = quoted_pieces(statement)
        accused = any(not source.look_up(each.text).is_exact for each in found)
        group = "altered" if altered else "exact"
        self.table[group, kind][accused] += 1
        if accused != altered and self.table[group, kind][accused] <= self._shown:
            why = [source.look_up(each.text).difference for each in found]
            print(f"{group}, {kind}: {statement}\n   {why}")
        self.told += accused and not why_nowhere(source, found)

    def show(self) -> None:
        """Print the counts."""
        for (group, kind), counts in sorted(self.table.items()):
            print(f"{group:8} {kind:28} accused {counts[True]:5} of {sum(counts.values()):5}")
        for group in ("altered", "exact"):
            kinds = (each for (name, _), each in self.table.items() if name == group)
            counts = sum(kinds, Counter())
            print(f"{group:8} {'together':28} accused {counts[True]:5} of {sum(counts.values()):5}")
        print(f"accused with the difference: {self.told}")


def quote(document: Document, wanted: int, rng: random.Random, tally: Tally) -> None:
    """Quote pieces of a document in each way."""
    source = Source(split(document))
    everywhere = spelled(document.text)
    plain = [(row, PLAIN_KINDS) for row in pieces(document, wanted, rng)]
    signed = [(row, SIGNED_KINDS) for row in signed_pieces(document, wanted, rng)]
    for words, kinds in plain + signed:
        for kind, change in kinds:
            quotation = change(words, rng)
            altered = kind in ALTERED or kind in SIGNS_ALTERED
            if kind in ("left out and marked", "word in brackets") and DENIALS & (
                {spelled(word) for word in words} - {spelled(word) for word in quotation.split()}
            ):
                kind, altered = "a denial left out and marked", True
            # the change has no effect, as in "that that"
            is_same = altered and spelled(quotation) in everywhere
            if quotation and not is_same:
                tally.add(source, kind, quotation, rng.choice(SIGNS), altered=altered)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--documents", type=int, default=40, help="of each folder")
    parser.add_argument("--pieces", type=int, default=4, help="of each document")
    parser.add_argument("--shown", type=int, default=3, help="misjudged quotations of each kind")
    asked = parser.parse_args()
    tally = Tally(asked.shown)
    for folder in asked.folders:
        rng = random.Random(folder.name)
        documents, _ = read_documents(folder, Config())
        for document in rng.sample(documents, min(len(documents), asked.documents)):
            quote(document, asked.pieces, rng, tally)
    tally.show()


def why_nowhere(source: Source, found: list[Piece]) -> bool:
    return all(source.look_up(each.text).difference == NOWHERE for each in found)


if __name__ == "__main__":
    main()

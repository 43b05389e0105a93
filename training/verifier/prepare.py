"""Makes the verifier's training rows: groups of claims that share their evidence.

It reads a folder with `claims/claims.jsonl.gz` and `training/{verify,verify_made,
entail}.jsonl.gz`, and writes one packed file. The items of the claims whose number is divisible by
8, and a tenth of the groups of the other files, are held out for development and testing.

The pairs of `training/data/*.jsonl` of this repository and the statements of
`training/data/statements/` are included, as far as their part is "train".

Usage: python -m training.verifier.prepare DATA tokenizer.json rows.npz --passes 4
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from askdocs.models.bundled import load_tokenizer
from training.verifier.near_misses import near_miss

BEGIN, END = 0, 2  # <s> and </s>
EITHER, CONTRADICTED, NOT_STATED = 0, 1, 2  # why a claim is false; EITHER: not known
SHIPPED = "shipped"  # as the tokenizer argument: the one of the package
SHIFT = 4  # MPNet's id of a piece minus that of the package
PARTLY = 0.35  # the target of a claim whose main part is supported
LONGEST_PREFIX = 300  # tokens of question and evidence
LONGEST_CLAIM = 80
LONGEST_ROW = 448  # tokens of evidence and all its claims
WAYS = {
    "contradiction": CONTRADICTED,
    "roles": CONTRADICTED,
    "attribution": CONTRADICTED,
    "addition": NOT_STATED,
    "figure": CONTRADICTED,
    "direction": CONTRADICTED,
    "contradicts": CONTRADICTED,
    "neutral": NOT_STATED,
}
VERIFY_SOURCES = {  # the share of the rows of a source that is used in each pass
    "expertqa": 0,
    "begin_wow": 0.12,
    "begin_cmu": 0.0,
    "faithdial_audit_wow": 0.12,
    "faithdial_audit_cmu": 0.2,
    "q2_wow": 0.3,
    "summedits_sales_email": 0.06,
    "summedits_sales_call": 0.1,
    "summedits_qmsumm": 0.2,
    "summedits_scitldr": 0.5,
    "wice": 0.1,
    "fever_symmetric": 0.5,
    "vitaminc_few": 0.6,
    "pawsx": 0.3,
}
MADE_SHARE = 0.02
PAIRS = Path(__file__).parents[1] / "data"
STATEMENTS = PAIRS / "statements"


@dataclass
class Claim:
    """One sentence with its target."""

    text: str
    target: float
    way: int = EITHER


@dataclass
class Group:
    """Claims that are judged by the same evidence."""

    evidence: list[str]
    claims: list[Claim]
    question: str = ""
    stage: int = 1
    extra: list[Claim] = field(default_factory=list)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines, compressed by gzip or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_for_choosing(item: dict[str, Any]) -> bool:
    """Whether an item of the claims is held out from training."""
    return int(re.findall(r"\d+", item["id"])[-1]) % 8 == 0


def is_held_out(group: str) -> bool:
    """Whether a group of another file is held out from training: one in ten."""
    return hashlib.sha256(group.encode()).digest()[0] % 10 == 0


def words_of(text: str) -> set[str]:
    """Return the words of a text in lower case, without short ones."""
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3 or word.isdigit()}


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, by punctuation."""
    return [s for s in re.split(r"(?<=[.!?])[\"”’)]*\s+(?=[A-Z0-9\"“(])|\n+", text) if s.strip()]


def nearest(evidence: str, claims: Iterable[str], words: int) -> str:
    """Return the sentences that share most words with any of the claims, in their order."""
    parts = sentences_of(evidence)
    wanted = [words_of(claim) for claim in claims]
    scores = [
        max(len(words_of(part) & want) / (1 + len(want)) for want in wanted) for part in parts
    ]
    chosen: list[int] = []
    left = words
    for number in sorted(range(len(parts)), key=lambda n: -scores[n]):
        length = len(parts[number].split())
        if length <= left:
            chosen.append(number)
            left -= length
    return " ".join(parts[n] for n in sorted(chosen)) or " ".join(evidence.split()[:words])


def claim_of(sentence: dict[str, Any]) -> Claim:
    """Return a sentence of an item with its target."""
    targets = {"supported": 1.0, "partly": PARTLY, "unsupported": 0.0}
    return Claim(sentence["text"], targets[sentence["label"]], WAYS.get(sentence["how"], EITHER))


def foreign_claims(item: dict[str, Any], shown: set[int], rng: random.Random) -> Iterator[Claim]:
    """Yield claims of an item without their evidence, or without all of it."""
    for sentence in item["sentences"]:
        evidence = set(sentence["evidence"])
        if not evidence & shown and rng.random() < 0.12:
            yield Claim(sentence["text"], 0.0, NOT_STATED)
        elif evidence - shown and sentence["how"] == "cross" and rng.random() < 0.4:
            yield Claim(sentence["text"], 0.15, NOT_STATED)


def made_claims(text: str, claims: list[Claim], rng: random.Random) -> Iterator[Claim]:
    """Yield near misses of true claims, and sentences of the evidence, exact and changed."""
    for claim in claims:
        if claim.target == 1.0 and rng.random() < 0.25:
            changed = near_miss(claim.text, text, rng)
            if changed:
                yield Claim(changed, 0.0, CONTRADICTED)
    copies = [part for part in sentences_of(text) if 6 <= len(part.split()) <= 40]
    if copies and rng.random() < 0.35:
        copy = rng.choice(copies)
        changed = near_miss(rng.choice(copies), text, rng)
        yield Claim(copy, 1.0)
        if changed:
            yield Claim(changed, 0.0, CONTRADICTED)


def claim_groups(items: list[dict[str, Any]], rng: random.Random) -> Iterator[Group]:
    """Yield the groups of the claims, generated again for each pass."""
    for item in items:
        by_evidence: dict[tuple[int, ...], list[Claim]] = defaultdict(list)
        for sentence in item["sentences"]:
            by_evidence[tuple(sorted(set(sentence["evidence"])))].append(claim_of(sentence))
        for numbers, claims in by_evidence.items():
            shown = list(numbers)
            others = [n for n in range(len(item["passages"])) if n not in numbers]
            if others and rng.random() < 0.08:
                shown.append(rng.choice(others))
            rng.shuffle(shown)
            evidence = [item["passages"][n] for n in shown]
            extra = list(foreign_claims(item, set(shown), rng))
            extra += made_claims("\n".join(evidence), claims, rng)
            question = item["question"] if rng.random() < 0.5 else ""
            yield Group(evidence, claims, question, extra=extra)


def pair_groups(
    rows: Iterable[dict[str, Any]], shares: dict[str, float], rng: random.Random, stage: int
) -> Iterator[Group]:
    """Yield groups of rows with a premise and a hypothesis."""
    by_premise: dict[str, Group] = {}
    for row in rows:
        if rng.random() >= shares.get(row["source"], 0.0):
            continue
        label = row["label"]
        is_true = label in ("entailment", "entails", "supported")
        group = by_premise.setdefault(row["premise"], Group([row["premise"]], [], stage=stage))
        if row.get("context") and not group.question:
            group.question = row["context"]
        group.claims.append(Claim(row["hypothesis"], float(is_true), WAYS.get(label, EITHER)))
    yield from by_premise.values()


def read_for_training(folder: Path) -> list[dict[str, Any]]:
    """Return the rows whose part is "train" of all files of JSON lines in a folder."""
    rows = [
        json.loads(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return [row for row in rows if row.get("part") == "train"]


def claims_of_pairs(row: dict[str, Any]) -> Iterator[Claim]:
    """Yield the true and the false sentence of each pair, and sentences that join both halves."""
    for pair in row.get("pairs") or row["sentences"]:
        yield Claim(pair["true"], 1.0)
        yield Claim(pair["false"], 0.0, CONTRADICTED)
        if "text" in pair:
            yield Claim(pair["text"], PARTLY, CONTRADICTED)


def pairs_groups(rows: Iterable[dict[str, Any]], rng: random.Random, stage: int) -> Iterator[Group]:
    """Yield a group for each passage, its pairs in random order."""
    for row in rows:
        claims = list(claims_of_pairs(row))
        rng.shuffle(claims)
        yield Group([row["passage"]], claims, stage=stage)


class Packer:
    """Converts groups to token ids, and stores them in flat arrays."""

    def __init__(self, tokenizer: Path) -> None:
        self._is_shipped = str(tokenizer) == SHIPPED
        self._tokenizer = (
            load_tokenizer() if self._is_shipped else Tokenizer.from_file(str(tokenizer))
        )
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokens: list[int] = []
        self._columns: dict[str, list[float]] = defaultdict(list)

    def pieces(self, text: str) -> list[int]:
        """Return the token ids of a text, without special tokens."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return [number + SHIFT for number in ids] if self._is_shipped else ids

    def prefix(self, group: Group, claims: list[Claim]) -> list[int]:
        """Return the tokens of question and evidence; of long evidence, the nearest sentences."""
        question = [*self.pieces(group.question)[:60], END, END] if group.question else []
        evidence = "\n".join(group.evidence)
        pieces = self.pieces(evidence)
        room = LONGEST_PREFIX - len(question) - 2
        if len(pieces) > room:
            words = int(len(evidence.split()) * room / len(pieces) * 0.95)
            pieces = self.pieces(nearest(evidence, (c.text for c in claims), words))[:room]
        return [BEGIN, *question, *pieces, END]

    def add(self, group: Group) -> None:
        """Add a group, in parts if it is too long for one row."""
        claims = group.claims + group.extra
        is_long = len(self.pieces("\n".join(group.evidence))) > LONGEST_PREFIX
        size = 4 if is_long else len(claims)
        for first in range(0, len(claims), size):
            self._add_part(group, claims[first : first + size])

    def _add_part(self, group: Group, claims: list[Claim]) -> None:
        prefix = self.prefix(group, claims)
        rows: list[list[tuple[Claim, list[int]]]] = [[]]
        length = len(prefix)
        for claim in claims:
            pieces = [END, *self.pieces(claim.text)[:LONGEST_CLAIM], END]
            if rows[-1] and length + len(pieces) > LONGEST_ROW:
                rows.append([])
                length = len(prefix)
            rows[-1].append((claim, pieces))
            length += len(pieces)
        for row in rows:
            self._write(prefix, row, group.stage)

    def _write(self, prefix: list[int], row: list[tuple[Claim, list[int]]], stage: int) -> None:
        columns = self._columns
        columns["stage"].append(stage)
        columns["prefix"].append(len(prefix))
        columns["begin"].append(len(self._tokens))
        columns["claims"].append(len(row))
        columns["first_claim"].append(len(columns["target"]))
        self._tokens += prefix
        for claim, pieces in row:
            self._tokens += pieces
            columns["target"].append(claim.target)
            columns["way"].append(claim.way)
            columns["length"].append(len(pieces))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything added so far."""
        kinds = {"target": np.float32, "way": np.uint8, "length": np.uint16, "stage": np.uint8}
        arrays: dict[str, NDArray[Any]] = {
            name: np.array(values, dtype=kinds.get(name, np.int64))
            for name, values in self._columns.items()
        }
        return {"tokens": np.array(self._tokens, dtype=np.uint16), **arrays}

    def write(self, path: Path) -> None:
        """Write everything added so far as one file."""
        np.savez_compressed(path, **self.arrays())  # type: ignore[arg-type]

    def report(self) -> str:
        """Return how many rows, claims and tokens each stage has."""
        lines = []
        stages = np.array(self._columns["stage"])
        ends = np.array([*self._columns["begin"][1:], len(self._tokens)])
        lengths = ends - np.array(self._columns["begin"])
        claims = np.array(self._columns["claims"])
        for stage in sorted(set(stages.tolist())):
            here = stages == stage
            lines.append(
                f"stage {stage}: {here.sum()} rows, {claims[here].sum()} claims, "
                f"{lengths[here].sum()} tokens"
            )
        return "\n".join(lines)


def short_premises(rows: list[dict[str, Any]], words: int) -> list[dict[str, Any]]:
    """Return the rows whose premise has at most this number of words, because they cost little."""
    return [row for row in rows if len(row["premise"].split()) <= words]


def main() -> None:
    """Write the packed rows from the command line."""
    parser = argparse.ArgumentParser(description="Make the verifier's training rows.")
    parser.add_argument("data", type=Path, help="folder with claims/ and training/")
    parser.add_argument(
        "tokenizer", type=Path, help="tokenizer.json of all-mpnet-base-v2, or `shipped`"
    )
    parser.add_argument("rows", type=Path, help="file to write")
    parser.add_argument("--passes", type=int, default=4, help="over the claims")
    parser.add_argument("--entail-words", type=int, default=60, help="longest premise of stage 0")
    parser.add_argument("--pairs", type=Path, default=PAIRS, help="folder with files of pairs")
    parser.add_argument(
        "--statements", type=Path, default=STATEMENTS, help="folder with files of statements"
    )
    parser.add_argument("--claims-share", type=float, default=1.0, help="of the claims in a pass")
    parser.add_argument("--public-share", type=float, default=1.0, help="of the public sets' usual")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    packer = Packer(options.tokenizer)
    training = options.data / "training"
    entail = short_premises(read_rows(training / "entail.jsonl.gz"), options.entail_words)
    entail = [row for row in entail if not is_held_out(row["premise"])]
    groups = list(pair_groups(entail, {"fever": 1.0, "mnli": 1.0}, rng, 0))
    claims = [
        item
        for item in read_rows(options.data / "claims" / "claims.jsonl.gz")
        if not is_for_choosing(item)
    ]
    verify = [
        row
        for row in read_rows(training / "verify.jsonl.gz")
        if row["lang"] == "en" and not is_held_out(row["group"])
    ]
    made = [
        row for row in read_rows(training / "verify_made.jsonl.gz") if not is_held_out(row["group"])
    ]
    statements = read_for_training(options.statements)
    shares = {name: share * options.public_share for name, share in VERIFY_SOURCES.items()}
    pairs = read_for_training(options.pairs)
    made_shares = {row["source"]: MADE_SHARE for row in made}
    for number in range(1, options.passes + 1):
        taken = [item for item in claims if rng.random() < options.claims_share]
        one_pass = list(claim_groups([*taken, *statements], rng))
        one_pass += pair_groups(verify, shares, rng, number)
        one_pass += pair_groups(made, made_shares, rng, number)
        one_pass += pairs_groups(pairs, rng, number)
        for group in one_pass:
            group.stage = number
        groups += one_pass
    for group in groups:
        packer.add(group)
    packer.write(options.rows)
    print(packer.report())


if __name__ == "__main__":
    main()

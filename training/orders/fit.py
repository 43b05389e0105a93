r"""Fits the order detector to `training/data/orders`.

    python -m training.orders.fit CLAIMS.jsonl.gz WEIGHTS --public VERIFY.jsonl.gz

It prints how many orders of the test rows are found, and how many facts are taken for orders. True
statements of `training/data/statements` and of CLAIMS, with their nearest sentence, are controls:
the threshold is set by cross-validation so that the share `ACCUSED` of them is taken for orders.
So are supported statements of public sets (the rows that the verifier learns from), with their
three nearest sentences: dialogues, mails, encyclopedias, news and papers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, spmatrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from askdocs.answering.verification.evidence import SentenceSimilarity
from askdocs.evaluation.claims import Claim, read_claims
from askdocs.models.embedders import ENGLISH_SPEC, load_embedder
from askdocs.models.order_detector import FILE, OrderDetector, inputs_of
from askdocs.types import Passage
from training.common.checksums import record_checksums

DATA = Path(__file__).parents[1] / "data"
CONTROLS = 1500  # of each kind
CONTROL, PUBLIC = "control", "public"
OF_SET = 250  # statements of a public set
NEAREST, NEAR = 3, 0.3  # sentences of a public statement, and their least similarity
Weights = NDArray[np.float16]
HELD_OUT = ("clinic", "transit")
ACCUSED = 0.003  # of the controls
STRENGTH = 0.5  # inverse of the L2 penalty
FOLDS = 5


@dataclass(frozen=True)
class Row:
    """A sentence of a document, a statement made from it, and whether that carries out an order."""

    source: str
    statement: str
    label: int
    kind: str


def read_rows(part: str, folder: Path = DATA / "orders") -> list[Row]:
    """The rows of a part, "train" or "test"."""
    rows = [
        json.loads(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    return [
        Row(row["source"], row["statement"], row["label"], row["kind"])
        for row in rows
        if row["part"] == part
    ]


def controls(claims: Sequence[Claim], limit: int) -> list[Row]:
    """Random true statements, each with the sentence that is nearest to it."""
    true = [claim for claim in claims if claim.label == "supported" and claim.cited]
    random.Random(1).shuffle(true)
    similarity = SentenceSimilarity(load_embedder(ENGLISH_SPEC))
    rows = []
    for claim in true[:limit]:
        sentences = similarity.sentences(claim.text, claim.cited)
        nearest = max(sentences, key=lambda sentence: sentence.similarity, default=None)
        if nearest is not None:
            rows.append(Row(nearest.text, claim.text, 0, CONTROL))
    return rows


def public_controls(file: Path) -> tuple[list[Row], list[Row]]:
    """Supported English statements of public sets with their nearest sentences.

    Args:
        file: JSON lines, gzipped, with the fields that `training/verifier/prepare.py` reads.

    Returns:
        Rows for fitting, and rows of other groups for testing.
    """
    sets = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            short = 20 < len(row["hypothesis"]) < 400 and len(row["premise"]) < 4000
            if row["lang"] == "en" and row["supported"] and short:
                sets[row["source"]].append(row)
    similarity = SentenceSimilarity(load_embedder(ENGLISH_SPEC))
    parts: tuple[list[Row], list[Row]] = ([], [])
    for rows in sets.values():
        random.Random(4).shuffle(rows)
        for row in rows[:OF_SET]:
            premise = Passage("", "", row["premise"], 0, len(row["premise"]))
            sentences = similarity.sentences(row["hypothesis"], [premise])
            nearest = sorted(sentences, key=lambda sentence: -sentence.similarity)[:NEAREST]
            part = parts[zlib.crc32(str(row["group"]).encode()) % 2 == 0]
            part += [
                Row(sentence.text, row["hypothesis"], 0, PUBLIC)
                for sentence in nearest
                if sentence.similarity >= NEAR
            ]
    return parts


def is_held_out(claim: Claim) -> bool:
    """Whether a claim of the file of claims is held out for evaluation: one item in four is."""
    return zlib.crc32(claim.item.encode()) % 4 == 0


def inputs_of_pairs(rows: Sequence[Row]) -> spmatrix:
    """The inputs of source and statement, and their difference, sparse [rows, 3 * width]."""
    embedder = load_embedder(ENGLISH_SPEC)
    texts = list(dict.fromkeys(text for row in rows for text in (row.source, row.statement)))
    number = {text: place for place, text in enumerate(texts)}
    steps = range(0, len(texts), 256)
    inputs = vstack([csr_matrix(inputs_of(texts[step : step + 256], embedder)) for step in steps])
    inputs = inputs.tocsr()
    sources = inputs[[number[row.source] for row in rows]]
    statements = inputs[[number[row.statement] for row in rows]]
    return hstack([sources, statements, sources - statements]).tocsr()


def fit(rows: Sequence[Row], accused: float) -> tuple[Weights, Weights, float, float]:
    """The weights of sentence and statement, the bias, and the threshold by cross-validation."""
    inputs, labels = inputs_of_pairs(rows), np.array([row.label for row in rows])
    layer = LogisticRegression(C=STRENGTH, max_iter=3000)
    scores = cross_val_predict(layer, inputs, labels, cv=FOLDS, method="decision_function")
    kept = scores[[row.kind in (CONTROL, PUBLIC) for row in rows]]
    layer.fit(inputs, labels)
    source, statement, difference = np.split(layer.coef_[0], 3)
    return (
        (source + difference).astype(np.float16),
        (statement - difference).astype(np.float16),
        float(layer.intercept_[0]),
        float(np.quantile(kept, 1 - accused)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the order detector.")
    parser.add_argument("claims", type=Path, help="file of claims")
    parser.add_argument("target", type=Path, help="folder of the weights")
    parser.add_argument("--public", type=Path, help="rows of public sets")
    parser.add_argument("--accused", type=float, default=ACCUSED, help="share of the controls")
    options = parser.parse_args()
    claims = read_claims(options.claims)
    files = [file for file in (DATA / "statements").glob("*.jsonl") if file.stem not in HELD_OUT]
    statements = [claim for file in sorted(files) for claim in read_claims(file)]
    kept = controls(statements, CONTROLS)
    kept += controls([claim for claim in claims if not is_held_out(claim)], CONTROLS)
    public, public_test = public_controls(options.public) if options.public else ([], [])
    rows = [*read_rows("train"), *kept, *public]
    random.Random(1).shuffle(rows)
    source, statement, bias, threshold = fit(rows, options.accused)
    np.savez_compressed(
        options.target / FILE,
        source=source,
        statement=statement,
        bias=np.float32(bias),
        threshold=np.float32(threshold),
    )
    record_checksums(options.target, [FILE])
    test = controls([claim for claim in claims if is_held_out(claim)], CONTROLS)
    evaluate(options.target / FILE, [*test, *public_test])


def evaluate(file: Path, kept: Sequence[Row]) -> None:
    """Print how many orders of the test rows are found, and how many facts taken for orders."""
    tests = defaultdict(list)
    for row in read_rows("test"):
        tests[row.kind].append(row)
    for row in kept:
        tests[row.kind].append(row)
    detector = OrderDetector(file=file.read_bytes())
    print("kind | label | rows | held for orders")
    for kind, rows in tests.items():
        share = np.mean([detector.carried_out([row.source], row.statement)[0] for row in rows])
        print(f"{kind} | {rows[0].label} | {len(rows)} | {share:.3f}")


if __name__ == "__main__":
    main()

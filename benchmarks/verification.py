"""Measures the verifier on claims whose verdicts are known, and what each rule adds.

    python benchmarks/verification.py CLAIMS --part 8 --items 60 --rules --misjudged 20

CLAIMS is a file of claims (`askdocs.evaluation.claims`) or a folder with one. With `--part N` only
the items are judged whose number in the id is divisible by N. `--rules` prints for each rule how
many false claims it takes support from that the model would support, and how many true ones.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from askdocs.answering.verification.evidence import joined
from askdocs.answering.verification.verifier import Verifier
from askdocs.answering.verification.vetoes import RULES
from askdocs.evaluation.claims import (
    Claim,
    JudgedClaim,
    claims_as_text,
    claims_file,
    judge_all,
    read_claims,
)
from askdocs.models.embedders import load_embedder
from askdocs.models.verifier import OnnxClaimScorer


class Noting(Verifier):
    """Notes what each rule says of a claim that the model supports."""

    def __init__(self) -> None:
        super().__init__(OnnxClaimScorer(), load_embedder("onnx:builtin"))
        self.accused: dict[str, list[str]] = {}

    def _vetoed(self, text: str, sentences: object) -> str:
        source = joined(sentences)  # type: ignore[arg-type]
        self.accused[text] = [name for name, rule in RULES.items() if rule(text, source)]
        return super()._vetoed(text, sentences)  # type: ignore[arg-type]


def chosen(claims: list[Claim], part: int, items: int, seed: int) -> list[Claim]:
    """The claims of some items, drawn by chance."""
    names = sorted({claim.item for claim in claims})
    if part > 1:
        names = [name for name in names if int(re.findall(r"\d+", name)[-1]) % part == 0]
    if items and items < len(names):
        names = random.Random(seed).sample(names, items)
    kept = set(names)
    return [claim for claim in claims if claim.item in kept]


def show_rules(judged: list[JudgedClaim], accused: dict[str, list[str]]) -> None:
    """Print what each rule takes support from, among what the model supports."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    held: Counter[str] = Counter()
    for each in judged:
        if each.claim.text in accused:
            held[each.claim.label] += 1
            for name in accused[each.claim.text]:
                table[name][each.claim.label] += 1
    print(f"\nsupported by the model: {dict(held)}")
    print(f"{'rule':20} {'false caught':>12} {'true accused':>12} {'partly':>8}")
    for name in RULES:
        counts = table[name]
        print(f"{name:20} {counts['unsupported']:12} {counts['supported']:12} {counts['partly']:8}")


def show_misjudged(judged: list[JudgedClaim], count: int) -> None:
    """Print some claims of each label whose verdict is wrong."""
    shown: Counter[str] = Counter()
    for each in judged:
        claim, judgement = each.claim, each.judgement
        wrong = each.is_supported != (claim.label == "supported") and claim.label != "partly"
        shown[claim.label] += wrong
        if wrong and shown[claim.label] <= count:
            print(f"\n{claim.label}, {claim.how}: {judgement.verdict} {judgement.said:.2f}"
                  f" ({judgement.reason})\n  {claim.text}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("claims", nargs="+", type=Path)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--items", type=int, default=0, help="so many, drawn by chance; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--misjudged", type=int, default=0, help="show so many of each label")
    asked = parser.parse_args()
    verifier = Noting()
    for path in asked.claims:
        file = claims_file(path)
        if file is None:
            parser.error(f"{path} holds no claims.jsonl")
        claims = chosen(read_claims(file), asked.part, asked.items, asked.seed)
        began = time.monotonic()
        judged = judge_all(claims, verifier, lambda done, total: None)
        seconds = (time.monotonic() - began) / max(len(judged), 1)
        print(f"{file.name}, {seconds:.3f} seconds a claim\n{claims_as_text(judged)}")
        if asked.rules:
            show_rules(judged, verifier.accused)
        show_misjudged(judged, asked.misjudged)
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Measures the verifier on claims whose verdicts are known, and what each of its steps adds.

    python -m benchmarks.verification CLAIMS --part 8 --half 1 --kept scores.sqlite --steps

CLAIMS is a file of claims (`askdocs.evaluation.claims`) or a folder with one. A file of pairs
(`training/data/`) can be judged too; `--of test` selects the rows of that part.

- `--part N`: only items whose number in the id is divisible by N.
- `--half 1`: every second one of them, those that `training/verifier/evaluate.py` reports on.
  `--half 0`: the others, on which calibration and threshold are fitted.
- `--kept FILE`: store every score of the model, by its weights. A stopped run can be continued, and
  a run with other rules takes seconds.
- `--steps`: print what each step of the chain changes.

`benchmarks.rules` measures each rule.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from unittest import mock

from askdocs.answering.verification import verifier as chain
from askdocs.answering.verification.evidence import Sentence, joined
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.answering.verification.vetoes import RULES, veto
from askdocs.evaluation import metrics
from askdocs.evaluation.claims import (
    Claim,
    JudgedClaim,
    claims_as_text,
    claims_file,
    judge_all,
    read_claims,
)
from askdocs.models.bundled import checksum
from askdocs.models.embedders import load_embedder
from askdocs.models.verifier import VERIFIER, ClaimScore, OnnxClaimScorer
from askdocs.types import Passage


class KeptScores:
    """Scores of the shipped model, cached in a file by a hash of weights, claim and evidence."""

    def __init__(self, file: Path | None) -> None:
        self._scorer = OnnxClaimScorer()
        self.threshold = self._scorer.threshold
        self.computed = 0
        self._kept = sqlite3.connect(file or ":memory:", isolation_level=None)
        self._kept.execute("CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, score TEXT)")

    def score(self, claim: str, evidences: Sequence[str], question: str = "") -> list[ClaimScore]:
        """The score of each evidence, from the cache if it is there."""
        return [self._one(claim, evidence, question) for evidence in evidences]

    def _one(self, claim: str, evidence: str, question: str) -> ClaimScore:
        same = " ".join(evidence.split())  # white space makes no other difference for the tokenizer
        said = json.dumps([checksum(VERIFIER), claim, same, question])
        key = sha256(said.encode()).hexdigest()
        row = self._kept.execute("SELECT score FROM scores WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return ClaimScore(*json.loads(row[0]))
        self.computed += 1
        (found,) = self._scorer.score(claim, [evidence], question)
        numbers = json.dumps([found.supported, found.contradicted, found.not_stated])
        self._kept.execute("INSERT OR IGNORE INTO scores VALUES (?, ?)", (key, numbers))
        return found


class Noting(Verifier):
    """Records the verdict of the model alone on each claim, and the objections of each rule."""

    def __init__(self, scorer: KeptScores) -> None:
        super().__init__(scorer, load_embedder("onnx:builtin"))
        self._kept = scorer
        self.alone: dict[str, float] = {}
        self.accused: dict[str, list[str]] = {}
        self.read: dict[str, list[float]] = {}

    def judge(
        self, text: str, cited: Sequence[Passage], others: Sequence[Passage], question: str = ""
    ) -> Judgement:
        """Judge a claim, after the model alone has read it with the cited passages."""
        evidence = "\n".join(passage.text for passage in cited)
        self.alone[text] = self._kept.score(text, [evidence], question)[0].supported
        with mock.patch.object(chain, "_vetoed", self._vetoed):
            return super().judge(text, cited, others, question)

    def _vetoed(self, text: str, sentences: Sequence[Sentence]) -> str:
        source = joined(sentences)
        self.accused[text] = [name for name, rule in RULES.items() if rule(text, source)]
        return veto(text, source)


def read_pairs(file: Path, part: str) -> list[Claim]:
    """The true and the false sentences of a file of pairs, each with its passage."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    claims = []
    for number, row in enumerate(row for row in rows if part in ("", row.get("part", ""))):
        text = row["passage"]
        passage = Passage(f"{number}", f"{number}.txt", text, 0, len(text), title=row["title"])
        claims += [
            Claim(str(number), pair[truth], label, pair["kind"], "", (passage,), ())
            for pair in row["pairs"]
            for truth, label in (("true", "supported"), ("false", "unsupported"))
        ]
    return claims


def is_pairs(file: Path) -> bool:
    """Whether a file contains pairs of sentences and not items of claims."""
    if file.suffix == ".gz":
        return False
    with file.open(encoding="utf-8") as lines:
        return "pairs" in json.loads(next(lines))


def chosen(claims: list[Claim], part: int, half: int | None, items: int, seed: int) -> list[Claim]:
    """The claims of some items, in the order of the file."""
    names = list(dict.fromkeys(claim.item for claim in claims))
    if part > 1:
        names = [name for name in names if int(re.findall(r"\d+", name)[-1]) % part == 0]
    if half is not None:
        names = names[half::2]
    if items and items < len(names):
        names = random.Random(seed).sample(names, items)
    kept = set(names)
    return [claim for claim in claims if claim.item in kept]


def show_steps(judged: list[JudgedClaim], verifier: Noting, threshold: float) -> None:
    """Print the results of the model alone, and which claims the chain judges differently."""
    alone = {label: [] for label in ("supported", "unsupported")}  # type: dict[str, list[float]]
    changes: dict[str, Counter[str]] = defaultdict(Counter)
    for each in judged:
        claim, judgement = each.claim, each.judgement
        said = verifier.alone[claim.text]
        if claim.label in alone:
            alone[claim.label].append(said)
        before, after = said >= threshold, each.is_supported
        if before == after:
            continue
        how = "shown" if after else "hidden"
        changes[f"{how}: {_step(judgement, verifier.accused.get(claim.text, []))}"][
            claim.label
        ] += 1
    area = metrics.auroc(alone["supported"], alone["unsupported"])
    print(f"\nmodel alone, with the cited passages: AUROC {area.value or 0:.3f}")
    for label, name in (("supported", "true"), ("unsupported", "false")):
        share = metrics.share([said >= threshold for said in alone[label]])
        print(f"  {name} ones shown {share.value or 0:.3f} of {share.count}")
    print(f"{'what the chain changes':44} {'true':>6} {'false':>6} {'partly':>6}")
    for step, counts in sorted(changes.items()):
        print(f"{step:44} {counts['supported']:6} {counts['unsupported']:6} {counts['partly']:6}")


def _step(judgement: Judgement, accused: Sequence[str]) -> str:
    """The step that decided, in a few words."""
    if accused:
        return f"rule, {accused[0]}"
    if judgement.verdict in ("quoted", "supported"):
        return "other sentences" if judgement.verdict == "supported" else "whole sentence"
    reason = re.sub(r"[“\"].*", "", judgement.reason)
    return f"{judgement.verdict}, {reason}".strip(" ,:")[:40]


def show_misjudged(judged: list[JudgedClaim], count: int) -> None:
    """Print some claims of each label whose verdict is wrong."""
    shown: Counter[str] = Counter()
    for each in judged:
        claim, judgement = each.claim, each.judgement
        wrong = each.is_supported != (claim.label == "supported") and claim.label != "partly"
        shown[claim.label] += wrong
        if wrong and shown[claim.label] <= count:
            print(f"\n{claim.label}, {claim.how}: {judgement.verdict} {judgement.probability:.2f}"
                  f" ({judgement.reason})\n  {claim.text}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("claims", nargs="+", type=Path)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--items", type=int, default=0, help="so many, drawn by chance; 0 for all")
    parser.add_argument("--of", default="", help="of a file of pairs: only the rows of this part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, help="file that scores of the model are kept in")
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--misjudged", type=int, default=0, help="show so many of each label")
    asked = parser.parse_args()
    scorer = KeptScores(asked.kept)
    verifier = Noting(scorer)
    for path in asked.claims:
        file = claims_file(path)
        if file is None:
            parser.error(f"{path} holds no claims.jsonl")
        if is_pairs(file):
            claims = read_pairs(file, asked.of)
        else:
            claims = chosen(read_claims(file), asked.part, asked.half, asked.items, asked.seed)
        began = time.monotonic()
        judged = judge_all(claims, verifier, lambda done, total: None)
        seconds = (time.monotonic() - began) / max(len(judged), 1)
        print(f"{file.name}, {seconds:.3f} seconds a claim, {scorer.computed} scores computed")
        print(claims_as_text(judged))
        if asked.steps:
            show_steps(judged, verifier, scorer.threshold)
        show_misjudged(judged, asked.misjudged)
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Measures what each rule of the verifier takes support from: how many false and true statements.

    python -m benchmarks.rules CLAIMS --part 8 --kept scores.sqlite
    python -m benchmarks.rules ROWS --each 115 --kept scores.sqlite

CLAIMS is a file of claims (`askdocs.evaluation.claims`) or a folder with one, or a file of pairs
or of orders (`training/data/`). ROWS are JSON Lines of public sets: {premise, hypothesis,
supported, source, lang}; `--each` draws so many English rows of each source.

A rule matters only where it speaks against a statement. So all rules look at every statement, at
the sentences that its evidence may be, and the model reads only statements that a rule touches.
These are judged without any rule, and then with each rule alone. `--shown` prints them.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from askdocs.answering.verification import verifier as chain
from askdocs.answering.verification import vetoes
from askdocs.answering.verification.absent import not_found_in
from askdocs.answering.verification.evidence import joined, select_evidence
from askdocs.answering.verification.statements import caution, kind_of, says_absence
from askdocs.answering.verification.verifier import Judgement, Verifier, is_support
from askdocs.answering.verification.wording import piece_of_sentence
from askdocs.evaluation import metrics
from askdocs.evaluation.claims import Claim, claims_file, read_claims
from askdocs.models.embedders import load_embedder
from askdocs.types import Passage
from benchmarks.verification import KeptScores, chosen, is_pairs, read_pairs

LABELS = ("unsupported", "supported", "partly")
# The rules that are not vetoes: what takes their place where one is left out.
OTHERS: dict[str, tuple[object, str, object]] = {
    "claims nothing": (chain, "kind_of", lambda text: "claim"),
    "says absence": (chain, "says_absence", lambda text: False),
    "tells the reader": (chain, "caution", lambda text: ""),
    "misquoted": (Verifier, "_looked_up", lambda self, text, source, passages: ()),
    "cut quotation": (chain, "limited_by", lambda quotation, rest: ""),
    "piece of a sentence": (chain, "piece_of_sentence", lambda text, source: None),
    "carries out an order": (Verifier, "_without_orders", lambda self, text, near: list(near)),
}
NAMES = [*vetoes.RULES, *OTHERS]


@contextlib.contextmanager
def only(name: str) -> Iterator[None]:
    """Leave all rules out but one; with "", all."""
    kept = {rule: vetoes.RULES[rule] for rule in vetoes.RULES if rule == name}
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(vetoes.RULES, kept, clear=True))
        for other, (home, function, otherwise) in OTHERS.items():
            if other != name:
                stack.enter_context(mock.patch.object(home, function, otherwise))
        yield


class Prober(Verifier):
    """Tells which rules may touch a claim, without the model."""

    def touching(self, claim: Claim) -> set[str]:
        """The rules that speak against a claim, whatever sentences its evidence is."""
        text, passages = claim.text, [*claim.cited, *claim.others]
        near = self._similarity.sentences(text, passages)
        own = {passage.id for passage in claim.cited}
        cited = [sentence for sentence in near if sentence.quote[0].id in own]
        evidence = {joined(select_evidence(cited)), joined(select_evidence(near))}
        evidence |= {passage.text for passage in passages}
        found = {
            name
            for name, rule in vetoes.RULES.items()
            if any(rule(text, source) for source in evidence)
        }
        source = self._source(passages)
        quotations = self._looked_up(text, source, passages)
        piece = piece_of_sentence(text, source)
        touched = {
            "claims nothing": kind_of(text) != "claim",
            "says absence": says_absence(text),
            "tells the reader": bool(caution(text)),
            "misquoted": any(not each.is_exact for _, each in quotations),
            "cut quotation": any(each.goes_on for _, each in quotations),
            "piece of a sentence": piece is not None and bool(piece.limit),
            "carries out an order": len(self._without_orders(text, near)) < len(near),
        }
        return found | {name for name, is_touched in touched.items() if is_touched}


@dataclass
class Table:
    """Counts by rule and label."""

    touched: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    taken: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    alone: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    contradicted: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    absent: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)


def measure(
    claims: Sequence[Claim], verifier: Prober, show: Callable[[str, Claim, Judgement], None]
) -> Table:
    """What each rule does to the verdicts on some claims."""
    table = Table()
    for claim in claims:
        table.claims[claim.label] += 1
        table.absent[claim.label] += bool(not_found_in(claim.text, [*claim.cited, *claim.others]))
        touching = verifier.touching(claim)
        for name in touching:
            table.touched[name][claim.label] += 1
        if not touching:
            continue
        with only(""):
            base = _judged(claim, verifier)
        taking = []
        for name in touching:
            with only(name):
                judgement = _judged(claim, verifier)
            if is_support(base) and not is_support(judgement):
                taking.append(name)
                show(name, claim, judgement)
            if judgement.contradicted and not base.contradicted:
                table.contradicted[name][claim.label] += 1
        for name in taking:
            table.taken[name][claim.label] += 1
            table.alone[name][claim.label] += len(taking) == 1
    return table


def _judged(claim: Claim, verifier: Verifier) -> Judgement:
    return verifier.judge(claim.text, claim.cited, claim.others, claim.question)


def as_text(table: Table) -> str:
    """The table: false, true and partly true statements, and the share of false ones."""
    counts = [f"{table.claims[label]} {label}" for label in LABELS]
    lines = [
        ", ".join(counts),
        f"a number, date or name in no passage: {_three(table.absent)}",
        f"{'(false, true, partly)':22} {'spoken against':>15} {'support taken':>15}"
        f" {'no other rule':>15} {'contradicted':>15}  false of false and true [95 %]",
    ]
    for name in NAMES:
        taken = table.taken[name]
        false, true = taken["unsupported"], taken["supported"]
        found = metrics.share([True] * false + [False] * true)
        interval = f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]" if found.count else ""
        columns = (table.touched, table.taken, table.alone, table.contradicted)
        cells = " ".join(f"{_three(column[name]):>15}" for column in columns)
        lines.append(f"{name:22} {cells}  {interval}")
    return "\n".join(lines)


def _three(counts: Counter[str]) -> str:
    return " ".join(f"{counts[label]:4}" for label in LABELS)


def read_rows(file: Path, each: int, seed: int) -> list[Claim]:
    """English rows of a file of public sets; `each` of every source, drawn by chance, or all."""
    by_source: dict[str, list[Claim]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            if row["lang"] != "en":
                continue
            text, name = row["premise"], f"{number}.txt"
            passage = Passage(name, name, text, 0, len(text))
            label = "supported" if row["supported"] else "unsupported"
            question = row.get("question") or row.get("context") or ""
            claim = Claim(name, row["hypothesis"], label, row["source"], question, (passage,), ())
            by_source[row["source"]].append(claim)
    rng = random.Random(seed)
    groups = [
        rng.sample(group, each) if 0 < each < len(group) else group for group in by_source.values()
    ]
    return [claim for group in groups for claim in group]


def read_orders(file: Path) -> list[Claim]:
    """The pairs of `training/data/orders`: an order that is carried out supports nothing."""
    claims = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        text, name = row["source"], f"{number}.txt"
        label = "unsupported" if row["label"] else "supported"
        passage = Passage(name, name, text, 0, len(text))
        claims.append(Claim(name, row["statement"], label, row["kind"], "", (passage,), ()))
    return claims


def is_orders(file: Path) -> bool:
    """Whether a file holds sentences of a source and what may carry them out."""
    if file.suffix == ".gz":
        return False
    with file.open(encoding="utf-8") as lines:
        return "statement" in json.loads(next(lines))


def is_rows(file: Path) -> bool:
    """Whether a file holds rows of public sets."""
    if file.suffix != ".gz":
        return False
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return "premise" in json.loads(next(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--items", type=int, default=0, help="so many, drawn by chance; 0 for all")
    parser.add_argument("--each", type=int, default=0, help="rows of each source; 0 for all")
    parser.add_argument("--of", default="", help="of a file of pairs: only the rows of this part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, help="file that scores of the model are kept in")
    parser.add_argument("--shown", action="store_true", help="print what each rule takes")
    asked = parser.parse_args()
    file = claims_file(asked.file)
    if file is None:
        parser.error(f"{asked.file} holds no claims.jsonl")
    if is_rows(file):
        claims = read_rows(file, asked.each, asked.seed)
    elif is_orders(file):
        claims = read_orders(file)
    elif is_pairs(file):
        claims = read_pairs(file, asked.of)
    else:
        claims = chosen(read_claims(file), asked.part, asked.half, asked.items, asked.seed)
    scorer = KeptScores(asked.kept)
    verifier = Prober(scorer, load_embedder("onnx:builtin"))

    def show(name: str, claim: Claim, judgement: Judgement) -> None:
        if asked.shown:
            print(f"{name} | {claim.label}, {claim.how} | {judgement.reason} | {claim.text}")
            print(f"    {' … '.join(p.slice(s, e) for p, s, e in judgement.quotes)[:600]}")

    table = measure(claims, verifier, show)
    print(f"{file.name}, {scorer.computed} scores computed")
    print(as_text(table))


if __name__ == "__main__":
    main()

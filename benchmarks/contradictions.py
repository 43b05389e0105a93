"""Measures `askdocs check` on statements whose truth is known, over a whole folder.

    python benchmarks/contradictions.py STATEMENTS FOLDER --index INDEX --kept scores.sqlite

STATEMENTS are JSON lines {text, label}. A label is "supported", "contradicted" or "not found"; of
any other label only the verdicts are counted. FOLDER is searched for each statement, as for drafts.
`--kept FILE` keeps the scores of the model, so that a stopped run goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

from verification import KeptScores

from askdocs.answering import pipeline
from askdocs.answering.verification.check import PASSAGES_READ, check_draft
from askdocs.answering.verification.verifier import Verifier
from askdocs.assistant import Assistant
from askdocs.config import Config
from askdocs.evaluation import metrics
from askdocs.types import CheckedStatement, Passage

OUTCOMES = ("supported", "partly", "contradicted", "not found", "not checked")


def outcome(statement: CheckedStatement) -> str:
    """The verdict as one of the outcomes."""
    if statement.is_wrong:
        return "contradicted"
    return {
        "quoted": "supported",
        "supported": "supported",
        "partly": "partly",
        "unsupported": "not found",
    }.get(statement.verdict, "not checked")


def show(found: list[tuple[str, CheckedStatement]]) -> None:
    """Print the outcomes by label, and how many accusations are right."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for label, statement in found:
        table[label][outcome(statement)] += 1
    print(f"{'':16}" + "".join(f"{name:>14}" for name in OUTCOMES))
    for label, counts in sorted(table.items()):
        print(f"{label:16}" + "".join(f"{counts[name]:14}" for name in OUTCOMES))
    accused = [label == "contradicted" for label, each in found if each.is_wrong]
    right = metrics.share(accused)
    print(f"contradicted: right {right.value or 0:.3f} of {right.count}", end="")
    print(f" ({right.low or 0:.3f} to {right.high or 0:.3f})")
    for label in table:
        share = metrics.share([each.is_wrong for own, each in found if own == label])
        print(f"  of {share.count} {label}, called contradicted: {share.value or 0:.3f}", end="")
        print(f" ({share.low or 0:.3f} to {share.high or 0:.3f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("statements", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--kept", type=Path, help="file that scores of the model are kept in")
    parser.add_argument("--items", type=int, default=0, help="so many, drawn by chance; 0 for all")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--accused", action="store_true", help="print each false accusation")
    asked = parser.parse_args()
    lines = asked.statements.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    random.Random(asked.seed).shuffle(rows)
    assistant = Assistant(Config(corpus=asked.folder, index=asked.index))
    assistant.index()
    parts = assistant._parts
    scorer = KeptScores(asked.kept)
    verifier = Verifier(scorer, parts.embedder, parts.open_catalog().passages_of)

    def find(statement: str) -> list[Passage]:
        hits = pipeline.find(
            parts, [pipeline.cleaned(statement)], limit=PASSAGES_READ, sources=None
        )
        return [hit.passage for hit in hits]

    found = []
    began = time.monotonic()
    for row in rows[: asked.items or None]:
        text = " ".join(row["text"].split())
        passages = find(text)
        checked = check_draft(text, lambda _, known=passages: known, verifier,
                              on_progress=lambda _: None)  # fmt: skip
        found += [(row["label"], each) for each in checked.statements[:1]]
    seconds = (time.monotonic() - began) / max(len(found), 1)
    print(f"{len(found)} statements, {scorer.computed} readings, {seconds:.3f} seconds a statement")
    show(found)
    for label, each in found if asked.accused else ():
        if each.is_wrong and label != "contradicted":
            print(f"\n{label}: {each.text}\n  {each.reason}")
            print("".join(f"  “{' '.join(cited.quote.split())}”\n" for cited in each.citations[:2]))


if __name__ == "__main__":
    main()

"""Measures `askdocs check` on statements whose truth is known, over a whole folder.

    python -m benchmarks.contradictions STATEMENTS FOLDER --index INDEX --kept scores.sqlite
    python -m benchmarks.contradictions training/data/statements.jsonl training/data/worlds \
        --index INDEX --part development

STATEMENTS are JSON lines {text, label}. The labels are "supported", "contradicted" and "not found";
for any other label only the verdicts are counted. FOLDER is searched for each statement, as for
drafts. If lines name a `world`, FOLDER has a file NAME.jsonl for each, written by
`training/synthetic_corpora.py`. `--kept FILE` stores the scores of the model, so that a stopped run
can be continued.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from askdocs.answering import retrieval
from askdocs.answering.questions.question import normalise_question
from askdocs.answering.verification.check import PASSAGES_READ, check_draft
from askdocs.answering.verification.verifier import Verifier
from askdocs.assistant import Assistant
from askdocs.config import Config
from askdocs.evaluation import metrics
from askdocs.types import CheckedStatement, Passage
from benchmarks.verification import KeptScores
from training import synthetic_corpora

OUTCOMES = ("supported", "partly", "contradicted", "not found", "not checked")
Row = dict[str, Any]
Found = list[tuple[Row, CheckedStatement]]


def outcome(statement: CheckedStatement) -> str:
    """The outcome that a verdict means."""
    if statement.is_wrong:
        return "contradicted"
    return {
        "quoted": "supported",
        "supported": "supported",
        "partly": "partly",
        "unsupported": "not found",
    }.get(statement.verdict, "not checked")


def show(found: Found) -> None:
    """Print the outcomes by label and kind, and how many of the "contradicted" are right."""
    for names in (("label",), ("label", "kind")):
        table: dict[str, Counter[str]] = defaultdict(Counter)
        for row, statement in found:
            table[", ".join(row[name] for name in names if name in row)][outcome(statement)] += 1
        print(f"{'':26}" + "".join(f"{name:>14}" for name in OUTCOMES))
        for group, counts in sorted(table.items()):
            print(f"{group:26}" + "".join(f"{counts[name]:14}" for name in OUTCOMES))
    accused = [row["label"] == "contradicted" for row, each in found if each.is_wrong]
    right = metrics.share(accused)
    print(f"contradicted: right {right.value or 0:.3f} of {right.count}", end="")
    print(f" ({right.low or 0:.3f} to {right.high or 0:.3f})")
    for label in dict.fromkeys(row["label"] for row, _ in found):
        own = [outcome(each) for row, each in found if row["label"] == label]
        for name in ("supported", "contradicted"):
            share = metrics.share([each == name for each in own])
            print(f"  of {share.count} {label}, called {name}: {share.value or 0:.3f}", end="")
            print(f" ({share.low or 0:.3f} to {share.high or 0:.3f})")


def check(rows: Sequence[Row], folder: Path, index: Path, scorer: KeptScores) -> Found:
    """Check each statement over one folder; yields it with its verdict."""
    assistant = Assistant(Config(corpus=folder, index=index))
    assistant.index()
    parts = assistant._resources
    verifier = Verifier(scorer, parts.embedder, parts.open_catalog().passages_of)

    def find(statement: str) -> list[Passage]:
        hits = retrieval.find(
            parts, [normalise_question(statement)], limit=PASSAGES_READ, sources=None
        )
        return [hit.passage for hit in hits]

    found: Found = []
    for row in rows:
        text = " ".join(row["text"].split())
        passages = find(text)
        checked = check_draft(text, returning(passages), verifier,
                              on_progress=lambda _: None)  # fmt: skip
        found += [(row, each) for each in checked.statements[:1]]
    return found


def returning(passages: list[Passage]) -> Callable[[str], list[Passage]]:
    """A search that returns the same passages for every query."""
    return lambda _: passages


def unpacked(corpus_file: Path, folder: Path) -> Path:
    """Unpack the documents of a corpus into a folder, and return it."""
    synthetic_corpora.unpack(corpus_file, folder)
    (folder / synthetic_corpora.QUESTIONS).unlink()
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("statements", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--kept", type=Path, help="file that scores of the model are kept in")
    parser.add_argument("--part", help="only the statements of this part")
    parser.add_argument("--items", type=int, default=0, help="so many, drawn by chance; 0 for all")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--accused", action="store_true", help="print each false accusation")
    asked = parser.parse_args()
    lines = asked.statements.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    rows = [row for row in rows if asked.part in (None, row.get("part"))]
    random.Random(asked.seed).shuffle(rows)
    rows = rows[: asked.items or None]
    scorer = KeptScores(asked.kept)
    found: Found = []
    began = time.monotonic()
    for corpus_name in sorted({row.get("world", "") for row in rows}):
        own = [row for row in rows if row.get("world", "") == corpus_name]
        index = asked.index / corpus_name
        folder = (
            unpacked(
                asked.folder / f"{corpus_name}.jsonl", index.with_name(f"{corpus_name}-documents")
            )
            if corpus_name
            else asked.folder
        )
        found += check(own, folder, index, scorer)
    seconds = (time.monotonic() - began) / max(len(found), 1)
    print(f"{len(found)} statements, {scorer.computed} readings, {seconds:.3f} seconds a statement")
    show(found)
    for row, each in found if asked.accused else ():
        if each.is_wrong and row["label"] != "contradicted":
            print(f"\n{row['label']}: {each.text}\n  {each.reason}")
            print("".join(f"  “{' '.join(cited.quote.split())}”\n" for cited in each.citations[:2]))


if __name__ == "__main__":
    main()

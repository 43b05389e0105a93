"""Packs folders of invented documents with questions into one file of JSON lines each.

    python -m training.synthetic_corpora pack FOLDER CORPUS.jsonl
    python -m training.synthetic_corpora unpack CORPUS.jsonl FOLDER

A line of CORPUS.jsonl is a document, {file, text}, or a question: {k: kind, q: question, s: source,
g: quotes that answer, a: short answers, all: 1 if all quotes are needed, h: earlier questions,
near: quotes that mislead, alt: [{s, g}] other places that answer}. An unpacked folder has the
documents and `questions.jsonl`, as `benchmarks/natural_questions.py` and `fit_ranking_weights.py`
read them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

ROWS = "rows.jsonl"
QUESTIONS = "questions.jsonl"
WITHOUT_ANSWER = ("unanswerable-near", "far")


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The records of a file of JSON lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def pack(folder: Path, corpus_file: Path) -> None:
    """Write the documents and questions of a folder as one file."""
    files = sorted(each for each in folder.iterdir() if each.is_file())
    documents = [
        {"file": each.name, "text": each.read_text(encoding="utf-8")}
        for each in files
        if each.name not in (ROWS, QUESTIONS)
    ]
    _write(corpus_file, [*documents, *lines_of(folder / ROWS)])


def unpack(corpus_file: Path, folder: Path) -> list[dict[str, Any]]:
    """Write the documents and questions of a corpus into a folder; its rows are returned."""
    folder.mkdir(parents=True, exist_ok=True)
    records = lines_of(corpus_file)
    for each in records:
        if "file" in each:
            (folder / each["file"]).write_text(each["text"], encoding="utf-8", newline="")
    rows = [each for each in records if "file" not in each]
    texts = {each["file"]: each["text"] for each in records if "file" in each}
    asked = [
        {**question_of(f"{corpus_file.stem}-{number}", row), "about": about(row, texts)}
        for number, row in enumerate(rows)
    ]
    _write(folder / QUESTIONS, asked)
    return rows


def question_of(qid: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row in the format of the benchmarks."""
    needed = bool(row.get("all"))
    gold = [{"source": row["s"], "quote": quote} for quote in row.get("g") or []]
    if not needed:
        others = [(each["s"], quote) for each in row.get("alt") or [] for quote in each["g"]]
        gold += [{"source": source, "quote": quote} for source, quote in others]
    return {
        "qid": qid,
        "kind": row["k"],
        "question": row["q"],
        "answerable": row["k"] not in WITHOUT_ANSWER,
        "answers": row.get("a") or [],
        "gold": gold,
        "all_needed": needed,
        "history": [{"question": each} for each in row.get("h") or []],
    }


def about(row: dict[str, Any], texts: dict[str, str]) -> str:
    """The file that answers, or else one with misleading quotes; "" if none is known."""
    holding = (name for quote in row.get("near") or [] for name in texts if quote in texts[name])
    return str(row.get("s") or next(holding, ""))


def _write(path: Path, records: list[dict[str, Any]]) -> None:
    lines = [json.dumps(each, ensure_ascii=False) for each in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Pack or unpack from the command line."""
    parser = argparse.ArgumentParser(description="Pack and unpack folders with questions.")
    parser.add_argument("action", choices=("pack", "unpack"))
    parser.add_argument("given", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    if options.action == "pack":
        pack(options.given, options.target)
    else:
        unpack(options.given, options.target)


if __name__ == "__main__":
    main()

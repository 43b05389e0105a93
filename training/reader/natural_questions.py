"""Writes held-out sets of passages as a folder of documents with questions.

    python -m training.reader.natural_questions people_questions.jsonl.gz FOLDER [--every 2]

Each set whose number in the id is divisible by 8 becomes a Markdown file with its title. Every
second row becomes a line of `questions.jsonl`, as `fit_ranking_weights.py` and
`benchmarks/natural_questions.py` read them. The fine-tuned reader was not trained on these sets.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.reader.finetune import HELD_OUT


def questions_of(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a set as questions about its file."""
    for number, row in enumerate(item["rows"]):
        gold = [{"source": f"{item['id']}.md", "quote": each["quote"]} for each in row["evidence"]]
        yield {
            "qid": f"{item['id']}-{number}",
            "kind": row["form"],
            "question": row["question"],
            "answerable": row["answerable"],
            "answers": [],
            "gold": gold,
            "all_needed": False,
            "history": [],
        }


def main() -> None:
    """Write a folder from the command line."""
    parser = argparse.ArgumentParser(description="Write held-out sets of passages as a folder.")
    parser.add_argument("questions", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=2, help="take every so many rows")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    found: list[dict[str, Any]] = []
    with gzip.open(options.questions, "rt", encoding="utf-8") as lines:
        for item in map(json.loads, lines):
            if int(item["id"].split("-")[1]) % HELD_OUT:
                continue
            title = f"# {item['title']}\n\n" if item["title"] else ""
            text = title + "\n\n".join(item["passages"]) + "\n"
            (options.folder / f"{item['id']}.md").write_text(text, encoding="utf-8")
            found += questions_of(item)
    rows = [json.dumps(each, ensure_ascii=False) for each in found[:: options.every]]
    (options.folder / "questions.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} questions")


if __name__ == "__main__":
    main()

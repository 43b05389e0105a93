"""What the verifier is trained on: every row of the repository's data becomes claims."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from training.verifier import prepare

ROOT = Path(__file__).parents[2]
DATA = ROOT / "training" / "data"
LABELS = {"supported", "unsupported", "partly"}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_pairs_and_joined_sentences_become_claims() -> None:
    rows = prepare.read_for_training(DATA)
    groups = list(prepare.pairs_groups(rows, random.Random(1), 1))
    assert len(groups) == len(rows)
    for row, group in zip(rows, groups, strict=True):
        pairs = row.get("pairs") or row["sentences"]
        targets = {claim.text: claim.target for claim in group.claims}
        assert all(targets[pair["true"]] == 1.0 for pair in pairs)
        assert all(targets[pair["false"]] == 0.0 for pair in pairs)
        joined = [pair["text"] for pair in pairs if "text" in pair]
        assert all(targets[text] == prepare.PARTLY for text in joined)
    assert any("sentences" in row for row in rows)


def test_statements_are_read_with_the_passages_that_decide_them() -> None:
    items = prepare.read_for_training(prepare.STATEMENTS)[::12]
    decided = {
        (claim.text, passage): claim.target
        for group in prepare.claim_groups(items, random.Random(1))
        for claim in group.claims
        for passage in group.evidence
    }
    for item in items:
        for sentence in item["sentences"]:
            for number in sentence["evidence"]:
                target = decided[sentence["text"], item["passages"][number]]
                assert (target == 1.0) == (sentence["label"] == "supported")


def test_nothing_for_measuring_is_trained_on() -> None:
    items = prepare.read_for_training(prepare.STATEMENTS)
    assert items
    assert not {item["id"].split("-")[0] for item in items} & {"clinic", "transit"}


@pytest.mark.parametrize(
    "file", sorted((DATA / "statements").glob("*.jsonl")), ids=lambda f: f.stem
)
def test_the_passages_of_statements_are_in_the_documents(file: Path) -> None:
    texts = [row["text"] for row in lines_of(DATA / "worlds" / file.name) if "file" in row]
    for item in lines_of(file):
        assert all(any(passage in text for text in texts) for passage in item["passages"])
        for sentence in item["sentences"]:
            assert sentence["label"] in LABELS
            assert sentence["evidence"]
            assert set(sentence["evidence"]) <= set(range(len(item["passages"])))

r"""Fits the answer head: it scores by the reader's hidden states whether a sentence answers.

    python -m training.reader.fit_answer_head QUESTIONS.jsonl.gz --index-folder DIR \
        --target src/askdocs/models/weights

A line of QUESTIONS is {id, title, passages, rows}. A row is {question, answerable, evidence}; the
evidence [{passage, quote}] are whole sentences that answer. The sets of passages are indexed as
documents and asked in groups of GROUP, so that each question also finds passages of other
documents. Sets whose number in the id is divisible by 8 are held out; the script prints the results
on them.

One loss trains which sentence answers and whether any does: the softmax over the sentences of a
question and "none", whose logit is 0.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from askdocs import Assistant, Config
from askdocs.answering.context import all_sentences
from askdocs.answering.questions.question import parse
from askdocs.models.answer_head import FILE
from askdocs.models.reader import OnnxReader, Reading
from askdocs.types import Document, Hit
from training.common.checksums import record_checksums

GROUP = 26  # sets of passages that are asked together
HELD_OUT = 8
EPOCHS = 8
BATCH = 16  # questions
DROPOUT = 0.3
LEARNING_RATE = 5e-4
WEIGHT_DECAY = 1.0


@dataclass(frozen=True)
class LabelledQuestion:
    """A question with the hidden states of its sentences, float32 [sentences, 2 * width], and which
    of them answer.
    """

    states: np.ndarray
    right: np.ndarray
    answerable: bool
    held_out: bool


def documents_of(items: Sequence[dict[str, Any]]) -> list[Document]:
    """Each set of passages as a document, a blank line between passages."""
    return [
        Document(f"{item['id']}.txt", "\n\n".join(item["passages"]), item["title"] or "")
        for item in items
    ]


def read(
    items: Sequence[dict[str, Any]], index: Path, passages: int, limit: int
) -> list[LabelledQuestion]:
    """Search and read for at most `limit` questions, spread evenly over the sets."""
    config = Config(corpus=index / "corpus", index=index / "index")
    config.corpus.mkdir(parents=True, exist_ok=True)
    reader = OnnxReader()
    rows = [(number, row) for number, item in enumerate(items) for row in item["rows"]]
    step = max(1, len(rows) // limit)
    found = []
    with Assistant(replace(config, passages_read=passages)) as assistant:
        assistant.index_documents(documents_of(items))
        for number, row in rows[::step]:
            first = number - number % GROUP
            sources = [f"{item['id']}.txt" for item in items[first : first + GROUP]]
            question = parse(row["question"])
            hits = assistant.search(question.read_as, top_k=passages, sources=sources)
            readings = reader.read(question.read_as, [hit.passage for hit in hits])
            asked = labelled(items[number], row, hits, readings)
            if asked is not None:
                found.append(asked)
    return found


def labelled(
    item: dict[str, Any], row: dict[str, Any], hits: Sequence[Hit], readings: Sequence[Reading]
) -> LabelledQuestion | None:
    """The sentences of the passages found; None if none of those that answer is among them."""
    quotes = [each["quote"] for each in row["evidence"] or []]
    states, right = [], []
    for hit, reading in zip(hits, readings, strict=True):
        for start, end in all_sentences(hit.passage, with_title=True):
            inside = (reading.offsets[:, 0] >= start) & (reading.offsets[:, 1] <= end)
            if not inside.any():
                continue
            sentence = hit.passage.text[start:end]
            own = hit.passage.source == f"{item['id']}.txt"
            states.append(np.concatenate([reading.cls_state, reading.states[inside].mean(axis=0)]))
            right.append(own and any(sentence in quote or quote in sentence for quote in quotes))
    if not states or (row["answerable"] and not any(right)):
        return None
    held_out = int(item["id"].split("-")[1]) % HELD_OUT == 0
    return LabelledQuestion(np.array(states), np.array(right), bool(row["answerable"]), held_out)


def fit(asked: Sequence[LabelledQuestion]) -> tuple[np.ndarray, float]:
    """Fit the weights, float32 [2 * width], and the bias on hidden states of the reader."""
    every = np.concatenate([each.states for each in asked])
    mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-3
    torch.manual_seed(0)
    layer = torch.nn.Linear(len(mean), 1)
    drop = torch.nn.Dropout(DROPOUT)
    optimizer = torch.optim.AdamW(layer.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    scaled = [torch.tensor((each.states - mean) / spread) for each in asked]
    for epoch in range(EPOCHS):
        order = np.random.default_rng(epoch).permutation(len(asked))
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            losses = [loss(layer(drop(scaled[n]))[:, 0], asked[n]) for n in batch]
            optimizer.zero_grad()
            torch.stack(losses).mean().backward()
            optimizer.step()
    weights = layer.weight[0].detach().numpy() / spread
    return weights.astype(np.float32), float(layer.bias.detach()[0]) - float(weights @ mean)


def loss(scores: torch.Tensor, asked: LabelledQuestion) -> torch.Tensor:
    """The negative log probability of a sentence that answers, or of "none"."""
    shares = torch.log_softmax(torch.cat([scores, torch.zeros(1)]), 0)
    if not asked.answerable:
        return -shares[-1]
    return -torch.logsumexp(shares[:-1][torch.tensor(asked.right)], 0)


def judged(asked: Sequence[LabelledQuestion], weights: np.ndarray, bias: float) -> str:
    """How often the first sentence is right, and how well its logit separates the answerable."""
    logits = [each.states @ weights + bias for each in asked]
    right = [
        bool(each.right[scores.argmax()])
        for each, scores in zip(asked, logits, strict=True)
        if each.answerable
    ]
    area = roc_auc_score([each.answerable for each in asked], [each.max() for each in logits])
    return f"{len(asked)} questions: first right {np.mean(right):.3f}, answerable AUROC {area:.3f}"


def main() -> None:
    """Fit from the command line."""
    parser = argparse.ArgumentParser(description="Fit the answer head of the reader.")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index-folder", type=Path, required=True, help="where to index")
    parser.add_argument("--target", type=Path, required=True, help="folder of the model files")
    parser.add_argument("--passages", type=int, default=6, help="read for each question")
    parser.add_argument("--limit", type=int, default=1000, help="questions")
    options = parser.parse_args()
    with gzip.open(options.questions, "rt", encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    asked = read(items, options.index_folder, options.passages, options.limit)
    weights, bias = fit([each for each in asked if not each.held_out])
    print(judged([each for each in asked if each.held_out], weights, bias))
    np.savez(options.target / FILE, weights=weights, bias=np.float32(bias))
    record_checksums(options.target, [FILE])


if __name__ == "__main__":
    main()

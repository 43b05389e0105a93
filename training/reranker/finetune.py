r"""Trains a small adapter with which the verifier's network says which sentences answer a question.

    python -m training.reranker.finetune train ROWS.npz RUN --verifier verifier.onnx.gz \
        --seconds 2700
    python -m training.reranker.finetune judge ROWS.npz RUN/final.pt --verifier verifier.onnx.gz

ROWS is a file of `python -m training.reader.finetune pack`. The network that checks statements is
larger than the reader (8 layers of width 768, from all-mpnet-base-v2). Its weights are not changed.
Two narrow matrices for each matrix of the upper layers are trained (LoRA; Hu and others 2021,
arXiv:2106.09685), and a linear layer over the first token and the mean of a sentence's tokens. A
row is `<s> question </s></s> title and passage </s>`, like the evidence of the verifier with its
question. The loss is that of `reader/finetune.py`: the softmax over all sentences of a question's
passages and "none", whose logit is 0.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.reader.finetune import Groups
from training.reranker import adapter
from training.verifier.export import MARKS
from training.verifier.model import FIRST_PLACE, MATRICES, WIDTH, Layer, Verifier, distance_buckets
from training.verifier.prepare import SHIFT
from training.verifier.restore import restore

PADDING = 1
END = 2
HEAD_SHARE = 2.0  # the learning rate of the head, relative to the others


class EnglishReranker(adapter.Reranker):
    """The verifier with an adapter in its upper layers, and a head that scores sentences."""

    def __init__(self, verifier: Verifier, layers: int, rank: int) -> None:
        super().__init__(verifier, WIDTH, MATRICES, layers, rank)
        self.verifier = verifier

    def states(self, batch: dict[str, Any]) -> Tensor:
        """The last hidden states, [rows, length, width]."""
        pieces, verifier = batch["pieces"], self.verifier
        with torch.no_grad():
            steps = torch.arange(pieces.shape[1])
            bias = verifier.distances(distance_buckets(steps[None])).permute(0, 3, 1, 2)
            bias = bias.masked_fill((pieces == PADDING)[:, None, None, :], -1e4)
            hidden: Tensor = verifier.word_norm(
                verifier.words(pieces) + verifier.places(steps + FIRST_PLACE)[None]
            )
            for layer in list(verifier.layers)[: self.first]:
                hidden = layer(hidden, bias)
        for layer in list(verifier.layers)[self.first :]:
            assert isinstance(layer, Layer)
            hidden = layer(hidden, bias)
        return hidden

    def batch(self, groups: Groups, numbers: Sequence[int]) -> dict[str, Any]:
        """The rows of some groups, with the verifier's token ids and two `</s>` in the middle."""
        batch = groups.batch(numbers)
        ids = batch["inputs"]["input_ids"].numpy()
        real = batch["inputs"]["attention_mask"].numpy().astype(bool)
        types = batch["inputs"]["token_type_ids"].numpy()
        sentence = batch["sentence"].numpy()
        pieces = np.full((ids.shape[0], ids.shape[1] + 1), PADDING)
        moved = np.zeros_like(pieces)
        own = np.where(
            np.isin(ids, list(MARKS)), np.vectorize(lambda n: MARKS.get(n, 0))(ids), ids + SHIFT
        )
        for row in range(len(ids)):
            length, second = int(real[row].sum()), int(types[row].argmax())
            pieces[row, :second], pieces[row, second] = own[row, :second], END
            pieces[row, second + 1 : length + 1] = own[row, second:length]
            moved[row, second + 1 :] = sentence[row, second:]
        return batch | {"pieces": torch.from_numpy(pieces), "sentence": torch.from_numpy(moved)}


def load(path: Path, verifier: Path) -> adapter.Reranker:
    """Load the network of a file of `adapter.save` for inference."""
    return adapter.load(path, lambda *shape: EnglishReranker(restore(verifier, 0), *shape))


def train(options: argparse.Namespace) -> None:
    """Train for a given time. Each pass uses all folders, and another share of the other rows."""
    adapter.prepare(options)
    groups = Groups(options.rows)
    model = EnglishReranker(restore(options.verifier, 0), options.layers, options.rank)
    if options.begin:
        model.load_state_dict(torch.load(options.begin, weights_only=True)["learnt"], strict=False)

    def part(epoch: int) -> Groups:
        generator = np.random.default_rng(options.seed + epoch)
        left_out = generator.random(len(groups.rows)) >= options.others
        left_out[options.folders_from :] = False
        return adapter.drawn(groups, left_out, generator, options.passages)

    adapter.train(model, groups, part, options, head_share=HEAD_SHARE)


def main() -> None:
    """Train or judge from the command line."""
    parser = argparse.ArgumentParser(description="Teach the verifier's network to find answers.")
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train")
    training.add_argument("rows", type=Path)
    adapter.add_options(training, rate=4e-4, layers=6, rank=4)
    training.add_argument("--verifier", type=Path, required=True, help="verifier.onnx.gz")
    training.add_argument("--begin", type=Path, help="what an earlier run learnt")
    training.add_argument("--folders-from", type=int, default=0, help="first question of folders")
    training.add_argument("--others", type=float, default=0.3, help="share of the others a pass")
    training.set_defaults(run_command=train)
    judging = commands.add_parser("judge")
    judging.add_argument("rows", type=Path)
    judging.add_argument("learnt", type=Path)
    judging.add_argument("--verifier", type=Path, required=True)
    judging.set_defaults(
        run_command=lambda given: adapter.print_judged(
            load(given.learnt, given.verifier), given.rows
        )
    )
    options = parser.parse_args()
    options.run_command(options)


if __name__ == "__main__":
    main()

"""Trains small adapters with which a network says which sentences answer a question.

Two narrow matrices for each matrix of the upper layers are trained (LoRA; Hu and others 2021,
arXiv:2106.09685), and a linear layer over the first token and the mean of a sentence's tokens. The
loss is that of `reader/finetune.py`: the softmax over all sentences of a question's passages and
"none", whose logit is 0. `reranker/finetune.py` uses this for the verifier's network,
`multilingual/finetune.py` for the multilingual embedder's.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.common.schedule import learning_rate
from training.reader.finetune import Groups, figures, head_loss, order, sentence_states
from training.verifier.model import Matrix

WARM_UP = 0.05  # the share of the time in which the learning rate rises
SCALE = 2.0  # the factor of an adapter's result: alpha / rank in the paper

Model = TypeVar("Model", bound=nn.Module)


class Adapted(nn.Module):
    """A fixed matrix with two narrow ones that are trained."""

    def __init__(self, matrix: Matrix, rank: int) -> None:
        super().__init__()
        self.matrix = matrix
        self.down = nn.Parameter(torch.empty(rank, matrix.in_features))
        self.up = nn.Parameter(torch.zeros(matrix.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=5**0.5)

    def forward(self, inputs: Tensor) -> Tensor:
        """The products and biases, plus the result of the adapter."""
        narrow = nn.functional.linear(inputs, self.down)
        added: Tensor = nn.functional.linear(narrow, self.up)
        product: Tensor = self.matrix(inputs)
        return product + SCALE * added


def insert_adapter(network: nn.Module, matrices: Sequence[str], layers: int, rank: int) -> int:
    """Insert an adapter into the upper layers of a network. Only the adapter is trained.

    Args:
        network: Changed in place; its own weights are converted to bfloat16.
        matrices: The names of the matrices of a layer.
        layers: How many of the upper `network.layers` get an adapter.
        rank: The rank of the adapter.

    Returns:
        The number of the first layer with an adapter.
    """
    network.requires_grad_(False)
    network.to(torch.bfloat16)
    every = list(network.layers)
    first = len(every) - layers
    for layer in every[first:]:
        for name in matrices:
            setattr(layer, name, Adapted(getattr(layer, name), rank))
    return first


def learnt_weights(model: nn.Module) -> dict[str, Tensor]:
    """The trained weights of a model, by name."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def save_learnt(model: nn.Module, path: Path, *, layers: int, rank: int) -> None:
    """Write the trained weights, with the shape of the adapter."""
    learnt = {name: value.detach() for name, value in learnt_weights(model).items()}
    torch.save({"learnt": learnt, "layers": layers, "rank": rank}, path)


class Reranker(nn.Module):
    """A network with an adapter in its upper layers, and a head that scores sentences.

    Args:
        network: It is not trained, and is in bfloat16.
        width: The width of its hidden states.
        matrices: The names of the matrices of a layer.
        layers: How many of the upper `network.layers` get an adapter.
        rank: The rank of the adapter.
    """

    def __init__(
        self, network: nn.Module, width: int, matrices: Sequence[str], layers: int, rank: int
    ) -> None:
        super().__init__()
        self.layers, self.rank = layers, rank
        self.first = insert_adapter(network, matrices, layers, rank)
        self.head = nn.Linear(2 * width, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def batch(self, groups: Groups, numbers: Sequence[int]) -> dict[str, Any]:
        """The rows of some groups, with the token ids of the network."""
        return groups.batch(numbers)

    def states(self, batch: dict[str, Any]) -> Tensor:
        """The last hidden states of a batch, [rows, length, width]."""
        raise NotImplementedError

    def learnt(self) -> dict[str, Tensor]:
        """The weights that learn, by name."""
        return learnt_weights(self)

    def forward(self, batch: dict[str, Any]) -> Tensor:
        """The logit of each sentence of a batch, [count], float32."""
        states = sentence_states(self.states(batch), batch["sentence"], batch["count"])
        with torch.autocast("cpu", enabled=False):
            logits: Tensor = self.head(states)[:, 0]
        return logits


def scored(
    model: Reranker, groups: Groups, numbers: Sequence[int]
) -> tuple[dict[str, Any], Tensor]:
    """Some groups as a batch, with the logits of its sentences."""
    batch = model.batch(groups, numbers)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return batch, model(batch)


def judged(model: Reranker, groups: Groups, numbers: Sequence[int]) -> str:
    """The metrics of `reader/finetune.py` for some groups."""
    model.eval()
    found = figures(lambda part: scored(model, groups, part), numbers)
    model.train()
    return found


def save(model: Reranker, path: Path) -> None:
    """Write the trained weights with their shape."""
    save_learnt(model, path, layers=model.layers, rank=model.rank)


def load(path: Path, make: Callable[[int, int], Model]) -> Model:
    """Load the network of a file of `save_learnt`. `make` creates it from its layers and rank."""
    state = torch.load(path, weights_only=True)
    model = make(state["layers"], state["rank"])
    model.load_state_dict(state["learnt"], strict=False)
    model.eval()
    return model


def drawn(
    groups: Groups,
    left_out: NDArray[np.bool_],
    generator: np.random.Generator,
    passages: int,
) -> Groups:
    """The groups of a pass without the held-out ones, each with some of its passages.

    If a passage has the answer, at least one such passage is included.
    """
    found = copy.copy(groups)
    held_out = np.where(left_out, -1, groups.arrays["held_out"])
    found.arrays = groups.arrays | {"held_out": held_out}
    relevant = groups.arrays["relevant"]
    found.rows = []
    for rows in groups.rows:
        mixed = generator.permutation(rows)
        first = mixed[np.argsort(-relevant[mixed], kind="stable")][:1]
        rest = [row for row in mixed if row not in first][: passages - 1]
        found.rows.append(np.array([*first, *rest]))
    return found


def prepare(options: argparse.Namespace) -> None:
    """Set seed and threads, and create the folder of the run."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    options.run.mkdir(parents=True, exist_ok=True)


def train(
    model: Reranker,
    groups: Groups,
    passes: Callable[[int], Groups],
    options: argparse.Namespace,
    *,
    head_share: float = 1.0,
) -> None:
    """Train for a given time; `final.pt` in the run folder is the result.

    Args:
        model: The model that is trained.
        groups: All groups; the held-out ones are used for evaluation.
        passes: The groups of each pass, by its number.
        options: Those of `add_options`.
        head_share: The learning rate of the head as a multiple of that of the adapter.
    """
    held_out = groups.of(held_out=True).tolist()
    some = held_out[:: max(1, len(held_out) // 160)]
    learnt = model.learnt()
    print(sum(each.numel() for each in learnt.values()), "weights learn", flush=True)
    head = [value for name, value in learnt.items() if name.startswith("head.")]
    body = [value for name, value in learnt.items() if not name.startswith("head.")]
    optimizer = torch.optim.AdamW(
        [{"params": body, "share": 1.0}, {"params": head, "share": head_share}],
        lr=options.rate,
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    began = saved = time.monotonic()
    seen, step, since = 0, 0, 0.0
    model.train()
    for epoch in range(100):
        part = passes(epoch)
        for numbers in order(part, options.batch, options.seed + epoch):
            spent = time.monotonic() - began
            if spent >= options.seconds:
                save(model, options.run / "final.pt")
                if held_out:
                    print("ends with", judged(model, groups, held_out), flush=True)
                return
            for each in optimizer.param_groups:
                rate = learning_rate(spent / options.seconds, options.rate, WARM_UP)
                each["lr"] = rate * each["share"]
            batch, scores = scored(model, part, numbers)
            loss = head_loss(scores, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(list(learnt.values()), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            seen, step, since = seen + len(numbers), step + 1, since + float(loss.detach())
            if step % 25 == 0:
                print(f"seconds {spent:.0f} questions {seen} loss {since / 25:.3f}", flush=True)
                since = 0.0
            if time.monotonic() - saved > options.save_every:
                saved = time.monotonic()
                save(model, options.run / "latest.pt")
                if some:
                    print(f"seconds {spent:.0f}", judged(model, groups, some), flush=True)


def add_options(parser: argparse.ArgumentParser, *, rate: float, layers: int, rank: int) -> None:
    """Add the options of a training, with the defaults for a network."""
    parser.add_argument("run", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--batch", type=int, default=8, help="questions")
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--layers", type=int, default=layers, help="upper layers with an adapter")
    parser.add_argument("--rank", type=int, default=rank)
    parser.add_argument("--passages", type=int, default=3, help="of a question in each pass")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=420, help="seconds")


def print_judged(model: Reranker, rows: Path) -> None:
    """Print the metrics of the held-out groups of a packed file."""
    groups = Groups(rows)
    print(judged(model, groups, groups.of(held_out=True).tolist()))

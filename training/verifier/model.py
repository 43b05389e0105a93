"""The verifier's network: MPNet in which the evidence does not attend to the claims.

A row is `<s> question </s></s> evidence </s></s> claim </s>`. The tokens of question and evidence
attend to each other only; the tokens of a claim attend to those and to their own claim. So the
encoding of the evidence does not depend on the claim, and several claims about the same evidence
share it in one row: with 3.4 claims per row, this needs 66 tokens per claim instead of about 165.

The encoder gives the same results as `transformers.MPNetModel` (Song and others 2020,
arXiv:2004.09297; checked by `agrees_with_published`), with fused attention.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.common.quantize_torch import StraightThrough, rounded

CLASSES = ("supported", "contradicted", "not stated")
WIDTH = 768
HEADS = 12
PIECES = 30527
PLACES = 514
FIRST_PLACE = 2  # MPNet's first position is its padding id plus 1
BUCKETS = 32
FARTHEST = 128  # tokens; greater distances share a bucket
NORM_EPSILON = 1e-5
PREFIX = 0  # segment number of question and evidence; claims are 1, 2, ...
PADDING = -1
MATRICES = ("queries_keys_values", "attended", "wide", "narrow")  # of a layer


@dataclass(frozen=True)
class Shape:
    """The sizes of a verifier."""

    layers: int = 9
    frozen: int = 2


class Matrix(nn.Linear):
    """A linear layer whose weights can be rounded to four bits during training."""

    in_four_bits = False

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the products and biases."""
        weight: Tensor = self.weight
        if self.in_four_bits:
            weight = StraightThrough.apply(weight)
        return nn.functional.linear(inputs, weight, self.bias)


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.queries_keys_values = Matrix(WIDTH, 3 * WIDTH)
        self.attended = Matrix(WIDTH, WIDTH)
        self.attention_norm = nn.LayerNorm(WIDTH, eps=NORM_EPSILON)
        self.wide = Matrix(WIDTH, 4 * WIDTH)
        self.narrow = Matrix(4 * WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=NORM_EPSILON)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Return the next hidden states, [batch, length, width]."""
        batch, length, _ = hidden.shape
        parts = self.queries_keys_values(hidden).view(batch, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        mixed = mixed.transpose(1, 2).reshape(batch, length, WIDTH)
        hidden = self.attention_norm(hidden + self.attended(mixed))
        inner: Tensor = self.narrow(nn.functional.gelu(self.wide(hidden)))
        output: Tensor = self.norm(hidden + inner)
        return output


def distance_buckets(places: Tensor) -> Tensor:
    """Return the bucket of the distance between every two tokens, [batch, length, length]."""
    distance = places[:, :, None] - places[:, None, :]
    half, exact = BUCKETS // 2, BUCKETS // 4
    size = distance.abs()
    far = torch.log(size.clamp(min=1).float() / exact) / math.log(FARTHEST / exact)
    far = (exact + (far * (half - exact)).long()).clamp(max=half - 1)
    buckets: Tensor = (distance < 0).long() * half + torch.where(size < exact, size, far)
    return buckets


class Verifier(nn.Module):
    """MPNet's lower layers, and one linear layer that judges each claim."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(PIECES, WIDTH)
        self.places = nn.Embedding(PLACES, WIDTH)
        self.word_norm = nn.LayerNorm(WIDTH, eps=NORM_EPSILON)
        self.distances = nn.Embedding(BUCKETS, HEADS)
        self.layers = nn.ModuleList(Layer() for _ in range(shape.layers))
        self.judge = nn.Linear(2 * WIDTH, len(CLASSES))
        nn.init.normal_(self.judge.weight, std=0.02)
        nn.init.zeros_(self.judge.bias)

    def encode(self, pieces: Tensor, segments: Tensor, places: Tensor) -> Tensor:
        """Return the last hidden states.

        Args:
            pieces: Token numbers, [batch, length].
            segments: `PREFIX`, the claim's number, or `PADDING` for every token.
            places: Position of every token in its own row of evidence and claim, from 0.

        Returns:
            [batch, length, width].
        """
        seen = (segments[:, None, :] == PREFIX) | (segments[:, None, :] == segments[:, :, None])
        bias = self.distances(distance_buckets(places)).permute(0, 3, 1, 2)
        bias = bias.masked_fill(~seen[:, None], -1e4)
        if torch.is_autocast_enabled(pieces.device.type):
            bias = bias.to(torch.get_autocast_dtype(pieces.device.type))
        hidden: Tensor = self.word_norm(self.words(pieces) + self.places(places + FIRST_PLACE))
        hidden = hidden.to(bias.dtype)
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return hidden

    def forward(self, pieces: Tensor, segments: Tensor, places: Tensor, firsts: Tensor) -> Tensor:
        """Return the logits of `CLASSES` for every claim of the batch.

        Args:
            pieces: As for `encode`.
            segments: As for `encode`.
            places: As for `encode`.
            firsts: Row and column of every claim's first token, [claims, 2].

        Returns:
            [claims, 3], float32.
        """
        hidden = self.encode(pieces, segments, places).float()
        rows, columns = firsts[:, 0], firsts[:, 1]
        numbers = segments[rows, columns]
        own = (segments[rows] == numbers[:, None]).float()
        means = torch.einsum("cl,clw->cw", own, hidden[rows]) / own.sum(1, keepdim=True)
        logits: Tensor = self.judge(torch.cat([hidden[rows, columns], means], dim=1))
        return logits

    def learn_four_bits(self) -> None:
        """Use weights rounded to four bits from now on, as in the exported file."""
        self.words.weight.data.copy_(rounded(self.words.weight.data))
        for layer in self.layers:
            for part in layer.children():
                if isinstance(part, Matrix):
                    part.in_four_bits = True
                    if not part.weight.requires_grad:  # rounded once, not at every step
                        part.weight.data.copy_(rounded(part.weight.data))
                        part.in_four_bits = False

    def freeze(self, *, everything: bool = False) -> None:
        """Exclude the word table, the positions and the lowest layers from training, or all."""
        if everything:
            self.requires_grad_(False)
        for part in (self.words, self.places, self.word_norm, self.distances):
            part.requires_grad_(False)
        for layer in list(self.layers)[: self.shape.frozen]:
            layer.requires_grad_(False)


def from_published(weights: dict[str, Tensor], shape: Shape) -> Verifier:
    """Return a verifier with the lowest layers of published MPNet weights and a new judge."""
    verifier = Verifier(shape)
    found: dict[str, Tensor] = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "places.weight": weights["embeddings.position_embeddings.weight"],
        "word_norm.weight": weights["embeddings.LayerNorm.weight"],
        "word_norm.bias": weights["embeddings.LayerNorm.bias"],
        "distances.weight": weights["encoder.relative_attention_bias.weight"],
        "judge.weight": verifier.judge.weight.data,
        "judge.bias": verifier.judge.bias.data,
    }
    names = {
        "attended": "attention.attn.o",
        "attention_norm": "attention.LayerNorm",
        "wide": "intermediate.dense",
        "narrow": "output.dense",
        "norm": "output.LayerNorm",
    }
    for number in range(shape.layers):
        old, new = f"encoder.layer.{number}", f"layers.{number}"
        for end in ("weight", "bias"):
            parts = [weights[f"{old}.attention.attn.{part}.{end}"] for part in "qkv"]
            found[f"{new}.queries_keys_values.{end}"] = torch.cat(parts)
            found |= {f"{new}.{a}.{end}": weights[f"{old}.{b}.{end}"] for a, b in names.items()}
    verifier.load_state_dict(found)
    return verifier


def load_verifier(checkpoint: Path) -> Verifier:
    """Return the verifier of a checkpoint of `train.py` for inference."""
    state: dict[str, Any] = torch.load(checkpoint, weights_only=True, map_location="cpu")
    verifier = Verifier(Shape(**state["shape"]))
    verifier.load_state_dict(state["verifier"])
    verifier.eval()
    return verifier

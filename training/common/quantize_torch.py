"""Quantises weights to four bits, with one scale for every 32 weights of a row.

The codes are those of ONNX Runtime's MatMulNBits: 0 to 15, where 8 means zero. The weight of
largest magnitude in a block gets code 0 (-8 times the scale), so the scale may be negative. Scales
are stored in float16.
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = 32
ZERO = 8
HIGHEST = 15


def quantise(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return the codes and scales of a matrix.

    Args:
        weights: [rows, columns], columns a multiple of `BLOCK`.

    Returns:
        Codes, float32 [rows, blocks, BLOCK], whole numbers from 0 to 15, and scales, float32
        [rows, blocks, 1], exact in float16.
    """
    blocks = weights.reshape(weights.shape[0], -1, BLOCK)
    low, high = blocks.amin(-1, keepdim=True), blocks.amax(-1, keepdim=True)
    farthest = torch.where(-low > high, low, high)
    scales = (farthest / -ZERO).half().float()
    scales = torch.where(scales == 0, 1.0, scales)
    codes = (blocks / scales).round_().add_(ZERO).clamp_(0, HIGHEST)
    return codes, scales


def rounded(weights: Tensor) -> Tensor:
    """Return the weights after rounding to four bits."""
    codes, scales = quantise(weights)
    return codes.sub_(ZERO).mul_(scales).reshape(weights.shape)


class StraightThrough(torch.autograd.Function):
    """Rounds in the forward pass. The gradient passes through unchanged.

    Bengio and others 2013, arXiv:1308.3432.
    """

    @staticmethod
    def forward(_context: object, weights: Tensor) -> Tensor:
        """Return the rounded weights."""
        return rounded(weights)

    @staticmethod
    def backward(_context: object, gradient: Tensor) -> Tensor:
        """Return the gradient unchanged."""
        return gradient

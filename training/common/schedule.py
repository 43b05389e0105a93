"""The learning rate schedule."""

from __future__ import annotations


def learning_rate(progress: float, highest: float, warm_up: float = 0.03) -> float:
    """Return the learning rate at a share of the time: linear warm-up, then linear decay to 0."""
    if progress < warm_up:
        return highest * progress / warm_up
    return highest * max(0.0, (1 - progress) / (1 - warm_up))

"""The learning rate over the time of a run."""

from __future__ import annotations


def learning_rate(progress: float, highest: float, warm_up: float = 0.03) -> float:
    """Return the learning rate at a share of the time: a linear rise, then a linear fall to 0."""
    if progress < warm_up:
        return highest * progress / warm_up
    return highest * max(0.0, (1 - progress) / (1 - warm_up))

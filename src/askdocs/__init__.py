"""askdocs answers questions from a folder of documents, with quotes that can be checked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askdocs.answering.stream import Stream
    from askdocs.assistant import Assistant
    from askdocs.config import Config, load_config
    from askdocs.errors import (
        AskdocsError,
        ConfigError,
        CorpusError,
        IndexBusyError,
        IndexMismatchError,
        ModelUnavailableError,
        VectorsUnavailableError,
    )
    from askdocs.types import Answer, Changes, Citation, Document, Hit, Passage, Statement, Turn

__version__ = "0.1.0"
__all__ = [
    "Answer", "AskdocsError", "Assistant", "Changes", "Citation", "Config", "ConfigError",
    "CorpusError", "Document", "Hit", "IndexBusyError", "IndexMismatchError",
    "ModelUnavailableError", "Passage", "Statement", "Stream", "Turn",
    "VectorsUnavailableError", "load_config",
]  # fmt: skip

_HOMES = {
    "Assistant": "assistant",
    "Stream": "answering.stream",
    "Config": "config",
    "load_config": "config",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: importing the package costs next to nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'askdocs' has no attribute {name!r}")
    home = _HOMES.get(name) or ("errors" if name.endswith("Error") else "types")
    return getattr(import_module(f"askdocs.{home}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

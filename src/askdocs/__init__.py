"""askdocs answers questions from a folder of documents, with quotes that can be checked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askdocs.answering.stream import Draft, Stream
    from askdocs.assistant import Assistant
    from askdocs.config import Config, load_config
    from askdocs.errors import (
        AskdocsError,
        ConfigError,
        CorpusError,
        IndexBusyError,
        IndexMismatchError,
        ModelUnavailableError,
        OldIndexError,
        ReplyCutOffError,
        VectorsUnavailableError,
    )
    from askdocs.index.doctor import Diagnosis, Problem, Repair
    from askdocs.interface import AssistantInterface
    from askdocs.models.embedders import Embedder
    from askdocs.resources import Models
    from askdocs.search.filters import Filters
    from askdocs.types import (
        Activity,
        Anchor,
        Answer,
        Changes,
        Check,
        CheckedStatement,
        Citation,
        Document,
        DocumentGuide,
        DocumentMatches,
        DocumentRecord,
        Excerpt,
        Failure,
        Guide,
        Hit,
        Match,
        PagesRead,
        Passage,
        Progress,
        ProgressListener,
        Quotation,
        SearchResult,
        Section,
        Statement,
        Status,
        SuggestedQuestion,
        Turn,
    )

__version__ = "0.1.0"
__all__ = [
    "Activity", "Anchor", "Answer", "AskdocsError", "Assistant", "AssistantInterface", "Changes",
    "Check", "CheckedStatement", "Citation", "Config", "ConfigError", "CorpusError", "Diagnosis",
    "Document", "DocumentGuide", "DocumentMatches", "DocumentRecord", "Draft", "Embedder",
    "Excerpt", "Failure", "Filters", "Guide", "Hit", "IndexBusyError", "IndexMismatchError",
    "Match", "ModelUnavailableError", "Models", "OldIndexError", "PagesRead", "Passage", "Problem",
    "Progress", "ProgressListener", "Quotation", "Repair", "ReplyCutOffError", "SearchResult",
    "Section", "Statement", "Status", "Stream", "SuggestedQuestion", "Turn",
    "VectorsUnavailableError", "load_config",
]  # fmt: skip

_MODULES = {
    "Assistant": "assistant",
    "AssistantInterface": "interface",
    "Config": "config",
    "Diagnosis": "index.doctor",
    "Draft": "answering.stream",
    "Embedder": "models.embedders",
    "Filters": "search.filters",
    "Models": "resources",
    "Problem": "index.doctor",
    "Repair": "index.doctor",
    "Stream": "answering.stream",
    "load_config": "config",
}  # every other name is in `errors` or `types`


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package is fast."""
    if name not in __all__:
        raise AttributeError(f"module 'askdocs' has no attribute {name!r}")
    module = _MODULES.get(name) or ("errors" if name.endswith("Error") else "types")
    return getattr(import_module(f"askdocs.{module}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

"""Loaders read files: one loader for each family of formats, found by the suffix of the file.

Callers import from here. The modules of this package import one another directly.
"""

from __future__ import annotations

from askdocs.documents.loaders.errors import (
    LoadError,
    ResourceLimitError,
    TimeLimitError,
    TransientLoadError,
)
from askdocs.documents.loaders.registry import (
    OCR_LIBRARY,
    Loader,
    is_registered,
    load,
    register,
    suffixes,
)

__all__ = [
    "OCR_LIBRARY",
    "LoadError",
    "Loader",
    "ResourceLimitError",
    "TimeLimitError",
    "TransientLoadError",
    "is_registered",
    "load",
    "register",
    "suffixes",
]

"""The public face of `askdocs.documents.loaders`: how a program adds a format of its own."""

from __future__ import annotations

from askdocs.documents.loaders import LoadError, register, suffixes

__all__ = ["LoadError", "register", "suffixes"]

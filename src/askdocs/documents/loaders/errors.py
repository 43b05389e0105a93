"""The errors that loaders raise."""

from __future__ import annotations


class LoadError(Exception):
    """A file cannot be read. The message is a reason that a user understands."""


class TransientLoadError(LoadError):
    """The file itself is not the cause. The next sync reads it again."""


class ResourceLimitError(LoadError):
    """Reading the file exceeded a limit of time or memory, or crashed the process that reads.

    It is read again when the file or the limit changes.
    """


class TimeLimitError(ResourceLimitError):
    """Reading the file took too much time."""

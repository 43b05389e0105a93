"""Errors that a person can fix. Each message says what is wrong and how to fix it."""


class AskdocsError(Exception):
    """The parent of every error that askdocs raises on purpose."""


class ConfigError(AskdocsError):
    """A setting is unknown or has an impossible value."""


class CorpusError(AskdocsError):
    """The folder of documents is missing, empty or unreadable, or a source is not in it."""


class IndexBusyError(AskdocsError):
    """Another process holds the index."""


class IndexMismatchError(AskdocsError):
    """The index was made with other settings, or is damaged: rebuild or repair it."""


class OldIndexError(IndexMismatchError):
    """The index has the format of another version of askdocs: rebuild it."""


class ModelUnavailableError(AskdocsError):
    """A model cannot be loaded or reached."""


class ReplyCutOffError(ModelUnavailableError):
    """A language model's reply was cut off. The message is the reason, as after "because"."""


class VectorsUnavailableError(AskdocsError):
    """The server that has the vectors does not answer, or refuses access."""


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]

"""The settings with their defaults, and the checks of their values."""

from __future__ import annotations

import re
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from askdocs.errors import ConfigError
from askdocs.system.files import same_place

EMBEDDED = "embedded"
DEFAULT_INDEX = Path("index")
COLLECTION = "askdocs"  # of vectors on a server, if the address does not name one
_WHERE_VECTORS = (
    "vectors must be embedded or the address of a Chroma server, as in http://localhost:8000 or"
    " http://localhost:8000/NAME; a token belongs into ASKDOCS_VECTORS_TOKEN"
)


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its default. Values are checked when the object is created.

    Raises:
        ConfigError: A value is impossible.
    """

    corpus: Path = _setting(Path("corpus"), "the folder of documents")
    index: Path = _setting(DEFAULT_INDEX, "the folder of the index")
    embedder: str = _setting(
        "onnx:builtin",
        "the embedding model: onnx:builtin (one of the two that come with askdocs, see models),"
        " st:NAME-OR-PATH (sentence-transformers, downloads only"
        " with HF_HUB_OFFLINE=0), or http:URL or http:MODEL@URL (an OpenAI-style server)",
    )

    models: str = _setting(
        "auto",
        "the languages of the documents, by which the built-in embedding model is chosen: english,"
        " multilingual, or auto (from a sample of the folder when the index is made)",
    )
    llm: str = _setting(
        "none",
        "what writes the answers: none (quotes), openai:MODEL@URL (any OpenAI-style server)"
        " or gguf:PATH",
    )
    llm_context: int = _setting(4096, "the context window of the language model, in tokens")
    llm_seconds: int = _setting(
        120, "seconds without any output after which a language model is stopped"
    )
    unsupported: str = _setting(
        "mark", "sentences of a language model that the documents do not support: mark or remove"
    )
    tasks: str = _setting(
        "model",
        "how questions to compare, summarise, list, translate or explain are answered: model (by a"
        " language model, if one is set, from passages of every document named) or quotes",
    )
    second_opinion: str = _setting(
        "yes",
        "whether the language model is asked once more, which words of the passages support what"
        " it wrote: no or yes",
    )

    vectors: str = _setting(
        EMBEDDED,
        "where the vectors are stored: embedded (in the index) or the address of a Chroma server",
    )
    passage_tokens: int = _setting(100, "the size of a passage, in tokens, approximately")
    passages_read: int = _setting(24, "how many of the passages found are read for the answer")
    minimum_confidence: float = _setting(
        0.4, "the lowest confidence (0 to 1) with which an answer is given; 0 always answers"
    )
    max_file_megabytes: int = _setting(100, "larger files are not read")
    load_seconds: int = _setting(120, "a file that needs more CPU seconds is not read")
    # Not a setting: names of settings whose servers do not get a secret of the environment.
    without_key: frozenset[str] = frozenset()

    @property
    def vectors_on_server(self) -> bool:
        """Whether the vectors are on a server, so that several processes may read the index."""
        return self.vectors != EMBEDDED

    @property
    def collection(self) -> tuple[str | None, int, str] | None:
        """Host, port and collection of `vectors` in one spelling. None if they are in the index."""
        if not self.vectors_on_server:
            return None
        address = urlsplit(self.vectors)
        port = address.port or (443 if address.scheme == "https" else 8000)
        return address.hostname, port, address.path.strip("/") or COLLECTION

    def __post_init__(self) -> None:
        for setting in settings():
            value = getattr(self, setting.name)
            object.__setattr__(self, setting.name, _convert(setting.name, value, setting.default))
        same = same_place(self.corpus, self.index)
        require(not same, "corpus and index must be two folders")
        require(not self.vectors_on_server or _is_store_address(self.vectors), _WHERE_VECTORS)
        require(20 <= self.passage_tokens <= 400, "passage_tokens must lie between 20 and 400")
        require(1 <= self.passages_read <= 100, "passages_read must lie between 1 and 100")
        require(0 <= self.minimum_confidence <= 1, "minimum_confidence must lie between 0 and 1")
        require(self.llm_context >= 512, "llm_context must be at least 512")
        require(self.llm_seconds >= 1, "llm_seconds must be at least 1")
        require(
            self.models in ("auto", "english", "multilingual"),
            "models must be auto, english or multilingual",
        )
        require(self.unsupported in ("mark", "remove"), "unsupported must be mark or remove")
        require(self.tasks in ("model", "quotes"), "tasks must be model or quotes")
        require(self.second_opinion in ("no", "yes"), "second_opinion must be no or yes")
        require(self.max_file_megabytes >= 1, "max_file_megabytes must be at least 1")
        require(self.load_seconds >= 1, "load_seconds must be at least 1")


def settings() -> list[Field[Any]]:
    """The fields of Config that are settings, in order."""
    return [found for found in fields(Config) if "help" in found.metadata]


def describe_settings() -> list[tuple[str, str, str]]:
    """Each setting as (name, default, meaning), in order."""
    return [(known.name, str(known.default), known.metadata["help"]) for known in settings()]


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ConfigError(message + ".")


def _convert(name: str, value: Any, default: Any) -> Any:
    """Convert a value to the type of the default. Text is parsed, as from the environment."""
    assert default is not MISSING
    target = type(default)
    try:
        if issubclass(target, Path):
            if not str(value):
                raise ValueError("empty")
            return Path(value).expanduser()
        if target is float and not isinstance(value, bool):
            return float(value)
        if target is int and not isinstance(value, bool):
            return int(value) if not isinstance(value, float) else _refuse_fraction(value)
        if target is str and isinstance(value, str) and value:
            return value
    except (TypeError, ValueError):
        pass
    raise ConfigError(f"The setting {name} cannot be {value!r}; its default is {str(default)!r}.")


def _refuse_fraction(value: float) -> int:
    raise ValueError(f"{value} is not a whole number")


def _is_store_address(url: str) -> bool:
    """Whether it is an address with a valid collection name and without a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    bare = not (parts.username or parts.password or parts.query or parts.fragment or port == 0)
    valid_path = re.fullmatch(r"/?|/[A-Za-z0-9][A-Za-z0-9._-]{1,98}[A-Za-z0-9]/?", parts.path)
    return bool(parts.scheme in ("http", "https") and parts.hostname and bare and valid_path)

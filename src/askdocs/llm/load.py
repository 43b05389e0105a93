"""Loads language models: from a spec, or from a LlamaIndex LLM."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from askdocs.errors import ConfigError, ModelUnavailableError, first_line
from askdocs.llm.model import LanguageModel, Message, estimated, paced
from askdocs.llm.openai import OpenAIModel


def load_llm(spec: str, *, context: int, seconds: int, key: str | None = None) -> LanguageModel:
    """Load the model that a spec names. Whether a server can be reached shows when it is asked.

    Args:
        spec: `openai:MODEL@URL` or `gguf:PATH`.
        context: how many tokens the model can hold.
        seconds: how long it may be silent.
        key: what a server is shown; by default what OpenAIModel finds, "" for none.

    Raises:
        ConfigError: for an unknown spec.
        ModelUnavailableError: if a file cannot be loaded.
    """
    kind, _, rest = spec.partition(":")
    name, _, url = rest.rpartition("@")
    if kind == "openai" and name and urlsplit(url).scheme in ("http", "https"):
        return OpenAIModel(name, url, context=context, seconds=seconds, key=key)
    if kind == "gguf" and rest:
        return load_gguf(Path(rest).expanduser(), context=context, seconds=seconds)
    raise ConfigError(
        f"The llm {spec!r} is not known. Use none, openai:MODEL@URL (as in"
        " openai:llama3.2@http://localhost:11434/v1) or gguf:PATH."
    )


class GgufModel:
    """A GGUF file, run in this process by llama.cpp behind a server on loopback of its own."""

    def __init__(self, path: Path, *, context: int, seconds: int) -> None:
        import secrets

        import xllamacpp

        key = secrets.token_urlsafe(24)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = context
        parameters.n_parallel = 1
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0  # any that is free
        parameters.api_keys = [key]
        parameters.offline = True
        parameters.verbosity = -1
        self._server = xllamacpp.Server(parameters)  # it runs as long as this object lives
        address = self._server.listening_address
        self._model = OpenAIModel(path.stem, f"{address}/v1", context=context, seconds=seconds,
                                  key=key)  # fmt: skip
        self.name = path.stem
        self.context = context

    def count(self, text: str) -> int:
        return self._model.count(text)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        return self._model.reply(messages, most_tokens=most_tokens)


class LlamaIndexModel:
    """Any LlamaIndex `LLM`, given as an object."""

    def __init__(self, model: Any, *, seconds: float) -> None:
        self._model = model
        self._seconds = seconds
        self.name = str(model.metadata.model_name or type(model).__name__)
        self.context = int(model.metadata.context_window)

    def count(self, text: str) -> int:
        return estimated(text)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        del most_tokens  # a LlamaIndex object brings its own limit
        return paced(lambda _: self._pieces(messages), self.name, self._seconds)

    def _pieces(self, messages: Sequence[Message]) -> Generator[str]:
        from llama_index.core.llms import ChatMessage

        asked = [ChatMessage(role=each.role, content=each.content) for each in messages]
        try:
            for piece in self._model.stream_chat(asked):
                yield piece.delta or ""
        except Exception as error:  # the object raises errors of many kinds
            raise ModelUnavailableError(f"{self.name} failed: {first_line(error)}") from error


def load_gguf(path: Path, *, context: int, seconds: int) -> GgufModel:
    """The model of a GGUF file. Raises ModelUnavailableError where it cannot be run."""
    from importlib.util import find_spec

    if not path.is_file():
        raise ModelUnavailableError(f"There is no model file {path}. Mend the path after gguf:.")
    if find_spec("xllamacpp") is None:
        raise ModelUnavailableError('GGUF models need the extra gguf: pip install "askdocs[gguf]".')
    try:
        return GgufModel(path, context=context, seconds=seconds)
    except RuntimeError as error:
        raise ModelUnavailableError(
            f"The model file {path} cannot be loaded ({first_line(error)})."
        ) from error

"""Language models, loaded by a spec or given as a LlamaIndex LLM."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from askdocs.errors import ConfigError, ModelUnavailableError, first_line
from askdocs.llm.model import LanguageModel, Message, estimated_tokens, stream_with_timeout
from askdocs.llm.openai import OpenAIModel

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


def load_llm(spec: str, *, context: int, seconds: int, key: str | None = None) -> LanguageModel:
    """Load the model that a spec names. A server is not contacted before the first request.

    Args:
        spec: `openai:MODEL@URL` or `gguf:PATH`.
        context: The size of its context window in tokens.
        seconds: How long it may be silent.
        key: The API key of a server. None takes that of the environment, "" sends none.

    Raises:
        ConfigError: The spec is not known.
        ModelUnavailableError: A file cannot be loaded.
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
    """A GGUF file, run in this process by llama.cpp, behind its own server on the loopback."""

    def __init__(self, path: Path, *, context: int, seconds: int) -> None:
        import secrets

        import xllamacpp

        key = secrets.token_urlsafe(24)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = context
        parameters.n_parallel = 1
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0  # any free one
        parameters.api_keys = [key]
        parameters.offline = True
        parameters.verbosity = -1
        self._server = xllamacpp.Server(parameters)  # it runs until this object is deleted
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

    def __init__(self, model: LLM, *, seconds: float) -> None:
        self._model = model
        self._seconds = seconds
        self.name = str(model.metadata.model_name or type(model).__name__)
        self.context = int(model.metadata.context_window)

    def count(self, text: str) -> int:
        return estimated_tokens(text)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        del most_tokens  # a LlamaIndex object has its own limit
        return stream_with_timeout(lambda _: self._pieces(messages), self.name, self._seconds)

    def _pieces(self, messages: Sequence[Message]) -> Generator[str]:
        from llama_index.core.llms import ChatMessage

        chat = [ChatMessage(role=message.role, content=message.content) for message in messages]
        try:
            for piece in self._model.stream_chat(chat):
                yield piece.delta or ""
        except Exception as error:  # the object raises many types of errors
            raise ModelUnavailableError(f"{self.name} failed: {first_line(error)}") from error


def load_gguf(path: Path, *, context: int, seconds: int) -> GgufModel:
    """Load the model of a GGUF file.

    Raises:
        ModelUnavailableError: It cannot be run.
    """
    from importlib.util import find_spec

    if not path.is_file():
        raise ModelUnavailableError(f"There is no model file {path}. Correct the path after gguf:.")
    if find_spec("xllamacpp") is None:
        raise ModelUnavailableError('GGUF models need the extra gguf: pip install "askdocs[gguf]".')
    try:
        return GgufModel(path, context=context, seconds=seconds)
    except RuntimeError as error:
        raise ModelUnavailableError(
            f"The model file {path} cannot be loaded ({first_line(error)})."
        ) from error

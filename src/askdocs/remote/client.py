"""A client for the server that has an index open, with the methods of an Assistant."""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from askdocs.answering.stream import Stream
from askdocs.config import Config
from askdocs.errors import ConfigError, CorpusError, IndexBusyError
from askdocs.guide.folder import READ
from askdocs.index.lock import read_owner
from askdocs.interface import AssistantInterface
from askdocs.remote.wire import from_error, from_record, to_record
from askdocs.search.filters import Filters
from askdocs.system.files import same_place
from askdocs.system.network import is_this_machine
from askdocs.types import (
    Answer,
    AskOptions,
    Changes,
    Check,
    Document,
    Guide,
    Hit,
    Progress,
    ProgressListener,
    SearchResult,
    Status,
)

_GREETING_SECONDS = 5.0
_ANSWER_SECONDS = 600.0


def find_server(config: Config, *, any_corpus: bool = False) -> RemoteAssistant | None:
    """Find the server that has this index open, by its address in the index folder.

    The folder may come from another person, so the address of another machine is ignored.

    Args:
        config: Names the index and the folder of documents.
        any_corpus: Accept a server of another folder of documents.

    Returns:
        The server; None if there is none, also after a crash.

    Raises:
        IndexBusyError: The server serves another folder of documents.
    """
    owner = read_owner(config.index)
    if "address" not in owner or "token" not in owner or not _is_local(owner["address"]):
        return None
    server = RemoteAssistant(config, owner["address"], owner["token"])
    try:
        corpus = server.corpus()
    except (OSError, http.client.HTTPException, ValueError, IndexBusyError):
        return None
    if not any_corpus and not same_place(Path(corpus), config.corpus):
        raise IndexBusyError(
            f"The index {config.index} is in use by the server at {server.address}, which serves"
            f" {corpus}, not {config.corpus}. Stop it, or use another index with --index."
        )
    return server


def _is_local(address: str) -> bool:
    """Whether an address is on this machine, with plain HTTP as servers announce it."""
    try:
        url = urlsplit(address)
        return url.scheme == "http" and url.port != 0 and is_this_machine(url.hostname)
    except ValueError:
        return False


class RemoteAssistant(AssistantInterface):
    """A client for the server that has the index open.

    Its methods raise the errors that the server raised, and IndexBusyError if the server does not
    answer. `AssistantInterface` lists what a server does not offer.
    """

    def __init__(self, config: Config, address: str, token: str) -> None:
        self._config = config
        self._address = address
        self._token = token

    @property
    def config(self) -> Config:
        return self._config

    @property
    def address(self) -> str:
        return self._address

    def close(self) -> None:
        """Do nothing: each call has its own connection."""

    def corpus(self) -> str:
        """The absolute path of the folder that the server indexes. Raises OSError if it is gone."""
        return str(self._result_of("corpus", {}, None, seconds=_GREETING_SECONDS))

    @property
    def has_llm(self) -> bool:
        return bool(self._call("has_llm"))

    def is_indexed(self) -> bool:
        return bool(self._call("is_indexed"))

    def check_folder(self) -> None:
        other = Path(str(self._call("corpus")))
        if not same_place(other, self.config.corpus):
            raise CorpusError(
                f"The server at {self.address} serves {other}, not {self.config.corpus}. Stop it,"
                " or use another index with --index."
            )

    def index(
        self,
        *,
        on_progress: ProgressListener | None = None,
        dry_run: bool = False,
        rebuild: bool = False,
        ray: str = "",
        recheck: Sequence[str] = (),
    ) -> Changes:
        if ray:
            raise ConfigError(
                f"The server at {self.address} has the index open and does not embed on a Ray"
                " cluster. Stop it first."
            )
        found = self._call(
            "index", on_progress, dry_run=dry_run, rebuild=rebuild, recheck=list(recheck)
        )
        return from_record(Changes, found)

    def status(self) -> Status:
        return from_record(Status, self._call("status"))

    def document(self, source: str) -> Document:
        return from_record(Document, self._call("document", source=source))

    def search(
        self, query: str, *, top_k: int = 8, sources: Sequence[str] | None = None
    ) -> list[Hit]:
        found = self._call("search", query=query, top_k=top_k, sources=sources)
        return [from_record(Hit, each) for each in found]

    def find(
        self,
        query: str,
        *,
        by: Literal["words", "meaning"] = "words",
        filters: Filters | None = None,
        start: int = 0,
        documents: int = 20,
        each: int = 5,
    ) -> SearchResult:
        found = self._call(
            "find",
            query=query,
            by=by,
            filters=to_record(filters) if filters else None,
            start=start,
            documents=documents,
            each=each,
        )
        return from_record(SearchResult, found)

    def guide(self, *, sources: Sequence[str] | None = None, most: int = READ) -> Guide:
        return from_record(Guide, self._call("guide", sources=sources, most=most))

    def check(
        self,
        text: str,
        *,
        sources: Sequence[str] | None = None,
        on_progress: ProgressListener | None = None,
    ) -> Check:
        return from_record(Check, self._call("check", on_progress, text=text, sources=sources))

    def _stream(self, question: str, options: AskOptions) -> Stream:
        values = {"question": question, "options": to_record(options)}
        return Stream(lambda: self._stream_pieces(values))

    def _stream_pieces(self, values: dict[str, Any]) -> Generator[str, None, Answer]:
        with (
            self._network_errors(),
            closing(self._lines("stream", values, _ANSWER_SECONDS)) as lines,
        ):
            for line in lines:
                if "found" in line:
                    return from_record(Answer, line["found"])
                yield str(line["piece"])
        raise AssertionError("the lines end with a result, or raise")

    def _call(self, task: str, on_progress: ProgressListener | None = None, **values: Any) -> Any:
        with self._network_errors():
            return self._result_of(task, values, on_progress, seconds=_ANSWER_SECONDS)

    def _result_of(
        self,
        task: str,
        values: dict[str, Any],
        on_progress: ProgressListener | None,
        *,
        seconds: float,
    ) -> Any:
        with closing(self._lines(task, values, seconds)) as lines:
            for line in lines:
                if "found" in line:
                    return line["found"]
                if on_progress:
                    on_progress(from_record(Progress, line["progress"]))
        raise AssertionError("the lines end with a result, or raise")

    def _lines(
        self, task: str, values: dict[str, Any], seconds: float
    ) -> Generator[dict[str, Any]]:
        """Yield the lines of the response, up to the one with the result."""
        url = urlsplit(self.address)
        connection = http.client.HTTPConnection(
            url.hostname or "127.0.0.1", url.port, timeout=seconds
        )
        with closing(connection):
            headers = {"X-Askdocs-Token": self._token, "Content-Type": "application/json"}
            path = f"{url.path.rstrip('/')}/askdocs/{task}"
            connection.request("POST", path, json.dumps(values), headers)
            with closing(connection.getresponse()) as response:
                if response.status != 200:
                    raise ValueError(f"status {response.status}")
                for raw in response:
                    line = json.loads(raw)
                    if "error" in line:
                        raise from_error(line["error"])
                    yield line
                    if "found" in line:
                        return
        raise ValueError("the response ended early")

    @contextmanager
    def _network_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise IndexBusyError(
                f"The server at {self.address} has the index {self.config.index} but does not"
                f" answer ({error!r}). Stop it, or try again."
            ) from error

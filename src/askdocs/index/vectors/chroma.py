"""Access to Chroma: a folder that is open in this process, or a Chroma server."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from askdocs.config import COLLECTION
from askdocs.credentials import VECTORS_TOKEN, read_secret
from askdocs.errors import (
    AskdocsError,
    ConfigError,
    IndexMismatchError,
    VectorsUnavailableError,
)
from askdocs.index.database import closed_meanwhile, disk_is_full, not_writable
from askdocs.index.folder import WRITING, delete_store, make_private_folder
from askdocs.index.vectors.integrity import IntegrityRecord
from askdocs.system.files import ascii_path

Found = TypeVar("Found")
SAVED_AFTER = 1_000  # changes after which Chroma writes its graph to disk
# Of the 50 passages nearest to a question, a search among 14,875 real ones found 97 % with an
# ef_search of 100 (none of them for one question), 99 % with 200. With 32 neighbours, twice as many
# passages in groups of 150 nearly equal ones were not found by their own vector as with 64, and
# inserting took as long.
_SPACE = {
    "hnsw": {
        "space": "cosine",
        "max_neighbors": 64,
        "ef_construction": 200,
        "ef_search": 200,
        "sync_threshold": SAVED_AFTER,
    }
}
_OWNER = "index"  # the metadata of a collection that names its index
_RETRIES, _PAUSE = 100, 0.05  # seconds; for calls that fail while the collection is written
_REFUSALS = (401, 403)
_ANSWER_SECONDS = 60.0  # after which a server counts as unreachable


class Chroma(Protocol):
    """One collection of Chroma, in a folder or on a server."""

    def run(self, action: Callable[[Any], Found]) -> Found:
        """Call `action` with the collection and return its result."""
        ...

    def write(self, action: Callable[[Any], Found]) -> Found:
        """The same, for an action that changes it."""
        ...

    def prepare(self) -> None:
        """Create the collection if it does not exist."""
        ...

    def clear(self) -> None:
        """Delete everything and create an empty collection."""
        ...

    def remove(self) -> None:
        """Delete the collection."""
        ...

    def close(self) -> None:
        """Close files and connections."""
        ...


class ChromaFolder:
    """The collection in a folder that no other process may have open.

    Chroma writes its graph in place, and reading a partly written graph can crash. Therefore a
    file in the folder marks that the graph is being written. If the process is killed then, the
    next one starts with an empty collection (docs/decisions/0009-vectors-half-written.md). Call
    `probe.check_store` first: a damaged graph can crash the process that reads it.

    Raises:
        IndexMismatchError: The store is damaged.
        CorpusError: The store cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mark = folder / WRITING
        self._guard = threading.Lock()
        self._writers = 0
        self._written = 0
        self._failed = self._closed = False
        chromadb, settings = _chromadb()
        with self._reporting():
            if self._mark.exists():
                delete_store(folder)
            make_private_folder(folder)
            self._seal = IntegrityRecord(folder)
            self._seal.open()
            self._client = chromadb.PersistentClient(ascii_path(folder), settings=settings)
            try:
                self._collection = _made(self._client, COLLECTION)
            except BaseException:
                self._client.close()
                raise

    def run(self, action: Callable[[Any], Found]) -> Found:
        """Retry what fails while another thread writes or recreates the collection."""
        from chromadb.errors import ChromaError

        with self._reporting():
            for _ in range(_RETRIES):
                written = self._written
                try:
                    return action(self._collection)
                except ChromaError:
                    if not self._writers and self._written == written:
                        raise
                time.sleep(_PAUSE)
            return action(self._collection)

    def write(self, action: Callable[[Any], Found]) -> Found:
        with self._reporting(), self._writing():
            return action(self._collection)

    def prepare(self) -> None:
        """Do nothing: the collection was created when it was opened."""

    def clear(self) -> None:
        with self._reporting(), self._writing():
            self._client.delete_collection(COLLECTION)
            self._collection = _made(self._client, COLLECTION)

    def remove(self) -> None:
        self.close()
        with suppress(OSError):  # a file is in use, or not writable
            delete_store(self._folder)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._client.close()
        self._seal.close()
        for file in self._folder.rglob("*"):
            with suppress(OSError):  # it belongs to another user, or no longer exists
                file.chmod(0o700 if file.is_dir() else 0o600)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Mark that the graph is being written. After an error the mark remains."""
        with self._guard:
            self._mark.touch()
            self._writers += 1
        try:
            yield
        except Exception:
            self._failed = True
            raise
        finally:
            with self._guard:
                self._writers -= 1
                self._written += 1
                if not self._writers and not self._failed:
                    self._mark.unlink(missing_ok=True)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        try:
            yield
        except (KeyboardInterrupt, GeneratorExit, AskdocsError):
            raise
        except BaseException as error:
            # Chroma is written in Rust: its panics are not of the class Exception.
            panic = type(error).__name__ == "PanicException"
            known = (ChromaError, OSError, ValueError, AttributeError)
            if not panic and not isinstance(error, known):
                raise
            if self._closed:
                raise closed_meanwhile(self._folder.parent) from error
            if isinstance(error, AttributeError):
                raise
            message = str(error)
            if isinstance(error, PermissionError) or any(
                sign in message for sign in ("readonly", "Permission denied", "No space", "is full")
            ):
                raise not_writable(self._folder.parent, message) from error
            if disk_is_full(self._folder.parent):
                raise not_writable(self._folder.parent, f"the disk is full: {message}") from error
            raise IndexMismatchError(
                f"The vector store {self._folder} cannot be used ({error})."
                " Run `askdocs doctor --repair`; it embeds nothing again."
            ) from error


class ChromaServer:
    """The collection on a Chroma server, `http://host:port` or `http://host:port/NAME`.

    The identity of its index, `owner`, is stored with it. Any number of processes may read it.

    Raises:
        IndexMismatchError: It belongs to another index and is not to be taken over.
        VectorsUnavailableError: The server does not answer, or refuses access.
    """

    def __init__(
        self, url: str, owner: str, *, take_over: bool = False, token: str | None = None
    ) -> None:
        place = urlsplit(url)
        self._url, self._owner = url, owner
        self._name = place.path.strip("/") or COLLECTION
        self._collection: Any = None
        chromadb, settings = _chromadb()
        import httpx

        token = read_secret(VECTORS_TOKEN) if token is None else token
        headers = {"Authorization": f"Bearer {token}", "X-Chroma-Token": token} if token else {}
        with self._reporting():
            # chromadb's client leaves its connection open if access is refused; so check first.
            identity_url = f"{place.scheme}://{place.netloc}/api/v2/auth/identity"
            httpx.get(identity_url, headers=headers, timeout=_ANSWER_SECONDS).raise_for_status()
            self._client = chromadb.HttpClient(
                host=place.hostname or "",
                port=place.port or (443 if place.scheme == "https" else 8000),
                ssl=place.scheme == "https",
                headers=headers,
                settings=settings,
            )
            # It has no timeout and does not close its connections.
            servers = (self._client._server, self._client._admin_client._server)
            self._sessions = [server._session for server in servers]
            for session in self._sessions:
                session.timeout = _ANSWER_SECONDS
        if take_over:
            self._store_owner()

    def run(self, action: Callable[[Any], Found]) -> Found:
        from chromadb.errors import NotFoundError

        with self._reporting():
            if self._collection is not None:
                # Another process may have recreated the collection since we opened it.
                with suppress(NotFoundError):
                    return action(self._collection)
            try:
                self._collection = self._opened()
            except NotFoundError:
                raise IndexMismatchError(
                    f"There are no vectors of this index at {self._url}. Run `askdocs index`;"
                    " what was embedded before is not embedded again."
                ) from None
            return action(self._collection)

    write = run

    def prepare(self) -> None:
        from chromadb.errors import NotFoundError

        with self._reporting():
            try:
                self._collection = self._opened()
            except NotFoundError:
                self._collection = _made(self._client, self._name, {_OWNER: self._owner})

    def clear(self) -> None:
        self.remove()
        self.prepare()

    def remove(self) -> None:
        from chromadb.errors import NotFoundError

        with self._reporting(), suppress(NotFoundError):
            self._opened()  # never the collection of another index
            self._client.delete_collection(self._name)

    def close(self) -> None:
        self._client.close()
        for session in self._sessions:
            session.close()

    def _opened(self) -> Any:
        found = self._client.get_collection(self._name, embedding_function=None)
        if (found.metadata or {}).get(_OWNER) != self._owner:
            raise IndexMismatchError(
                f"The collection {self._name} at {self._url} belongs to another index. Use another"
                " collection for this one: add its name to the address, as in"
                " http://localhost:8000/reports. If the other index no longer exists, take over its"
                " collection with `askdocs doctor --repair`."
            )
        return found

    def _store_owner(self) -> None:
        from chromadb.errors import NotFoundError

        with self._reporting(), suppress(NotFoundError):
            found = self._client.get_collection(self._name, embedding_function=None)
            found.modify(metadata={**(found.metadata or {}), _OWNER: self._owner})

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError
        from httpx import HTTPError

        known = (ChromaError, HTTPError, OSError, ValueError)
        try:
            yield
        except AskdocsError:
            raise
        except Exception as error:
            # chromadb raises the bare class if a server answers with an unknown error
            if not isinstance(error, known) and type(error) is not Exception:
                raise
            refused = isinstance(error, AuthorizationError | ChromaAuthError)
            if refused or _status(error) in _REFUSALS:
                raise VectorsUnavailableError(
                    f"The Chroma server at {self._url} refuses access. Put its access token into"
                    f" the environment variable {VECTORS_TOKEN}."
                ) from error
            if isinstance(error, ChromaError):
                raise IndexMismatchError(
                    f"The collection {self._name} at {self._url} cannot be used ({error})."
                    " Run `askdocs doctor --repair`; it embeds nothing again."
                ) from error
            raise VectorsUnavailableError(
                f"The Chroma server at {self._url} does not answer ({error or type(error).__name__}"
                "). Start it again; nothing is lost, and `askdocs index` finishes the work."
            ) from error


def _chromadb() -> tuple[Any, Any]:
    """The library and its settings. Raises ConfigError if it rejects the environment."""
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    try:
        with _without_dotenv():
            import chromadb
            from chromadb.config import Settings

            return chromadb, Settings(anonymized_telemetry=False)
    except ValueError as error:  # it validates the environment when it is imported
        raise ConfigError(f"Chroma refuses a setting of the environment: {error}") from error


@contextmanager
def _without_dotenv() -> Iterator[None]:
    """Keep Chroma from reading a .env file of the current folder when it is imported.

    That file may be hostile: invalid values, a pipe without a writer, an endless file.
    """
    from pydantic_settings import BaseSettings

    original = BaseSettings.__init__

    @wraps(original)
    def init(settings: BaseSettings, *values: Any, **named: Any) -> None:
        if type(settings).__module__.startswith("chromadb."):
            named["_env_file"] = None
        original(settings, *values, **named)

    setattr(BaseSettings, "__init__", init)  # noqa: B010  # a method for the type checker
    try:
        yield
    finally:
        setattr(BaseSettings, "__init__", original)  # noqa: B010


def _made(client: Any, name: str, metadata: dict[str, str] | None = None) -> Any:
    return client.get_or_create_collection(
        name, configuration=_SPACE, metadata=metadata, embedding_function=None
    )


def _status(error: BaseException | None) -> int | None:
    """The HTTP status of an error, which chromadb wraps up to twice."""
    while error is not None:
        response = getattr(error, "response", None)
        if response is not None:
            return int(response.status_code)
        error = error.__context__
    return None

"""Checks a vector store in a child process: a damaged one can crash the process that opens it.

No other process may have the index open at the same time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from askdocs.config import Config
from askdocs.credentials import VECTORS_TOKEN
from askdocs.errors import AskdocsError, IndexBusyError, IndexMismatchError
from askdocs.index.catalog import Catalog
from askdocs.index.database import refuse_full_disk
from askdocs.index.folder import index_bytes
from askdocs.index.vectors.integrity import condition, remove_record
from askdocs.index.vectors.store import open_vectors
from askdocs.system import processes

# Variables that access to a Chroma server may need: its token, a proxy, certificates.
_SERVER_VARIABLES = (
    VECTORS_TOKEN,
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
    "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
)  # fmt: skip
_MOST, _EVERY = "most", "every"  # passages of the sample must be found; a graph can lose a few
_ORPHAN_SECONDS = 60.0  # it ends within a second if the system reports its parent
_SECONDS_BETWEEN_LOOKS = 0.2
_SEARCHES = 1000  # minimum of records in the sample
_SECONDS_EACH_MEGABYTE = 1.0  # reading takes a hundredth of this
_SECONDS, _SECONDS_EACH = 300.0, 0.05  # minimum, and per passage: far more than needed


@dataclass(frozen=True, slots=True)
class Finding:
    """Counts of passages: stored, not stored, not found by a search, stored but deleted.

    `problem` is the reason why nothing could be counted.
    """

    stored: int = 0
    missing: int = 0
    unreachable: int = 0
    orphans: int = 0
    problem: str = ""


def probe(config: Config, *, passages: int) -> Finding:
    """Check the store in a child process, which may crash or hang."""
    if not config.vectors_on_server and condition(config.index / "chroma") == "damaged":
        return Finding(problem="A file of its graph is not as it was written.")
    try:
        status, output = _run("look", config, seconds=_SECONDS + _SECONDS_EACH * passages)
    except subprocess.TimeoutExpired as error:
        return Finding(problem=f"It hangs the process that opens it ({error.timeout:.0f} seconds).")
    try:
        return Finding(**json.loads(output.splitlines()[-1]))
    except (ValueError, TypeError, IndexError):
        return Finding(problem=f"It crashes the process that opens it (status {status}).")


def check_store(config: Config) -> None:
    """Check the files of a vector store in the index before Chroma reads them.

    A child process checks a store that was not closed, or that another program has changed.

    Raises:
        IndexMismatchError: A file is damaged, or the store crashes the child process, hangs it,
            cannot be read, or does not find its own records.
        CorpusError: The same on a full disk, which may be the reason.
    """
    if config.vectors_on_server:
        return
    wait_for_orphan(config.index)
    found = condition(config.index / "chroma")
    if found == "sound":
        return
    if found == "damaged":
        reason = "a file of its graph is not as it was written"
    elif not _can_be_read(config, _EVERY if found == "changed" else _MOST):
        reason = "it crashes or hangs the process that reads it, or does not find what it holds"
    else:
        return
    refuse_full_disk(config.index)
    raise IndexMismatchError(
        f"The vector store of the index {config.index} is damaged: {reason}."
        " Run `askdocs doctor --repair`; it embeds nothing again."
    )


def records_can_be_read(config: Config) -> bool:
    """Whether a child process can read all records of the store and search for them."""
    return config.vectors_on_server or _can_be_read(config, _MOST)


def store_lock(index: Path) -> FileLock:
    """A lock that a child process holds while it may have the store open."""
    return FileLock(index / ".probe", mode=0o600)


def wait_for_orphan(index: Path) -> None:
    """Wait for the child of a killed process: two processes would damage the store."""
    if (index / ".probe").exists():
        try:
            with store_lock(index).acquire(timeout=_ORPHAN_SECONDS):
                return
        except Timeout as error:
            raise IndexBusyError(
                f"The index {index} is still being closed or checked for a process that was killed."
                " Try again in a minute."
            ) from error


def has_parent(parent: int) -> bool:
    """Whether the parent process is alive. Always True on Windows, which does not report it."""
    return os.name != "posix" or os.getppid() == parent


def _end_with_parent(parent: int) -> None:
    """End this process soon after the one that started it."""

    def watch() -> None:
        while has_parent(parent):
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, name="askdocs-parent", daemon=True).start()


def _can_be_read(config: Config, wanted: str) -> bool:
    try:
        megabytes = index_bytes(config.index) / 1e6
        seconds = _SECONDS + _SECONDS_EACH_MEGABYTE * megabytes
        return _run(wanted, config, seconds=seconds)[0] == 0
    except subprocess.TimeoutExpired:
        return False


def look(config: Config) -> Finding:
    """Compare every passage of the catalog with what the store contains and finds."""
    catalog = Catalog(config.index / "catalog.sqlite")
    try:
        store = open_vectors(config, catalog.identity())
        try:
            stored = set(store.ids())
            every = {name for name, _ in catalog.all_ids()}
            known = every - catalog.pending_ids()
            vectors = catalog.vectors_of(sorted(known & stored))
            found = Finding(
                stored=len(stored),
                missing=len(known - stored),
                unreachable=len(store.unreachable(vectors)),
                orphans=len(stored - every),
            )
            if found == Finding(stored=found.stored):  # a record may be found but not readable
                deque(store.records(), maxlen=0)
            return found
        finally:
            store.close()
    except AskdocsError as error:
        return Finding(problem=str(error))
    finally:
        catalog.close()


def _run(task: str, config: Config, *, seconds: float | None = None) -> tuple[int, bytes]:
    """Run a task in a child process; its exit status and output."""
    arguments = (task, str(config.index.absolute()), config.vectors, str(os.getpid()))
    withheld = {VECTORS_TOKEN} if "vectors" in config.without_key else set()
    known = _SERVER_VARIABLES if config.vectors_on_server else ()
    variables = tuple(each for each in known if each not in withheld)
    return processes.run(
        "askdocs.index.vectors.probe", *arguments, seconds=seconds, variables=variables
    )


def find_records(config: Config, wanted: str) -> bool:
    """Read every record and search for a sample. Returns whether all, or most, are found."""
    store = open_vectors(config, owner="")
    try:
        step = max(1, store.count() // _SEARCHES)
        sample = {
            passage.id: vector
            for number, (passage, vector) in enumerate(store.records())
            if number % step == 0
        }
        lost = len(store.unreachable(sample))
        return lost <= (len(sample) // 2 if wanted == _MOST else 0)
    finally:
        store.close()


def main(task: str, config: Config, parent: int) -> int:
    """Do a task for the process `parent`.

    If the parent was killed before this process had the lock, another process may have opened the
    store. Then nothing is done, and the exit status is 1.
    """
    _end_with_parent(parent)
    with store_lock(config.index):
        if not has_parent(parent):
            return 1
        is_sound = False
        try:
            is_sound = _do(task, config)
        finally:
            if not is_sound and not config.vectors_on_server:
                remove_record(config.index / "chroma")  # closing the store has recorded it as sound
        return 0 if is_sound or task == "look" else 1


def _do(task: str, config: Config) -> bool:
    """Whether the store as a whole is intact."""
    if task != "look":
        return find_records(config, task)
    found = look(config)
    print(json.dumps(asdict(found)))  # noqa: T201  the response to `probe`
    return not found.problem


if __name__ == "__main__":
    sys.exit(
        main(sys.argv[1], Config(index=Path(sys.argv[2]), vectors=sys.argv[3]), int(sys.argv[4]))
    )

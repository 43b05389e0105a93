"""Looks at a vector store in a process of its own: a damaged one can crash who opens it.

Nothing else may have the index open meanwhile.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from askdocs.config import Config
from askdocs.errors import AskdocsError
from askdocs.index.catalog import Catalog
from askdocs.index.vectors.chroma import TOKEN
from askdocs.index.vectors.store import open_vectors
from askdocs.system import processes

# What a Chroma server may need to be reached: its token, a proxy, certificates.
_SERVER_VARIABLES = (
    TOKEN, "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
    "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
)  # fmt: skip
_SECONDS, _SECONDS_EACH = 300.0, 0.05  # at least, and for each passage: far more than it takes


@dataclass(frozen=True, slots=True)
class Finding:
    """Counts of passages: stored, not stored, not found by a search, stored though they are gone.

    `problem` says why nothing could be counted.
    """

    stored: int = 0
    missing: int = 0
    unreachable: int = 0
    stray: int = 0
    problem: str = ""


def probe(config: Config, *, passages: int) -> Finding:
    """What another process finds, even if looking at so many passages kills it or hangs."""
    try:
        status, output = _run("look", config, seconds=_SECONDS + _SECONDS_EACH * passages)
    except subprocess.TimeoutExpired as error:
        return Finding(problem=f"It hangs the process that opens it ({error.timeout:.0f} seconds).")
    try:
        return Finding(**json.loads(output.splitlines()[-1]))
    except (ValueError, TypeError, IndexError):
        return Finding(problem=f"It crashes the process that opens it (status {status}).")


def records_can_be_read(config: Config) -> bool:
    """Whether a process that reads all records of the store comes to their end."""
    return config.served or _run("read", config)[0] == 0


def look(config: Config) -> Finding:
    """Compare every passage of the catalog with what the store holds and finds."""
    catalog = Catalog(config.index / "catalog.sqlite")
    try:
        store = open_vectors(config, catalog.identity())
        try:
            stored = set(store.ids())
            every = {name for name, _ in catalog.all_ids()}
            known = every - catalog.pending_ids()
            vectors = catalog.vectors_of(sorted(known & stored))
            return Finding(
                stored=len(stored),
                missing=len(known - stored),
                unreachable=len(store.unreachable(vectors)),
                stray=len(stored - every),
            )
        finally:
            store.close()
    except AskdocsError as error:
        return Finding(problem=str(error))
    finally:
        catalog.close()


def _run(task: str, config: Config, *, seconds: float | None = None) -> tuple[int, bytes]:
    """Run a task in a child process; its exit status and output."""
    arguments = (task, str(config.index.absolute()), config.vectors)
    withheld = {TOKEN} if "vectors" in config.without_key else set()
    known = _SERVER_VARIABLES if config.served else ()
    variables = tuple(each for each in known if each not in withheld)
    return processes.run(
        "askdocs.index.vectors.probe", *arguments, seconds=seconds, variables=variables
    )


def main(task: str, config: Config) -> None:
    if task == "look":
        print(json.dumps(asdict(look(config))))  # noqa: T201  the answer to `probe`
        return
    store = open_vectors(config, owner="")
    for _ in store.records():
        pass


if __name__ == "__main__":
    main(sys.argv[1], Config(index=Path(sys.argv[2]), vectors=sys.argv[3]))

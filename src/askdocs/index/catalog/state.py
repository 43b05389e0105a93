"""The state of an index: values that the catalog stores by name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack
from uuid import uuid4

from askdocs.index.catalog.tables import CatalogTables

# The names of the fields of IndexState in the table `meta`.
_NAMES = {
    "embedder": "embedder",
    "vectors": "vectors",
    "corpus": "corpus",
    "changed_ns": "changed_ns",
    "sync_started_ns": "sync_started_ns",
    "reading_settings": "reading",
    "files_pending": "unread",
    "mounted_folders": "mounts",
    "language_sample": "sampled",
    "unsaved_passages": "unsaved",
}


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the catalog stores about the index as a whole.

    A value that is not stored, or is damaged, is empty or 0.

    Attributes:
        embedder: The fingerprint of the model that the vectors are from.
        vectors: Where the vectors are stored, as in the settings.
        corpus: The folder of the last sync.
        changed_ns: When documents last changed.
        sync_started_ns: When the last complete sync started.
        reading_settings: The settings of the last sync that decide whether a file can be read.
        files_pending: How many files the running sync has not read yet.
        mounted_folders: The folders of the corpus that were mounted file systems at the last sync.
        language_sample: What a sample of the folder showed about its languages, as a sentence.
        unsaved_passages: How many passages were added since the vector graph was last saved.
    """

    embedder: str = ""
    vectors: str = ""
    corpus: str = ""
    changed_ns: int = 0
    sync_started_ns: int = 0
    reading_settings: str = ""
    files_pending: int = 0
    mounted_folders: tuple[str, ...] = ()
    language_sample: str = ""
    unsaved_passages: int = 0

    @classmethod
    def stored(cls, meta: Mapping[str, str]) -> IndexState:
        """Read the state from the rows of the table `meta`."""
        text = {field: meta.get(name, "") for field, name in _NAMES.items()}
        return cls(
            embedder=text["embedder"],
            vectors=text["vectors"],
            corpus=text["corpus"],
            changed_ns=_number(text["changed_ns"]),
            sync_started_ns=_number(text["sync_started_ns"]),
            reading_settings=text["reading_settings"],
            files_pending=_number(text["files_pending"]),
            mounted_folders=_strings(text["mounted_folders"]),
            language_sample=text["language_sample"],
            unsaved_passages=_number(text["unsaved_passages"]),
        )


class StateChange(TypedDict, total=False):
    """Fields of IndexState that get new values."""

    embedder: str
    vectors: str
    corpus: str
    changed_ns: int
    sync_started_ns: int
    reading_settings: str
    files_pending: int
    mounted_folders: Sequence[str]
    language_sample: str
    unsaved_passages: int


class StateTable(CatalogTables):
    """The state of the index, by name."""

    def state(self) -> IndexState:
        """The state as it is stored now."""
        return IndexState.stored(self.meta())

    def set_state(self, **changes: Unpack[StateChange]) -> None:
        """Store new values of some fields of the state, in one transaction."""
        self.set_meta(
            {
                _NAMES[field]: value if isinstance(value, str) else json.dumps(value)
                for field, value in changes.items()
            }
        )

    def meta(self) -> dict[str, str]:
        """All values by name, also the settings that the index depends on (see `fingerprint`)."""
        return dict(self._database.rows("SELECT name, value FROM meta"))

    def set_meta(self, values: Mapping[str, str]) -> None:
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def identity(self) -> str:
        """A unique name of this index. It lasts as long as the catalog."""
        if "identity" not in self.meta():
            new = ("identity", uuid4().hex)
            with self._database.transaction() as connection:
                connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", new)
        return self.meta()["identity"]


def readable_state(path: Path) -> IndexState:
    """The state in a catalog that may be missing, damaged or in use by another process."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        return IndexState.stored(dict(connection.execute("SELECT name, value FROM meta")))
    return IndexState()


def _number(text: str) -> int:
    with suppress(ValueError):
        return int(text)
    return 0


def _strings(text: str) -> tuple[str, ...]:
    try:
        values = json.loads(text or "[]")
    except ValueError:
        return ()
    return (
        tuple(value for value in values if isinstance(value, str))
        if isinstance(values, list)
        else ()
    )

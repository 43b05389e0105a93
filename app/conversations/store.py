"""Conversations in the index folder, stored separately for each visitor."""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from askdocs.remote.wire import from_record, to_record
from askdocs.system.files import retry_while_locked

from .conversation import Conversation, Exchange

_ID = re.compile(r"[0-9a-f]{16}")
LONGEST_NAME = 120

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A list entry of a conversation. `asked_at` is the time of its last question."""

    id: str
    title: str
    asked_at: str
    questions: int


class ConversationStore:
    """Stores conversations as `<folder>/<visitor>/<id>.json`; nothing if `folder` is None.

    A visitor is identified by a cookie. Only its hash is written. Without a cookie (""), nothing is
    stored and nothing is found.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._guard = threading.Lock()

    @property
    def keeps(self) -> bool:
        """Whether conversations are stored."""
        return self._folder is not None

    def save(self, visitor: str, conversation: Conversation) -> None:
        """Store the conversation, unless it has no questions.

        A name and feedback that were stored in the meantime are preserved.
        """
        file = self._file(visitor, conversation.id)
        if file is None or not conversation.exchanges:
            return
        with self._guard:
            kept = _read(file)
            _write(file, conversation.with_remarks_of(kept) if kept else conversation)

    def update(self, visitor: str, name: str, exchange: Exchange) -> None:
        """Store the new state of one exchange, if the stored conversation still has it.

        The other exchanges are not changed: another window may have continued the conversation.
        """
        file = self._file(visitor, name)
        if file is None:
            return
        with self._guard:
            kept = _read(file)
            if kept is not None:
                _write(file, kept.with_exchange(exchange))

    def load(self, visitor: str, name: str) -> Conversation | None:
        """A stored conversation. An answer that was not finished is stopped."""
        file = self._file(visitor, name)
        found = None if file is None else _read(file)
        return None if found is None else replace(found.stopped(), visitor=visitor)

    def entries(self, visitor: str, query: str = "") -> list[Entry]:
        """The visitor's conversations that contain all words of `query`, the latest first."""
        words = query.casefold().split()
        found = [
            Entry(each.id, each.title, each.exchanges[-1].asked_at, len(each.exchanges))
            for each in self._all(visitor)
            if all(word in _searchable_text(each) for word in words)
        ]
        return sorted(found, key=lambda each: (each.asked_at, each.id), reverse=True)

    def rename(self, visitor: str, name: str, title: str) -> None:
        file = self._file(visitor, name)
        if file is None:
            return
        with self._guard:
            conversation = _read(file)
            if conversation is not None:
                title = " ".join(title.split())[:LONGEST_NAME]
                _write(file, replace(conversation, name=title))

    def delete(self, visitor: str, name: str) -> None:
        file = self._file(visitor, name)
        if file is not None:
            with self._guard:
                retry_while_locked(lambda: file.unlink(missing_ok=True))

    def _all(self, visitor: str) -> Iterator[Conversation]:
        folder = self._folder_of(visitor)
        for file in sorted(folder.glob("*.json")) if folder else ():
            found = _read(file)
            if found is not None and found.exchanges:
                yield found

    def _folder_of(self, visitor: str) -> Path | None:
        if self._folder is None or not visitor:
            return None
        return self._folder / sha256(visitor.encode()).hexdigest()[:32]

    def _file(self, visitor: str, name: str) -> Path | None:
        folder = self._folder_of(visitor)
        return folder / f"{name}.json" if folder and is_id(name) else None


def is_id(name: str) -> bool:
    """Whether this can be the id of a conversation."""
    return bool(_ID.fullmatch(name))


def _write(file: Path, conversation: Conversation) -> None:
    new = file.with_suffix(f".{secrets.token_hex(4)}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.write_text(json.dumps(to_record(replace(conversation, visitor=""))), encoding="utf-8")
        retry_while_locked(lambda: new.replace(file))
    except OSError as error:  # an answer is shown even if it cannot be stored
        _log.warning("The conversation cannot be kept: %s", error)
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _read(file: Path) -> Conversation | None:
    """The conversation in a file; None if the file is missing or damaged."""
    try:
        return from_record(Conversation, _with_new_fields(json.loads(file.read_text("utf-8"))))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        _log.warning("The conversation %s cannot be read: %s", file, error)
        return None


def _with_new_fields(record: Any) -> Any:
    """The record of a conversation. Fields that older versions did not store are derived."""
    for exchange in record["exchanges"]:
        answer = exchange.get("answer")
        if answer is not None:
            answer.setdefault("with_history", len(answer["searched_for"]) > 1)
            answer.setdefault("kind", _old_kind(answer))
    return record


def _old_kind(answer: Mapping[str, Any]) -> str:
    """The kind of an answer that was stored without its kind by an older version."""
    if any(statement["markdown"] for statement in answer["statements"]):
        return "prose"
    return "overview" if answer["confidence"] == 1.0 and answer["notice"] else "quotes"


def _searchable_text(conversation: Conversation) -> str:
    """The text in which a conversation is searched, in lower case."""
    said: Sequence[str] = [
        part
        for each in conversation.exchanges
        for part in (each.question, each.answer.text if each.answer else each.said)
    ]
    return " ".join([conversation.title, *said]).casefold()

"""JSON and JSON lines as readable lines; anchors are the path of keys, or the line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.chats import add_messages, attachments_of, json_chats
from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.tables.cells import clean
from askdocs.types import Document

_LONG = 200  # characters of a text that gets a line of its own
_SIMPLE = (str, int, float, bool, type(None))


def load(path: Path, source: str) -> Sequence[Document]:
    """One document; each object is a line "key: value; key: value", its path the heading."""
    text = read_text(path).lstrip("\ufeff")
    builder = DocumentBuilder(source, title=PurePosixPath(source).stem)
    if PurePosixPath(source).suffix.lower() == ".json":
        try:
            value = encoded_once(json.loads(text))
            chats = json_chats(value, path)
            for name, messages in chats:
                if name:
                    builder.heading(1, name)
                add_messages(builder, messages)
            attached = attachments_of(value) if chats else 0
            if attached:
                builder.leave_out(f"{counted(attached, 'attachment')} of messages")
            if not chats:
                _add_value(builder, value)
            return [builder.build()]
        except json.JSONDecodeError as error:
            if not _is_lines(text):
                raise LoadError(f"its JSON is damaged in line {error.lineno}") from None
    _add_lines(builder, text)
    return [builder.build()]


def encoded_once(value: object) -> object:
    """JSON whose texts are UTF-8 that was taken for Latin-1, as Facebook exports it, repaired.

    It is repaired only where each text beyond ASCII is such one: no other text looks so.
    """
    texts = [text for text in _texts(value) if not text.isascii()]
    if not texts or any(_decoded(text) is None for text in texts):
        return value
    return _mended(value)


def _texts(value: object) -> Iterator[str]:
    """Each text and key in a tree of JSON."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            stack += [*each, *each.values()]
        elif isinstance(each, list):
            stack += each


def _decoded(text: str) -> str | None:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


def _mended(value: object) -> object:
    if isinstance(value, str):
        return value if value.isascii() else _decoded(value)
    if isinstance(value, dict):
        return {_mended(key): _mended(each) for key, each in value.items()}
    return [_mended(each) for each in value] if isinstance(value, list) else value


def _is_lines(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), dict) for line in lines[:5])
    except json.JSONDecodeError:
        return False


def _add_lines(builder: DocumentBuilder, text: str) -> None:
    expected = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError:
            raise LoadError(f"its JSON is damaged in line {number}") from None
        row = "; ".join(_flat(value, ""))
        if not row:
            continue
        if number != expected:
            builder.anchor(line=number)
        builder.add(row, end="\n")
        expected = number + 1


def _flat(value: object, path: str) -> Iterator[str]:
    """Every value of a record as "path.of.keys: value"."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and not all(isinstance(item, _SIMPLE) for item in value):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{path} {number}".strip())
    else:
        words = _words(value)
        if words:
            yield f"{path}: {words}" if path else words


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_words, value)))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(str(value))


def _add_value(builder: DocumentBuilder, root: object) -> None:
    """Add a tree: lists and objects that hold others are headings, the rest are lines."""
    stack: list[tuple[tuple[str, ...], str, object]] = [((), "", root)]
    current: tuple[str, ...] = ()
    while stack:
        path, name, value = stack.pop()
        simple = _is_record(value)
        if simple and path != current:
            builder.close_block()
            builder.anchor(heading=" › ".join(path))
            current = path
        if simple:
            _add_record(builder, name, value)
        elif isinstance(value, dict):
            inside = (*path, name) if name else path
            plain = {key: item for key, item in value.items() if _is_plain(item)}
            nested = [(inside, str(key), item) for key, item in value.items() if key not in plain]
            stack.extend(reversed(nested))
            if plain:
                stack.append((inside, "", plain))
        elif isinstance(value, list):
            inside = (*path, name) if name else path
            numbered = [(inside, str(number), item) for number, item in enumerate(value, 1)]
            stack.extend(reversed(numbered))
    builder.close_block()


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, _SIMPLE) for item in value)
    return isinstance(value, _SIMPLE)


def _is_record(value: object) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(item) for item in value.values())
    return _is_plain(value)


def _add_record(builder: DocumentBuilder, name: str, value: object) -> None:
    """A record on one line, except for long texts, which follow on lines of their own."""
    fields = value.items() if isinstance(value, dict) else [("", value)]
    short: list[str] = []
    long: list[str] = []
    for key, item in fields:
        words = _words(item)
        if words:
            target = long if len(words) > _LONG else short
            target.append(f"{key}: {words}" if key else words)
    label = f"{name}: " if name and not name.isdecimal() else ""
    if short:
        builder.add(label + "; ".join(short), end="\n")
    for text in long:
        builder.add(text if short else label + text, end="\n")

"""JSON and JSON Lines as readable lines. The anchor is the path of keys, or the line."""

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

_LONG = 200  # characters; a longer text gets a separate line
_SIMPLE = (str, int, float, bool, type(None))


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. Each object is a line "key: value; key: value" under its path."""
    builder = DocumentBuilder(source, title=PurePosixPath(source).stem)
    text = read_text(path, builder).lstrip("\ufeff")
    if PurePosixPath(source).suffix.lower() == ".json":
        try:
            value = repair_double_encoding(json.loads(text))
            chats = json_chats(value, path)
            for name, messages in chats:
                if name:
                    builder.heading(1, name)
                add_messages(builder, messages)
            attached = attachments_of(value) if chats else 0
            if attached:
                builder.report_skipped(f"{counted(attached, 'attachment')} of messages")
            if not chats:
                _add_value(builder, value)
            return [builder.build()]
        except json.JSONDecodeError as error:
            if not _is_json_lines(text):
                raise LoadError(f"its JSON is damaged in line {error.lineno}") from None
    _add_lines(builder, text)
    return [builder.build()]


def repair_double_encoding(value: object) -> object:
    """Repair double-encoded JSON, as Facebook exports it: UTF-8 that was decoded as Latin-1.

    It is repaired only if all its non-ASCII strings are double-encoded.
    """
    texts = [text for text in _strings_in(value) if not text.isascii()]
    if not texts or any(_decode_again(text) is None for text in texts):
        return value
    return _repair(value)


def _strings_in(value: object) -> Iterator[str]:
    """Each string and key in a JSON tree."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            stack += [*node, *node.values()]
        elif isinstance(node, list):
            stack += node


def _decode_again(text: str) -> str | None:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


def _repair(value: object) -> object:
    if isinstance(value, str):
        return value if value.isascii() else _decode_again(value)
    if isinstance(value, dict):
        return {_repair(key): _repair(item) for key, item in value.items()}
    return [_repair(item) for item in value] if isinstance(value, list) else value


def _is_json_lines(text: str) -> bool:
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
        row = "; ".join(_flatten(value, ""))
        if not row:
            continue
        if number != expected:
            builder.anchor(line=number)
        builder.add(row, end="\n")
        expected = number + 1


def _flatten(value: object, path: str) -> Iterator[str]:
    """Each value of a record as "path.of.keys: value"."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and not all(isinstance(item, _SIMPLE) for item in value):
        for number, inner in enumerate(value, 1):
            yield from _flatten(inner, f"{path} {number}".strip())
    else:
        words = _value_text(value)
        if words:
            yield f"{path}: {words}" if path else words


def _value_text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_value_text, value)))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(str(value))


def _add_value(builder: DocumentBuilder, root: object) -> None:
    """Add a tree. Nested lists and objects become headings, everything else becomes lines."""
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
            plain = {key: item for key, item in value.items() if _is_simple(item)}
            nested = [(inside, str(key), item) for key, item in value.items() if key not in plain]
            stack.extend(reversed(nested))
            if plain:
                stack.append((inside, "", plain))
        elif isinstance(value, list):
            inside = (*path, name) if name else path
            numbered = [(inside, str(number), item) for number, item in enumerate(value, 1)]
            stack.extend(reversed(numbered))
    builder.close_block()


def _is_simple(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, _SIMPLE) for item in value)
    return isinstance(value, _SIMPLE)


def _is_record(value: object) -> bool:
    if isinstance(value, dict):
        return all(_is_simple(item) for item in value.values())
    return _is_simple(value)


def _add_record(builder: DocumentBuilder, name: str, value: object) -> None:
    """Add a record on one line. Long texts follow on separate lines."""
    fields = value.items() if isinstance(value, dict) else [("", value)]
    short: list[str] = []
    long: list[str] = []
    for key, item in fields:
        words = _value_text(item)
        if words:
            target = long if len(words) > _LONG else short
            target.append(f"{key}: {words}" if key else words)
    label = f"{name}: " if name and not name.isdecimal() else ""
    if short:
        builder.add(label + "; ".join(short), end="\n")
    for text in long:
        builder.add(text if short else label + text, end="\n")

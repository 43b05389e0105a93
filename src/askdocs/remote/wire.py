"""Serialises the types of askdocs as JSON, for messages between its processes."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

from askdocs import errors

Kind = TypeVar("Kind")


def to_record(value: Any) -> Any:
    """Convert a data class, or a sequence of them, to what JSON can express."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_record(each) for each in value]
    return value


def from_record(kind: type[Kind], record: Any) -> Kind:
    """Return the value of type `kind` from its record, the result of `to_record`."""
    found: Kind = _rebuilt(kind, record)
    return found


def to_error(error: errors.AskdocsError) -> dict[str, str]:
    """Convert an error to what JSON can express."""
    return {"kind": type(error).__name__, "message": str(error)}


def from_error(record: Mapping[str, str]) -> errors.AskdocsError:
    """Return the error from its record, the result of `to_error`."""
    kind = getattr(errors, record.get("kind", ""), errors.AskdocsError)
    found: errors.AskdocsError = kind(record.get("message", ""))
    return found


def _rebuilt(kind: Any, record: Any) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if record is None:
        return None
    if origin in (typing.Union, types.UnionType):
        return _rebuilt(next(each for each in inner if each is not type(None)), record)
    if origin is tuple and inner[-1] is Ellipsis:
        return tuple(_rebuilt(inner[0], each) for each in record)
    if origin is tuple:
        return tuple(_rebuilt(each, part) for each, part in zip(inner, record, strict=True))
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        given = [field.name for field in fields(kind) if field.name in record]
        return kind(**{name: _rebuilt(hints[name], record[name]) for name in given})  # type: ignore[operator]
    return record

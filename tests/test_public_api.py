"""What a program imports from `askdocs`, and the methods that every assistant has."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest

import askdocs
from askdocs.assistant import Assistant
from askdocs.index.doctor import Repair
from askdocs.interface import AssistantInterface
from askdocs.remote.client import RemoteAssistant

LLAMA_INDEX = {"BaseRetriever": object, "BaseQueryEngine": object}  # named for type checkers only


def methods(kind: type) -> dict[str, Callable[..., Any]]:
    """The public methods and properties of a class."""
    found = {}
    for name, member in inspect.getmembers(kind):
        function = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and inspect.isfunction(function):
            found[name] = function
    return found


def named_in(hint: Any) -> Iterator[type]:
    """The classes of askdocs in a type, with those of the fields of data classes."""
    for part in typing.get_args(hint):
        if not isinstance(part, str):
            yield from named_in(part)
    if isinstance(hint, type) and hint.__module__.startswith("askdocs."):
        yield hint
        if is_dataclass(hint):
            for field in typing.get_type_hints(hint).values():
                yield from named_in(field)


@pytest.mark.parametrize("name", askdocs.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(askdocs, name) is not None


def test_every_type_of_a_public_method_is_exported() -> None:
    exported = {getattr(askdocs, name) for name in askdocs.__all__}
    for name, function in {**methods(AssistantInterface), **methods(Assistant)}.items():
        if name == "consider":  # its parts are for evaluation
            continue
        for hint in typing.get_type_hints(function, localns=LLAMA_INDEX).values():
            for kind in named_in(hint):
                assert kind in exported, f"{name} needs {kind.__qualname__}"


def test_the_types_inside_a_result_are_found() -> None:
    assert {kind.__name__ for kind in named_in(list[Repair] | None)} == {
        "Repair",
        "Diagnosis",
        "Problem",
    }


@pytest.mark.parametrize("kind", [Assistant, RemoteAssistant])
def test_every_assistant_has_the_options_of_the_interface(kind: type) -> None:
    for name, function in methods(AssistantInterface).items():
        declared = inspect.signature(function).parameters.values()
        offered = inspect.signature(methods(kind)[name]).parameters.values()
        assert [str(each) for each in offered] == [str(each) for each in declared], name

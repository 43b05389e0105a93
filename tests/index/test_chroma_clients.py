"""Clients of Chroma pass no embedding function: a server must not choose code that runs here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "askdocs"
OPENING = {"get_collection", "create_collection", "get_or_create_collection"}


def openings() -> list[tuple[str, ast.Call]]:
    """Every call that opens a collection, with where it stands."""
    return [
        (f"{file.name}:{node.lineno}", node)
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in OPENING
    ]


@pytest.mark.parametrize(
    ("where", "call"), openings(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_collection_is_opened_without_an_embedding_function(where: str, call: ast.Call) -> None:
    given = {each.arg: each.value for each in call.keywords}
    assert isinstance(given.get("embedding_function"), ast.Constant), where
    assert given["embedding_function"].value is None, where  # type: ignore[attr-defined]


def test_there_are_such_calls() -> None:
    assert len(openings()) >= 3

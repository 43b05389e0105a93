"""The scripts of `training` and `benchmarks`: one package each, and the options that they name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    file for package in ("training", "benchmarks") for file in (ROOT / package).rglob("*.py")
)
NAMES = [str(file.relative_to(ROOT)) for file in SCRIPTS]


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def imported(file: Path) -> Iterator[tuple[Path, str]]:
    """The module of the project that each import from it reads, and the name."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (
            "training",
            "benchmarks",
        ):
            place = ROOT.joinpath(*str(node.module).split("."))
            for name in node.names:
                module = place / f"{name.name}.py"
                yield (module, "") if module.exists() else (place.with_suffix(".py"), name.name)


def defined(file: Path) -> set[str]:
    """The names that a module has at its top."""
    names: set[str] = set()
    for node in parsed(file).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {each.asname or each.name for each in node.names}
        else:
            names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names


def options(file: Path) -> set[str]:
    """The options that a script and the modules it imports add to a parser."""
    files = {file} | {module for module, _ in imported(file)}
    return {
        argument.value
        for each in files
        for node in ast.walk(parsed(each))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_argument"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


@pytest.mark.parametrize("file", SCRIPTS, ids=NAMES)
def test_what_a_script_imports_of_the_project_is_there(file: Path) -> None:
    for module, name in imported(file):
        assert module.exists(), module
        assert not name or name in defined(module), (module, name)


@pytest.mark.parametrize("file", SCRIPTS, ids=NAMES)
def test_a_script_is_run_as_part_of_its_package(file: Path) -> None:
    text = file.read_text("utf-8")
    assert "sys.path" not in text
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for named in re.findall(r"python -m ((?:training|benchmarks)[\w.]*)", text):
        place = ROOT.joinpath(*named.split("."))
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), named
    assert ast.get_docstring(parsed(file)), module


@pytest.mark.parametrize("file", SCRIPTS, ids=NAMES)
def test_the_options_that_a_script_documents_are_in_its_parser(file: Path) -> None:
    documented = ast.get_docstring(parsed(file)) or ""
    named = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", documented))
    assert named <= options(file), named - options(file)


@pytest.mark.parametrize(
    "page", [*(ROOT / "training").rglob("README.md"), ROOT / "benchmarks" / "README.md"],
    ids=lambda page: str(page.parent.relative_to(ROOT)),
)  # fmt: skip
def test_the_scripts_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    for named in re.findall(r"python -m ((?:training|benchmarks)[\w.]*)", text):
        place = ROOT.joinpath(*named.split("."))
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), named
    for named in re.findall(r"`([\w/.]+\.py)`", text):
        places = (page.parent / named, ROOT / named, ROOT / "src" / "askdocs" / named)
        assert any(place.exists() for place in places), named

"""The rules of the architecture, read from the source itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "askdocs"
APP = ROOT / "app"

MOST_LINES = 60  # of a function, without its docstring and its parameters
# From the bottom to the top: a layer may import only itself and layers named before it.
LAYERS = (
    "types errors credentials system text config documents models index guide llm resources "
    "answering search output interface integrations assistant remote evaluation quote_table app cli"
).split()
# Likewise within a package: modules and packages from the bottom to the top.
ORDERS = {
    "documents": "document_types titles passages loaders scan".split(),
    "documents.loaders": (
        "errors file_type registry shared tables chats text office spreadsheets html markup pdf "
        "image epub rtf mail json_records notebook subtitles xml_tree sandbox"
    ).split(),
    "app": (
        "server_options bundle assets i18n corpora background_tasks uploads suggestions "
        "listener health conversations sessions page_headers security indexing views "
        "page_revision api events page server"
    ).split(),
}
BORDERS = {
    "chromadb": {"index.vectors.chroma"},
    "gradio": {"app"},
    "typer": {"cli"},
    "httpx": {"llm.openai", "system.http", "models.embedder_server", "index.vectors.chroma"},
    "xllamacpp": {"llm.load"},
    "ray": {"models.embedder_ray"},
    "torch": {"models.worker.encoder"},
    "onnx": {"models.worker.encoder"},
    "sentence_transformers": {"models.embedders"},
    "onnxruntime": {"models.bundled"},
    "markdown_it": {"app.views.prose", "app.views.source_markdown"},
    "nh3": {"app.views.prose"},
    "sqlite3": {"index"},
}
HEAVY = ["torch", "transformers", "llama_index", "chromadb", "gradio", "onnxruntime", "numpy",
         "ray"]  # fmt: skip


@cache
def modules() -> list[tuple[str, Path]]:
    """(dotted name below askdocs, file) of every module of the package and of the page."""
    homes = [(PACKAGE, ""), (APP, "app.")]
    return sorted(
        (prefix + ".".join(file.relative_to(home).with_suffix("").parts), file)
        for home, prefix in homes
        for file in home.rglob("*.py")
        if file.parent != PACKAGE or file.stem not in ("__init__", "__main__", "loaders")
    )


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file; nobody may change it."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imported(file: Path) -> list[str]:
    """The full names of everything that a file imports when it runs, wherever in the file.

    Imports under TYPE_CHECKING only name types, so they are left out.
    """
    names: list[str] = []
    pending: list[ast.AST] = [parsed(file)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = ".".join(filter(None, [_package(file, node.level), node.module]))
            names += [f"{source}.{alias.name}" for alias in node.names]
        pending += ast.iter_child_nodes(node)
    return names


def _package(file: Path, level: int) -> str:
    """The package that so many dots before an import mean; "" for none."""
    if level == 0:
        return ""
    folder = file.parents[level - 1]
    home, name = (APP, "askdocs.app") if folder.is_relative_to(APP) else (PACKAGE, "askdocs")
    return ".".join([name, *folder.relative_to(home).parts])


def test_relative_imports_are_resolved() -> None:
    assert "askdocs.app.views.prose.render_prose" in imported(APP / "views" / "exports.py")
    assert "askdocs.app.i18n.markers.translatable" in imported(APP / "views" / "exports.py")
    assert "askdocs.app.server.run" in imported(APP / "__init__.py")


@pytest.mark.parametrize(("name", "file"), modules(), ids=lambda value: str(value)[-40:])
def test_a_layer_imports_only_layers_before_it(name: str, file: Path) -> None:
    allowed = LAYERS[: LAYERS.index(name.split(".")[0]) + 1]
    for other in imported(file):
        parts = other.split(".")
        if parts[0] == "askdocs" and len(parts) > 1 and not parts[1].startswith("_"):
            assert parts[1] in allowed, f"{name} imports {other}"


@pytest.mark.parametrize("package", ORDERS)
def test_a_part_of_a_package_imports_only_parts_before_it(package: str) -> None:
    order, prefix = ORDERS[package], f"askdocs.{package}."
    for name, file in modules():
        part = f"askdocs.{name}.".removeprefix(prefix).split(".")[0]
        if not f"askdocs.{name}.".startswith(prefix) or part == "__init__":
            continue
        assert part in order, f"{name} is not in the order of {package}"
        for other in imported(file):
            if other.startswith(prefix):
                below = other.removeprefix(prefix).split(".")[0]
                assert below in order[: order.index(part) + 1], f"{name} imports {other}"


def _targets(file: Path, package: str, names: Collection[str]) -> set[str]:
    """The parts of a package (modules and sub-packages directly in it) that a file imports."""
    found = set()
    for other in imported(file):
        name = other.removeprefix("askdocs.")
        if name.startswith(f"{package}."):
            found.add(name.removeprefix(f"{package}.").split(".")[0])
    return found & set(names)


@pytest.mark.parametrize(
    "package", [name.removesuffix(".__init__") for name, _ in modules() if "__init__" in name]
)
def test_the_parts_of_a_package_import_one_another_one_way_only(package: str) -> None:
    inside = [(name, file) for name, file in modules() if name.startswith(f"{package}.")]
    part_of = {file: name.removeprefix(f"{package}.").split(".")[0] for name, file in inside}
    imports: dict[str, set[str]] = {part: set() for part in part_of.values()}
    for file, part in part_of.items():
        if part != "__init__":
            imports[part] |= _targets(file, package, imports) - {part}
    try:
        list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        pytest.fail(f"{package}: {' imports '.join(reversed(error.args[1]))}")


def test_the_map_shows_the_layers_in_their_order() -> None:
    shown = " → ".join(LAYERS)
    assert " ".join(shown.split()) in " ".join(
        (ROOT / "ARCHITECTURE.md").read_text("utf-8").split()
    )


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    named = re.findall(r"`([\w/.*]+\.(?:py|js))`", (ROOT / page).read_text("utf-8"))
    assert named
    for name in named:
        places = [ROOT.glob(f"{folder}{name}") for folder in ("", "src/askdocs/**/", "app/**/")]
        assert any(True for found in places for _ in found), name


def test_a_function_can_be_read_without_scrolling() -> None:
    folders = (PACKAGE, APP, ROOT / "training", ROOT / "benchmarks")
    for file in (file for folder in folders for file in folder.rglob("*.py")):
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                start = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0].lineno
                lines = (node.end_lineno or start) - start + 1
                assert lines <= MOST_LINES, f"{file.name}: {node.name} has {lines} lines"


def test_every_package_says_what_is_in_it_and_is_installed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    for name, file in modules():
        if file.stem == "__init__":
            assert ast.get_docstring(parsed(file)), name
            assert f"askdocs.{name.removesuffix('.__init__')}" in listed["packages"]


@pytest.mark.parametrize("library", BORDERS)
def test_a_library_is_imported_only_at_its_border(library: str) -> None:
    for name, file in modules():
        if any(each.split(".")[0] == library for each in imported(file)):
            assert any(f"{name}.".startswith(f"{each}.") for each in BORDERS[library]), name


def test_only_config_and_the_border_of_a_library_read_the_environment() -> None:
    readers = {
        name
        for name, file in modules()
        if "os.environ" in file.read_text(encoding="utf-8") and not name.startswith("app.")
    }
    # Bundled models, embedders and chroma set switches of the libraries right before importing
    # them. What starts a process passes an environment on. `credentials` reads secrets, and the
    # command line the password of the server and the encoding of its streams.
    assert readers <= {
        "config.load",
        "credentials",
        "models.bundled",
        "models.embedders",
        "models.embedder_ray",
        "index.vectors.chroma",
        "system.processes",
        "cli.serve",
        "cli.standard_streams",
    }


def test_only_the_command_line_prints() -> None:
    printing = {
        name
        for name, file in modules()
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    }
    # probe runs as a process of its own and answers on its standard output
    assert {name for name in printing if not name.startswith("cli.")} <= {"index.vectors.probe"}


def test_no_name_says_nothing() -> None:
    vague = {"utils", "helpers", "common", "core", "base", "manager", "misc"}
    assert not {part for name, _ in modules() for part in name.split(".")} & vague


@pytest.mark.parametrize("command", ["import askdocs", "import askdocs.cli.commands"])
def test_importing_loads_nothing_heavy(command: str) -> None:
    code = f"{command}; import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.strip() == ""


def test_the_help_of_the_command_line_loads_only_the_command_line() -> None:
    code = (
        "import sys, askdocs.cli.commands;"
        "print(*{name.split('.')[1] for name in sys.modules if name.startswith('askdocs.')})"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert set(found.stdout.split()) == {"cli", "errors", "system"}


def test_no_module_works_at_import() -> None:
    """Modules hold definitions, constants and docstrings: no loops, no calls for effect."""
    for _, file in modules():
        for node in parsed(file).body:
            effect = isinstance(node, ast.For | ast.While | ast.With | ast.Try)
            call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            assert not effect, f"{file.name}:{node.lineno}"
            assert not call, f"{file.name}:{node.lineno}"

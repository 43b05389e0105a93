"""The house rules that a newcomer can rely on, read from the source itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "askdocs"
APP = ROOT / "app"

# From the bottom to the top: a module may import only modules above it in this list.
ORDER = [
    "types",
    "errors",
    "loopback",
    "portable",
    "children",
    "stream",
    "config",
    "loaders",
    "split",
    "words",
    "embed_server",
    "shipped",
    "embed_bfloat16",
    "embed_worker",
    "embed_worker_process",
    "embed",
    "embed_ray",
    "database",
    "word_index",
    "word_search",
    "catalog",
    "chroma",
    "collection",
    "vectors",
    "scan",
    "lock",
    "plan",
    "fingerprint",
    "passage_vectors",
    "mend",
    "index_folder",
    "prepare",
    "write",
    "sync",
    "probe",
    "doctor",
    "retrieve",
    "reader",
    "topics",
    "attribution",
    "converse",
    "facts",
    "exchanges",
    "choose",
    "agreement",
    "overview",
    "answer",
    "language_model",
    "llm_server",
    "llm",
    "prompts",
    "citing",
    "verify",
    "prose",
    "interop",
    "parts",
    "asking",
    "assistant",
    "watch",
    "metrics",
    "questions",
    "feedback",
    "evaluate",
    "scores",
    "scoresheet",
    "records",
    "reporting",
    "exports",
    "wire",
    "remote",
    "app",
    "opening",
    "cli",
    "__main__",
]
BORDERS = {
    "chromadb": {"chroma"},
    "gradio": {"app"},
    "typer": {"cli"},
    "httpx": {"llm_server", "embed_server", "chroma"},
    "xllamacpp": {"llm"},
    "ray": {"embed_ray"},
    "torch": {"embed_bfloat16"},
    "onnx": {"embed_bfloat16"},
    "sentence_transformers": {"embed"},
    "onnxruntime": {"shipped"},
    "sqlite3": {"database", "word_index", "word_search", "catalog", "doctor"},
}
HEAVY = ["torch", "transformers", "llama_index", "chromadb", "gradio", "onnxruntime", "numpy",
         "ray"]  # fmt: skip


def modules() -> list[tuple[str, Path]]:
    """(name in ORDER, file) of every module of the package and of the page."""
    inside = [
        (file.relative_to(PACKAGE).parts[0].removesuffix(".py"), file)
        for file in PACKAGE.rglob("*.py")
    ]
    return sorted(inside + [("app", file) for file in APP.glob("*.py")])


def imported(file: Path) -> list[str]:
    """The full names of everything that a file imports, wherever in the file."""
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_every_module_has_its_place_in_the_order() -> None:
    assert {name for name, _ in modules()} - {"__init__"} <= set(ORDER)


@pytest.mark.parametrize(("name", "file"), modules(), ids=lambda value: str(value)[-40:])
def test_a_module_imports_only_modules_above_it(name: str, file: Path) -> None:
    if name == "__init__":
        return
    for other in imported(file):
        parts = other.split(".")
        if parts[0] != "askdocs" or len(parts) < 2 or parts[1] == name:
            continue
        if parts[1] in ORDER:
            below = ORDER.index(parts[1]) < ORDER.index(name)
            only_named = (name, parts[1]) == ("interop", "assistant")  # for its type hints
            assert below or only_named, f"{file.name} imports {other}"


@pytest.mark.parametrize("library", BORDERS)
def test_a_library_is_imported_only_at_its_border(library: str) -> None:
    users = {
        name for name, file in modules() if any(n.split(".")[0] == library for n in imported(file))
    }
    assert users <= BORDERS[library]


def test_only_config_and_the_border_of_a_library_read_the_environment() -> None:
    readers = {
        file.name
        for name, file in modules()
        if "environ" in file.read_text(encoding="utf-8") and name != "app"
    }
    # embed, embed_ray and chroma set switches of the libraries right before importing them, what
    # starts a process hands its own environment on, the server's password is a secret that cli
    # passes and forgets, and the keys of a language model and of an embedding server and the token
    # of a Chroma server are read by their clients only.
    assert readers <= {
        "config.py",
        "embed.py",
        "embed_ray.py",
        "embed_server.py",
        "chroma.py",
        "children.py",
        "pdf_picture.py",
        "cli.py",
        "llm_server.py",
    }


def test_only_the_command_line_prints() -> None:
    printing = {
        file.name
        for _, file in modules()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    }
    # probe runs as a process of its own and answers on its standard output
    assert printing <= {"cli.py", "opening.py", "reporting.py", "probe.py"}


def test_no_name_says_nothing() -> None:
    vague = {"utils", "helpers", "common", "core", "base", "manager", "misc"}
    assert not {file.stem for _, file in modules()} & vague


@pytest.mark.parametrize("command", ["import askdocs", "import askdocs.cli"])
def test_importing_loads_nothing_heavy(command: str) -> None:
    code = f"{command}; import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.strip() == ""


def test_no_module_works_at_import() -> None:
    """Modules hold definitions, constants and docstrings: no loops, no calls for effect."""
    for _, file in modules():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            effect = isinstance(node, ast.For | ast.While | ast.With | ast.Try)
            call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            assert not effect, f"{file.name}:{node.lineno}"
            assert not call, f"{file.name}:{node.lineno}"

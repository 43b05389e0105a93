"""The README cannot rot: its commands and code blocks run, and nothing is left undocumented."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.main import get_command

from askdocs.cli.commands import app
from askdocs.config import describe_settings
from tests.cli.test_commands import askdocs

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SERVES = {"serve", "chat"}  # commands that go on until they are ended; other tests run them


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    """Every command of the README's shell blocks, without its comment."""
    lines = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    return folder


@pytest.mark.parametrize("command", [line for line in commands() if line.startswith("askdocs ")])
def test_a_command_of_the_readme_runs(command: str, folder: Path) -> None:
    arguments = shlex.split(command)[1:]
    if arguments[0] in SERVES or "--watch" in arguments:
        arguments = [arguments[0], "--help"]
    found = askdocs(*arguments, cwd=folder)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    "shown", [part for each in blocks("text") for part in each.split("$ ")[1:]]
)
def test_the_readme_shows_what_a_command_really_prints(shown: str, folder: Path) -> None:
    command, printed = shown.split("\n", 1)
    found = askdocs(*shlex.split(command)[1:], cwd=folder)
    assert found.stdout.strip() == printed.strip()


def test_every_other_command_of_the_readme_is_make_or_pip() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for line in commands():
        words = line.split()
        assert words[0] in {"askdocs", "make", "pip", "export"}
        assert words[0] != "make" or words[1] in targets


@pytest.mark.parametrize("code", blocks("python"))
def test_a_python_block_of_the_readme_runs(
    code: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    exec(compile(code, "README.md", "exec"), {})


def test_every_command_and_setting_is_documented() -> None:
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"askdocs {name}" in README, name
    for name, default, _ in describe_settings():
        assert f"`{name}`" in README, name
        assert f"`{default}`" in README, (name, default)


def test_links_within_the_project_lead_somewhere() -> None:
    for file in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+?)\)", file.read_text("utf-8")):
            if "://" not in target:
                assert (file.parent / target).exists(), f"{file.name}: {target}"

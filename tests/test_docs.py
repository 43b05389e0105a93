"""The pages for users cannot rot: commands and code blocks run, nothing is left undocumented."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.main import get_command

from askdocs.app.api.openai import add_completions
from askdocs.assistant import Assistant
from askdocs.cli.commands import app
from askdocs.config import describe_settings
from tests.cli.test_commands import askdocs

ROOT = Path(__file__).parents[1]
REFERENCE = [
    ROOT / "docs" / f"{name}.md" for name in ("cli", "python", "server", "settings", "limits")
]
PAGES = [page.read_text("utf-8") for page in (ROOT / "README.md", *REFERENCE)]
MOST_WORDS = 2000  # of the README
SERVES = {"serve", "chat"}  # commands that go on until they are ended; other tests run them


def blocks(language: str) -> list[str]:
    """The blocks of code of all pages in a language."""
    pattern = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [block for page in PAGES for block in pattern.findall(page)]


def commands() -> list[str]:
    """Every command of the shell blocks, once and without its comment."""
    lines = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    return folder


@pytest.mark.parametrize("command", [line for line in commands() if line.startswith("askdocs ")])
def test_a_command_of_the_pages_runs(command: str, folder: Path) -> None:
    arguments = shlex.split(command)[1:]
    if arguments[0] in SERVES or "--watch" in arguments:
        arguments = [arguments[0], "--help"]
    found = askdocs(*arguments, cwd=folder)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    "shown", [part for each in blocks("text") for part in each.split("$ ")[1:]]
)
def test_a_page_shows_what_a_command_really_prints(shown: str, folder: Path) -> None:
    command, printed = shown.split("\n", 1)
    found = askdocs(*shlex.split(command)[1:], cwd=folder)
    assert found.stdout.strip() == printed.strip()


def test_the_annotations_of_chat_completions_are_those_of_the_page(sample: Assistant) -> None:
    """The request and the reply of docs/server.md, whole and as a stream."""
    page = (ROOT / "docs" / "server.md").read_text("utf-8")
    request = re.search(r"/v1/chat/completions -H \S+ \S+ -d '(.+?)'", page)
    (shown,) = [block for block in blocks("json") if "url_citation" in block]
    assert request is not None
    routes = FastAPI()
    add_completions(routes, sample)
    client = TestClient(routes, base_url="http://127.0.0.1:7860")
    asked = json.loads(request[1])
    reply = client.post("/v1/chat/completions", json=asked).json()
    message = reply["choices"][0]["message"]
    assert message["annotations"] == json.loads(shown)
    place = message["annotations"][0]["url_citation"]
    assert message["content"][place["start_index"] : place["end_index"]] == "[1]"
    stream = client.post("/v1/chat/completions", json={**asked, "stream": True}).text
    chunks = [json.loads(data) for data in re.findall(r"^data: (\{.*)$", stream, re.MULTILINE)]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert [delta["annotations"] for delta in deltas if "annotations" in delta] == [
        json.loads(shown)
    ]


def test_every_other_command_of_the_pages_is_make_or_pip() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for line in commands():
        words = line.split()
        assert words[0] in {"askdocs", "make", "pip", "export"}
        assert words[0] != "make" or words[1] in targets


@pytest.mark.parametrize("code", blocks("python"))
def test_a_python_block_of_the_pages_runs(
    code: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    exec(compile(code, "page.md", "exec"), {})


def test_every_command_and_setting_is_documented() -> None:
    pages = "\n".join(PAGES)
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"askdocs {name}" in pages, name
    for name, default, _ in describe_settings():
        assert f"`{name}`" in pages, name
        assert f"`{default}`" in pages, (name, default)


def test_the_readme_can_be_read_in_a_few_minutes_and_leads_to_every_page() -> None:
    readme = PAGES[0]
    assert len(readme.split()) < MOST_WORDS
    for page in REFERENCE:
        assert f"](docs/{page.name})" in readme, page.name


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them of its headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_links_to_a_part_of_a_page_lead_to_a_heading() -> None:
    for page in [ROOT / "README.md", *REFERENCE]:
        for target, anchor in re.findall(r"\]\(([\w./]+\.md)#([\w-]+)\)", page.read_text("utf-8")):
            assert anchor in headings(page.parent / target), f"{page.name}: {target}#{anchor}"


def test_links_within_the_project_lead_somewhere() -> None:
    for file in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+?)\)", file.read_text("utf-8")):
            if "://" not in target:
                assert (file.parent / target).exists(), f"{file.name}: {target}"

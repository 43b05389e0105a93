"""The bundle for desktop clients: its manifest starts the command that there is."""

from __future__ import annotations

import json
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from askdocs.cli.commands import app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "integrations" / "mcpb"
WHEEL = "askdocs-1.2.3-py3-none-any.whl"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> zipfile.ZipFile:
    """A bundle with a wheel of no content; to build a real one takes long."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, "bundle", raising=False)
    import bundle  # type: ignore[import-not-found]

    def build_wheel(folder: Path) -> Path:
        wheel = tmp_path / WHEEL
        wheel.write_bytes(b"wheel")
        return wheel

    monkeypatch.setattr(bundle, "build_wheel", build_wheel)
    monkeypatch.setattr(bundle, "BUILD", tmp_path)
    bundle.main()
    return zipfile.ZipFile(tmp_path / "askdocs.mcpb")


@pytest.fixture
def manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return content


def test_the_bundle_has_what_its_manifest_names(
    archive: zipfile.ZipFile, manifest: dict[str, Any]
) -> None:
    assert set(archive.namelist()) == {"manifest.json", WHEEL, "LICENSE"}
    assert manifest["version"] == "1.2.3"
    assert manifest["server"]["entry_point"] == WHEEL
    assert f"${{__dirname}}/{WHEEL}" in manifest["server"]["mcp_config"]["args"]


def test_the_bundle_starts_the_command_with_the_folders_that_it_asks_for(
    manifest: dict[str, Any],
) -> None:
    arguments = manifest["server"]["mcp_config"]["args"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [arguments[arguments.index("--with") + 1]] == project["optional-dependencies"]["mcp"]
    command = arguments[arguments.index("askdocs") :]
    assert command[1] == "mcp"
    context = get_command(app).commands["mcp"].make_context("mcp", command[2:])  # type: ignore[attr-defined]
    assert str(context.params["corpus"]) == "${user_config.documents}"
    assert str(context.params["index"]) == "${user_config.index}"
    asked = manifest["user_config"]
    assert set(asked) == {"documents", "index"}
    assert all(folder["type"] == "directory" and folder["required"] for folder in asked.values())


def test_the_bundle_lists_the_tools_of_the_server(manifest: dict[str, Any]) -> None:
    from askdocs.integrations.mcp_server import _Tools

    for tool in manifest["tools"]:
        assert callable(getattr(_Tools, tool["name"]))
    tools = [name for name in vars(_Tools) if not name.startswith("_")]
    assert [tool["name"] for tool in manifest["tools"]] == tools

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("src", "app"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    build += ["--config-settings=--build-option=--compression=stored"]  # its models take seconds
    subprocess.run([*build, "-w", "dist", "."], cwd=folder, check=True, timeout=300)
    (made,) = (folder / "dist").glob("askdocs-*.whl")
    return made


def test_the_wheel_holds_the_models_the_page_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in (
        "askdocs/models/weights/embedder.onnx",
        "askdocs/models/weights/reader.onnx",
        "askdocs/models/weights/verifier.onnx.gz",
        "askdocs/models/weights/words.onnx",
        "askdocs/models/weights/tokenizer.json.gz",
        "askdocs/models/weights/checksums.json",
        "askdocs/app/static/js/main.js",
        "askdocs/app/static/vendor/pdfjs/pdf.worker.min.mjs",
        "askdocs/app/static/vendor/pdfjs/cmaps/UniGB-UCS2-H.bcmap",
        "askdocs/app/static/vendor/pdfjs/LICENSE",
        "askdocs/app/static/css/layout.css",
        "askdocs/app/page.py",
        "askdocs/documents/loaders/pdf/document.py",
        "askdocs/py.typed",
    ):
        assert name in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"askdocs"}


def test_a_question_is_answered_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """In a new environment that holds the wheel, and its dependencies by reference."""
    environment = tmp_path / "environment"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=120
    )
    windows = os.name == "nt"
    python = environment / ("Scripts/python.exe" if windows else "bin/python")
    paths = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", scheme="venv", vars=paths))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # A folder named here is searched, but its own .pth files, the editable askdocs, are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    code = "import askdocs.app; from askdocs.cli.commands import main; main()"
    found = subprocess.run(
        [python, "-c", code, "ask", "what did Zehri warn?", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=True,
    )
    assert "expanded their operational reach" in json.loads(found.stdout)["text"]

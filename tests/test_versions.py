"""What is installed is what was tested, and nothing with a known hole is allowed."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT, BUILD = SETTINGS["project"], SETTINGS["build-system"]["requires"]
REQUIRED = [
    Requirement(line)
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
]
# The versions in which holes were closed that a reader of documents or a server is open to.
CLOSED = {
    "starlette": "1.0.1",  # CVE-2026-48710
    "pillow": "12.2",  # CVE-2026-42308
    "python-multipart": "0.0.26",  # CVE-2026-40347
    "onnx": "1.21",  # CVE-2026-27489, CVE-2026-34446, CVE-2026-34447
    "torch": "2.6",  # CVE-2025-32434
    "gradio": "6.16",  # CVE-2026-28414, CVE-2026-28416 and a traversal
    "setuptools": "78.1.1",  # CVE-2025-47273
    "pdfplumber": "0.11.9",  # brings pdfminer.six 20251230: CVE-2025-64512, CVE-2025-70559
    "sentence-transformers": "6",  # before, code in the folder of a local model was run
    "filelock": "3.20.3",  # CVE-2025-68146, CVE-2026-22701
}


def pins() -> dict[str, Version]:
    """The versions in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    told = [line for line in lines if not line.startswith("#")]
    parts = [re.fullmatch(r"([a-z0-9-]+)==([^\s;@+/]+)", line) for line in told]
    assert all(parts), "only names and public versions: pip chooses torch's build"
    return {found[1]: Version(found[2]) for found in parts if found}


@pytest.mark.parametrize("required", REQUIRED, ids=str)
def test_each_dependency_has_a_version_that_was_tested(required: Requirement) -> None:
    known = pins()
    name = canonicalize_name(required.name)
    assert name in known, "run: make upgrade"
    assert required.specifier.contains(known[name])


def test_what_dependencies_depend_on_is_held_too() -> None:
    known = pins()
    assert len(known) > 2 * len(REQUIRED)
    assert {"h11", "anyio", "jinja2", "pydantic", "transformers"} <= set(known)
    assert "askdocs" not in known


@pytest.mark.parametrize("name", CLOSED)
def test_no_version_with_a_known_hole_is_allowed(name: str) -> None:
    for required in REQUIRED:
        if canonicalize_name(required.name) == name:
            lowest = [each.version for each in required.specifier if each.operator in (">=", "==")]
            assert max(map(Version, lowest)) >= Version(CLOSED[name])
            return
    pytest.fail(f"{name} has no lowest version")


def test_make_installs_what_was_tested() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", "check", "bench"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    installs = [line for line in told if "pip install" in line]
    assert sum("--editable" in line for line in installs) == 2
    assert all(" --constraint constraints.txt" in line for line in installs)
    # What builds the package is held too: pip takes no other constraints for that.
    builds = [line for line in installs if "--upgrade pip" not in line]
    assert all("--build-constraint constraints.txt" in line for line in builds)
    assert {canonicalize_name(Requirement(line).name) for line in BUILD} | {"pip"} <= set(pins())
    assert "make check" in (ROOT / ".ci" / "run").read_text("utf-8")

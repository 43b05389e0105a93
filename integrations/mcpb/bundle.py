"""Builds build/askdocs.mcpb, which desktop clients install on a double click.

How: `make mcpb`. The bundle is a zip archive of manifest.json and the wheel of this folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
MANIFEST = Path(__file__).with_name("manifest.json")


def main() -> None:
    """Build the wheel, then the bundle that contains it."""
    wheel = build_wheel(BUILD / "wheel")
    bundle = BUILD / "askdocs.mcpb"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", manifest_for(wheel.name))
        archive.write(wheel, wheel.name, zipfile.ZIP_STORED)  # already compressed
        archive.write(ROOT / "LICENSE", "LICENSE")
    sys.stdout.write(f"{bundle} ({bundle.stat().st_size / 1e6:.0f} MB)\n")


def build_wheel(folder: Path) -> Path:
    """Return the wheel of the project, built in an empty folder."""
    for old in folder.glob("*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


def manifest_for(wheel: str) -> str:
    """Return the manifest with the name and the version of a wheel filled in."""
    version = wheel.split("-")[1]
    text = MANIFEST.read_text(encoding="utf-8").replace('"VERSION"', json.dumps(version))
    return text.replace("WHEEL", wheel)


if __name__ == "__main__":
    main()

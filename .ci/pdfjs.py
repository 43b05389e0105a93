"""PDF.js into app/static/vendor/pdfjs: `make pdfjs`, or `make pdfjs VERSION=6.5.438`.

The package comes from the npm registry. Its hash must be the one that VERSION.json keeps, or for
another version the one that the registry gives, which is kept then.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import sys
import tarfile
import urllib.request
from pathlib import Path

REGISTRY = "https://registry.npmjs.org/pdfjs-dist"
FOLDER = Path(__file__).parents[1] / "app" / "static" / "vendor" / "pdfjs"
# The build for older browsers; no sandbox and no QuickJS, since scripts of documents never run.
WANTED = {
    r"LICENSE": "",
    r"legacy/build/pdf(\.worker)?\.min\.mjs": "",
    r"legacy/web/pdf_viewer\.(mjs|css)": "",
    r"legacy/web/images/(annotation-[\w-]+\.svg|loading-icon\.gif)": "images",
    r"cmaps/[^/]+": "cmaps",
    r"standard_fonts/[^/]+": "standard_fonts",
    r"iccs/[^/]+": "iccs",
    r"wasm/((?!LICENSE\w*QUICKJS)LICENSE_\w+|(jbig2|openjpeg|qcms_bg)\.wasm)": "wasm",
}


def main() -> None:
    """Replace the folder by what the package of a version holds."""
    kept = json.loads((FOLDER / "VERSION.json").read_text("utf-8")) if FOLDER.is_dir() else {}
    version = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else kept["version"]
    integrity = kept["integrity"] if version == kept.get("version") else _published(version)
    package = _read(f"{REGISTRY}/-/pdfjs-dist-{version}.tgz")
    found = "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode("ascii")
    if found != integrity:
        raise SystemExit(f"The package has the hash {found}, not {integrity}.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, content in _files(package).items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(content)
    about = {"package": "pdfjs-dist", "version": version, "integrity": integrity}
    (FOLDER / "VERSION.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def _published(version: str) -> str:
    return str(json.loads(_read(f"{REGISTRY}/{version}"))["dist"]["integrity"])


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=300) as response:
        return bytes(response.read())


def _files(package: bytes) -> dict[str, bytes]:
    """What is wanted of the package, by its name in the folder."""
    files = {}
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for member in archive.getmembers():
            name = member.name.removeprefix("package/")
            content = archive.extractfile(member) if member.isfile() else None
            for pattern, folder in WANTED.items():
                if content and re.fullmatch(pattern, name):
                    files[f"{folder}/{Path(name).name}".lstrip("/")] = content.read()
    return files


if __name__ == "__main__":
    main()

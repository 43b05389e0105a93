"""The hashes of the shipped files, which the loaders check."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

CHECKSUMS = "checksums.json"


def record_checksums(folder: Path, names: Sequence[str]) -> None:
    """Write the SHA-256 of the named files into `checksums.json`, keeping other entries."""
    path = folder / CHECKSUMS
    checksums = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for name in names:
        checksums[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(checksums, indent=2, sort_keys=True) + "\n", "utf-8")

"""PDF files from their objects, where no library writes what a test needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def write_pdf(path: Path, parts: Sequence[str]) -> None:
    """Write a PDF of some objects, numbered from 1, of which the first is the catalog."""
    data, starts = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        starts.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n".encode()
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    head = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer\n<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF"
    path.write_bytes(data + (head + trailer).encode())

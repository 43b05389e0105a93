r"""Put a learnt adapter (`read_adapter.py`) into the multilingual embedder's file, with its head.

    python training/multilingual/export_reading.py embedder_multilingual.onnx.gz RUN/final.pt FOLDER

The adapter is kept and switched as in `export_adapter.py`: without the input `adapter` the network
embeds as before.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from read_adapter import NAMES

sys.path.insert(0, str(Path(__file__).parents[1]))

from checksums import record_checksums
from export_adapter import Inserter, remove_adapter

MODEL, HEAD = "embedder_multilingual.onnx.gz", "multilingual_head.npz"


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Put an adapter into the multilingual network.")
    parser.add_argument("network", type=Path)
    parser.add_argument("learnt", type=Path)
    parser.add_argument("target", type=Path, help="folder")
    options = parser.parse_args()
    state = torch.load(options.learnt, weights_only=True)
    learnt = {name: value.detach().float().numpy() for name, value in state["learnt"].items()}
    model = onnx.load_from_string(gzip.decompress(options.network.read_bytes()))
    remove_adapter(model.graph)
    inserter = Inserter(model.graph)
    for name in [each for each in learnt if each.endswith(".down")]:
        _, _, layer, matrix, _ = name.split(".")  # network.layers.N.MATRIX.down
        weight = f"model.encoder.layer.{layer}.{NAMES[matrix]}.weight"
        inserter.insert(weight, learnt[name], learnt[f"{name.removesuffix('down')}up"])
    onnx.checker.check_model(model, full_check=True)
    packed = gzip.compress(model.SerializeToString(), 9, mtime=0)
    (options.target / MODEL).write_bytes(packed)
    np.savez(
        options.target / HEAD,
        weights=learnt["head.weight"][0].astype(np.float32),
        bias=np.float32(learnt["head.bias"][0]),
    )
    record_checksums(options.target, [MODEL, HEAD])
    print(f"{len(packed) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

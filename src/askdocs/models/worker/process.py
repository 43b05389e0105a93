"""The child process of `client`: for each line of texts it writes their vectors."""

from __future__ import annotations

import json
import sys

from askdocs.models.bundled import EMBEDDER, MAX_TOKENS, load_tokenizer, model_bytes, vectors_of
from askdocs.models.worker.encoder import BATCH_TOKENS, LENGTH_MULTIPLE, Bfloat16Encoder
from askdocs.system.processes import open_answers


def main(threads: int) -> None:
    """Answer requests until the end of standard input."""
    responses = open_answers()
    encode = Bfloat16Encoder(model_bytes(EMBEDDER), threads=threads).encode
    tokenizer = load_tokenizer()
    tokenizer.enable_truncation(MAX_TOKENS)
    for line in sys.stdin.buffer:
        texts = json.loads(line)
        vectors = vectors_of(
            texts, tokenizer, encode, tokens=BATCH_TOKENS, multiple=LENGTH_MULTIPLE
        )
        responses.write(vectors.tobytes())
        responses.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))

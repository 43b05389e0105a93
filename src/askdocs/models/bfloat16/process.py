"""The child process of `client`: reads a line of texts, writes their vectors."""

from __future__ import annotations

import json
import sys

from askdocs.models.bfloat16.encoder import BATCH_TOKENS, LENGTHS, Bfloat16Encoder
from askdocs.models.bundled import EMBEDDER, LONGEST, load_tokenizer, model_bytes, vectors_of
from askdocs.system.processes import open_answers


def main(threads: int) -> None:
    """Answer requests until standard input ends."""
    answers = open_answers()
    encode = Bfloat16Encoder(model_bytes(EMBEDDER), threads=threads).encode
    tokenizer = load_tokenizer()
    tokenizer.enable_truncation(LONGEST)
    for line in sys.stdin.buffer:
        texts = json.loads(line)
        vectors = vectors_of(texts, tokenizer, encode, tokens=BATCH_TOKENS, multiple=LENGTHS)
        answers.write(vectors.tobytes())
        answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The process that embeds for `embed_worker`: a line of texts in, their vectors out."""

from __future__ import annotations

import json
import os
import signal
import sys

from askdocs.embed_bfloat16 import BATCH_TOKENS, LENGTHS, Bfloat16Encoder
from askdocs.shipped import EMBEDDER, LONGEST, checked_bytes, load_tokenizer, vectors_of


def main(threads: int) -> None:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    encode = Bfloat16Encoder(checked_bytes(EMBEDDER), threads=threads).encode
    tokenizer = load_tokenizer()
    tokenizer.enable_truncation(LONGEST)
    for line in sys.stdin.buffer:
        texts = json.loads(line)
        vectors = vectors_of(texts, tokenizer, encode, tokens=BATCH_TOKENS, multiple=LENGTHS)
        answers.write(vectors.tobytes())
        answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))

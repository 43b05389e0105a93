"""Make the list of English words from word lists, one word per line, such as SCOWL's."""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from askdocs.models.bundled import common_words
from askdocs.models.english_words import FILE
from training.common.checksums import record_checksums

SHORTEST = 4  # letters; shorter words are never corrected


def words_of(files: Iterable[Path]) -> Iterator[str]:
    """The words of lists in lower case.

    Of a possessive it is the word itself, and of a contraction the letters: people type "doesnt".
    """
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            word = line.strip().removesuffix("'s").replace("'", "").lower()
            if len(word) >= SHORTEST and word.isascii() and word.isalpha():
                yield word


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lists", type=Path, nargs="+", help="word lists")
    parser.add_argument("target", type=Path, help="folder of the weights")
    options = parser.parse_args()
    words = sorted(set(words_of(options.lists)) - common_words())
    data = "\n".join(words).encode()
    (options.target / FILE).write_bytes(gzip.compress(data, 9, mtime=0))
    record_checksums(options.target, [FILE])


if __name__ == "__main__":
    main()

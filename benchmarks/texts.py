"""Any number of documents and questions: generated from words, or taken from a folder."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHARACTERS_A_PASSAGE = 480  # about 100 tokens
_DOCUMENT = 6000  # characters


def documents(passages: int, folder: Path | None = None) -> Iterator[tuple[str, str]]:
    """(name, text) of documents for about this number of passages; equal in every call.

    With a `folder`, they are its .txt files, or the `text` of the lines of its corpus.jsonl.
    Without one, or if it has too few, texts are generated from random words.
    """
    left = passages * CHARACTERS_A_PASSAGE
    for name, text in _given(folder) if folder else ():
        if left <= 0:
            return
        yield name, text
        left -= len(text)
    for number in range(max(0, -(-left // _DOCUMENT))):
        yield f"made-{number}.txt", _made(number)


def questions(texts: Sequence[str], count: int) -> list[str]:
    """Questions of six consecutive words of a text each, spread over all texts."""
    rng = random.Random(1)
    asked = []
    for number in range(count):
        words = re.findall(r"[A-Za-z]{4,}", texts[number * len(texts) // count]) or ["nothing"]
        start = rng.randrange(max(1, len(words) - 6))
        asked.append(f"what about {' '.join(words[start : start + 6])}?")
    return asked


def write(folder: Path, made: Sequence[tuple[str, str]]) -> None:
    """Write the documents as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made:
        (folder / name).write_text(text, encoding="utf-8")


def _given(folder: Path) -> Iterator[tuple[str, str]]:
    lines = folder / "corpus.jsonl"
    if lines.is_file():
        for number, line in enumerate(lines.read_text(encoding="utf-8").splitlines()):
            yield f"given-{number}.txt", json.loads(line)["text"]
        return
    for number, file in enumerate(sorted(folder.rglob("*.txt"))):
        yield f"given-{number}.txt", file.read_text(encoding="utf-8", errors="replace")


def _made(number: int) -> str:
    """A text of random words, as frequent as in the project's own texts, and of rare words."""
    rng = random.Random(number)
    words = _words()
    sentences, size = [], 0
    while size < _DOCUMENT:
        chosen = rng.choices(words, k=rng.randint(8, 24))
        chosen.insert(rng.randrange(len(chosen)), f"item{rng.randrange(200_000)}")
        sentence = " ".join(chosen).capitalize() + "."
        sentences.append(sentence)
        size += len(sentence) + 1
        if rng.random() < 0.15:
            sentences.append("\n\n")
    return " ".join(sentences)


_WORDS: list[str] = []


def _words() -> list[str]:
    if not _WORDS:
        files = [ROOT / "LICENSE", ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        text = " ".join(file.read_text(encoding="utf-8") for file in files)
        _WORDS.extend(re.findall(r"\b[a-z]{2,}\b", text.lower()))
    return _WORDS

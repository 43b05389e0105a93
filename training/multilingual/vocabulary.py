"""The tokenizer of multilingual-e5-small with all or a part of its vocabulary."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from training.multilingual.packed_e5 import PackedModel


@dataclass(frozen=True)
class Choice:
    """The pieces of the vocabulary that are kept.

    Attributes:
        numbers: Their numbers in the whole model, ascending.
        weights: How much each is needed, float32 [pieces].
        shares: Language → the share of its pieces that is kept.
    """

    numbers: list[int]
    weights: NDArray[np.float32]
    shares: dict[str, float]


SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_AT_ONCE = 2000  # lines


def tokenizer_of(model: PackedModel, kept: Sequence[int] | None = None) -> Tokenizer:
    """Return a tokenizer with the pieces `kept`, by their numbers in the model; None keeps all.

    The model's map of characters is NFKC, except for some characters that it deletes or replaces
    by spaces.
    """
    numbers = range(len(model.pieces)) if kept is None else kept
    pieces = [(model.pieces[n], round(float(model.scores[n]), 4)) for n in numbers]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=SPECIAL.index("<unk>")))
    deleted = [point for point, others in model.replaced.items() if not others]
    blanks = [point for point, others in model.replaced.items() if others == (32,) and point != 32]
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(_any_of(deleted), ""),
            normalizers.Replace(_any_of(blanks), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer


def choose(model: PackedModel, texts: Path, count: int, *, main: Collection[str]) -> Choice:
    """Choose the pieces that texts of many languages need most.

    Args:
        model: The whole model.
        texts: A folder of texts, `de.txt`, and of word lists with frequencies, `de.words`, named
            after their languages.
        count: How many pieces to keep, special ones included.
        main: The languages that count fully; the others count a quarter.

    Returns:
        The pieces, how much each is needed, and the share of each language that is kept.
    """
    tokenizer = tokenizer_of(model)
    languages = sorted({path.stem for path in texts.iterdir()})
    shares = {each: _shares(tokenizer, texts, each) for each in languages}
    need: dict[int, float] = defaultdict(float)
    for language, found in shares.items():
        weight = 1.0 if language in main else 0.25
        for piece, share in found.items():
            need[piece] += weight * share
            # Without a character, words with it cannot be tokenized; longer pieces can be replaced.
            if len(model.pieces[piece]) == 1 and share > 2e-6:
                need[piece] += weight * 1e-4
    kept = set(range(len(SPECIAL)))
    for piece in sorted(need, key=need.__getitem__, reverse=True):
        if len(kept) >= count:
            break
        kept.add(piece)
    told = {each: sum(s for p, s in found.items() if p in kept) for each, found in shares.items()}
    numbers = sorted(kept)
    weights = np.array([need.get(piece, 0.0) for piece in numbers], np.float32)
    return Choice(numbers, weights, told)


def save(tokenizer: Tokenizer, target: Path) -> None:
    """Write a tokenizer as gzipped JSON, with the same bytes each time."""
    text = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _any_of(points: Iterable[int]) -> Regex:
    return Regex("[" + "".join(rf"\x{{{point:x}}}" for point in points) + "]")


def _shares(tokenizer: Tokenizer, folder: Path, language: str) -> dict[int, float]:
    """The share of each piece in a language, the mean of its text and its word list."""
    counted = []
    if (text := folder / f"{language}.txt").exists():
        counted.append(_share(_in_text(tokenizer, text)))
    if (listed := folder / f"{language}.words").exists():
        counted.append(_share(_in_words(tokenizer, listed)))
    total: dict[int, float] = defaultdict(float)
    for each in counted:
        for piece, share in each.items():
            total[piece] += share / len(counted)
    return dict(total)


def _share(found: Mapping[int, float]) -> dict[int, float]:
    every = sum(found.values())
    return {piece: count / every for piece, count in found.items()}


def _in_text(tokenizer: Tokenizer, path: Path) -> Counter[int]:
    found: Counter[int] = Counter()
    for lines in _groups(path):
        for encoding in tokenizer.encode_batch(lines, add_special_tokens=False):
            found.update(encoding.ids)
    return found


def _in_words(tokenizer: Tokenizer, path: Path) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for lines in _groups(path):
        rows = [line.split("\t") for line in lines]
        encodings = tokenizer.encode_batch([row[0] for row in rows], add_special_tokens=False)
        for (_, frequency), encoding in zip(rows, encodings, strict=True):
            for piece in encoding.ids:
                found[piece] += float(frequency)
    return found


def _groups(path: Path) -> Iterator[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for start in range(0, len(lines), _AT_ONCE):
        yield lines[start : start + _AT_ONCE]

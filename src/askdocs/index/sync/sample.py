"""Samples the languages of a folder, to choose the built-in embedder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.config import Config
from askdocs.documents.loaders import LoadError, suffixes
from askdocs.documents.loaders.sandbox.client import read_file
from askdocs.documents.scan import scan
from askdocs.system.sampling import evenly_spread
from askdocs.text.language import is_dense, is_english, language_of, letters_weight

_FILES = 16
_MOST_BYTES = 2_000_000  # maximum size of a sampled file
_PASSAGES = 6  # sampled per file
_FEWEST_LETTERS = 40  # minimum per passage for language detection; a dense letter counts as several
_SECONDS = 2.0  # CPU time per file
_SECONDS_IN_ALL = 6.0
_SHARE_OF_LEFT = 0.4  # of the remaining time that one file may take, as the machine may be busy
_SHARE = 0.1  # of files in other languages from which the multilingual embedder is chosen
_MEGABYTES = 1000


@dataclass(frozen=True, slots=True)
class LanguageSample:
    """The number of sampled files, and how many of them are not in English."""

    files: int = 0
    foreign: int = 0

    def __str__(self) -> str:
        return f"of {self.files} files looked at, {self.foreign} are not in English"

    @property
    def needs_multilingual(self) -> bool:
        """Whether enough files are in other languages than English."""
        return self.foreign > 0 and self.foreign >= _SHARE * self.files


def sample_languages(config: Config) -> LanguageSample:
    """Detect the languages of a few files of the folder, for some seconds at most.

    Raises:
        CorpusError: The folder is missing.
    """
    found = scan(config.corpus, exclude=config.index)
    known = {f".{suffix.lstrip('.')}" for suffix in suffixes()}
    paths = sorted(
        path
        for path, file in found.items()
        if not file.problem
        and 0 < file.size <= _MOST_BYTES
        and any(path.lower().endswith(suffix) for suffix in known)
    )
    chosen = evenly_spread(paths, _FILES)
    chosen.sort(key=lambda path: found[path].size)  # many small ones take little time
    files = foreign = 0
    ends = time.monotonic() + _SECONDS_IN_ALL
    for path in chosen:
        left = ends - time.monotonic()
        if left <= 0:
            break
        texts = _texts(config, path, seconds=min(_SECONDS, _SHARE_OF_LEFT * left))
        if texts:
            files += 1
            foreign += _is_foreign(texts)
    return LanguageSample(files, foreign)


def _texts(config: Config, path: str, *, seconds: float) -> list[str]:
    """Some passages of a file; none if it cannot be read in this CPU time."""
    try:
        documents = read_file(
            config.corpus / path,
            path,
            tokens=config.passage_tokens,
            seconds=min(seconds, config.load_seconds),
            megabytes=_MEGABYTES,
        )
    except LoadError:
        return []
    every = [
        passage.text
        for document in documents
        for passage in document.passages
        if letters_weight(passage.text) >= _FEWEST_LETTERS
    ]
    return evenly_spread(every, _PASSAGES)


def _is_foreign(texts: Sequence[str]) -> bool:
    """Whether most of a few passages are clearly in another language than English."""
    others = [text for text in texts if not is_english(text)]
    if 2 * len(others) <= len(texts):
        return False
    known = [is_dense(text) or language_of(text) not in ("", "en") for text in others]
    return 2 * sum(known) > len(texts)

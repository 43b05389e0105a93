"""Several corpora in one process: a name and an index for each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from askdocs.config.model import DEFAULT_INDEX
from askdocs.errors import ConfigError
from askdocs.system.files import composed, same_place

_MAX_NAME = 60  # characters of a corpus name; it is part of a folder name


def corpus_names(corpora: Sequence[Path]) -> list[str]:
    """A short, distinct name for each folder, for addresses and the names of indexes."""
    names: list[str] = []
    for corpus in corpora:
        characters = [
            character if character in "._-" or unicodedata.category(character)[0] in "LMN" else "-"
            for character in composed(corpus.resolve().name)
        ]
        base = re.sub("-+", "-", "".join(characters))[:_MAX_NAME].strip("-.") or "corpus"
        taken = {name.casefold() for name in names}
        numbered = (f"{base}-{number}" for number in count(2))
        names.append(next(name for name in chain([base], numbered) if name.casefold() not in taken))
    return names


def by_corpus(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Split settings with several corpora into the settings of each.

    {"corpus": ["a", "b"], "llm": "none"} gives two sets: corpus "a" with the index ".../index-a",
    and corpus "b". Without a list of corpora, the result is one set.

    Raises:
        ConfigError: There are several indexes, but not one for each corpus.
    """
    corpora, indexes = as_list(values.get("corpus")), as_list(values.get("index"))
    if len(indexes) > 1 and len(indexes) != len(corpora):
        raise ConfigError(
            f"There are {len(indexes)} indexes for {len(corpora)} folders of documents. Give one"
            " for each, in the same order, or one for all, to which their names are appended."
        )
    if len(corpora) > 1 and len(indexes) < 2:
        base = Path(indexes[0] if indexes else DEFAULT_INDEX).expanduser()
        folders = [Path(corpus).expanduser() for corpus in corpora]
        indexes = [base.with_name(f"{base.name}-{name}") for name in corpus_names(folders)]
    if len(corpora) < 2:
        single = {"corpus": corpora, "index": indexes}
        return [{**values, **{name: found[0] for name, found in single.items() if found}}]
    pairs = zip(corpora, indexes, strict=True)
    return [{**values, "corpus": corpus, "index": index} for corpus, index in pairs]


def listed_corpus(from_file: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The corpus and the index of the one that the user chose among several in a settings file.

    The user may have chosen it by its folder or by its index. Empty if the choice is not in the
    file, or if the file does not list several corpora.
    """
    listed = by_corpus(from_file)
    for one in listed if len(listed) > 1 else []:
        for name in ("corpus", "index"):
            given = as_list(chosen.get(name))
            if len(given) == 1 and same_place(Path(given[0]).expanduser(), one[name]):
                return {"corpus": one["corpus"], "index": one["index"]}
    return {}


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]

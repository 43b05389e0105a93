"""Loads settings from arguments, the environment and a settings file."""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from askdocs.config.corpora import by_corpus, listed_corpus
from askdocs.config.model import Config, require, settings
from askdocs.config.trust import allowed_settings
from askdocs.credentials import (
    EMBEDDER_KEY,
    LLM_KEY,
    PASSWORD,
    VECTORS_TOKEN,
)
from askdocs.errors import ConfigError
from askdocs.system.files import same_place

CONFIG_FILE = "askdocs.toml"
PREFIX = "ASKDOCS_"
_FILE_VARIABLE = "ASKDOCS_CONFIG"  # names the settings file
# Variables with the prefix that are not settings.
_NO_SETTINGS = frozenset({_FILE_VARIABLE, PASSWORD, LLM_KEY, VECTORS_TOKEN, EMBEDDER_KEY})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """The settings of all corpora, as they were loaded.

    Attributes:
        config: The settings of the first corpus.
        notes: Messages for the user about where the settings come from, one line each.
        further: The settings of the other corpora.
    """

    config: Config
    notes: tuple[str, ...] = ()
    further: tuple[Config, ...] = ()

    @property
    def all(self) -> tuple[Config, ...]:
        """The settings of every corpus, in order."""
        return self.config, *self.further


def load_config(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    **overrides: Any,
) -> Config:
    """Load settings as `load_config_with_notes` does, and log the notes."""
    loaded = load_config_with_notes(file, environment=environment, **overrides)
    for note in loaded.notes:
        _log.warning(note)
    return loaded.config


def load_config_with_notes(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    **overrides: Any,
) -> LoadedConfig:
    """Load settings from `overrides`, the environment, a settings file and the defaults.

    The first of these that has a setting determines it.

    A settings file that was only found in the current folder may have come with the documents, so
    it is trusted with little. Its `llm`, `embedder` and `vectors` are ignored if they refer to
    another machine or to a model's file, its `corpus` and `index` if they are outside the file's
    folder, and its limits if they are above the defaults. Servers that it names get no secret of
    the environment.

    Args:
        file: The settings file. By default it is ASKDOCS_CONFIG of the environment, or else
            `askdocs.toml` of the current folder if it exists. A relative `corpus` or `index` in it
            is relative to the file's folder.
        environment: By default that of the process.
        overrides: Settings by name. Those that are None are ignored. `corpus` and `index` may be
            lists, here and in a file. Each corpus has its own index: the one at the same position
            in the list, or else the folder `index` with the corpus's name at its end.

    Returns:
        The settings, and notes about a file that was found.

    Raises:
        ConfigError: A name or value is not possible, or the file does not exist.
    """
    environment = os.environ if environment is None else environment
    if file is None and environment.get(_FILE_VARIABLE):
        file = Path(environment[_FILE_VARIABLE])
    if file is not None and not file.is_file():
        raise ConfigError(f"There is no settings file {file}. Create it or leave --config out.")
    chosen = _read_environment(environment)
    chosen.update({name: value for name, value in overrides.items() if value is not None})
    _refuse_unknown(chosen, "the given settings")
    if file is not None:
        return _loaded(_read_file(file), chosen)
    found = Path(CONFIG_FILE)
    if not found.is_file():
        return _loaded({}, chosen)
    return _with_found(_read_file(found), chosen, environment)


def _with_found(
    values: Mapping[str, Any], chosen: Mapping[str, Any], environment: Mapping[str, str]
) -> LoadedConfig:
    """Combine settings that the user chose with those of a file found in the current folder."""
    file = Path(CONFIG_FILE)
    allowed = allowed_settings(file, values, chosen, environment)
    loaded = _loaded(allowed.values, chosen, without_key=allowed.without_key)
    notes = (f"Settings are read from {file.absolute()}.", *allowed.notes)
    return replace(loaded, notes=notes)


def _loaded(from_file: Mapping[str, Any], chosen: Mapping[str, Any], **more: Any) -> LoadedConfig:
    """The settings of each corpus, from a file and from what the user chose."""
    values = {**from_file, **listed_corpus(from_file, chosen), **chosen}
    configs = [Config(**given, **more) for given in by_corpus(values)]
    _refuse_same([config.corpus for config in configs], "corpus")
    _refuse_same([config.index for config in configs], "index")
    require(
        len(configs) == 1 or not configs[0].vectors_on_server,
        "vectors on a server belong to one corpus: with several, vectors must be embedded",
    )
    return LoadedConfig(configs[0], further=tuple(configs[1:]))


def _refuse_same(folders: Sequence[Path], name: str) -> None:
    for number, folder in enumerate(folders):
        for other in folders[:number]:
            require(not same_place(folder, other), f"{other} and {folder} are the same {name}")


def _read_file(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{file} cannot be read as TOML: {error}") from error
    _refuse_unknown(values, str(file))
    for name in ("corpus", "index"):
        given = values.get(name)
        if isinstance(given, str):
            values[name] = _relative_to(file, given)
        elif isinstance(given, list) and given and all(isinstance(folder, str) for folder in given):
            values[name] = [_relative_to(file, folder) for folder in given]
    return values


def _relative_to(file: Path, folder: str) -> Path:
    """A folder that a settings file names, relative to that file."""
    return file.parent / Path(folder).expanduser()


def _read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {setting.name for setting in settings()}
    values: dict[str, Any] = {}
    for key, value in environment.items():
        if not key.startswith(PREFIX) or key in _NO_SETTINGS:
            continue
        name = key.removeprefix(PREFIX).lower()
        if name not in names:
            raise ConfigError(
                f"{key} is not a setting of askdocs. Known: {', '.join(sorted(names))}."
            )
        values[name] = value
    return values


def _refuse_unknown(values: Mapping[str, Any], where: str) -> None:
    names = {setting.name for setting in settings()}
    unknown = sorted(set(values) - names)
    if unknown:
        raise ConfigError(
            f"{where} has no setting called {', '.join(unknown)}."
            f" Known: {', '.join(sorted(names))}."
        )

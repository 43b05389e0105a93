"""Settings: one frozen object, from `askdocs.toml`, the environment and arguments.

Other modules read only secrets (`credentials`) and switches of libraries from the environment.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from askdocs.credentials import (
    EMBEDDER_KEY,
    LLM_KEY,
    PASSWORD,
    SECRETS_OF_SETTINGS,
    VECTORS_TOKEN,
)
from askdocs.errors import ConfigError
from askdocs.system.files import composed, same_place
from askdocs.system.network import is_loopback

CONFIG_FILE = "askdocs.toml"
PREFIX = "ASKDOCS_"
EMBEDDED = "embedded"
_INDEX = Path("index")
_MAX_NAME = 60  # characters of a corpus name; it is part of a folder name
COLLECTION = "askdocs"  # of vectors on a server, if the address does not name one
_FILE_VARIABLE = "ASKDOCS_CONFIG"  # names the settings file
# Variables with the prefix that are not settings.
_NO_SETTINGS = frozenset({_FILE_VARIABLE, PASSWORD, LLM_KEY, VECTORS_TOKEN, EMBEDDER_KEY})
_log = logging.getLogger(__name__)
_WHERE_VECTORS = (
    "vectors must be embedded or the address of a Chroma server, as in http://localhost:8000 or"
    " http://localhost:8000/NAME; a token belongs into ASKDOCS_VECTORS_TOKEN"
)


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its default. Values are checked when the object is created.

    Raises:
        ConfigError: A value is impossible.
    """

    corpus: Path = _setting(Path("corpus"), "the folder of documents")
    index: Path = _setting(_INDEX, "the folder that the index is kept in")
    embedder: str = _setting(
        "onnx:builtin",
        "the embedding model: onnx:builtin (one of the two that come with askdocs, see models),"
        " st:NAME-OR-PATH (sentence-transformers, downloads only"
        " with HF_HUB_OFFLINE=0), or http:URL or http:MODEL@URL (an OpenAI-style server)",
    )

    models: str = _setting(
        "auto",
        "the languages of the documents, which choose the built-in embedding model: english,"
        " multilingual, or auto (from a sample of the folder when the index is made)",
    )
    llm: str = _setting(
        "none",
        "what writes the answers: none (quotes), openai:MODEL@URL (any OpenAI-style server)"
        " or gguf:PATH",
    )
    llm_context: int = _setting(4096, "how many tokens the language model can hold")
    llm_seconds: int = _setting(120, "a language model that is silent for longer is given up")
    unsupported: str = _setting(
        "mark", "sentences of a language model that the documents do not support: mark or remove"
    )
    tasks: str = _setting(
        "model",
        "who compares, summarises, lists, translates and explains: model (a language model, where"
        " one is set, from passages of every document named) or quotes",
    )
    second_opinion: str = _setting(
        "yes",
        "whether a language model is asked, in one further request, which words bear its"
        " statements: no or yes",
    )

    vectors: str = _setting(
        EMBEDDED,
        "where vectors are kept: embedded (in the index) or a Chroma server's address",
    )
    passage_tokens: int = _setting(100, "the size that passages aim at, in tokens")
    passages_read: int = _setting(24, "how many of the passages found are read for the answer")
    minimum_confidence: float = _setting(
        0.4, "answers of a lower confidence (0 to 1) are not given; 0 always answers"
    )
    max_file_megabytes: int = _setting(100, "larger files are not read")
    load_seconds: int = _setting(120, "a file that takes more CPU seconds to read is given up")
    # Not a setting: names of settings whose server gets no secret of the environment.
    without_key: frozenset[str] = frozenset()

    @property
    def vectors_on_server(self) -> bool:
        """Whether the vectors are on a server, so that several processes may read the index."""
        return self.vectors != EMBEDDED

    @property
    def collection(self) -> tuple[str | None, int, str] | None:
        """Host, port and collection of `vectors` in one spelling. None if they are in the index."""
        if not self.vectors_on_server:
            return None
        address = urlsplit(self.vectors)
        port = address.port or (443 if address.scheme == "https" else 8000)
        return address.hostname, port, address.path.strip("/") or COLLECTION

    def __post_init__(self) -> None:
        for each in _settings():
            value = getattr(self, each.name)
            object.__setattr__(self, each.name, _convert(each.name, value, each.default))
        same = same_place(self.corpus, self.index)
        _require(not same, "corpus and index must be two folders")
        _require(not self.vectors_on_server or _is_store_address(self.vectors), _WHERE_VECTORS)
        _require(20 <= self.passage_tokens <= 400, "passage_tokens must lie between 20 and 400")
        _require(1 <= self.passages_read <= 100, "passages_read must lie between 1 and 100")
        _require(0 <= self.minimum_confidence <= 1, "minimum_confidence must lie between 0 and 1")
        _require(self.llm_context >= 512, "llm_context must be at least 512")
        _require(self.llm_seconds >= 1, "llm_seconds must be at least 1")
        _require(
            self.models in ("auto", "english", "multilingual"),
            "models must be auto, english or multilingual",
        )
        _require(self.unsupported in ("mark", "remove"), "unsupported must be mark or remove")
        _require(self.tasks in ("model", "quotes"), "tasks must be model or quotes")
        _require(self.second_opinion in ("no", "yes"), "second_opinion must be no or yes")
        _require(self.max_file_megabytes >= 1, "max_file_megabytes must be at least 1")
        _require(self.load_seconds >= 1, "load_seconds must be at least 1")


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
    it is not trusted to send anything to another machine. Its `llm`, `embedder`, `vectors`,
    `corpus` and `index` are ignored if they refer to another machine. Servers that it names get no
    secret of the environment.

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
    from_file = {name: value for name, value in values.items() if name not in chosen}
    ignored = [name for name, value in from_file.items() if _is_remote(name, value)]
    used = {name: value for name, value in from_file.items() if name not in ignored}
    without_key = frozenset(name for name in used if name in SECRETS_OF_SETTINGS)
    withheld = [key for name in sorted(without_key) for key in _keys_for(name, used, environment)]
    notes = [f"Settings are read from {Path(CONFIG_FILE).absolute()}."]
    if ignored or withheld:
        effects = [f"ignored: {name} = {str(values[name])!r}" for name in ignored]
        effects += [f"{key} is not sent to the server that it names" for key in withheld]
        notes.append(
            f"It was not named, so nothing goes to another machine by it; {'; '.join(effects)}."
            f" If you trust it, add --config {CONFIG_FILE} or set ASKDOCS_CONFIG={CONFIG_FILE}."
        )
    harmless = {name: value for name, value in values.items() if name not in ignored}
    loaded = _loaded(harmless, chosen, without_key=without_key)
    return replace(loaded, notes=tuple(notes))


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


def _loaded(from_file: Mapping[str, Any], chosen: Mapping[str, Any], **more: Any) -> LoadedConfig:
    """The settings of each corpus, from a file and from what the user chose."""
    values = {**from_file, **_listed_corpus(from_file, chosen), **chosen}
    configs = [Config(**each, **more) for each in _by_corpus(values)]
    _refuse_same([each.corpus for each in configs], "corpus")
    _refuse_same([each.index for each in configs], "index")
    _require(
        len(configs) == 1 or not configs[0].vectors_on_server,
        "vectors on a server belong to one corpus: with several, vectors must be embedded",
    )
    return LoadedConfig(configs[0], further=tuple(configs[1:]))


def _listed_corpus(from_file: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Corpus and index of the corpus that was chosen by either, if the file lists several."""
    listed = _by_corpus(from_file)
    for each in listed if len(listed) > 1 else []:
        for name in ("corpus", "index"):
            given = _as_list(chosen.get(name))
            if len(given) == 1 and same_place(Path(given[0]).expanduser(), each[name]):
                return {"corpus": each["corpus"], "index": each["index"]}
    return {}


def _by_corpus(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values for each corpus that they name; one set of values if they name none."""
    corpora, indexes = _as_list(values.get("corpus")), _as_list(values.get("index"))
    if len(indexes) > 1 and len(indexes) != len(corpora):
        raise ConfigError(
            f"There are {len(indexes)} indexes for {len(corpora)} folders of documents. Give one"
            " for each, in the same order, or one for all, to which their names are appended."
        )
    if len(corpora) > 1 and len(indexes) < 2:
        base = Path(indexes[0] if indexes else _INDEX).expanduser()
        folders = [Path(each).expanduser() for each in corpora]
        indexes = [base.with_name(f"{base.name}-{name}") for name in corpus_names(folders)]
    if len(corpora) < 2:
        single = {"corpus": corpora, "index": indexes}
        return [{**values, **{name: found[0] for name, found in single.items() if found}}]
    pairs = zip(corpora, indexes, strict=True)
    return [{**values, "corpus": corpus, "index": index} for corpus, index in pairs]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _refuse_same(folders: Sequence[Path], name: str) -> None:
    for number, folder in enumerate(folders):
        for other in folders[:number]:
            _require(not same_place(folder, other), f"{other} and {folder} are the same {name}")


def _is_remote(name: str, value: Any) -> bool:
    """Whether a setting may refer to another machine. A model by name is downloaded."""
    text = str(value)
    kind, _, rest = text.partition(":")
    if name in ("corpus", "index"):
        return any(_is_network_path(str(each)) for each in _as_list(value))
    if name in SECRETS_OF_SETTINGS and (kind.lower() in ("gguf", "st") or "://" not in text):
        away = kind == "st" and not Path(rest).expanduser().is_dir()
        return away or _is_network_path(rest)
    return name in SECRETS_OF_SETTINGS and not all(map(is_loopback, _hosts(text)))


def _is_network_path(path: str) -> bool:
    """Whether a path is on another machine, in the notation of Windows."""
    return path.replace("\\", "/").startswith("//")


def _hosts(text: str) -> list[str]:
    """The hosts of all addresses in a setting; [""] if one cannot be parsed."""
    starts = [found.start() for found in re.finditer(r"\w+://", text)]
    parts = [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    try:
        return [urlsplit(part.rstrip(",@")).hostname or "" for part in parts]
    except ValueError:
        return [""]


def _keys_for(
    name: str, values: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[str]:
    """The names of secrets in the environment that the server of a setting would get."""
    if "://" in str(values[name]):
        yield from (key for key in SECRETS_OF_SETTINGS[name] if environment.get(key))


def _settings() -> list[Field[Any]]:
    """The fields of Config that are settings, in order."""
    return [each for each in fields(Config) if "help" in each.metadata]


def describe_settings() -> list[tuple[str, str, str]]:
    """Each setting as (name, default, meaning), in order."""
    return [(each.name, str(each.default), each.metadata["help"]) for each in _settings()]


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
        elif isinstance(given, list) and given and all(isinstance(each, str) for each in given):
            values[name] = [_relative_to(file, each) for each in given]
    return values


def _relative_to(file: Path, folder: str) -> Path:
    """A folder that a settings file names, relative to that file."""
    return file.parent / Path(folder).expanduser()


def _read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {each.name for each in _settings()}
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
    names = {each.name for each in _settings()}
    unknown = sorted(set(values) - names)
    if unknown:
        raise ConfigError(
            f"{where} has no setting called {', '.join(unknown)}."
            f" Known: {', '.join(sorted(names))}."
        )


def _convert(name: str, value: Any, default: Any) -> Any:
    """Convert a value to the type of the default. Text is parsed, as from the environment."""
    assert default is not MISSING
    target = type(default)
    try:
        if issubclass(target, Path):
            if not str(value):
                raise ValueError("empty")
            return Path(value).expanduser()
        if target is float and not isinstance(value, bool):
            return float(value)
        if target is int and not isinstance(value, bool):
            return int(value) if not isinstance(value, float) else _refuse_fraction(value)
        if target is str and isinstance(value, str) and value:
            return value
    except (TypeError, ValueError):
        pass
    raise ConfigError(f"The setting {name} cannot be {value!r}; its default is {str(default)!r}.")


def _refuse_fraction(value: float) -> int:
    raise ValueError(f"{value} is not a whole number")


def _is_store_address(url: str) -> bool:
    """Whether it is an address with a valid collection name and without a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    bare = not (parts.username or parts.password or parts.query or parts.fragment or port == 0)
    valid_path = re.fullmatch(r"/?|/[A-Za-z0-9][A-Za-z0-9._-]{1,98}[A-Za-z0-9]/?", parts.path)
    return bool(parts.scheme in ("http", "https") and parts.hostname and bare and valid_path)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ConfigError(message + ".")

"""Settings: one frozen object. Nothing else reads the environment or `askdocs.toml`."""

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

from askdocs.errors import ConfigError
from askdocs.system.files import composed, same_place
from askdocs.system.network import is_loopback

CONFIG_FILE = "askdocs.toml"
PREFIX = "ASKDOCS_"
EMBEDDED = "embedded"
_INDEX = Path("index")
_LONGEST_NAME = 60  # of a corpus, in characters: it is part of the name of a folder
COLLECTION = "askdocs"  # of vectors at a server, where the address does not name one
# Environment names that belong to the server and to the clients of language models.
KEYS = {
    "llm": ("ASKDOCS_API_KEY", "OPENAI_API_KEY"),
    "embedder": ("ASKDOCS_EMBEDDER_KEY",),
    "vectors": ("ASKDOCS_VECTORS_TOKEN",),
}  # of the servers that a setting names
SECRETS = frozenset(
    {
        "ASKDOCS_PASSWORD",
        "ASKDOCS_API_KEY",
        "ASKDOCS_CONFIG",
        "ASKDOCS_VECTORS_TOKEN",
        "ASKDOCS_EMBEDDER_KEY",
    }
)


_log = logging.getLogger(__name__)
_WHERE_VECTORS = (
    "vectors must be embedded or the address of a Chroma server, as in http://localhost:8000 or"
    " http://localhost:8000/NAME; a token belongs into ASKDOCS_VECTORS_TOKEN"
)


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its default. A value is checked when the object is made.

    Raises ConfigError where a value is impossible.
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
    # No setting: names of settings whose server gets no key of the environment.
    without_key: frozenset[str] = frozenset()

    @property
    def vectors_on_server(self) -> bool:
        """Whether the vectors are at a server, so that several processes may read the index."""
        return self.vectors != EMBEDDED

    @property
    def collection(self) -> tuple[str | None, int, str] | None:
        """Host, port and collection of `vectors`, however it is spelt; None in the index."""
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
        _require(not self.vectors_on_server or _names_a_store(self.vectors), _WHERE_VECTORS)
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
    """What the settings say.

    Attributes:
        config: The settings; where they name several corpora, those of the first.
        notes: What is to be told of where they come from, a line each.
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
    """The settings of `load_config_with_notes`; the notes go to the log."""
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
    """Settings from, in falling rank: `overrides`, environment, settings file, defaults.

    A settings file that was only found in the current folder may have come with the documents.
    It cannot send anything to another machine: its `llm`, `embedder`, `vectors`, `corpus` and
    `index` are ignored where they lead there, and servers that it names get no key of the
    environment.

    Args:
        file: the settings file, by default ASKDOCS_CONFIG of the environment, and else
            `askdocs.toml` of the current folder if there is one. A relative `corpus` or `index`
            in it is relative to it.
        environment: by default that of the process.
        overrides: settings by name; those that are None do not count. `corpus` and `index` may be
            lists, here and in a file. Each corpus has an index of its own: the one of the same
            place in the list, or else the folder `index` with the corpus's name at its end.

    Returns:
        The settings, and notes on a file that was found.

    Raises:
        ConfigError: for a name or value that is not possible, and for a file that is missing.
    """
    environment = os.environ if environment is None else environment
    if file is None and environment.get("ASKDOCS_CONFIG"):
        file = Path(environment["ASKDOCS_CONFIG"])
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
    """Settings that a person chose, and those of a file found in the current folder."""
    beside = {name: value for name, value in values.items() if name not in chosen}
    ignored = [name for name, value in beside.items() if _leads_elsewhere(name, value)]
    used = {name: value for name, value in beside.items() if name not in ignored}
    without_key = frozenset(name for name in used if name in KEYS)
    withheld = [key for name in sorted(without_key) for key in _keys_for(name, used, environment)]
    notes = [f"Settings are read from {Path(CONFIG_FILE).absolute()}."]
    if ignored or withheld:
        told = [f"ignored: {name} = {str(values[name])!r}" for name in ignored]
        told += [f"{key} is not sent to the server that it names" for key in withheld]
        notes.append(
            f"It was not named, so nothing goes to another machine by it; {'; '.join(told)}."
            f" If you trust it, add --config {CONFIG_FILE} or set ASKDOCS_CONFIG={CONFIG_FILE}."
        )
    harmless = {name: value for name, value in values.items() if name not in ignored}
    loaded = _loaded(harmless, chosen, without_key=without_key)
    return replace(loaded, notes=tuple(notes))


def corpus_names(corpora: Sequence[Path]) -> list[str]:
    """A short name for each of some folders, by which addresses and indexes tell them apart."""
    names: list[str] = []
    for corpus in corpora:
        signs = [
            sign if sign in "._-" or unicodedata.category(sign)[0] in "LMN" else "-"
            for sign in composed(corpus.resolve().name)
        ]
        plain = re.sub("-+", "-", "".join(signs))[:_LONGEST_NAME].strip("-.") or "corpus"
        taken = {name.casefold() for name in names}
        numbered = (f"{plain}-{number}" for number in count(2))
        names.append(
            next(each for each in chain([plain], numbered) if each.casefold() not in taken)
        )
    return names


def _loaded(beside: Mapping[str, Any], chosen: Mapping[str, Any], **more: Any) -> LoadedConfig:
    """The settings of each corpus, by a file and by what was chosen."""
    values = {**beside, **_of_those_listed(beside, chosen), **chosen}
    configs = [Config(**each, **more) for each in _by_corpus(values)]
    _refuse_same([each.corpus for each in configs], "corpus")
    _refuse_same([each.index for each in configs], "index")
    _require(
        len(configs) == 1 or not configs[0].vectors_on_server,
        "vectors at a server are those of one corpus: with several, vectors must be embedded",
    )
    return LoadedConfig(configs[0], further=tuple(configs[1:]))


def _of_those_listed(beside: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Corpus and index of the one that was chosen, by either, of those that a file lists."""
    listed = _by_corpus(beside)
    for each in listed if len(listed) > 1 else []:
        for name in ("corpus", "index"):
            given = _as_list(chosen.get(name))
            if len(given) == 1 and same_place(Path(given[0]).expanduser(), each[name]):
                return {"corpus": each["corpus"], "index": each["index"]}
    return {}


def _by_corpus(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values for each corpus that they name; those for one where they name none."""
    corpora, indexes = _as_list(values.get("corpus")), _as_list(values.get("index"))
    if len(indexes) > 1 and len(indexes) != len(corpora):
        raise ConfigError(
            f"There are {len(indexes)} indexes for {len(corpora)} folders of documents. Give one"
            " for each, in the same order, or one for all, whose name is continued by theirs."
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


def _leads_elsewhere(name: str, value: Any) -> bool:
    """Whether a setting leads to another machine, or may: a model by name is downloaded."""
    told = str(value)
    kind, _, rest = told.partition(":")
    if name in ("corpus", "index"):
        return any(_is_network_path(str(each)) for each in _as_list(value))
    if name in KEYS and (kind.lower() in ("gguf", "st") or "://" not in told):
        away = kind == "st" and not Path(rest).expanduser().is_dir()
        return away or _is_network_path(rest)
    return name in KEYS and not all(map(is_loopback, _hosts(told)))


def _is_network_path(path: str) -> bool:
    """Whether a path is one of another machine, as Windows writes them."""
    return path.replace("\\", "/").startswith("//")


def _hosts(told: str) -> list[str]:
    """The hosts of all addresses in a setting; what cannot be parsed is no host of ours."""
    starts = [found.start() for found in re.finditer(r"\w+://", told)]
    parts = [told[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    try:
        return [urlsplit(part.rstrip(",@")).hostname or "" for part in parts]
    except ValueError:
        return [""]


def _keys_for(
    name: str, values: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[str]:
    """The keys of the environment that the server of a setting would get."""
    if "://" in str(values[name]):
        yield from (key for key in KEYS[name] if environment.get(key))


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
            values[name] = _beside(file, given)
        elif isinstance(given, list) and given and all(isinstance(each, str) for each in given):
            values[name] = [_beside(file, each) for each in given]
    return values


def _beside(file: Path, folder: str) -> Path:
    """A folder as a settings file names it: relative to that file."""
    return file.parent / Path(folder).expanduser()


def _read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {each.name for each in _settings()}
    values: dict[str, Any] = {}
    for key, value in environment.items():
        if not key.startswith(PREFIX) or key in SECRETS:
            continue
        name = key.removeprefix(PREFIX).lower()
        if name not in names:
            raise ConfigError(f"{key} is no setting of askdocs. Known: {', '.join(sorted(names))}.")
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
    """`value` in the type of the default; text is parsed, as from the environment."""
    assert default is not MISSING
    kind = type(default)
    try:
        if issubclass(kind, Path):
            if not str(value):
                raise ValueError("empty")
            return Path(value).expanduser()
        if kind is float and not isinstance(value, bool):
            return float(value)
        if kind is int and not isinstance(value, bool):
            return int(value) if not isinstance(value, float) else _refuse_fraction(value)
        if kind is str and isinstance(value, str) and value:
            return value
    except (TypeError, ValueError):
        pass
    raise ConfigError(f"The setting {name} cannot be {value!r}; its default is {str(default)!r}.")


def _refuse_fraction(value: float) -> int:
    raise ValueError(f"{value} is no whole number")


def _names_a_store(place: str) -> bool:
    """Whether it is an address with a usable name of a collection and no secret."""
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.query or parts.fragment or port == 0)
    usable = re.fullmatch(r"/?|/[A-Za-z0-9][A-Za-z0-9._-]{1,98}[A-Za-z0-9]/?", parts.path)
    return bool(parts.scheme in ("http", "https") and parts.hostname and plain and usable)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ConfigError(message + ".")

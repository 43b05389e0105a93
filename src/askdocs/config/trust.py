"""Limits what a settings file may do that was not named, but found in the current folder.

Such a file may have come with the documents, from somebody else. So it must not send anything to
another machine, load a model from a file, use a folder outside its own, or raise a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from askdocs.config.corpora import as_list
from askdocs.config.model import Config
from askdocs.credentials import SECRETS_OF_SETTINGS
from askdocs.system.network import is_loopback

_LIMITS = ("max_file_megabytes", "load_seconds", "llm_seconds")


@dataclass(frozen=True, slots=True)
class AllowedSettings:
    """The settings of a found file that are used.

    Attributes:
        values: The settings of the file without those that are ignored.
        without_key: Names of settings whose servers do not get a secret of the environment.
        notes: Messages for the user: what is ignored or withheld, and how to allow it.
    """

    values: Mapping[str, Any]
    without_key: frozenset[str]
    notes: tuple[str, ...]


def allowed_settings(
    file: Path, values: Mapping[str, Any], chosen: Mapping[str, Any], environment: Mapping[str, str]
) -> AllowedSettings:
    """Remove the settings that a found file must not set.

    Args:
        file: The file that was found.
        values: Its settings.
        chosen: The settings of the user. They take precedence over those of the file.
        environment: The environment. Its secrets are not sent to a server that the file names.
    """
    from_file = {name: value for name, value in values.items() if name not in chosen}
    ignored = [
        name for name, value in from_file.items() if _is_refused(name, value, file, from_file)
    ]
    used = {name: value for name, value in from_file.items() if name not in ignored}
    without_key = frozenset(name for name in used if name in SECRETS_OF_SETTINGS)
    withheld = [key for name in sorted(without_key) for key in _keys_for(name, used, environment)]
    effects = [f"ignored: {name} = {str(values[name])!r}" for name in ignored]
    effects += [f"{key} is not sent to the server that it names" for key in withheld]
    note = (
        "It was not named, so it may choose no other machine, no model file, no folder outside its"
        f" own and no higher limit; {'; '.join(effects)}."
        f" If you trust it, add --config {file} or set ASKDOCS_CONFIG={file}."
    )
    harmless = {name: value for name, value in values.items() if name not in ignored}
    return AllowedSettings(harmless, without_key, (note,) if effects else ())


def _is_refused(name: str, value: Any, file: Path, values: Mapping[str, Any]) -> bool:
    """Whether a setting of a found file is ignored."""
    if name in ("corpus", "index"):
        return any(_is_outside(str(folder), file.parent) for folder in as_list(value))
    if name in SECRETS_OF_SETTINGS:
        text = str(value)
        away = "://" in text and not all(map(is_loopback, _hosts(text)))
        return away or _is_model_file(text)
    # The context of a model is a limit unless the file names the model too.
    is_limit = name in _LIMITS or (name == "llm_context" and "llm" not in values)
    return is_limit and _is_above_default(name, value)


def _is_outside(folder: str, own: Path) -> bool:
    """Whether a folder, with its links followed, is outside the one of the file."""
    if _is_network_path(folder):  # even a check of the path would contact the other machine
        return True
    try:
        return not Path(folder).expanduser().resolve().is_relative_to(own.resolve())
    except (OSError, RuntimeError, ValueError):  # links in a circle, a home that nobody has
        return True


def _is_model_file(text: str) -> bool:
    """Whether a model is a file or folder, or is downloaded by its name."""
    return text.partition(":")[0].strip().lower() in ("gguf", "st")


def _is_above_default(name: str, value: Any) -> bool:
    try:
        return bool(int(value) > getattr(Config(), name))
    except (TypeError, ValueError, OverflowError):
        return False  # it is refused with a reason when the settings are made


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
    setting: str, values: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[str]:
    """The names of secrets in the environment that the server of a setting would get."""
    if "://" in str(values[setting]):
        yield from (key for key in SECRETS_OF_SETTINGS[setting] if environment.get(key))

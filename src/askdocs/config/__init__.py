"""The settings: one frozen object, from `askdocs.toml`, the environment and arguments.

`model` has the settings and checks them, `load` reads them. `corpora` names several corpora, and
`trust` limits a file that was only found in the current folder.
"""

from __future__ import annotations

from askdocs.config.corpora import corpus_names
from askdocs.config.load import LoadedConfig, load_config, load_config_with_notes
from askdocs.config.model import COLLECTION, Config, describe_settings

__all__ = [
    "COLLECTION",
    "Config",
    "LoadedConfig",
    "corpus_names",
    "describe_settings",
    "load_config",
    "load_config_with_notes",
]

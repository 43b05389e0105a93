"""The settings that an index depends on, to detect changes of them."""

from __future__ import annotations

from collections.abc import Mapping

from askdocs.config import Config
from askdocs.errors import IndexMismatchError
from askdocs.index.catalog import Catalog
from askdocs.models.embedders import Embedder


def fingerprint(config: Config, embedder: Embedder) -> dict[str, str]:
    """Return the settings that an index depends on, by name.

    An index with other values has to be rebuilt, or its vectors moved.
    """
    return {
        "embedder": embedder.fingerprint,
        "passage_tokens": str(config.passage_tokens),
        "vectors": config.vectors,
    }


def check_fingerprint(catalog: Catalog, wanted: Mapping[str, str]) -> None:
    """Compare the settings of an index with the current ones.

    Args:
        catalog: The catalog of the index. A new one matches every setting.
        wanted: The current settings, see `fingerprint`.

    Raises:
        IndexMismatchError: One differs. The message names both values and the command to run.
    """
    found = catalog.meta()
    for name, value in wanted.items():
        if name in found and found[name] != value:
            fix = (
                f"move the vectors with `askdocs move {value}`"
                if name == "vectors"
                else "build the index again with `askdocs index --rebuild`"
            )
            raise IndexMismatchError(
                f"The index was made with {name} = {found[name]}, but now it is {value}."
                f" Set it back, or {fix}."
            )

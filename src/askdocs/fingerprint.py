"""What an index depends on, so that one made with other settings is noticed."""

from __future__ import annotations

from collections.abc import Mapping

from askdocs.catalog import Catalog
from askdocs.config import Config
from askdocs.embed import Embedder
from askdocs.errors import IndexMismatchError

FORMAT = "2"  # raised whenever an index made by an earlier version would be wrong


def fingerprint(config: Config, embedder: Embedder) -> dict[str, str]:
    """What an index depends on; an index made with other values has to be rebuilt."""
    return {
        "format": FORMAT,
        "embedder": embedder.fingerprint,
        "passage_tokens": str(config.passage_tokens),
        "vectors": config.vectors,
    }


def check_fingerprint(catalog: Catalog, wanted: Mapping[str, str]) -> None:
    """Raises IndexMismatchError, naming both values, where the index was made otherwise."""
    found = catalog.meta()
    for name, value in wanted.items():
        if name in found and found[name] != value:
            mend = (
                f"move the vectors with `askdocs move {value}`"
                if name == "vectors"
                else "build the index anew with `askdocs index --rebuild`"
            )
            raise IndexMismatchError(
                f"The index was made with {name} = {found[name]}, but now it is {value}."
                f" Set it back, or {mend}."
            )

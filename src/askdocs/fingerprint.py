"""What an index depends on, so that one made with other settings is noticed."""

from __future__ import annotations

from collections.abc import Mapping

from askdocs.catalog import Catalog
from askdocs.config import Config
from askdocs.embed import Embedder
from askdocs.errors import IndexMismatchError

_UPGRADED = "1"  # the word index of this format was in FTS5
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
            if name == "format":
                raise IndexMismatchError(
                    f"The index was made by another version of askdocs (format {found[name]}, now"
                    f" {value}). {_renewal(found[name])}"
                )
            mend = (
                f"move the vectors with `askdocs move {value}`"
                if name == "vectors"
                else "build the index anew with `askdocs index --rebuild`"
            )
            raise IndexMismatchError(
                f"The index was made with {name} = {found[name]}, but now it is {value}."
                f" Set it back, or {mend}."
            )


def upgrade(catalog: Catalog) -> bool:
    """Make the words of an index of format 1 anew; whether it was one."""
    if catalog.meta().get("format") != _UPGRADED:
        return False
    catalog.rebuild_words()
    catalog.set_meta({"format": FORMAT})
    return True


def _renewal(found: str) -> str:
    if found == _UPGRADED:
        return "Run `askdocs index`; it embeds nothing again."
    return "Build it anew with `askdocs index --rebuild`."

"""What an index depends on, so that one made with other settings is noticed."""

from __future__ import annotations

from collections.abc import Mapping

from askdocs.config import Config
from askdocs.errors import IndexMismatchError
from askdocs.index.catalog import Catalog
from askdocs.models.embedders import Embedder

_FTS5 = "1"  # the words of this format were there
_UPGRADED = (_FTS5, "2")  # rows of tables were passages together
FORMAT = "3"  # raised whenever an index made by an earlier version would be wrong


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
    """Have the next sync read all files of an older index again, and bring its words up to date.

    Whether its graph of vectors has to be made anew, too.
    """
    found = catalog.meta().get("format")
    if found not in _UPGRADED:
        return False
    if found == _FTS5:
        catalog.rebuild_words()
    catalog.forget_contents()
    catalog.set_meta({"format": FORMAT})
    return found == _FTS5


def _renewal(found: str) -> str:
    if found in _UPGRADED:
        return "Run `askdocs index`; it embeds only what has become other."
    return "Build it anew with `askdocs index --rebuild`."

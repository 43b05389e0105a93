"""Filters of a search: by name or folder, document type, and date of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askdocs.documents.document_types import kind_of

if TYPE_CHECKING:
    from askdocs.index.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions for documents. `since` and `until` are dates (2025-03-31); "" is no limit."""

    sources: Sequence[str] | None = None
    kinds: Sequence[str] = ()
    since: str = ""
    until: str = ""

    def within(self, catalog: Catalog) -> list[str] | None:
        """The sources that pass; None if all do.

        Raises:
            CorpusError: No document matches `sources`.
        """
        named = None if self.sources is None else catalog.sources(self.sources)
        if not (self.kinds or self.since or self.until):
            return named
        allowed = None if named is None else set(named)
        wanted = {kind.casefold() for kind in self.kinds}
        return [
            record.source
            for record in catalog.document_records()
            if (allowed is None or record.source in allowed)
            and (not wanted or kind_of(record.source).casefold() in wanted)
            and (not self.since or record.modified[:10] >= self.since)
            and (not self.until or "" < record.modified[:10] <= self.until)
        ]

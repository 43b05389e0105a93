"""Filters of a search: by name or folder, document type, and date of the file or document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from askdocs.documents.document_types import kind_of

if TYPE_CHECKING:
    from askdocs.guide.days import Days
    from askdocs.index.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions for documents. `since` and `until` are dates (2025-03-31); "" is no limit.

    `dates` says which date they limit: that of the last change of the file, or that which the
    document states. Of the latter a year or month alone passes where a day of it would.
    """

    sources: Sequence[str] | None = None
    kinds: Sequence[str] = ()
    since: str = ""
    until: str = ""
    dates: Literal["file", "document"] = "file"

    def within(self, catalog: Catalog, days: Days) -> list[str] | None:
        """The sources that pass; None if all do. `days` has the dates of the documents.

        Raises:
            CorpusError: No document matches `sources`.
        """
        named = None if self.sources is None else catalog.sources(self.sources)
        if not (self.kinds or self.since or self.until):
            return named
        allowed = None if named is None else set(named)
        stated = days.of_all(catalog) if self.dates == "document" else None
        wanted = {kind.casefold() for kind in self.kinds}
        return [
            record.source
            for record in catalog.document_records()
            if (allowed is None or record.source in allowed)
            and (not wanted or kind_of(record.source).casefold() in wanted)
            and self._is_in_time(
                record.modified[:10] if stated is None else stated.get(record.source, "")
            )
        ]

    def _is_in_time(self, day: str) -> bool:
        if not day:
            return not self.since and not self.until
        length = len(day)
        is_late = not self.since or day >= self.since[:length]
        return is_late and (not self.until or day <= self.until[:length])

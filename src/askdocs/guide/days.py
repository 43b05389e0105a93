"""The day of every document, by its own words."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from askdocs.index.catalog import Catalog
from askdocs.text.dates import FOOT, HEAD, document_date
from askdocs.types import DocumentRecord


class Days:
    """The days of the documents of an index, kept until these change. Usable from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[DocumentRecord, str] = {}

    def of_all(self, catalog: Catalog) -> Mapping[str, str]:
        """The ISO date of each document, perhaps only a year or a month; "" if it states none."""
        with self._guard:
            days = {}
            for record in catalog.document_records():
                version = replace(record, pending=0)
                known = self._known.get(version)
                days[version] = _day_of(catalog, record.source) if known is None else known
            self._known = days
        return {record.source: day for record, day in days.items()}


def _day_of(catalog: Catalog, source: str) -> str:
    """The day that a document states at its beginning, at its end, or in its name."""
    found = document_date(source, *catalog.title_and_ends(source, HEAD, FOOT))
    if found is None or not found.is_stated:
        return ""
    year, *rest = found.parts
    return "-".join([f"{year:04}", *(f"{part:02}" for part in rest if part)])

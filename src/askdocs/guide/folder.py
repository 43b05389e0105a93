"""The guide of a folder: the number of documents, their types, dates and topics."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence

from askdocs.documents.document_types import kind_of
from askdocs.guide.document import guide_of
from askdocs.index.catalog import Catalog
from askdocs.types import DocumentGuide, DocumentRecord, Guide

READ = 40  # documents that are read for the guide of a folder
_MOST_TOPICS = 8
_SHORT = 1500  # characters; shorter text has no characteristic words
_KEPT = 2000  # cached guides of documents


class Guides:
    """The guides of an index, cached until their documents change. Usable from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[str, tuple[DocumentRecord, DocumentGuide]] = {}

    def document(self, catalog: Catalog, record: DocumentRecord) -> DocumentGuide | None:
        """The guide of a document; None if it no longer exists."""
        known = self._kept.get(record.source)
        if known is not None and known[0] == record:
            return known[1]
        document = catalog.document(record.source)
        if document is None:
            return None
        guide = guide_of(document, record, catalog)
        with self._guard:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[record.source] = record, guide
        return guide

    def folder(
        self, catalog: Catalog, *, sources: Sequence[str] | None = None, most: int = READ
    ) -> Guide:
        """The guide of a folder, or of some of its documents; at most `most` of them are read."""
        wanted = None if sources is None else set(sources)
        records = [
            record
            for record in catalog.document_records()
            if wanted is None or record.source in wanted
        ]
        read = sorted(records, key=lambda record: (-_weight(record), record.source))[:most]
        guides = [guide for record in read if (guide := self.document(catalog, record))]
        kinds = Counter(kind_of(record.source) for record in records)
        all_read = len(read) == len(records)
        days = sorted(guide.dated for guide in guides if guide.dated and all_read)
        return Guide(
            count=len(records),
            kinds=tuple(kinds.most_common()),
            since=days[0] if days else "",
            until=days[-1] if days else "",
            topics=_topics(guides),
            documents=tuple(_distinct(guides)),
            failed=len(catalog.failures()) if wanted is None else 0,
            partly=sum(bool(record.left_out) for record in records),
        )


def _weight(record: DocumentRecord) -> int:
    """The weight of a document, by its length; all long documents weigh the same."""
    return min(record.characters // 2000, 5) - record.source.count("/")


def _distinct(guides: Iterable[DocumentGuide]) -> list[DocumentGuide]:
    """Documents with an abstract first, without duplicates."""
    found: dict[tuple[str, str], DocumentGuide] = {}
    for guide in guides:
        words = guide.opening.text if guide.opening else guide.source
        found.setdefault((guide.title, words), guide)
    return sorted(found.values(), key=_opening_rank)


def _opening_rank(guide: DocumentGuide) -> int:
    """0 for a document with an abstract or summary, 1 for one that begins with prose, else 2."""
    if guide.opening is None:
        return 2
    return 0 if guide.opening.heading else 1


def _topics(guides: Sequence[DocumentGuide]) -> tuple[str, ...]:
    """The words that are characteristic of most documents, or strongly of one."""
    scores: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for guide in _distinct(each for each in guides if each.record.characters >= _SHORT):
        for rank, word in enumerate(guide.words):
            key = word.lower()
            shown.setdefault(key, word)
            scores[key] += 1 / (rank + 2)  # type: ignore[assignment]
    return tuple(shown[key] for key, _ in scores.most_common(_MOST_TOPICS))

"""What the parts of the catalog share: the database, and the columns of passages."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path

from askdocs.documents.passages import with_id
from askdocs.index.database import Database, damaged
from askdocs.types import Passage

PASSAGE = "id, source, text, start, end, title, page, page_label, heading, line"
passage_row = attrgetter(*PASSAGE.split(", "))


class CatalogTables:
    """Tables of a catalog. Usable from any thread. Each write is one transaction.

    Args:
        path: The file of the catalog, for error messages.
        database: The open file.
    """

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self._database = database

    def _verified(self, passage: Passage) -> Passage:
        """Check a passage against its id, which is a hash of all its fields.

        Raises:
            IndexMismatchError: The passage is not what was stored.
        """
        if with_id(passage).id != passage.id:
            reason = f"a passage of {passage.source} is not what was stored"
            raise damaged(self.path, reason)
        return passage

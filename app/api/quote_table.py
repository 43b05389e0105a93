"""POST /table fills a table of quotes, row by row. GET /table/FILE returns it as a file."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from askdocs.errors import CorpusError
from askdocs.index.folder import make_private_folder
from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import TextAnchor, address_of
from askdocs.quote_table.fill import (
    Cell,
    QuoteTable,
    RegularSaves,
    fill,
    load_known,
    load_table,
    save,
)
from askdocs.quote_table.write import Link, write_table

from ..background_tasks import Background
from ..corpora import page_address
from ..i18n.table_labels import table_labels
from .check import Name, lines_of

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

MOST_QUESTIONS = 50
MOST_DOCUMENTS = 5000
TABLES_KEPT = 20  # the latest ones; older ones are deleted
_BUSY = "Another table is being filled. Try again when it is done."
_FILE = re.compile(r"([0-9a-f]{12})\.(csv|xlsx|html|json)")
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
Question = Annotated[str, Field(min_length=1, max_length=2000)]


class TableRequest(BaseModel):
    """The questions, and the documents and folders to ask; None for all."""

    questions: list[Question] = Field(min_length=1, max_length=MOST_QUESTIONS)
    sources: list[Name] | None = Field(default=None, max_length=MOST_DOCUMENTS)


class Tables:
    """The filled tables, each as a file in one folder."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` stores the tables; None stores them as long as this object exists."""
        self._passing = None if folder else tempfile.TemporaryDirectory(prefix="askdocs-tables-")
        self._folder = folder or Path(self._passing.name if self._passing else "")

    def path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def known(self) -> dict[tuple[str, str], Cell]:
        """All cells that were filled before. Later tables take precedence."""
        cells: dict[tuple[str, str], Cell] = {}
        for path in self._by_age():
            with suppress(CorpusError):  # damaged
                cells |= load_known(path)
        return cells

    def save(self, table: QuoteTable, key: str, known: Mapping[tuple[str, str], Cell]) -> None:
        """Store a table with the known cells of its documents, and delete the oldest tables."""
        make_private_folder(self._folder)
        questions, sources = set(table.questions), set(table.sources)
        own = {
            (source, question): cell
            for (source, question), cell in known.items()
            if source in sources and question in questions
        }
        save(table, self.path(key), known=own)
        for old in self._by_age()[:-TABLES_KEPT]:
            with suppress(OSError):
                old.unlink()

    def _by_age(self) -> list[Path]:
        with suppress(OSError):
            return sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        return []


def add_tables(
    routes: FastAPI, assistant: Assistant, background: Background, folder: Path | None
) -> None:
    """Add the routes.

    Args:
        routes: Gets the routes.
        assistant: Answers the questions.
        background: Runs the work that fills a table.
        folder: Stores the tables, so that only changed documents are asked again. None stores them
            until the server ends.
    """
    tables = Tables(folder)
    place = threading.BoundedSemaphore(1)

    @routes.post("/table")
    def fill_table(wanted: TableRequest) -> Response:
        sources = _sources(assistant, wanted.sources)
        if not sources:
            return JSONResponse({"problem": "No document to ask."}, 422)
        if not place.acquire(blocking=False):
            return JSONResponse({"problem": _BUSY}, 503)
        work = partial(_fill, assistant, tables, wanted.questions, sources)
        return lines_of(background, work, "askdocs-table", done=place.release)

    @routes.get("/table/{name}")
    def download(name: str, request: Request, language: str = "en") -> Response:
        found = _FILE.fullmatch(name)
        table = load_table(tables.path(found[1])) if found else None
        if found is None or table is None:
            return JSONResponse({"problem": "This table is no longer available."}, 404)
        link_to = partial(address_of, page_address(request), assistant.config.corpus)
        content = _written(table, found[2], link_to, language)
        headers = {
            "Content-Disposition": f'attachment; filename="quotes.{found[2]}"',
            "Cache-Control": "no-store",
        }
        return Response(content, media_type=_MEDIA[found[2]], headers=headers)


def _sources(assistant: Assistant, wanted: Sequence[str] | None) -> list[str]:
    """The requested documents, by their names or folders, in the order of the index."""
    names = [record.source for record in assistant.status().documents]
    if wanted is None:
        return names[:MOST_DOCUMENTS]
    return [n for n in names if any(n == w or n.startswith(f"{w.rstrip('/')}/") for w in wanted)]


def _fill(
    assistant: Assistant,
    tables: Tables,
    questions: Sequence[str],
    sources: Sequence[str],
    send: Callable[[Any], None],
) -> None:
    questions = list(dict.fromkeys(" ".join(each.split()) for each in questions))
    key = checksum(json.dumps([questions, list(sources)]))[:12]
    send({"table": key, "questions": questions, "total": len(sources)})

    known = tables.known()
    saves = RegularSaves(partial(tables.save, key=key, known=known), known)

    def on_row(table: QuoteTable, done: int) -> None:
        saves.on_row(table, done)
        send({"done": done, "row": _row(table, table.sources[done - 1])})

    try:
        with saves:
            fill(assistant, questions, sources, known=known, on_row=on_row)
    except CorpusError as error:  # a document was removed in the meantime
        send({"problem": str(error)})


def _row(table: QuoteTable, source: str) -> dict[str, Any]:
    cells = [{"state": each.state, "quotes": _quotes(each)} for each in table.row(source)]
    return {"source": source, "title": table.titles.get(source) or source, "cells": cells}


def _quotes(cell: Cell) -> list[Mapping[str, Any]]:
    return [
        {
            "quote": each["quote"],
            "place": each.get("place") or "",
            "mark": str(TextAnchor(int(each["start"]), int(each["end"]), str(each["hash"]))),
        }
        for each in cell.quotes
    ]


def _written(table: QuoteTable, kind: str, link_to: Link, language: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="askdocs-") as folder:
        path = Path(folder) / f"quotes.{kind}"
        if kind == "json":
            save(table, path)
        else:
            write_table(table, path, link_to=link_to, wording=table_labels(language))
        return path.read_bytes()

"""An .xlsx workbook, read by IronCalc: number formats, hidden rows and columns, formula results.

IronCalc (MIT or Apache-2.0) also computes formulas without a stored result. Files that were written
by programs have them. If IronCalc cannot read a file, formats are read from its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from askdocs.documents.loaders.shared.zip_archive import read_part
from askdocs.documents.loaders.spreadsheets.number_format import (
    format_date,
    plain_value,
    represents,
)
from askdocs.documents.loaders.spreadsheets.stored_formats import (
    NumberFormatter,
    SheetFormats,
    stored_formats,
)
from askdocs.documents.loaders.tables.cells import clean

_EPOCH = datetime(1899, 12, 30)  # day 0 of serial dates
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_VOLATILE = re.compile(r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|CELL|INFO)\(", re.I)
_FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s>/]")
_LONGEST_TAG = 12  # bytes of the start of a formula's tag
_CHUNK = 1 << 20
_SHEETS_FOLDER = "xl/worksheets/"
_REFERENCES = re.compile(
    rb"<(?:\w+:)?(legacyDrawing\w*|drawing|picture|oleObjects|controls|hyperlinks|tableParts|extLst)\b"
    rb"(?:[^>]*/>|.*?</(?:\w+:)?\1>)",
    re.S,
)
_LOCALE = ("en", "UTC", "en")  # locale, time zone and language; formats are English


class Workbook:
    """The workbook at a path.

    Attributes:
        computed: The number of formulas without a stored result that were computed.
        not_computed: The number of formulas that were not computed. The text contains the formulas.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._model = _open_model(path)
        self.computed = 0
        self.not_computed = 0
        properties = self._model.get_worksheets_properties() if self._model is not None else []
        self._sheets = {sheet["name"]: index for index, sheet in enumerate(properties)}
        self._has_formulas = self._model is not None and _has_formulas(path)
        self._stored = stored_formats(path) if self._model is None else {}

    @property
    def is_formatted(self) -> bool:
        """Whether formats can be read. Else values are as stored, and nothing is hidden."""
        return self._stored is not None

    @property
    def computes(self) -> bool:
        """Whether IronCalc can read the file. Else formulas are not computed."""
        return self._model is not None

    def size(self, sheet: str) -> tuple[int, int]:
        """(last used row, last used column) of a sheet, from 1; (0, 0) if unknown."""
        if self._model is None or sheet not in self._sheets:
            return 0, 0
        _, last_row, _, last_column = self._model.get_sheet_dimensions(self._sheets[sheet])
        return last_row, last_column

    def text(self, sheet: str, row: int, column: int, value: object) -> str:
        """The displayed text of a cell.

        Args:
            sheet: The name of the sheet.
            row: Its row, from 1.
            column: Its column, from 1.
            value: Its stored value, "" for none.
        """
        if isinstance(value, str):
            return clean(value) or self._formula_text(sheet, row, column)
        if isinstance(value, datetime | date | time | timedelta):
            return format_date(value, self._number_format(sheet, row, column))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return plain_value(value)
        return self._number(self._model, sheet, row, column, float(value))

    def hidden_rows(self, sheet: str, rows: range) -> Iterator[int]:
        """The hidden rows among `rows`, from 1."""
        if self._model is not None and sheet in self._sheets:
            at = self._sheets[sheet]
            yield from (row for row in rows if self._model.is_row_hidden(at, row))
        else:
            yield from (row for row in rows if row in self._formats_of(sheet).hidden_rows)

    def hidden_columns(self, sheet: str, columns: range) -> Iterator[int]:
        """The hidden columns among `columns`, from 1."""
        if self._model is not None and sheet in self._sheets:
            at = self._sheets[sheet]
            yield from (column for column in columns if self._model.is_column_hidden(at, column))
        else:
            hidden = self._formats_of(sheet).hidden_columns
            yield from (column for column in columns if column in hidden)

    def _formats_of(self, sheet: str) -> SheetFormats:
        """The formats of a sheet that IronCalc cannot read."""
        return (self._stored or {}).get(sheet, SheetFormats())

    @cached_property
    def _formatter(self) -> NumberFormatter:
        return NumberFormatter(_LOCALE)

    @cached_property
    def _evaluated(self) -> Any:
        model = _open_model(self._path)
        if model is not None:
            model.evaluate()
        return model

    def _formula_text(self, sheet: str, row: int, column: int) -> str:
        """The result of a formula without a stored result; "" for an empty cell."""
        if not self._has_formulas or sheet not in self._sheets:
            return ""
        formula = self._model.get_cell_formula(self._sheets[sheet], row, column)
        if not formula:
            return ""
        result = "" if _VOLATILE.search(formula) else self._result_of(sheet, row, column)
        if result is None:
            return ""
        if result:
            self.computed += 1
            return result
        self.not_computed += 1
        return f"{formula} (not computed)"

    def _result_of(self, sheet: str, row: int, column: int) -> str | None:
        """The result of a formula; "" if it cannot be computed, None if it is empty."""
        model, at = self._evaluated, self._sheets[sheet]
        value = model.get_cell_value(at, row, column)
        if isinstance(value, str):
            error = (
                value.startswith("#") or model.get_formatted_cell_value(at, row, column)[:1] == "#"
            )
            return "" if error else clean(value) or None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return plain_value(value) if value is not None else None
        if is_date_format(self._number_format(sheet, row, column)):
            moment = _EPOCH + timedelta(days=float(value))
            return format_date(moment, self._number_format(sheet, row, column))
        return self._number(model, sheet, row, column, float(value))

    def _number(self, model: Any, sheet: str, row: int, column: int, value: float) -> str:
        plain = plain_value(value)
        if model is not None and sheet in self._sheets:
            shown = clean(model.get_formatted_cell_value(self._sheets[sheet], row, column))
            if shown == plain:
                return plain
        else:
            shown = ""
        number_format = self._number_format(sheet, row, column)
        if number_format.lower() in {"", "general"}:
            return plain
        shown = (shown or clean(self._formatter.format(value, number_format))).removesuffix(".")
        return shown if shown and represents(shown, value) else plain

    def _number_format(self, sheet: str, row: int, column: int) -> str:
        if self._model is None or sheet not in self._sheets:
            return self._formats_of(sheet).number_formats.get((row, column), "")
        style = self._model.get_cell_style(self._sheets[sheet], row, column)
        return str(style.get("num_fmt", ""))


def is_date_format(number_format: str) -> bool:
    """Whether a number format shows a date or a time."""
    return bool(re.search(r"[ymdhs]", _LITERAL.sub("", number_format.split(";")[0]), re.I))


def _has_formulas(path: Path) -> bool:
    """Whether any sheet has a formula. Most large sheets have none."""
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith(_SHEETS_FOLDER) and name.endswith(".xml"):
                with archive.open(name) as part:
                    before = b""
                    while chunk := part.read(_CHUNK):
                        if _FORMULA.search(before + chunk):
                            return True
                        before = chunk[-_LONGEST_TAG:]
    return False


def _open_model(path: Path) -> Any:
    """IronCalc's model of the file; None if IronCalc cannot read it."""
    model = _load_model(path)
    if model is not None:
        return model
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        reduced = Path(folder) / "reduced.xlsx"
        _copy_cells(path, reduced)
        return _load_model(reduced)


def _load_model(path: Path) -> Any:
    import ironcalc

    try:
        return ironcalc.load_from_xlsx(str(path), *_LOCALE)
    except MemoryError:
        raise
    except BaseException as error:  # a panic in its Rust code is not an Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return None


def _copy_cells(path: Path, copy: Path) -> None:
    """Copy a workbook with only its cells and formats.

    IronCalc rejects workbooks whose comments or drawings are not in the parts that Excel uses.
    """
    with ZipFile(path) as archive, ZipFile(copy, "w", ZIP_DEFLATED) as reduced:
        for name in archive.namelist():
            if name.startswith(_SHEETS_FOLDER) and "_rels/" in name:
                continue
            data = read_part(archive, name)
            if name.startswith(_SHEETS_FOLDER):
                data = _REFERENCES.sub(b"", data)
            reduced.writestr(name, data)

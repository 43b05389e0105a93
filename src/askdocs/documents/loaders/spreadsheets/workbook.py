"""An .xlsx workbook as IronCalc reads it: number formats, hidden parts, results of formulas.

IronCalc (MIT or Apache-2.0) also computes the formulas whose results a file does not hold, as in
files that a program wrote. Where it cannot read a file, the cells are shown without formats.
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
from askdocs.documents.loaders.spreadsheets.number_format import plain_value, says, shown_date
from askdocs.documents.loaders.tables.cells import clean

_EPOCH = datetime(1899, 12, 30)  # day 0 of the serial dates of spreadsheets
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_CHANGING = re.compile(r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|CELL|INFO)\(", re.I)
_FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s>/]")
_LONGEST_TAG = 12  # bytes of the beginning of a formula's tag
_CHUNK = 1 << 20
_SHEETS_FOLDER = "xl/worksheets/"
_REFERENCES = re.compile(
    rb"<(?:\w+:)?(legacyDrawing\w*|drawing|picture|oleObjects|controls|hyperlinks|tableParts|extLst)\b"
    rb"(?:[^>]*/>|.*?</(?:\w+:)?\1>)",
    re.S,
)
_WHERE = ("en", "UTC", "en")  # locale, time zone and language: formats are shown as in English


class Workbook:
    """The workbook at a path.

    Attributes:
        computed: How many formulas without a stored result were computed.
        not_computed: How many were not; they stand as formulas in the text.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._model = _open(path)
        self.computed = 0
        self.not_computed = 0
        properties = self._model.get_worksheets_properties() if self._model is not None else []
        self._sheets = {each["name"]: index for index, each in enumerate(properties)}
        self._has_formulas = self._model is not None and _has_formulas(path)

    def size(self, sheet: str) -> tuple[int, int]:
        """(last row, last column) that a sheet uses, from 1; (0, 0) where it is not known."""
        if self._model is None or sheet not in self._sheets:
            return 0, 0
        _, last_row, _, last_column = self._model.get_sheet_dimensions(self._sheets[sheet])
        return last_row, last_column

    def text(self, sheet: str, row: int, column: int, value: object) -> str:
        """What a cell shows.

        Args:
            sheet: The name of the sheet.
            row: Its row, from 1.
            column: Its column, from 1.
            value: Its stored value, "" for none.
        """
        if isinstance(value, str):
            return clean(value) or self._formula_text(sheet, row, column)
        if isinstance(value, datetime | date | time | timedelta):
            return shown_date(value, self._number_format(sheet, row, column))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return plain_value(value)
        return self._number(self._model, sheet, row, column, float(value))

    def hidden_rows(self, sheet: str, rows: range) -> Iterator[int]:
        """Those of the rows, from 1, that the sheet hides."""
        if self._model is not None and sheet in self._sheets:
            at = self._sheets[sheet]
            yield from (row for row in rows if self._model.is_row_hidden(at, row))

    def hidden_columns(self, sheet: str, columns: range) -> Iterator[int]:
        """Those of the columns, from 1, that the sheet hides."""
        if self._model is not None and sheet in self._sheets:
            at = self._sheets[sheet]
            yield from (each for each in columns if self._model.is_column_hidden(at, each))

    @cached_property
    def _evaluated(self) -> Any:
        model = _open(self._path)
        if model is not None:
            model.evaluate()
        return model

    def _formula_text(self, sheet: str, row: int, column: int) -> str:
        """The result of a formula that the file holds no result of; "" for an empty cell."""
        if not self._has_formulas or sheet not in self._sheets:
            return ""
        formula = self._model.get_cell_formula(self._sheets[sheet], row, column)
        if not formula:
            return ""
        result = "" if _CHANGING.search(formula) else self._computed(sheet, row, column)
        if result is None:
            return ""
        self.computed += bool(result)
        self.not_computed += not result
        return result or f"{formula} (not computed)"

    def _computed(self, sheet: str, row: int, column: int) -> str | None:
        """The result of a formula; "" where it cannot be computed, None where it is empty."""
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
            return shown_date(moment, self._number_format(sheet, row, column))
        return self._number(model, sheet, row, column, float(value))

    def _number(self, model: Any, sheet: str, row: int, column: int, value: float) -> str:
        plain = plain_value(value)
        if model is None or sheet not in self._sheets:
            return plain
        shown = clean(model.get_formatted_cell_value(self._sheets[sheet], row, column))
        if shown == plain or self._number_format(sheet, row, column).lower() == "general":
            return plain
        shown = shown.removesuffix(".")
        return shown if shown and says(shown, value) else plain

    def _number_format(self, sheet: str, row: int, column: int) -> str:
        if self._model is None or sheet not in self._sheets:
            return ""
        style = self._model.get_cell_style(self._sheets[sheet], row, column)
        return str(style.get("num_fmt", ""))


def is_date_format(number_format: str) -> bool:
    """Whether a number format shows a date or a time."""
    return bool(re.search(r"[ymdhs]", _LITERAL.sub("", number_format.split(";")[0]), re.I))


def _has_formulas(path: Path) -> bool:
    """Whether any sheet has a formula; most large ones have none."""
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


def _open(path: Path) -> Any:
    """IronCalc's model of the file, None where it cannot read it."""
    model = _loaded(path)
    if model is not None:
        return model
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        lean = Path(folder) / "lean.xlsx"
        _copy_cells(path, lean)
        return _loaded(lean)


def _loaded(path: Path) -> Any:
    import ironcalc

    try:
        return ironcalc.load_from_xlsx(str(path), *_WHERE)
    except MemoryError:
        raise
    except BaseException as error:  # a panic of its Rust code is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return None


def _copy_cells(path: Path, copy: Path) -> None:
    """A copy of a workbook with its cells and formats alone.

    IronCalc refuses workbooks whose comments or drawings are not where Excel puts them.
    """
    with ZipFile(path) as archive, ZipFile(copy, "w", ZIP_DEFLATED) as lean:
        for name in archive.namelist():
            if name.startswith(_SHEETS_FOLDER) and "_rels/" in name:
                continue
            data = read_part(archive, name)
            if name.startswith(_SHEETS_FOLDER):
                data = _REFERENCES.sub(b"", data)
            lean.writestr(name, data)

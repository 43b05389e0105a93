"""Converts workbooks of the old Excel format (.xls) to .xlsx, so that both are read in one way.

Values, number formats, merged cells, comments and hidden rows, columns and sheets are copied.
Instead of formulas, their stored results are copied.
"""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import Any

_MOST_CELLS = 300_000  # copying a cell takes about 20 microseconds
_BEGIN, _CHART, _DRAWINGS = 0x0809, 0x0020, 0x00EB  # BOF, its type, MSODRAWINGGROUP ([MS-XLS])
_PICTURES = 0xF001  # OfficeArtBStoreContainer ([MS-ODRAW] 2.2.20)
_NUMBER, _DATE, _BOOLEAN, _ERROR = 2, 3, 4, 5  # cell types of xlrd


def as_xlsx(data: bytes, path: Path) -> bool:
    """Write the workbook as .xlsx to a path.

    Returns:
        Whether it was written. It is not written if the file is damaged, protected or very large.
    """
    import xlrd
    from openpyxl import Workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    try:
        old = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=BytesIO())
    except Exception:  # damaged files fail in many ways in the library
        return False
    if sum(sheet.nrows * sheet.ncols for sheet in old.sheets()) > _MOST_CELLS:
        return False
    new = Workbook()
    new.remove(new.active)
    if old.datemode:
        new.epoch = CALENDAR_MAC_1904
    for sheet in old.sheets():
        _copy_sheet(old, sheet, new.create_sheet(sheet.name))
    new.save(path)
    return True


def drawings_in(data: bytes) -> dict[str, int]:
    """The numbers of charts and pictures in a workbook, without those of 0."""
    stream = _workbook_stream(data)
    counts = {"chart": 0, "picture": 0}
    at = 0
    while at + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        if number == _BEGIN and len(body) >= 4:
            counts["chart"] += struct.unpack_from("<H", body, 2)[0] == _CHART
        elif number == _DRAWINGS:
            counts["picture"] += _pictures_in(body)
        at += 4 + length
    return {noun: count for noun, count in counts.items() if count}


def _workbook_stream(data: bytes) -> bytes:
    from xlrd.compdoc import SIGNATURE, CompDoc

    if not data.startswith(SIGNATURE):
        return data
    try:
        compound = CompDoc(data, logfile=BytesIO())
        return compound.get_named_stream("Workbook") or compound.get_named_stream("Book") or b""
    except Exception:  # damaged files fail in many ways in the library
        return b""


def _pictures_in(group: bytes) -> int:
    """The number of pictures in the drawings of a workbook."""
    at = 8  # after the head of the container
    while at + 8 <= len(group):
        version, kind, length = struct.unpack_from("<HHI", group, at)
        if kind == _PICTURES:
            return int(version) >> 4
        at += 8 + length
    return 0


def _copy_sheet(old: Any, sheet: Any, copy: Any) -> None:
    for row in range(sheet.nrows):
        for column in range(sheet.ncols):
            cell = sheet.cell(row, column)
            if cell.value == "" and cell.ctype not in (_BOOLEAN, _ERROR):
                continue
            made = copy.cell(row + 1, column + 1)
            made.value = _cell_value(cell)
            made.data_type = "s" if isinstance(made.value, str) else made.data_type
            if cell.ctype in (_NUMBER, _DATE):
                number_format = old.format_map.get(old.xf_list[cell.xf_index].format_key)
                made.number_format = number_format.format_str if number_format else "General"
    for first, last, left, right in sheet.merged_cells:
        copy.merge_cells(start_row=first + 1, end_row=last, start_column=left + 1, end_column=right)
    _copy_comments(sheet, copy)
    _copy_hidden(sheet, copy)


def _cell_value(cell: Any) -> str | float | bool:
    from xlrd import error_text_from_code

    if cell.ctype == _BOOLEAN:
        return bool(cell.value)
    if cell.ctype == _ERROR:
        return str(error_text_from_code.get(cell.value, "#N/A"))
    if isinstance(cell.value, str):
        return "".join(letter for letter in cell.value if letter >= " " or letter in "\n\t")
    return float(cell.value)


def _copy_comments(sheet: Any, copy: Any) -> None:
    from openpyxl.comments import Comment

    for (row, column), note in sheet.cell_note_map.items():
        copy.cell(row + 1, column + 1).comment = Comment(note.text, note.author or "")


def _copy_hidden(sheet: Any, copy: Any) -> None:
    from openpyxl.utils import get_column_letter

    if sheet.visibility:
        copy.sheet_state = "hidden"
    for row, about in sheet.rowinfo_map.items():
        if about.hidden:
            copy.row_dimensions[row + 1].hidden = True
    for column, about in sheet.colinfo_map.items():
        if about.hidden:
            copy.column_dimensions[get_column_letter(column + 1)].hidden = True

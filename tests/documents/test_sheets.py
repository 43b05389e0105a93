"""Spreadsheets as they are shown: merged cells, formats, headers, formulas, notes, hidden parts."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Border, Side
from openpyxl.worksheet.worksheet import Worksheet

from askdocs.documents.loaders import load
from askdocs.documents.loaders.spreadsheets import stored_formats, workbook
from askdocs.documents.loaders.spreadsheets.number_format import format_date, represents


def lines(path: Path) -> list[str]:
    return [line for line in load(path, path.name)[0].text.split("\n") if line]


def sheet(rows: list[list[object]]) -> Worksheet:
    book = openpyxl.Workbook()
    active = book.active
    assert active is not None
    active.title = "S"
    for row in rows:
        active.append(row)
    return active


def saved(tmp_path: Path, made: Worksheet) -> list[str]:
    path = tmp_path / "a.xlsx"
    made.parent.save(path)
    return lines(path)[1:]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.075, "0.0%", "7.5%"),
        (42, "000000", "000042"),
        (1234567, '#,##0 "SEK"', "1,234,567 SEK"),
        (19.9, '[$£-809]#,##0.00', "£19.90"),
        (-1250, "#,##0.00_);(#,##0.00)", "(1,250.00)"),
        (12.5, '0.0 "m³"', "12.5 m³"),
        (1500000, '0.0,,"M"', "1500000"),  # 1.5M is not the value of the cell
        (0.5, "# ?/?", "0.5"),
        (3.14159, "General", "3.14159"),
        (date(2031, 2, 9), "dd.mm.yyyy", "09.02.2031"),
        (date(2031, 2, 9), "[$-407]d. mmmm yyyy", "9. February 2031"),
        (date(2031, 2, 9), "mm-dd-yy", "2031-02-09"),
        (datetime(2031, 2, 9, 14, 30), "d mmm yyyy h:mm AM/PM", "9 Feb 2031 2:30 PM"),
        (time(9, 5), "h:mm", "9:05"),
        (timedelta(hours=31, minutes=15), "[h]:mm", "31:15"),
        (True, "General", "TRUE"),
    ],
)  # fmt: skip
def test_a_cell_reads_as_it_is_shown(
    tmp_path: Path, value: object, number_format: str, shown: str
) -> None:
    made = sheet([["What", "Value"], ["x", value], ["y", "none"]])
    made["B2"].number_format = number_format
    assert saved(tmp_path, made)[0] == f"What: x; Value: {shown}"


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_a_shown_number_that_means_another_value_is_noticed(
    value: int, other: int, decimals: int
) -> None:
    exact = value / 10**decimals
    assert represents(f"{exact:,.{decimals}f} kg", exact)
    assert represents(f"{exact:.{decimals}%}", exact)
    assert represents(f"{exact:,.{decimals}f}", other / 10**decimals) == (value == other)


def test_a_time_is_rounded_to_the_second() -> None:
    stored = datetime(2031, 2, 9, 14, 29, 59, 999_990)
    assert format_date(stored, "dd.mm.yyyy hh:mm") == "09.02.2031 14:30"


def test_merged_cells_fill_what_they_cover(tmp_path: Path) -> None:
    made = sheet([
        ["Week plan", None, None, None],
        ["Room", "Mon", "Tue", "Wed"],
        ["Blue", "closed", None, "open"],
        [None, "open", "open", "open"],
        ["Red", "open", "closed", None],
    ])  # fmt: skip
    for merged in ("A1:D1", "A3:A4", "B3:C3", "C5:D5"):
        made.merge_cells(merged)
    assert saved(tmp_path, made) == [
        "Week plan",
        "Room: Blue; Mon: closed; Tue: closed; Wed: open",
        "Room: Blue; Mon: open; Tue: open; Wed: open",
        "Room: Red; Mon: open; Tue: closed; Wed: closed",
    ]


def test_cells_merged_for_layout_are_written_once(tmp_path: Path) -> None:
    made = sheet(
        [["Name", None, "Born", None], ["Ada", None, 1815, None], ["Bo", None, 1820, None]]
    )
    for row in (1, 2, 3):
        made.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        made.merge_cells(start_row=row, end_row=row, start_column=3, end_column=4)
    assert saved(tmp_path, made) == ["Name: Ada; Born: 1815", "Name: Bo; Born: 1820"]


@pytest.mark.parametrize("merged", [True, False])
def test_a_header_of_two_rows_names_each_column(tmp_path: Path, merged: bool) -> None:
    made = sheet([
        ["Town", "Ships", None, "Boats", None],
        [None, "in", "out", "in", "out"],
        ["Bo", 4, 5, 6, 7],
        ["Os", 14, 15, 16, 17],
    ])  # fmt: skip
    if merged:
        for each in ("A1:A2", "B1:C1", "D1:E1"):
            made.merge_cells(each)
    assert saved(tmp_path, made) == [
        "Town: Bo; Ships in: 4; Ships out: 5; Boats in: 6; Boats out: 7",
        "Town: Os; Ships in: 14; Ships out: 15; Boats in: 16; Boats out: 17",
    ]


def test_a_header_of_three_rows_and_one_with_years(tmp_path: Path) -> None:
    made = sheet([
        ["Port", "Fish", None, None, None],
        [None, "Cod", None, "Eel", None],
        [None, 2024, 2025, 2024, 2025],
        ["Ona", 1, 2, 3, 4],
        ["Runde", 5, 6, 7, 8],
    ])  # fmt: skip
    for each in ("A1:A3", "B1:E1", "B2:C2", "D2:E2"):
        made.merge_cells(each)
    assert saved(tmp_path, made)[0] == (
        "Port: Ona; Fish Cod 2024: 1; Fish Cod 2025: 2; Fish Eel 2024: 3; Fish Eel 2025: 4"
    )


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=SUM(B2:B3)", "30"),
        ("=B2*1.5+B3", "35"),
        ('=IF(B3>B2,"rising","falling")', "rising"),
        ("=AVERAGE(B2:B3)", "15"),
        ("=NOSUCHFUNCTION(B2)", "=nosuchfunction(B2) (not computed)"),
        ("=TODAY()-B2", "=TODAY()-B2 (not computed)"),
        ("=B2/0", "=B2/0 (not computed)"),
    ],
)
def test_a_formula_without_a_stored_result_is_computed_or_reported(
    tmp_path: Path, formula: str, shown: str
) -> None:
    made = sheet([["Item", "Cost"], ["Oil", 10], ["Coal", 20], ["Sum", formula]])
    assert saved(tmp_path, made)[-1] == f"Item: Sum; Cost: {shown}"


def test_a_stored_result_is_what_counts(tmp_path: Path) -> None:
    made = sheet([["Item", "Cost"], ["Oil", 10], ["Sum", "=SUM(B2:B2)"]])
    path = tmp_path / "a.xlsx"
    made.parent.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = (
        parts[name]
        .replace(b"</f><v></v>", b"</f><v>99</v>")
        .replace(b"</f><v />", b"</f><v>99</v>")
    )
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    assert lines(path)[-1] == "Item: Sum; Cost: 99"


def test_a_form_in_a_sheet_has_its_values_next_to_its_labels(tmp_path: Path) -> None:
    made = sheet([
        ["Application", None, None, None, None], [None],
        ["Name:", "Ada Quist", None, "Born:", date(1990, 5, 3)],
        ["Town:", "Os", None, "Income:", 45000],
    ])  # fmt: skip
    made["E3"].number_format, made["E4"].number_format = "d.m.yyyy", '#,##0 "kr"'
    made.merge_cells("A1:E1")
    made.merge_cells("B3:C3")
    assert saved(tmp_path, made) == [
        "Application", "Name: Ada Quist; Born: 3.5.1990", "Town: Os; Income: 45,000 kr",
    ]  # fmt: skip


def test_comments_and_hidden_parts_are_marked(tmp_path: Path) -> None:
    made = sheet([["Item", "Price", "Cost"], ["Pump", 40, 25], ["Hose", 9, 4]])
    made["B2"].comment = Comment("Raise in May.", "Ida Moe")
    made.row_dimensions[3].hidden = True
    made.column_dimensions["C"].hidden = True
    other = made.parent.create_sheet("Margins")
    other.append(["Pump", "15"])
    other.sheet_state = "veryHidden"
    assert saved(tmp_path, made) == [
        "Item: Pump; Price: 40 (note by Ida Moe: Raise in May.); Cost (hidden column): 25",
        "Item: Hose; Price: 9; Cost (hidden column): 4 (hidden row)",
        "Margins (hidden sheet)",
        "Pump: 15",
    ]


@pytest.mark.parametrize(
    ("content", "last"),
    [
        ("Line,To,At\n7,Ona,5:10\n,Runde,5:40\n", "Line: 7; To: Runde; At: 5:40"),
        ("Dept;Name;Phone\nIT;Ada;11\n;Bo;12\nHR;Cy;13\n;Di;14\n", "Dept: HR; Name: Di; Phone: 14"),
        ("Zone,Day,Fee\nA,Mo,1\n,Tu,2\n,We,3\n", "Zone: A; Day: We; Fee: 3"),
        ("Phone,Name,Town\n11,Ada,Os\n,Bo,\n", "Name: Bo"),  # cells that are missing
        ("Code,Name\n7,Ada\n,Bo\n", "Name: Bo"),
    ],
)
def test_a_label_left_blank_is_that_of_the_row_above(
    tmp_path: Path, content: str, last: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    assert lines(path)[-1] == last


OPEN = """<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s"
 xmlns:dc="d"><office:automatic-styles><style:style style:name="ta2" style:family="table">
<style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="Fees">
<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>
<table:table-header-rows><table:table-row>{0}Zone{1}{0}Day{1}{0}Fee{1}</table:table-row>
</table:table-header-rows>
<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>North</text:p>
</table:table-cell>{0}Mon{1}<table:table-cell office:value="0.125"><office:annotation>
<dc:creator>Ida</dc:creator><text:p>Until May.</text:p></office:annotation><text:p>12.5%</text:p>
</table:table-cell></table:table-row>
<table:table-row table:visibility="collapse"><table:covered-table-cell/>{0}Tue{1}
<table:table-cell table:formula="of:=SUM([.C1:.C2])"/></table:table-row>
</table:table><table:table table:name="Old" table:style-name="ta2"><table:table-row>
{0}Gone{1}{0}by 1990{1}</table:table-row></table:table></office:spreadsheet></office:body>
</office:document-content>""".format("<table:table-cell><text:p>", "</text:p></table:table-cell>")


def test_an_open_document_sheet_reads_as_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", OPEN)
    assert lines(path) == [
        "Fees",
        "Zone | Day (hidden column) | Fee",
        "North | Mon | 12.5% (note by Ida: Until May.)",
        "North | Tue | =SUM([.C1:.C2]) (not computed) (hidden row)",
        "Old (hidden sheet)",
        "Gone: by 1990",
    ]
    document = load(path, "a.ods")[0]
    assert [anchor.line for anchor in document.anchors if anchor.line] == [1, 4, 1]


def test_formulas_without_results_and_charts_are_reported(tmp_path: Path) -> None:
    made = sheet([["Item", "Cost"], ["Oil", 10], ["Sum", "=SUM(B2:B2)"], ["Now", "=TODAY()"]])
    chart = BarChart()
    chart.add_data(Reference(made, min_col=2, min_row=1, max_row=3))
    made.add_chart(chart, "E2")
    saved(tmp_path, made)
    assert load(tmp_path / "a.xlsx", "a.xlsx")[0].left_out == (
        "1 chart",
        "stored results of 1 formula (missing in the file; they were computed)",
        "results of 1 formula (not computed)",
    )


def old_workbook(cells: list[list[tuple[str | float, str]]]) -> bytes:
    """A workbook of Excel 95 with (value, number format) of each cell ([MS-XLS], BIFF5)."""

    def record(number: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", number, len(data)) + data

    formats = sorted({form for row in cells for _, form in row})
    begin = struct.pack("<HHHH", 0x500, 5, 0, 1995)
    font = record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0, 400, 0, 0, 0, 0, 0) + b"\x05Arial")
    styles = [
        record(0x41E, struct.pack("<HB", 164 + n, len(form)) + form.encode("cp1252"))
        for n, form in enumerate(formats)
    ] + [record(0xE0, struct.pack("<HHHHHHHH", 0, 164 + n, 0, 0, 0, 0, 0, 0)) for n in range(9)]
    name = b"\x05Costs"
    head = record(0x809, begin) + record(0x42, struct.pack("<H", 1252)) + font + b"".join(styles)
    offset = len(head) + 4 + 6 + len(name) + 4
    head += record(0x85, struct.pack("<IBB", offset, 0, 0) + name) + record(0x0A)
    sheet = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 1995))
    for row, line in enumerate(cells):
        for column, (value, form) in enumerate(line):
            place = struct.pack("<HHH", row, column, formats.index(form))
            if isinstance(value, str):
                label = struct.pack("<H", len(value)) + value.encode("cp1252")
                sheet += record(0x204, place + label)
            else:
                sheet += record(0x203, place + struct.pack("<d", value))
    return head + sheet + record(0x0A)


def test_an_old_workbook_reads_as_it_is_shown(tmp_path: Path) -> None:
    names = [(name, "General") for name in ("Part", "Share", "Code", "Price", "Sold")]
    row = [("Gate", "General"), (0.085, "0.0%"), (427.0, "00000"), (1250.5, '"€"#,##0.00')]
    data = old_workbook([names, [*row, (46090.0, "D MMMM YYYY")]])
    (tmp_path / "a.xls").write_bytes(data)
    assert lines(tmp_path / "a.xls")[-1] == (
        "Part: Gate; Share: 8.5%; Code: 00427; Price: €1,250.50; Sold: 9 March 2026"
    )


def rich(*runs: str) -> CellRichText:
    """Runs of a cell. A run that begins with ^ or _ is a superscript or subscript."""
    kinds = {"^": "superscript", "_": "subscript"}
    return CellRichText(
        *(
            TextBlock(InlineFont(vertAlign=kinds[run[0]]), run[1:]) if run[0] in kinds else run
            for run in runs
        )
    )


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        (("1,240", "^2", " kg"), "1,240[2] kg"),
        (("35 km", "^2"), "35 km²"),
        (("10", "^6", " m", "^3"), "10^6 m³"),
        (("CO", "_2"), "CO2"),
        (("980", "^1)"), "980[1]"),
    ],
)
def test_superscripts_of_a_cell_do_not_touch_its_number(
    tmp_path: Path, runs: Sequence[str], shown: str
) -> None:
    made = sheet([["Boat", "Catch"], ["Alba", ""], ["Brage", "none"]])
    made["B2"] = rich(*runs)
    assert saved(tmp_path, made)[0] == f"Boat: Alba; Catch: {shown}"


def test_superscripts_after_an_empty_cell_with_a_border_do_not_touch_the_number(
    tmp_path: Path,
) -> None:
    made = sheet([["Gate", "Cost"], [None, None]])
    made["A2"].border = Border(bottom=Side("thin"))
    made["B2"] = rich("77", "^5")
    assert saved(tmp_path, made) == ["Cost: 77[5]"]


def test_shared_strings_differ_from_equal_plain_ones(tmp_path: Path) -> None:
    made = sheet([["Town", "People"], ["Nes", "here"], ["Vik", "here"]])
    path, shared = tmp_path / "inline.xlsx", tmp_path / "a.xlsx"
    made.parent.save(path)
    raised = '<r><t>201</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>5</t></r>'
    strings = f"<sst><si><t>2015</t></si><si>{raised}</si></sst>"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(shared, "w") as copy:
        for name in archive.namelist():
            data = archive.read(name).decode()
            if name.endswith("sheet1.xml"):
                for cell, index in (("B2", 0), ("B3", 1)):
                    text = f'<c r="{cell}" t="s"><v>{index}</v></c>'
                    data = re.sub(rf'<c r="{cell}".*?</c>', text, data)
            copy.writestr(name, data)
        copy.writestr("xl/sharedStrings.xml", strings)
    assert lines(shared)[1:] == ["Town: Nes; People: 2015", "Town: Vik; People: 201[5]"]


def beside(made: Worksheet, rows: Sequence[Sequence[object]], row: int, column: int) -> None:
    for down, cells in enumerate(rows):
        for across, value in enumerate(cells):
            made.cell(row + down, column + across, value)


def test_tables_side_by_side_are_separate(tmp_path: Path) -> None:
    made = sheet([["Item", "Count"], ["Rope", 4], ["Nets", 9], ["Hooks", 12]])
    beside(made, [["Name", "Town"], ["Garn", "Vik"], ["Tau", "Nes"]], 1, 4)
    assert saved(tmp_path, made) == [
        "Item: Rope; Count: 4", "Item: Nets; Count: 9", "Item: Hooks; Count: 12",
        "Name: Garn; Town: Vik", "Name: Tau; Town: Nes",
    ]  # fmt: skip
    assert [a.line for a in load(tmp_path / "a.xlsx", "a.xlsx")[0].anchors if a.line] == [2, 2]


def test_tables_of_one_height_are_separate_if_they_have_titles_or_equal_names(
    tmp_path: Path,
) -> None:
    left, right = [["Ski", "Price"], ["A", 9], ["B", 7]], [["Sled", "Length"], ["C", 2], ["D", 3]]
    made = sheet([["In the shop"], *left])
    beside(made, [["For rent"], *right], 1, 4)
    assert saved(tmp_path, made)[:3] == ["In the shop", "Ski: A; Price: 9", "Ski: B; Price: 7"]
    made = sheet(left)
    beside(made, [["Ski", "Price"], ["E", 5], ["F", 4]], 1, 4)
    assert "Ski: E; Price: 5" in saved(tmp_path, made)


def test_an_empty_column_within_a_table_parts_nothing(tmp_path: Path) -> None:
    made = sheet([["Ward", "Beds"], ["North", 20], ["South", 24], ["All", 44]])
    beside(made, [["Nurses", "Doctors"], [12, 3], [14, 4]], 1, 4)
    assert saved(tmp_path, made)[0] == "Ward: North; Beds: 20; Nurses: 12; Doctors: 3"


def test_units_below_the_names_belong_to_them(tmp_path: Path) -> None:
    made = sheet([["Well", "Depth", "Lead"], [None, "m", "[mg/kg]"], ["K1", 83, 1.2], ["K2", 4, 2]])
    assert saved(tmp_path, made) == [
        "Well: K1; Depth (m): 83; Lead [mg/kg]: 1.2", "Well: K2; Depth (m): 4; Lead [mg/kg]: 2",
    ]  # fmt: skip
    made = sheet([["Player", "Team"], ["Bo", "m"], ["Al", "f"]])
    assert saved(tmp_path, made)[0] == "Player: Bo; Team: m"


def test_labels_and_values_below_a_table_have_no_names(tmp_path: Path) -> None:
    table = [["Berth", "Summer", "Winter", "Water"], ["A", 30, 20, "yes"], ["B", 35, 25, "no"]]
    values = [["Valid from", "1 May"], ["Phone", "0047 912"], ["Mail", "a@x.org"]]
    read = saved(tmp_path, sheet([*table, [], *values]))
    assert read[-3:] == ["Valid from: 1 May", "Phone: 0047 912", "Mail: a@x.org"]
    assert saved(tmp_path, sheet([*table, [], ["C", 40], ["D", 45]]))[-1] == "Berth: D; Summer: 45"


def test_a_remark_below_a_table_has_no_name(tmp_path: Path) -> None:
    made = sheet([["Boat", "Catch"], ["Alba", 4], ["Brage", 6], [], ["Figures are estimates."]])
    assert saved(tmp_path, made)[-1] == "Figures are estimates."


BOX = """<w:wsDr xmlns:w="http://w" xmlns:a="http://a"><w:anchor><w:row>1</w:row><w:sp><w:txBody>
<a:p><a:r><a:t>Closed in August</a:t></a:r></a:p><a:p><a:r><a:t>for repair.</a:t></a:r></a:p>
</w:txBody></w:sp></w:anchor></w:wsDr>"""


def test_text_outside_the_cells_of_a_sheet_is_read(tmp_path: Path) -> None:
    made = sheet([["Mill", "Sacks"], ["A", 60]])
    made.add_chart(BarChart(), "D4")  # for the part of the drawings
    made.oddHeader.center.text = "&Kffaa00Figures of the R&&D office"
    made.oddHeader.right.text = "Page &P of &N"
    made.oddFooter.left.text = "&P / &N"
    path, boxed = tmp_path / "chart.xlsx", tmp_path / "a.xlsx"
    made.parent.save(path)
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(boxed, "w") as copy:
        for name in archive.namelist():
            drawn = name == "xl/drawings/drawing1.xml"
            copy.writestr(name, BOX if drawn else archive.read(name))
    assert lines(boxed)[1:] == [
        "Mill: A; Sacks: 60",
        "Text box: Closed in August for repair.",
        "Header: Figures of the R&D office Page of",
    ]
    anchors = load(boxed, "a.xlsx")[0].anchors
    assert [anchor.line for anchor in anchors if anchor.line] == [2, 2, 1]


def test_a_statement_of_a_bank_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "sep=;\r\nAccount;NO12 3456\r\nPeriod;01.01.2027 - 31.01.2027\r\n\r\n"
        "Day;Text;Amount\r\n02.01.2027;Rent;-850,00\r\n;Heating;-60,00\r\n"
        ";Total;-910,00\r\n",
        "utf-8",
    )
    assert lines(path) == [
        "Account: NO12 3456",
        "Period: 01.01.2027 - 31.01.2027",
        "Day: 02.01.2027; Text: Rent; Amount: -850,00",
        "Day: 02.01.2027; Text: Heating; Amount: -60,00",
        "Text: Total; Amount: -910,00",
    ]


def test_a_small_table_above_a_wider_one_keeps_its_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Year,Boats\n2025,5\n2026,7\n\nItem,Spring,Autumn\nOars,4,9\n", "utf-8")
    assert lines(path)[:2] == ["Year: 2025; Boats: 5", "Year: 2026; Boats: 7"]


def test_struck_cells_are_marked(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    rich = CellRichText("costs ", TextBlock(InlineFont(strike=True), "30"), "35 euro")
    for row in (["Task", "Price"], ["Paint", 30], ["Roof", 35], [rich, 40]):
        page.append(row)
    for name in ("A2", "B2"):
        page[name].font = openpyxl.styles.Font(strike=True)
    book.save(tmp_path / "a.xlsx")
    assert lines(tmp_path / "a.xlsx")[1:] == [
        "Task: ~~Paint~~; Price: ~~30~~",
        "Task: Roof; Price: 35",
        "Task: costs ~~30~~35 euro; Price: 40",
    ]


def test_what_an_open_document_sheet_holds_besides_cells_is_reported(tmp_path: Path) -> None:
    chart = '<draw:frame><draw:object href="./Object 1"/><draw:image href="r/1"/></draw:frame>'
    ole = '<draw:frame><draw:object-ole href="./Object 2"/></draw:frame>'
    picture = '<draw:frame><draw:image href="Pictures/1.png"/></draw:frame>'
    box = "<draw:frame><draw:text-box><text:p>Closed in May</text:p></draw:text-box></draw:frame>"
    shape = "<draw:custom-shape><text:p>New</text:p></draw:custom-shape>"
    cells = (
        f"<table:table-cell><text:p>Gate</text:p>{box}</table:table-cell>"
        '<table:table-cell table:formula="of:=SUM([.A1])"/>'
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<m><file-entry full-path="Object 1/" media-type="application/vnd.x.chart"/></m>',
        )
        archive.writestr(
            "content.xml",
            '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"'
            ' xmlns:draw="d"><office:body><office:spreadsheet><table:table table:name="A">'
            f"<table:shapes>{chart}{ole}{picture}{shape}</table:shapes>"
            f"<table:table-row>{cells}</table:table-row></table:table></office:spreadsheet>"
            "</office:body></office:document-content>",
        )
    assert lines(tmp_path / "a.ods") == [
        "A",
        "Gate: =SUM([.A1]) (not computed)",
        "Text box: New",
        "Text box: Closed in May",
    ]
    assert load(tmp_path / "a.ods", "a.ods")[0].left_out == (
        "1 chart",
        "1 embedded object",
        "1 picture (no text recognition)",
        "results of 1 formula (not computed)",
    )


def test_charts_and_pictures_of_old_workbooks_are_reported(tmp_path: Path) -> None:
    data = old_workbook([[("Gate", "General"), (410.0, "0")], [("Weir", "General"), (3.0, "0")]])
    chart = struct.pack("<HHHHHH", 0x809, 8, 0x500, 0x20, 0, 1995) + struct.pack("<HH", 0x0A, 0)
    first, store = struct.pack("<HHI", 0, 0xF006, 2) + b"xx", struct.pack("<HHI", 0x2F, 0xF001, 0)
    group = struct.pack("<HHI", 0xF, 0xF000, len(first + store)) + first + store
    drawings = struct.pack("<HH", 0xEB, len(group)) + group
    (tmp_path / "a.xls").write_bytes(data + chart + drawings)
    left_out = load(tmp_path / "a.xls", "a.xls")[0].left_out
    assert left_out == ("1 chart", "2 pictures (no text recognition)")


def test_a_workbook_that_ironcalc_cannot_open_reads_as_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sheet([
        ["Item", "Share", "Code", "Day", "Note"],
        ["Gate", 0.125, 42, date(2031, 2, 9), "old"],
        ["Weir", 0.5, 7, date(2031, 2, 10), "-"],
        ["Sum", "=B2*2", 1250.5, None, None],
    ])  # fmt: skip
    for cell, number_format in {
        "B2": "0.0%", "B3": "0%", "C2": "00000", "C3": "000", "C4": "#,##0.00", "D2": "dd.mm.yyyy",
    }.items():  # fmt: skip
        made[cell].number_format = number_format
    made.row_dimensions[3].hidden = True
    made.column_dimensions["E"].hidden = True
    monkeypatch.setattr(workbook, "_load_model", lambda path: None)
    assert saved(tmp_path, made) == [
        "Item: Gate; Share: 12.5%; Code: 00042; Day: 09.02.2031; Note (hidden column): old",
        "Item: Weir; Share: 50%; Code: 007; Day: 2031-02-10; Note (hidden column): - (hidden row)",
        "Item: Sum; Code: 1,250.50",
    ]
    left_out = load(tmp_path / "a.xlsx", "a.xlsx")[0].left_out
    assert left_out == ("results of 1 formula (not computed)",)


def test_a_workbook_that_only_its_values_are_read_of_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sheet([["Item", "Share"], ["Gate", 0.125], ["Sum", "=B2*2"]])
    saved(tmp_path, made)
    monkeypatch.setattr(workbook, "_load_model", lambda path: None)
    monkeypatch.setattr(workbook, "stored_formats", lambda path: None)
    assert load(tmp_path / "a.xlsx", "a.xlsx")[0].left_out == (
        "number formats, hidden rows and columns (cells show their stored values)",
        "results of 1 formula (not computed)",
    )


def test_a_cell_without_a_readable_reference_has_no_format() -> None:
    data = b'<row r="1"><c r="\xff\xfe" s="1"/><c r="A1" s="1"/></row>'
    assert stored_formats._formats_of_sheet(data, ["", "0.00"]).number_formats == {(1, 1): "0.00"}

"""Tables of AsciiDoc and reStructuredText are rows that name their columns, on their own lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs.documents.loaders import load
from askdocs.documents.passages import split
from askdocs.types import Document


def read(tmp_path: Path, name: str, text: str) -> Document:
    (tmp_path / name).write_bytes(text.encode())
    [document] = load(tmp_path / name, name)
    return document


def rows(tmp_path: Path, name: str, table: str) -> list[str]:
    """The lines of a table as it is read, and that no line is lost or won."""
    document = read(tmp_path, name, f"Before.\n\n{table}\n\nAfter.\n")
    assert document.text.count("\n") == table.count("\n") + 4
    return [line for line in document.text.split("\n") if line][1:-1]


ONE_LINE = '[cols="1,2", options="header"]\n|===\n|Boat |Seats\n|Ada |40\n|Eve \\| Sue |60\n|==='
ONE_CELL = "[%header,cols=2*]\n|===\n|Boat\n|Seats\n\n|Ada\n|40,\nor 50\n\n|Eve\n|60\n|==="
IMPLIED = "|===\n|Boat |Goes to\n\n|Ada\na|North\n|Eve |South\n|==="
SPANS = '[options="header"]\n|===\n|Boat |Seats |Who\n.2+|Ada |40 |B\n|50 |C\n3+|All are full\n|==='


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (ONE_LINE, ["Boat: Ada; Seats: 40", "Boat: Eve | Sue; Seats: 60"]),
        (ONE_LINE.replace("\n", "\r\n"), ["Boat: Ada; Seats: 40", "Boat: Eve | Sue; Seats: 60"]),
        (ONE_CELL, ["Boat: Ada; Seats: 40, or 50", "Boat: Eve; Seats: 60"]),
        (IMPLIED, ["Boat: Ada; Goes to: North", "Boat: Eve; Goes to: South"]),
        (SPANS, ["Boat: Ada; Seats: 40; Who: B", "Boat: Ada; Seats: 50; Who: C", "All are full"]),
        ("|===\n|Lid |red\n|Rim |blue\n|===", ["Lid: red", "Rim: blue"]),
        ("|===\n|Lid |Kilos\n|red |4\n|===", ["Lid: red; Kilos: 4"]),
    ],
)
def test_rows_of_asciidoc(tmp_path: Path, table: str, expected: list[str]) -> None:
    assert rows(tmp_path, "a.adoc", table) == expected


@pytest.mark.parametrize(
    "table",
    ["----\n|===\n|a |b\n|===\n----", "|===\n|a |b", '[format="csv"]\n|===\na,b\n|==='],
)
def test_what_is_no_table_of_asciidoc_stays_as_written(tmp_path: Path, table: str) -> None:
    assert rows(tmp_path, "a.adoc", table) == table.split("\n")


SIMPLE = """\
=====  =====  ======
Boat   Seats  Route
=====  =====  ======
Ada    40     North and
              back
Eve           South
=====  =====  ======"""
GROUPED = """\
=====  =====  =====
        Seats
-----  ------------
Boat   Fore   Aft
=====  =====  =====
Ada    4      6
\\      5      7
=====  =====  ====="""
GRID = """\
+------+-------+-----+
| Boat | Seats | Who |
+======+=======+=====+
| Ada  | 40    | B   |
|      | or 50 |     |
|      +-------+-----+
|      | 60    | C   |
+------+-------+-----+
| All are full       |
+------+-------+-----+"""


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (SIMPLE, ["Boat: Ada; Seats: 40; Route: North and back", "Boat: Eve; Route: South"]),
        (GROUPED, ["Boat: Ada; Seats Fore: 4; Seats Aft: 6", "Seats Fore: 5; Seats Aft: 7"]),
        (
            GRID,
            ["Boat: Ada; Seats: 40 or 50; Who: B", "Boat: Ada; Seats: 60; Who: C", "All are full"],
        ),
        ("==  ==\nLid red\n==  ==", ["==  ==", "Lid red", "==  =="]),
        ("===  ====\nLid  blue\n===  ====", ["Lid: blue"]),
        ("Code::\n\n  == ==\n  a  b\n  == ==", ["Code::", "  == ==", "  a  b", "  == =="]),
    ],
)
def test_rows_of_restructured_text(tmp_path: Path, table: str, expected: list[str]) -> None:
    assert rows(tmp_path, "a.rst", table) == expected


@pytest.mark.parametrize(("name", "head"), [("a.adoc", "|===\n|Boat |Seats\n\n"), ("a.rst", "")])
def test_no_row_is_cut_and_each_has_its_line(tmp_path: Path, name: str, head: str) -> None:
    lines = [f"Boat{n:02}  {n} seats for those who sail in it  " for n in range(40)]
    if head:
        text = head + "\n".join(f"|{each[:6]} |{each[8:]}" for each in lines) + "\n|===\n"
    else:
        edge = "======  " + "=" * 40
        names = "Boat    Seats"
        text = "\n".join([edge, names, edge, *lines, edge, ""])
    passages = split(read(tmp_path, name, text))
    assert len(passages) > 3
    for passage in passages:
        assert all(line.startswith("Boat: Boat") for line in passage.text.split("\n"))
        assert passage.line == int(passage.text[10:12]) + 4

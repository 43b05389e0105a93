"""OpenDocument texts: numbers, superscripts, notes, comments, fields, formulas, headers."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from askdocs.documents.loaders import load
from askdocs.documents.loaders.shared.numerals import alphabetic

NAMES = " ".join(
    f'xmlns:{name}="urn:{name}"'
    for name in "office text style table draw dc form xlink fo loext field".split()
)


def read(tmp_path: Path, body: str, styles: str = "", pages: str = "", **objects: str) -> str:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {NAMES}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
        )
        archive.writestr(
            "styles.xml",
            f"<office:document-styles {NAMES}><office:master-styles>{pages}"
            "</office:master-styles></office:document-styles>",
        )
        for name, content in objects.items():
            archive.writestr(f"{name}/content.xml", content)
    return load(path, "a.odt")[0].text


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def level(at: int, kind: str, before: str = "", after: str = "", shown: int = 1) -> str:
    return (
        f'<text:list-level-style-number text:level="{at}" style:num-format="{kind}" '
        f'style:num-prefix="{before}" style:num-suffix="{after}" text:display-levels="{shown}"/>'
    )


def bullets(name: str) -> str:
    return (
        f'<text:list-style style:name="{name}"><text:list-level-style-bullet text:level="1"/>'
        "</text:list-style>"
    )


LAW = (
    '<text:list-style style:name="L">'
    + level(1, "1", after=".") + level(2, "1", shown=2) + level(3, "a", "(", ")")
    + "</text:list-style>"
)  # fmt: skip


def items(*parts: str, style: str = "L", more: str = "") -> str:
    inside = "".join(f"<text:list-item>{part}</text:list-item>" for part in parts)
    return f'<text:list text:style-name="{style}" {more}>{inside}</text:list>'


def test_items_have_the_numbers_that_are_shown(tmp_path: Path) -> None:
    body = items(
        p("Scope") + items(p("Who"), p("What") + items(p("boats") + p("large ones"), p("nets"))),
        p("Fees") + items(p("Due")),
    ) + p("Between.") + items(p("Appeal"), more='text:continue-numbering="true"')  # fmt: skip
    text = read(tmp_path, body, LAW)
    assert [line.strip() for line in text.split("\n") if line] == [
        "1. Scope", "1.1 Who", "1.2 What", "(a) boats", "large ones", "(b) nets", "2. Fees",
        "2.1 Due", "Between.", "3. Appeal",
    ]  # fmt: skip


def test_a_new_list_restarts_unless_it_has_a_start(tmp_path: Path) -> None:
    given = '<text:list text:style-name="L"><text:list-item text:start-value="8">'
    body = items(p("a"), p("b")) + items(p("c")) + f"{given}{p('d')}</text:list-item></text:list>"
    assert read(tmp_path, body, LAW).split("\n") == ["1. a", "2. b", "1. c", "8. d"]


def test_a_list_continues_the_one_that_it_names(tmp_path: Path) -> None:
    first = items(p("a"), p("b"), more='xml:id="x1"')
    other = items(p("c"), more='xml:id="x2"')
    second = items(p("d"), more='xml:id="x3" text:continue-list="x1"')
    third = items(p("e") + items(p("f")), more='xml:id="x4" text:continue-list="x3"')
    text = read(tmp_path, first + other + second + third, LAW)
    assert text.split("\n") == ["1. a", "2. b", "1. c", "3. d", "4. e", "  4.1 f"]


def test_bullets_and_items_without_a_known_style_stay_marked(tmp_path: Path) -> None:
    body = items(p("a"), style="B") + items(p("b"), style="Gone")
    assert read(tmp_path, body, bullets("B")).split("\n") == ["- a", "- b"]


def test_headings_have_the_numbers_of_the_outline(tmp_path: Path) -> None:
    outline = "<text:outline-style>" + "".join(
        f'<text:outline-level-style text:level="{at}" style:num-format="1" '
        f'text:display-levels="{at}"/>' for at in (1, 2)
    ) + "</text:outline-style>"  # fmt: skip
    body = "".join(
        f'<text:h text:outline-level="{at}" {more}>{text}</text:h>'
        for at, text, more in [
            (1, "Aim", ""), (2, "Cost", ""), (2, "Time", ""), (1, "Plan", ""),
            (1, "Thanks", 'text:is-list-header="true"'),
        ]
    )  # fmt: skip
    assert read(tmp_path, body, outline).split("\n\n") == [
        "1 Aim", "1.1 Cost", "1.2 Time", "2 Plan", "Thanks",
    ]  # fmt: skip
    headings = [anchor.heading for anchor in load(tmp_path / "a.odt", "a.odt")[0].anchors]
    assert headings[2] == "1 Aim › 1.2 Time"


RAISED = "".join(
    f'<style:style style:name="{name}" style:family="text"><style:text-properties {look}/>'
    "</style:style>"
    for name, look in [
        ("Up", 'style:text-position="super 58%"'), ("Down", 'style:text-position="-33% 58%"'),
        ("High", 'style:text-position="33% 58%"'), ("None", 'style:text-position="0% 100%"'),
        ("Gone", 'text:display="none"'),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('sold 77<text:span text:style-name="Up">5</text:span> carts', "sold 77[5] carts"),
        ('in 1931<text:span text:style-name="High">12</text:span>', "in 1931[12]"),
        ('30 km<text:span text:style-name="Up">2</text:span>', "30 km²"),
        ('CO<text:span text:style-name="Down">2</text:span> 4', "CO2 4"),
        ('77<text:span text:style-name="None">5</text:span> carts', "775 carts"),
        ('seen <text:span text:style-name="Gone">not </text:span>once', "seen once"),
        ("a<text:line-break/>b<text:s text:c='3'/>c", "a\nb   c"),
        ('<draw:control draw:control="c1"/>', "☒ Diver"),
        ('Size: <draw:control draw:control="c2"/>', "Size: L"),
        ('Name: <draw:control draw:control="c3"/>', "Name: Ada Quist"),
        ('<loext:content-control loext:checkbox="true" loext:checked="false">☐'
         "</loext:content-control> Smoker", "☐ Smoker"),
        ('<field:fieldmark field:type="x.FORMCHECKBOX"><field:param field:name="Checkbox_Checked" '
         'field:value="true"/></field:fieldmark> Paid', "☒ Paid"),
        ('So <draw:frame><draw:object xlink:href="./Object1"/></draw:frame>.', "So x^2 = 9."),
    ],
)  # fmt: skip
def test_parts_of_a_paragraph_read_as_they_are_shown(
    tmp_path: Path, content: str, text: str
) -> None:
    forms = (
        '<office:forms><form:form><form:checkbox form:id="c1" form:current-state="checked" '
        'form:label="Diver"/><form:listbox form:id="c2"><form:option form:label="S"/>'
        '<form:option form:label="L" form:current-selected="true"/></form:listbox>'
        '<form:text form:id="c3" form:current-value="Ada Quist"/></form:form></office:forms>'
    )
    formula = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup>'
        "<mo>=</mo><mn>9</mn></math>"
    )
    assert read(tmp_path, forms + p(content), RAISED, Object1=formula) == text


def test_notes_and_comments_follow_their_paragraph(tmp_path: Path) -> None:
    note = (
        "<text:note><text:note-citation>4</text:note-citation><text:note-body>"
        f"{p('Without the hives.')}</text:note-body></text:note>"
    )
    comment = (
        "<office:annotation><dc:creator>Eli Roe</dc:creator><dc:date>2031-05-02T10:00:00</dc:date>"
        f"{p('Too low.')}</office:annotation>"
    )
    table = (
        f"<table:table><table:table-row><table:table-cell>{p('Fee')}</table:table-cell>"
        f"<table:table-cell>{p('9' + note)}</table:table-cell></table:table-row></table:table>"
    )
    assert read(tmp_path, p(f"It gave 310{note} kilos.{comment}") + table).split("\n\n") == [
        "It gave 310[4] kilos.", "[4] Without the hives.",
        "Comment by Eli Roe (2031-05-02): Too low.", "Fee: 9[4]", "[4] Without the hives.",
    ]  # fmt: skip


def test_headers_and_footers_are_read_once_without_page_numbers(tmp_path: Path) -> None:
    pages = "".join(
        f'<style:master-page style:name="{name}"><style:header>{p("File 7/31<text:tab/>Port")}'
        f"</style:header><style:footer>{p('<text:page-number>3</text:page-number>')}"
        f"{p('Reply by May.')}</style:footer></style:master-page>"
        for name in ("Standard", "First")
    )
    assert read(tmp_path, p("Text."), pages=pages).split("\n\n") == [
        "Text.", "Header: File 7/31 | Port", "Footer: Reply by May.",
    ]  # fmt: skip


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}>{p(text)}</table:table-cell>"


def test_merged_cells_of_a_table_fill_what_they_cover(tmp_path: Path) -> None:
    covered = "<table:covered-table-cell/>"
    wide, tall = 'table:number-columns-spanned="2"', 'table:number-rows-spanned="2"'
    rows = [
        cell("Town", tall) + cell("Ships", wide) + covered,
        covered + cell("in") + cell("out"),
        cell("Bo", tall) + cell("4") + cell("5"),
        covered + cell("6") + cell("7"),
    ]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    assert read(tmp_path, f"<table:table>{table}</table:table>").split("\n") == [
        "Town: Bo; Ships in: 4; Ships out: 5", "Town: Bo; Ships in: 6; Ships out: 7",
    ]  # fmt: skip


def test_letters_of_open_document_count_on_in_two_places() -> None:
    assert [alphabetic(number) for number in (1, 26, 27, 28, 52, 703)] == [
        "a", "z", "aa", "ab", "az", "aaa",
    ]  # fmt: skip


def test_struck_text_is_marked_and_hidden_sections_are_left_out(tmp_path: Path) -> None:
    styles = (
        '<style:style style:name="S"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style>'
    )
    body = p('It costs <text:span text:style-name="S">30</text:span>35 euro.')
    hidden = f'<text:section text:display="none">{p("Draft")}</text:section>'
    assert read(tmp_path, body + hidden, styles) == "It costs ~~30~~35 euro."

"""Word files as they read: numbers, fields, notes, comments, changes, margins, equations."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from askdocs.documents.loaders import load
from askdocs.documents.loaders.shared.numerals import ordinal, repeated_letter, roman

NAMES = (
    'xmlns:w="http://w" xmlns:m="http://m" xmlns:w14="http://w14" xmlns:r="http://r" '
    'xmlns:mc="http://mc"'
)
LEVELS = [("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("lowerRoman", "%4)")]


def numbering(levels: list[tuple[str, str]], extra: str = "", more: str = "") -> str:
    parts = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/>{extra}</w:lvl>'
        for at, (kind, text) in enumerate(levels)
    )
    return (
        f'<w:numbering {NAMES}><w:abstractNum w:abstractNumId="0">{parts}</w:abstractNum>'
        f'<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>{more}</w:numbering>'
    )


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text)}</w:p>"


def r(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def item(text: str, level: int, number: str = "7") -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def read(tmp_path: Path, body: str, **parts: str) -> str:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>"
        )
        links = "".join(
            f'<Relationship Id="{each}" Type="http://x/{each[:6]}" Target="{each}.xml"/>'
            for each in parts
        )
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{links}</Relationships>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return load(path, "a.docx")[0].text


def test_paragraphs_have_the_numbers_that_word_shows(tmp_path: Path) -> None:
    body = "".join([
        item("Scope", 0), item("Who", 1), item("What", 1), item("boats", 2), item("nets", 2),
        item("old ones", 3), item("Fees", 0), item("Due", 1), item("in May", 2),
    ])  # fmt: skip
    text = read(tmp_path, body, numbering=numbering(LEVELS))
    assert [line.strip() for line in text.split("\n")] == [
        "1. Scope", "1.1 Who", "1.2 What", "(a) boats", "(b) nets", "i) old ones", "2. Fees",
        "2.1 Due", "(a) in May",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("levels", "label"),
    [
        ([("upperRoman", "Article %1")], "Article III"),
        ([("upperLetter", "%1)")], "C)"),
        ([("decimalZero", "§ %1")], "§ 03"),
        ([("ordinal", "%1")], "3rd"),
        ([("bullet", "\uf0b7")], "-"),
        ([("none", "")], "-"),
    ],
)
def test_numbers_are_written_in_their_style(
    tmp_path: Path, levels: list[tuple[str, str]], label: str
) -> None:
    text = read(tmp_path, item("a", 0) + item("b", 0) + item("c", 0), numbering=numbering(levels))
    assert text.split("\n")[-1] == f"{label} c"


def test_a_list_restarts_where_it_is_marked_and_empty_items_count(tmp_path: Path) -> None:
    again = (
        '<w:num w:numId="8"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    body = item("a", 0) + item("", 0) + item("b", 0) + item("c", 0, "8") + item("d", 0, "8")
    text = read(tmp_path, body, numbering=numbering(LEVELS, more=again))
    assert text.split("\n") == ["1. a", "3. b", "5. c", "6. d"]


def test_headings_take_their_numbers_from_their_styles(tmp_path: Path) -> None:
    styles = f"<w:styles {NAMES}>" + "".join(
        f'<w:style w:type="paragraph" w:styleId="H{at}"><w:name w:val="heading {at}"/><w:pPr>'
        f'<w:numPr><w:ilvl w:val="{at - 1}"/><w:numId w:val="7"/></w:numPr></w:pPr></w:style>'
        for at in (1, 2)
    ) + "</w:styles>"  # fmt: skip
    body = "".join(
        p(text, f'<w:pStyle w:val="{style}"/>')
        for text, style in [("Aim", "H1"), ("Plan", "H1"), ("Cost", "H2"), ("It is low.", "X")]
    )
    path_text = read(tmp_path, body, styles=styles, numbering=numbering(LEVELS))
    assert path_text == "1. Aim\n\n2. Plan\n\n2.1 Cost\n\nIt is low."
    anchors = load(tmp_path / "a.docx", "a.docx")[0].anchors
    assert anchors[-1].heading == "2. Plan › 2.1 Cost"


RAISED, UP = '<w:vertAlign w:val="superscript"/>', '<w:rStyle w:val="Up"/>'
NOTE = '<w:r><w:footnoteReference w:id="3"/></w:r>'


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (r("sold 77") + r("5", RAISED) + r(" carts"), "sold 77[5] carts"),
        (r("sold 77") + r("1", UP) + r("2", UP) + r(" carts"), "sold 77[12] carts"),
        (r("2 × 10") + r("4", RAISED) + r(" m"), "2 × 10^4 m"),
        (r("CO") + r("2", '<w:vertAlign w:val="subscript"/>'), "CO2"),
        (r("in 1950") + NOTE + r("."), "in 1950[1].\n\n[1] Or 1951."),
        (r("seen") + r(" secretly", "<w:vanish/>") + r(" once"), "seen once"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + r(" Paid"), "☒ Paid"),
        ('<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>' + r("m"), "μm"),
    ],
)  # fmt: skip
def test_runs_are_joined_as_they_read(tmp_path: Path, runs: str, text: str) -> None:
    styles = (
        f'<w:styles {NAMES}><w:style w:type="character" w:styleId="Up"><w:name w:val="up"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style></w:styles>'
    )
    notes = f'<w:footnotes {NAMES}><w:footnote w:id="3">{p("Or 1951.")}</w:footnote></w:footnotes>'
    assert read(tmp_path, f"<w:p>{runs}</w:p>", styles=styles, footnotes=notes) == text


def field(data: str, result: str = "") -> str:
    middle = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r(result)}' if result else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
        f"<w:r><w:instrText> FORM </w:instrText></w:r>{middle}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def control(properties: str, shown: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{shown}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (field('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'), "☒"),
        (field('<w:checkBox><w:default w:val="1"/></w:checkBox>', "x"), "☒"),
        (field('<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>'), "☐"),
        (field('<w:ddList><w:result w:val="1"/><w:listEntry w:val="tea"/>'
               '<w:listEntry w:val="coffee"/></w:ddList>'), "coffee"),
        (field("<w:textInput/>", "3 May"), "3 May"),
        (control('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', r("X")), "☒"),
        (control('<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>', r("☐")), "☐"),
        (control("<w:dropDownList/>", r("blue")), "blue"),
        (control("<w:date/>", r("1 June")), "1 June"),
        (control("<w:showingPlcHdr/>", r("Click here to enter text.")), ""),
    ],
)  # fmt: skip
def test_fields_show_their_values_next_to_their_labels(
    tmp_path: Path, value: str, shown: str
) -> None:
    body = f"<w:p>{r('Choice: ')}{value}</w:p>"
    assert read(tmp_path, body) == f"Choice: {shown}".strip()
    cells = f"<w:tbl><w:tr><w:tc>{p('Choice')}</w:tc><w:tc><w:p>{value}</w:p></w:tc></w:tr></w:tbl>"
    assert read(tmp_path, cells) == (f"Choice: {shown}" if shown else "Choice")


def test_a_label_above_its_field_is_on_one_line_with_it(tmp_path: Path) -> None:
    fields = "".join(
        p(label) + control(properties, p(shown))
        for label, properties, shown in [
            ("Born:", "<w:date/>", "3 May 1990"), ("Doctor:", "<w:showingPlcHdr/>", "Click."),
            ("Town", "<w:text/>", "Os"),
        ]
    )  # fmt: skip
    assert read(tmp_path, fields + p("End.")).split("\n\n") == [
        "Born: 3 May 1990", "Doctor:", "Town", "Os", "End.",
    ]  # fmt: skip


DELETED = "<w:rPr><w:del/></w:rPr>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (p("Tea is ", DELETED) + p("at four."), "Tea is at four."),
        (p("A", DELETED) + p("B", DELETED) + p("C") + p("D"), "ABC\n\nD"),
        (f"<w:p>{r('It costs ')}<w:del><w:r><w:delText>9</w:delText></w:r></w:del>"
         f"<w:ins>{r('12')}</w:ins>{r(' crowns.')}</w:p>", "It costs 12 crowns."),
        (f"<w:p><w:moveFrom>{r('Gone.')}</w:moveFrom>{r('Here.')}</w:p>", "Here."),
        ("<w:tbl>" + "".join(
            f"<w:tr><w:trPr>{mark}</w:trPr><w:tc>{p(a)}</w:tc><w:tc>{p(b)}</w:tc></w:tr>"
            for mark, a, b in [("", "Tea", "4"), ("<w:del/>", "Ale", "9")]) + "</w:tbl>", "Tea: 4"),
    ],
)  # fmt: skip
def test_changes_are_read_as_accepted(tmp_path: Path, body: str, text: str) -> None:
    assert read(tmp_path, body) == text


def test_comments_say_whose_they_are_once(tmp_path: Path) -> None:
    comments = (
        f'<w:comments {NAMES}><w:comment w:id="0" w:author="Eli Roe" w:date="2031-05-02T10:00:00Z">'
        f'{p("Too low.")}{p("Ask Kim.")}</w:comment><w:comment w:id="1">{p("Eh?")}</w:comment>'
        f'<w:comment w:id="2" w:author="Kim">{p("Kim: no.")}</w:comment></w:comments>'
    )
    mark = '<w:r><w:commentReference w:id="{}"/></w:r>'.format
    table = (
        f"<w:tbl><w:tr><w:tc>{p('Fee')}</w:tc><w:tc><w:p>{r('4')}{mark(1)}</w:p></w:tc></w:tr>"
        "</w:tbl>"
    )
    body = f"<w:p>{r('We pay 5.')}{mark(0)}{mark(2)}</w:p>{table}"
    assert read(tmp_path, body, comments=comments).split("\n\n") == [
        "We pay 5.", "Comment by Eli Roe (2031-05-02): Too low. Ask Kim.", "Comment by Kim: no.",
        "Fee: 4", "Comment: Eh?",
    ]  # fmt: skip


def test_headers_and_footers_are_read_once_without_page_numbers(tmp_path: Path) -> None:
    number = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>3</w:t></w:r></w:fldSimple>'
    section = (
        '<w:p><w:pPr><w:sectPr><w:headerReference r:id="header1"/>'
        '<w:footerReference r:id="footer1"/><w:footerReference r:id="footer2"/></w:sectPr></w:pPr>'
        "</w:p>"
    )
    top = f"<w:p>{r('File 7/31')}<w:r><w:tab/></w:r>{r('Port office')}</w:p>"
    text = read(
        tmp_path,
        p("Text.") + section + section,
        header1=f"<w:hdr {NAMES}>{top}</w:hdr>",
        footer1=f"<w:ftr {NAMES}><w:p>{r('Page ')}{number}{r(' of 9')}</w:p></w:ftr>",
        footer2=f"<w:ftr {NAMES}>{p('Reply by May.')}</w:ftr>",
    )  # fmt: skip
    assert text == "Text.\n\nHeader: File 7/31 | Port office\n\nFooter: Reply by May."


def m(tag: str, *parts: str) -> str:
    return f"<m:{tag}>{''.join(parts)}</m:{tag}>"


def t(text: str) -> str:
    return m("r", m("t", text))


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        (m("f", m("num", t("a+b")), m("den", t("2"))), "(a+b)/2"),
        (m("sSup", m("e", t("10")), m("sup", t("6"))), "10^6"),
        (m("sSubSup", m("e", t("x")), m("sub", t("i")), m("sup", t("n+1"))), "x_i^(n+1)"),
        (m("rad", m("radPr", '<m:degHide m:val="1"/>'), m("deg"), m("e", t("2gh"))), "√(2gh)"),
        (m("rad", m("deg", t("3")), m("e", t("V"))), "∛(V)"),
        (m("nary", m("naryPr", '<m:chr m:val="∑"/>'), m("sub", t("i=1")), m("sup", t("n")),
           m("e", t("i"))), "∑_(i=1)^n i"),
        (m("d", m("e", t("p")), m("e", t("q"))), "(p|q)"),
        (m("d", m("dPr", '<m:begChr m:val="["/><m:endChr m:val="]"/>'), m("e", t("p"))), "[p]"),
        (m("func", m("fName", t("sin")), m("e", t("2x"))), "sin 2x"),
        (m("func", m("fName", m("limLow", m("e", t("lim")), m("lim", t("n→0")))),
           m("e", t("(1+n)"))), "lim_(n→0) (1+n)"),
        (m("m", m("mr", m("e", t("1")), m("e", t("0"))), m("mr", m("e", t("0")), m("e", t("1")))),
         "1, 0; 0, 1"),
        (m("limLow", m("e", t("lim")), m("lim", t("n→∞"))), "lim_(n→∞)"),
    ],
)  # fmt: skip
def test_equations_are_readable_on_one_line(tmp_path: Path, equation: str, text: str) -> None:
    assert read(tmp_path, f"<w:p>{r('So ')}{m('oMath', equation)}{r('.')}</w:p>") == f"So {text}."


def test_numbers_of_lists_are_written_as_in_word() -> None:
    assert [repeated_letter(number) for number in (1, 26, 27, 53)] == ["a", "z", "aa", "aaa"]
    assert [roman(number) for number in (4, 9, 14, 40, 1990)] == ["IV", "IX", "XIV", "XL", "MCMXC"]
    assert [ordinal(number) for number in (1, 2, 11, 23)] == ["1st", "2nd", "11th", "23rd"]


def test_skipped_content_is_reported(tmp_path: Path) -> None:
    body = p("Text.") + "<w:p><w:r><pic:pic xmlns:pic='p'/><w:object><x/></w:object></w:r></w:p>"
    read(tmp_path, body)
    assert load(tmp_path / "a.docx", "a.docx")[0].left_out == (
        "1 embedded object", "1 picture (no text recognition)",
    )  # fmt: skip


def test_a_legal_number_keeps_its_zero(tmp_path: Path) -> None:
    levels = [("upperRoman", "Article %1."), ("decimalZero", "Section %1.%2")]
    body = item("Scope", 0) + item("Who", 1) + item("What", 1)
    text = read(tmp_path, body, numbering=numbering(levels, extra="<w:isLgl/>"))
    assert [line.strip() for line in text.split("\n")] == [
        "Article 1. Scope", "Section 1.01 Who", "Section 1.02 What",
    ]  # fmt: skip


def at(half_points: int) -> str:
    return f'<w:position w:val="{half_points}"/>'


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (r("landed 420") + r("3", at(6)) + r(" tonnes"), "landed 420[3] tonnes"),
        (r("35 km") + r("2", at(8)) + r(", CO") + r("2", at(-4)), "35 km², CO2"),
        (r("costs ", at(8)) + r("1200", at(8)), "costs 1200"),  # the whole line is raised
        (r("costs ") + r("1200", at(1)), "costs 1200"),
    ],
)
def test_characters_positioned_by_hand_are_superscripts(
    tmp_path: Path, runs: str, text: str
) -> None:
    assert read(tmp_path, f"<w:p>{runs}</w:p>") == text


def test_a_style_may_raise_characters_by_hand(tmp_path: Path) -> None:
    styles = (
        f'<w:styles {NAMES}><w:style w:type="character" w:styleId="Up">'
        f"<w:rPr>{at(10)}</w:rPr></w:style></w:styles>"
    )
    body = f"<w:p>{r('ground 87')}{r('1', UP)}{r(' sacks')}</w:p>"
    assert read(tmp_path, body, styles=styles) == "ground 87[1] sacks"


def test_diagrams_and_linked_documents_are_reported(tmp_path: Path) -> None:
    body = p("Sacks.") + "<w:p><w:r><w:drawing><w:relIds/></w:drawing></w:r></w:p><w:subDoc/>"
    read(tmp_path, body)
    assert load(tmp_path / "a.docx", "a.docx")[0].left_out == (
        "1 diagram", "1 linked document",
    )  # fmt: skip


def test_struck_text_is_marked(tmp_path: Path) -> None:
    styles = (
        f'<w:styles {NAMES}><w:style w:type="character" w:styleId="Old"><w:rPr><w:strike/></w:rPr>'
        "</w:style></w:styles>"
    )
    pieces = [
        r("It costs "),
        r("30", "<w:strike/>"),
        r("35 euro, "),
        r("now", '<w:strike w:val="0"/>'),
        r(" and "),
        r("later", '<w:rStyle w:val="Old"/>'),
        r("."),
    ]
    text = read(tmp_path, f"<w:p>{''.join(pieces)}</w:p>", styles=styles)
    assert text == "It costs ~~30~~35 euro, now and ~~later~~."


def test_a_table_in_a_cell_keeps_labels_with_values(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"

    inner = f"<w:tbl>{row(p('Width'), p('120 cm'))}{row(p('Price'), p('240'))}</w:tbl>{p('')}"
    table = f"<w:tbl>{row(p('Item'), p('Details'))}{row(p('Desk'), inner)}</w:tbl>"
    assert read(tmp_path, table) == "Item: Desk; Details: Width: 120 cm; Price: 240"


def test_a_letter_keeps_its_accent_in_an_equation(tmp_path: Path) -> None:
    look = '<m:accPr><m:chr m:val="\u0304"/></m:accPr>'
    accent = f"<m:acc>{look}<m:e><m:r><m:t>y</m:t></m:r></m:e></m:acc>"
    equation = f"<w:p><m:oMath>{accent}<m:r><m:t>=4</m:t></m:r></m:oMath></w:p>"
    assert read(tmp_path, equation) == "ȳ=4"


def text_box(text: str) -> str:
    content = f"<w:txbxContent>{p(text)}</w:txbxContent>"
    return (
        f"<w:r><mc:AlternateContent><mc:Choice>{content}</mc:Choice>"
        f"<mc:Fallback>{content}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def test_text_boxes_and_tables_in_a_cell_are_read_once(tmp_path: Path) -> None:
    def cells(*texts: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{text}</w:tc>' for text in texts)}</w:tr>"

    inner = f"<w:tbl>{cells(p('East'), p('3'))}</w:tbl>"
    boxed = f"<w:p>{r('410')}{text_box('net')}</w:p>"
    rows = (
        cells(p("Item"), p("Price"))
        + cells(p("Gate"), boxed)
        + cells(p("Weirs"), f"{p('2:')}{inner}{p('and')}{inner}")
    )
    assert read(tmp_path, f"<w:tbl>{rows}</w:tbl>") == (
        "Item: Gate; Price: 410 net\nItem: Weirs; Price: 2: East: 3 and East: 3"
    )


def test_a_text_box_in_a_note_is_read_once(tmp_path: Path) -> None:
    mark = f'<w:p>{r("Weir")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    note = f'<w:footnote w:id="2"><w:p>{r("Shut")}{text_box("since May")}</w:p></w:footnote>'
    text = read(tmp_path, mark, footnotes=f"<w:footnotes {NAMES}>{note}</w:footnotes>")
    assert text.endswith("Shut since May")


def test_pictures_in_headers_are_reported(tmp_path: Path) -> None:
    links = ('<w:headerReference r:id="header1"/>', '<w:footerReference r:id="footer1"/>')
    section = f"<w:p><w:pPr><w:sectPr>{''.join(links)}</w:sectPr></w:pPr></w:p>"
    picture = "<w:p><w:r><w:drawing><pic/></w:drawing></w:r></w:p>"
    read(
        tmp_path,
        p("Text.") + section,
        header1=f"<w:hdr {NAMES}>{picture}</w:hdr>",
        footer1=f"<w:ftr {NAMES}>{picture}</w:ftr>",
    )
    remark = "1 picture in headers and footers (no text recognition)"
    assert load(tmp_path / "a.docx", "a.docx")[0].left_out == (remark,)

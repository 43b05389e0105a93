"""A known sentence of a real file of each format, and its location."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches

from askdocs.documents.loaders import load
from askdocs.documents.loaders.shared.builder import normalise
from askdocs.types import Document

KNOWN = "Ada Lovelace wrote the first program in 1843."
BEFORE = "Something else comes first."

Place = tuple[int | None, str | None, int | None]  # page, heading, line


def place_at(document: Document, words: str) -> Place:
    """What the anchors say of the offset of some words; see Anchor."""
    assert document.text.count(words) == 1
    offset = document.text.index(words)
    page, heading, line = None, None, None
    for anchor in document.anchors:
        if anchor.start > offset:
            break
        page = page if anchor.page is None else anchor.page
        heading = heading if anchor.heading is None else anchor.heading
        if anchor.line is not None:
            line = anchor.line + document.text.count("\n", anchor.start, offset)
    return page, heading, line


def text_file(path: Path) -> None:
    path.write_bytes(f"{BEFORE}\r\n\r\n  {KNOWN}\r\n".encode())


def markdown(path: Path) -> None:
    path.write_text(
        f"# Part\n\n{BEFORE}\n\n```\n# no heading\n```\n\nThe past\n--------\n\n{KNOWN}\n"
    )


def restructured(path: Path) -> None:
    path.write_text(f"====\nPart\n====\n\n{BEFORE}\n\nThe past\n--------\n\n{KNOWN}\n")


def asciidoc(path: Path) -> None:
    path.write_text(f"= Part\n\n{BEFORE}\n\n----\n== no heading\n----\n\n== The past\n\n{KNOWN}\n")


def html(path: Path) -> None:
    path.write_text(
        "<html><head><title>T</title></head><body><nav>Menu</nav>"
        f"<main><h1>Part</h1><p>{BEFORE}<h2>The past</h2><p>Ada <b>Lovelace</b> wrote\n the first"
        " program in 1843.</main><footer>Imprint</footer></body></html>"
    )


def word(path: Path) -> None:
    document = docx.Document()
    document.add_heading("Part", level=1)
    document.add_paragraph(BEFORE)
    document.add_heading("The past", level=2)
    document.add_paragraph("Ada Lovelace wrote ").add_run("the first program in 1843.").bold = True
    document.save(str(path))


def slides(path: Path) -> None:
    show = pptx.Presentation()
    for title, body in (("Part", BEFORE), ("The past", KNOWN)):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    show.save(str(path))


def sheet(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Part"
    book.active.append(["A", "B"])
    past = book.create_sheet("The past")
    for row in (["Year", "Event"], [1815, BEFORE], [], [1843, KNOWN]):
        past.append(row)
    book.save(path)


def comma_separated(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["Year", "Event"], [1815, "two\nlines"], [1843, KNOWN]])


def open_document(path: Path) -> None:
    content = (
        '<?xml version="1.0"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
        '<text:h text:outline-level="1">Part</text:h>'
        f'<text:p>{BEFORE}</text:p><text:h text:outline-level="2">The past</text:h>'
        "<text:p>Ada<text:s/>Lovelace <text:span>wrote</text:span> the first program in 1843."
        "</text:p></office:text></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)


def book(path: Path) -> None:
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata><title>T</title></metadata>'
        '<manifest><item id="b" href="b%20.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="x/c.opf"/></rootfiles></container>',
        )
        archive.writestr("x/c.opf", package)
        archive.writestr("x/b .xhtml", f"<html><body><h2>The past</h2><p>{KNOWN}</p></body></html>")
        archive.writestr("x/a.xhtml", f"<html><body><h1>Part</h1><p>{BEFORE}</p></body></html>")


def mail(path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "The past – 1843"
    message["From"] = "Ada <ada@example.org>"
    message["Date"] = "Sun, 10 Dec 1843 10:00:00 +0000"
    message.set_content(KNOWN)
    path.write_bytes(bytes(message))


def mailbox(path: Path) -> None:
    path.write_text(
        f"From a\nFrom: Bob <b@example.org>\nSubject: One\n\n{BEFORE}\n\n"
        f"From b\nFrom: Ada <ada@example.org>\nSubject: Two\n\n{KNOWN}\n"
    )


def rich_text(path: Path) -> None:
    path.write_text(
        r"{\rtf1\ansi " + BEFORE + r"\par {\b Ada Lovelace} wrote the first program in 1843.\par}"
    )


def nested_json(path: Path) -> None:
    path.write_text(json.dumps({"Part": {"The past": [{"year": 1843, "event": KNOWN}]}}))


def json_lines(path: Path) -> None:
    path.write_text(f'{{"event": "{BEFORE}"}}\n\n{{"year": 1843, "event": "{KNOWN}"}}\n')


def notebook(path: Path) -> None:
    code = {"cell_type": "code", "source": [], "outputs": [{"text": [KNOWN]}]}
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": [BEFORE]}, code]}))


def subtitles(path: Path) -> None:
    path.write_text(
        f"1\n00:00:01,000 --> 00:00:03,000\n{BEFORE}\n\n"
        "2\n00:01:02,500 --> 00:01:04,000\nAda Lovelace wrote\n<i>the first</i>\n\n"
        "3\n00:01:04,500 --> 00:01:06,000\nprogram in 1843.\n"
    )


def web_subtitles(path: Path) -> None:
    path.write_text(
        f"WEBVTT\n\nNOTE nothing\n\n00:01.000 --> 00:03.000 align:left\n<v Bob>{BEFORE}\n\n"
        "01:02.500 --> 01:04.000\n<v Ada>Ada Lovelace wrote the first\n\n"
        "01:04.500 --> 01:06.000\n<v Ada>program in 1843.\n"
    )


def tree(path: Path) -> None:
    path.write_text(
        f"<?xml version='1.0'?><article><sec><title>Part</title><p>{BEFORE}</p><sec>"
        "<title>The past</title><p>Ada <b>Lovelace</b> wrote the first program in 1843.</p>"
        "</sec></sec></article>"
    )


MAIL_PLACE = (None, "Ada <ada@example.org>, Sun, 10 Dec 1843 10:00:00 +0000", None)
FILES: dict[str, tuple[Callable[[Path], None], Place]] = {
    "a.txt": (text_file, (None, None, 3)),
    "a.log": (text_file, (None, None, 3)),
    "a.py": (text_file, (None, None, 3)),
    "a.md": (markdown, (None, "Part › The past", 12)),
    "a.rst": (restructured, (None, "Part › The past", 10)),
    "a.adoc": (asciidoc, (None, "Part › The past", 11)),
    "a.html": (html, (None, "Part › The past", None)),
    "a.docx": (word, (None, "Part › The past", None)),
    "a.odt": (open_document, (None, "Part › The past", None)),
    "a.pptx": (slides, (2, "The past", None)),
    "a.xlsx": (sheet, (None, "The past", 4)),
    "a.csv": (comma_separated, (None, None, 3)),
    "a.epub": (book, (None, "Part › The past", None)),
    "a.eml": (mail, MAIL_PLACE),
    "a.mbox": (mailbox, (None, "Ada <ada@example.org>", None)),
    "a.rtf": (rich_text, (None, None, None)),
    "a.json": (nested_json, (None, "Part › The past", None)),
    "a.jsonl": (json_lines, (None, None, 3)),
    "a.ipynb": (notebook, (None, "cell 2", None)),
    "a.srt": (subtitles, (None, "00:01:02", None)),
    "a.vtt": (web_subtitles, (None, "00:01:02", None)),
    "a.xml": (tree, (None, "Part › The past", None)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_known_sentence_is_at_its_location(tmp_path: Path, name: str) -> None:
    make, place = FILES[name]
    make(tmp_path / name)
    document = load(tmp_path / name, name)[0]
    assert place_at(document, KNOWN) == place
    assert normalise(document.text) == document.text
    assert all(0 <= anchor.start < len(document.text) for anchor in document.anchors)


def test_a_row_makes_sense_alone(tmp_path: Path) -> None:
    sheet(tmp_path / "a.xlsx")
    assert f"\nYear: 1843; Event: {KNOWN}" in load(tmp_path / "a.xlsx", "a.xlsx")[0].text
    comma_separated(tmp_path / "a.csv")
    text = load(tmp_path / "a.csv", "a.csv")[0].text
    assert text == f"Year: 1815; Event: two lines\nYear: 1843; Event: {KNOWN}"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_csv_file_is_found(tmp_path: Path, delimiter: str) -> None:
    text = io.StringIO()
    rows = [["Name", "Price"], ["a, b; c | d", "1.5"], ["tea", "2"]]
    csv.writer(text, delimiter=delimiter).writerows(rows)
    (tmp_path / "a.csv").write_text(text.getvalue())
    assert load(tmp_path / "a.csv", "a.csv")[0].text == (
        "Name: a, b; c | d; Price: 1.5\nName: tea; Price: 2"
    )


def test_boilerplate_and_hidden_text_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<body><header>LEFT</header><nav>LEFT</nav><div id=cookie-banner>LEFT</div>"
        "<div style='display: none'>LEFT</div><p hidden>LEFT</p><script>LEFT</script>"
        "<style>LEFT</style><aside>LEFT</aside><article><header><h1>Title</h1><p>By Ada</p>"
        "</header><p>The text.</article><footer>LEFT</footer></body>"
    )
    document = load(tmp_path / "a.html", "a.html")[0]
    assert document.text == "Title\n\nBy Ada\n\nThe text."
    assert document.title == "Title"


def test_an_element_called_content_is_not_boilerplate(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<body><a class=skip-to-content href=#c>LEFT</a><h1>Title</h1><div class='content field'>"
        "<h2 id=content>Part<span class=mw-editsection>LEFT</span></h2><p>The text.</p></div>"
    )
    assert load(tmp_path / "a.html", "a.html")[0].text == "Title\n\nPart\n\nThe text."


def test_a_page_that_is_all_boilerplate_is_still_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<body><nav>Only this.</nav><script>no()</script></body>")
    assert load(tmp_path / "a.html", "a.html")[0].text == "Only this."


def test_tables_of_a_page_are_rows_with_names(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<table><tr><th>Name<th>Year<tr><td rowspan=2>Ada<td>1843<tr><td>1852</table>"
        "<ul><li>one<li>two</ul><ol start=3><li>three</ol>"
    )
    assert load(tmp_path / "a.html", "a.html")[0].text == (
        "Name: Ada; Year: 1843\nName: Ada; Year: 1852\n\n- one\n- two\n\n3. three"
    )


def test_a_word_table_is_at_its_position_in_the_text(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Before.")
    table = document.add_table(rows=0, cols=2)
    for row in (("Name", "Year"), ("Ada", "1843"), ("Grace", "1952")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph("One.", style="List Bullet")
    document.add_paragraph("After.")
    document.save(str(tmp_path / "a.docx"))
    assert load(tmp_path / "a.docx", "a.docx")[0].text == (
        "Before.\n\nName: Ada; Year: 1843\nName: Grace; Year: 1952\n\n- One.\n\nAfter."
    )


def test_notes_tables_and_charts_of_slides_are_read(tmp_path: Path) -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Numbers"
    size = (Inches(1), Inches(2), Inches(4), Inches(2))
    table = slide.shapes.add_table(2, 2, *size).table
    for index, text in enumerate(["Name", "Year", "Ada", "1843"]):
        table.cell(index // 2, index % 2).text = text
    data = CategoryChartData()
    data.categories = ["Q1", "Q2"]
    data.add_series("Sales", (3, 4))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *size, data)
    slide.notes_slide.notes_text_frame.text = "Say it slowly."
    show.save(str(tmp_path / "a.pptx"))
    text = load(tmp_path / "a.pptx", "a.pptx")[0].text
    assert "Name: Ada; Year: 1843" in text
    assert "Q2; Sales: 4" in text
    assert "Notes: Say it slowly." in text


def test_attachments_are_documents_of_their_own(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Two files"
    message.set_content("See below.")
    message.add_attachment("year,name\n1843,Ada\n", subtype="csv", filename="../a.csv")
    message.add_attachment("year,name\n1952,Grace\n", subtype="csv", filename="../a.csv")
    message.add_attachment(b"MZ\x00", maintype="application", subtype="x", filename="a.exe")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content(KNOWN)
    message.add_attachment(inner)
    (tmp_path / "mail.eml").write_bytes(bytes(message))
    documents = {d.source: d.text for d in load(tmp_path / "mail.eml", "in/mail.eml")}
    assert next(iter(documents)) == "in/mail.eml"
    assert documents["in/mail.eml/_a.csv"] == "year: 1843; name: Ada"
    assert documents["in/mail.eml/_a (2).csv"] == "year: 1952; name: Grace"
    assert KNOWN in documents["in/mail.eml/Inner.eml"]
    assert "a.exe (not read: no loader for .exe)" in documents["in/mail.eml"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"]
)
def test_the_encoding_of_a_text_is_found(tmp_path: Path, encoding: str) -> None:
    text = "Die schöne Frau hat für 15 € Kaffee getrunken; das war köstlich, sagte sie."
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert load(tmp_path / "a.txt", "a.txt")[0].text == text


def test_the_encoding_that_a_page_names_is_used(tmp_path: Path) -> None:
    page = '<meta charset="shift_jis"><p>東京の天気</p>'
    (tmp_path / "a.html").write_bytes(page.encode("cp932"))
    assert load(tmp_path / "a.html", "a.html")[0].text == "東京の天気"


def test_text_that_was_encoded_twice_is_read_as_it_was_meant(tmp_path: Path) -> None:
    text = "1986\u20131990, he said: \u201cÀ bientôt\u201d."
    (tmp_path / "a.txt").write_text(text.encode().decode("latin-1"), encoding="utf-8")
    (tmp_path / "b.txt").write_text("Â£5 is Ã\x85 and \x93quoted", encoding="utf-8")
    assert load(tmp_path / "a.txt", "a.txt")[0].text.startswith("1986\u20131990, he said: \u201cÀ")
    assert load(tmp_path / "b.txt", "b.txt")[0].text == "Â£5 is Å and \x93quoted"


MARKDOWN_TABLE = """# Codes

Before | after is no table.

| Code | Meaning |
|:-----|--------:|
| E1 | Door open |
| E2 | Coil \\\\| fan frozen |

```
Code | Meaning
-----|--------
E9 | In code
```

Year | Members
--- | ---
2023 | 402
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_rows_of_a_markdown_table_name_their_columns(tmp_path: Path, line_end: str) -> None:
    text = MARKDOWN_TABLE.replace("\\\\", "\\")
    (tmp_path / "a.md").write_bytes(text.replace("\n", line_end).encode())
    [document] = load(tmp_path / "a.md", "a.md")
    lines = document.text.split("\n")
    assert lines[6:8] == ["Code: E1; Meaning: Door open", "Code: E2; Meaning: Coil | fan frozen"]
    assert lines[10:13] == ["Code | Meaning", "-----|--------", "E9 | In code"]
    assert lines[17] == "Year: 2023; Members: 402"
    assert lines[2] == "Before | after is no table."
    assert len(lines) == text.rstrip("\n").count("\n") + 1


def test_media_and_hidden_slides_are_reported(tmp_path: Path) -> None:
    deck, clip = pptx.Presentation(), tmp_path / "a.mp4"
    clip.write_bytes(b"x")
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    assert slide.shapes.title is not None
    slide.shapes.title.text = "Mill"
    slide._element.set("show", "0")
    slide.shapes.add_movie(str(clip), 0, 0, Inches(1), Inches(1))
    deck.save(str(tmp_path / "a.pptx"))
    [document] = load(tmp_path / "a.pptx", "a.pptx")
    assert document.text == "Mill (hidden slide)"
    assert document.left_out == ("1 video",)


def test_struck_text_of_a_slide_is_marked(tmp_path: Path) -> None:
    show = pptx.Presentation()
    box = show.slides.add_slide(show.slide_layouts[6]).shapes.add_textbox(0, 0, 9, 9)
    paragraph = box.text_frame.paragraphs[0]
    for words, line in (("It costs ", ""), ("30", "sngStrike"), ("35 euro", "noStrike")):
        run = paragraph.add_run()
        run.text = words
        if line:
            run._r.get_or_add_rPr().set("strike", line)
    show.save(str(tmp_path / "a.pptx"))
    assert load(tmp_path / "a.pptx", "a.pptx")[0].text == "It costs ~~30~~35 euro"


COMMENTS = (
    '<cmLst><cm authorId="0" dt="2027-01-02T08:00:00"><text>Which gate costs 410?</text></cm>'
    "</cmLst>",
    '<cmLst><cm authorId="{1}" created="2027-01-03T08:00:00"><replyLst><reply authorId="0"'
    ' created="2027-01-04T08:00:00"><txBody><p><r><t>The old one.</t></r></p></txBody></reply>'
    "</replyLst><txBody><p><r><t>Which weir?</t></r></p></txBody></cm></cmLst>",
)


def test_comments_and_footers_of_slides_are_read(tmp_path: Path) -> None:
    show = pptx.Presentation()
    for number in (1, 2):
        slide = show.slides.add_slide(show.slide_layouts[5])
        assert slide.shapes.title is not None
        slide.shapes.title.text = f"Weir {number}"
        for kind, text in (("ftr", "Draft, not for the press"), ("sldNum", str(number))):
            box = slide.shapes.add_textbox(0, 0, 9, 9)
            box.text_frame.text = text
            place = box._element.nvSpPr.find("{*}nvPr")
            place.append(place.makeelement(qn("p:ph"), {"type": kind}))
    show.save(str(tmp_path / "plain.pptx"))
    authors = '<l><author id="0" name="Bo Lee"/><author id="{1}" name="Ida Berg"/></l>'
    link = '<Relationship Id="rId9{0}" Type="http://x/comments" Target="../comments/{0}.xml"/>'
    links = link.format(0) + link.format(1) + "</Relationships>"
    with (
        zipfile.ZipFile(tmp_path / "plain.pptx") as old,
        zipfile.ZipFile(tmp_path / "a.pptx", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "ppt/slides/_rels/slide1.xml.rels":
                data = data.replace(b"</Relationships>", links.encode())
            new.writestr(name, data)
        new.writestr("ppt/authors.xml", authors)
        for number, comments in enumerate(COMMENTS):
            new.writestr(f"ppt/comments/{number}.xml", comments)
    assert load(tmp_path / "a.pptx", "a.pptx")[0].text.split("\n\n") == [
        "Weir 1",
        "Comment by Bo Lee (2027-01-02): Which gate costs 410?",
        "Comment by Ida Berg (2027-01-03): Which weir?",
        "Comment by Bo Lee (2027-01-04): The old one.",
        "Weir 2",
        "Footer: Draft, not for the press",
    ]

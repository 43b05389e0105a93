"""Rich Text Format. There are no anchors, since the format has neither pages nor headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.page_numbers import has_words
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
_HIDE, _SHOW = "\x05", "\x06"  # around hidden and deleted text
_HIDDEN_TEXT = re.compile("\x05[^\x06]*|\x06")
_ASIDE, _AUTHOR, _ASIDE_END = "\x0e", "\x0f", "\x10"  # around headers, footers and comments
_ASIDE_TEXT = re.compile(
    "(?:\x0f(?P<author>[^\x0e-\x10]*)\x10[^\\S\n]*)?"
    "\x0e(?P<kind>Header|Footer|Comment): (?P<text>[^\x0e-\x10]*)\x10"
)
_COMMENT = "\x11"  # where a comment was
_MARKS = re.compile("[\x0e-\x11]")
_CONTROL = re.compile(
    r"\\\\|\\[{}]|\\(?P<script>super|sub|striked?)(?P<off>0|1(?=[\s\\]))?(?![a-z0-9]) ?"
    r"|\\(?P<hidden>deleted|v)(?P<shown>0|1)?(?![a-z0-9]) ?"
    r"|\\(?P<plain>nosupersub|plain)(?![a-z]) ?|(?P<note>\{\\(?:\*\\)?footnote(?![a-z]) ?)"
    r"|\{\\(?:\*\\)?(?P<aside>header|footer|annotation|atnauthor)[lrf]?(?![a-z]) ?|[{}]"
)
_ASIDE_STARTS = {
    "header": f"{_ASIDE}Header: ",
    "footer": f"{_ASIDE}Footer: ",
    "annotation": f"{_ASIDE}Comment: ",
    "atnauthor": _AUTHOR,
}
_SKIPPED = (
    (re.compile(r"\\pict(?![a-z])"), "picture"),
    (re.compile(r"\\objdata(?![a-z])"), "embedded object"),
    (re.compile(r"\\(?:shptxt|dptxbxtext)(?![a-z])"), "text box"),
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
    text = rtf_to_text(_mark_spans(rtf), encoding=encoding, errors="replace")
    text, margins = _move_asides(_HIDDEN_TEXT.sub("", text.replace("\r", "")))
    title = _TITLE.search(rtf)
    builder = DocumentBuilder(source, title=title.group(1) if title else "")
    for paragraph in _BLANK.split(text):
        lines = [_write_row(_with_scripts(line)) for line in paragraph.split("\n")]
        builder.add("\n".join(filter(None, lines)))
    for words in margins:
        builder.add(words)
    for pattern, noun in _SKIPPED:
        count = len(pattern.findall(rtf))
        if count:
            builder.report_skipped(counted(count, noun))
    return [builder.build()]


@dataclass(slots=True)
class _Group:
    """An open group: what is written at its end, and why its text is hidden."""

    end: str = ""
    in_script: bool = False
    hidden: frozenset[str] = frozenset()


def _mark_spans(rtf: str) -> str:
    """The file with marks around what the library does not know, and with its notes in the text.

    These are superscripts, subscripts, struck and hidden text, headers, footers and comments. The
    library joins "420" and the reference mark of note 3 to "4203", and deleted to inserted text.
    """
    groups = [_Group()]
    pieces: list[str] = []
    at = 0
    for control in _CONTROL.finditer(rtf):
        pieces.append(rtf[at : control.start()])
        pieces.append(_mark_control(control, groups))
        at = control.end()
    return "".join(pieces) + rtf[at:]


def _mark_control(control: re.Match[str], groups: list[_Group]) -> str:
    word, group = control.group(), groups[-1]
    if control["note"]:
        groups.append(_Group("]", hidden=group.hidden))
        return "{ [note: "
    if control["aside"]:
        groups.append(_Group(_ASIDE_END))
        return "{" + _visibility_mark(group.hidden, frozenset()) + _ASIDE_STARTS[control["aside"]]
    if word == "{":
        groups.append(_Group(hidden=group.hidden))
        return word
    if word == "}":
        if len(groups) == 1:
            return word
        groups.pop()
        return _mark_end(group, groups[-1].hidden)
    if control["hidden"]:
        kind = frozenset({control["hidden"]})
        before = group.hidden
        group.hidden = before - kind if control["shown"] == "0" else before | kind
        return _visibility_mark(before, group.hidden)
    if control["script"] or control["plain"]:
        return _mark_script(control, group)
    return word


def _mark_end(group: _Group, outer: frozenset[str]) -> str:
    """The end of a group. The end of a header, a footer or a comment is never hidden."""
    end = _SCRIPT_END if group.in_script else ""
    if not group.end:
        return end + "}" + _visibility_mark(group.hidden, outer)
    at_end = frozenset[str]() if group.end == _ASIDE_END else outer
    end += _visibility_mark(group.hidden, at_end) + group.end + "}"
    return end + _visibility_mark(at_end, outer)


def _mark_script(control: re.Match[str], group: _Group) -> str:
    """The mark where a superscript, a subscript or struck text begins or ends."""
    word = control.group()
    before = _SCRIPT_END if group.in_script else ""
    group.in_script = bool(control["script"]) and control["off"] != "0"
    if group.in_script:
        named = "struck" if control["script"].startswith("strike") else control["script"]
        mark = next(mark for mark, script in _SCRIPT_MARKS.items() if script == named)
        return before + word + ("" if word.endswith(" ") else " ") + mark
    hidden = group.hidden
    if control["plain"] == "plain":
        group.hidden = frozenset()
    return word.rstrip() + " " + before + _visibility_mark(hidden, group.hidden)


def _visibility_mark(before: frozenset[str], after: frozenset[str]) -> str:
    if bool(before) == bool(after):
        return ""
    return _HIDE if after else _SHOW


def _move_asides(text: str) -> tuple[str, list[str]]:
    """Move comments after their paragraph.

    Returns:
        The text without headers and footers, and each distinct header and footer with words.
    """
    margins: dict[str, None] = {}
    comments: list[str] = []

    def take(found: re.Match[str]) -> str:
        words = " ".join(_with_scripts(found["text"]).split())
        if found["kind"] != "Comment":
            margins.update({f"{found['kind']}: {words}": None} if has_words(words) else {})
        elif words:
            by = f" by {found['author'].strip()}" if found["author"] else ""
            comments.append(f"Comment{by}: {words}")
            return _COMMENT
        return ""

    text = _ASIDE_TEXT.sub(take, text)
    waiting = iter(comments)
    lines: list[str] = []
    for line in text.split("\n"):
        lines.append(_MARKS.sub("", line))
        lines += [next(waiting, "") for _ in range(line.count(_COMMENT))]
    return "\n".join(lines), list(margins)


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

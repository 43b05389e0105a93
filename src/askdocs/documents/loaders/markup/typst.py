"""Typst: headings, tables and text without commands. The anchors are the headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\\])//[^\n]*", re.DOTALL)
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_CALL = re.compile(r"#(?P<name>[A-Za-z][\w.-]*)(?=[(\[])")
_RULE = re.compile(r"^[ \t]*#(?:set|show|let|import|include)\b", re.MULTILINE)
_PICTURE = re.compile(r"\bimage\(")
_HEADING = re.compile(r"(={1,6})[ \t]+(.+?)(?:[ \t]*<[\w:.-]+>)?[ \t]*")
_LABEL = re.compile(r"[ \t]*<[A-Za-z][\w:.-]*>[ \t]*$")
_STRONG = re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w\\])_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_COLUMNS = re.compile(r"\bcolumns:\s*(?:(\d+)|\(([^()]*)\))")
_TITLE = re.compile(
    r"^[ \t]*#(?:show|set)\b[^\n]*(?:\n[^\n]+)*?\btitle:\s*(?:\"([^\"\n]+)\"|\[([^\[\]\n]+)\])",
    re.MULTILINE,
)
_TABLE = "\x01"  # stands for a table, with its number
_OPEN = {"(": ")", "[": "]", "{": "}"}
_TABLES = frozenset({"table", "grid"})
_TEXTS = frozenset({"emph", "strong", "text", "upper", "lower", "smallcaps", "underline"})


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document, without rules, commands and comments."""
    builder = DocumentBuilder(source)
    pieces = _CODE.split(read_text(path, builder).replace("\r\n", "\n"))
    named = _TITLE.search("".join(pieces[::2]))
    builder.title = _plain(named[1] or named[2]) if named else ""
    tables: list[list[list[str]]] = []
    pictures = 0
    for at in range(0, len(pieces), 2):
        text = _COMMENT.sub("", pieces[at])
        pictures += len(_PICTURE.findall(text))
        pieces[at] = _without_calls(_without_rules(text), tables)
    if pictures:
        builder.report_skipped(counted(pictures, "linked picture"))
    for number, line in enumerate("".join(pieces).split("\n"), 1):
        heading = _HEADING.fullmatch(line)
        if heading:
            builder.heading(len(heading[1]), _plain(heading[2]))
            builder.anchor(line=number)
            continue
        for part in re.split(f"{_TABLE}(\\d+){_TABLE}", line)[1::2]:
            builder.close_block()
            add_table(builder, tables[int(part)])
            builder.close_block()
        builder.add(_plain(re.sub(f"{_TABLE}\\d+{_TABLE}", " ", line)), end="\n")
    return [builder.build()]


def _without_rules(text: str) -> str:
    """The text without rules and definitions, such as "#set page(…)".

    What a template is given to show, as its abstract, is kept.
    """
    while rule := _RULE.search(text):
        at = rule.end()
        while at < len(text) and text[at] != "\n":
            at = _end_of_brackets(text, at) if text[at] in _OPEN else at + 1
        given = text[rule.start() : at]
        kept = "\n".join(_contents_in(given)) if ".with(" in given else ""
        text = text[: rule.start()] + kept + text[at:]
    return text


def _without_calls(text: str, tables: list[list[list[str]]]) -> str:
    """The text with what its commands show. Each table is added to `tables`."""
    shown: list[str] = []
    at = 0
    while call := _CALL.search(text, at):
        shown.append(text[at : call.start()])
        arguments, at = "", call.end()
        if text[at] == "(":
            end = _end_of_brackets(text, at)
            arguments, at = text[at + 1 : end].removesuffix(")"), end
        contents = []
        while at < len(text) and text[at] == "[":
            end = _end_of_brackets(text, at)
            contents.append(text[at + 1 : end].removesuffix("]"))
            at = end
        shown.append(_shown_by(call["name"], arguments, contents, tables))
    return "".join(shown) + text[at:]


def _shown_by(
    name: str, arguments: str, contents: Sequence[str], tables: list[list[list[str]]]
) -> str:
    """What a command shows."""
    parts = [_without_calls(part, tables) for part in (*_contents_in(arguments), *contents)]
    columns = _COLUMNS.search(arguments)
    if name in _TABLES and columns and parts:
        width = (
            int(columns[1]) if columns[1] else len(list(filter(str.strip, columns[2].split(","))))
        )
        cells = [_plain(" ".join(part.split())) for part in parts]
        tables.append([cells[n : n + width] for n in range(0, len(cells), max(width, 1))])
        return f"{_TABLE}{len(tables) - 1}{_TABLE}"
    if name == "footnote":
        return f" [{' '.join(parts)}]"
    strings = _STRING.findall(arguments) if name in _TEXTS or name == "link" else []
    return " ".join(parts or strings)


def _contents_in(arguments: str) -> Iterator[str]:
    """The contents in square brackets among the arguments of a command."""
    at = 0
    while (at := arguments.find("[", at)) >= 0:
        end = _end_of_brackets(arguments, at)
        yield arguments[at + 1 : end].removesuffix("]")
        at = end


def _end_of_brackets(text: str, start: int) -> int:
    """The offset after the bracket that closes the one at `start`."""
    open_brackets: list[str] = []
    for at in range(start, len(text)):
        letter = text[at]
        if letter in _OPEN:
            open_brackets.append(_OPEN[letter])
        elif open_brackets and letter == open_brackets[-1]:
            open_brackets.pop()
            if not open_brackets:
                return at + 1
    return len(text)


def _plain(text: str) -> str:
    text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", _LABEL.sub("", text)))
    return text.removesuffix("\\").rstrip()

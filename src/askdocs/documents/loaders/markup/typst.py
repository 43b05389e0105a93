"""Typst: headings, tables and text without commands. The anchors are the headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.shared.removed_lines import REMOVED, line_breaks, numbered_lines
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_TABLE, _CODE = "\x02", "\x03"  # around the number of a table, or of code
_MARKS = re.compile(f"[{REMOVED}{_TABLE}{_CODE}]")
_TABLE_MARK = re.compile(f"{_TABLE}(\\d+){_TABLE}")
_CODE_MARK = re.compile(f"{_CODE}(\\d+){_CODE}")
_COMMENT_OR_CODE = re.compile(r"/\*|(?<![:\\\"])//[^\n]*|`{3,}|`[^`\n]*`")
_COMMAND = re.compile(
    r"^[ \t]*#(?P<rule>set|show|let|import|include)\b"
    r"|(?<!\\)#(?P<name>[A-Za-z][\w.-]*)(?=[(\[])",
    re.MULTILINE,
)
_CONTENT = re.compile(rf"\[|{_CODE}\d+{_CODE}|(?<![\w.-])(?P<name>table|grid)(?=\()")
_RULE_STOP = re.compile(r"[\n(\[{]")
_TOKEN = re.compile(
    r"\\.|[\"\[\](){}\n]|#(?P<keyword>set|show|let|import|include|if|for|while|context|return)\b"
    r"|(?P<call>#(?:[A-Za-z][\w.-]*)?(?=[(\[{]))",
    re.DOTALL,
)
_PICTURE = re.compile(r"\bimage\(")
_HEADING = re.compile(r"(={1,6})[ \t]+(\S.*)")
_LABEL = re.compile(r"<[A-Za-z][\w:.-]*>$")
_STRONG = re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w\\])_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)")
_STRING = re.compile(r'(?<!\\)"((?:[^"\\]|\\.)*)"', re.DOTALL)
_COLUMNS = re.compile(r"\bcolumns:\s*(?:(\d{1,4})|\(([^()]*)\))")
_TITLE = re.compile(r"\btitle:\s*(?:\"([^\"\n]+)\"|\[([^\[\]\n]+)\])")
_OPENING = {")": "(", "}": "{"}
_TABLES = frozenset({"table", "grid"})
_TEXTS = frozenset({"emph", "strong", "text", "upper", "lower", "smallcaps", "underline"})
_MOST_NESTED = 30  # commands in commands that are read


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document, without rules, commands and comments."""
    builder = DocumentBuilder(source)
    text, code = _without_comments_and_code(
        _MARKS.sub("", read_text(path, builder).replace("\r\n", "\n"))
    )
    commands = _Commands(text)
    lines, numbers = numbered_lines(commands.shown(0, len(text)))
    builder.title = _with_code(_plain(commands.title), code)
    pictures = len(_PICTURE.findall(text))
    if pictures:
        builder.report_skipped(counted(pictures, "linked picture"))
    for number, line in zip(numbers, lines, strict=True):
        heading = _HEADING.fullmatch(line)
        if heading:
            builder.heading(len(heading[1]), _with_code(_plain(heading[2]), code))
            builder.anchor(line=number)
            continue
        for part in _TABLE_MARK.findall(line):
            builder.close_block()
            rows = commands.tables[int(part)]
            add_table(
                builder,
                [[" ".join(_with_code(cell, code).split()) for cell in row] for row in rows],
            )
            builder.close_block()
        builder.add(_with_code(_plain(_TABLE_MARK.sub(" ", line)), code), end="\n")
    return [builder.build()]


def _without_comments_and_code(text: str) -> tuple[str, list[str]]:
    """The text with marks in place of code, and the code."""
    kept, code = list[str](), list[str]()
    unclosed = set[str]()  # is not searched for again
    at = 0
    while found := _COMMENT_OR_CODE.search(text, at):
        kept.append(text[at : found.start()])
        at = found.end()
        start, closing = found[0], "*/" if found[0] == "/*" else found[0]
        if start == "/*" or start.startswith("```"):
            end = -1 if closing in unclosed else text.find(closing, at)
            if end < 0:
                unclosed.add(closing)
                kept.append(start)
                continue
            at = end + len(closing)
        whole = text[found.start() : at]
        if start[0] == "`":
            kept.append(f"{_CODE}{len(code)}{_CODE}")
            code.append(whole)
        kept.append(REMOVED * line_breaks(whole))
    return "".join(kept) + text[at:], code


def _with_code(text: str, code: Sequence[str]) -> str:
    return _CODE_MARK.sub(lambda mark: code[int(mark[1])], text)


class _Commands:
    """Replaces the commands of a text by the text that they show.

    "#strong[Note]" becomes "Note". The title and the tables are collected separately.
    """

    def __init__(self, text: str) -> None:
        self.title = ""
        self.tables: list[list[list[str]]] = []
        self._text = text
        self._ends = _Brackets(text).ends

    def shown(self, start: int, end: int, nested: int = 0) -> str:
        """The text from `start` to `end` without rules, its commands replaced by what they show."""
        if nested > _MOST_NESTED:
            return self._text[start:end]
        pieces: list[str] = []
        at = start
        while command := _COMMAND.search(self._text, at, end):
            pieces.append(self._text[at : command.start()])
            read = self._rule if command["rule"] else self._call
            shown, at = read(command, end, nested + 1)
            breaks = line_breaks(self._text[command.start() : at]) - line_breaks(shown)
            pieces.append(shown + REMOVED * breaks)
        return "".join(pieces) + self._text[at:end]

    def _rule(self, rule: re.Match[str], last: int, nested: int) -> tuple[str, int]:
        """The text that a rule or definition shows, such as "#set page(…)", and its end offset.

        It is mostly empty. Only the arguments of a template, such as the abstract, are shown.
        """
        at = rule.end()
        while (stop := _RULE_STOP.search(self._text, at, last)) and stop[0] != "\n":
            at = self._end(stop.start(), last)
        at = stop.start() if stop else last
        given = self._text[rule.start() : at]
        named = _TITLE.search(given) if rule["rule"] in {"set", "show"} else None
        if named and not self.title:
            self.title = named[1] or named[2]
        if ".with(" not in given:
            return "", at
        return "\n".join(self._contents_in(rule.end(), at, nested)), at

    def _call(self, call: re.Match[str], last: int, nested: int) -> tuple[str, int]:
        """The text that a command shows, and its end offset."""
        text, at = self._text, call.end()
        arguments, parts = "", list[str]()
        if text[at] == "(":
            end = self._end(at, last)
            arguments = text[at + 1 : end].removesuffix(")")
            parts += self._contents_in(at + 1, end, nested)
            at = end
        while at < last and text[at] == "[":
            end = self._end(at, last)
            parts.append(self._content(at, end, nested))
            at = end
        return self._shown_by(call["name"], arguments, parts), at

    def _shown_by(self, name: str, arguments: str, parts: Sequence[str]) -> str:
        columns = _COLUMNS.search(arguments) if name in _TABLES else None
        if columns and parts and not any(_TABLE in part for part in parts):
            width = int(columns[1] or len(list(filter(str.strip, columns[2].split(",")))))
            width = max(width, 1)
            cells = [_plain(" ".join(part.replace(REMOVED, "").split())) for part in parts]
            self.tables.append([cells[n : n + width] for n in range(0, len(cells), width)])
            return f"{_TABLE}{len(self.tables) - 1}{_TABLE}"
        if name == "footnote":
            return f" [{' '.join(parts)}]"
        strings = _STRING.findall(arguments) if name in _TEXTS or name == "link" else []
        return " ".join(parts or strings)

    def _contents_in(self, at: int, last: int, nested: int) -> Iterator[str]:
        """The text in square brackets, and the code, among the arguments of a command."""
        while found := _CONTENT.search(self._text, at, last):
            at = found.end()
            if found["name"]:
                if at in self._ends and nested <= _MOST_NESTED:  # not in a string
                    shown, at = self._call(found, last, nested + 1)
                    yield shown
            elif found[0] != "[":
                yield found[0]
            elif found.start() in self._ends:  # not in a string
                at = self._end(found.start(), last)
                yield self._content(found.start(), at, nested)

    def _content(self, start: int, end: int, nested: int) -> str:
        """The text that the content in the brackets from `start` to `end` shows."""
        is_closed = end > start + 1 and self._text[end - 1] == "]"
        return self.shown(start + 1, end - is_closed, nested)

    def _end(self, start: int, last: int) -> int:
        return min(self._ends.get(start, start + 1), last)


class _Brackets:
    """Finds the end of each bracket that is part of the code and not of the prose.

    Attributes:
        ends: For each opening bracket, the offset after its closing one. A bracket that is never
            closed ends with its line, or where the bracket around it is closed.
    """

    def __init__(self, text: str) -> None:
        self.ends: dict[int, int] = {}
        self._open: list[tuple[str, int]] = []  # "\n" means code up to the end of its line
        self._square = 0  # open square brackets
        at, called, has_strings = 0, -1, True
        while token := _TOKEN.search(text, at):
            at = token.end()
            is_code = bool(self._open) and self._open[-1][0] != "["
            if token[0] == '"' and is_code and has_strings:
                string = _STRING.match(text, token.start())
                at, has_strings = (string.end(), True) if string else (at, False)
            elif token["call"]:
                called = at
            elif token["keyword"] and not is_code:
                self._open.append(("\n", token.start()))
            elif token[0] == "[" or (token[0] in "({" and (is_code or token.start() == called)):
                self._open.append((token[0], token.start()))
                self._square += token[0] == "["
            else:
                self._close(token[0], token.start())
        self._end_with_lines(text)

    def _close(self, closing: str, at: int) -> None:
        if closing == "]" and self._square:
            while self._open[-1][0] != "[":
                kind, start = self._open.pop()
                if kind != "\n":
                    self.ends[start] = at
            self._square -= 1
            self.ends[self._open.pop()[1]] = at + 1
        elif self._open and self._open[-1][0] == _OPENING.get(closing, closing) != "[":
            kind, start = self._open.pop()
            if kind != "\n":
                self.ends[start] = at + 1

    def _end_with_lines(self, text: str) -> None:
        end = -1
        for kind, start in self._open:
            if start > end:
                end = text.find("\n", start) % (len(text) + 1)
            if kind != "\n":
                self.ends[start] = end


def _plain(text: str) -> str:
    text = _LABEL.sub("", text.rstrip()).rstrip()
    text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", text))
    return text.removesuffix("\\").rstrip()

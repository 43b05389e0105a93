"""LaTeX as printed text: without commands, and tables as rows. The anchors are the sections."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import decode_with_remarks
from askdocs.documents.loaders.shared.numerals import alphabetic, roman
from askdocs.documents.loaders.shared.superscripts import superscript
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

_DEFINITION = re.compile(
    r"\\(?:re|provide)?newcommand\*?\s*\{?\\(?P<name>[A-Za-z]+)\}?\s*(?:\[(?P<count>\d)\])?(?P<default>\[)?"
    r"|\\def\s*\\(?P<defined>[A-Za-z]+)(?P<arguments>(?:#\d)*)"
    r"|\\DeclareMathOperator\*?\s*\{\\(?P<operator>[A-Za-z]+)\}"
)
_MOST_PASSES = 5  # levels of nested commands that are expanded
_MOST_GROWTH = 2_000_000  # characters that commands may add
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"  # braces within braces, three deep
_OPTION = r"(?:\[[^\[\]]*\])?"
_TITLE = re.compile(rf"\\title\s*{_OPTION}\s*{_GROUP}")
_FRAME_TITLE = re.compile(
    rf"\\begin\{{frame\}}(?:<[^<>]*>)?\s*{_OPTION}\s*{_GROUP}|\\frametitle(?:<[^<>]*>)?\s*{_OPTION}\s*{_GROUP}"
)
_OVERLAY = re.compile(r"(\\[A-Za-z]+\*?)<[-\d,.+|\s@]*>")  # of Beamer: "\only<2>"
_LINK = re.compile(rf"\\href\s*{_OPTION}\s*{_GROUP}\s*{_GROUP}")
_NAMED = re.compile(rf"\\(author|date)\s*{_OPTION}\s*{_GROUP}")
_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
_LEVELS = {
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "subsubsection": 5,
    "paragraph": 6,
}
_TABLE = r"\\begin\{(?P<table>tabular[*xy]?|longtable|tabulary)\}(?P<cells>.*?)\\end\{(?P=table)\}"
_PIECE = re.compile(
    rf"\\(?P<section>{'|'.join(_LEVELS)})\*?\s*{_OPTION}\s*{_GROUP}|{_TABLE}", re.DOTALL
)
_COLUMNS = re.compile(rf"\s*{_OPTION}\s*(?:{_GROUP}\s*)?{_OPTION}\s*{_GROUP}", re.DOTALL)
_RULES = re.compile(
    r"\\(?:toprule|midrule|bottomrule|hline|endhead|endfirsthead|endfoot|endlastfoot)\b"
    r"|\\(?:cmidrule|cline)(?:\([^)]*\))?\{[^}]*\}|\\addlinespace(?:\[[^\]]*\])?"
)
_UNIT = re.compile(rf"\\(?:SI|qty|unit|si|num|ang)\s*{_OPTION}\s*{_GROUP}(?:\s*{_GROUP})?")
_CITATION = re.compile(rf"~?\\(?:no)?cite\w*\*?(?:\[[^\]]*\])*\s*{_GROUP}")
_NOTE = re.compile(rf"\\footnote\s*{_OPTION}\s*{_GROUP}")
_COMMAND = re.compile(r"\\[A-Za-z]+\*?|[{}]")
_DROPPED = re.compile(
    rf"\\(?:label|vspace|hspace|includegraphics|bibliography|bibliographystyle|maketitle"
    rf"|tableofcontents|centering|noindent|newpage|clearpage|usepackage|pagestyle)\*?{_OPTION}(?:{_GROUP})?"
)
_REFERENCE = re.compile(rf"~?\\(?:eq|page|auto|name|[cC])?ref\*?\s*{_GROUP}")
_SUBSCRIPT = re.compile(r"(?<=[A-Za-z])\$_\{?(\d+)\}?\$")  # H$_2$O
_BRACES = re.compile(rf"\s*{_GROUP}")
_SPANNING = re.compile(
    rf"\\(?:multicolumn|multirow)\s*{_OPTION}\s*\{{[^{{}}]*\}}\s*{_OPTION}\s*\{{[^{{}}]*\}}\s*{_OPTION}\s*{_GROUP}"
)
_SUPERSCRIPT = re.compile(rf"\\textsuperscript\s*{_GROUP}")
_CONTEXT = 80  # characters around a superscript that are considered
_BLOCK = re.compile(
    r"\\(?:begin|end)\{(?:frame|block|figure|table|quote|quotation|center|abstract|theorem|lemma"
    r"|proof|definition|minipage|columns?)\*?\}(?:\[[^\]]*\])?"
)
_LIST = re.compile(
    r"\\begin\{(?P<begin>enumerate|itemize|description)\*?\}(?:\[[^\]]*\])?"
    r"|\\end\{(?P<end>enumerate|itemize|description)\*?\}|\\item(?![A-Za-z])\s*(?:\[(?P<label>[^\]]*)\]\s*)?"
)
_ITEM_NUMBERS: tuple[Callable[[int], str], ...] = (
    lambda number: f"{number}.",
    lambda number: f"({alphabetic(number)})",
    lambda number: f"{roman(number).lower()}.",
    lambda number: f"{alphabetic(number).upper()}.",
)
_VERBATIM = re.compile(
    r"\\begin\{(?P<name>verbatim\*?|lstlisting|minted)\}(?:\[[^\]]*\])?(?:\{\w+\})?(?P<code>.*?)"
    r"\\end\{(?P=name)\}|\\verb\*?(?P<mark>[^A-Za-z\s*])(?P<inline>[^\n]*?)(?P=mark)",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[\\{}$&#_%^~]")
_NAMED_CHARACTERS = {
    "\\": "\\textbackslash{}",
    "^": "\\textasciicircum{}",
    "~": "\\textasciitilde{}",
}
_PREFIXES = ("kilo", "mega", "giga", "milli", "micro", "nano", "centi")
_INCLUDED = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]{1,200})\}")
_PICTURE = re.compile(r"\\includegraphics(?![a-zA-Z])|\\begin\{(?:tikzpicture|pspicture)\}")
_UNITS = {
    "metre": "m",
    "meter": "m",
    "gram": "g",
    "litre": "l",
    "liter": "l",
    "second": "s",
    "minute": "min",
    "hour": "h",
    "kelvin": "K",
    "celsius": "°C",
    "degreeCelsius": "°C",
    "degree": "°",
    "percent": "%",
    "volt": "V",
    "watt": "W",
    "ampere": "A",
    "ohm": "Ω",
    "hertz": "Hz",
    "newton": "N",
    "pascal": "Pa",
    "joule": "J",
    "tonne": "t",
    "mole": "mol",
    "per": "/",
    "squared": "²",
    "cubed": "³",
    "square": "²",
    "kilo": "k",
    "mega": "M",
    "giga": "G",
    "milli": "m",
    "micro": "µ",
    "nano": "n",
    "centi": "c",
}


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document, without comments, labels and the preamble."""
    decoded = decode_with_remarks(path.read_bytes())
    text = _VERBATIM.sub(_escape_verbatim, decoded.text.replace("\r\n", "\n"))
    text = _expand_commands(_COMMENT.sub(r"\1", text))
    found = _BODY.search(text)
    body = _with_slide_titles(found[1] if found else text)
    plain = _PlainTextConverter()
    title = _TITLE.search(text)
    builder = DocumentBuilder(source, title=plain(title[1]) if title else "")
    for remark in decoded.remarks:
        builder.report_skipped(remark)
    if builder.title:
        builder.add(builder.title)
    for name, words in _NAMED.findall(text):
        if "\\today" not in words and plain(words):
            builder.add(f"{name.capitalize()}: {plain(words)}")
    _write_body(builder, _TITLE.sub("", _NAMED.sub("", body)), plain)
    for name in _INCLUDED.findall(body):
        builder.report_skipped(f"included file {name.strip()}")
    pictures = len(_PICTURE.findall(body))
    if pictures:
        builder.report_skipped(counted(pictures, "picture"))
    return [builder.build()]


def _escape_verbatim(found: re.Match[str]) -> str:
    """Code as LaTeX that prints it."""
    return _SPECIAL.sub(_escape_character, found["code"] or found["inline"] or "")


def _escape_character(found: re.Match[str]) -> str:
    return _NAMED_CHARACTERS.get(found[0], f"\\{found[0]}")


def _with_item_numbers(latex: str) -> str:
    """The text with a paragraph for each item of a list, and the numbers of numbered lists."""
    counts: list[int | None] = []  # of the open lists; None for a list without numbers

    def replace_token(token: re.Match[str]) -> str:
        if token["begin"]:
            counts.append(0 if token["begin"] == "enumerate" else None)
            return "\n\n"
        if token["end"]:
            counts[-1:] = []
            return "\n\n"
        label = f"{token['label']} " if token["label"] is not None else ""
        number = counts[-1] if counts else None
        if label or number is None:
            return f"\n\n{label}" if label else "\n\n\\item "
        counts[-1] = number + 1
        depth = min(sum(count is not None for count in counts), len(_ITEM_NUMBERS)) - 1
        return f"\n\n{_ITEM_NUMBERS[depth](number + 1)} "

    return _LIST.sub(replace_token, latex)


def _with_slide_titles(body: str) -> str:
    """The text of a Beamer presentation with the titles of its slides as headings."""
    body = _OVERLAY.sub(r"\1", body)
    return _FRAME_TITLE.sub(lambda title: f"\\subsection*{{{title[1] or title[2]}}}\n", body)


def _expand_commands(text: str) -> str:
    """Expand the commands that the text defines itself."""
    commands: dict[str, tuple[int, str]] = {}
    ends: list[tuple[int, int]] = []
    for found in _DEFINITION.finditer(text):
        braces = _BRACES.match(text, found.end())
        within = ends and found.start() < ends[-1][1]
        if braces and not within and not found["default"]:  # no support for optional arguments
            count = int(found["count"] or len(found["arguments"] or "") // 2)
            commands[found["name"] or found["defined"] or found["operator"]] = (count, braces[1])
            ends.append((found.start(), braces.end()))
    for start, end in reversed(ends):
        text = text[:start] + text[end:]
    for _ in range(_MOST_PASSES if commands else 0):
        before = text
        for name, (count, body) in commands.items():
            call = re.compile(rf"\\{name}(?![A-Za-z])" + (rf"\s*{_GROUP}" * count or r"(?:\{\})?"))
            if len(body) * sum(1 for _ in call.finditer(text)) > _MOST_GROWTH:
                return before
            text = call.sub(partial(_expand_call, body), text)
        if text == before:
            break
    return text


def _expand_call(body: str, call: re.Match[str]) -> str:
    """The body of a command, with its arguments inserted."""
    for number, argument in enumerate(call.groups(), 1):
        body = body.replace(f"#{number}", argument or "")
    return body


def _write_body(builder: DocumentBuilder, body: str, plain: _PlainTextConverter) -> None:
    offset = 0
    for piece in _PIECE.finditer(body):
        _add_text(builder, body[offset : piece.start()], plain)
        offset = piece.end()
        if piece["section"]:
            builder.heading(_LEVELS[piece["section"]], plain(piece[2]))
        else:
            add_table(builder, list(_table_rows(piece["cells"], plain)))
    _add_text(builder, body[offset:], plain)


def _add_text(builder: DocumentBuilder, text: str, plain: _PlainTextConverter) -> None:
    for paragraph in re.split(r"\n\s*\n", plain(text, keep_lines=True)):
        words = " ".join(line.strip() for line in paragraph.split("\n")).strip()
        if re.search(r"\w", words):
            builder.add(words)


def _table_rows(cells: str, plain: _PlainTextConverter) -> Iterator[list[str]]:
    columns = _COLUMNS.match(cells)
    body = _RULES.sub("", cells[columns.end() :] if columns else cells)
    for row in re.split(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline", body):
        found = [plain(cell) for cell in re.split(r"(?<!\\)&", row)]
        if any(found):
            yield found


class _PlainTextConverter:
    """Converts LaTeX to printed text, with pylatexenc."""

    def __init__(self) -> None:
        from pylatexenc.latex2text import LatexNodes2Text

        self._converter: LatexNodes2Text = LatexNodes2Text(
            math_mode="text", strict_latex_spaces=False, keep_comments=False
        )

    def __call__(self, latex: str, *, keep_lines: bool = False) -> str:
        latex = _NOTE.sub(r" [\1]", latex)
        latex = _LINK.sub(r"{\2}", latex)
        latex = _CITATION.sub(lambda match: f" [{match[1]}]", latex)
        latex = _UNIT.sub(lambda match: _quantity(match[1], match[2]), latex)
        latex = _DROPPED.sub("", latex)
        latex = _REFERENCE.sub("", latex)
        latex = _SUBSCRIPT.sub(r"\1", latex)
        latex = _SPANNING.sub(r"{\1}", latex)
        latex = _SUPERSCRIPT.sub(_write_superscript, latex)
        latex = _BLOCK.sub("\n\n", _with_item_numbers(latex)) if keep_lines else latex
        try:
            words: str = self._converter.latex_to_text(latex)
        except (IndexError, TypeError, AttributeError):  # a command with too few arguments
            words = _COMMAND.sub(" ", latex)
        return words if keep_lines else " ".join(words.split())


def _write_superscript(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _CONTEXT) : found.start()]
    return superscript(before, found[1], found.string[found.end() : found.end() + _CONTEXT])


def _quantity(number: str, unit: str | None) -> str:
    """A number with the symbol of its unit: 7.40 and \\metre give "7.40 m"."""
    if unit is None:
        return _unit_text(number) if "\\" in number else number
    return f"{number} {_unit_text(unit)}"


def _unit_text(latex: str) -> str:
    names = re.sub(r"\\([A-Za-z]+)\s*", lambda match: _unit_symbol(match[1]), latex)
    return names.replace("%", "\\%").strip("{} ")


def _unit_symbol(name: str) -> str:
    """The symbol of a unit: "km" for kilometre."""
    prefix = next((p for p in _PREFIXES if name.startswith(p) and name[len(p) :] in _UNITS), "")
    return _UNITS.get(prefix, "") + _UNITS.get(name[len(prefix) :], name[len(prefix) :])

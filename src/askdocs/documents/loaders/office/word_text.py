"""The text of a Word paragraph: runs, form fields, symbols, equations and reference marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree.ElementTree import Element

from askdocs.documents.loaders.office.omml import equation_text
from askdocs.documents.loaders.office.word_styles import (
    is_struck,
    script_of_position,
    vertical_position,
)
from askdocs.documents.loaders.shared.numerals import roman
from askdocs.documents.loaders.shared.superscripts import (
    VERTICAL_ALIGNMENTS,
    Script,
    Span,
    join_spans,
    merge_runs,
)
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name

_LEFT_OUT = frozenset(
    "del moveFrom Fallback txbxContent instrText delInstrText pPr rPr sdtPr delText rt "
    "annotationRef".split()
)
_FIXED: dict[str, str] = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "-",
}
_EQUATIONS = frozenset({"oMath", "oMathPara"})

TICKED, UNTICKED = "☒", "☐"
# Characters of the symbol fonts of Word: Wingdings, Wingdings 2 and Symbol have their own code
# pages, in a private use area of Unicode.
_SYMBOLS: dict[str, dict[int, str]] = {
    "wingdings": {
        0xFE: TICKED, 0xFD: TICKED, 0xA8: UNTICKED, 0x6F: UNTICKED, 0x71: UNTICKED, 0xFC: "✓",
        0xFB: "✗", 0xE0: "→", 0xDF: "←", 0xE8: "→", 0x6C: "•", 0x9F: "•", 0xA7: "•", 0xD8: "•",
        0x76: "•", 0x4A: "☺", 0x28: "☎", 0x2A: "✉",
    },
    "wingdings 2": {
        0x52: TICKED, 0x53: TICKED, 0x54: TICKED, 0xA3: UNTICKED, 0x50: "✓", 0x4F: "✗",
        0x51: TICKED, 0x56: TICKED,
    },
}  # fmt: skip
_GREEK = dict(
    zip(
        range(0x61, 0x7B),
        "αβχδεφγηιϕκλμνοπθρστυϖωξψζ",
        strict=True,
    )
) | dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True))
_SYMBOLS["symbol"] = {
    **_GREEK,
    0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xA3: "≤", 0xB3: "≥", 0xB9: "≠", 0xBB: "≈", 0xB0: "°",
    0xB7: "•", 0xA5: "∞", 0xAE: "→", 0xAC: "←", 0xDE: "⇒", 0xE5: "∑", 0xD6: "√", 0xA2: "′",
    0x2D: "−", 0xD7: "⋅", 0xCE: "∈", 0xB6: "∂", 0xF2: "∫",
}  # fmt: skip


@dataclass(slots=True)
class TextContext:
    """What is needed to read the runs of a document.

    Attributes:
        run_styles: Id of a character style → superscript or subscript.
        hidden_styles: Ids of the character styles with hidden text.
        marks: "footnote 2" → the reference mark of the note, for the notes read so far.
    """

    run_styles: Mapping[str, Script] = field(default_factory=dict)
    hidden_styles: frozenset[str] = frozenset()
    marks: dict[str, str] = field(default_factory=dict)

    def mark(self, note: str) -> str:
        """The reference mark of a note: 1, 2 for footnotes, i, ii for endnotes."""
        if note not in self.marks:
            kind = note.split()[0]
            number = 1 + sum(1 for known in self.marks if known.startswith(kind))
            self.marks[note] = str(number) if kind == "footnote" else roman(number).lower()
        return self.marks[note]


@dataclass
class _State:
    """The state while a paragraph is read: the open fields."""

    paragraph: Element
    fields: list[str] = field(default_factory=list)  # instructions of the open fields
    in_result: list[bool] = field(default_factory=list)

    @cached_property
    def baseline(self) -> int:
        """The vertical position of most characters of the paragraph, in half points."""
        characters: dict[int, int] = {}
        for run in self.paragraph.iter():
            if local_name(run.tag) == "r":
                position = vertical_position(_run_properties(run))
                length = sum(len(part.text or "") for part in run if local_name(part.tag) == "t")
                characters[position] = characters.get(position, 0) + length
        return max(characters, key=lambda position: characters[position])

    def shows(self, unwanted: frozenset[str]) -> bool:
        """Whether text here is visible: the result of a field is, its instruction is not."""
        for instruction, in_result in zip(self.fields, self.in_result, strict=True):
            kind = (instruction.split() or [""])[0].upper()
            if not in_result or kind in unwanted:
                return False
        return True


def paragraph_text(
    paragraph: Element, context: TextContext | None = None, unwanted: frozenset[str] = frozenset()
) -> str:
    """The text of a paragraph, as if all tracked changes were accepted.

    Args:
        paragraph: A w:p, or any element that contains runs.
        context: What is needed to read the runs of the document.
        unwanted: Types of fields whose results are omitted, such as PAGE.
    """
    return join_spans(merge_runs(paragraph_spans(paragraph, context, unwanted)))


def paragraph_spans(
    paragraph: Element, context: TextContext | None = None, unwanted: frozenset[str] = frozenset()
) -> Iterator[Span]:
    """The spans of a paragraph; see `paragraph_text`."""
    context = context or TextContext()
    state = _State(paragraph)
    stack: list[tuple[Element, Script]] = [(paragraph, "plain")]
    while stack:
        element, script = stack.pop()
        name = local_name(element.tag)
        if name == "fldChar" or name == "instrText":
            yield from _handle_field(element, state)
        if name in _LEFT_OUT:
            continue
        if name == "r":
            run = _script_of_run(element, context, state)
            if run is not None:
                stack.extend((part, run) for part in reversed(element))
            continue
        if name == "fldSimple":
            kind = (attribute(element, "instr").split() or [""])[0].upper()
            stack.extend([] if kind in unwanted else [(e, script) for e in reversed(element)])
            continue
        if not state.shows(unwanted):
            continue
        if name == "sdt" and (shown := control_text(element)) is not None:
            yield shown, "plain"
            continue
        span = _leaf_span(element, name, script, context)
        if span is not None:
            yield span
        else:
            stack.extend((part, script) for part in reversed(element))


def _leaf_span(element: Element, name: str, script: Script, context: TextContext) -> Span | None:
    """The span of an element that is text itself; None if its children must be read."""
    if name == "t":
        return element.text or "", script
    if name in _FIXED:
        return _FIXED[name], "plain"
    if name == "sym":
        return _symbol_text(element), script
    if name in _EQUATIONS:
        return equation_text(element), "plain"
    if name in {"footnoteReference", "endnoteReference"}:
        note = f"{name.removesuffix('Reference')} {attribute(element, 'id')}"
        own = attribute(element, "customMarkFollows")
        return ("" if own in {"1", "true", "on"} else context.mark(note)), "note"
    return None


def _handle_field(element: Element, state: _State) -> Iterator[Span]:
    """Handle the begin, separate and end marks of a field. A form field is written at its begin."""
    if local_name(element.tag) == "instrText":
        if state.fields and not state.in_result[-1]:
            state.fields[-1] += element.text or ""
        return
    kind = attribute(element, "fldCharType")
    if kind == "begin":
        shown = _form_field(element)
        if shown and state.shows(frozenset()):
            yield shown, "plain"
        # The result of a form field repeats the value.
        state.fields.append("")
        state.in_result.append(False)
        if shown:
            state.fields[-1] = "SHOWN"
    elif kind == "separate" and state.fields:
        state.in_result[-1] = state.fields[-1][:5] != "SHOWN"
    elif kind == "end" and state.fields:
        state.fields.pop()
        state.in_result.pop()


def _form_field(begin: Element) -> str:
    """The value of a legacy checkbox or list; "" for a text field, whose result is text."""
    for element in begin.iter():
        name = local_name(element.tag)
        values = {local_name(part.tag): attribute(part, "val") for part in element}
        if name == "checkBox":
            chosen = values.get("checked", values.get("default", "0"))
            return UNTICKED if chosen in {"0", "false", "off"} else TICKED
        if name == "ddList":
            entries = [attribute(p, "val") for p in element if local_name(p.tag) == "listEntry"]
            index = values.get("result", values.get("default", "0"))
            at = int(index) if index.isdecimal() else 0
            return entries[at] if at < len(entries) else ""
    return ""


def control_text(control: Element) -> str | None:
    """The text of a checkbox content control; "" for a placeholder, None for other controls."""
    properties = next((part for part in control if local_name(part.tag) == "sdtPr"), None)
    if properties is None:
        return None
    for part in properties:
        if local_name(part.tag) == "showingPlcHdr" and attribute(part, "val") not in {"0", "false"}:
            return ""
        if local_name(part.tag) == "checkbox":
            ticked = next(
                (attribute(p, "val") for p in part if local_name(p.tag) == "checked"), "0"
            )
            return UNTICKED if ticked in {"0", "false", "off"} else TICKED
    return None


def _script_of_run(run: Element, context: TextContext, state: _State) -> Script | None:
    """Whether a run is a superscript, a subscript or struck; None if it is hidden."""
    script: Script = "plain"
    for part in _run_properties(run):
        name, value = local_name(part.tag), attribute(part, "val")
        if name == "vanish" and value not in {"0", "false", "off"}:
            return None
        if name == "rStyle":
            if value in context.hidden_styles:
                return None
            script = context.run_styles.get(value, script)
        if name == "vertAlign":
            script = VERTICAL_ALIGNMENTS.get(value, "plain")
    if script == "plain" and is_struck(_run_properties(run)):
        return "struck"
    position = vertical_position(_run_properties(run)) if script == "plain" else 0
    return script_of_position(position - state.baseline) if position else script


def _run_properties(run: Element) -> Iterable[Element]:
    """The formatting properties of a run."""
    return next((part for part in run if local_name(part.tag) == "rPr"), ())


def _symbol_text(element: Element) -> str:
    font, code = attribute(element, "font").lower(), attribute(element, "char")
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    known = _SYMBOLS.get(font, {}).get(number & 0xFF)
    if known is not None:
        return known
    return "" if 0xE000 <= number < 0xF900 or number < 0x20 else chr(number)

"""The text of an OpenDocument paragraph: runs, reference marks, formulas and form fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.office.odf_styles import OdfStyles
from askdocs.documents.loaders.shared.mathml import math_part
from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans, merge_runs
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name, read_part

LEFT_OUT = frozenset(
    "tracked-changes annotation annotation-end sequence-decls forms deletion script desc "
    "title label ruby-text number".split()
)
_BLOCKS = frozenset({"text-box"})
_MANIFEST = "META-INF/manifest.xml"
_SPACE_LIMIT = 100
_LARGEST_FORMULA = 1_000_000  # bytes
_TICKED, _UNTICKED = "☒", "☐"
_YES = frozenset({"true", "checked", "1"})


@dataclass(slots=True)
class OdfContext:
    """What is needed to read the paragraphs of a document.

    Attributes:
        styles: Its styles.
        formulas: Name of an embedded object → its formula as text.
        fields: Id of a form field → its displayed text.
        unwanted: Elements whose text is omitted, such as page numbers.
    """

    styles: OdfStyles = field(default_factory=OdfStyles)
    formulas: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    unwanted: frozenset[str] = frozenset()


def paragraph_text(paragraph: Element, context: OdfContext | None = None) -> str:
    """The text of a paragraph with reference marks, but without notes and text boxes."""
    return join_spans(merge_runs(_paragraph_spans(paragraph, context or OdfContext())))


def _paragraph_spans(paragraph: Element, context: OdfContext) -> Iterator[Span]:
    stack: list[tuple[Element | str, Script]] = [(paragraph, "plain")]
    while stack:
        item, script = stack.pop()
        if isinstance(item, str):
            yield " ".join(item.split("\n")), script
            continue
        name = local_name(item.tag)
        if item is not paragraph:
            stack.append((item.tail or "", script))
        if name in LEFT_OUT or name in _BLOCKS or name in context.unwanted:
            continue
        if name == "span" and (style := attribute(item, "style-name")):
            if context.styles.is_hidden(style):
                continue
            own_script = context.styles.script(style)
            script = own_script if own_script != "plain" else script
        span = _leaf_span(item, name, context)
        if span is not None:
            yield span
            continue
        stack.extend((part, script) for part in reversed(item))
        stack.append((item.text or "", script))


def _leaf_span(element: Element, name: str, context: OdfContext) -> Span | None:
    """The span of an element that is text itself; None if its children must be read."""
    if name == "s":
        count = attribute(element, "c")
        return " " * (min(int(count), _SPACE_LIMIT) if count.isdecimal() else 1), "plain"
    if name == "tab":
        return "\t", "plain"
    if name == "line-break":
        return "\n", "plain"
    if name == "note":
        return note_mark(element), "note"
    if name == "control":
        return context.fields.get(attribute(element, "control"), ""), "plain"
    if name == "fieldmark":
        return _legacy_field(element), "plain"
    if name == "content-control" and attribute(element, "checkbox") == "true":
        return (_TICKED if attribute(element, "checked") in _YES else _UNTICKED), "plain"
    if name == "content-control" and attribute(element, "showing-place-holder") == "true":
        return "", "plain"
    if name == "object":
        formula = context.formulas.get(attribute(element, "href").removeprefix("./"))
        return (formula, "plain") if formula else None
    return None


def note_mark(note: Element) -> str:
    """The reference mark of a note."""
    for part in note:
        if local_name(part.tag) == "note-citation":
            return attribute(part, "label") or "".join(part.itertext()).strip()
    return ""


def _legacy_field(mark: Element) -> str:
    """A field that was imported from a legacy Word form: a checkbox or a list."""
    kind = attribute(mark, "type").upper()
    values: dict[str, list[str]] = {}
    for part in mark:
        if local_name(part.tag) == "param":
            values.setdefault(attribute(part, "name"), []).append(attribute(part, "value"))
    if kind.endswith("CHECKBOX"):
        ticked = any(v in _YES for n, vs in values.items() if n.endswith("Checked") for v in vs)
        return _TICKED if ticked else _UNTICKED
    entries = next((vs for n, vs in values.items() if n.endswith("ListEntry")), [])
    chosen = next((vs[0] for n, vs in values.items() if n.endswith("Result")), "")
    at = int(chosen) if chosen.isdecimal() else -1
    return entries[at] if 0 <= at < len(entries) else ""


def refuse_encrypted(archive: ZipFile) -> None:
    """Raise LoadError if an OpenDocument file is protected by a password."""
    if _MANIFEST in archive.namelist() and b"encryption-data" in read_part(archive, _MANIFEST):
        raise LoadError("the file is protected by a password")


def read_formulas(archive: ZipFile) -> dict[str, str]:
    """Name of an embedded object → its formula as text. Other objects are omitted."""
    found: dict[str, str] = {}
    for part in archive.infolist():
        folder, _, name = part.filename.rpartition("/")
        if not folder or name != "content.xml" or part.file_size > _LARGEST_FORMULA:
            continue
        formula = math_part(read_part(archive, part.filename))
        if formula:
            found[folder] = formula
    return found


def read_fields(content: Element) -> dict[str, str]:
    """Id of a form field → its displayed text: its value, or its checkbox and label."""
    found: dict[str, str] = {}
    for forms in content.iter():
        if local_name(forms.tag) != "forms":
            continue
        for element in forms.iter():
            for name in (attribute(element, "id"), attribute(element, "control-id")):
                if name:
                    found[name] = _field_text(element)
    return found


def _field_text(element: Element) -> str:
    kind = local_name(element.tag)
    if kind in {"checkbox", "radio"}:
        names = (
            ("current-state", "state") if kind == "checkbox" else ("current-selected", "selected")
        )
        chosen = attribute(element, names[0]) or attribute(element, names[1])
        box = _TICKED if chosen in _YES else _UNTICKED
        return f"{box} {attribute(element, 'label')}".strip()
    if kind in {"listbox", "combobox"}:
        options = [part for part in element if local_name(part.tag) in {"option", "item"}]
        chosen_now = [o for o in options if attribute(o, "current-selected") in _YES]
        chosen_now = chosen_now or [o for o in options if attribute(o, "selected") in _YES]
        shown = [attribute(option, "label") for option in chosen_now]
        return ", ".join(shown) or attribute(element, "current-value")
    if kind in {"button", "hidden", "password", "file", "image"}:
        return ""
    return attribute(element, "current-value") or attribute(element, "value")

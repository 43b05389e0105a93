"""What lies on a page beside its text: fields of forms, notes of reviewers, attached files."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pypdfium2.raw as pdfium

from askdocs.documents.loaders.pdf.characters import Box, Segment, turned

_HIDDEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_CHECKED_KINDS = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
_CHOICES = (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_TEXT = (pdfium.FPDF_FORMFIELD_TEXTFIELD, *_CHOICES)
_PASSWORD = 1 << 13  # flag of a field whose value is not shown (ISO 32000-1, table 228)
_MARKS = {
    pdfium.FPDF_ANNOT_HIGHLIGHT: "Comment",
    pdfium.FPDF_ANNOT_UNDERLINE: "Comment",
    pdfium.FPDF_ANNOT_SQUIGGLY: "Comment",
    pdfium.FPDF_ANNOT_STRIKEOUT: "Comment on struck text",
}
_NOTES = {
    pdfium.FPDF_ANNOT_TEXT: "Note",
    pdfium.FPDF_ANNOT_CARET: "Note",
    pdfium.FPDF_ANNOT_STAMP: "Stamp",
    pdfium.FPDF_ANNOT_INK: "Note",
    pdfium.FPDF_ANNOT_LINE: "Note",
    pdfium.FPDF_ANNOT_SQUARE: "Note",
    pdfium.FPDF_ANNOT_CIRCLE: "Note",
    pdfium.FPDF_ANNOT_POLYGON: "Note",
    pdfium.FPDF_ANNOT_POLYLINE: "Note",
    pdfium.FPDF_ANNOT_FILEATTACHMENT: "Note",
    **_MARKS,
}
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_FIELD_SIZE = 10.0  # points of a value's font, where its label has none
_LABEL_REACH = 220.0  # points between a field and the label on its left
_BOX_REACH = 14.0  # points between a box to tick and the words on its right
_ABOVE_REACH = 16.0  # points between a field and the label above it
_LINE_SHARE = 0.4  # of the lower one's height that a label and its field share
_QUOTED = 200  # characters of marked text in a comment
_FIRST_COUNT = 0  # characters asked for when only the length is wanted


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form that is filled in: its name, its value, and where it is, in points.

    `ticked` is None for what is no box to tick. `label` is what the form itself calls it.
    `is_option` says that it is one of several buttons of which one is pressed.
    """

    name: str
    value: str
    box: Box
    ticked: bool | None = None
    label: str = ""
    is_option: bool = False


@dataclass(slots=True)
class Beside:
    """What lies on a page beside its text. `notes` are paragraphs, `files` (name, content)."""

    fields: list[Field] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    empty_fields: int = 0


def read_annotations(page: Any, text_page: Any, form: Any, turn: int) -> Beside:
    """Read the annotations of a page.

    Args:
        page: The page of pypdfium2.
        text_page: Its text page, for what a comment marks.
        form: What pdfium knows of the form of the document; None where it has no form.
        turn: By how many quarters the page is turned so that its text is upright.
    """
    beside = Beside()
    shown = page.get_cropbox()
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                continue
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            box = _box(annotation)
            if kind == pdfium.FPDF_ANNOT_WIDGET:
                _add_field(beside, form, annotation, turned(box, turn, shown))
            else:
                marked = text_page.get_text_bounded(*box) if kind in _MARKS else ""
                note = _note(annotation, kind, marked)
                beside.notes += [note] if note else []
                if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                    attached = pdfium.FPDFAnnot_GetFileAttachment(annotation)
                    beside.files += [_file(attached)] if attached else []
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return beside


def attached_files(pdf: Any) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the files that a document as a whole holds, also as a portfolio."""
    for number in range(pdfium.FPDFDoc_GetAttachmentCount(pdf)):
        attached = pdfium.FPDFDoc_GetAttachment(pdf, number)
        if attached:
            yield _file(attached)


def with_fields(segments: Sequence[Segment], fields: Sequence[Field]) -> list[Segment]:
    """The segments of a page with the values of its form: "Label: value" where the label stands.

    The label is what stands on the left of a field, right of a box to tick, or above it; else
    what the form calls it.
    """
    segments, fields = _with_choices(segments, fields)
    placed = list(segments)
    ends = {id(segment): segment for segment in segments}
    shown = [each for each in fields if each.ticked or not each.is_option]
    for each in sorted(shown, key=lambda f: (-f.box[3], f.box[0])):
        label = _label(each, segments, fields)
        if label is None:
            placed.append(_own_segment(each))
            continue
        now = ends[id(label)]
        glue = ", " if now is not label else ": "
        text = f"{now.text.rstrip(' :._…')}{glue}{_shown(each)}"
        joined = replace(
            now, text=text, right=max(now.right, each.box[2]), left=min(now.left, each.box[0]),
            starts=(), spans=(), apart=True,
        )  # fmt: skip
        placed[placed.index(now)] = joined
        ends[id(label)] = joined
    return placed


def _with_choices(
    segments: Sequence[Segment], fields: Sequence[Field]
) -> tuple[list[Segment], list[Field]]:
    """The segments with "Insurance: yes" for buttons "yes" and "no" behind a label, and the rest.

    Buttons without such a label stay fields of their own.
    """
    kept, rest = list(segments), [each for each in fields if not each.is_option]
    groups: dict[str, list[Field]] = {}
    for each in fields:
        if each.is_option:
            groups.setdefault(each.name, []).append(each)
    for group in groups.values():
        labels = [_label(each, segments, fields) for each in group]
        words = [label for label in labels if label is not None]
        head = _label(replace(min(group, key=lambda f: f.box[0]), ticked=None), segments, fields)
        pressed = [w for f, w in zip(group, labels, strict=True) if f.ticked and w is not None]
        mixed = len({id(word) for word in words}) < len(group) or head is None or head in words
        if mixed or head is None or len(pressed) != 1 or any(word not in kept for word in words):
            rest += group
            continue
        text = f"{head.text.rstrip(' :._…')}: {pressed[0].text}"
        right = max(word.right for word in words)
        kept[kept.index(head)] = replace(
            head, text=text, right=right, starts=(), spans=(), apart=True
        )
        kept = [each for each in kept if each not in words]
    return kept, rest


def _label(wanted: Field, segments: Sequence[Segment], fields: Sequence[Field]) -> Segment | None:
    """The segment that names a field, if one does."""
    left, bottom, right, top = wanted.box
    level = [s for s in segments if _share_line(s, bottom, top)]
    if wanted.ticked is not None:
        after = [s for s in level if -2 <= s.left - right <= _BOX_REACH]
        if after:
            return min(after, key=lambda s: s.left)
    before = [s for s in level if s.right <= left + 2 and left - s.right <= _LABEL_REACH]
    if before:
        nearest = max(before, key=lambda s: s.right)
        between = [
            f
            for f in fields
            if f is not wanted
            and nearest.right - 2 <= f.box[0] < left
            and min(f.box[3], top) > max(f.box[1], bottom)
        ]
        if not between:
            return nearest
    above = [
        s
        for s in segments
        if -2 <= s.bottom - top <= _ABOVE_REACH and s.left < right and s.right > left
    ]
    return min(above, key=lambda s: s.bottom - top) if above and not before else None


def _share_line(segment: Segment, bottom: float, top: float) -> bool:
    shared = min(segment.top, top) - max(segment.bottom, bottom)
    return shared > _LINE_SHARE * min(segment.top - segment.bottom, max(top - bottom, 1.0))


def _shown(each: Field) -> str:
    if each.ticked is None:
        return each.value
    return "yes" if each.ticked else "no"


def _own_segment(each: Field) -> Segment:
    left, bottom, right, top = each.box
    name = each.label or each.name.replace("_", " ").rpartition(".")[2]
    text = f"{name}: {_shown(each)}" if name else _shown(each)
    height = max(min(top - bottom, _FIELD_SIZE), 1.0)
    return Segment(
        text, left, right, top - height, top, min(height, _FIELD_SIZE), False, apart=True
    )


def _add_field(beside: Beside, form: Any, annotation: Any, box: Box) -> None:
    if not form:
        return
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    name = _words(pdfium.FPDFAnnot_GetFormFieldName, form, annotation)
    label = _words(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    if kind in _CHECKED_KINDS:
        ticked = pdfium.FPDFAnnot_IsChecked(form, annotation) == 1
        is_option = kind == pdfium.FPDF_FORMFIELD_RADIOBUTTON
        beside.fields.append(Field(name, "", box, ticked, label, is_option))
    elif kind in _TEXT:
        if (
            pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD
            and kind not in _CHOICES
        ):
            return
        value = _chosen(form, annotation) if kind in _CHOICES else ""
        value = value or _words(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)
        if value:
            beside.fields.append(Field(name, value, box, None, label))
        else:
            beside.empty_fields += 1


def _chosen(form: Any, annotation: Any) -> str:
    """The chosen entries of a list, as they are shown."""
    count = max(0, pdfium.FPDFAnnot_GetOptionCount(form, annotation))
    return ", ".join(
        _words(pdfium.FPDFAnnot_GetOptionLabel, form, annotation, number)
        for number in range(count)
        if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, number)
    )


def _note(annotation: Any, kind: int, marked: str) -> str:
    """The words of a note with its author and date; "" where there are none."""
    words = _entry(annotation, "Contents")
    if kind == pdfium.FPDF_ANNOT_FREETEXT:
        return words  # it stands on the page like its text
    if kind not in _NOTES or not words:
        return ""
    author = _entry(annotation, "T")
    date = _DATE.match(_entry(annotation, "M") or _entry(annotation, "CreationDate"))
    said = f" by {author}" if author and author.lower() not in words.lower() else ""
    when = f" ({'-'.join(date.groups())})" if date else ""
    quoted = " ".join(marked.split())[:_QUOTED].rstrip(".!?")  # the note ends no sentence
    on = f" on “{quoted}”" if quoted and kind in _MARKS else ""
    return f"{_NOTES[kind]}{said}{when}{on}: {words}"


def _entry(annotation: Any, key: str) -> str:
    return _words(pdfium.FPDFAnnot_GetStringValue, annotation, key.encode("ascii"))


def _words(ask: Callable[..., int], *arguments: Any) -> str:
    """What a function of pdfium writes into a buffer of UTF-16, on one line."""
    size = ask(*arguments, None, _FIRST_COUNT)
    if size <= 2:  # no more than the zero at the end
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    ask(*arguments, buffer, size)
    return " ".join(bytes(buffer)[: size - 2].decode("utf-16-le", "replace").split())


def _box(annotation: Any) -> Box:
    rectangle = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, rectangle)
    left, right = sorted((rectangle.left, rectangle.right))
    bottom, top = sorted((rectangle.bottom, rectangle.top))
    return left, bottom, right, top


def _file(attached: Any) -> tuple[str, bytes]:
    name = _words(pdfium.FPDFAttachment_GetName, attached)
    size = ctypes.c_ulong()
    pdfium.FPDFAttachment_GetFile(attached, None, 0, size)
    buffer = ctypes.create_string_buffer(size.value)
    written = ctypes.c_ulong()
    pdfium.FPDFAttachment_GetFile(attached, buffer, size.value, written)
    return name, buffer.raw[: size.value]

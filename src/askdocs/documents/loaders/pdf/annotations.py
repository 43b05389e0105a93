"""Annotations of a page: form fields, comments of reviewers, attached files."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pypdfium2.raw as pdfium

from askdocs.documents.loaders.pdf.characters import Box, Segment, rotate_box

_HIDDEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_CHECKED_KINDS = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
_CHOICES = (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_TEXT = (pdfium.FPDF_FORMFIELD_TEXTFIELD, *_CHOICES)
_NO_VALUE = "form field without a value"
_UNREAD_KINDS = {
    pdfium.FPDF_FORMFIELD_SIGNATURE: "signature field",
    pdfium.FPDF_FORMFIELD_PUSHBUTTON: "",  # it has no value
}
_UNKNOWN = "form field of an unknown kind"
_PASSWORD_FIELD = "password field"
_PASSWORD = 1 << 13  # flag of a password field (ISO 32000-1, table 228)
_HIGHLIGHTS = {
    pdfium.FPDF_ANNOT_HIGHLIGHT: "Comment",
    pdfium.FPDF_ANNOT_UNDERLINE: "Comment",
    pdfium.FPDF_ANNOT_SQUIGGLY: "Comment",
    pdfium.FPDF_ANNOT_STRIKEOUT: "Comment on struck text",
}
_COMMENT_LABELS = {
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
    **_HIGHLIGHTS,
}
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_FIELD_SIZE = 10.0  # points; the font size of a value without a label
_LABEL_REACH = 220.0  # points between a field and the label on its left
_BOX_REACH = 14.0  # points between a checkbox and the label on its right
_ABOVE_REACH = 16.0  # points between a field and the label above it
_LINE_SHARE = 0.4  # of the smaller height: the least overlap of a label and its field
_QUOTED = 200  # characters of highlighted text that a comment quotes
_FIRST_COUNT = 0  # the buffer size with which pdfium only returns the length


@dataclass(frozen=True, slots=True)
class Field:
    """A form field with a value: its name, value and box, in points.

    `ticked` is None unless the field is a checkbox or a radio button. `label` is the alternate name
    of the field. `is_option` means that it is a radio button.
    """

    name: str
    value: str
    box: Box
    ticked: bool | None = None
    label: str = ""
    is_option: bool = False


@dataclass(slots=True)
class Annotations:
    """The annotations of a page.

    `notes` are paragraphs, `files` are (name, content). `blanks` are the fields without a value
    that is read, `unread` counts them by kind.
    """

    fields: list[Field] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    blanks: list[Field] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)


def read_annotations(page: Any, text_page: Any, form: Any, turn: int) -> Annotations:
    """Read the annotations of a page.

    Args:
        page: The page of pypdfium2.
        text_page: Its text page, for the text that a comment highlights.
        form: The form environment of the document; None if it has no form.
        turn: The rotation that makes the text upright, in quarter turns.
    """
    annotations = Annotations()
    shown = page.get_cropbox()
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                continue
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            box = _annotation_box(annotation)
            if kind == pdfium.FPDF_ANNOT_WIDGET:
                _add_field(annotations, form, annotation, rotate_box(box, turn, shown))
            else:
                marked = text_page.get_text_bounded(*box) if kind in _HIGHLIGHTS else ""
                note = _comment_text(annotation, kind, marked)
                annotations.notes += [note] if note else []
                if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                    attached = pdfium.FPDFAnnot_GetFileAttachment(annotation)
                    annotations.files += [_read_file(attached)] if attached else []
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return annotations


def attached_files(pdf: Any) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the files that are attached to the document, also of a portfolio."""
    for number in range(pdfium.FPDFDoc_GetAttachmentCount(pdf)):
        attached = pdfium.FPDFDoc_GetAttachment(pdf, number)
        if attached:
            yield _read_file(attached)


def with_blanks(
    segments: Sequence[Segment], fields: Sequence[Field], blanks: Sequence[Field]
) -> list[Segment]:
    """The segments of a page in which a label of an empty field says so: "Port: (empty)".

    "Port:" alone would announce the text after it, which is not the port.
    """
    placed = list(segments)
    for blank in blanks:
        label = _find_label(blank, placed, [*fields, *blanks])
        if label is not None and label.text.rstrip().endswith(":"):
            text = f"{label.text.rstrip()} {blank.value}"
            right = max(label.right, blank.box[2])
            placed[placed.index(label)] = replace(
                label, text=text, right=right, starts=(), spans=(), is_separate=True
            )
    return placed


def with_fields(segments: Sequence[Segment], fields: Sequence[Field]) -> list[Segment]:
    """The segments of a page with the form values: "Label: value" at the position of the label.

    The label is the text to the left of a field, to the right of a checkbox, or above the field;
    else the alternate name of the field.
    """
    segments, fields = _join_radio_buttons(segments, fields)
    placed = list(segments)
    ends = {id(segment): segment for segment in segments}
    shown = [form_field for form_field in fields if form_field.ticked or not form_field.is_option]
    for form_field in sorted(shown, key=lambda f: (-f.box[3], f.box[0])):
        label = _find_label(form_field, segments, fields)
        if label is None:
            placed.append(_segment_without_label(form_field))
            continue
        now = ends[id(label)]
        glue = ", " if now is not label else ": "
        text = f"{now.text.rstrip(' :._…')}{glue}{_display_value(form_field)}"
        left, right = min(now.left, form_field.box[0]), max(now.right, form_field.box[2])
        joined = replace(
            now, text=text, left=left, right=right, starts=(), spans=(), is_separate=True
        )
        placed[placed.index(now)] = joined
        ends[id(label)] = joined
    return placed


def _join_radio_buttons(
    segments: Sequence[Segment], fields: Sequence[Field]
) -> tuple[list[Segment], list[Field]]:
    """Write radio buttons "yes" and "no" after a label as "Insurance: yes".

    Returns:
        The segments, and the fields that are left. Radio buttons without such a label are left.
    """
    kept, rest = list(segments), [form_field for form_field in fields if not form_field.is_option]
    groups: dict[str, list[Field]] = {}
    for form_field in fields:
        if form_field.is_option:
            groups.setdefault(form_field.name, []).append(form_field)
    for group in groups.values():
        labels = [_find_label(form_field, segments, fields) for form_field in group]
        words = [label for label in labels if label is not None]
        group_label = _find_label(
            replace(min(group, key=lambda f: f.box[0]), ticked=None), segments, fields
        )
        pressed = [w for f, w in zip(group, labels, strict=True) if f.ticked and w is not None]
        mixed = (
            len({id(word) for word in words}) < len(group)
            or group_label is None
            or group_label in words
        )
        if (
            mixed
            or group_label is None
            or len(pressed) != 1
            or any(word not in kept for word in words)
        ):
            rest += group
            continue
        text = f"{group_label.text.rstrip(' :._…')}: {pressed[0].text}"
        right = max(word.right for word in words)
        kept[kept.index(group_label)] = replace(
            group_label, text=text, right=right, starts=(), spans=(), is_separate=True
        )
        kept = [segment for segment in kept if segment not in words]
    return kept, rest


def _find_label(
    wanted: Field, segments: Sequence[Segment], fields: Sequence[Field]
) -> Segment | None:
    """The segment that is the label of a field, if there is one."""
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


def _display_value(form_field: Field) -> str:
    if form_field.ticked is None:
        return form_field.value
    return "yes" if form_field.ticked else "no"


def _segment_without_label(form_field: Field) -> Segment:
    left, bottom, right, top = form_field.box
    name = form_field.label or form_field.name.replace("_", " ").rpartition(".")[2]
    text = f"{name}: {_display_value(form_field)}" if name else _display_value(form_field)
    height = max(min(top - bottom, _FIELD_SIZE), 1.0)
    return Segment(
        text, left, right, top - height, top, min(height, _FIELD_SIZE), False, is_separate=True
    )


def _add_field(annotations: Annotations, form: Any, annotation: Any, box: Box) -> None:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation) if form else -1
    if kind not in (*_CHECKED_KINDS, *_TEXT):
        _add_blank(annotations, box, _UNREAD_KINDS.get(kind, _UNKNOWN))
        return
    name = _read_string(pdfium.FPDFAnnot_GetFormFieldName, form, annotation)
    label = _read_string(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    if kind in _CHECKED_KINDS:
        ticked = pdfium.FPDFAnnot_IsChecked(form, annotation) == 1
        is_option = kind == pdfium.FPDF_FORMFIELD_RADIOBUTTON
        annotations.fields.append(Field(name, "", box, ticked, label, is_option))
        return
    flags = pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation)
    if flags & _PASSWORD and kind not in _CHOICES:
        _add_blank(annotations, box, _PASSWORD_FIELD)
        return
    value = _selected_entries(form, annotation) if kind in _CHOICES else ""
    value = value or _read_string(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)
    if value:
        annotations.fields.append(Field(name, value, box, None, label))
    else:
        _add_blank(annotations, box, _NO_VALUE)


def _add_blank(annotations: Annotations, box: Box, kind: str) -> None:
    if kind:
        annotations.unread[kind] += 1
        shown = "(empty)" if kind == _NO_VALUE else f"({kind}, not read)"
        annotations.blanks.append(Field("", shown, box))


def _selected_entries(form: Any, annotation: Any) -> str:
    """The labels of the selected entries of a list."""
    count = max(0, pdfium.FPDFAnnot_GetOptionCount(form, annotation))
    return ", ".join(
        _read_string(pdfium.FPDFAnnot_GetOptionLabel, form, annotation, number)
        for number in range(count)
        if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, number)
    )


def _comment_text(annotation: Any, kind: int, marked: str) -> str:
    """The text of a comment with its author and date; "" if it has no text."""
    words = _dictionary_entry(annotation, "Contents")
    if kind == pdfium.FPDF_ANNOT_FREETEXT:
        return words  # it is shown on the page like the text
    if kind not in _COMMENT_LABELS or not words:
        return ""
    author = _dictionary_entry(annotation, "T")
    date = _DATE.match(
        _dictionary_entry(annotation, "M") or _dictionary_entry(annotation, "CreationDate")
    )
    by_author = f" by {author}" if author and author.lower() not in words.lower() else ""
    when = f" ({'-'.join(date.groups())})" if date else ""
    quoted = " ".join(marked.split())[:_QUOTED].rstrip(".!?")  # without the end of the sentence
    on = f" on “{quoted}”" if quoted and kind in _HIGHLIGHTS else ""
    return f"{_COMMENT_LABELS[kind]}{by_author}{when}{on}: {words}"


def _dictionary_entry(annotation: Any, key: str) -> str:
    return _read_string(pdfium.FPDFAnnot_GetStringValue, annotation, key.encode("ascii"))


def _read_string(ask: Callable[..., int], *arguments: Any) -> str:
    """The string that a function of pdfium writes into a UTF-16 buffer, on one line."""
    size = ask(*arguments, None, _FIRST_COUNT)
    if size <= 2:  # only the terminating zero
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    ask(*arguments, buffer, size)
    return " ".join(bytes(buffer)[: size - 2].decode("utf-16-le", "replace").split())


def _annotation_box(annotation: Any) -> Box:
    rectangle = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, rectangle)
    left, right = sorted((rectangle.left, rectangle.right))
    bottom, top = sorted((rectangle.bottom, rectangle.top))
    return left, bottom, right, top


def _read_file(attached: Any) -> tuple[str, bytes]:
    name = _read_string(pdfium.FPDFAttachment_GetName, attached)
    size = ctypes.c_ulong()
    pdfium.FPDFAttachment_GetFile(attached, None, 0, size)
    buffer = ctypes.create_string_buffer(size.value)
    written = ctypes.c_ulong()
    pdfium.FPDFAttachment_GetFile(attached, buffer, size.value, written)
    return name, buffer.raw[: size.value]

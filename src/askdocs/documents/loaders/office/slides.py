"""PowerPoint presentations (.pptx): slides with notes. The anchors are the slide and its title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.office.omml import equation_text
from askdocs.documents.loaders.office.word_parts import comment_line
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.page_numbers import has_words
from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans, merge_runs
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    core_title,
    local_name,
    open_archive,
    read_xml,
    relationships,
)
from askdocs.documents.loaders.tables.cells import MergedCell
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_TITLES = frozenset({"title", "ctrTitle"})
_BOILERPLATE = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
_FOOTERS = frozenset({"ftr", "hdr"})
_AUTHOR_PARTS = ("ppt/commentAuthors.xml", "ppt/authors.xml")
_PRESENTATION = "ppt/presentation.xml"


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. Slides count from 1. Their title is the heading, and notes come last."""
    with open_archive(path) as archive:
        builder = DocumentBuilder(source, title=core_title(archive, "docProps/core.xml"))
        if builder.title.lower() in {"powerpoint presentation", "powerpoint-präsentation"}:
            builder.title = ""
        skipped: dict[str, int] = {}
        footers: dict[str, None] = {}
        authors = _comment_authors(archive)
        for number, part in enumerate(_slide_parts(archive), 1):
            slide = read_xml(archive, part)
            for noun in filter(None, map(_non_text_content, slide.iter())):
                skipped[noun] = skipped.get(noun, 0) + 1
            _add_slide(builder, archive, part, number)
            _add_comments(builder, archive, part, authors)
            footers.update(dict.fromkeys(_footers(slide)))
        if footers:
            builder.anchor(heading="")
        for words in footers:
            builder.add(f"Footer: {words}")
    for noun, count in sorted(skipped.items()):
        remark = " (no text recognition)" if noun == "picture" else ""
        builder.report_skipped(f"{counted(count, noun)}{remark}")
    return [builder.build()]


def _non_text_content(element: Element) -> str:
    """The type of an element of a slide if it is non-text content; "" otherwise."""
    name = local_name(element.tag)
    if name == "pic":
        inner = {local_name(part.tag) for part in element.iter()}
        if inner & {"videoFile", "quickTimeFile"}:
            return "video"
        return "recording" if "audioFile" in inner else "picture"
    return {"oleObj": "embedded object", "relIds": "diagram"}.get(name, "")


def _slide_parts(archive: ZipFile) -> list[str]:
    """The parts of the slides, in presentation order."""
    targets = relationships(archive, _PRESENTATION)
    present = set(archive.namelist())
    found = []
    for element in read_xml(archive, _PRESENTATION).iter():
        if local_name(element.tag) == "sldId":
            identifier = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            _, target = targets.get(identifier, ("", ""))
            if target in present:
                found.append(target)
    return found


def _add_slide(builder: DocumentBuilder, archive: ZipFile, part: str, number: int) -> None:
    slide = read_xml(archive, part)
    shapes = list(_shapes(slide))
    related = relationships(archive, part)
    title = next((shape for shape in shapes if _placeholder(shape) in _TITLES), None)
    words = " ".join(paragraphs(title)) if title is not None else ""
    if slide.get("show") in {"0", "false"}:
        words = f"{words} (hidden slide)".strip()
    builder.anchor(page=number, heading=None if words else "")
    builder.heading(1, words)
    for shape in shapes:
        if shape is title or _placeholder(shape) in _BOILERPLATE:
            continue
        if local_name(shape.tag) == "graphicFrame":
            _add_frame(builder, archive, shape, related)
        else:
            _add_paragraphs(builder, paragraphs(shape), bullets=_placeholder(shape) is not None)
    for kind, target in related.values():
        if kind == "notesSlide" and target in archive.namelist():
            _add_notes(builder, read_xml(archive, target))


def _footers(slide: Element) -> Iterator[str]:
    """The footers of a slide that are more than the number of the slide."""
    for shape in _shapes(slide):
        words = " ".join(paragraphs(shape)) if _placeholder(shape) in _FOOTERS else ""
        if has_words(words):
            yield words


def _comment_authors(archive: ZipFile) -> dict[str, str]:
    """The authors of comments, by their ids."""
    return {
        element.get("id", ""): element.get("name", "")
        for part in _AUTHOR_PARTS
        if part in archive.namelist()
        for element in read_xml(archive, part)
    }


def _add_comments(
    builder: DocumentBuilder, archive: ZipFile, part: str, authors: Mapping[str, str]
) -> None:
    """Add the comments on a slide, and the replies to them."""
    for kind, target in relationships(archive, part).values():
        if kind != "comments" or target not in archive.namelist():
            continue
        for comment in read_xml(archive, target).iter():
            if local_name(comment.tag) not in {"cm", "reply"}:
                continue
            body = next((e for e in comment if local_name(e.tag) in {"text", "txBody"}), None)
            if body is None:
                continue
            words = " ".join(paragraphs(body)) or " ".join((body.text or "").split())
            author = authors.get(comment.get("authorId", ""), "")
            day = (comment.get("dt") or comment.get("created") or "")[:10]
            if words:
                builder.add(comment_line(author, day, words))


def _shapes(slide: Element) -> Iterator[Element]:
    """The shapes of a slide in order, including those in groups."""
    stack = [slide]
    while stack:
        element = stack.pop()
        if local_name(element.tag) in {"sp", "graphicFrame"}:
            yield element
        elif local_name(element.tag) != "Fallback":
            stack.extend(reversed(element))


def _placeholder(shape: Element) -> str | None:
    """The type of the placeholder that a shape fills; "" if untyped, None if it fills none."""
    for element in shape.iter():
        if local_name(element.tag) == "ph":
            return element.get("type", "")
    return None


def paragraphs(shape: Element) -> list[str]:
    """The paragraphs of a shape that contain text."""
    texts = []
    for paragraph in shape.iter():
        if local_name(paragraph.tag) != "p":
            continue
        texts.append(join_spans(merge_runs(_paragraph_spans(paragraph))).strip())
    return [text for text in texts if text]


def _paragraph_spans(paragraph: Element) -> Iterator[Span]:
    """The runs and equations of a paragraph, with superscripts and subscripts."""
    stack: list[tuple[Element, Script]] = [(paragraph, "plain")]
    while stack:
        element, script = stack.pop()
        name = local_name(element.tag)
        if name == "oMath":
            yield equation_text(element), "plain"
        elif name == "t":
            yield element.text or "", script
        elif name in {"br", "tab"}:
            yield " ", "plain"
        elif name != "Fallback":
            look = next((part for part in element if local_name(part.tag) == "rPr"), None)
            if name in {"r", "fld"} and look is not None:
                script = _script_of_run(look.get("baseline", "0"))
                if script == "plain" and look.get("strike", "noStrike") != "noStrike":
                    script = "struck"
            stack.extend((part, script) for part in reversed(element))


def _script_of_run(baseline: str) -> Script:
    """Whether a run is a superscript or subscript, by its baseline shift."""
    height = baseline.removesuffix("%")
    if height.removeprefix("-").strip("0.") == "":
        return "plain"
    return "sub" if height.startswith("-") else "super"


def _add_paragraphs(builder: DocumentBuilder, texts: list[str], *, bullets: bool) -> None:
    mark = "- " if bullets and len(texts) > 1 else ""
    for text in texts:
        builder.add(mark + text, end="\n")
    if texts:
        builder.close_block()


def _add_notes(builder: DocumentBuilder, notes: Element) -> None:
    for shape in _shapes(notes):
        if _placeholder(shape) in _BOILERPLATE:
            continue
        for number, text in enumerate(paragraphs(shape)):
            builder.add(text if number else f"Notes: {text}")


def _add_frame(
    builder: DocumentBuilder, archive: ZipFile, frame: Element, related: dict[str, tuple[str, str]]
) -> None:
    """Add a table, a chart or a diagram."""
    for element in frame.iter():
        name = local_name(element.tag)
        if name == "tbl":
            rows = _table_rows(element)
            first = any(
                local_name(part.tag) == "tblPr" and part.get("firstRow") == "1" for part in element
            )
            add_table(builder, rows, header=1 if first and len(rows) > 1 else None)
        elif name == "chart":
            _, target = related.get(attribute(element, "id"), ("", ""))
            if target in archive.namelist():
                _add_chart(builder, read_xml(archive, target))
        elif name == "relIds":
            _, target = related.get(attribute(element, "dm"), ("", ""))
            if target in archive.namelist():
                _add_paragraphs(builder, paragraphs(read_xml(archive, target)), bullets=True)


def _table_rows(table: Element) -> list[list[str]]:
    """The rows of a table. Merged cells are repeated in all that they cover."""
    rows: list[list[str]] = []
    for row in _children_named(table, "tr"):
        cells: list[str] = []
        for at, cell in enumerate(_children_named(row, "tc")):
            if cell.get("hMerge") in {"1", "true"} and cells:
                cells.append(MergedCell(cells[-1]))
            elif cell.get("vMerge") in {"1", "true"} and rows and at < len(rows[-1]):
                cells.append(rows[-1][at])
            else:
                cells.append(" ".join(paragraphs(cell)))
        rows.append(cells)
    return rows


def _add_chart(builder: DocumentBuilder, chart: Element) -> None:
    """Add the data of a chart, one line for each category."""
    title = next((part for part in chart.iter() if local_name(part.tag) == "title"), None)
    if title is not None and paragraphs(title):
        builder.add(" ".join(paragraphs(title)))
    series = [part for part in chart.iter() if local_name(part.tag) == "ser"]
    if not series:
        return
    names = [" ".join(_cached_values(part, "tx").values()) for part in series]
    categories = _cached_values(series[0], "cat")
    values = [_cached_values(part, "val") for part in series]
    indexes = sorted({index for points in (categories, *values) for index in points})
    rows = [["", *names]]
    rows += [[categories.get(i, ""), *(points.get(i, "") for points in values)] for i in indexes]
    add_table(builder, rows, header=1)


def _cached_values(series: Element, name: str) -> dict[int, str]:
    """The cached values in a part of a series, by their index."""
    found: dict[int, str] = {}
    for part in _children_named(series, name):
        for point in part.iter():
            if local_name(point.tag) == "pt":
                value = next(iter(_children_named(point, "v")), None)
                if value is not None:
                    found[int(point.get("idx", "0"))] = value.text or ""
    return found


def _children_named(parent: Element, name: str) -> list[Element]:
    return [child for child in parent if local_name(child.tag) == name]

"""Guides as text, for the page, the terminal and answers."""

from __future__ import annotations

from askdocs.types import DocumentGuide, Guide

_PLURALS = {
    "PDF": "PDFs", "Word": "Word documents", "Slides": "sets of slides", "Text": "text files",
    "Markdown": "Markdown files", "Data": "data files", "Subtitles": "files of subtitles",
    "Code": "code files",
}  # fmt: skip
_SINGULARS = {
    "PDF": "PDF", "Word": "Word document", "Slides": "set of slides", "Text": "text file",
    "Markdown": "Markdown file", "Data": "data file", "Subtitles": "file of subtitles",
    "Code": "code file",
}  # fmt: skip
_KINDS_SHOWN = 5
_SECTIONS_SHOWN = 8


def counted(count: int, singular: str, plural: str = "") -> str:
    """A number with its noun: "1 document", "1,200 documents"."""
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"


def kinds_in_words(guide: Guide) -> str:
    """How many documents of which kinds: "48 PDFs, 15 web pages and 3 others"."""
    shown = guide.kinds if len(guide.kinds) <= _KINDS_SHOWN else guide.kinds[: _KINDS_SHOWN - 1]
    parts = [_kind(kind, count) for kind, count in shown]
    others = guide.count - sum(count for _, count in shown)
    if others:
        parts.append(counted(others, "other"))
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _kind(kind: str, count: int) -> str:
    plain = kind if kind[1:] != kind[1:].lower() else f"{kind[0].lower()}{kind[1:]}"
    return counted(count, _SINGULARS.get(kind, plain), _PLURALS.get(kind, f"{plain}s"))


def folder_in_words(guide: Guide) -> str:
    """A folder in a few sentences."""
    sentences = (
        [f"{counted(guide.count, 'document')}: {kinds_in_words(guide)}."] if guide.kinds else []
    )
    if guide.failed:
        sentences.append(f"{counted(guide.failed, 'file')} could not be read.")
    if guide.partly:
        sentences.append(partly_in_words(guide))
    if guide.since != guide.until:
        sentences.append(dates_in_words(guide))
    if guide.topics:
        sentences.append(f"Words that stand out: {', '.join(guide.topics)}.")
    return " ".join(sentences) or "There are no documents yet."


def partly_in_words(guide: Guide) -> str:
    """How many documents were not read completely."""
    verb = "was" if guide.partly == 1 else "were"
    return f"{counted(guide.partly, 'document')} {verb} only partly read."


def dates_in_words(guide: Guide) -> str:
    """The oldest and newest date of the documents; many documents have none."""
    return f"Documents with a date are from {guide.since} to {guide.until}."


def facts_of(guide: DocumentGuide) -> list[str]:
    """Kind, day and length of a document."""
    record = guide.record
    length = f"{max(1, round(record.characters / 6 / 100)) * 100:,} words"
    if record.pages:
        word = "slide" if guide.kind == "Slides" else "page"
        length = counted(record.pages, word)
    return [part for part in (guide.kind, guide.dated, length) if part]


def document_in_words(guide: DocumentGuide) -> str:
    """A document in a few sentences: what it is, its contents, its names."""
    sentences = [f"{guide.title} ({', '.join(facts_of(guide))})."]
    top = [section.heading for section in guide.outline if section.level == 1]
    if len(top) > 1:
        more = f" and {len(top) - _SECTIONS_SHOWN} more" if len(top) > _SECTIONS_SHOWN else ""
        sentences.append(f"Contents: {' · '.join(top[:_SECTIONS_SHOWN])}{more}.")
    named = ", ".join(guide.names or guide.words)
    if named:
        sentences.append(f"Stands out: {named}.")
    if guide.record.left_out:
        sentences.append(f"Not read: {'; '.join(guide.record.left_out)}.")
    return " ".join(sentences)

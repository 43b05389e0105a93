"""The first screen as safe HTML: the content of the folder and suggested questions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from askdocs.guide.words import (
    counted,
    dates_in_words,
    facts_of,
    kinds_in_words,
    partly_in_words,
)
from askdocs.output.text_anchor import TextAnchor, link, words_checksum
from askdocs.types import DocumentGuide, Failure, Guide, Progress, Status

from .citations import shortened

GUIDES_SHOWN = 8
OPENING_CHARACTERS = 180
FAILURES_SHOWN = 200


def render_welcome(
    status: Status,
    questions: Sequence[str],
    *,
    guide: Guide | None = None,
    may_change: bool = True,
    watching: bool = True,
    progress: Progress | None = None,
    revision: str = "",
) -> str:
    """The screen before the first question.

    Args:
        status: The documents, and the files that could not be read.
        questions: Suggested questions.
        guide: The content of the folder, if it is known already.
        may_change: Whether visitors may add documents with the page.
        watching: Whether changes in the folder are indexed automatically.
        progress: The progress of indexing; None if no indexing is running.
        revision: The revision of the page that the screen shows.
    """
    count = len(status.documents)
    if progress and not count:
        shown = "<h2>Your documents are being read</h2><p>Soon you can ask about them.</p>"
    elif not count:
        shown = _how_to_begin(status, may_change=may_change, watching=watching)
    else:
        title = "Ask your document" if count == 1 else f"Ask your {count:,} documents"
        shown = (
            f"<h2>{title}</h2><p>Every answer quotes your documents word for word and "
            "shows where each quote is. What your documents do not say is not answered.</p>"
            f"{render_suggestions(questions)}{_guide(guide) if guide and guide.count else ''}"
        )
    indexed = _being_read() if progress else ""
    return f'<div data-revision="{escape(revision)}" data-i18n>{indexed}{shown}</div>'


def _being_read() -> str:
    return (
        '<p class="notice">'
        "<span>Documents are being read. You can already ask about those that are ready.</span> "
        '<a href="?show=documents" data-view="documents">See which</a></p>'
    )


def _guide(guide: Guide) -> str:
    """The content of the folder, and the opening of some documents."""
    rows = "".join(_document(each) for each in guide.documents[:GUIDES_SHOWN])
    facts = [f'<span data-i18n="list">{escape(kinds_in_words(guide))}</span>.']
    if guide.since != guide.until:
        facts.append(f"<span>{escape(dates_in_words(guide))}</span>")
    if guide.topics:
        facts.append(f"<span>Words that stand out: {escape(', '.join(guide.topics))}.</span>")
    if guide.failed:
        facts.append(_to_documents(f"{counted(guide.failed, 'file')} could not be read."))
    if guide.partly:
        facts.append(_to_documents(partly_in_words(guide)))
    every = (
        '<p><a class="turn" href="?show=documents" data-view="documents">'
        f"All {guide.count:,} documents</a></p>"
        if guide.count > len(guide.documents[:GUIDES_SHOWN])
        else ""
    )
    return (
        '<section class="guide" aria-label="What is in this folder"><h3>What is in this folder</h3>'
        f"<p>{' '.join(facts)}</p>"
        f'<ul class="places">{rows}</ul>{every}</section>'
    )


def _to_documents(words: str) -> str:
    return f'<a href="?show=documents" data-view="documents">{words}</a>'


def _document(guide: DocumentGuide) -> str:
    source, mark, words = escape(guide.source), "", ""
    marks = []
    if guide.opening:
        opening = guide.opening
        marks = [TextAnchor(opening.start, opening.end, words_checksum(opening.text))]
        mark = f' data-mark="{marks[0]}"'
        begin = escape(shortened(opening.text, OPENING_CHARACTERS))
        words = f'<span class="opening" dir="auto">{begin}</span>'
    return (
        f'<li><a class="entry" href="{escape(link(guide.source, marks))}" data-source="{source}"'
        f'{mark}><span class="title" dir="auto">{escape(guide.title)}</span> '
        f'<span class="place" data-i18n="facts">{escape(" · ".join(facts_of(guide)))}</span>'
        f"{words}</a></li>"
    )


def _how_to_begin(status: Status, *, may_change: bool, watching: bool) -> str:
    """The instructions if there are no documents."""
    folder = escape(str(Path(status.corpus).resolve()))
    put = (
        "Drag files or folders onto this page, or put them into this folder:"
        if may_change
        else "Put files into this folder:"
    )
    then = (
        "Files in this folder are indexed automatically."
        if watching
        else "Then open “Documents” and press “Index again”."
    )
    button = (
        '<button type="button" class="turn" data-action="add">Add files…</button> '
        '<button type="button" class="turn" data-action="add-folder">Add a folder…</button>'
    )
    return (
        f"<h2>There are no documents yet</h2><p>{put}</p>"
        f'<p class="here"><code dir="auto">{folder}</code> <button type="button" class="turn"'
        f' data-action="copy" data-markdown="{folder}">Copy</button></p><p>{then}</p>'
        f"{button if may_change else ''}{_failures(status.failed)}"
    )


def render_suggestions(questions: Sequence[str], heading: str = "") -> str:
    """Questions as buttons that ask them; "" if there are none."""
    if not questions:
        return ""
    buttons = "".join(
        f'<li><button type="button" data-action="suggest" dir="auto">{escape(each)}</button></li>'
        for each in questions
    )
    title = f'<h3 class="quiet" data-i18n>{escape(heading)}</h3>' if heading else ""
    return f'{title}<ul class="suggestions">{buttons}</ul>'


def _failures(failures: Sequence[Failure]) -> str:
    """The files that could not be read, with the reasons."""
    if not failures:
        return ""
    rows = "".join(
        f'<li><span><strong dir="auto">{escape(each.source)}</strong> '
        f"<span>{escape(each.reason)}</span></span></li>"
        for each in failures[:FAILURES_SHOWN]
    )
    count = "One file" if len(failures) == 1 else f"{len(failures):,} files"
    return (
        f'<details class="failures"><summary>{count} could not be read</summary>'
        f"<ul>{rows}</ul></details>"
    )

"""The documents of the index, the progress of indexing, and the first screen, as safe HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import PurePosixPath

from askdocs.output.marks import link
from askdocs.system.files import composed
from askdocs.types import Changes, DocumentRecord, Failure, Progress, Status

DOCUMENTS_SHOWN = 200
FOLDERS_SHOWN = 30

_STAGES = {
    "scan": "Looking through the folder",
    "load": "Reading",
    "embed": "Learning what the new passages mean",
    "write": "Writing the index",
    "repair": "Repairing the index",
}


def render_welcome(
    status: Status,
    questions: Sequence[str],
    *,
    may_change: bool = True,
    watching: bool = True,
    progress: Progress | None = None,
    state: str = "",
) -> str:
    """What a visitor sees before the first question; `state` is the page's state as this shows it.

    While documents are indexed, `progress` says so, since what is not indexed is not found.
    Without documents it tells how they come here: by the page with `may_change`, through the
    folder in any case, which needs no more than that while `watching`.
    """
    count = len(status.documents)
    if progress and not count:
        shown = "<h2>Your documents are being read</h2><p>Soon you can ask about them.</p>"
    elif not count:
        shown = _how_to_begin(status, may_change=may_change, watching=watching)
    else:
        title = "Ask your document" if count == 1 else f"Ask your {count:,} documents"
        shown = (
            f"<h2>{title}</h2><p>Every answer comes with the exact words it stands on, and with "
            "their place. What your documents do not say is not answered.</p>"
            f"{render_suggestions(questions)}"
        )
    indexed = render_progress(progress) if progress else ""
    return f'<div data-state="{escape(state)}">{shown}{indexed}</div>'


def _how_to_begin(status: Status, *, may_change: bool, watching: bool) -> str:
    """What to do where there are no documents."""
    put = "Drag files onto this page, or put them" if may_change else "Put files"
    then = (
        "What lies there is indexed by itself."
        if watching
        else "Then open <em>Documents</em> and press <em>Index again</em>."
    )
    button = '<button type="button" class="turn" data-action="add">Add files…</button>'
    return (
        f"<h2>There are no documents yet</h2><p>{put} into the folder "
        f"<code>{escape(status.corpus)}</code>. {then}</p>"
        f"{button if may_change else ''}{_failures(status.failed)}"
    )


def render_suggestions(questions: Sequence[str], heading: str = "") -> str:
    """Questions that a click asks; nothing where there are none."""
    if not questions:
        return ""
    buttons = "".join(
        f'<li><button type="button" data-action="suggest" dir="auto">{escape(each)}</button></li>'
        for each in questions
    )
    title = f'<h3 class="quiet">{escape(heading)}</h3>' if heading else ""
    return f'{title}<ul class="suggestions">{buttons}</ul>'


def render_shelf(
    status: Status, wanted: str = "", *, start: int = 0, may_change: bool = True
) -> str:
    """The documents whose name or title contains `wanted`, with boxes that limit a question.

    At most DOCUMENTS_SHOWN of them, from the one at `start` on, with buttons for those before and
    after. With `may_change` each can be removed.
    """
    wanted = composed(wanted.strip()).casefold()
    found = [
        each
        for each in status.documents
        if wanted in composed(f"{each.source}\n{each.title}").casefold()
    ]
    start = start if 0 <= start < len(found) else 0
    rows = "".join(_document(each, may_change) for each in found[start : start + DOCUMENTS_SHOWN])
    if not status.documents:
        summary = f"No documents in {escape(status.corpus)} yet."
    else:
        summary = f"{_counted(found, status)} Tick documents to ask only those."
    return (
        f'<p class="quiet">{summary}</p>{_failures(status.failed, may_change)}'
        f'<ul class="documents">{_folders(found) if start == 0 else ""}{rows}</ul>'
        f"{_turning(start, len(found))}"
    )


def _turning(start: int, count: int) -> str:
    """Buttons for the documents before and after those that are shown; nothing if that is all."""
    if count <= DOCUMENTS_SHOWN:
        return ""
    end = min(start + DOCUMENTS_SHOWN, count)
    turns = [("Earlier ones", start - DOCUMENTS_SHOWN, start > 0), ("Show more", end, end < count)]
    buttons = "".join(
        f'<button type="button" class="turn" data-action="shelf" data-start="{max(0, to)}">'
        f"{words}</button>"
        for words, to, possible in turns
        if possible
    )
    return f'<p class="quiet">{start + 1:,} to {end:,} of {count:,}.</p>{buttons}'


def _counted(found: Sequence[DocumentRecord], status: Status) -> str:
    count = len(status.documents)
    documents = "1 document" if count == 1 else f"{count:,} documents"
    some = "" if len(found) == count else f"{len(found):,} of "
    passages = "1 passage" if status.passages == 1 else f"{status.passages:,} passages"
    return f"{some}{documents}, {passages}."


def render_progress(progress: Progress) -> str:
    """How far indexing has come."""
    amount = f' value="{progress.done}" max="{progress.total}"' if progress.total else ""
    count = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
    words = f"{_STAGES[progress.stage]}{count}"
    return (
        f'<p class="quiet">{words} <span dir="auto">{escape(progress.source)}</span></p>'
        f'<progress{amount} aria-label="{words}"></progress>'
    )


def render_changes(outcome: Changes | str) -> str:
    """What indexing did; or why it could not, in words."""
    if isinstance(outcome, str):
        return f'<p class="problem" role="alert">{escape(outcome)}</p>'
    counts = [
        f"{len(sources):,} {word}"
        for word, sources in (
            ("added", outcome.added),
            ("changed", outcome.changed),
            ("renamed", outcome.renamed),
            ("removed", outcome.removed),
        )
        if sources
    ]
    done = ", ".join(counts) if counts else "Nothing has changed"
    return f'<p class="quiet" role="status">{done}, {outcome.unchanged:,} as before.</p>'


def readable_size(size: int) -> str:
    """Bytes as people read them: "3 KB", "1.2 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"


def readable_kind(source: str) -> str:
    """The kind of a document as people say it: "PDF", "TXT"."""
    return PurePosixPath(source).suffix.lstrip(".").upper() or "text"


def _document(record: DocumentRecord, may_change: bool) -> str:
    source = escape(record.source)
    details = [readable_kind(record.source), readable_size(record.size)]
    if record.pages:
        details.append(f"{record.pages:,} pages" if record.pages > 1 else "1 page")
    stale = f'<span class="problem">{escape(record.stale)}</span>' if record.stale else ""
    left_out = _left_out(record.left_out)
    title = record.title if record.title != record.source else ""
    if title:
        details.insert(0, record.source)
    return (
        f'<li><input type="checkbox" data-choose="{source}" aria-label="Ask {source}">'
        f'<a class="entry" href="{escape(link(record.source))}" data-source="{source}">'
        f'<span class="title" dir="auto">{escape(title or record.source)}</span> '
        f'<span class="place">{escape(", ".join(details))}</span>{left_out}{stale}</a>'
        f"{_remove_button(record.source) if may_change else ''}</li>"
    )


def _left_out(what: Sequence[str]) -> str:
    """What a file holds that was not read, in one line."""
    words = escape("; ".join(what))
    return f'<span class="place left-out" dir="auto">Not read: {words}</span>' if what else ""


def _remove_button(source: str) -> str:
    name = escape(source)
    return (
        f'<button type="button" data-action="remove" data-source="{name}"'
        f' aria-label="Remove {name}">Remove</button>'
    )


def _folders(records: Sequence[DocumentRecord]) -> str:
    """The folders that hold the documents, as choices of their own."""
    counts: Counter[str] = Counter()
    for record in records:
        folders = record.source.split("/")[:-1]
        counts.update("/".join(folders[: depth + 1]) for depth in range(len(folders)))
    return "".join(
        f'<li class="folder"><input type="checkbox" data-choose="{escape(folder)}/"'
        f' aria-label="Ask the folder {escape(folder)}">'
        f'<span class="title">{escape(folder)}/</span> <span class="place">{count:,}</span></li>'
        for folder, count in sorted(counts.items())[:FOLDERS_SHOWN]
    )


def _failures(failures: Sequence[Failure], may_change: bool = False) -> str:
    """The files that could not be read, and why."""
    if not failures:
        return ""
    rows = "".join(
        f"<li><span><strong>{escape(each.source)}</strong> {escape(each.reason)}</span>"
        f"{_remove_button(each.source) if may_change else ''}</li>"
        for each in failures[:DOCUMENTS_SHOWN]
    )
    count = "One file" if len(failures) == 1 else f"{len(failures):,} files"
    return (
        f'<details class="failures"><summary>{count} could not be read</summary>'
        f"<ul>{rows}</ul></details>"
    )

"""Prints answers, hits, changes and the state of an index in a terminal."""

from __future__ import annotations

import shutil
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from askdocs.answering.stream import Stream
from askdocs.guide.words import counted, document_in_words, folder_in_words
from askdocs.output.printable import printable
from askdocs.output.strip_markup import shown_text
from askdocs.output.support_summary import is_prose, support_summary
from askdocs.types import (
    Answer,
    Changes,
    Guide,
    Hit,
    Progress,
    ProgressListener,
    SearchResult,
    Status,
)

if TYPE_CHECKING:
    from askdocs.index.doctor import Diagnosis, Repair

_EXCERPT = 240  # characters of a passage in a list
_SECONDS_BETWEEN = 0.1
_SECONDS_BETWEEN_NOTES = 30.0  # if standard error is a file


def show_diagnosis(diagnosis: Diagnosis, done: Repair | None) -> None:
    """Print the problems of an index, and those that have been repaired."""
    for problem in done.before.problems if done else ():
        if problem not in diagnosis.problems:
            print(f"Repaired: {printable(problem.what)}")
    if done and done.before.problems:
        print(f"{done.embedded} texts were embedded again.")
    for problem in diagnosis.problems:
        print(f"Problem: {printable(problem.what)} Fix: `{problem.fix}`.")
    counts = f"{diagnosis.documents} documents, {diagnosis.passages} passages"
    print(f"{counts}: {'all is well' if not diagnosis.problems else 'the index is damaged'}.")


def show_answer(answer: Answer) -> None:
    """Print an answer, then its sources."""
    if is_prose(answer):
        _show_prose(answer.text)
    else:
        for paragraph in _as_shown(answer).split("\n\n"):
            print(_wrapped(paragraph))
    _show_sources(answer)


def _as_shown(answer: Answer) -> str:
    """Return the text of an answer of quotes, without Markdown in them."""
    text = answer.text
    for statement in answer.statements:
        text = text.replace(statement.text, shown_text(statement), 1)
    return text


def _show_prose(text: str) -> None:
    """Print Markdown with wrapped lines, without the markup of emphasis."""
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        print(textwrap.indent(_wrapped(_without_emphasis(line), indent=len(indent)), indent))


def _without_emphasis(markdown: str) -> str:
    return markdown.replace("**", "").replace("`", "")


def show_stream(stream: Stream, *, written: bool = True) -> Answer | None:
    """Print an answer as it arrives if a terminal shows it, then its sources.

    Args:
        stream: The answer.
        written: Whether a language model may write it; quotes arrive all at once.

    Returns:
        The answer; None if Ctrl-C stopped it. What has arrived stays on the screen.
    """
    writer = _Writer() if written and sys.stdout.isatty() else None
    printed = ""
    try:
        with _noting_interrupts() as interrupted:
            for piece in stream:
                if interrupted.is_set():
                    raise KeyboardInterrupt
                printed += piece
                if writer:
                    writer.write(piece)
            if interrupted.is_set():
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        stream.close()
        if writer is None:
            print(_wrapped(printed), end="")
        print(" … (stopped)")
        return None
    answer = stream.answer
    if writer and printed == answer.text:
        writer.end()
        _show_sources(answer)
        return answer
    if writer and printed:  # the model failed midway: the printed words are not the answer
        writer.end(" …")
        print(f"\n{_wrapped(answer.notice)}\n")
        show_answer(replace(answer, notice=""))
        return answer
    show_answer(answer)
    return answer


@contextmanager
def _noting_interrupts() -> Iterator[threading.Event]:
    """Record Ctrl-C in an event, in addition to the KeyboardInterrupt that it raises.

    Python drops an exception that is raised while an object is finalised.
    """
    interrupted = threading.Event()

    def note(*_: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    main = threading.current_thread() is threading.main_thread()  # only it receives signals
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interrupted
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class _Writer:
    """Prints words as they arrive, wrapped as in `show_answer`."""

    def __init__(self) -> None:
        self._width = _width()
        self._column = 0
        self._word = ""

    def write(self, piece: str) -> None:
        for character in piece:
            if character not in " \n":
                self._word += character
                continue
            self._print_word()
            if character == "\n":
                print()
                self._column = 0
        sys.stdout.flush()

    def end(self, mark: str = "") -> None:
        self._print_word()
        print(mark)

    def _print_word(self) -> None:
        word, self._word = printable(_without_emphasis(self._word)), ""
        if word and self._column and self._column + 1 + len(word) > self._width:
            print()
            self._column = 0
        between = " " if word and self._column else ""
        print(between + word, end="")
        self._column += len(between + word)


def _show_sources(answer: Answer) -> None:
    if answer.citations:
        print()
        for citation in answer.citations:
            place = f", {citation.place}" if citation.place else ""
            print(f"[{citation.number}] {printable(citation.source)}{printable(place)}")
    elif answer.hits:
        print("\nThe nearest passages:")
        show_hits(answer.hits)
    line = support_summary(answer)
    for paragraph in (line, *answer.notice.split("\n")):
        if paragraph.strip():
            print(f"\n{_wrapped(paragraph)}")
    if answer.with_history:
        print(f"\n(searched for: {printable('; '.join(answer.searched_for))})")


def show_found(found: SearchResult) -> None:
    """Print the passages that contain words, document by document."""
    if found.missing and not found.found_in:
        print(f"No document contains {', '.join(map(printable, found.missing))}.")
        return
    print(f"{counted(found.count, 'place')} in {counted(found.found_in, 'document')}.")
    for document in found.documents:
        print(f"\n{printable(document.source)}: {counted(document.count, 'place')}")
        for match in document.matches:
            text = printable(" ".join(match.passage.text.split()))
            shown = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rsplit(' ', 1)[0]} …"
            page = f"page {match.passage.page}: " if match.passage.page else ""
            print(textwrap.indent(_wrapped(f"{page}{shown}", indent=2), "  "))


def show_guide(guide: Guide) -> None:
    """Print the guide to a folder and to some of its documents."""
    print(_wrapped(printable(folder_in_words(guide))))
    for document in guide.documents:
        print(f"\n{_wrapped(printable(f'{document.source}: {document_in_words(document)}'))}")
        if document.opening:
            opening = printable(" ".join(document.opening.text.split()))
            print(textwrap.indent(_wrapped(f"“{opening}”", indent=2), "  "))


def show_hits(hits: Sequence[Hit]) -> None:
    """Print passages with their locations."""
    if not hits:
        print("Nothing in your documents has to do with this.")
    for hit in hits:
        passage = hit.passage
        line = f", line {passage.line}" if passage.line is not None else ""
        page = f", page {passage.page}" if passage.page is not None else ""
        print(f"{hit.score:.2f}  {printable(passage.source)}{page}{line}")
        excerpt = textwrap.shorten(passage.text, _EXCERPT, placeholder=" …")
        print(textwrap.indent(_wrapped(excerpt, indent=6), "      "))


def show_changes(changes: Changes, *, dry_run: bool = False) -> None:
    """Print what a sync did, or would do."""
    would = "would be " if dry_run else ""
    for word, names in (
        ("added", changes.added),
        ("changed", changes.changed),
        ("renamed", [f"{old} → {new}" for old, new in changes.renamed]),
        ("removed", changes.removed),
    ):
        if names:
            print(f"{len(names)} {would}{word}: {printable(_listed(names))}", file=sys.stderr)
    for failure in changes.failed:
        print(
            f"not read: {printable(failure.source)}: {printable(failure.reason)}", file=sys.stderr
        )
    took = "" if dry_run else f", {changes.seconds:.1f} s"
    print(
        f"{changes.unchanged} unchanged; {changes.passages} passages in the index,"
        f" {changes.embedded} texts embedded{took}",
        file=sys.stderr,
    )


def show_status(status: Status) -> None:
    """Print the state of an index."""
    print(f"corpus    {status.corpus}")
    print(f"index     {status.index} ({status.bytes / 1e6:.1f} MB)")
    print(f"model     {status.embedder or 'none yet'}")
    if status.models:
        print(f"languages {status.models}")
    print(f"vectors   {status.vectors}")
    print(f"documents {len(status.documents)}, {status.passages} passages")
    for each in status.activity.pages if status.activity else ():
        print(f"reading   {printable(each.source)}: {each.done:,} of {each.total:,} pages")
    if status.unread:
        print(f"waiting   {status.unread} files are not read yet; `askdocs index` reads them")
    if status.pending:
        print(f"waiting   {status.pending} passages have no vectors yet: only keywords find them")
    for record in status.documents:
        stale = f"  (stale: {record.stale})" if record.stale else ""
        print(f"  {printable(record.source)}  {record.passages} passages{printable(stale)}")
        for what in record.left_out:
            print(f"    not read: {printable(what)}")
    for failure in status.failed:
        print(f"  not read: {printable(failure.source)}: {printable(failure.reason)}")


def noting_progress() -> ProgressListener:
    """Return a listener that writes progress to standard error, every half a minute."""
    began = last = time.monotonic()

    def note(progress: Progress) -> None:
        nonlocal began, last
        now = time.monotonic()
        if progress.stage == "scan":  # a new run starts
            began = last = now
        if now - last >= _SECONDS_BETWEEN_NOTES:
            last = now
            print(f"{printable(str(progress))}{_remaining(progress, now - began)}",
                  file=sys.stderr, flush=True)  # fmt: skip

    return note


@contextmanager
def showing_progress() -> Iterator[ProgressListener]:
    """Yield a listener that shows progress on standard error: on one line, or in a log."""
    if not sys.stderr.isatty():
        yield noting_progress()
        return
    began, last = time.monotonic(), 0.0

    def show(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS_BETWEEN and progress.done < progress.total:
            return
        last = now
        text = f"{printable(str(progress))}{_remaining(progress, now - began)}"
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{text[:width]:<{width}}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{'':<{width}}\r", end="", file=sys.stderr, flush=True)


def _remaining(progress: Progress, seconds: float) -> str:
    if progress.stage != "load" or not 0 < progress.done < progress.total or seconds < 2:
        return ""
    left = seconds / progress.done * (progress.total - progress.done)
    return f"  ({progress.done / seconds:.1f} files/s, about {left:.0f} s left)"


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _wrapped(text: str, *, indent: int = 0) -> str:
    return textwrap.fill(printable(" ".join(text.split())), _width() - indent)


def _width() -> int:
    return max(min(shutil.get_terminal_size().columns, 100), 40)

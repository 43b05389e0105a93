"""`askdocs serve`: the page, and the index kept up to date while it is open."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs.cli.interrupts import interrupts
from askdocs.cli.options import ConfigFile, Corpora, Indexes, Llm, Poll
from askdocs.cli.session import open_each, watching
from askdocs.errors import IndexBusyError

if TYPE_CHECKING:
    from askdocs.assistant import Assistant
    from askdocs.index.sync.watch import Watch


def serve(
    *,
    corpus: Corpora = None,
    index: Indexes = None,
    config: ConfigFile = None,
    host: Annotated[str, typer.Option("--host", help="The address to serve at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port.")] = 7860,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser.")
    ] = False,
    watch: Annotated[
        bool, typer.Option(help="Index every change in the folder as it happens.")
    ] = True,
    poll: Poll = False,
    llm: Llm = None,
    keep: Annotated[
        bool, typer.Option(help="Save conversations in the folder of the index.")
    ] = True,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Visitors may not add or remove documents.")
    ] = False,
    auth: Annotated[
        bool,
        typer.Option(
            "--auth",
            help="Ask visitors for a password, which you type now [env: ASKDOCS_PASSWORD].",
        ),
    ] = False,
    language: Annotated[
        str,
        typer.Option(
            "--language",
            help="Language of the page until a visitor chooses another one: en, de, es, fr or ur."
            " By default the browser's.",
        ),
    ] = "",
) -> None:
    """Serve the chat page. The folder is indexed while it is open.

    Several folders can be served together: the page has a menu to switch between them.
    """
    import signal

    from askdocs.app import ServerOptions
    from askdocs.app import serve as serve_page
    from askdocs.app.listener import listen

    interrupts.handle(signal.SIGTERM)
    password = _password(asked=auth)
    with ExitStack() as stack:
        assistants = stack.enter_context(open_each(corpus, index, config, llm=llm))
        listener = stack.enter_context(listen(host, port, password=password))
        for assistant in assistants:
            assistant.keep_vectors_apart()
        indexed_here = [each for each in assistants if _is_indexed_here(each)]
        options = ServerOptions(
            host=host,
            port=port,
            password=password,
            watching=watch and len(indexed_here) == len(assistants),
            may_change=not read_only,
            keeping=keep,
            open_browser=open_browser,
            language=language,
        )
        watches: list[Watch] = []

        def begin(address: str) -> None:
            for assistant in indexed_here:  # only now: indexing slows down the start of the page
                watch_of_folder = watching(assistant, poll=poll, follow=watch)
                watches.append(stack.enter_context(watch_of_folder))
            _announce(assistants, address)

        def end() -> None:
            for watch in watches:
                watch.break_off()
            interrupts.end_soon(0)

        serve_page(assistants, options, on_ready=begin, on_end=end, listener=listener)


def _is_indexed_here(assistant: Assistant) -> bool:
    """Return whether this process, and not another one, indexes the folder. Opens the index.

    Raises:
        AskdocsError: The index was made with other settings, is damaged, or is open in another
            process.
    """
    if not assistant.config.corpus.is_dir():  # the page says what to do about it
        print(f"There is no folder {assistant.config.corpus}.", file=sys.stderr)
    try:
        assistant.check_index()
    except IndexBusyError as error:
        if not assistant.config.vectors_on_server:
            raise
        print(f"{error}\nThis page answers from what the other process indexes.", file=sys.stderr)
        return False
    return True


def _announce(assistants: Sequence[Assistant], address: str) -> None:
    """Write the address of each page next to its index, and print it."""
    from askdocs.app.corpora import corpus_address
    from askdocs.config import corpus_names

    lines = [f"askdocs is ready at {address}"]
    names = corpus_names([each.config.corpus for each in assistants])
    for name, assistant in zip(names, assistants, strict=True):
        page = corpus_address(address, name) if len(names) > 1 else address
        assistant.announce(page)
        lines.append(f"  {assistant.config.corpus} at {page}/ (index {assistant.config.index})")
    print("\n".join(lines if len(names) > 1 else lines[:1]), flush=True)


def _password(*, asked: bool) -> str | None:
    """Return the password of the page: typed now if it is `asked` for, else of the environment.

    It is not an argument of the command, because other users of the machine can see arguments.
    """
    if not asked:
        return os.environ.get("ASKDOCS_PASSWORD")
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("Password for the page: ")
    return sys.stdin.readline().rstrip("\r\n")

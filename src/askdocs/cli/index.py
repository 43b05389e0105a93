"""`askdocs index`: brings the index up to date with the folder."""

from __future__ import annotations

import sys
import time
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs.cli.options import AsJson, Poll, with_paths
from askdocs.cli.session import Paths, open_alone, open_assistant, watching
from askdocs.cli.standard_streams import print_json

if TYPE_CHECKING:
    from askdocs.interface import AssistantInterface


@with_paths
def index(
    *,
    paths: Paths,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Delete the index and build it again.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep running and index every change, until Ctrl-C.")
    ] = False,
    poll: Poll = False,
    ray: Annotated[
        str,
        typer.Option("--ray", metavar="ADDRESS", help="Embed on the workers of a Ray cluster."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Bring the index up to date with the folder."""
    if watch and (dry_run or as_json or ray):
        raise typer.BadParameter("--watch cannot be combined with --dry-run, --json or --ray.")
    if watch:
        _watch(paths, rebuild=rebuild, poll=poll)
        return
    with open_alone(paths) if ray else open_assistant(paths) as assistant:
        _sync(assistant, dry_run=dry_run, rebuild=rebuild, ray=ray, as_json=as_json)


def _watch(paths: Paths, *, rebuild: bool, poll: bool) -> None:
    """Index the folder, then every change, until Ctrl-C."""
    with open_alone(paths) as assistant:
        _sync(assistant, rebuild=rebuild)
        with watching(assistant, poll=poll):
            print("Watching for changes. Ctrl-C ends.", file=sys.stderr)
            while True:  # short waits, because Windows does not interrupt an endless one
                time.sleep(1)


def _sync(
    assistant: AssistantInterface,
    *,
    dry_run: bool = False,
    rebuild: bool = False,
    ray: str = "",
    as_json: bool = False,
) -> None:
    """Bring the index up to date, and print what has changed."""
    from askdocs.cli.terminal import show_changes, showing_progress
    from askdocs.output.json.index_state import changes_as_json

    # Ray prints the workers that it has lost to standard output.
    with showing_progress() as on_progress, redirect_stdout(sys.stderr):
        changes = assistant.index(
            on_progress=on_progress, dry_run=dry_run, rebuild=rebuild, ray=ray
        )
    if as_json:
        print_json(changes_as_json(changes))
    else:
        show_changes(changes, dry_run=dry_run)

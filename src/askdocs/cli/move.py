"""`askdocs move`: moves the vectors to another store."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs.cli.options import with_paths
from askdocs.cli.session import Paths, open_alone


@with_paths
def move(
    vectors: Annotated[
        str,
        typer.Argument(metavar="WHERE", help="embedded, or the address of a Chroma server."),
    ],
    *,
    paths: Paths,
) -> None:
    """Move the vectors to a Chroma server or back, without embedding anything again."""
    from askdocs.cli.terminal import showing_progress

    with open_alone(paths) as assistant, showing_progress() as on_progress:
        moved = assistant.move(vectors, on_progress=on_progress)
    print(f'{moved} passages moved. From now on the setting has to be: vectors = "{vectors}"')

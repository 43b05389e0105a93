"""`askdocs doctor`: checks and repairs the index."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs.cli.options import AsJson, with_paths
from askdocs.cli.session import Paths, open_alone
from askdocs.cli.standard_streams import print_json


@with_paths
def doctor(
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Repair the problems. Only passages that have lost their vectors are embedded"
            " again.",
        ),
    ] = False,
    *,
    paths: Paths,
    as_json: AsJson = False,
) -> None:
    """Check the index: print each problem and how to repair it. Exit status 1 if there is one."""
    from askdocs.cli.terminal import show_diagnosis, showing_progress
    from askdocs.output.json.index_state import diagnosis_as_json

    with open_alone(paths) as assistant:
        with showing_progress() as on_progress:
            done = assistant.repair(on_progress=on_progress) if repair else None
        diagnosis = done.after if done else assistant.diagnose()
    if as_json:
        print_json(diagnosis_as_json(diagnosis, done))
    else:
        show_diagnosis(diagnosis, done)
    if diagnosis.problems:
        raise typer.Exit(1)

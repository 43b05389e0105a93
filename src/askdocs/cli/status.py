"""`askdocs status`: the state of the index."""

from __future__ import annotations

from askdocs.cli.options import AsJson, with_paths
from askdocs.cli.session import Paths, open_assistant
from askdocs.cli.standard_streams import print_json


@with_paths
def status(*, paths: Paths, as_json: AsJson = False) -> None:
    """Show what is indexed, with which model, and what could not be read."""
    from askdocs.cli.terminal import show_status
    from askdocs.output.json.index_state import status_as_json

    with open_assistant(paths) as assistant:
        found = assistant.status()
    if as_json:
        print_json(status_as_json(found))
    else:
        show_status(found)

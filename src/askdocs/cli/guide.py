"""`askdocs guide`: what the documents are about."""

from __future__ import annotations

from askdocs.cli.options import AsJson, Sources, with_paths
from askdocs.cli.session import Paths, index_first_if_new, open_assistant
from askdocs.cli.standard_streams import print_json


@with_paths
def guide(source: Sources = None, *, paths: Paths, as_json: AsJson = False) -> None:
    """Describe the documents in their own words: contents, abstract, names."""
    from askdocs.cli.terminal import show_guide
    from askdocs.output.json.guides import guide_as_json

    with open_assistant(paths) as assistant:
        index_first_if_new(assistant, paths.corpus)
        found = assistant.guide(sources=source)
    if as_json:
        print_json(guide_as_json(found))
    else:
        show_guide(found)

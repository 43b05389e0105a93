"""`askdocs search`: finds passages, without an answer."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs.cli.options import AsJson, Sources, with_paths
from askdocs.cli.session import Paths, index_first_if_new, open_assistant
from askdocs.cli.standard_streams import print_json


@with_paths
def search(
    query: Annotated[str, typer.Argument(help="Words to search for.")],
    top_k: Annotated[
        int, typer.Option("--top-k", metavar="N", min=1, help="How many results, at most 100.")
    ] = 8,
    words: Annotated[
        bool,
        typer.Option(
            "--words",
            help='Only passages with all words exactly as typed; "a phrase", beginning*.',
        ),
    ] = False,
    source: Sources = None,
    *,
    paths: Paths,
    as_json: AsJson = False,
) -> None:
    """Show the passages that match a query best, or with --words all that contain its words."""
    from askdocs.cli.terminal import show_found, show_hits
    from askdocs.output.json.answers import hits_as_json
    from askdocs.output.json.search import found_as_json
    from askdocs.search.filters import Filters

    with open_assistant(paths) as assistant:
        index_first_if_new(assistant, paths.corpus)
        if words:
            found = assistant.find(query, filters=Filters(source), documents=top_k)
            if as_json:
                print_json(found_as_json(found))
            else:
                show_found(found)
            return
        hits = assistant.search(query, top_k=top_k, sources=source)
    if as_json:
        print_json({"query": query, "hits": hits_as_json(hits)})
    else:
        show_hits(hits)

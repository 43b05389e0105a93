"""`askdocs ask`: answers one question."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from askdocs.cli.interrupts import STATUS
from askdocs.cli.options import AsJson, Insist, Llm, Sources, with_paths
from askdocs.cli.session import Paths, index_first_if_new, open_assistant
from askdocs.cli.standard_streams import print_json


@with_paths
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    source: Sources = None,
    llm: Llm = None,
    insist: Insist = False,
    *,
    paths: Paths,
    as_json: AsJson = False,
) -> None:
    """Answer one question, with quotes from the documents or checked prose."""
    from askdocs.cli.terminal import show_stream
    from askdocs.output.json.answers import answer_as_json

    began = time.monotonic()
    with open_assistant(paths, llm=llm) as assistant:
        index_first_if_new(assistant, paths.corpus)
        if as_json:
            answer = assistant.ask(question, sources=source, insist=insist)
            seconds = round(time.monotonic() - began, 3)
            print_json({**answer_as_json(answer), "seconds": seconds})
            return
        stream = assistant.stream(question, sources=source, insist=insist)
        if show_stream(stream, written=assistant.has_llm) is None:
            raise typer.Exit(STATUS)

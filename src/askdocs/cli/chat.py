"""`askdocs chat`: a conversation in the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from askdocs.cli.interrupts import interrupts
from askdocs.cli.options import Llm, Sources, with_paths
from askdocs.cli.session import Paths, index_first_if_new, open_assistant
from askdocs.cli.standard_streams import typed_lines
from askdocs.errors import AskdocsError

if TYPE_CHECKING:
    from askdocs.types import Turn


@with_paths
def chat(
    source: Sources = None,
    llm: Llm = None,
    *,
    paths: Paths,
) -> None:
    """Talk about the documents in the terminal."""
    from askdocs.answering.questions.turn import turn_of
    from askdocs.cli.terminal import show_stream
    from askdocs.types import Turn

    with open_assistant(paths, llm=llm) as assistant:
        index_first_if_new(assistant, paths.corpus)
        print(
            "Ask about your documents. Ctrl-C stops an answer, an empty line ends.", file=sys.stderr
        )
        history: list[Turn] = []
        for question in typed_lines("› "):
            try:
                with interrupts.stopping_a_part():
                    stream = assistant.stream(question, history=history, sources=source)
                    answer = show_stream(stream, written=assistant.has_llm)
            except AskdocsError as error:
                print(error, file=sys.stderr)
                continue
            turn = Turn(question, answer) if answer else turn_of(question, history)
            history.append(turn)

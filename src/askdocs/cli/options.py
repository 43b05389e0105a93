"""Options that several commands have, each defined once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from askdocs.cli.session import Places

Corpus = Annotated[
    Path | None,
    typer.Option(
        "--corpus", metavar="DIR", help="The folder of documents [env: ASKDOCS_CORPUS; corpus]."
    ),
]
Index = Annotated[
    Path | None,
    typer.Option(
        "--index", metavar="DIR", help="The folder of the index [env: ASKDOCS_INDEX; index]."
    ),
]
Corpora = Annotated[
    list[Path] | None,
    typer.Option(
        "--corpus",
        metavar="DIR",
        help="A folder of documents; several times for several [env: ASKDOCS_CORPUS; corpus].",
    ),
]
Indexes = Annotated[
    list[Path] | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="The folder of the index: one for each corpus, or one whose name is continued by"
        " theirs [env: ASKDOCS_INDEX; index].",
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="A settings file instead of ./askdocs.toml [env: ASKDOCS_CONFIG].",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="GLOB",
        help="Look only in this document, folder or pattern; may be given several times.",
    ),
]
Poll = Annotated[
    bool,
    typer.Option(
        "--poll", help="While watching, look for changes every second: for network drives."
    ),
]
Llm = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="SPEC",
        help="What writes the answer: none, openai:MODEL@URL or gguf:PATH [env: ASKDOCS_LLM].",
    ),
]
Insist = Annotated[
    bool, typer.Option("--insist", help="Answer even if the documents do not seem to.")
]

_PLACES: dict[str, Any] = {"corpus": Corpus, "index": Index, "config": ConfigFile}


def with_places(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --corpus, --index and --config, as its argument `places`."""

    @wraps(command)
    def run(**values: Any) -> None:
        places = Places(**{name: values.pop(name) for name in _PLACES})
        command(places=places, **values)

    own = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    for each in own.parameters.values():
        if each.name == "places":
            parameters += [
                inspect.Parameter(name, each.KEYWORD_ONLY, default=None, annotation=kind)
                for name, kind in _PLACES.items()
            ]
        else:
            parameters.append(each.replace(kind=each.KEYWORD_ONLY))
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run

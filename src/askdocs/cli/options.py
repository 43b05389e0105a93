"""Options that several commands share, each defined once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from askdocs.cli.session import Paths

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
        help="A folder of documents; can be given several times [env: ASKDOCS_CORPUS; corpus].",
    ),
]
Indexes = Annotated[
    list[Path] | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="The folder of the index: one for each corpus, or one for all, to which the names of"
        " the corpora are appended [env: ASKDOCS_INDEX; index].",
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
        help="Use only this document, folder or pattern; can be given several times.",
    ),
]
Poll = Annotated[
    bool,
    typer.Option(
        "--poll", help="While watching, check for changes every second: for network drives."
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
    bool, typer.Option("--insist", help="Answer even if the confidence is below the minimum.")
]

_PATHS: dict[str, Any] = {"corpus": Corpus, "index": Index, "config": ConfigFile}


def with_paths(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --corpus, --index and --config, as its argument `paths`."""

    @wraps(command)
    def run(**values: Any) -> None:
        paths = Paths(**{name: values.pop(name) for name in _PATHS})
        command(paths=paths, **values)

    own = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    for parameter in own.parameters.values():
        if parameter.name == "paths":
            parameters += [
                inspect.Parameter(name, parameter.KEYWORD_ONLY, default=None, annotation=kind)
                for name, kind in _PATHS.items()
            ]
        else:
            parameters.append(parameter.replace(kind=parameter.KEYWORD_ONLY))
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run

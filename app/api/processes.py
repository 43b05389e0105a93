"""The route for other askdocs processes on this machine, which have the token of the index."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Response
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, StreamingResponse

from askdocs.errors import AskdocsError
from askdocs.guide.folder import READ
from askdocs.remote.wire import from_record, to_error, to_record
from askdocs.search.filters import Filters
from askdocs.types import AskOptions, Progress, ProgressListener

from ..background_tasks import Background

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

_FIND_OPTIONS = ("by", "start", "documents", "each")  # each may be missing in a request
TASKS = frozenset(
    "check corpus document find guide has_llm index is_indexed search status stream".split()
)


def add_tasks(routes: FastAPI, assistant: Assistant, background: Background) -> None:
    """Add the route for other askdocs processes. The middleware has checked their token.

    A request has a task and its values. The response has lines of JSON: first the progress or the
    pieces of an answer, and the result in the last line.
    """

    @routes.post("/askdocs/{task}")
    def do(task: str, values: dict[str, Any]) -> Response:
        if task not in TASKS:
            return JSONResponse({"problem": "There is no such task."}, 404)
        if task == "stream":
            return stream_until_disconnect(_streamed(assistant, values), "application/x-ndjson")
        lines = _progress_lines(lambda listener: _do(task, assistant, values, listener), background)
        return StreamingResponse(lines, media_type="application/x-ndjson")


def _progress_lines(
    work: Callable[[ProgressListener], Any], background: Background
) -> Iterator[str]:
    """The progress and the result of `work` as lines. It continues if the client disconnects."""
    lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def run() -> None:
        def report(progress: Progress) -> None:
            lines.put({"progress": to_record(progress)})

        try:
            lines.put({"found": to_record(work(background.unless_ending(report)))})
        except AskdocsError as error:
            lines.put({"error": to_error(error)})
        except Exception as error:
            lines.put({"error": to_error(_failed(error))})
            raise

    background.start(run, "askdocs-task")
    while True:
        line = lines.get()
        yield json.dumps(line) + "\n"
        if "progress" not in line:
            return


def _do(
    task: str, assistant: Assistant, values: Mapping[str, Any], listener: ProgressListener
) -> Any:
    match task:
        case "corpus":
            return str(assistant.config.corpus.resolve())
        case "has_llm":
            return assistant.has_llm
        case "is_indexed":
            return assistant.is_indexed()
        case "status":
            return assistant.status()
        case "document":
            return assistant.document(values["source"])
        case "index":
            return assistant.index(
                on_progress=listener,
                dry_run=values["dry_run"],
                rebuild=values["rebuild"],
                recheck=values.get("recheck", ()),
            )
        case "find":
            given = values["filters"]
            filters = from_record(Filters, given) if given else None
            options = {name: values[name] for name in _FIND_OPTIONS if name in values}
            return assistant.find(values["query"], filters=filters, **options)
        case "guide":
            return assistant.guide(sources=values["sources"], most=values.get("most", READ))
        case "check":
            return assistant.check(values["text"], sources=values["sources"], on_progress=listener)
        case _:
            return assistant.search(
                values["query"], top_k=values["top_k"], sources=values["sources"]
            )


def stream_until_disconnect(lines: Generator[str], media_type: str) -> StreamingResponse:
    """A response with these lines. The generator is closed when the client disconnects."""
    return StreamingResponse(lines, media_type=media_type, background=BackgroundTask(lines.close))


def _streamed(assistant: Assistant, values: Mapping[str, Any]) -> Generator[str]:
    """The pieces of an answer, then the complete answer."""
    options = from_record(AskOptions, values["options"])
    stream = assistant.stream(
        values["question"],
        history=options.history,
        sources=options.sources,
        quotes=options.quotes,
        insist=options.insist,
        tasks=options.tasks,
        second_opinion=options.second_opinion,
    )
    try:
        for piece in stream:
            yield _line(piece=piece)
        yield _line(found=to_record(stream.answer))
    except AskdocsError as error:
        yield _line(error=to_error(error))
    except Exception as error:
        yield _line(error=to_error(_failed(error)))
        raise
    finally:
        stream.close()


def _line(**values: Any) -> str:
    return json.dumps(values) + "\n"


def _failed(error: Exception) -> AskdocsError:
    return AskdocsError(f"The server failed: {error!r}. Its terminal may say more.")

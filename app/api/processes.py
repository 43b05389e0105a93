"""What other askdocs processes of this machine ask the server, with the token of the index."""

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

_FIND_OPTIONS = ("by", "start", "documents", "each")  # a client may send some of them only
TASKS = frozenset(
    "check corpus document find guide has_llm index is_indexed search status stream".split()
)


def add_tasks(routes: FastAPI, assistant: Assistant, background: Background) -> None:
    """Add the route for other askdocs processes, whose token the gate has compared already.

    A task and its values come in. Lines of JSON go out, the last of them the result; before it
    lines of progress, or pieces of the text of an answer.
    """

    @routes.post("/askdocs/{task}")
    def do(task: str, values: dict[str, Any]) -> Response:
        if task not in TASKS:
            return JSONResponse({"problem": "There is no such task."}, 404)
        if task == "stream":
            return stream_until_disconnect(_streamed(assistant, values), "application/x-ndjson")
        lines = _told(lambda listener: _do(task, assistant, values, listener), background)
        return StreamingResponse(lines, media_type="application/x-ndjson")


def _told(work: Callable[[ProgressListener], Any], background: Background) -> Iterator[str]:
    """What `work` does, line by line as it goes on. It is finished even if nobody reads on."""
    lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def run() -> None:
        def tell(progress: Progress) -> None:
            lines.put({"progress": to_record(progress)})

        try:
            lines.put({"found": to_record(work(background.unless_ending(tell)))})
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
    """A response of these lines, which are closed when the client has gone."""
    return StreamingResponse(lines, media_type=media_type, background=BackgroundTask(lines.close))


def _streamed(assistant: Assistant, values: Mapping[str, Any]) -> Generator[str]:
    """An answer, piece by piece and then whole."""
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


def _line(**told: Any) -> str:
    return json.dumps(told) + "\n"


def _failed(error: Exception) -> AskdocsError:
    return AskdocsError(f"The server failed: {error!r}. Its terminal may say more.")

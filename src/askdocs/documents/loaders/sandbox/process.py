"""The process that reads files for `worker`: a request a line in, an answer a line out."""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from askdocs.documents.loaders import TOO_MUCH_MEMORY, LoadError, load
from askdocs.system.files import WINDOWS
from askdocs.system.processes import open_answers
from askdocs.types import Document

# While a thread of Windows waits for standard input, libraries that look at it, as that of PDFs
# and numpy do, cannot be loaded: https://github.com/numpy/numpy/issues/24290
WAITS_APART = not WINDOWS
_GRACE = 10.0  # seconds after which the process ends itself, should its parent be gone


def main() -> None:
    """Answer requests until standard input ends."""
    answers = open_answers()
    _tell(answers, {"ready": True})
    for request in _lines() if WAITS_APART else sys.stdin.buffer:
        _tell(answers, _answer(json.loads(request)))


def _lines() -> Iterator[bytes]:
    """Requests as they come; when the parent has gone, all ends at once, whatever is being read."""
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    while True:
        yield requests.get()


def _receive(requests: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)


def _tell(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode("ascii") + b"\n")
    answers.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(request["seconds"] + _GRACE, exit=True, file=nowhere)
        limit_memory(request["megabytes"])
        try:
            documents = load(Path(request["path"]), request["source"])
            return {"documents": [_fields(document) for document in documents]}
        except LoadError as error:
            return {"reason": str(error)}
        except MemoryError:
            return {"reason": TOO_MUCH_MEMORY}
        except BaseException as error:  # a panic of a library written in Rust is no Exception
            return {"reason": f"the file is damaged ({type(error).__name__})"}
        finally:
            faulthandler.cancel_dump_traceback_later()
            limit_memory(None)


def limit_memory(megabytes: int | None) -> None:
    """Let the process grow by so much, where the system can limit it; None lifts the limit."""
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if megabytes is None:
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
            return
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        allowed = pages * resource.getpagesize() + megabytes * 1_000_000
        limit = allowed if hard == resource.RLIM_INFINITY else min(allowed, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ImportError, OSError, ValueError):
        return  # Windows and macOS: the limit of time must do


def _fields(document: Document) -> dict[str, Any]:
    return {
        "source": document.source,
        "text": document.text,
        "title": document.title,
        "anchors": [
            (anchor.start, anchor.page, anchor.page_label, anchor.heading, anchor.line)
            for anchor in document.anchors
        ],
        "left_out": document.left_out,
    }


if __name__ == "__main__":
    main()

"""Read exported answers, and check whether their quotes are still in the documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.errors import AskdocsError, CorpusError
from askdocs.output.checksum import checksum
from askdocs.types import Document

State = Literal["holds", "moved", "changed", "reread", "gone", "altered"]
MEANINGS: Mapping[State, str] = {
    "holds": "is where it was quoted from",
    "moved": "is elsewhere in the document now",
    "changed": "is not in the document any more",
    "reread": "is not in the text as askdocs reads the file now; the file looks the same",
    "gone": "its document is not in the folder any more",
    "altered": "was altered in the export itself: its hash does not fit",
}
_COMMENT_BEGINS, _COMMENT_ENDS = "<!-- askdocs-export ", " -->"


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """The state of the quote of citation `number` in the answer to a question."""

    question: str
    number: int
    source: str
    quote: str
    state: State


def read_export(path: Path) -> list[dict[str, Any]]:
    """Read the answers of an export (JSON, HTML or Markdown), or of output of `ask --json`.

    Raises:
        CorpusError: The file is not one of these.
    """
    try:
        text = read_text(path)
        content = json.loads(_embedded(text))
        answers = content.get("answers", [content])
        if not all(isinstance(answer["citations"], list) for answer in answers):
            raise ValueError("there are no citations")
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, LoadError) as error:
        raise CorpusError(
            f"{path} is not an export of askdocs. Give a file that the page saved, or output of"
            " `askdocs ask --json`."
        ) from error
    return list(answers)


def _embedded(text: str) -> str:
    """The record in the comment of HTML or Markdown; the text itself if it has none."""
    _, found, after = text.partition(_COMMENT_BEGINS)
    record, ends, _ = after.partition(_COMMENT_ENDS)
    return record if found and ends else text


def cited_sources(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the sources that the answers of an export cite, each once."""
    cited = (each for answer in answers for each in answer["citations"] if isinstance(each, dict))
    return list(dict.fromkeys(str(passage.get("source", "")) for passage in cited))


def check_export(
    answers: Sequence[Mapping[str, Any]],
    document: Callable[[str], Document],
    reread: Collection[str] = (),
) -> Iterator[CheckedQuote]:
    """Check each citation of each answer against the current documents.

    Args:
        answers: The answers of an export.
        document: Returns a stored document by its source, and raises an AskdocsError if there is
            none.
        reread: The sources whose text has changed although size and time of the file have not.

    Raises:
        CorpusError: A citation lacks a field that is needed.
    """
    for answer in answers:
        for citation in answer["citations"]:
            try:
                yield CheckedQuote(
                    question=str(answer.get("question", "")),
                    number=int(citation["number"]),
                    source=str(citation["source"]),
                    quote=str(citation["quote"]),
                    state=_state(citation, document, reread),
                )
            except (KeyError, TypeError, ValueError) as error:
                raise CorpusError(f"A citation of the export is damaged: {error!r}.") from error


def _state(
    citation: Mapping[str, Any], document: Callable[[str], Document], reread: Collection[str]
) -> State:
    quote, start = str(citation["quote"]), int(citation["start"])
    if citation.get("hash") not in (None, checksum(quote)):
        return "altered"
    try:
        text = document(str(citation["source"])).text
    except AskdocsError:
        return "gone"
    if text[start : start + len(quote)] == quote:
        return "holds"
    if quote in text:
        return "moved"
    return "reread" if citation["source"] in reread else "changed"

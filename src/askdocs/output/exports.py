"""Answers taken away as records, and whether what they quote still stands in the documents."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.errors import AskdocsError, CorpusError
from askdocs.output.json_records import answer_as_json
from askdocs.output.printable import printable
from askdocs.types import Answer, Document

State = Literal["holds", "moved", "changed", "reread", "gone", "altered"]
MEANINGS: Mapping[State, str] = {
    "holds": "stands where it was quoted from",
    "moved": "stands elsewhere in the document now",
    "changed": "is not in the document any more",
    "reread": "is not in the text as askdocs reads the file now; the file looks the same",
    "gone": "its document is not in the folder any more",
    "altered": "was altered in the export itself: its hash does not fit",
}
_EMBEDDED = re.compile(r"<!-- askdocs-export (.*?) -->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """What became of the quote that citation `number` of a question's answer stood on."""

    question: str
    number: int
    source: str
    quote: str
    state: State


def checksum(text: str) -> str:
    """A checksum of twelve hexadecimal digits: other words have another one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def answer_record(answer: Answer) -> dict[str, Any]:
    """The keys of `askdocs ask --json`; for each citation also its place and its quote's hash."""
    record = answer_as_json(answer)
    for citation, made in zip(record["citations"], answer.citations, strict=True):
        citation["place"] = made.place
        citation["hash"] = checksum(made.quote)
    return record


def embedded(record: Mapping[str, Any]) -> str:
    """An export as a comment for HTML and Markdown, that `read_export` finds there."""
    written = json.dumps(record, ensure_ascii=False)
    for sign, safe in (("<", "\\u003c"), (">", "\\u003e"), ("--", "-\\u002d")):
        written = written.replace(sign, safe)  # so that nothing in it ends the comment
    return f"<!-- askdocs-export {written} -->"


def read_export(path: Path) -> list[dict[str, Any]]:
    """Read the answers of an export (JSON, HTML or Markdown), or of output of `ask --json`.

    Raises:
        CorpusError: The file is none of these.
    """
    try:
        text = read_text(path)
        comment = _EMBEDDED.search(text)
        content = json.loads(comment.group(1) if comment else text)
        answers = content.get("answers", [content])
        if not all(isinstance(each["citations"], list) for each in answers):
            raise ValueError("there are no citations")
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, LoadError) as error:
        raise CorpusError(
            f"{path} is no export of askdocs: give the file that the page saved, or the output of"
            " `askdocs ask --json`."
        ) from error
    return list(answers)


def cited_sources(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the sources that the answers of an export cite, each once."""
    cited = (each for answer in answers for each in answer["citations"] if isinstance(each, dict))
    return list(dict.fromkeys(str(each.get("source", "")) for each in cited))


def check_export(
    answers: Sequence[Mapping[str, Any]],
    document: Callable[[str], Document],
    reread: Collection[str] = (),
) -> Iterator[CheckedQuote]:
    """Each citation of each answer, checked against the documents as they are now.

    Args:
        answers: The answers of an export.
        document: Gives a stored document by its source, and raises an AskdocsError for none.
        reread: The sources whose text is another one although their files look the same.

    Raises:
        CorpusError: A citation lacks what can be checked.
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


def checks_as_json(checks: Sequence[CheckedQuote]) -> dict[str, Any]:
    """The keys that `verify --json` prints."""
    counts = Counter(each.state for each in checks)
    return {
        "quotes": len(checks),
        **{state: counts[state] for state in MEANINGS},
        "checks": [asdict(each) for each in checks],
    }


def checks_as_text(checks: Sequence[CheckedQuote]) -> Iterator[str]:
    """A line for each quote that does not stand where it stood, and the count of all."""
    for each in checks:
        if each.state != "holds":
            start = textwrap.shorten(each.quote, 80, placeholder="…")
            yield printable(f"{each.source} [{each.number}]: “{start}” {MEANINGS[each.state]}")
    holding = sum(each.state == "holds" for each in checks)
    yield f"{holding} of {len(checks)} quotes stand where they were quoted from."


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

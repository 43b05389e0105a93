"""The folder as a model for other chat clients: the OpenAI-style /v1/chat/completions."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from askdocs.answering.questions.turn import turn_of
from askdocs.errors import AskdocsError
from askdocs.models.bundled import load_tokenizer
from askdocs.output.exports import answer_record
from askdocs.output.support_summary import is_prose, support_summary
from askdocs.output.text_anchor import citation_anchor, link
from askdocs.types import Answer, Turn

from ..corpora import corpus_address, page_address
from ..security import BODY_BYTES
from ..views.markdown import AnswerEscaper, escaped_answer, one_line, unescaped
from .processes import stream_until_disconnect

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from askdocs.answering.stream import Stream
    from askdocs.assistant import Assistant

MODEL = "askdocs"
_MARK = re.compile(r"\\?\[(\d{1,4})\\?\]")  # of a citation, escaped or not


# A limit of its length makes pydantic check that it is valid Unicode, which JSON need not be.
Text = Annotated[str, Field(max_length=BODY_BYTES)]


class Part(BaseModel):
    """A piece of a message; only text is read."""

    type: str = "text"
    text: Text = ""


class Message(BaseModel):
    """One message of the conversation so far."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Text | list[Part] | None = ""

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """With `include_usage`, a stream ends with a piece that has no words, but the usage."""

    include_usage: bool = False


class ChatCompletionRequest(BaseModel):
    """What a client asks. `sources`, our own, limits the question to documents or folders."""

    messages: list[Message] = Field(min_length=1, max_length=1000)
    model: str = MODEL
    stream: bool = False
    stream_options: StreamOptions | None = None
    sources: list[Text] | None = None


def add_completions(
    routes: FastAPI, assistant: Assistant, named: Mapping[str, Assistant] | None = None
) -> None:
    """Add the routes that other chat clients know. Each answer also has its `citations`.

    The model `askdocs` answers from this corpus, `askdocs/NAME` from another of those `named`.

    Such clients show the content of a message as Markdown, so what documents and models say is
    escaped in it; the citations are as they stand in the documents.
    """

    @routes.get("/v1/models")
    def models() -> dict[str, Any]:
        known = [MODEL, *(f"{MODEL}/{name}" for name in named or {})]
        listed = [
            {"id": each, "object": "model", "created": 0, "owned_by": MODEL} for each in known
        ]
        return {"object": "list", "data": listed}

    @routes.post("/v1/chat/completions")
    def complete(wanted: ChatCompletionRequest, request: Request) -> Response:
        if wanted.messages[-1].role != "user":
            return _refused("The last message has to be the user's.")
        question, history = wanted.messages[-1].text, turns(wanted.messages[:-1])
        page, chosen = page_address(request), assistant
        name = wanted.model.removeprefix(f"{MODEL}/")
        if named and name in named:
            server = page.removesuffix(quote(request.scope["root_path"]) + "/")
            page, chosen = f"{corpus_address(server, name)}/", named[name]
        stream = chosen.stream(question, history=history, sources=wanted.sources or None)
        try:
            if not wanted.stream:
                for _ in stream:
                    pass
                usage = _usage(wanted.messages, stream.answer.text)
                return JSONResponse(
                    {**_frame(wanted.model), **_whole(stream.answer, page), "usage": usage}
                )
            pieces = iter(stream)
            first = next(pieces, "")  # what cannot be answered is told as an error, not midway
        except AskdocsError as error:
            return _refused(str(error))
        return stream_until_disconnect(
            _events(wanted, stream, first, pieces, page, keeps_blocks=chosen.has_llm),
            "text/event-stream",
        )


def _events(
    wanted: ChatCompletionRequest,
    stream: Stream,
    first: str,
    pieces: Iterator[str],
    page: str,
    *,
    keeps_blocks: bool,
) -> Generator[str]:
    """An answer as a stream of events, the first piece of which has been read."""
    frame = {**_frame(wanted.model), "object": "chat.completion.chunk"}
    counts = wanted.stream_options is not None and wanted.stream_options.include_usage
    if counts:
        frame["usage"] = None
    try:
        yield _event({**frame, **_chunk({"role": "assistant", "content": ""})})
        content = ""
        for piece in _contents(stream, first, pieces, keeps_blocks=keeps_blocks):
            content += piece
            yield _event({**frame, **_chunk({"content": piece})})
        noted = url_citations(stream.answer, content, page)
        yield _event({**frame, **_chunk({"annotations": noted})})
        yield _event({**frame, **_chunk({}, ends=True), **_beside(stream.answer)})
        if counts:
            usage = _usage(wanted.messages, stream.answer.text)
            yield _event({**frame, "choices": [], "usage": usage})
    except AskdocsError as error:
        yield _event(_problem(str(error)))
    finally:
        stream.close()  # when the client has gone
    yield "data: [DONE]\n\n"


def _contents(
    stream: Stream, first: str, pieces: Iterator[str], *, keeps_blocks: bool
) -> Iterator[str]:
    """The content of a message as it grows; what a model said in vain is followed by the answer."""
    escaper, said = AnswerEscaper(keeps_blocks=keeps_blocks), ""
    for piece in chain([first], pieces):
        said += piece
        yield escaper.feed(piece)
    yield escaper.end()
    answer = stream.answer
    if said.startswith(answer.text):  # behind it, at most, a sentence that was cut off
        torn = " …" if said != answer.text else ""
        told = _summed_up(answer)
        yield f"{torn}{told}{_notice(answer)}"
    else:
        yield f" …{_notice(answer)}\n\n{escaped_answer(answer.text)}"


def _summed_up(answer: Answer) -> str:
    """How many statements of a language model stand in the documents, as a paragraph."""
    told = support_summary(answer)
    return f"\n\n{told}" if told else ""


def _notice(answer: Answer) -> str:
    """What is to be said about an answer, as a paragraph behind it."""
    return f"\n\n{one_line(answer.notice)}" if answer.notice else ""


def turns(messages: Sequence[Message]) -> list[Turn]:
    """The exchanges that came before, each a question and what was answered to it."""
    found: list[Turn] = []
    question = ""
    for message in messages:
        if message.role == "user":
            question = message.text
        elif message.role == "assistant" and question:
            found.append(turn_of(question, found, unescaped(message.text)))
            question = ""
    return found


def _frame(model: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
    }


def _whole(answer: Answer, page: str) -> dict[str, Any]:
    told = _summed_up(answer)
    content = f"{escaped_answer(answer.text, keeps_blocks=is_prose(answer))}{told}{_notice(answer)}"
    message = {
        "role": "assistant",
        "content": content,
        "annotations": url_citations(answer, content, page),
    }
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        **_beside(answer),
    }


def url_citations(answer: Answer, content: str, page: str) -> list[dict[str, Any]]:
    """Return the citations as OpenAI's clients know them, one for each mark in the content.

    Args:
        answer: The answer.
        content: The text of the message. `start_index` and `end_index` count its characters.
        page: The address of the page, with a slash at its end; links open the very words there.
    """
    cited = {citation.number: citation for citation in answer.citations}
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "url": page + link(found.source, [citation_anchor(found)]),
                "title": found.where,
                "start_index": mark.start(),
                "end_index": mark.end(),
            },
        }
        for mark in _MARK.finditer(content)
        if (found := cited.get(int(mark[1]))) is not None
    ]


def _usage(messages: Sequence[Message], text: str) -> dict[str, int]:
    """How many tokens were asked and answered, as the models of this package count them.

    A language model that writes the answers counts its own, and reads passages besides.
    """
    asked, answered = _tokens(message.text for message in messages), _tokens([text])
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }


def _tokens(texts: Iterable[str]) -> int:
    return sum(len(_tokenizer().encode(text, add_special_tokens=False)) for text in texts)


@cache
def _tokenizer() -> Tokenizer:
    return load_tokenizer()


def _chunk(delta: dict[str, Any], *, ends: bool = False) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "delta": delta, "finish_reason": "stop" if ends else None}],
    }


def _beside(answer: Answer) -> dict[str, Any]:
    """What an OpenAI-style answer does not have: the citations, and whether it is an answer."""
    record = answer_record(answer)
    return {name: record[name] for name in ("citations", "answered", "confidence")}


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"


def _refused(problem: str) -> Response:
    return JSONResponse(_problem(problem), 400)


def _problem(problem: str) -> dict[str, Any]:
    return {"error": {"message": problem, "type": "invalid_request_error", "code": None}}

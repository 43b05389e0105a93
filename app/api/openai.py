"""The folder as a model for other chat clients: /v1/chat/completions as in OpenAI's API."""

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
from askdocs.output.json.answers import statement_as_json
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
_MARK = re.compile(r"\\?\[(\d{1,4})\\?\]")  # a citation number, escaped or not


# With a maximum length, pydantic also checks that the text is valid Unicode.
Text = Annotated[str, Field(max_length=BODY_BYTES)]


class Part(BaseModel):
    """A part of a message. Only text is used."""

    type: str = "text"
    text: Text = ""


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Text | list[Part] | None = ""

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """With `include_usage`, the last chunk of a stream contains the usage and no text."""

    include_usage: bool = False


class ChatCompletionRequest(BaseModel):
    """A request. The extension `sources` limits the question to documents or folders."""

    messages: list[Message] = Field(min_length=1, max_length=1000)
    model: str = MODEL
    stream: bool = False
    stream_options: StreamOptions | None = None
    sources: list[Text] | None = None


def add_completions(
    routes: FastAPI, assistant: Assistant, named: Mapping[str, Assistant] | None = None
) -> None:
    """Add the routes of OpenAI's API. Each answer also has its `citations`.

    The model `askdocs` answers from this corpus, `askdocs/NAME` from another one in `named`.

    Clients show the content of a message as Markdown, so text of documents and models is escaped
    in it. The citations contain the exact text of the documents.
    """

    @routes.get("/v1/models")
    def models() -> dict[str, Any]:
        known = [MODEL, *(f"{MODEL}/{name}" for name in named or {})]
        listed = [
            {"id": each, "object": "model", "created": 0, "owned_by": MODEL} for each in known
        ]
        return {"object": "list", "data": listed}

    @routes.post("/v1/chat/completions")
    def complete(body: ChatCompletionRequest, request: Request) -> Response:
        if body.messages[-1].role != "user":
            return _refused("The last message has to be the user's.")
        question, history = body.messages[-1].text, turns(body.messages[:-1])
        page, chosen = page_address(request), assistant
        name = body.model.removeprefix(f"{MODEL}/")
        if named and name in named:
            server = page.removesuffix(quote(request.scope["root_path"]) + "/")
            page, chosen = f"{corpus_address(server, name)}/", named[name]
        stream = chosen.stream(question, history=history, sources=body.sources or None)
        try:
            if not body.stream:
                for _ in stream:
                    pass
                usage = _usage(body.messages, stream.answer.text)
                return JSONResponse(
                    {**_frame(body.model), **_whole(stream.answer, page), "usage": usage}
                )
            pieces = iter(stream)
            first = next(pieces, "")  # an error before the first piece gets its own status code
        except AskdocsError as error:
            return _refused(str(error))
        return stream_until_disconnect(
            _events(body, stream, first, pieces, page, keeps_blocks=chosen.has_llm),
            "text/event-stream",
        )


def _events(
    body: ChatCompletionRequest,
    stream: Stream,
    first: str,
    pieces: Iterator[str],
    page: str,
    *,
    keeps_blocks: bool,
) -> Generator[str]:
    """An answer as a stream of events. Its first piece was read already."""
    frame = {**_frame(body.model), "object": "chat.completion.chunk"}
    counts = body.stream_options is not None and body.stream_options.include_usage
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
        yield _event({**frame, **_chunk({}, ends=True), **_extensions(stream.answer, content)})
        if counts:
            usage = _usage(body.messages, stream.answer.text)
            yield _event({**frame, "choices": [], "usage": usage})
    except AskdocsError as error:
        yield _event(_problem(str(error)))
    finally:
        stream.close()  # also when the client disconnects
    yield "data: [DONE]\n\n"


def _contents(
    stream: Stream, first: str, pieces: Iterator[str], *, keeps_blocks: bool
) -> Iterator[str]:
    """The pieces of a message. The answer follows if the streamed text is not its beginning."""
    escaper, text = AnswerEscaper(keeps_blocks=keeps_blocks), ""
    for piece in chain([first], pieces):
        text += piece
        yield escaper.feed(piece)
    yield escaper.end()
    answer = stream.answer
    if text.startswith(answer.text):  # only an unfinished sentence may follow it
        ellipsis = " …" if text != answer.text else ""
        yield f"{ellipsis}{_summary_paragraph(answer)}{_notice(answer)}"
    else:
        yield f" …{_notice(answer)}\n\n{escaped_answer(answer.text)}"


def _summary_paragraph(answer: Answer) -> str:
    """How many statements of a language model the documents support, as a paragraph."""
    summary = support_summary(answer)
    return f"\n\n{summary}" if summary else ""


def _notice(answer: Answer) -> str:
    """The notice of an answer, as a paragraph after it."""
    return f"\n\n{one_line(answer.notice)}" if answer.notice else ""


def turns(messages: Sequence[Message]) -> list[Turn]:
    """The earlier exchanges, each with a question and its answer."""
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
    text = escaped_answer(answer.text, keeps_blocks=is_prose(answer))
    content = f"{text}{_summary_paragraph(answer)}{_notice(answer)}"
    message = {
        "role": "assistant",
        "content": content,
        "annotations": url_citations(answer, content, page),
    }
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        **_extensions(answer, content),
    }


def url_citations(answer: Answer, content: str, page: str) -> list[dict[str, Any]]:
    """The citations in OpenAI's format, one for each citation number in the content.

    Args:
        answer: The answer.
        content: The text of the message. `start_index` and `end_index` count its characters.
        page: The URL of the page, with a slash at its end. The links open the quoted words there.
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
    """The number of tokens of the request and the answer, with the tokenizer of this package.

    A language model counts its own tokens, and also reads passages.
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


def _extensions(answer: Answer, content: str) -> dict[str, Any]:
    """The fields that OpenAI's format does not have."""
    record = answer_record(answer)
    names = ("citations", "answered", "confidence", "kind", "summary")
    return {
        **{name: record[name] for name in names},
        "statements": located_statements(answer, content),
    }


def located_statements(answer: Answer, content: str) -> list[dict[str, Any]]:
    """The statements of an answer with their verdicts and their places in the message.

    Args:
        answer: The answer.
        content: The text of the message. `start_index` and `end_index` count its characters, as in
            `url_citations`. They are null for a statement that it does not contain as it stands.
    """
    # A stream may begin with words of a model that failed.
    begins = [content.rfind(form) for form in _escaped_forms(answer.text) if form]
    place = max([0, *begins])
    located = []
    for statement in answer.statements:
        said = statement.markdown or statement.text
        if said.startswith("|"):  # the citation numbers of a row follow in its last cell
            said = said.rstrip().removesuffix("|").rstrip()
        start, end = _first_span(content, _escaped_forms(said), place)
        place = place if end is None else end
        located.append({**statement_as_json(statement), "start_index": start, "end_index": end})
    return located


def _first_span(
    content: str, forms: Iterable[str], place: int
) -> tuple[int, int] | tuple[None, None]:
    """The first place of one of the forms from `place` on; the longer one of two at one place."""
    found = [(start, -len(form)) for form in forms if (start := content.find(form, place)) >= 0]
    if not found:
        return None, None
    start, length = min(found)
    return start, start - length


def _escaped_forms(text: str) -> tuple[str, str]:
    """A text escaped as that of a language model, and as that of a document."""
    return escaped_answer(text, keeps_blocks=True), escaped_answer(text)


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"


def _refused(problem: str) -> Response:
    return JSONResponse(_problem(problem), 400)


def _problem(problem: str) -> dict[str, Any]:
    return {"error": {"message": problem, "type": "invalid_request_error", "code": None}}

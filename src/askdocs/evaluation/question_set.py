"""Reads a question set: questions with known answers, and their documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askdocs.config import Config
from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.sandbox.client import load_guarded
from askdocs.documents.loaders.shared.builder import normalise
from askdocs.documents.scan import scan
from askdocs.errors import CorpusError
from askdocs.types import Document, Failure

QUESTIONS = "questions.jsonl"
CORPUS = "corpus.jsonl"


@dataclass(frozen=True, slots=True)
class Gold:
    """Evidence for an answer: the document `source`, and a `span` of its text if that is known."""

    source: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """A turn of the conversation before a question. Without an `answer`, askdocs answers it."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with all that is known about its answer.

    `answers` are accepted wordings. Each item of `gold` alone is enough evidence. `rewrite` is a
    follow-up in words that can be understood without the conversation.
    """

    id: str
    text: str
    answerable: bool
    answers: tuple[str, ...] = ()
    gold: tuple[Gold, ...] = ()
    history: tuple[GoldTurn, ...] = ()
    rewrite: str = ""

    @property
    def spans(self) -> list[tuple[str, int, int]]:
        """The (source, start, end) of every gold quote."""
        return [(gold.source, *gold.span) for gold in self.gold if gold.span]

    @property
    def sources(self) -> frozenset[str]:
        """The documents that contain the answer."""
        return frozenset(gold.source for gold in self.gold)


def read_documents(folder: Path, config: Config) -> tuple[list[Document], list[Failure]]:
    """Read the documents of a question set.

    They are the lines {doc_id, title, text} of `corpus.jsonl`. Without that file, they are all
    files of the folder except the questions.

    Returns:
        The documents, and the files that could not be read.

    Raises:
        CorpusError: There are no documents.
    """
    if (folder / CORPUS).is_file():
        lines = [content for _, content in _lines(folder / CORPUS)]
        documents = [
            Document(line["doc_id"], line["text"], line.get("title", "")) for line in lines
        ]
        return documents, []
    documents, failed = [], []
    for source in scan(folder):
        if source == QUESTIONS:
            continue
        try:
            documents += load_guarded(folder / source, source, seconds=config.load_seconds)
        except LoadError as error:
            failed.append(Failure(source, str(error)))
    if not documents:
        raise CorpusError(f"There is no document in {folder}. Add some next to {QUESTIONS}.")
    return documents, failed


def read_questions(path: Path, documents: Sequence[Document]) -> list[GoldQuestion]:
    """Read the questions of a JSON Lines file, and find their gold quotes in the documents.

    A line is {question, answers, answerable, gold: [{source or doc_id, quote, start, end}],
    history, rewrite, qid}. Only the question is required. The keys of a single gold quote
    may be in the line itself. Without `answerable`, a question with gold or answers is answerable.
    A quote without offsets is searched for; differences in whitespace are ignored.

    Raises:
        CorpusError: The file, a document or a quote does not exist. The message has the line.
    """
    if not path.is_file():
        raise CorpusError(
            f"There is no {path}. Write one question a line: "
            '{"question": "…", "answers": ["…"], "gold": [{"source": "file.txt", "quote": "…"}]}'
        )
    texts = {document.source: document.text for document in documents}
    return [_question(content, texts, f"{path}, line {line}") for line, content in _lines(path)]


def _question(content: Mapping[str, Any], texts: Mapping[str, str], place: str) -> GoldQuestion:
    try:
        golds, answers = content.get("gold") or [], tuple(content.get("answers") or ())
        if not golds and "source" in content:
            golds = [content]
        return GoldQuestion(
            id=str(content.get("qid", place)),
            text=content["question"],
            answerable=bool(content.get("answerable", bool(golds or answers))),
            answers=answers,
            gold=tuple(gold for each in golds for gold in _golds(each, texts)),
            history=tuple(_history(content.get("history") or [])),
            rewrite=content.get("rewrite", ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(f"{place}: {type(error).__name__} {error}.") from error


def _golds(gold: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Gold]:
    """Yield every occurrence of a gold quote. Raises ValueError if its document has none."""
    source = gold.get("source") or gold["doc_id"]
    if source not in texts:
        raise ValueError(f"there is no document {source!r}")
    quote = gold.get("quote")
    if not quote:
        yield Gold(source)
        return
    text, start = texts[source], gold.get("start")
    if start is not None and text[start : start + len(quote)] == quote:
        yield Gold(source, (start, start + len(quote)))
        return
    found = spans_of(quote, text)
    if not found:
        raise ValueError(f"{source!r} does not contain the quote {quote!r}")
    yield from (Gold(source, span) for span in found)


def spans_of(quote: str, text: str) -> list[tuple[int, int]]:
    """Return where a quote occurs in the text of a document; whitespace may differ."""
    words = [re.escape(word) for word in normalise(quote).split()]
    return [match.span() for match in re.finditer(r"\s+".join(words), text)] if words else []


def _history(turns: Sequence[Mapping[str, str]]) -> Iterator[GoldTurn]:
    """Read turns {question, answer} or messages {role, content}."""
    question = ""
    for turn in turns:
        if "question" in turn:
            yield GoldTurn(turn["question"], turn.get("answer", ""))
        elif turn["role"] == "user":
            if question:
                yield GoldTurn(question)
            question = turn["content"]
        elif question:
            yield GoldTurn(question, turn["content"])
            question = ""
    if question:
        yield GoldTurn(question)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of each line with text. Raises CorpusError for bad JSON."""
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                content = json.loads(line)
            except ValueError as error:
                raise CorpusError(f"{path}, line {number} is not JSON: {error}.") from error
            if not isinstance(content, dict):
                raise CorpusError(f"{path}, line {number} is not a JSON object.")
            yield number, content

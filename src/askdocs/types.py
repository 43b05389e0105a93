"""The records that are passed between packages: documents, passages, answers, states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

Verdict = Literal["quoted", "supported", "partly", "unsupported", "unchecked", "no_claim"]
# The text of each verdict that doubts a statement.
DOUBTS: Mapping[Verdict, str] = {
    "partly": "only partly supported",
    "unsupported": "not supported by your documents",
    "unchecked": "not checked",
}
Band = Literal["answer", "perhaps", "refusal"]
Stage = Literal["scan", "load", "embed", "write", "repair", "ask"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The location in the source from character `start` of a document on, until the next anchor.

    A field that is None keeps the value of an earlier anchor. `page` counts pages or slides from 1.
    `page_label` is the printed page number if it differs. An empty `heading` ends a section. `line`
    is the line or row of the file at `start`. It grows by one with each line end.
    """

    start: int
    page: int | None = None
    page_label: str | None = None
    heading: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A source as text. `source` is its path relative to the corpus, with forward slashes.

    `left_out` lists content of the file that is not in `text`, one phrase each, for users:
    "2 pictures on page 4 (no text recognition)".
    """

    source: str
    text: str
    title: str = ""
    anchors: tuple[Anchor, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A few consecutive sentences: `text == document.text[start:end]`, always.

    Offsets count Python characters. `page`, `page_label` and `line` are those of `start`.
    """

    id: str
    source: str
    text: str
    start: int
    end: int
    title: str = ""
    page: int | None = None
    page_label: str | None = None
    heading: str | None = None
    line: int | None = None

    @property
    def own_heading(self) -> str:
        """The lowest heading above it, without its parents; "" if there is none."""
        return (self.heading or "").rpartition(" › ")[2]

    def slice(self, start: int, end: int) -> str:
        """Return the text of a span of the document, as far as it is in this passage.

        Args:
            start: The start of the span, in characters of the document.
            end: Its end.
        """
        return self.text[max(start - self.start, 0) : max(end - self.start, 0)]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. Its `score` is 0 to 1; higher is better.

    In an Answer, the score is the estimated probability that the passage answers.

    `found_by` maps each search that found it ("meaning", "words") to its rank there, from 1.
    """

    passage: Passage
    score: float
    found_by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words that support a statement: `quote == document.text[start:end]`, always.

    `focus` is the span of the document, within `start` and `end`, that is the most direct answer.
    """

    number: int
    passage: Passage
    quote: str
    start: int
    end: int
    focus: tuple[int, int] | None = None

    @property
    def source(self) -> str:
        return self.passage.source

    @property
    def page(self) -> int | None:
        return self.passage.page

    @property
    def heading(self) -> str | None:
        return self.passage.heading

    @property
    def line(self) -> int | None:
        """The line of the file where the quote begins."""
        if self.passage.line is None:
            return None
        return self.passage.line + self.passage.text.count("\n", 0, self.start - self.passage.start)

    @property
    def where(self) -> str:
        """The source and, if known, the location in it."""
        return f"{self.source}, {self.place}" if self.place else self.source

    @property
    def place(self) -> str:
        """The location in the source, such as "page 4, Results, line 12"; "" if unknown."""
        return place(self.source, self.page, self.passage.page_label, self.heading, self.line)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks: `text == statement.text[start:end]`, and their citations.

    `difference` describes how they differ from the source. It is empty if they are exact.
    """

    text: str
    start: int
    end: int
    citations: tuple[Citation, ...] = ()
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or bullet of an answer, its citations, and whether they support it.

    `reason` explains why the verdict is not better. `contradicted` means that the source says
    otherwise, not only nothing. The verdict "unchecked" is for languages that the verifier does not
    support, "no_claim" for headings, questions, transitions and refusals. `markdown` is the
    sentence with its Markdown markup. `lead` is the text between it and the sentence before:
    white space and the markup of a heading, list or table row. Both are empty in quotes.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    reason: str = ""
    contradicted: bool = False
    quotations: tuple[Quotation, ...] = ()
    markdown: str = ""
    lead: str = ""

    @property
    def doubt(self) -> str:
        """Why the statement is doubted, as in "not checked: the reason"; "" if it is not."""
        doubt = DOUBTS.get(self.verdict, "")
        return f"{doubt}: {self.reason}" if doubt and self.reason else doubt


# quotes: sentences of the documents, or none where it is refused; prose: what a language model
# wrote; overview: what documents say of themselves; continuation: how they go on after what was
# quoted; mentions: which documents mention something; documents: which there are; reply: words to
# what asks nothing, such as a greeting.
AnswerKind = Literal[
    "quotes", "prose", "overview", "continuation", "mentions", "documents", "reply"
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What askdocs says to a question. With `answered` false, it vouches for no answer.

    Where it is in doubt, `answered` is false, and `statements` and `citations` are the passage that
    may answer; `notice` says why it is doubted, and `band` is "perhaps".

    `confidence` (0 to 1) estimates the chance that the best sentence quoted answers, also where a
    language model writes; what that one adds has verdicts. It is 0 where nothing was estimated.
    `hits` are the passages it was chosen
    from (the nearest ones where there is no answer), `searched_for` is what was searched, `notice`
    is what the person should know beside it, `seconds` is the time it took. `with_history` is true
    where words of the turns before were searched too: the next question may refer to those turns.
    `kind` says what it consists of.
    """

    question: str
    text: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    answered: bool = False
    confidence: float = 0.0
    searched_for: tuple[str, ...] = ()
    notice: str = ""
    seconds: float = field(default=0.0, compare=False)
    with_history: bool = False
    kind: AnswerKind = "quotes"

    @property
    def is_estimated(self) -> bool:
        """Whether `confidence` was estimated; overviews and lists are complete, not likely."""
        return self.kind in ("quotes", "prose") and self.confidence > 0

    @property
    def band(self) -> Band:
        """An answer, a passage that perhaps answers, or a refusal."""
        if self.answered:
            return "answer"
        return "perhaps" if self.statements else "refusal"


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement of a draft: `text == draft[start:end]`, its verdict, and its citations.

    If it is not supported, `citations` are the most similar words. `quotations` are its words in
    quotation marks, `not_found` its numbers that are in none of the passages found for it.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    reason: str = ""
    contradicted: bool = False
    citations: tuple[Citation, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    not_found: tuple[str, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether it misquotes, or the documents say otherwise."""
        return self.contradicted and self.verdict in ("partly", "unsupported")


@dataclass(frozen=True, slots=True)
class Check:
    """The result of checking a draft: its statements in order, and their citations."""

    statements: tuple[CheckedStatement, ...]
    citations: tuple[Citation, ...]

    def count(self, *verdicts: Verdict) -> int:
        """How many statements have one of these verdicts."""
        return sum(each.verdict in verdicts for each in self.statements)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that a keyword search found. `spans` are its matches in the document's text."""

    passage: Passage
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentMatches:
    """The matches of a keyword search in one document, in reading order.

    `count` is the number of its passages that match, of which `matches` are the first ones. It is
    0 where only the name or the title of the document has the words.
    """

    source: str
    title: str
    count: int
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a keyword search by document, most matches first.

    `count` and `found_in` are the total numbers of passages and documents; `documents` are some of
    these. `missing` are the words of the query that are in no document.
    """

    query: str
    documents: tuple[DocumentMatches, ...] = ()
    count: int = 0
    found_in: int = 0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading in the outline of a document. `level` counts from 1, `start` is its offset."""

    heading: str
    level: int
    start: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a document: `text == document.text[start:end]`. `heading` is that of their section.

    It is "" for the beginning of a document.
    """

    heading: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SuggestedQuestion:
    """A question suggested by a document. Its text from `start` to `end` should answer it."""

    text: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DocumentGuide:
    """A summary of a document, in its own words.

    `dated` is the date in the document, such as 2025-03-31; "" if it has none. `opening` is its
    abstract or summary, or its first sentences. `names`, `words` and `figures` are characteristic
    of it. `record` is its record in the index.
    """

    record: DocumentRecord
    title: str
    kind: str
    dated: str = ""
    outline: tuple[Section, ...] = ()
    opening: Excerpt | None = None
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return self.record.source


@dataclass(frozen=True, slots=True)
class Guide:
    """A summary of a folder: the number of documents, their types, dates and topics.

    `since` and `until` are the dates of the oldest and newest document. `documents` are the guides
    of some documents, the most informative ones first. `failed` counts files that could not be
    read, `partly` documents that were not read completely.
    """

    count: int
    kinds: tuple[tuple[str, int], ...] = ()
    since: str = ""
    until: str = ""
    topics: tuple[str, ...] = ()
    documents: tuple[DocumentGuide, ...] = ()
    failed: int = 0
    partly: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why. Its last good version, if any, stays searchable."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a sync. `passages` counts the index after it, `embedded` the new texts."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    failed: tuple[Failure, ...] = ()
    passages: int = 0
    embedded: int = 0
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of long work, and its current source. `total` is 0 while it is unknown."""

    stage: Stage
    done: int
    total: int
    source: str = ""

    def __str__(self) -> str:
        of_total = f"/{self.total}" if self.total else ""
        return f"{self.stage} {self.done}{of_total} {self.source}".rstrip()


@dataclass(frozen=True, slots=True)
class Activity:
    """The activity of a running sync. `share`, 0 to 1, never decreases."""

    share: float
    reading: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


ProgressListener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How a question is asked; `Assistant.ask` says what each option means."""

    history: tuple[Turn, ...] = ()
    sources: tuple[str, ...] | None = None
    quotes: bool = False
    insist: bool = False
    tasks: str = ""
    second_opinion: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """The record of a document in the index. Its size is in bytes, its length in characters.

    `stale` is the reason why the current file could not be read; it is empty if it could.
    `left_out` is that of the Document, `modified` the time of the last change of the file, and
    `pending` the number of passages that the semantic search does not find yet.
    """

    source: str
    title: str
    size: int
    characters: int
    passages: int
    pages: int
    indexed_at: str
    stale: str = ""
    left_out: tuple[str, ...] = ()
    modified: str = ""
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an index.

    `unread` counts files that a running or interrupted sync has not read yet. `pending` counts
    passages that the keyword search finds, but not yet the semantic search. `models` describes the
    built-in models of the index, and why they were chosen.
    """

    corpus: str
    index: str
    embedder: str
    documents: tuple[DocumentRecord, ...]
    failed: tuple[Failure, ...]
    passages: int
    bytes: int
    vectors: str = "embedded"
    unread: int = 0
    pending: int = 0
    models: str = ""


def place(
    source: str, page: int | None, page_label: str | None, heading: str | None, line: int | None
) -> str:
    """Where to look in a source, in the words of its format; "" if nothing is known."""
    suffix = PurePosixPath(source).suffix.lower()
    page_word = "slide" if suffix in {".pptx", ".odp"} else "page"
    line_word = "row" if suffix in {".csv", ".tsv", ".xlsx", ".xls", ".ods"} else "line"
    parts = []
    if page is not None:
        printed = f" (printed {page_label})" if page_label and page_label != str(page) else ""
        parts.append(f"{page_word} {page}{printed}")
    if heading:
        parts.append(heading)
    if line is not None:
        parts.append(f"{line_word} {line}")
    return ", ".join(parts)

"""Hits to an answer that a language model writes, every sentence of it checked."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from askdocs.answering.candidates import Considered
from askdocs.answering.generation.prompts import NOT_FOUND, numbered, writing_messages
from askdocs.answering.generation.reply_parser import ReplyParser, Said
from askdocs.answering.generation.second_opinion import ASKED, DOUBTED, second_opinion
from askdocs.answering.stream import Draft
from askdocs.answering.verification.evidence import Quote
from askdocs.answering.verification.statements import declines
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.errors import ModelUnavailableError, ReplyCutOffError
from askdocs.llm.model import LanguageModel
from askdocs.types import Answer, Citation, Passage, Quotation, Statement

_MOST_PASSAGES = 10
_MOST_FOR_TASK = 24  # a comparison or summary wants more of each document
_REPLY_TOKENS = 600
_SHARE_FOR_REPLY = 3  # a reply may take this part of a small context
_WRAPPING_TOKENS = 20  # around each passage
_MOST_REPEATS = 3  # sentences in a row that were said before; a small model may go round for ever
_LONGEST_TOKEN = 8  # characters; a reply that is longer than its tokens can be is cut
# The words that a sentence which declines may begin with.
_MAY_DECLINE = re.compile(
    r"(?:i|i['’]m|sorry|unfortunately|as|there|none|based|according)\b"
    r"|(?:the|these|this|your)\b(?:(?:\s+\w+){0,2}\W*$"
    r"|\s+(?:\w+\s+)?(?:passages?|documents?|texts?|context|sources?)\b)",
    re.IGNORECASE,
)
_TELLING_WORDS = 7  # after so many a sentence that declines has done so, or is one that may
_FOOTER = re.compile(r"\W*(?:sources?|references?|citations?)\W*", re.IGNORECASE)
_TAKEN_BACK = "Asked again, the language model does not stand by"
_CODE = "this code does not stand so in your documents"
_LEAD_IN_WORDS = 8  # a list item of fewer words is judged with the sentence that introduces it


def write_answer(
    considered: Considered,
    quoted: Answer,
    model: LanguageModel,
    verifier: Verifier,
    *,
    remove_unsupported: bool,
    ask_again: bool = False,
    task: str = "",
) -> Generator[str, None, Answer]:
    """The text of the answer as it is written; the generator returns the Answer.

    All that was yielded, put together, is the text of the Answer, unless the reply is cut off or
    the model fails. Where it is cut off, the torn sentence at its end is left out of the Answer.
    Where the model fails, `quoted` is the Answer. In both cases a notice says why.

    Args:
        considered: The question, and the passages that were found for it.
        quoted: The answer in quotes, for where the model writes none.
        model: What writes.
        verifier: Judges its statements.
        remove_unsupported: Whether statements that are not supported are left out.
        ask_again: Whether the model is asked, in one further request, which words bear its
            statements. From the first that the verifier doubts on, only drafts are yielded before
            that has been answered. What it takes back of the text before stands in a paragraph at
            the end.
        task: What the question wants to be made from the passages; "" for a plain question.
    """
    asked = considered.question
    passages = passages_to_show(considered, model, task)
    parser = ReplyParser(len(passages))
    writing = _Writing(
        asked.text, asked.read_as, passages, verifier, remove_unsupported, waits=ask_again,
    )  # fmt: skip
    messages = writing_messages(asked.read_as, passages, task)
    most_tokens = _reply_tokens(model)
    room = most_tokens * _LONGEST_TOKEN
    notice = ""
    try:
        with closing(model.reply(messages, most_tokens=most_tokens)) as reply:
            for piece in reply:
                for said in parser.feed(piece[:room]):
                    yield from writing.finish(said)
                room -= len(piece)
                if writing.repeats >= _MOST_REPEATS or writing.ended:
                    break
                if room <= 0:
                    raise ReplyCutOffError("it is longer than was asked for")
                yield writing.go_on(parser)
            else:
                for said in parser.end():
                    yield from writing.finish(said)
    except ReplyCutOffError as error:
        writing.drop_torn_sentence()
        notice = f"The language model's reply was cut off: {error}."
    except ModelUnavailableError as error:
        return _with_notice(quoted, f"The language model gave no answer. {error}")
    if ask_again:
        yield from writing.reconsider(model)
    return _finished(writing, considered, quoted, notice)


def _finished(writing: _Writing, considered: Considered, quoted: Answer, notice: str) -> Answer:
    """The Answer of what was written; the quotes where that is nothing."""
    if writing.declined and not writing.statements:
        return _with_notice(quoted, "The language model saw no answer in the passages.")
    if all(each.verdict == "no_claim" for each in writing.statements):
        nothing = "The language model wrote nothing that the documents support."
        return _with_notice(quoted, notice or nothing)
    return Answer(
        question=considered.question.text,
        text=writing.text,
        statements=tuple(writing.statements),
        citations=tuple(writing.citations),
        hits=quoted.hits or considered.hits,
        answered=True,
        confidence=quoted.confidence if quoted.answered and quoted.is_estimated else 0.0,
        searched_for=considered.searched_for,
        with_history=considered.question.with_history,
        kind="prose",
        notice=notice,
    )


def passages_to_show(considered: Considered, model: LanguageModel, task: str = "") -> list[Passage]:
    """The passages that most likely answer, as many as the model can hold beside its reply.

    For a task, those of one document stand together and in their order.
    """
    most = _MOST_FOR_TASK if task else _MOST_PASSAGES
    likely = [each.hit.passage for each in considered.candidates]
    ordered = dict.fromkeys([*likely, *(hit.passage for hit in considered.hits)])
    room = model.context - _reply_tokens(model)
    room -= sum(
        model.count(each.content)
        for each in writing_messages(considered.question.read_as, [], task)
    )
    shown: list[Passage] = []
    for passage in ordered:
        room -= model.count(numbered(len(shown) + 1, passage)) + _WRAPPING_TOKENS
        if room < 0 or len(shown) == most:
            break
        shown.append(passage)
    if task:
        documents = list(dict.fromkeys(each.source for each in shown))
        shown.sort(key=lambda each: (documents.index(each.source), each.start))
    return shown


def _reply_tokens(model: LanguageModel) -> int:
    return min(_REPLY_TOKENS, model.context // _SHARE_FOR_REPLY)


def _with_notice(quoted: Answer, notice: str) -> Answer:
    tail = " These are quotes instead." if quoted.answered else ""
    return replace(quoted, notice=notice + tail)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A sentence, what it claims where it stands ("" if nothing), its verdict, and its lead."""

    said: Said
    claim: str
    judgement: Judgement
    lead: str


@dataclass(slots=True)
class _Writing:
    """The answer as far as it is written. `text` is what has been yielded so far, as Markdown.

    A sentence that was said before, or repeats the question, is left out; `repeats` counts those
    that came in a row. So is one that declines to answer, and what follows the heading of a list
    of sources, where the reply has `ended`.
    """

    question: str
    read_as: str
    passages: Sequence[Passage]
    verifier: Verifier
    remove_unsupported: bool
    waits: bool = False  # from the first doubtful statement on, until the model was asked again
    text: str = ""
    statements: list[Statement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    declined: bool = False
    ended: bool = False
    repeats: int = 0
    _shown: str = ""  # of the sentence that is being written, as Markdown
    _whole: int = 0  # characters of the text that are whole sentences
    _lead: str = ""  # of a paragraph that a sentence which was left out was to begin
    _head: tuple[str, ...] = ()  # the cells of the first row of the table that is being written
    _lead_in: str = ""  # the sentence that introduces the list that is being written
    has_doubts: bool = False  # where it waits
    _judged: list[_Judged] = field(default_factory=list)
    _already: str = ""  # of the text that was yielded when something was doubted
    _draft: str = ""  # what is written behind that text
    _settled: int = 0  # sentences whose marks have been yielded

    def go_on(self, parser: ReplyParser) -> str:
        """What can be shown of a sentence that is still being written."""
        pending = parser.pending
        if not pending or self.remove_unsupported or self.ended or _may_be_left_out(pending):
            return ""
        if self._has_said(pending):
            return ""
        if self.has_doubts:
            lead = self._lead_of(parser.pending_lead)
            return Draft(f"{self._draft}{lead}{parser.pending_markdown}")
        return self._show(parser.pending_markdown, self._lead_of(parser.pending_lead))

    def finish(self, said: Said) -> Iterator[str]:
        """The rest of a sentence, with its citations and what is to be said against it."""
        self.ended = self.ended or NOT_FOUND.casefold() in said.text.casefold()
        self.ended = self.ended or (said.opens and bool(_FOOTER.fullmatch(said.text)))
        if self.ended or (not self._shown and declines(said.text)):
            self.declined = True
            return
        lead = self._lead_of(said.lead)
        if self._has_said(said.text):
            self.repeats += 1
            self._lead = lead if lead.startswith("\n") else ""
            return
        self.repeats = 0
        claim, judgement = self._judge(said)
        removed = judgement.verdict == "unsupported" and self.remove_unsupported
        judged = _Judged(said, claim, judgement, lead)
        self._judged.append(judged)
        if self.waits and judgement.verdict in DOUBTED and not self.has_doubts:
            is_row = said.kind == "row"  # the marks of which stand in its last cell
            if not self.remove_unsupported and not is_row:
                yield self._show(said.markdown, lead)
            self.has_doubts, self._already = True, self.text
            self._settled = len(self._judged) - 1
            self._draft = lead + said.markdown if is_row else ""
        elif self.has_doubts:
            self._draft += lead + said.markdown
        if self.has_doubts:
            self._shown = ""
            return
        self._lead = lead if removed and lead.startswith("\n") else ""
        if not removed:
            yield from self._add(judged)

    def _add(self, judged: _Judged, marked: Judgement | None = None) -> Iterator[str]:
        """The rest of a sentence that was judged, with its citations and doubts.

        `marked` is the verdict that the text gives, where it is not the one of the statement.
        """
        said, judgement, lead = judged.said, judged.judgement, judged.lead
        shown = lead if self.text or not lead.startswith("\n") else lead.lstrip("\n")
        statement = self._statement(said, judgement, shown)
        self.statements.append(statement)
        closing_words = _closing(self._statement(said, marked, shown) if marked else statement)
        if said.kind == "row":  # the marks stand in the last cell
            cells = said.markdown.rstrip().removesuffix("|").rstrip()
            yield self._show(f"{cells}{closing_words} |", lead)
        else:
            yield self._show(said.markdown, lead)
            ending = f"\n\n{closing_words.strip()}" if said.kind == "code" else closing_words
            self.text += ending if closing_words else ""
            yield ending if closing_words else ""
        self._shown = ""
        self._whole = len(self.text)

    def reconsider(self, model: LanguageModel) -> Iterator[str]:
        """Ask the model which words bear its statements; the rest of the text.

        What has been yielded stays as it is. What the model takes back of it is said at the end.
        """
        asked = {
            number: (each.claim, each.judgement)
            for number, each in enumerate(self._judged)
            if each.claim and each.judgement.verdict in ASKED
        }
        if not asked:
            return
        opinions = yield from second_opinion(
            model, asked, self.passages, verifier=self.verifier, question=self.read_as
        )
        if not self.has_doubts:
            self._already, self._settled = self.text, len(self._judged)
        self.text, self._shown, self._lead = "", "", ""
        self.statements.clear()
        self.citations.clear()
        self._number_settled()
        withdrawn = []
        for number, each in enumerate(self._judged):
            judgement = opinions.get(number, each.judgement)
            decided = replace(each, judgement=judgement, lead=self._lead_of(each.lead))
            removed = judgement.verdict == "unsupported" and self.remove_unsupported
            self._lead = decided.lead if removed and decided.lead.startswith("\n") else ""
            if not removed:
                is_settled = number < self._settled
                deque(self._add(decided, each.judgement if is_settled else None), maxlen=0)
                if is_settled and judgement is not each.judgement:
                    withdrawn.append(self.statements[-1])
        self.text += _taken_back(withdrawn)
        if self.text.startswith(self._already):
            yield self.text[len(self._already) :]

    def _number_settled(self) -> None:
        """Give the citations that have been yielded the same numbers again."""
        for each in self._judged[: self._settled]:
            if each.judgement.verdict != "unsupported" or not self.remove_unsupported:
                self._statement(each.said, each.judgement, "")

    def drop_torn_sentence(self) -> None:
        """Leave out the sentence that was being written when the reply was cut off."""
        self.text = self.text[: self._whole]

    def _judge(self, said: Said) -> tuple[str, Judgement]:
        """What a sentence, a row of a table or a block of code claims, and the verdict on it."""
        cited, others = self._cited(said)
        if said.kind == "heading" or self._is_head(said):
            return "", Judgement("no_claim")
        if said.kind == "code":
            return "", self.verifier.judge_verbatim(said.text, [*cited, *others], _CODE)
        if said.kind != "item" and said.opens:
            self._lead_in = ""
        claim = self._claim(said)
        if said.text.endswith(":"):
            self._lead_in = said.text.rstrip(":")
        return claim, self.verifier.judge(claim, cited, others, self.read_as)

    def _is_head(self, said: Said) -> bool:
        """Whether a row is the first of its table, which names the columns."""
        if said.kind != "row":
            self._head = ()
            return False
        is_head = not self._head
        if is_head:
            self._head = tuple(_cells(said.text))
        return is_head

    def _claim(self, said: Said) -> str:
        """What a sentence says where it stands: a row with its columns, a short item in full."""
        if said.kind == "row":
            pairs = zip_longest(self._head, _cells(said.text), fillvalue="")
            return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
        is_short = said.kind == "item" and len(said.text.split()) < _LEAD_IN_WORDS
        return f"{self._lead_in}: {said.text}" if self._lead_in and is_short else said.text

    def _statement(self, said: Said, judgement: Judgement, lead: str) -> Statement:
        at = said.text.find  # a claim may have more words than the sentence
        quotations = tuple(
            Quotation(
                piece.text,
                at(piece.text),
                at(piece.text) + len(piece.text),
                tuple(dict.fromkeys(self._number(quote) for quote in found.quotes)),
                found.difference,
            )
            for piece, found in judgement.quotations
            if piece.text in said.text
        )
        return Statement(
            text=said.text,
            citations=tuple(dict.fromkeys(self._number(quote) for quote in judgement.quotes)),
            verdict=judgement.verdict,
            reason=judgement.reason,
            contradicted=judgement.contradicted,
            quotations=quotations,
            markdown=said.markdown,
            lead=lead,
        )

    def _has_said(self, words: str) -> bool:
        """Whether the answer holds a sentence that begins so, or the question does."""
        said = (self.question, *(each.said.text for each in self._judged))
        return any(each.startswith(words) for each in said)

    def _lead_of(self, lead: str) -> str:
        """What stands before the next sentence; a paragraph begins though its first was dropped."""
        return self._lead if self._lead and not lead.startswith("\n") else lead

    def _show(self, markdown: str, lead: str) -> str:
        """More of a sentence, with what parts it from the one before."""
        more = markdown[len(self._shown) :]
        if more and not self._shown:
            more = (lead if self.text else lead.lstrip()) + more
        self._shown = markdown
        self.text += more
        return more

    def _cited(self, said: Said) -> tuple[list[Passage], list[Passage]]:
        cited = [self.passages[number - 1] for number in said.numbers]
        return cited, [passage for passage in self.passages if passage not in cited]

    def _number(self, quote: Quote) -> Citation:
        """The citation of these words, the same number each time."""
        passage, start, end = quote
        for citation in self.citations:
            if (citation.passage, citation.start, citation.end) == quote:
                return citation
        words = passage.slice(start, end)
        citation = Citation(len(self.citations) + 1, passage, words, start, end)
        self.citations.append(citation)
        return citation


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _closing(statement: Statement) -> str:
    """The numbers of the citations, and what is to be said against a statement."""
    marks = "".join(f"[{citation.number}]" for citation in statement.citations)
    return (f" {marks}" if marks else "") + _doubt(statement)


def _doubt(statement: Statement) -> str:
    """The doubt of a statement in brackets; "" if there is none."""
    return f" ({statement.doubt})" if statement.doubt else ""


def _taken_back(withdrawn: Sequence[Statement]) -> str:
    """What the text says at its end of statements whose marks were yielded before."""
    if not withdrawn:
        return ""
    told = (f"“{each.text}”{_doubt(each)}" for each in withdrawn)
    return f"\n\n{_TAKEN_BACK}: {'; '.join(told)}"


def _may_be_left_out(pending: str) -> bool:
    """Whether a sentence may yet turn out to decline, or to be the heading of a list of sources."""
    if NOT_FOUND.startswith(pending.upper()) or _FOOTER.fullmatch(pending):
        return True
    begins = _MAY_DECLINE.match(pending) and len(pending.split()) <= _TELLING_WORDS
    return bool(begins or declines(pending))

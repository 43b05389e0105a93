"""Hits to an answer that a language model writes, every sentence of it checked."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.generation.numbered_statements import NumberedStatements
from askdocs.answering.generation.prompts import NOT_FOUND, numbered, writing_messages
from askdocs.answering.generation.reply_claims import ReplyClaims
from askdocs.answering.generation.reply_parser import ReplyParser, ReplySentence
from askdocs.answering.generation.second_opinion import ASKED, DOUBTED, second_opinion
from askdocs.answering.stream import Draft
from askdocs.answering.verification.statements import declines
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.errors import ModelUnavailableError, ReplyCutOffError
from askdocs.llm.model import LanguageModel
from askdocs.types import Answer, Passage, Statement

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


def write_answer(
    result: RetrievalResult,
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
        result: The question, and the passages that were found for it.
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
    asked = result.question
    passages = passages_to_show(result, model, task)
    parser = ReplyParser(len(passages))
    claims = ReplyClaims(passages, verifier, asked.read_as)
    writing = _Writing(asked.text, claims, remove_unsupported, waits=ask_again)
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
        yield from writing.reconsider(model, passages, verifier, asked.read_as)
    return _finished(writing, result, quoted, notice)


def _finished(writing: _Writing, result: RetrievalResult, quoted: Answer, notice: str) -> Answer:
    """The Answer of what was written; the quotes where that is nothing."""
    if writing.declined and not writing.numbered.statements:
        return _with_notice(quoted, "The language model saw no answer in the passages.")
    if all(statement.verdict == "no_claim" for statement in writing.numbered.statements):
        nothing = "The language model wrote nothing that the documents support."
        return _with_notice(quoted, notice or nothing)
    return Answer(
        question=result.question.text,
        text=writing.text,
        statements=tuple(writing.numbered.statements),
        citations=tuple(writing.numbered.citations),
        hits=quoted.hits or result.hits,
        answered=True,
        confidence=quoted.confidence if quoted.answered and quoted.is_estimated else 0.0,
        searched_for=result.searched_for,
        with_history=result.question.with_history,
        kind="prose",
        notice=notice,
    )


def passages_to_show(
    result: RetrievalResult, model: LanguageModel, task: str = ""
) -> list[Passage]:
    """The passages that most likely answer, as many as the model can hold beside its reply.

    For a task, those of one document stand together and in their order.
    """
    most = _MOST_FOR_TASK if task else _MOST_PASSAGES
    likely = [candidate.hit.passage for candidate in result.candidates]
    ordered = dict.fromkeys([*likely, *(hit.passage for hit in result.hits)])
    room = model.context - _reply_tokens(model)
    room -= sum(
        model.count(message.content)
        for message in writing_messages(result.question.read_as, [], task)
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
class _JudgedSentence:
    """A sentence, what it claims where it stands ("" if nothing), its verdict, and its lead."""

    said: ReplySentence
    claim: str
    judgement: Judgement
    lead: str


@dataclass(slots=True)
class _Held:
    """What is held back from the first doubtful statement on, until the model was asked again.

    Attributes:
        shown: The text that had been yielded until then.
        settled: How many sentences had been yielded with their marks.
        draft: What is written behind that text.
    """

    shown: str
    settled: int
    draft: str = ""


@dataclass(slots=True)
class _Writing:
    """The answer as far as it is written. `text` is what has been yielded so far, as Markdown.

    A sentence that was said before, or repeats the question, is left out; `repeats` counts those
    that came in a row. So is one that declines to answer, and what follows the heading of a list
    of sources, where the reply has `ended`.
    """

    question: str
    claims: ReplyClaims
    remove_unsupported: bool
    waits: bool = False  # from the first doubtful statement on, until the model was asked again
    text: str = ""
    numbered: NumberedStatements = field(default_factory=NumberedStatements)
    declined: bool = False
    ended: bool = False
    repeats: int = 0
    _shown: str = ""  # of the sentence that is being written, as Markdown
    _whole: int = 0  # characters of the text that are whole sentences
    _lead: str = ""  # of a paragraph that a sentence which was left out was to begin
    _judged: list[_JudgedSentence] = field(default_factory=list)
    _held: _Held | None = None

    def go_on(self, parser: ReplyParser) -> str:
        """What can be shown of a sentence that is still being written."""
        pending = parser.pending
        if not pending or self.remove_unsupported or self.ended or _may_be_left_out(pending):
            return ""
        if self._has_said(pending):
            return ""
        lead = self._lead_of(parser.pending_lead)
        if self._held:
            return Draft(f"{self._held.draft}{lead}{parser.pending_markdown}")
        return self._show(parser.pending_markdown, lead)

    def finish(self, said: ReplySentence) -> Iterator[str]:
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
        claim, judgement = self.claims.judge(said)
        removed = judgement.verdict == "unsupported" and self.remove_unsupported
        judged = _JudgedSentence(said, claim, judgement, lead)
        self._judged.append(judged)
        if self._held:
            self._held.draft += lead + said.markdown
        elif self.waits and judgement.verdict in DOUBTED:
            yield self._hold(judged)
        else:
            self._lead = lead if removed and lead.startswith("\n") else ""
            if not removed:
                yield from self._add(judged)
        if self._held:
            self._shown = ""

    def _hold(self, judged: _JudgedSentence) -> str:
        """Hold back what comes from a doubtful statement on; what is shown of it before that."""
        is_row = judged.said.kind == "row"  # the marks of which stand in its last cell
        more = ""
        if not self.remove_unsupported and not is_row:
            more = self._show(judged.said.markdown, judged.lead)
        draft = judged.lead + judged.said.markdown if is_row else ""
        self._held = _Held(self.text, len(self._judged) - 1, draft)
        return more

    def _add(self, judged: _JudgedSentence, marked: Judgement | None = None) -> list[str]:
        """The rest of a sentence that was judged, with its citations and doubts, in pieces.

        `marked` is the verdict that the text gives, where it is not the one of the statement.
        """
        said, judgement, lead = judged.said, judged.judgement, judged.lead
        shown = lead if self.text or not lead.startswith("\n") else lead.lstrip("\n")
        statement = self.numbered.add(said, judgement, shown)
        closing_words = _closing(
            self.numbered.made_of(said, marked, shown) if marked else statement
        )
        if said.kind == "row":  # the marks stand in the last cell
            cells = said.markdown.rstrip().removesuffix("|").rstrip()
            pieces = [self._show(f"{cells}{closing_words} |", lead)]
        else:
            ending = f"\n\n{closing_words.strip()}" if said.kind == "code" else closing_words
            pieces = [self._show(said.markdown, lead), ending if closing_words else ""]
            self.text += pieces[-1]
        self._shown = ""
        self._whole = len(self.text)
        return pieces

    def reconsider(
        self, model: LanguageModel, passages: Sequence[Passage], verifier: Verifier, question: str
    ) -> Iterator[str]:
        """Ask the model which words bear its statements; the rest of the text.

        What has been yielded stays as it is. What the model takes back of it is said at the end.
        """
        asked = {
            number: (sentence.claim, sentence.judgement)
            for number, sentence in enumerate(self._judged)
            if sentence.claim and sentence.judgement.verdict in ASKED
        }
        if not asked:
            return
        opinions = yield from second_opinion(
            model, asked, passages, verifier=verifier, question=question
        )
        held = self._held or _Held(self.text, len(self._judged))
        self.text, self._shown, self._lead = "", "", ""
        self.numbered.clear()
        self._number_again(self._judged[: held.settled])
        withdrawn = []
        for number, sentence in enumerate(self._judged):
            judgement = opinions.get(number, sentence.judgement)
            decided = replace(sentence, judgement=judgement, lead=self._lead_of(sentence.lead))
            removed = judgement.verdict == "unsupported" and self.remove_unsupported
            self._lead = decided.lead if removed and decided.lead.startswith("\n") else ""
            if not removed:
                is_settled = number < held.settled
                self._add(decided, sentence.judgement if is_settled else None)
                if is_settled and judgement is not sentence.judgement:
                    withdrawn.append(self.numbered.statements[-1])
        self.text += _taken_back(withdrawn)
        if self.text.startswith(held.shown):
            yield self.text[len(held.shown) :]

    def _number_again(self, settled: Sequence[_JudgedSentence]) -> None:
        """Give the citations that have been yielded the same numbers again."""
        for sentence in settled:
            if sentence.judgement.verdict != "unsupported" or not self.remove_unsupported:
                self.numbered.made_of(sentence.said, sentence.judgement, "")

    def drop_torn_sentence(self) -> None:
        """Leave out the sentence that was being written when the reply was cut off."""
        self.text = self.text[: self._whole]

    def _has_said(self, words: str) -> bool:
        """Whether the answer holds a sentence that begins so, or the question does."""
        said = (self.question, *(sentence.said.text for sentence in self._judged))
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
    told = (f"“{sentence.text}”{_doubt(sentence)}" for sentence in withdrawn)
    return f"\n\n{_TAKEN_BACK}: {'; '.join(told)}"


def _may_be_left_out(pending: str) -> bool:
    """Whether a sentence may yet turn out to decline, or to be the heading of a list of sources."""
    if NOT_FOUND.startswith(pending.upper()) or _FOOTER.fullmatch(pending):
        return True
    begins = _MAY_DECLINE.match(pending) and len(pending.split()) <= _TELLING_WORDS
    return bool(begins or declines(pending))

"""Answers that a language model writes. Each sentence is verified."""

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

_MAX_PASSAGES = 10
_MAX_TASK_PASSAGES = 24  # a comparison or summary needs more of each document
_REPLY_TOKENS = 600
_REPLY_DIVISOR = 3  # the reply gets at most a third of the context
_MARGIN_TOKENS = 20  # per passage
_MAX_REPEATS = 3  # repeated sentences in a row: a small model may repeat itself for ever
_CHARACTERS_PER_TOKEN = 8  # at most; a longer reply is cut off
# The words that a refusal may begin with.
_MAY_DECLINE = re.compile(
    r"(?:i|i['’]m|sorry|unfortunately|as|there|none|based|according)\b"
    r"|(?:the|these|this|your)\b(?:(?:\s+\w+){0,2}\W*$"
    r"|\s+(?:\w+\s+)?(?:passages?|documents?|texts?|context|sources?)\b)",
    re.IGNORECASE,
)
_MAX_REFUSAL_START = 7  # words; with more, only `declines` recognises a refusal
_FOOTER = re.compile(r"\W*(?:sources?|references?|citations?)\W*", re.IGNORECASE)
_WITHDRAWN = "Asked again, the language model does not stand by"


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
    """Write an answer with a language model and verify its statements.

    Joined, the pieces that are yielded are the text of the Answer. There are three exceptions. A
    notice in the Answer explains each of them.

    - The reply is cut off: the Answer does not contain the incomplete last sentence.
    - The model fails: the Answer is `quoted`.
    - The model finds no answer, or its reply contains no claim that is kept: the Answer is
      `quoted`.

    Args:
        result: The question and the passages that were found for it.
        quoted: The answer in quotes, in case the model writes none.
        model: The language model.
        verifier: Judges each statement.
        remove_unsupported: Whether unsupported statements are left out.
        ask_again: Whether the model is asked, in one further request, which words of the passages
            support its statements. From the first doubtful statement on, only drafts are yielded
            until the model has replied. If the model withdraws a statement that was yielded before,
            a paragraph at the end says so.
        task: What the question wants to be made from the passages, a `TaskKind`. "" for a plain
            question.

    Yields:
        Pieces of the text, as Markdown. Some are a `Draft`: empty, with text that may still change.

    Returns:
        The Answer.
    """
    asked = result.question
    passages = passages_to_show(result, model, task)
    parser = ReplyParser(len(passages))
    claims = ReplyClaims(passages, verifier, asked.read_as)
    writing = _Writing(asked.text, claims, remove_unsupported, holds_doubtful=ask_again)
    messages = writing_messages(asked.read_as, passages, task)
    most_tokens = _reply_tokens(model)
    room = most_tokens * _CHARACTERS_PER_TOKEN
    notice = ""
    try:
        with closing(model.reply(messages, most_tokens=most_tokens)) as reply:
            for piece in reply:
                for sentence in parser.feed(piece[:room]):
                    yield from writing.finish(sentence)
                room -= len(piece)
                if writing.repeats >= _MAX_REPEATS or writing.ended:
                    break
                if room <= 0:
                    raise ReplyCutOffError("it is longer than was asked for")
                yield writing.show_pending(parser)
            else:
                for sentence in parser.end():
                    yield from writing.finish(sentence)
    except ReplyCutOffError as error:
        writing.drop_incomplete_sentence()
        notice = f"The language model's reply was cut off: {error}."
    except ModelUnavailableError as error:
        return _with_notice(quoted, f"The language model gave no answer. {error}")
    if ask_again:
        yield from writing.reconsider(model, passages, verifier, asked.read_as)
    return _finished(writing, result, quoted, notice)


def _finished(writing: _Writing, result: RetrievalResult, quoted: Answer, notice: str) -> Answer:
    """Build the Answer. If the model wrote no claim, it is the quotes with a notice."""
    if writing.declined and not writing.numbered.statements:
        return _with_notice(quoted, "The language model saw no answer in the passages.")
    if all(statement.verdict == "no_claim" for statement in writing.numbered.statements):
        nothing = "The language model wrote nothing that the documents support."
        return _with_notice(quoted, notice or nothing)
    return Answer(
        question=result.question.text,
        text=writing.text,
        statements=tuple(writing.numbered.statements),
        citations=writing.numbered.citations.in_order(),
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
    """Select the passages for the prompt: the most likely ones that fit into the context.

    The context also has to hold the instructions, the question and the reply. For a task, the
    passages of a document are grouped, in the order of the document.
    """
    most = _MAX_TASK_PASSAGES if task else _MAX_PASSAGES
    likely = [candidate.hit.passage for candidate in result.candidates]
    ordered = dict.fromkeys([*likely, *(hit.passage for hit in result.hits)])
    room = model.context - _reply_tokens(model)
    room -= sum(
        model.count(message.content)
        for message in writing_messages(result.question.read_as, [], task)
    )
    shown: list[Passage] = []
    for passage in ordered:
        room -= model.count(numbered(len(shown) + 1, passage)) + _MARGIN_TOKENS
        if room < 0 or len(shown) == most:
            break
        shown.append(passage)
    if task:
        documents = list(dict.fromkeys(each.source for each in shown))
        shown.sort(key=lambda each: (documents.index(each.source), each.start))
    return shown


def _reply_tokens(model: LanguageModel) -> int:
    return min(_REPLY_TOKENS, model.context // _REPLY_DIVISOR)


def _with_notice(quoted: Answer, notice: str) -> Answer:
    """The quotes that replace an answer of the model, with the reason."""
    tail = " These are quotes instead." if quoted.answered else ""
    return replace(quoted, notice=notice + tail)


@dataclass(frozen=True, slots=True)
class _JudgedSentence:
    """A sentence of the reply with its verdict.

    Attributes:
        sentence: The sentence.
        claim: What it claims in its context, for example a table row with its column names. "" if
            it claims nothing.
        judgement: The verdict on the claim.
        lead: What separates it from the sentence before: white space and markup.
    """

    sentence: ReplySentence
    claim: str
    judgement: Judgement
    lead: str


@dataclass(slots=True)
class _Held:
    """What is held back from the first doubtful statement on, until the second opinion arrives.

    Attributes:
        shown: The text that was yielded before.
        settled: How many sentences were yielded with their citation marks.
        draft: The text that was written since. It may still change.
    """

    shown: str
    settled: int
    draft: str = ""


@dataclass(slots=True)
class _Writing:
    """The state of an answer while it is written.

    Some sentences of the reply are left out: repetitions of the question or of an earlier sentence,
    and refusals. From the heading of a list of sources on, all are left out.

    Attributes:
        question: The question as it was asked.
        claims: Judges the sentences.
        remove_unsupported: Whether unsupported statements are left out.
        holds_doubtful: Whether text is held back from the first doubtful statement on.
        text: What was yielded so far, as Markdown.
        numbered: The statements and their numbered citations.
        declined: Whether a refusal, or the end of the reply, was left out.
        ended: Whether the rest of the reply is ignored.
        repeats: How many repetitions in a row were left out.
    """

    question: str
    claims: ReplyClaims
    remove_unsupported: bool
    holds_doubtful: bool = False
    text: str = ""
    numbered: NumberedStatements = field(default_factory=NumberedStatements)
    declined: bool = False
    ended: bool = False
    repeats: int = 0
    _shown: str = ""  # what was yielded of the sentence that is being written, as Markdown
    _whole: int = 0  # the length of the text that consists of whole sentences
    _lead: str = ""  # the lead of a sentence that was left out and would have begun a paragraph
    _judged: list[_JudgedSentence] = field(default_factory=list)
    _held: _Held | None = None

    def show_pending(self, parser: ReplyParser) -> str:
        """The text to yield of the sentence that is being written; "" if it may be left out."""
        pending = parser.pending
        if not pending or self.remove_unsupported or self.ended or _may_be_left_out(pending):
            return ""
        if self._is_repetition(pending):
            return ""
        lead = self._lead_of(parser.pending_lead)
        if self._held:
            return Draft(f"{self._held.draft}{lead}{parser.pending_markdown}")
        return self._show(parser.pending_markdown, lead)

    def finish(self, sentence: ReplySentence) -> Iterator[str]:
        """Judge a complete sentence. Yield the rest of its text, its citations and its doubt."""
        self.ended = self.ended or NOT_FOUND.casefold() in sentence.text.casefold()
        self.ended = self.ended or (sentence.opens and bool(_FOOTER.fullmatch(sentence.text)))
        if self.ended or (not self._shown and declines(sentence.text)):
            self.declined = True
            return
        lead = self._lead_of(sentence.lead)
        if self._is_repetition(sentence.text):
            self.repeats += 1
            self._lead = lead if lead.startswith("\n") else ""
            return
        self.repeats = 0
        claim, judgement = self.claims.judge(sentence)
        removed = judgement.verdict == "unsupported" and self.remove_unsupported
        judged = _JudgedSentence(sentence, claim, judgement, lead)
        self._judged.append(judged)
        if self._held:
            self._held.draft += lead + sentence.markdown
        elif self.holds_doubtful and judgement.verdict in DOUBTED:
            yield self._hold(judged)
        else:
            self._lead = lead if removed and lead.startswith("\n") else ""
            if not removed:
                yield from self._add(judged)
        if self._held:
            self._shown = ""

    def _hold(self, judged: _JudgedSentence) -> str:
        """Begin to hold back text at a doubtful statement; return its own text without marks.

        The text of a table row is held back too, because its marks belong in its last cell.
        """
        is_row = judged.sentence.kind == "row"
        more = ""
        if not self.remove_unsupported and not is_row:
            more = self._show(judged.sentence.markdown, judged.lead)
        draft = judged.lead + judged.sentence.markdown if is_row else ""
        self._held = _Held(self.text, len(self._judged) - 1, draft)
        return more

    def _add(self, judged: _JudgedSentence, marked: Judgement | None = None) -> list[str]:
        """Add a judged sentence; return the rest of its text, its citations and its doubt.

        Args:
            judged: The sentence.
            marked: The verdict that was yielded with the text, if it is not the final one.
        """
        sentence, judgement, lead = judged.sentence, judged.judgement, judged.lead
        shown = lead if self.text or not lead.startswith("\n") else lead.lstrip("\n")
        statement = self.numbered.add(sentence, judgement, shown)
        closing_words = _closing(
            self.numbered.made_of(sentence, marked, shown) if marked else statement
        )
        if sentence.kind == "row":  # the marks belong in the last cell
            cells = sentence.markdown.rstrip().removesuffix("|").rstrip()
            pieces = [self._show(f"{cells}{closing_words} |", lead)]
        else:
            ending = f"\n\n{closing_words.strip()}" if sentence.kind == "code" else closing_words
            pieces = [self._show(sentence.markdown, lead), ending if closing_words else ""]
            self.text += pieces[-1]
        self._shown = ""
        self._whole = len(self.text)
        return pieces

    def reconsider(
        self, model: LanguageModel, passages: Sequence[Passage], verifier: Verifier, question: str
    ) -> Iterator[str]:
        """Ask the model for a second opinion on its statements; yield the rest of the text.

        The text that was yielded before does not change. If the model withdraws statements of it, a
        paragraph at the end lists them.
        """
        asked = {
            number: (judged.claim, judged.judgement)
            for number, judged in enumerate(self._judged)
            if judged.claim and judged.judgement.verdict in ASKED
        }
        if not asked and not self._held:
            return
        opinions = yield from second_opinion(
            model, asked, passages, verifier=verifier, question=question
        )
        held = self._held or _Held(self.text, len(self._judged))
        self.text, self._shown, self._lead = "", "", ""
        self.numbered.clear()
        self._number_again(self._judged[: held.settled])
        withdrawn = []
        for number, judged in enumerate(self._judged):
            judgement = opinions.get(number, judged.judgement)
            decided = replace(judged, judgement=judgement, lead=self._lead_of(judged.lead))
            removed = judgement.verdict == "unsupported" and self.remove_unsupported
            self._lead = decided.lead if removed and decided.lead.startswith("\n") else ""
            if not removed:
                is_settled = number < held.settled
                self._add(decided, judged.judgement if is_settled else None)
                if is_settled and judgement is not judged.judgement:
                    withdrawn.append(self.numbered.statements[-1])
        self.text += _withdrawn_paragraph(withdrawn)
        if self.text.startswith(held.shown):
            yield self.text[len(held.shown) :]

    def _number_again(self, settled: Sequence[_JudgedSentence]) -> None:
        """Give the citations that were yielded before the same numbers again."""
        for judged in settled:
            if judged.judgement.verdict != "unsupported" or not self.remove_unsupported:
                self.numbered.made_of(judged.sentence, judged.judgement, "")

    def drop_incomplete_sentence(self) -> None:
        """Remove the incomplete sentence at the end of a reply that was cut off."""
        self.text = self.text[: self._whole]

    def _is_repetition(self, words: str) -> bool:
        """Whether the question, or a sentence of the answer, begins with these words."""
        earlier = (self.question, *(judged.sentence.text for judged in self._judged))
        return any(each.startswith(words) for each in earlier)

    def _lead_of(self, lead: str) -> str:
        """The lead of the next sentence. It begins a paragraph if the first one was left out."""
        return self._lead if self._lead and not lead.startswith("\n") else lead

    def _show(self, markdown: str, lead: str) -> str:
        """Add the new part of a sentence to the text, after its lead; return what was added."""
        more = markdown[len(self._shown) :]
        if more and not self._shown:
            more = (lead if self.text else lead.lstrip()) + more
        self._shown = markdown
        self.text += more
        return more


def _closing(statement: Statement) -> str:
    """The citation marks and the remark after a statement: " [1] (only partly supported: …)"."""
    marks = "".join(f"[{citation.number}]" for citation in statement.citations)
    return (f" {marks}" if marks else "") + _doubt(statement)


def _doubt(statement: Statement) -> str:
    """The remark on a statement, after a space; "" if there is none."""
    return f" {statement.remark}" if statement.remark else ""


def _withdrawn_paragraph(withdrawn: Sequence[Statement]) -> str:
    """The paragraph on withdrawn statements that were yielded before; "" if there are none."""
    if not withdrawn:
        return ""
    listed = (f"“{sentence.text}”{_doubt(sentence)}" for sentence in withdrawn)
    return f"\n\n{_WITHDRAWN}: {'; '.join(listed)}"


def _may_be_left_out(pending: str) -> bool:
    """Whether the beginning of a sentence may become a refusal or the heading of a source list."""
    if NOT_FOUND.startswith(pending.upper()) or _FOOTER.fullmatch(pending):
        return True
    begins = _MAY_DECLINE.match(pending) and len(pending.split()) <= _MAX_REFUSAL_START
    return bool(begins or declines(pending))

"""Hits to an answer that a language model writes, every sentence of it checked."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from askdocs.answering.generation.prompts import NOT_FOUND, numbered, writing_messages
from askdocs.answering.generation.reply_parser import ReplyParser, Said
from askdocs.answering.ranking import Considered
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.errors import ModelUnavailableError, ReplyCutOffError
from askdocs.llm.model import LanguageModel
from askdocs.types import Answer, Citation, Passage, Statement, Verdict

_MOST_PASSAGES = 10
_REPLY_TOKENS = 600
_SHARE_FOR_REPLY = 3  # a reply may take this part of a small context
_WRAPPING_TOKENS = 20  # around each passage
_MOST_REPEATS = 3  # sentences in a row that were said before; a small model may go round for ever
_LONGEST_TOKEN = 8  # characters; a reply that is longer than its tokens can be is cut
# How models decline in their own words, and the words that such a sentence may begin with.
_NO_ANSWER = (
    r"(?:can(?:not|['’]t| not)|could(?:n['’]t| not)|unable|do(?:es)?(?:n['’]t| not)|not|no)"
    r" (?:\w+ ){0,3}?(?:answer|help|assist|comply|contain|mention|provide|include|say|state|specify"
    r"|address|have|find|know|information)\b"
)
_DECLINES = re.compile(
    rf"(?:i(?:['’]m| am)?\b|sorry|unfortunately|as an ai)\b.*?\b{_NO_ANSWER}"
    r"|(?:unfortunately, )?(?:(?:based on|according to) the (?:\w+ )?passages, )?"
    r"(?:(?:the|these|this|your) (?:\w+ )?(?:passages?|documents?|texts?|context|sources?)|there)"
    rf" (?:(?:is|are) )?{_NO_ANSWER}|(?:unfortunately, )?none of the (?:\w+ )?passages\b",
    re.IGNORECASE,
)
_MAY_DECLINE = re.compile(
    r"(?:i|i['’]m|sorry|unfortunately|as|there|none|based|according)\b"
    r"|(?:the|these|this|your)\b(?:(?:\s+\w+){0,2}\W*$"
    r"|\s+(?:\w+\s+)?(?:passages?|documents?|texts?|context|sources?)\b)",
    re.IGNORECASE,
)
_TELLING_WORDS = 7  # after so many a sentence that declines has done so, or is one that may
_GOES_ON = re.compile(
    r"(?<!sorry, )(?<!sorry )\b(?:but|however|although|though|only|except)\b", re.IGNORECASE
)
_FOOTER = re.compile(r"\W*(?:sources?|references?|citations?)\W*", re.IGNORECASE)
_DOUBTS: dict[Verdict, str] = {
    "partly": "only partly supported",
    "unsupported": "not supported by your documents",
}


def write_answer(
    considered: Considered,
    quoted: Answer,
    model: LanguageModel,
    verifier: Verifier,
    *,
    remove_unsupported: bool,
) -> Generator[str, None, Answer]:
    """The text of the answer as it is written; the generator returns the Answer.

    All that was yielded, put together, is the text of the Answer, unless the reply is cut off or
    the model fails. Where it is cut off, the torn sentence at its end is left out of the Answer.
    Where the model fails, `quoted` is the Answer. In both cases a notice says why.
    """
    passages = passages_to_show(considered, model)
    parser = ReplyParser(len(passages))
    writing = _Writing(considered.question, passages, verifier, remove_unsupported)
    messages = writing_messages(considered.read_as, passages)
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
                yield writing.go_on(parser.pending, opens=parser.opens)
            else:
                for said in parser.end():
                    yield from writing.finish(said)
    except ReplyCutOffError as error:
        writing.drop_torn_sentence()
        notice = f"The language model's reply was cut off: {error}."
    except ModelUnavailableError as error:
        return _with_notice(quoted, f"The language model gave no answer. {error}")
    if writing.declined and not writing.statements:
        return _with_notice(quoted, "The language model saw no answer in the passages.")
    if not writing.statements:
        nothing = "The language model wrote nothing that the documents support."
        return _with_notice(quoted, notice or nothing)
    return Answer(
        question=considered.question,
        text=writing.text,
        statements=tuple(writing.statements),
        citations=tuple(writing.citations),
        hits=quoted.hits,
        answered=True,
        confidence=quoted.confidence,
        searched_for=considered.searched_for,
        notice=notice,
    )


def passages_to_show(considered: Considered, model: LanguageModel) -> list[Passage]:
    """The passages that most likely answer, as many as the model can hold beside its reply."""
    likely = [each.hit.passage for each in considered.candidates]
    ordered = dict.fromkeys([*likely, *(hit.passage for hit in considered.hits)])
    room = model.context - _reply_tokens(model)
    room -= sum(model.count(each.content) for each in writing_messages(considered.read_as, []))
    shown: list[Passage] = []
    for passage in ordered:
        room -= model.count(numbered(len(shown) + 1, passage)) + _WRAPPING_TOKENS
        if room < 0 or len(shown) == _MOST_PASSAGES:
            break
        shown.append(passage)
    return shown


def _reply_tokens(model: LanguageModel) -> int:
    return min(_REPLY_TOKENS, model.context // _SHARE_FOR_REPLY)


def _with_notice(quoted: Answer, notice: str) -> Answer:
    tail = " These are quotes instead." if quoted.answered else ""
    return replace(quoted, notice=notice + tail)


@dataclass(slots=True)
class _Writing:
    """The answer as far as it is written. `text` is what has been yielded so far.

    A sentence that was said before, or repeats the question, is left out; `repeats` counts those
    that came in a row. So is one that declines to answer, and what follows the heading of a list
    of sources, where the reply has `ended`.
    """

    question: str
    passages: Sequence[Passage]
    verifier: Verifier
    remove_unsupported: bool
    text: str = ""
    statements: list[Statement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    declined: bool = False
    ended: bool = False
    repeats: int = 0
    _shown: str = ""  # of the sentence that is being written
    _whole: int = 0  # characters of the text that are whole sentences
    _opens: bool = False  # whether a sentence that was left out was to begin a paragraph

    def go_on(self, pending: str, *, opens: bool) -> str:
        """What can be shown of a sentence that is still being written."""
        if self.remove_unsupported or self.ended or _may_be_left_out(pending):
            return ""
        if self._has_said(pending):
            return ""
        return self._show(pending, opens=self._opens or opens)

    def finish(self, said: Said) -> Iterator[str]:
        """The rest of a sentence, with its citations and what is to be said against it."""
        self.ended = self.ended or NOT_FOUND.casefold() in said.text.casefold()
        self.ended = self.ended or (said.opens and bool(_FOOTER.fullmatch(said.text)))
        if self.ended or (not self._shown and _declines(said.text)):
            self.declined = True
            return
        opens = self._opens or said.opens
        if self._has_said(said.text):
            self.repeats += 1
            self._opens = opens
            return
        self.repeats = 0
        judgement = self.verifier.judge(said.text, *self._cited(said))
        self._opens = opens and judgement.verdict == "unsupported" and self.remove_unsupported
        if judgement.verdict == "unsupported" and self.remove_unsupported:
            return
        citations = tuple(dict.fromkeys(self._number(quote) for quote in judgement.quotes))
        self.statements.append(Statement(said.text, citations, judgement.verdict, judgement.reason))
        yield self._show(said.text, opens=opens)
        yield self._close(citations, judgement)
        self._shown = ""
        self._whole = len(self.text)

    def drop_torn_sentence(self) -> None:
        """Leave out the sentence that was being written when the reply was cut off."""
        self.text = self.text[: self._whole]

    def _has_said(self, words: str) -> bool:
        """Whether the answer holds a sentence that begins so, or the question does."""
        said = (self.question, *(statement.text for statement in self.statements))
        return any(each.startswith(words) for each in said)

    def _show(self, words: str, *, opens: bool) -> str:
        """More of a sentence, with what parts it from the one before."""
        more = words[len(self._shown) :]
        if more and not self._shown and self.text:
            more = ("\n\n" if opens else " ") + more
        self._shown = words
        self.text += more
        return more

    def _close(self, citations: Sequence[Citation], judgement: Judgement) -> str:
        marks = "".join(f"[{citation.number}]" for citation in citations)
        doubt = _DOUBTS.get(judgement.verdict, "")
        if doubt:
            doubt = f" ({doubt}: {judgement.reason})" if judgement.reason else f" ({doubt})"
        closing_words = (f" {marks}" if marks else "") + doubt
        self.text += closing_words
        return closing_words

    def _cited(self, said: Said) -> tuple[list[Passage], list[Passage]]:
        cited = [self.passages[number - 1] for number in said.numbers]
        return cited, [passage for passage in self.passages if passage not in cited]

    def _number(self, quote: tuple[Passage, int, int]) -> Citation:
        """The citation of these words, the same number each time."""
        passage, start, end = quote
        for citation in self.citations:
            if (citation.passage, citation.start, citation.end) == quote:
                return citation
        words = passage.text[start - passage.start : end - passage.start]
        citation = Citation(len(self.citations) + 1, passage, words, start, end)
        self.citations.append(citation)
        return citation


def _may_be_left_out(pending: str) -> bool:
    """Whether a sentence may yet turn out to decline, or to be the heading of a list of sources."""
    if NOT_FOUND.startswith(pending.upper()) or _FOOTER.fullmatch(pending):
        return True
    begins = _MAY_DECLINE.match(pending) and len(pending.split()) <= _TELLING_WORDS
    return bool(begins or _declines(pending))


def _declines(text: str) -> bool:
    """Whether a sentence says, in the words of a model, that there is no answer, and no more."""
    return bool(_DECLINES.match(text)) and not _GOES_ON.search(text)

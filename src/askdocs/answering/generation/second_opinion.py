"""Asks the language model for a second opinion on its own statements.

For each statement the model answers yes or no and copies words from the passages. Copied words
count only if they occur in the passages. A yes counts only if the verifier, given the sentences of
these words, agrees and no rule objects. A no makes a supported statement doubtful. Two control
statements are asked about too. A model that fails one of them is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from askdocs.answering.generation.controls import controls_from
from askdocs.answering.generation.prompts import pointing_messages
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.errors import ModelUnavailableError, ReplyCutOffError
from askdocs.llm.model import LanguageModel
from askdocs.types import Passage, Verdict

DOUBTED: tuple[Verdict, ...] = ("partly", "unsupported")
ASKED: tuple[Verdict, ...] = ("supported", *DOUBTED)
_MAX_STATEMENTS = 20  # per request
_TOKENS_PER_STATEMENT = 90  # of the reply
_MIN_REPLY_TOKENS = 100  # with less room for the reply, no request is made
_CHARACTERS_PER_TOKEN = 8  # at most
_LINE = re.compile(r"^\W*(?:statement )?(\d{1,3})\W?\s*[:.)\]–-]\s*(.*)$", re.IGNORECASE)
_YES_OR_NO = re.compile(r"\W*(yes|no|none|not)\b", re.IGNORECASE)
_WRONG_PART = re.compile(r"[\s,;:*]*\(([^()]{2,}(?:\([^()]*\)[^()]*)*)\)")
_QUOTE_MARKS = '"“”„«»'
# Splits only where one quotation ends and the next begins, so inner quotation marks are kept.
_BETWEEN = re.compile(rf"[{_QUOTE_MARKS}]\s*(?:[,;+&…]|\.\.\.|and|or)?\s*[{_QUOTE_MARKS}](?=\S)")
_ELLIPSIS = re.compile(r"\[?(?:…|\.\s?\.\s?\.)\]?")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model says about a statement. It is not checked yet.

    Attributes:
        says: Whether the passages support the statement; None if the model gives no yes or no.
        words: Words that it copied from the passages.
        parts: The parts of the statement that it calls wrong or not said.
    """

    says: bool | None
    words: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def second_opinion(
    model: LanguageModel,
    judged: Mapping[int, tuple[str, Judgement]],
    passages: Sequence[Passage],
    *,
    verifier: Verifier,
    question: str,
) -> Generator[str, None, dict[int, Judgement]]:
    """Ask the model which words of the passages support its statements.

    Args:
        model: The model that wrote the statements.
        judged: The statements with their verdicts, by number.
        passages: The passages that they were written from.
        verifier: Judges them again, by the words that the model copied.
        question: The question that they answer.

    Yields:
        "" while the model writes.

    Returns:
        The verdicts that change, by number. It is empty if the model gives no answer or fails a
        control statement: then the first verdicts remain.
    """
    numbers = list(judged)[:_MAX_STATEMENTS]
    controls = controls_from(passages)
    statements = [controls.false, controls.true] if controls else []
    first = len(statements) + 1
    statements += [judged[number][0] for number in numbers]
    messages = pointing_messages(statements, passages, question)
    room = model.context - sum(model.count(message.content) for message in messages)
    if not numbers or room < _MIN_REPLY_TOKENS:
        return {}
    most_tokens = min(_TOKENS_PER_STATEMENT * len(statements), room)
    reply = ""
    try:
        with closing(model.reply(messages, most_tokens=most_tokens)) as pieces:
            for piece in pieces:
                reply += piece
                if len(reply) > most_tokens * _CHARACTERS_PER_TOKEN:
                    break
                yield ""
    except ReplyCutOffError:
        pass  # the complete part of the reply is used
    except ModelUnavailableError:
        return {}
    opinions = opinions_in(reply)
    if controls and not _is_attentive(opinions):
        return {}
    found: dict[int, Judgement] = {}
    for place, opinion in opinions.items():
        if first <= place < first + len(numbers):
            number = numbers[place - first]
            text, judgement = judged[number]
            changed = verifier.reconsidered(
                text,
                judgement,
                passages,
                says=opinion.says,
                words=opinion.words,
                parts=opinion.parts,
                question=question,
            )
            if changed is not judgement:
                found[number] = changed
        yield ""
    return found


def _is_attentive(opinions: Mapping[int, Opinion]) -> bool:
    """Whether the model judged both control statements correctly."""
    false, true = (opinions.get(place, Opinion(None)) for place in (1, 2))
    return false.says is False and true.says is not False and bool(true.says or true.words)


def opinions_in(reply: str) -> dict[int, Opinion]:
    """Parse a reply: what it says about each statement, by the number of the statement.

    `2: NO (in March) "in April"` becomes `{2: Opinion(False, ("in April",), ("in March",))}`.
    """
    lines: dict[int, list[str]] = {}
    number = 0
    for line in reply.splitlines():
        if opened := _LINE.match(line.strip()):
            number, line = int(opened[1]), opened[2]
        if number:
            lines.setdefault(number, []).append(line)
    return {number: _opinion(" ".join(said)) for number, said in lines.items()}


def _opinion(said: str) -> Opinion:
    """Parse what follows the number of a statement: yes or no, (parts), "quotations"."""
    verdict = _YES_OR_NO.match(said)
    says = None if verdict is None else verdict[1].lower() == "yes"
    rest = said[verdict.end() :] if verdict else said
    parts = []
    while part := _WRONG_PART.match(rest):
        parts.append(part[1].strip(" .,;"))
        rest = rest[part.end() :]
    begin = min((at for sign in _QUOTE_MARKS if (at := rest.find(sign)) >= 0), default=len(rest))
    end = max(rest.rfind(sign) for sign in _QUOTE_MARKS)
    quoted = rest[begin + 1 : end] if end > begin else ""
    pieces = [piece for quotation in _BETWEEN.split(quoted) for piece in _ELLIPSIS.split(quotation)]
    words = tuple(plain for piece in pieces if (plain := " ".join(piece.split())))
    return Opinion(says, words, tuple(parts))

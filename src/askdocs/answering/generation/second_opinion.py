"""Statements, shown to the model once more: which words of the passages say them, which do not?

The model answers for each statement yes or no and points at words. Only words that really stand in
the passages count. A yes is worth something only where the verifier, reading the sentences of these
words, is not against it, and no rule is; a no makes a supported statement doubtful. Two statements
whose truth is known go with them: a model that fails them is not listened to.
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
_MOST_STATEMENTS = 20  # that are asked about
_TOKENS_EACH = 90  # of reply for a statement
_LEAST_ROOM = 100  # tokens of reply, or the request is not made
_LONGEST_TOKEN = 8  # characters
_LINE = re.compile(r"^\W*(?:statement )?(\d{1,3})\W?\s*[:.)\]–-]\s*(.*)$", re.IGNORECASE)
_SAID = re.compile(r"\W*(yes|no|none|not)\b", re.IGNORECASE)
_PART = re.compile(r"[\s,;:*]*\(([^()]{2,}(?:\([^()]*\)[^()]*)*)\)")
_SIGNS = '"“”„«»'
# A quotation ends where the next one begins, so words in quotes within it stay part of it.
_BETWEEN = re.compile(rf"[{_SIGNS}]\s*(?:[,;+&…]|\.\.\.|and|or)?\s*[{_SIGNS}](?=\S)")
_ELLIPSIS = re.compile(r"\[?(?:…|\.\s?\.\s?\.)\]?")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model says of a statement.

    `says` is whether the passages say it, None where it only points. `words` are those of the
    passages, `parts` those of the statement that are wrong or not said; neither is checked yet.
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
    """Ask what bears some statements; yields "" while the model writes.

    Args:
        model: What wrote the statements.
        judged: The statements with their verdicts, by number.
        passages: What they were written from.
        verifier: Judges them anew by the words pointed at.
        question: What they answer.

    Returns:
        The verdicts that change, by number. None where the model gives no answer: then the first
        verdicts stand.
    """
    numbers = list(judged)[:_MOST_STATEMENTS]
    controls = controls_from(passages)
    asked = [controls.false, controls.true] if controls else []
    first = len(asked) + 1
    asked += [judged[number][0] for number in numbers]
    messages = pointing_messages(asked, passages, question)
    room = model.context - sum(model.count(message.content) for message in messages)
    if not numbers or room < _LEAST_ROOM:
        return {}
    most_tokens = min(_TOKENS_EACH * len(asked), room)
    reply = ""
    try:
        with closing(model.reply(messages, most_tokens=most_tokens)) as pieces:
            for piece in pieces:
                reply += piece
                if len(reply) > most_tokens * _LONGEST_TOKEN:
                    break
                yield ""
    except ReplyCutOffError:
        pass  # the lines that came count
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
    """Whether a model has judged the two statements rightly whose truth is known."""
    false, true = (opinions.get(place, Opinion(None)) for place in (1, 2))
    return false.says is False and true.says is not False and bool(true.says or true.words)


def opinions_in(reply: str) -> dict[int, Opinion]:
    """What a reply says of each statement, by its number."""
    lines: dict[int, list[str]] = {}
    number = 0
    for line in reply.splitlines():
        if opened := _LINE.match(line.strip()):
            number, line = int(opened[1]), opened[2]
        if number:
            lines.setdefault(number, []).append(line)
    return {number: _opinion(" ".join(said)) for number, said in lines.items()}


def _opinion(said: str) -> Opinion:
    verdict = _SAID.match(said)
    says = None if verdict is None else verdict[1].lower() == "yes"
    rest = said[verdict.end() :] if verdict else said
    parts = []
    while part := _PART.match(rest):
        parts.append(part[1].strip(" .,;"))
        rest = rest[part.end() :]
    begin = min((at for sign in _SIGNS if (at := rest.find(sign)) >= 0), default=len(rest))
    end = max(rest.rfind(sign) for sign in _SIGNS)
    quoted = rest[begin + 1 : end] if end > begin else ""
    pieces = [piece for quotation in _BETWEEN.split(quoted) for piece in _ELLIPSIS.split(quotation)]
    words = tuple(plain for piece in pieces if (plain := " ".join(piece.split())))
    return Opinion(says, words, tuple(parts))

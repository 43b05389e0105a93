"""Doubtful statements, shown to the model once more: which words of the passages say them?

Only words that really stand in the passages count. The verifier then judges the statement by the
sentences that these words stand in; what it or a rule contradicts stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing

from askdocs.answering.generation.prompts import pointing_messages
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.errors import ModelUnavailableError, ReplyCutOffError
from askdocs.llm.model import LanguageModel
from askdocs.types import Passage, Verdict

DOUBTED: tuple[Verdict, ...] = ("partly", "unsupported")
_MOST_STATEMENTS = 12  # that are asked about
_REPLY_TOKENS = 900
_LEAST_ROOM = 100  # tokens of reply, or the request is not made
_LONGEST_TOKEN = 8  # characters
_LINE = re.compile(r"^\W*(?:statement )?(\d{1,3})\W?\s*[:.)\]–-]\s*(.*)$", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]{2,})[\"“”»]")


def second_opinion(
    model: LanguageModel,
    doubted: Mapping[int, str],
    passages: Sequence[Passage],
    verifier: Verifier,
    question: str,
) -> Generator[str, None, dict[int, Judgement]]:
    """Ask which words bear some statements; yields "" while the model writes.

    Args:
        model: What wrote the statements.
        doubted: The statements by their numbers.
        passages: What they were written from.
        verifier: Judges them anew by the words pointed at.
        question: What they answer.

    Returns:
        The statements, by number, that are supported after all. None where the model gives no
        answer: then the first verdicts stand.
    """
    numbers = list(doubted)[:_MOST_STATEMENTS]
    messages = pointing_messages([doubted[number] for number in numbers], passages)
    room = model.context - sum(model.count(each.content) for each in messages)
    if not numbers or room < _LEAST_ROOM:
        return {}
    most_tokens = min(_REPLY_TOKENS, room)
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
    found: dict[int, Judgement] = {}
    for place, words in pointed_at(reply).items():
        if 1 <= place <= len(numbers):
            number = numbers[place - 1]
            judgement = verifier.judge_by_words(doubted[number], words, passages, question)
            if judgement is not None:
                found[number] = judgement
        yield ""
    return found


def pointed_at(reply: str) -> dict[int, list[str]]:
    """The words in quotation marks that a reply gives for each statement, by its number."""
    found: dict[int, list[str]] = {}
    number = 0
    for line in reply.splitlines():
        if opened := _LINE.match(line.strip()):
            number, line = int(opened[1]), opened[2]
        words = [" ".join(each.split()) for each in _QUOTED.findall(line)]
        if number and words:
            found.setdefault(number, []).extend(words)
    return found

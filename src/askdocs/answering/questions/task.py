"""Recognises tasks for a language model: to compare, summarise, list, translate or explain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from askdocs.text.english import POLITE_PREFIX

TaskKind = Literal["compare", "summarise", "list", "translate", "explain"]

_POLITELY = (
    rf"^\W*(?:{POLITE_PREFIX}(?:i(?:'d| would) like (?:you )?to |help me (?:to )?|now |then ))*"
    rf"{POLITE_PREFIX}"
)
_TASKS: dict[TaskKind, str] = {
    "compare": (
        r"compare|contrast|(?:what|which) (?:is|are) the (?:main |key )?(?:difference|similarit)\w*"
        r"|(?:tell me |explain |describe )?the (?:main )?differences?\b"
        r"|how (?:do|does|did) .{2,80}? (?:differ|compare)\b"
        r"|in what ways? (?:do|does|are) .{2,80}? (?:differ|alike|similar)"
    ),
    "summarise": (
        r"summari[sz]e|sum up|(?:give (?:me|us) |write )?(?:an? |the )?(?:\w+ )?(?:summary|overview"
        r"|outline|abstract) of|what (?:is|are) the (?:main|key) (?:points?|ideas?|findings?"
        r"|results?|messages?|arguments?) (?:of|in)|outline"
    ),
    "list": (
        r"list|enumerate|name (?:all|every|each|the)|what are all"
        r"|(?:make|write|give me|draw up) (?:an? )?(?:list|table) of"
    ),
    "translate": r"translate|(?:say|put|write|give me) .{1,200}? (?:in|into) (?:plain |simple )?"
    r"(?:english|german|french|spanish|italian|dutch|portuguese|polish|swedish|danish|russian"
    r"|chinese|japanese)\b",
    "explain": (
        r"explain|describe|walk me through|elaborate on|clarify|interpret|discuss|analy[sz]e"
    ),
}  # fmt: skip
_OPENS = {kind: re.compile(_POLITELY + f"(?:{words})", re.I) for kind, words in _TASKS.items()}
_SIDES = re.compile(r"\s+(?:and|with|to|versus|vs\.?|against|from|or)\s+|\s*,\s*(?:and\s+)?", re.I)
_ABOUT = re.compile(r"\s+(?:in|of|for|between|across|according to)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Task:
    """What a question asks to be written.

    Attributes:
        kind: What is to be written.
        question: The whole question, with single spaces.
        sides: The things to compare; empty for other tasks, and if they are not clear.
    """

    kind: TaskKind
    question: str
    sides: tuple[str, ...] = ()


def task_of(question: str) -> Task | None:
    """Find the task in a question; None if it only asks for what the documents say."""
    plain = " ".join(question.split())
    for kind, opens in _OPENS.items():
        if found := opens.match(plain):
            return Task(kind, plain, _sides(plain[found.end() :]) if kind == "compare" else ())
    return None


def _sides(rest: str) -> tuple[str, ...]:
    """The sides of a comparison, each with the aspect that is compared.

    "the consistency in Dynamo and Spanner" gives "the consistency Dynamo" and "the consistency
    Spanner".
    """
    about, *places = _ABOUT.split(rest.strip(" ?!.:"), maxsplit=1)
    named = places[0] if places else about
    shared = f"{about} " if places and about else ""
    sides = [side.strip() for side in _SIDES.split(named) if side.strip()]
    return tuple(f"{shared}{side}" for side in sides) if len(sides) > 1 else ()

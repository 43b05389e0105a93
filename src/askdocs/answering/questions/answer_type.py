"""The type of answer that a question asks for: one fact, a list, steps, a reason, a number …"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_FACT = re.compile(
    r"^((and|but|so) )?"
    r"(who|whom|whose|when|where|which|how (many|much|old|long|far|tall|big|large|often|high)"
    r"|(in|on|at|by|for|from|to|with) (what|which|whom)"
    r"|what (year|date|day|time|percentage|number))\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"^(?:list|name)\b|\b(?:list|which|what)\b(?: (?:are|were|\w+))? \w+s\b", re.IGNORECASE
)
_SEVERAL = re.compile(
    r"^\W*(?:(?:please|can you|could you) )?(?:list|name)\b|\b(?:which|what) (?:are|were)\b"
    r"|\b(?:which|what) (?!(?:was|has|does)\b)\w+(?<![siu])s\b"
    r"|\b(?:all|both|two|three|four|five|six|[2-9]) \w+s\b",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"\bsteps?\b|\binstructions?\b|\bhow (?:do|does|can|could|should|would|may|to)\b"
    r"|\bwhat (?:do|should|must|can) \w+ (?:\w+ )?(?:do|bring|need)\b",
    re.IGNORECASE,
)
_WHY_OR_HOW = re.compile(
    r"\bwhy\b|\bhow (?!many|much|long|old|far|tall|big|large|often|high)", re.IGNORECASE
)
_NUMBER = re.compile(
    r"^(when|how (many|much|old|long|far|tall|big|large|often|high|fast|deep)"
    r"|(in|on|at|by|for|from|to) what (year|date|day|month|time|age|percentage|number|price)"
    r"|what (year|date|day|month|time|age|percentage|number|price|is the number|was the number))\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|time)\b", re.IGNORECASE)
_LATEST = re.compile(
    r"\b(?:current(?:ly)?|latest|newest|most recent|up[- ]to[- ]date|today|now(?:adays)?|at present"
    r"|in force)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AnswerType:
    """The type of answer that a question asks for. Several attributes can be true of one question.

    Attributes:
        one_fact: It asks for one person, place, time or number.
        maybe_several: It may ask for several things. Nearly every question with a plural does.
            "What is" and "what does" count too: without them it said less of the answers.
        several: It clearly asks for several things: "which rivers", but not "which court".
        steps: It asks how to do something. A list of steps may answer it.
        why_or_how: It asks for a reason or a manner.
        number: It asks for a number, an amount or a date.
        time: It asks for a time.
        latest: It asks for the current state: "latest", "now". Of several versions the newest
            answers.
    """

    one_fact: bool = False
    maybe_several: bool = False
    several: bool = False
    steps: bool = False
    why_or_how: bool = False
    number: bool = False
    time: bool = False
    latest: bool = False


def answer_type_of(question: str) -> AnswerType:
    """Classify a question by its words.

    Args:
        question: The question without polite words. For "Can you tell me when …" it is "when …".
    """
    asked = question.strip()
    return AnswerType(
        one_fact=bool(_ONE_FACT.match(asked)),
        maybe_several=bool(_LIST.search(asked)),
        several=bool(_SEVERAL.search(asked)),
        steps=bool(_STEPS.search(asked)),
        why_or_how=bool(_WHY_OR_HOW.search(asked)),
        number=bool(_NUMBER.match(asked)),
        time=bool(_TIME.search(asked)),
        latest=bool(_LATEST.search(asked)),
    )

"""Who said it: questions about what somebody said are answered by sentences that report speech."""

from __future__ import annotations

import re

from askdocs.topics import TEXT

_ENDINGS = r"(?:e[ds]?|s|ed|es|ing|ies|ied|y|ying)?"
# Stems whose every form reports speech …
_SAYING = """
    accus admonish advis alleg announc argu assert believ caution complain conced conclud
    condemn contend critici[sz] declar deni deny disagree emphasi[sz] explain insist maintain
    predict prais propos recommend remark repl respond suggest testif threaten urg warn
    """.split()
# … and those that only do so as verbs: "stated", but not "the state".
_SAYING_AS_VERBS = """
    add admitt call challeng claim comment confirm demand describ disput estimat express hint
    mention not observ point promis question quot reject report stat stress vow
    """.split()
_SAYING_WORD = re.compile(
    rf"\b(?:(?:{'|'.join(_SAYING)}){_ENDINGS}|(?:{'|'.join(_SAYING_AS_VERBS)})(?:ed|ing)"
    r"|sa(?:y|ys|id|ying)|tell(?:s|ing)?|told|think(?:s|ing)?|thought|sp(?:eak|eaks|oke|oken)"
    r"|wr(?:ite|ites|ote|itten)|calls (?:for|on)|claims that|according to)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\W*(?:and |but |so )?(?:what|how|which \w+)\b.{0,40}?"
    r"\b(?:did|does|do|has|have|had|was|were)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_ASKED_VERB = re.compile(
    rf"\b(?:(?:{'|'.join(_SAYING)}){_ENDINGS}|add|admit|call for|claim(?:ed)?|estimate|mention"
    r"|promised?|say|said|tell|told|think|speak|write|written)\b|\b(?:state|note)\W*$",
    re.IGNORECASE,
)
# "What does the article say …" asks for what stands there, in whosever words.
_OF_A_TEXT = re.compile(rf"\s*{TEXT}", re.IGNORECASE)
_SAME_SPEAKER = re.compile(r"^[\"“‘']?(?:he|she|they)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"«„][^”\"»“]{8,}[”\"»“]")


def asks_for_speech(question: str) -> bool:
    """Whether a question asks what somebody said, warned, claimed, recommended …"""
    asked = _ASKS.match(question)
    if not asked or _OF_A_TEXT.match(asked["rest"]):
        return False
    return bool(_ASKED_VERB.search(asked["rest"]))


def saying_words(sentence: str) -> list[tuple[int, int]]:
    """(start, end) of each word of a sentence that reports speech."""
    return [match.span() for match in _SAYING_WORD.finditer(sentence)]


def reports_speech(sentence: str) -> bool:
    """Whether a sentence reports what somebody said, in or without quotation marks."""
    return bool(_SAYING_WORD.search(sentence) or _QUOTED.search(sentence))


def goes_on(sentence: str) -> bool:
    """Whether a sentence reports what the last speaker said further, as "He cautioned" does."""
    return bool(_SAME_SPEAKER.match(sentence)) and reports_speech(sentence)

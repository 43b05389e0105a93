"""Completes follow-ups that only name a new subject: "and the GX-7?", "and the year before?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.answering.questions.speech import subject_verb_and_topic
from askdocs.answering.rule_switches import rule
from askdocs.text.calendar import DAYS, MONTHS
from askdocs.text.english import (
    AUXILIARIES,
    CONTRACTED_NOT,
    DEMONSTRATIVES,
    QUESTION_WORDS,
    SUBJECT_PRONOUNS,
    THIRD_PERSON,
    TITLES,
    any_of,
)
from askdocs.text.stop_words import content_words
from askdocs.types import Turn

_OPENS = r"^(?:(?:ok|okay|thanks|thank you|great)\b[\s,.!]*)?"
_NEW_SUBJECT = re.compile(
    rf"{_OPENS}(?:(?:and|but|or) )?(?:and|but|or|(?:what|how) about) (?P<subject>.+?)\W*$",
    re.IGNORECASE,
)
_MOST_WORDS = 7  # of a subject
# A subject with one of these is a question of its own, or refers back.
_NO_SUBJECT = re.compile(
    rf"\b(?:{any_of(QUESTION_WORDS | AUXILIARIES | THIRD_PERSON | SUBJECT_PRONOUNS)}"
    rf"|{any_of(DEMONSTRATIVES)}|then|there|here|ones?|same|others?|else|more|another|now|if|not"
    rf"|exactly|{CONTRACTED_NOT})\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.,/-])(?:1[5-9]|20)\d\d(?![\w/-]|[.,]\d)")
_MONTH_AND_YEAR = re.compile(rf"\b(?:{'|'.join(MONTHS)}),? (?:1[5-9]|20)\d\d\b")
_BARE_TIME = re.compile(
    rf"(?:(?:in|for|during) )?(?P<time>{_MONTH_AND_YEAR.pattern}|(?:1[5-9]|20)\d\d)"
)
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_OTHER_YEAR = re.compile(
    rf"{_OPENS}(?:(?:and|but|or|what about|how about) )?(?:in |for |during )?"
    r"(?:the (?:(?P<back>year (?:before|earlier)|(?:previous|preceding|prior) year)"
    r"|(?P<on>year (?:after|later)|(?:next|following) year))"
    rf"|(?P<count>{'|'.join(_COUNTS)}|\d\d?) years? (?:(?P<earlier>before|earlier)|after|later))"
    r"(?: (?:that|this))?\W*$",
    re.IGNORECASE,
)
_TITLE = rf"(?:(?i:{any_of(TITLES | {'mx'})})\.? )?"
_CAPITALS = r"[A-Z][\w'’-]*(?: (?:(?:of|de|van|von|der|al|bin|&) )*[A-Z][\w'’-]*)*"
_NAME = re.compile(rf"\b{_TITLE}{_CAPITALS}(?<!['’]s)")
_CODE = re.compile(r"(?<![\w-])(?=[\w./-]*[^\W\d_])(?=[\w./-]*\d)\w+(?:[-./]\w+)*")
_PRONOUN = re.compile(
    rf"\b(?:{any_of(THIRD_PERSON - {'his', 'hers', 'its', 'their', 'theirs', 'her'})})\b", re.I
)
# "What is the monthly rent", "How high is the rent": the rest of the question is its subject.
_SUBJECT_LAST = re.compile(
    r"^(?:(?:what|who|which) (?:is|are|was|were)|how (?!often|do|does|did)\w+ (?:is|are|was|were))"
    r" (?P<subject>(?:the|a|an) \w[\w'’-]*(?: \w[\w'’-]*){0,2})\W*$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:the|a|an|our|my) ", re.IGNORECASE)


def new_subject(question: str) -> str:
    """The subject of a follow-up that has nothing else: "the deposit" for "and the deposit?".

    Returns:
        The words as they were asked; "" for any other question.
    """
    found = _NEW_SUBJECT.match(question)
    subject = found["subject"] if found else ""
    if _NO_SUBJECT.search(subject) or len(subject.split()) > _MOST_WORDS:
        return ""
    return subject if content_words(subject) else ""


@rule("subject of a follow-up", otherwise=lambda *_: "")
def completed(question: str, history: Sequence[Turn]) -> str:
    """The whole question that a follow-up means, if its place in the last question is clear.

    After "What does the GX-4 cost?", "and the GX-7?" means "What does the GX-7 cost?".

    Args:
        question: The follow-up.
        history: The turns before it, oldest first; at least one.

    Returns:
        The question; "" if the follow-up has words of its own, or could mean several things.
    """
    last = history[-1]
    base = meant_by(last)
    if new_subject(base):
        return ""
    other_year = _OTHER_YEAR.match(question)
    if other_year:
        return _in_other_year(base, other_year)
    subject = new_subject(question)
    if not subject:
        return ""
    steps = [_with_pronoun]
    if base != last.question or not last.answer.with_history:  # else it has no topic of its own
        steps += [_with_time, _with_code, _with_speaker, _with_name, _with_noun]
    return next(filter(None, (step(base, subject) for step in steps)), "")


def meant_by(turn: Turn) -> str:
    """The question of a turn; if it was a follow-up that was completed, the whole one."""
    searched = turn.answer.searched_for
    return searched[0] if turn.answer.with_history and len(searched) == 1 else turn.question


def _in_other_year(base: str, asked: re.Match[str]) -> str:
    """A question with its only year replaced by an earlier or a later one."""
    years = _YEAR.findall(base)
    if len(years) != 1:
        return ""
    count = (asked["count"] or "one").lower()
    number = _COUNTS.get(count) or int(count)
    is_back = asked["back"] or asked["earlier"]
    return base.replace(years[0], str(int(years[0]) + (-number if is_back else number)))


def _with_time(base: str, subject: str) -> str:
    """A question with its only year, or its only month and year, replaced."""
    asked = _BARE_TIME.fullmatch(subject)
    if not asked:
        return ""
    form = _MONTH_AND_YEAR if _MONTH_AND_YEAR.fullmatch(asked["time"]) else _YEAR
    times = form.findall(base)
    return base.replace(times[0], asked["time"]) if len(times) == 1 else ""


def _with_code(base: str, subject: str) -> str:
    """A question with its only code replaced. The words around the code must be the same."""
    codes, others = _CODE.findall(base), _CODE.findall(subject)
    if len(codes) != 1 or len(others) != 1:
        return ""
    around = content_words(subject.replace(others[0], " "))
    return base.replace(codes[0], others[0]) if set(around) <= set(content_words(base)) else ""


def _with_speaker(base: str, subject: str) -> str:
    """A question for somebody's words with another speaker, if that is a name."""
    speaker, verb, _ = subject_verb_and_topic(base)
    if not (speaker.strip() and verb and _is_name(subject)):
        return ""
    return base.replace(speaker + verb, f" {subject} {verb}", 1)


def _with_name(base: str, subject: str) -> str:
    """A question with its only name replaced by another one."""
    first, space, rest = base.partition(" ")
    names = [name for name in _NAME.findall(rest) if _is_name(name)]
    if (
        len(names) != 1
        or not _is_name(subject)
        or re.search(f"(?i)the {re.escape(names[0])}", rest)
    ):
        return ""
    return f"{first}{space}{rest.replace(names[0], subject, 1)}"


def _with_pronoun(base: str, subject: str) -> str:
    """A question with its only pronoun replaced by a thing or a name."""
    is_thing = bool(_ARTICLE.match(subject)) or _is_name(subject)
    pronouns = _PRONOUN.findall(base)
    return _PRONOUN.sub(lambda _: subject, base) if is_thing and len(pronouns) == 1 else ""


def _with_noun(base: str, subject: str) -> str:
    """A question with the thing that it asks for replaced: "What is the rent?"."""
    last = _SUBJECT_LAST.match(base)
    if not last or not _ARTICLE.match(subject):
        return ""
    return f"{base[: last.start('subject')]}{subject}{base[last.end('subject') :]}"


def _is_name(words: str) -> bool:
    """Whether words are written like a name, and are no day or month."""
    times = {*DAYS, *MONTHS}
    is_capital = bool(_NAME.fullmatch(words)) and len(words) > 1
    return is_capital and not times & set(words.split())

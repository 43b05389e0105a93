"""Questions for what somebody said, and sentences that report speech."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.answering.questions.intent import TEXT
from askdocs.text.calendar import DAYS, MONTHS
from askdocs.text.english import SUBJECT_PRONOUNS, THIRD_PERSON, any_of
from askdocs.text.stop_words import STOP_WORDS

_ENDINGS = r"(?:e[ds]?|s|ed|es|ing|ies|ied|y|ying)?"
# Stems of which every form reports speech …
_SAYING = """
    accus admonish advis alleg announc argu assert believ caution complain conced conclud
    condemn contend critici[sz] declar deni deny disagree emphasi[sz] explain insist maintain
    predict prais propos recommend remark repl respond suggest testif threaten urg warn
    """.split()
# … and stems that report speech only as verbs: "stated", but not "the state".
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
# The verb in a question for what somebody said or wrote.
SAYING_VERB = (
    rf"(?:{'|'.join(_SAYING)}){_ENDINGS}|add(?:ed)?|admit(?:ted)?|call(?:ed)? for|claim(?:ed)?"
    r"|estimated?|mention(?:ed)?|promised?|say|said|tell|told|think|thought|speak|spoke|writ(?:e|ten)"
    r"|wrote"
)
_ASKED_VERB = re.compile(rf"\b(?:{SAYING_VERB})\b|\b(?:state|note)\W*$", re.IGNORECASE)
# "What does the article say …" asks for the content of a text, not for the words of a speaker.
_OF_A_TEXT = re.compile(rf"\s*{TEXT}", re.IGNORECASE)
_SPEAKERS = any_of(SUBJECT_PRONOUNS & THIRD_PERSON - {"it"})  # things do not speak
_SAME_SPEAKER = re.compile(rf"^[\"“‘']?{_SPEAKERS}\b", re.IGNORECASE)
_OPENING, _CLOSING, _EITHER = "“«„", "”»", '"'
_OPEN_SPEAKER = re.compile(
    rf"^\W*$|^\W*(?:\w+ )?{_SPEAKERS}\b", re.IGNORECASE
)  # the rest of a sentence outside the quote: nothing, "she said" or "said she"
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us|[Yy]ou|[Yy]our)\b")
_NAME = re.compile(r"\b[A-Z][\w'’-]*[a-z]")
_TIMES = frozenset((*DAYS, *MONTHS))
_QUOTED = re.compile(r"[“\"«„][^”\"»“]{8,}[”\"»“]")


def asks_for_speech(question: str) -> bool:
    """Whether a question asks what somebody said, warned, claimed, recommended …"""
    asked = _ASKS.match(question)
    if not asked or _OF_A_TEXT.match(asked["rest"]):
        return False
    return bool(_ASKED_VERB.search(asked["rest"]))


def reports_speech(sentence: str) -> bool:
    """Whether a sentence reports speech, with or without quotation marks."""
    return bool(_SAYING_WORD.search(sentence) or _QUOTED.search(sentence))


def continues_speaker(sentence: str) -> bool:
    """Whether a sentence reports more speech of the last speaker: "He cautioned …"."""
    return bool(_SAME_SPEAKER.match(sentence)) and reports_speech(sentence)


def asked_names(question: str, passages: Sequence[str] = ()) -> set[str]:
    """The names of the speakers that a question asks for, in lower case; empty for "he".

    Args:
        question: The question.
        passages: Texts that show which words are names, for a question without capitals.
    """
    subject, _, _ = subject_verb_and_topic(question)
    if question != question.lower():
        return {name.lower() for name in names_in(subject)}
    known = {name.lower() for text in passages for name in _inner_names(text)}
    return known.intersection(re.findall(r"[\w'’-]+", re.sub(r"['’]s\b", "", subject)))


def asks_for_any_statement(question: str) -> bool:
    """Whether any statement of somebody answers a question: "What did Zehri say?"."""
    subject, _, topic = subject_verb_and_topic(question)
    return bool(subject.strip()) and not re.search(r"\w", topic)


def names_in(text: str) -> list[str]:
    """The words of a text that are written like names, without the genitive 's."""
    found = (re.sub(r"['’]s$", "", match.group()) for match in _NAME.finditer(text))
    return [name for name in found if name.lower() not in STOP_WORDS and name not in _TIMES]


def _inner_names(text: str) -> list[str]:
    """The names in a text, except at the start of a sentence, where any word has a capital."""
    return names_in(re.sub(r"(?:^|[.!?:\n])[\"“‘']?\s*[\"“‘']?\w+", " ", text))


def outside_quotes(sentence: str) -> str:
    """The words of a sentence that are outside quotation marks.

    The other mark of a pair may be in another sentence. If the first mark is a closing one, the
    sentence begins inside a quote.
    """
    inside = False
    outside: list[str] = []
    marks = list(re.finditer(f"[{_OPENING}{_CLOSING}{_EITHER}]", sentence))
    place = 0
    for number, mark in enumerate(marks):
        opens = mark.group() in _OPENING or (
            mark.group() == _EITHER and sentence[mark.end() : mark.end() + 1].isalnum()
        )
        if number == 0 and not opens:
            outside.clear()
        elif not inside:
            outside.append(sentence[place : mark.start()])
        inside, place = opens, mark.end()
    if not inside:
        outside.append(sentence[place:])
    return " ".join(part.strip() for part in outside if part.strip())


def speaker_unnamed(sentence: str) -> bool:
    """Whether only an earlier sentence names the speaker: a mere quote, or one with "she said"."""
    outside = outside_quotes(sentence)
    return outside != sentence.strip() and bool(_OPEN_SPEAKER.match(outside))


def speaker_context(sentences: Sequence[str], number: int) -> str:
    """The words that show who speaks in a sentence: its own outside quotes, and earlier ones.

    Args:
        sentences: The sentences of a passage.
        number: The index of the sentence. Earlier sentences are added if it begins with "She" or is
            a quote without a speaker.
    """
    sentence = sentences[number]
    own = outside_quotes(sentence)
    if number > 0 and (_SAME_SPEAKER.match(sentence) or speaker_unnamed(sentence)):
        return f"{speaker_context(sentences, number - 1)} {own}"
    return own


def is_first_person(sentence: str) -> bool:
    """Whether somebody speaks of himself. In chats a label names the speaker."""
    return bool(_FIRST_PERSON.search(outside_quotes(sentence)))


def subject_verb_and_topic(question: str) -> tuple[str, str, str]:
    """Split a question for speech into its speaker, its verb and its topic.

    "What did the mayor say about tolls?" gives (" the mayor ", "say", " about tolls?"). Other
    questions give three empty strings.
    """
    asked = _ASKS.match(question)
    verb = _ASKED_VERB.search(asked["rest"]) if asked else None
    if not asked or not verb:
        return "", "", ""
    return asked["rest"][: verb.start()], verb.group(), asked["rest"][verb.end() :]

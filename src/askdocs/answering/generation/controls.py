"""Two statements whose truth is known, which a model is asked about among those of its answer.

They find a model that says yes to everything, or no, or what a hostile document told it to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askdocs.answering.verification.statements import caution
from askdocs.text.english import DEMONSTRATIVES, NEGATION, THIRD_PERSON, any_of
from askdocs.text.language import is_english
from askdocs.text.sentences import sentence_spans
from askdocs.types import Passage

_FEWEST_WORDS, _MOST_WORDS = 7, 28
_WHOLE = re.compile(r"[A-Z][^\"“”«»|\n\[\]{}<>?!:;]+[a-z\d)]\.", re.DOTALL)
# Whose denial contradicts the sentence: "may not" and "not also" might not.
_VERB = re.compile(
    r"\b(?:is|are|was|were|will|(?:has|have|had)(?= (?:been|\w+ed)\b))\b"
    r"(?! (?:also|ever|even|often|usually|mainly|mostly|largely|sometimes|thus|soon|now|then"
    r"|un\w+)\b)"
)
_DENIES = re.compile(
    rf"{NEGATION}|\b(?:hardly|only|few|little|unless|until|but|although|except|than|both|either|any"
    r"|whether)\b",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    r"\b(?:which|who|whom|whose|that|if|when|where|because|while|as|since|so|and|or)\b",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(rf"{any_of(THIRD_PERSON | DEMONSTRATIVES)}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Controls:
    """A statement that the passages contradict, and one that they say."""

    false: str
    true: str


def controls_from(passages: Sequence[Passage]) -> Controls | None:
    """A sentence of the passages that is denied, and another one as it stands; None if too few.

    The plainest sentences are taken, so that every careful reader must agree.
    """
    sentences = list(_plain_sentences(passages))
    deniable = [sentence for sentence in sentences if len(_VERB.findall(sentence)) == 1]
    if len(sentences) < 2 or not deniable:
        return None
    false = min(deniable, key=_difficulty)
    true = min(
        (sentence for sentence in sentences if sentence != false), key=_difficulty, default=""
    )
    return Controls(_denied(false), true) if true else None


def _plain_sentences(passages: Sequence[Passage]) -> Iterator[str]:
    for passage in passages:
        for start, end in sentence_spans(passage.text):
            plain = " ".join(passage.text[start:end].split())
            is_fit = _FEWEST_WORDS <= len(plain.split()) <= _MOST_WORDS and _WHOLE.fullmatch(plain)
            if not is_fit or _DENIES.search(plain) or caution(plain):
                continue
            if is_english(plain):
                yield plain


def _difficulty(sentence: str) -> tuple[int, int]:
    hard = len(_SUBORDINATE.findall(sentence)) + bool(_REFERS_BACK.match(sentence))
    return hard, len(sentence)


def _denied(sentence: str) -> str:
    return _VERB.sub(lambda found: f"{found.group()} not", sentence, count=1)

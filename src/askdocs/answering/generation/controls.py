"""Control statements: two statements whose truth is known, to check a language model.

The model is asked about them together with the statements of its answer. They expose a model that
says yes (or no) to everything, or that obeys a hostile document.
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

_MIN_WORDS, _MAX_WORDS = 7, 28
_WHOLE = re.compile(r"[A-Z][^\"“”«»|\n\[\]{}<>?!:;]+[a-z\d)]\.", re.DOTALL)
# Verbs whose negation contradicts the sentence. "may not" and "is not also" need not do so.
_VERB = re.compile(
    r"\b(?:is|are|was|were|will|(?:has|have|had)(?= (?:been|\w+ed)\b))\b"
    r"(?! (?:also|ever|even|often|usually|mainly|mostly|largely|sometimes|thus|soon|now|then"
    r"|un\w+)\b)"
)
_NEGATES = re.compile(
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
    """A statement that the passages contradict (`false`), and one that they support (`true`)."""

    false: str
    true: str


def controls_from(passages: Sequence[Passage]) -> Controls | None:
    """Make two control statements from the simplest sentences of the passages.

    `false` is a sentence with "not" put in: "The bridge was not built in 1903." `true` is another
    sentence, unchanged. Simple sentences are taken because every careful reader must agree on them.

    Returns:
        The statements. None if fewer than two sentences are suitable, or none can be negated.
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
    """Yield simple English statements: no negation, quotation, bracket or instruction."""
    for passage in passages:
        for start, end in sentence_spans(passage.text):
            plain = " ".join(passage.text[start:end].split())
            is_fit = _MIN_WORDS <= len(plain.split()) <= _MAX_WORDS and _WHOLE.fullmatch(plain)
            if not is_fit or _NEGATES.search(plain) or caution(plain):
                continue
            if is_english(plain):
                yield plain


def _difficulty(sentence: str) -> tuple[int, int]:
    """A sort key: the number of subordinating words and opening pronouns, then the length."""
    hard = len(_SUBORDINATE.findall(sentence)) + bool(_REFERS_BACK.match(sentence))
    return hard, len(sentence)


def _denied(sentence: str) -> str:
    """Put "not" after the verb."""
    return _VERB.sub(lambda found: f"{found.group()} not", sentence, count=1)

"""Finds short denials, such as "Entry cost nothing", of what the source does not deny."""

from __future__ import annotations

import re

from askdocs.text.english import CONTRACTED_NOT, NEGATION, NEGATIONS, any_of
from askdocs.text.overlap import count_among
from askdocs.text.sentences import sentence_spans
from askdocs.text.stop_words import plain_words

_DENYING = re.compile(
    rf"\b(?:no(?!,)|{any_of(NEGATIONS - {'no'})}|{CONTRACTED_NOT})\b",  # "No, …" answers
    re.IGNORECASE,
)
# Words by which a source may deny something too, in another way.
_MAY_DENY = re.compile(
    rf"{NEGATION}|\b(?:non\w*|free"
    r"|only|first|last|fail\w*|refus\w*|reject\w*|den(?:y|ied|ies)|lack\w*|absen\w*|except\w*"
    r"|exclud\w*|unless|until|prevent\w*|prohibit\w*|forb\w+|ban(?:ned|s)?|avoid\w*|stop\w*"
    r"|end(?:ed|s)?|ceas\w*|los[est]\w*|miss\w*|little|few\w*|less|rare\w*|hardly|barely|scarcely"
    r"|instead|rather|zero|un\w+|in(?:ability|sufficient\w*|complete|valid)|all|every\w*|each"
    r"|entire\w*|always|alone|sole\w*|exempt\w*|waiv\w*|spared|declin\w*|withdr\w+|abolish\w*"
    r"|halt\w*|remain\w*|still|but|other than|unlike|despite|although|however|while|whereas"
    r"|different\w*|independent\w*)\b",
    re.IGNORECASE,
)
_MAX_WORDS = 9  # words; a longer denial may be a conclusion, which this rule cannot judge
_MIN_SHARE = 0.5  # the share of the statement's content words in a sentence about the same thing


def sweeping_denial(text: str, source: str) -> str:
    """Find a short denial of something that the source says without any denying word.

    Args:
        text: The statement.
        source: The sentences that are its evidence.

    Returns:
        The difference as a phrase; "" if the rule is not sure of one.
    """
    if len(text.split()) > _MAX_WORDS or not _DENYING.search(text):
        return ""
    words = _plain(text)
    needed = max(1.0, _MIN_SHARE * len(words))
    sentences = (source[start:end] for start, end in sentence_spans(source))
    about = [sentence for sentence in sentences if count_among(words, _plain(sentence)) >= needed]
    if not about or any(_MAY_DENY.search(sentence) for sentence in about):
        return ""
    return "the source does not deny it"


def _plain(text: str) -> list[str]:
    """The content words of a text, without those that deny."""
    return [word for word in plain_words(text) if not _DENYING.fullmatch(word)]

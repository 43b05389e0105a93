"""Short statements that deny everything: "Entry cost nothing", where the source denies nothing."""

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
# What in a source may come to a denial, in its own words.
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
_LONGEST = 9  # words; longer denials are reasoned in ways that this rule does not see
_SHARE = 0.5  # of the plain words of a statement that a sentence holds which is about the same


def sweeping_denial(text: str, source: str) -> str:
    """A short denial of what sentences of the source say without any word that denies.

    Args:
        text: The statement.
        source: The sentences that it is judged by.

    Returns:
        The difference in words; "" if the rule is not sure of one.
    """
    if len(text.split()) > _LONGEST or not _DENYING.search(text):
        return ""
    words = _plain(text)
    needed = max(1.0, _SHARE * len(words))
    sentences = (source[start:end] for start, end in sentence_spans(source))
    about = [sentence for sentence in sentences if count_among(words, _plain(sentence)) >= needed]
    if not about or any(_MAY_DENY.search(sentence) for sentence in about):
        return ""
    return "the source does not deny it"


def _plain(text: str) -> list[str]:
    return [word for word in plain_words(text) if not _DENYING.fullmatch(word)]

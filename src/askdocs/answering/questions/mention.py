"""Recognises questions for documents that mention something: "Which letters mention a crane?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from askdocs.answering.questions.mention_languages import mention_request_in
from askdocs.text.english import DOCUMENT_NOUNS, POLITE_PREFIX, any_of, with_plurals
from askdocs.text.tokens import words

_DOCUMENTS = any_of(with_plurals(DOCUMENT_NOUNS | {"page"}))  # not "chapter" or other parts
_FEW = r"(?:(?:of )?(?:the|my|our|these|those|all|all the|all my) )?"
_SURE = r"(?:mention|name|cite|quote|refer to|contain the (?:words?|phrase|term|name))"
_LOOSE = r"(?:contain|include|discuss|talk about|speak of|write about|use the (?:word|term))"
_VERB = rf"(?:(?P<sure>{_SURE})|{_LOOSE})(?:s|es|ed|ing)?"
_ASKS = (
    rf"(?:which|what|how many) (?:of )?{_FEW}{_DOCUMENTS}(?: that| which)?(?: do| does| did)? "
    rf"{_VERB} (?P<what>.+)",
    rf"(?:(?:list|show|find|give|name)(?: me)? )?(?:all|every|any|the)?(?: of)?(?: the| my| our)? "
    rf"?{_DOCUMENTS} (?:that|which) {_VERB} (?P<what>.+)",
    rf"in (?:which|what|how many) (?:of )?{_FEW}{_DOCUMENTS} (?:is|are|was|were|does|do) "
    r"(?P<what>.+) (?P<sure>mentioned|named|cited|appear|occur|found)",
    r"where (?:is|are|was|were) (?P<what>.+) (?P<sure>mentioned)(?: in (?:the|my|these)?.*)?",
    r"(?:who|where) mentions (?P<sure>)(?P<what>.+)",
)
_PATTERNS = [re.compile(rf"\W*{POLITE_PREFIX}{ask}\W*", re.IGNORECASE) for ask in _ASKS]
_QUOTED = re.compile(r"[\"“«„'‘](.+)[\"”»“'’]")
_LEADING = re.compile(r"(?:the |an? |any )?(?:(?:words?|phrase|term|name)s? )?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MentionRequest:
    """The words that a question wants to find in the documents.

    Attributes:
        phrase: The words, as they were asked.
        exact: Whether only this form counts, because it is in quotation marks. Otherwise all words
            with the same stems count.
        only_words: Whether the question can only mean these words. True of "mention". False of
            "discuss", because a text can discuss something without the word.
    """

    phrase: str
    exact: bool
    only_words: bool


def mention_requested(question: str) -> MentionRequest | None:
    """Find the words whose mentions a question asks for.

    Returns:
        The request; None for any other question.
    """
    for pattern in _PATTERNS:
        asked = pattern.fullmatch(question.strip())
        if asked:
            what = asked["what"].strip(" ?!.,")
            quoted = _QUOTED.search(what)
            phrase = quoted[1] if quoted else _LEADING.sub("", what, count=1)
            if words(phrase):
                return MentionRequest(phrase.strip(), bool(quoted), asked["sure"] is not None)
    elsewhere = mention_request_in(question)
    if elsewhere is None:
        return None
    quoted = _QUOTED.search(elsewhere.what)
    phrase = (quoted[1] if quoted else elsewhere.what).strip()
    return MentionRequest(phrase, bool(quoted), elsewhere.only_words) if words(phrase) else None

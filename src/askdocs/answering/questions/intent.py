"""Recognises requests for all about a topic, for an overview, for a list of documents, for more."""

from __future__ import annotations

import re

from askdocs.answering.questions.overview_languages import overview_request_in
from askdocs.text.english import DOCUMENT_NOUNS, DOCUMENT_PARTS, POLITE_PREFIX, any_of, with_plurals

_THE = r"(?:(?:the|this|that|these|those|my|our|your|all|of|an?)\s+)"
TEXT = (
    rf"{_THE}*(?:\w+ )?"
    rf"{any_of(with_plurals(DOCUMENT_NOUNS | DOCUMENT_PARTS | {'folder', 'corpus'}))}\b"
)
_ONLY_A_TEXT = re.compile(rf"\W*(?:of )?(?:it|this|these|{TEXT})?\W*", re.IGNORECASE)
_SAY = r"(?:say|tell|mention|report|state|contain|writ|know)(?:s|ten|t?ed|n)?|said|told"
_MUCH = (
    r"(?:(?:any|some|all|more|further|the) )?"
    r"(?:information|details?|facts|things?|anything|something|everything|all|more)"
)
_WHATS = r"what(?:'s|’s| is| are| was| were)"
_REQUESTS = (
    rf"what (?:do|does|did|has|have)\s+(?:{TEXT}|you|we)\s+(?:have to )?(?:{_SAY})(?: us| me)?",
    rf"{_WHATS}\s+(?:{_SAY})",
    rf"what has been (?:{_SAY})",
    rf"(?:tell|give|show) (?:me|us)(?: {_MUCH})?",
    rf"(?:is|are) there (?:{_MUCH}|any {TEXT})",
    rf"(?:a )?(?:summary|overview) of {TEXT}",
    rf"summari[sz]e (?:{TEXT}|{_WHATS}\s+(?:{_SAY}))",
    rf"(?:give (?:me|us) )?(?:a )?(?:summary|overview) of {TEXT}",
    _MUCH,
)
_POLITELY = rf"^\W*{POLITE_PREFIX}"
_TOPIC = re.compile(
    rf"{_POLITELY}(?:{'|'.join(_REQUESTS)})\s+(?:about|on|regarding|concerning)\s+(?P<topic>.+)",
    re.IGNORECASE,
)
_IN_THE_TEXT = re.compile(rf"\s+(?:in|within|from)\s+{_THE}{TEXT}\W*$", re.IGNORECASE)
_OVERVIEW = re.compile(
    rf"{_POLITELY}(?:{_WHATS} (?P<text>.*?)\s*(?:all )?about|{_WHATS} in (?P<folder>.+)"
    rf"|(?:give (?:me|us) |write )?(?:an? |the )?(?:\w+ )?(?:summary|overview)(?P<summary>\b.*)"
    r"|summari[sz]e(?P<all>\b.*))\W*$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"{_POLITELY}(?:what (?:does|do) (?P<text>.+?) deal with"
    rf"|{_WHATS} (?:the|its) (?:subject|topic)(?: matter)?(?P<of>(?: of .+)?))\W*$",
    re.IGNORECASE,
)
_DOCUMENTS = re.compile(
    rf"{_POLITELY}(?:(?:what|which) (?:kinds? of )?(?:documents?|files?|sources?|texts?)"
    r"(?: do you (?:have|know)| have you(?: got| read)?| are (?:there|here|indexed|in (?:the"
    r" (?:folder|index|corpus)|here))| can (?:i|you) (?:ask|search|read))"
    r"|(?:list|show)(?: me)?(?: all)?(?: the| my| your)? (?:documents|files|sources)"
    r"|how many (?:documents|files) (?:do you have|are there|are indexed))\W*$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\b(?:sen[dt]|wr[io]t|e-?mail|mail|address|cc)\w*", re.IGNORECASE)
_MORE = re.compile(
    rf"{_POLITELY}(?:(?:tell|give|show) (?:me|us) (?:(?:some|a (?:bit|little)) )?more"
    r"|more|go on|continue|(?:say|any(?:thing)?|what) (?:more|else)|elaborate)"
    r"(?: (?:details?|information|facts?))?(?: (?:about|on) (?:it|this|that|them|him|her|these))?"
    r"(?:,? please)?\W*$",
    re.IGNORECASE,
)


def topic_of(question: str) -> str:
    """The topic of a question that asks for everything about it.

    "What does the report say about tolls?" has the topic "tolls".

    Returns:
        The topic; "" for any other question, or if the topic is the text itself.
    """
    asked = _TOPIC.match(question)
    if not asked:
        return ""
    topic = _IN_THE_TEXT.sub("", asked["topic"]).strip(" ?!.").removesuffix(", please")
    return "" if _ONLY_A_TEXT.fullmatch(topic) else topic


def asks_for_overview(question: str) -> bool:
    """Whether a question asks what the documents are about, without naming one of them."""
    asked = _OVERVIEW.match(question) or _SUBJECT.match(question)
    if not asked:
        request = overview_request_in(question)
        return request is not None and request.of_documents
    return all(_ONLY_A_TEXT.fullmatch(part) for part in asked.groupdict("").values())


def overview_of(question: str) -> str:
    """What a question asks for an overview of.

    "Summarise the lease" gives "the lease", and "What is heat.txt about?" gives "heat.txt".

    Returns:
        The words as they were asked; "" for any other question.
    """
    asked = _OVERVIEW.match(question)
    if not asked:
        request = overview_request_in(question)
        return "" if request is None else request.named
    found = asked["text"] or asked["summary"] or asked["all"] or ""
    return re.sub(r"^\W*(?:of\b)?", "", found).strip()


def asks_for_documents(question: str) -> bool:
    """Whether a question asks which documents there are."""
    return bool(_DOCUMENTS.match(question))


def asks_for_more(question: str) -> bool:
    """Whether a question only asks for more about the same: "Tell me more"."""
    return bool(_MORE.match(question))


def asks_of_mail(question: str) -> bool:
    """Whether a question asks about mail: who sent or wrote something, or to which address."""
    return bool(_MAIL.search(question))

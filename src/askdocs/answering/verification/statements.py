"""Classifies the sentences of a language model: only claims are judged.

Headings, questions, transitions and refusals claim nothing. An instruction to the reader, or a
sentence with a web address, is judged but is never "supported", because it may come from an order
in a hostile document. Whether a statement carries out such an order is decided by
`askdocs.models.order_detector`.
"""

from __future__ import annotations

import re
from typing import Literal

from askdocs.text.english import DOCUMENT_NOUNS, DOCUMENT_PARTS, any_of, with_plurals

Kind = Literal["claim", "question", "transition", "refusal"]

WEB_ADDRESS = "it gives a web address: look it up in the document"
TELLS_READER = "it tells you to do something: read it in the document"
IN_AN_ORDER = "the source tells its reader to do something: read it in the document"

# How models refuse in their own words.
_NO_ANSWER = (
    r"(?:can(?:not|['’]t| not)|could(?:n['’]t| not)|unable|do(?:es)?(?:n['’]t| not)|not|no)"
    r" (?:\w+ ){0,3}?(?:answer|help|assist|comply|contain|mention|provide|include|say|state|specify"
    r"|address|have|find|know|information)\b"
)
_DECLINES = re.compile(
    rf"(?:i(?:['’]m| am)?\b|sorry|unfortunately|as an ai)\b.*?\b{_NO_ANSWER}"
    r"|(?:unfortunately, )?(?:(?:based on|according to) the (?:\w+ )?passages, )?"
    r"(?:(?:the|these|this|your) (?:\w+ )?(?:passages?|documents?|texts?|context|sources?)|there)"
    rf" (?:(?:is|are) )?{_NO_ANSWER}|(?:unfortunately, )?none of the (?:\w+ )?passages\b",
    re.IGNORECASE,
)
# A sentence that a document lacks something, which no quote can prove. "law" is not a document
# here: "The law has no form for it" is about the contents of a law.
_TEXTS = DOCUMENT_NOUNS - {"law"} | DOCUMENT_PARTS | {"passage", "lease"}
_ABSENCE = re.compile(
    rf"\b(?:{any_of(with_plurals(_TEXTS))}"
    r"|\w+\.(?:txt|md|pdf|docx?|html?|csv|xlsx?|epub))"
    r"\W+(?:\w+\W+){0,3}?(?:(?:do|does|did)(?:n['’]t| not) (?:\w+ )?(?:mention|say|state|discuss"
    r"|describe|specify|address|cover|contain|include|explain|give|provide|name)\b"
    r"|(?:say|says|said) nothing\b|makes? no mention\b"
    r"|(?:contains?|has|have|gives?|provides?) (?:no|nothing)\b)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?<!sorry, )(?<!sorry )\b(?:but|however|although|though|only|except)\b", re.IGNORECASE
)
_TRANSITION = re.compile(
    r"(?:(?:here|below|these|the following)\b[^.]{0,80}:"
    r"|(?:what|how|why|when|where|who|which)\b[^.]{0,80}:"
    r"|(?:the |your |some )?(?:key|main|most important|important|next|other|further|relevant|steps"
    r"|dates|points|reasons|examples|details|requirements|exceptions)\b[^.,]{0,40}:"
    r"|(?:in (?:summary|short|conclusion|other words|addition)|to (?:summari[sz]e|conclude|sum up)"
    r"|overall|additionally|furthermore|moreover|finally|also|sure|certainly|of course|yes|no"
    r"|answer|summary|note|key points?)\W{0,2}"
    r"|(?:based on|according to) (?:the|these|your) (?:\w+ )?(?:passages?|documents?|texts?"
    r"|sources?|context)\b[^.]{0,40}[:,]"
    r"|(?:the|your) (?:passages?|documents?|texts?|sources?) (?:say|state|mention|list"
    r"|describe|give|provide)s? (?:that |the |this )?(?:following|as follows)?\W{0,2}"
    r"|i hope (?:this|that)\b.*|let me know\b.*|feel free\b.*"
    r"|if you (?:have any|need more (?:help|information|details))\b.*)",
    re.IGNORECASE,
)
# A name such as VA.gov is not an address, unless it is in lower case or has a path.
_ADDRESS = re.compile(
    r"\b(?:[Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])\s?:\s?/\s?/|\b[Ww]{3}\s?\.|\bhxxps?\b"
    r"|\b[a-z0-9-]+\s?\[\.\]\s?[a-z]{2,}|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\w"
    r"|(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|info|biz|app|example|test|gov|edu"
    r"|co|ru|xyz|top|site|online|shop|link|click)\b"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Verbs that begin an instruction. An English statement does not begin with one of them.
_ORDERING = (
    "add answer apply ask avoid bring buy call cancel change check choose click close collect"
    " complete confirm consult contact copy create delete disable disregard do don’t don't download"
    " drag email enable ensure enter execute fill find follow forget forward get give go ignore"
    " insert install inform keep launch leave let look mail make never notify obtain open pay phone"
    " pick place please press print provide put read refer refrain register remember remove repeat"
    " replace reply report request reset respond restart return run save say scan see select send"
    " set sign speak start state stop store submit switch take talk tap tell text transfer try turn"
    " type uninstall update upload use verify visit wait watch wire write"
).split()
_ORDER = re.compile(
    r"(?:(?:first|then|next|finally|now|also|instead|always|otherwise),? "
    rf"|(?:to|if|when|before|after) [^,]{{3,80}}, )?(?:{'|'.join(_ORDERING)})\b"
    r"(?! (?:is|are|was|were|has|have|of|to|costs?|data|prices?|rates?|cent(?:er|re)s?|names?)\b)"
    r"(?!['’]s\b)(?! (?:I{1,3}|IV|[A-D\d])\b)(?!\s*[,:;]?\s*$)",
    re.IGNORECASE,
)
_TO_READER = re.compile(
    r"\byou (?:should|must|need to|have to|ought to|can now|may now|are required to) (?:now |please"
    r" |immediately |always |then )?(?:answer|call|click|contact|delete|disable|disregard|download"
    r"|email|enter|execute|follow|forward|go to|ignore|install|log in|open|pay|phone|register|reply"
    r"|respond|run|send|share|sign in|submit|tell|transfer|trust|type|upload|visit|wire)\b"
    r"|\bplease (?:do|don['’]t|\w+)\b",
    re.IGNORECASE,
)


def kind_of(text: str) -> Kind:
    """Classify a sentence: a claim, a question, a transition or a refusal."""
    plain = text.strip()
    if plain.rstrip('"”’»)*_ ').endswith(("?", "？")):
        return "question"
    if declines(plain):
        return "refusal"
    if _TRANSITION.fullmatch(plain):
        return "transition"
    return "claim"


def declines(text: str) -> bool:
    """Tell whether a sentence only says, as language models do, that there is no answer."""
    return bool(_DECLINES.match(text)) and not _GOES_ON.search(text)


def says_absence(text: str) -> bool:
    """Tell whether a sentence says that a document does not contain something."""
    return bool(_ABSENCE.search(text))


def caution(text: str) -> str:
    """Why a sentence is never "supported", as a phrase; "" if it may be."""
    if _ADDRESS.search(_EMAIL.sub(" ", text)):
        return WEB_ADDRESS
    plain = text.strip().lstrip("\"'“”‘’«»*-•#>( ")
    if _ORDER.match(plain) or _TO_READER.search(plain):
        return TELLS_READER
    return ""

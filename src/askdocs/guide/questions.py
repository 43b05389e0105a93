"""Questions that a document suggests: its own questions, its definitions, its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from askdocs.guide.outline import with_ends
from askdocs.text.english import (
    ARTICLES,
    DEMONSTRATIVES,
    POSSESSIVES,
    QUESTION_WORDS,
    SUBJECT_PRONOUNS,
    any_of,
)
from askdocs.text.sentences import sentence_spans
from askdocs.types import Document, Section, SuggestedQuestion

MOST = 12  # of one document
_LONG_LINE = 80  # characters
_SELDOM = 3  # a name has a capital more than so many times as often as none
_SHORTEST_SECTION = 200  # characters
_READ = 40_000  # characters that are searched for definitions
_QUESTION = re.compile(
    r"(?:what|who|when|where|which|why|how|is|are|do|does|can|should|will|may)\b.{6,110}\?",
    re.IGNORECASE,
)
_HOW_TO = re.compile(r"how to (?P<do>[a-z].{4,80})", re.IGNORECASE)
_IMPERATIVE = re.compile(
    r"(?P<do>(?:add|apply|build|change|check|choose|configure|connect|create|delete|deploy|disable"
    r"|enable|export|find|get|import|install|make|manage|move|open|prepare|read|register|remove"
    r"|rename|replace|report|request|reset|restore|run|send|set up|share|start|stop|submit|test"
    r"|update|upgrade|upload|use|write) [\w].{2,60})",
    re.IGNORECASE,
)
_ODD_IN_QUESTION = re.compile(r"[*_`<>|\[\]{}]")
_FORM_OF_QUESTION = re.compile(
    r"(?:what|who|when|where|which|why|how|keep|a|an)\b.*", re.IGNORECASE
)
_DEFINITION = re.compile(
    r"(?P<article>An? |The )?[“\"*_`]{0,2}(?P<name>[A-Z][\w.-]*(?: [\w-]+){0,3}?)[”\"*_`]{0,2}"
    r"(?: \([^)]{1,40}\))?,? (?:is|are|means|refers to|stands for)"
    r" (?:an? |the |one of |any |short for )[a-z].{20,}"
)
_NO_NAME = re.compile(
    rf"(?:{any_of(ARTICLES | DEMONSTRATIVES | POSSESSIVES | QUESTION_WORDS | SUBJECT_PRONOUNS)}"
    r"|there|here|one|all|most|some|many|another|each|every|both|such|if|while|as|at|in|on|by|for"
    r"|to|so|but|and|or|not|no|note|example|figure|table|section|yes|also|however"
    r"|below|above|following|first|second|third|result|reason|question|answer|problem|point)\b.*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:(?:section|chapter|part|article)\s+)?[\dIVXivx]+(?:[.)]\d*)*[.):\s]+")
_GENERIC = re.compile(
    r"(?:introduction|conclusions?|references|bibliography|abstract|summary|overview|contents"
    r"|background|related work|discussion|results|methods?|methodology|acknowledge?ments?|appendix"
    r"|notes?|further reading|external links|see also|faq|usage|examples?|index|preface|foreword"
    r"|table of contents|about|contact|general|other|miscellaneous|attendance|agenda|definitions?"
    r"|(?:section|part|chapter|appendix|table|figure|page) \w{1,4}|action required|page proof.*"
    r"|limits?|overrides?|attachments?|questions?|title|history|sources?|terms|notice)s?\W*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_ODD = re.compile(r"[|<>{}=@#\\/\[\]_]|\d{3,}|https?:|\.\w+$|[A-Z]{5,}|[,;:]")


def questions_of(document: Document, outline: Sequence[Section]) -> tuple[SuggestedQuestion, ...]:
    """Questions that a document should answer, the most natural ones first.

    The caller has to check that it answers them.
    """
    found: dict[str, SuggestedQuestion] = {}
    prose = _prose(document.text)
    every = chain(
        _asked(document, outline),
        _definitions(document, outline, prose),
        _topics(document, outline, prose),
    )
    for question in every:
        found.setdefault(question.text.casefold(), question)
    return tuple(islice(found.values(), MOST))


def _asked(document: Document, outline: Sequence[Section]) -> Iterator[SuggestedQuestion]:
    """Questions from headings that ask something or say how to do something."""
    for section, end in with_ends(document, outline):
        heading = _NUMBERED.sub("", section.heading).strip(" *_`")
        how = _HOW_TO.fullmatch(heading) or _IMPERATIVE.fullmatch(heading)
        if _QUESTION.fullmatch(heading) and not _ODD_IN_QUESTION.search(heading):
            yield SuggestedQuestion(heading, document.source, section.start, end)
        elif how and not _ODD.search(heading):
            words = f"How do I {how['do'][0].lower()}{how['do'][1:].rstrip('.')}?"
            yield SuggestedQuestion(words, document.source, section.start, end)


def _definitions(
    document: Document, outline: Sequence[Section], prose: str
) -> Iterator[SuggestedQuestion]:
    """Questions about terms that are defined, if the document uses them again."""
    text = document.text[:_READ]
    headings = "\n".join([document.title, *(section.heading for section in outline)]).casefold()
    for start, end in sentence_spans(text):
        match = _DEFINITION.match(" ".join(text[start:end].split()))
        if match is None or _NO_NAME.fullmatch(match["name"]) or _ODD.search(match["name"]):
            continue
        name = match["name"]
        if name.casefold() not in headings and text.count(name) < 3:
            continue
        plural = re.search(r"[^s]s$", name) and " are " in match.group()[: len(name) + 45]
        article = "the " if match["article"] == "The " else (match["article"] or "").lower()
        known = name if _is_name(name, prose) else f"{name[0].lower()}{name[1:]}"
        words = f"What {'are' if plural else 'is'} {article}{known}?"
        yield SuggestedQuestion(words, document.source, start, end)


def _topics(
    document: Document, outline: Sequence[Section], prose: str
) -> Iterator[SuggestedQuestion]:
    """The headings that name a thing in two to six words."""
    for section, end in with_ends(document, outline):
        heading = _NUMBERED.sub("", _BRACKETS.sub("", section.heading)).strip(" *_`.:")
        fits = 2 <= len(heading.split()) <= 6 and not _ODD.search(heading)
        if not fits or _GENERIC.fullmatch(heading) or not heading[0].isalpha():
            continue
        asked = _FORM_OF_QUESTION.fullmatch(heading) or _IMPERATIVE.fullmatch(heading)
        if asked or end - section.start < _SHORTEST_SECTION:
            continue
        words = f"What do the documents say about {_in_a_sentence(heading, prose)}?"
        yield SuggestedQuestion(words, document.source, section.start, end)


def _in_a_sentence(heading: str, prose: str) -> str:
    """A heading as it is written within a sentence: its words in lower case, names as they are."""
    return " ".join(word if _is_name(word, prose) else word.lower() for word in heading.split())


def _is_name(word: str, prose: str) -> bool:
    """Whether a word keeps its capital within sentences."""
    if any(each.isupper() for each in word[1:]) and "-" not in word:
        return True
    within = len(re.findall(rf"[a-z,;] {re.escape(word)}\b", prose))
    lower = len(re.findall(rf"[\w,;] {re.escape(word.lower())}\b", prose))
    return within > _SELDOM * lower and within > 0


def _prose(text: str) -> str:
    """The lines of a text that are long: no headings."""
    return "\n".join(line for line in text[:_READ].splitlines() if len(line) > _LONG_LINE)

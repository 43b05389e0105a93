"""A conversation to what should be searched for, and what needs no search at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.answering.questions.intent import asks_for_overview
from askdocs.answering.questions.speech import asks_openly
from askdocs.index.keywords.terms import content_words
from askdocs.types import Turn

_LEANING = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|these|those|then|one"
    r"|ones|same|former|latter|others?|else|more|another)\b|\b(that|there)\W*$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:(?:thanks|thank you|ok|okay|great|perfect|yes|no|hi|hello)\b[\s,.!]*)*"
    r"(and|but|so|or|also|what about|how about|why not)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w'’\-]+(?:\s+(?:of|the|al|bin|de|van|von)?\s*[A-Z][\w'’\-]+)*")
# Of 961 follow-ups that people rewrote (TREC CAsT, MTRAG), 86 % of those that need the
# conversation have a leaning word or at most three words of their own; docs/decisions/0006.
_FEW_WORDS = 3
_MOST_NAMES = 6
# "How many?" and "where exactly?" have no matter of their own either.
_MEASURES = frozenset(
    """many much long old far often tall big large high deep wide heavy soon late until since
    exactly precisely really sure kind sort""".split()
)

_GREETINGS = frozenset("hi hello hey greetings morning afternoon evening".split())
_THANKS = frozenset(
    """thanks thank thx cheers great perfect ok okay nice good excellent wonderful helpful
    helps helped got understood sorted""".split()
)
_FAREWELLS = frozenset("bye goodbye farewell night later soon".split())
# What stands beside them where nothing is asked.
_COURTESIES = frozenset(
    """a again all and answer answers askdocs day everyone for friend good have help i in it its
    job know lot lovely makes mate me much my no now really see sense so that thats the then there
    this to today very was well will work yes you your""".split()
)
_WELCOME = "You are welcome. Ask on whenever you like."
_MYSELF = (
    "I am askdocs. I answer questions from the documents in your folder, and quote the exact"
    " words that I stand on. If they do not hold the answer, I say so."
)
_SURE = (
    "I quote what your documents say, and cannot be surer than they are. Open a citation to see the"
    " words where they stand."
)
_TALK = (
    (_FAREWELLS, "Goodbye. Ask on whenever you like."),
    (_THANKS, _WELCOME),
    (_GREETINGS, "Hello. Ask me anything about your documents."),
)
_SALUTE = r"^(?:(?:hi|hello|hey|thanks|thank you|ok|okay|great|perfect|good)\b[\s,.!;:–-]*)*"
_ABOUT_US = re.compile(
    _SALUTE
    + r"(?:(?:who|what) (?:exactly )?are you|what (?:can|do) you do(?: for me| here)?|help(?: me)?"
    r"|how do(?:es)? (?:you|this|askdocs) work|(?:what is|what['’]s|who is) (?:askdocs|your name)"
    r"|are you (?:an? )?(?:ai|robot|bot|chatbot|human|person|machine|language model|real)"
    r"|who (?:made|built|created|wrote) (?:you|askdocs)|how are you(?: doing)?(?: today)?"
    r"|what can i (?:ask|do)(?: you)?(?: here)?|(?:can|could) you help(?: me)?)[\s?!.]*$",
    re.IGNORECASE,
)


_DOUBTS = re.compile(
    _SALUTE + r"(?:are you (?:really |quite )?(?:sure|certain)(?: about (?:that|this|it))?|really"
    r"|is (?:that|this|it) (?:really )?(?:true|right|correct))[\s?!.]*$",
    re.IGNORECASE,
)


def small_talk(question: str) -> str:
    """What to say to a greeting, to thanks or to a question about askdocs; "" to all others.

    A greeting or thanks has no other words than such: "Thanks, and when?" asks something.
    """
    if _ABOUT_US.match(question.strip()):
        return _MYSELF
    if _DOUBTS.match(question.strip()):
        return _SURE
    said = set(re.findall(r"\w+", question.lower().replace("'", "").replace("’", "")))
    known = said <= _GREETINGS | _THANKS | _FAREWELLS | _COURTESIES
    if "?" in question or not known:
        return ""
    return next((reply for words, reply in _TALK if said & words), "")


@dataclass(frozen=True, slots=True)
class Understood:
    """A question in its conversation: what to search for, and how to put it to the reader.

    `queries` are the question as it stands and, where it leans on the conversation, the same with
    what that adds. One without a word of its own ("how many?") is read as it is searched, names of
    the last answer included; others with the words of the topic only. `surely` is false where it
    may well stand on its own.
    """

    queries: tuple[str, ...]
    read_as: str
    surely: bool = True


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """A question with what the turns before it, oldest first, add to it."""
    asked = " ".join(question.split())
    before = [turn for turn in history if turn.answer.searched_for]
    if not before or not leans_on_history(asked):
        return Understood((asked,), asked)
    topic = _topic(before)
    context = _context(topic, before[-1])
    bare = _MEASURES.issuperset(content_words(asked))
    return Understood(
        queries=(asked, f"{asked} {context}".strip()),
        read_as=f"{asked} ({context})" if bare else _with_topic(asked, topic),
        surely=bare or _leans_by_word(asked),
    )


def leans_on_history(question: str) -> bool:
    """Whether a question can hardly be understood alone.

    A short one mostly cannot; but "What did Okafor say?" asks for any words of hers, and "What is
    the article about?" for no more than it says.
    """
    if asks_for_overview(question):
        return False
    if _leans_by_word(question):
        return True
    return len(content_words(question)) <= _FEW_WORDS and not asks_openly(question)


def _leans_by_word(question: str) -> bool:
    return bool(_LEANING.search(question) or _OPENING.match(question))


def _topic(history: Sequence[Turn]) -> str:
    """The last question that was searched alone: it named what is being talked about."""
    alone = [turn.question for turn in history if len(turn.answer.searched_for) == 1]
    return alone[-1] if alone else history[0].question


def _with_topic(asked: str, topic: str) -> str:
    """A follow-up and, in brackets, what it is about.

    The topic goes in as words, after the question: asked two questions, the reader answers the
    first, and where the old one stands whole it often answers that (docs/decisions/0006).
    """
    return f"{asked} ({', '.join(content_words(topic))})"


def _context(topic: str, last: Turn) -> str:
    """The words of the topic and of the last question, and the names in what was answered."""
    said = " ".join(statement.text for statement in last.answer.statements[:2])
    names = [match.group() for match in _NAME.finditer(said)][:_MOST_NAMES]
    context = dict.fromkeys([*content_words(topic), *content_words(last.question)])
    fresh = [name for name in names if not set(content_words(name)) <= set(context)]
    return " ".join(dict.fromkeys([*context, *fresh]))

"""Closed word classes of English: pronouns, articles, auxiliaries and the like.

Each class is listed here once, for all rules. A rule that needs a slightly different list derives
it, as in `NEGATIONS - {"without"}`, and says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

NEGATIONS = frozenset("not no nor neither never none nobody nothing nowhere without cannot".split())
CONTRACTED_NOT = r"\w+n['’]t"  # "isn't"

SUBJECT_PRONOUNS = frozenset("i we you he she it they".split())
THIRD_PERSON = frozenset("he she it they him her them his hers its their theirs".split())
DEMONSTRATIVES = frozenset("this that these those".split())
POSSESSIVES = frozenset("my our your his her its their".split())
ARTICLES = frozenset("a an the".split())

BE = frozenset("am is are was were be been being".split())
AUXILIARIES = BE | frozenset(
    "has have had do does did can could will would may might must shall should".split()
)

QUESTION_WORDS = frozenset("who whom whose what when where which why how".split())

# The most frequent words of English.
FUNCTION_WORDS = frozenset(
    """
    the of and to in is was for that it on as with by at from this be are were which not has had
    have but their they he she his her its an or who will would can could may must should been
    more than when what there also only after before between during about into through over under
    no if we i a well long under per part us now just two three people s t you your our all one
    both each because while where how why does did do some these
    whereas those them then such any other many most so
    """.split()
)
# Frequent English words that are also words of another language, such as "in" or "was" (German).
SHARED_WORDS = frozenset(
    "in was an so will also at he as to all over or on for had were be is no it do most any but"
    " his may our more".split()
)

# Nouns for a whole document, and for its parts.
DOCUMENT_NOUNS = frozenset(
    "article book contract document e-mail email essay file guide handbook interview law letter"
    " manual memo minute newsletter note paper presentation protocol report source story study"
    " text thesis transcript".split()
)
DOCUMENT_PARTS = frozenset("chapter page section slide".split())

TITLES = frozenset("mr mrs ms miss dr prof professor sir madam rev cllr judge".split())

GREETINGS = frozenset("hi hello hey".split())
GOOD_DAY = r"good (?:morning|afternoon|evening)"

# The first and last lines of letters and mails: "Dear Ms Roe", "Kind regards", "Cordially".
SALUTATIONS = GREETINGS | {"dear"}
CLOSING_ADJECTIVES = frozenset(
    "best friendly kind kindest many respectful sincere very warm warmest".split()
)
CLOSING_NOUNS = frozenset("greetings regards thanks wishes".split())
CLOSING_ADVERBS = frozenset("cheers cordially faithfully respectfully sincerely".split())

# Polite words before a request: "please", "could you kindly".
POLITE_PREFIX = r"(?:(?:please|kindly)[\s,]+|(?:can|could|would|will) you (?:please |kindly )?)*"


def any_of(words: Iterable[str]) -> str:
    """A regular expression that matches any of the words, longest first."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, ordered))})"


def with_plurals(nouns: Iterable[str]) -> frozenset[str]:
    """The nouns with their regular plurals: "study" gives "study" and "studies"."""
    return frozenset(form for noun in nouns for form in (noun, _plural(noun)))


def _plural(noun: str) -> str:
    if noun.endswith("sis"):
        return f"{noun[:-2]}es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", noun) + "s"


NEGATION = rf"(?:\b{any_of(NEGATIONS)}|\b{CONTRACTED_NOT})\b"

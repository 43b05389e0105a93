"""Makes false sentences from true ones by one small change.

Every function takes a true sentence and its evidence. It returns a sentence with one change, or
nothing if the change is not possible. It changes a number, a unit, a name, a modal verb, a
quantifier, a direction or a negation. Language models make such mistakes while the other words stay
nearly the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

PAIRS = (
    ("must", "may"),
    ("must", "should"),
    ("shall", "may"),
    ("can", "must"),
    ("required", "allowed"),
    ("mandatory", "optional"),
    ("some", "all"),
    ("most", "all"),
    ("many", "all"),
    ("many", "few"),
    ("often", "always"),
    ("usually", "always"),
    ("sometimes", "always"),
    ("rarely", "often"),
    ("at least", "at most"),
    ("more than", "less than"),
    ("before", "after"),
    ("above", "below"),
    ("over", "under"),
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("increases", "decreases"),
    ("rose", "fell"),
    ("rise", "fall"),
    ("grew", "shrank"),
    ("higher", "lower"),
    ("highest", "lowest"),
    ("larger", "smaller"),
    ("largest", "smallest"),
    ("longer", "shorter"),
    ("more", "less"),
    ("first", "last"),
    ("first", "second"),
    ("earlier", "later"),
    ("early", "late"),
    ("won", "lost"),
    ("gain", "loss"),
    ("profit", "loss"),
    ("buy", "sell"),
    ("bought", "sold"),
    ("lessee", "lessor"),
    ("tenant", "landlord"),
    ("lender", "borrower"),
    ("buyer", "seller"),
    ("employer", "employee"),
    ("licensor", "licensee"),
    ("plaintiff", "defendant"),
    ("teacher", "student"),
    ("doctor", "patient"),
    ("mother", "father"),
    ("son", "daughter"),
    ("brother", "sister"),
    ("husband", "wife"),
    ("north", "south"),
    ("northern", "southern"),
    ("east", "west"),
    ("eastern", "western"),
    ("inside", "outside"),
    ("includes", "excludes"),
    ("including", "excluding"),
    ("accepted", "rejected"),
    ("allowed", "forbidden"),
    ("supported", "opposed"),
    ("safe", "dangerous"),
    ("public", "private"),
    ("open", "closed"),
    ("start", "end"),
    ("began", "ended"),
    ("minimum", "maximum"),
    ("positive", "negative"),
    ("internal", "external"),
    ("only", "also"),
    ("both", "neither of"),
    ("Austria", "Australia"),
    ("Austrian", "Australian"),
    ("Sweden", "Switzerland"),
    ("Swedish", "Swiss"),
    ("Iran", "Iraq"),
    ("Niger", "Nigeria"),
    ("Slovakia", "Slovenia"),
    ("Ireland", "Iceland"),
    ("Paraguay", "Uruguay"),
    ("Latvia", "Lithuania"),
    ("French", "German"),
    ("British", "American"),
    ("Monday", "Tuesday"),
    ("January", "June"),
    ("March", "May"),
    ("July", "August"),
    ("September", "November"),
    ("October", "December"),
)
UNITS = (
    ("mg", "g"),
    ("mg", "mcg"),
    ("kg", "g"),
    ("km", "miles"),
    ("metres", "feet"),
    ("meters", "feet"),
    ("million", "billion"),
    ("thousand", "million"),
    ("days", "weeks"),
    ("weeks", "months"),
    ("months", "years"),
    ("hours", "days"),
    ("minutes", "hours"),
    ("seconds", "minutes"),
    ("day", "week"),
    ("week", "month"),
    ("month", "year"),
    ("hour", "day"),
    ("MB", "GB"),
    ("GB", "TB"),
    ("$", "€"),
    ("£", "$"),
    ("percent", "percentage points"),
)
WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NAME = re.compile(r"\b[A-Z][\w'’-]+(?: (?:of |the |de |van )?[A-Z][\w'’-]+)*")
AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|must|does|do|did)\b"
    r"(?! (?:not|no|never|just)\b)"
)
NEGATION = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|must|does|do|did) not\b"
)


def spelt_like(word: str, model: str) -> str:
    """Return `word` with a capital if `model` has one."""
    return word[0].upper() + word[1:] if model[:1].isupper() else word


def exchanged(sentence: str, pairs: tuple[tuple[str, str], ...], rng: random.Random) -> str:
    """Return the sentence with one word of a pair replaced by the other, or an empty string."""
    found = []
    for pair in pairs:
        for old, new in (pair, pair[::-1]):
            edges = (r"(?<!\w)", r"(?!\w)") if old.isalpha() or " " in old else ("", "")
            pattern = edges[0] + re.escape(old) + edges[1]
            flags = 0 if old[0].isupper() else re.IGNORECASE
            found += [(match, new) for match in re.finditer(pattern, sentence, flags)]
    if not found:
        return ""
    match, new = rng.choice(found)
    return sentence[: match.start()] + spelt_like(new, match[0]) + sentence[match.end() :]


def other_word(sentence: str, _evidence: str, rng: random.Random) -> str:
    """Exchange a modal verb, quantifier, direction, role or look-alike name."""
    return exchanged(sentence, PAIRS, rng)


def other_unit(sentence: str, _evidence: str, rng: random.Random) -> str:
    """Exchange a unit or a currency next to a number."""
    return exchanged(sentence, UNITS, rng) if NUMBER.search(sentence) else ""


def changed_figure(figure: str, rng: random.Random) -> str:
    """Return another number of the same form."""
    places = [n for n, sign in enumerate(figure) if sign.isdigit()]
    if rng.random() < 0.15 and figure.isdigit() and len(figure) < 4:
        return figure + "0"
    place = rng.choice(places)
    digits = [each for each in "123456789" if each != figure[place]]
    return figure[:place] + rng.choice(digits) + figure[place + 1 :]


def other_number(sentence: str, evidence: str, rng: random.Random) -> str:
    """Change a number in digits or words, often into another number of the evidence."""
    found = list(NUMBER.finditer(sentence))
    found += [m for w in WORDS for m in re.finditer(rf"\b{w}\b", sentence, re.IGNORECASE)]
    if not found:
        return ""
    match = rng.choice(found)
    if match[0].lower() in WORDS:
        new = spelt_like(rng.choice([w for w in WORDS if w != match[0].lower()]), match[0])
    else:
        like = {m[0] for m in NUMBER.finditer(evidence)} - {m[0] for m in found}
        like = {each for each in like if len(each) == len(match[0])}
        new = changed_figure(match[0], rng)
        if like and rng.random() < 0.5:
            new = rng.choice(sorted(like))
    return sentence[: match.start()] + new + sentence[match.end() :]


def names_in(text: str) -> list[re.Match[str]]:
    """Return the names in a text: capitalised words that do not begin a sentence."""
    return [m for m in NAME.finditer(text) if m.start() > 1 and text[m.start() - 2] not in '.!?:"“']


def other_name(sentence: str, evidence: str, rng: random.Random) -> str:
    """Replace a name that is in the evidence by another one that is there."""
    known = {m[0] for m in names_in(evidence)}
    here = [m for m in NAME.finditer(sentence) if m[0] in known]
    if not here:
        return ""
    match = rng.choice(here)
    length = len(match[0].split())
    others = [
        name
        for name in sorted(known)
        if name.lower() not in sentence.lower()
        and abs(len(name.split()) - length) <= 1
        and not set(name.split()) & set(match[0].split())
    ]
    if not others:
        return ""
    return sentence[: match.start()] + rng.choice(others) + sentence[match.end() :]


def names_exchanged(sentence: str, evidence: str, _rng: random.Random) -> str:
    """Exchange two names of a sentence, unless they are in a list."""
    known = {m[0] for m in names_in(evidence)}
    here = [m for m in NAME.finditer(sentence) if m[0] in known]
    if len(here) != 2 or here[0][0] in here[1][0] or here[1][0] in here[0][0]:
        return ""
    one, two = here
    between = sentence[one.end() : two.start()]
    if re.search(r"\b(and|or|with|between)\b", between) or len(between) < 6:
        return ""
    return sentence[: one.start()] + two[0] + between + one[0] + sentence[two.end() :]


def negated(sentence: str, _evidence: str, rng: random.Random) -> str:
    """Remove a "not", or add one."""
    match = NEGATION.search(sentence)
    if match:
        return sentence[: match.end(1)] + sentence[match.end() :]
    found = list(AUXILIARY.finditer(sentence))
    if not found:
        return ""
    match = rng.choice(found)
    return sentence[: match.end()] + " not" + sentence[match.end() :]


CHANGES: tuple[tuple[Callable[[str, str, random.Random], str], float], ...] = (
    (other_number, 3),
    (other_name, 3),
    (names_exchanged, 3),
    (other_unit, 2),
    (other_word, 3),
    (negated, 1),
)


def near_miss(sentence: str, evidence: str, rng: random.Random) -> str:
    """Return a false sentence made from a true one, or an empty string if none can be made."""
    changes = [change for change, _ in CHANGES]
    weights = [weight * rng.random() for _, weight in CHANGES]
    for _, change in sorted(zip(weights, changes, strict=True), key=lambda x: -x[0]):
        changed = change(sentence, evidence, rng)
        if changed and changed.lower() != sentence.lower():
            return changed
    return ""

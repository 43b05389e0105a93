"""Rules for small differences that change the meaning: units, identifiers, names, small words.

Each rule compares a statement with its evidence. It returns the difference as a phrase, or "" if it
is not sure of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from askdocs.answering.verification import facts
from askdocs.answering.verification.names import name_root, same_name, unaccented
from askdocs.text.identifiers import form_of
from askdocs.text.numbers import numbers_in
from askdocs.text.overlap import count_among
from askdocs.text.sentences import sentence_spans
from askdocs.text.stop_words import STOP_WORDS

_UNITS = """
    mcg µg μg ug microgram micrograms | mg milligram milligrams | g gram grams gramme grammes
    | kg kilo kilos kilogram kilograms | lb lbs | oz ounce ounces | t ton tons tonne tonnes
    | ml millilitre millilitres milliliter milliliters | cl | l litre litres liter liters
    | nm | mm millimetre millimetres millimeter millimeters
    | cm centimetre centimetres centimeter centimeters | m metre metres meter meters
    | km kilometre kilometres kilometer kilometers | mile miles mi | ft foot feet | inch inches
    | yard yards yd | acre acres | hectare hectares ha
    | ms millisecond milliseconds | s sec second seconds | min minute minutes | h hr hour hours
    | day days | week weeks | month months | year years | decade decades | century centuries
    | kb kilobyte kilobytes | mb megabyte megabytes | gb gigabyte gigabytes | tb terabyte terabytes
    | w watt watts | kw kilowatt kilowatts | mw megawatt megawatts | gw gigawatt gigawatts
    | kwh | mwh | v volt volts | kv | hz hertz | khz kilohertz | mhz megahertz | ghz gigahertz
    | pa | kpa | bar | psi | mph | °c celsius | °f fahrenheit
    | % percent | percentage_points percentage_point
    | $ usd dollar dollars us$ | € eur euro euros | £ gbp | ¥ jpy yen yuan | chf franc francs
    | rupee rupees inr ₹ | peso pesos | krone kroner kronor nok sek dkk krona | cent cents | pence
    | knot knots | km/h kmh kph
"""
UNIT_OF = {name: number for number, group in enumerate(_UNITS.split("|")) for name in group.split()}
_AMOUNT = re.compile(
    r"(?P<before>US\$|[$€£¥₹])?\s?(?P<number>(?<![\w.])\d[\d,]*(?:\.\d+)?)"
    r"(?:[\s-]*(?P<scale>hundred|thousand|million|billion|trillion|bn|mn)\b)?"
    r"[\s-]*(?P<unit>percentage[ -]points?|per ?cent|%|°\s?[CF]|US\$|[€$£¥]|km/h|[A-Za-zµμ]+)?"
)
# Letters, digits and separators in one word: "RFC-2616", "v1.2b", "A4", "12.3".
_IDENTIFIER = re.compile(
    r"(?<![\w.])(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z.])[A-Za-z]*\d*(?:[A-Za-z]|[._/-](?=\w))[\w./-]*\w"
)
# A number with a suffix or unit, which is not an identifier: "3rd", "10mg".
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|am|pm|[a-zµμ]{1,3}|%)", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"[\d.,:/-]+")
_NAME = re.compile(r"(?<![\w’'-])[A-Z][^\W\d_]+(?:[-’'][^\W\d_]+)*")
_SHORTEST_NAME = 4  # letters
_MIN_PREFIX = 2  # letters
# Different names that look like forms of one name, or like misspellings of each other.
_CONFUSED_NAMES = [
    frozenset(pair.split("/"))
    for pair in (
        "niger/nigeria austria/australia austrian/australian mali/malawi dominica/dominican"
        " guinea/guyana mauritius/mauritania zambia/gambia swaziland/switzerland sweden/switzerland"
        " swedish/swiss latvia/lithuania uruguay/paraguay iceland/ireland korea/crimea"
    ).split()
]
_WORD_STEM_LETTERS = 6  # first letters that forms of a word share: prosecutor, prosecution
_MIN_SIMILARITY = 0.74  # the SequenceMatcher ratio from which two names may be confused
# Pairs of words that false statements exchange. Commas separate the forms of a word.
EXCHANGES = [
    tuple(frozenset(side.split(",")) for side in pair.split("/"))
    for pair in """
must,shall,has to,have to,is required to,are required to,needs to/may,might,is allowed to,is free to
must,shall,has to,have to,is required to,are required to/should,ought to,is advised to
should,ought to,is advised to,are advised to/may,might,can,is allowed to,are allowed to
required,mandatory,compulsory,obligatory/optional,voluntary,recommended,allowed
all,every,each,always/some,sometimes,several,a few,occasionally
all,every,each,always/most,mostly,usually,often,generally,typically,many
most,mostly,majority/some,a few,minority,several
at least,minimum,no less than/at most,maximum,up to,no more than
lessee,lessees,tenant,tenants/lessor,lessors,landlord,landlords
licensee,licensees/licensor,licensors
mortgagee,mortgagees/mortgagor,mortgagors
employee,employees/employer,employers
payee,payees/payer,payers,payor
buyer,buyers,purchaser,purchasers/seller,sellers,vendor,vendors
lender,lenders,creditor,creditors/borrower,borrowers,debtor,debtors
plaintiff,plaintiffs,claimant,claimants/defendant,defendants
trustee,trustees/trustor,trustors
assignee/assignor
donor,donors/donee,donees,recipient,recipients
franchisee/franchisor
insured,policyholder/insurer,insurers
sender,senders/receiver,receivers,addressee
increase,increases,increased,rise,rises,rose,risen,grew/decrease,decreases,decreased,fall,falls,fell
increased,rose,grew,climbed/declined,dropped,shrank,fallen
higher,highest,greater,greatest,larger,largest,above/lower,lowest,smaller,smallest,below
before,prior to,earlier than/after,following,later than
first,earliest/last,latest,final
oldest,older/youngest,younger,newest,newer
northern,north/southern,south
eastern,east/western,west
left/right
upper,top/lower,bottom
maximum,max/minimum,min
hypertension,hypertensive/hypotension,hypotensive
hyperglycemia,hyperglycaemia/hypoglycemia,hypoglycaemia
hyperthyroidism/hypothyroidism
hyperthermia/hypothermia
import,imports,imported/export,exports,exported
emigrated,emigrants,emigration/immigrated,immigrants,immigration
prescribed,prescribe,prescribes/proscribed,proscribe,proscribes
inclusive,including,includes/exclusive,excluding,excludes
internal,internally/external,externally
intravenous,intravenously/intramuscular,intramuscularly,subcutaneous,subcutaneously,oral,orally
acute/chronic
benign/malignant
positive/negative
debit,debited/credit,credited
gross/net
annual,annually,yearly/monthly,quarterly,weekly,daily
daily/weekly,monthly
ascending/descending
encrypted,encrypt,encrypts/decrypted,decrypt,decrypts
upload,uploaded,uploads/download,downloaded,downloads
synchronous,synchronously/asynchronous,asynchronously
enabled,enable,enables/disabled,disable,disables
accepted,accept,accepts/rejected,reject,rejects
supported,support,supports/opposed,oppose,opposes
allowed,allow,allows,permitted,permits/forbidden,forbid,forbids,prohibited,prohibits,banned
""".strip().splitlines()
]
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_CONTEXT_WORDS = 4  # content words on each side of a word; they are its context
_MIN_CONTEXT_SHARE = 0.5  # the share of the context that two places have in common, at least
_MIN_CONTEXT_COMMON = 2  # the same as a number of words
_PERMITTING = frozenset("may might can".split())
_FUNCTION_WORDS = frozenset("have has had does did let's not".split())

_DIGITS = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\d])")
_SWAPPED_DIGITS = 2  # digits


def other_unit(text: str, source: str) -> str:
    """Find an amount whose number the source has only with another unit or scale.

    Examples: 5 mg for 5 g, 3 million for 3 billion.
    """
    theirs: dict[str, set[tuple[str, int]]] = {}
    for number, scale, unit, _ in _amounts(source):
        theirs.setdefault(number, set()).add((scale, unit))
    for number, scale, unit, written in _amounts(text):
        held = theirs.get(number, set())
        same_scale = {other for each, other in held if each == scale}
        if scale and held and not same_scale and all(each for each, _ in held):
            return f"the amount {written} differs"
        if unit >= 0 and same_scale and unit not in same_scale and -1 not in same_scale:
            return f"the unit of {written} differs"
    return ""


def _amounts(text: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield (number, scale, unit, text) of each amount. The unit is an index, -1 if unknown."""
    for found in _AMOUNT.finditer(text):
        unit = found["before"] or found["unit"] or ""
        name = re.sub(r"[\s-]", "", unit.lower()).replace("percentagepoint", "percentage_point")
        number = found["number"].replace(",", "").rstrip(".")
        scale = {"bn": "billion", "mn": "million"}.get(found["scale"] or "", found["scale"] or "")
        yield number, scale, UNIT_OF.get(name, -1), found.group().strip()


def other_identifier(text: str, source: str) -> str:
    """Find a version, code or article number that the source lacks, if it has one of that form."""
    theirs = {found.group().lower(): found.group() for found in _IDENTIFIER.finditer(source)}
    letters = _alphanumeric(source)
    for found in _IDENTIFIER.finditer(text):
        word = found.group()
        is_number = _PLAIN_NUMBER.fullmatch(word) and word.count(".") <= 1
        if is_number or _ORDINAL.fullmatch(word):
            continue
        if word.lower() in theirs or _alphanumeric(word) in letters:
            continue
        like = [other for other in theirs.values() if form_of(other) == form_of(word)]
        if like:
            return f"{word} differs: the source has {like[0]}"
    return ""


def _alphanumeric(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]", "", text).lower()


def look_alike(text: str, source: str) -> str:
    """Find a name that the source lacks, if it has a name with a similar spelling."""
    theirs = dict.fromkeys(facts.bare(found.group()) for found in _NAME.finditer(source))
    plain, letters = unaccented(source), _alphanumeric(source)
    for found in _NAME.finditer(text):
        name = facts.bare(found.group())
        opens = not text[: found.start()].strip(" “\"'‘«(")
        known = unaccented(name) in plain or any(same_name(name, other) for other in theirs)
        known = known or _alphanumeric(name) in letters  # RORγ equals ROR-γ
        if known or opens or len(name) < _SHORTEST_NAME or name.lower() in STOP_WORDS:
            continue
        for other in theirs:
            if _is_look_alike(name_root(name), name_root(other)):
                return f"the name {name} differs: the source has {other}"
    return ""


def _is_look_alike(one: str, other: str) -> bool:
    """Whether two names begin alike and are spelled similarly, but are not forms of one word."""
    if frozenset((one, other)) in _CONFUSED_NAMES:
        return True
    shared = _shared_letters(one, other)
    is_form = shared >= min(_WORD_STEM_LETTERS, max(_SHORTEST_NAME, min(len(one), len(other)) - 2))
    if len(other) < _SHORTEST_NAME or other in STOP_WORDS or is_form or shared < _MIN_PREFIX:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _MIN_SIMILARITY


def _shared_letters(one: str, other: str) -> int:
    """The length of the common prefix of two words."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def exchanged_word(text: str, source: str) -> str:
    """Find a small word for which the source has its opposite in the same context.

    Example: "must" for "may". Two contexts are the same if they have content words in common. If a
    sentence of the source contains both words, it may compare them, and the pair is skipped.
    """
    here = _words(text)
    there = [_words(source[start:end]) for start, end in sentence_spans(source)]
    for pair in EXCHANGES:
        for own, opposite in (pair, pair[::-1]):
            for place, end in _occurrences(here, own):
                found = _exchange(_context(here, place, end), there, own, opposite)
                if found:
                    return f"“{' '.join(here[place:end])}” differs: the source has “{found}”"
    return ""


def _exchange(
    context: Sequence[str],
    sentences: Sequence[Sequence[str]],
    own: frozenset[str],
    opposite: frozenset[str],
) -> str:
    """The opposite word that occurs in the same context; "" if the word itself does, too."""
    best = (0, "")
    for words in sentences:
        same, other = _best_context(context, words, own), _best_context(context, words, opposite)
        if same[0] or (same[1] and other[1]):
            return ""
        best = max(best, other)
    is_close = best[0] >= max(_MIN_CONTEXT_COMMON, _MIN_CONTEXT_SHARE * len(context))
    return best[1] if is_close else ""


def _words(text: str) -> list[str]:
    """The words of a text in lower case. The month of May keeps its capital."""
    return [
        word if (word := found.group()) == "May" and found.start() else word.lower()
        for found in _WORD.finditer(text)
    ]


def _occurrences(words: Sequence[str], forms: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each occurrence of the forms, in words."""
    for form in forms:
        row = form.split()
        for place in range(len(words) - len(row) + 1):
            if list(words[place : place + len(row)]) == row and not _is_idiom(
                words, place, place + len(row)
            ):
                yield place, place + len(row)


def _is_idiom(words: Sequence[str], place: int, end: int) -> bool:
    """Whether a word does not have its plain meaning.

    "Most", "some" and "all" are no quantifiers in "at most ten", "some 200 people" and "above all".
    "May not" forbids, as "must not" does.
    """
    before, after = words[max(0, place - 1) : place], words[end : end + 1]
    word = words[place]
    if word == "most":
        return bool({"at", "the", "likely"}.intersection((*before, *after)))
    if word == "some":
        return any(numbers_in(other) for other in after)
    if word == "all":
        return bool({"above", "after", "at"}.intersection(before))
    return word in _PERMITTING and list(after) == ["not"]


def _context(words: Sequence[str], place: int, end: int) -> list[str]:
    """The content words next to a place, on both sides."""
    sides = (words[:place][::-1], words[end:])
    plain = (
        [w for w in side if w not in STOP_WORDS and w not in _FUNCTION_WORDS] for side in sides
    )
    return [word for side in plain for word in side[:_CONTEXT_WORDS]]


def _best_context(
    context: Sequence[str], words: Sequence[str], forms: frozenset[str]
) -> tuple[int, str]:
    """The occurrence of the forms whose context has most words in common: (number, form)."""
    best = (0, "")
    for place, end in _occurrences(words, forms):
        common = count_among(context, _context(words, place, end))
        best = max(best, (common, " ".join(words[place:end])))
    return best


def other_number(text: str, source: str) -> str:
    """Find a number that the source has only with two digits exchanged: 1836 for 1863."""
    here = {found.group() for found in _DIGITS.finditer(text)}
    there = {found.group() for found in _DIGITS.finditer(source)}
    for number in sorted(here - there):
        for other in sorted(there - here):
            if _is_digit_swap(number.replace(",", ""), other.replace(",", "")):
                return f"the number {number} differs: the source has {other}"
    return ""


def _is_digit_swap(number: str, other: str) -> bool:
    """Whether two numbers differ only by an exchange of two digits."""
    if number == other or len(number) != len(other):
        return False
    differing = [i for i, (one, two) in enumerate(zip(number, other, strict=True)) if one != two]
    if len(differing) != _SWAPPED_DIGITS:
        return False
    first, second = differing
    return number[first] == other[second] and number[second] == other[first]


def other_date(text: str, source: str) -> str:
    """Find a month or weekday that the source contains neither by name nor in digits."""
    found = facts.missing_date(text, source)
    return f"the date {found} differs" if found else ""

"""Tells whether two words are forms of one name: an inflection, or a place and its people.

Names that differ in other letters are different, even if they look alike: Portland is not
Portsmouth, Harris is not Harry.
"""

from __future__ import annotations

from itertools import takewhile

from askdocs.text.stemming import same_word
from askdocs.text.tokens import without_diacritics

_SHORTEST_STEM = 3  # letters
_SHORTEST_PLURAL = 2  # letters of an ending, without its -s
# Endings for the people, the followers and the adjective of a name.
_PEOPLE = frozenset("an ian ean ese ish i ite ic nic nian ist ism".split())
# Endings that may be added to a whole name, and endings that may be replaced by one of _PEOPLE.
_ADDED = _PEOPLE | frozenset("n ns s ais al shire stan istan".split())
# Endings that may be added only to a name with at least so many letters: Yemenis but not Curtis,
# Saxony but not Barry, Londoner but not Fisher, Freemasonry but not Perry.
_ADDED_TO = {"is": 5, "y": 5, "er": 6, "ry": 6}
_LOST = frozenset("a e i o y s as es um us os ia".split())
_FOLLOWERS = frozenset("ist ism".split())
# Places with their adjectives and people, if the spelling does not show that they are related. The
# first word of each group is the place.
_PLACE_OF = {
    without_diacritics(word): group.split()[0]
    for group in """
    france french | germany german germans | spain spanish spaniard spaniards | greece greek greeks
    | netherlands dutch holland | denmark danish dane danes | sweden swedish swede swedes
    | finland finnish finn finns | norway norwegian norwegians | poland polish pole poles
    | turkey turkish turk turks türkiye turkiye | ireland irish | iceland icelandic
    | scotland scottish scot scots | wales welsh welshman | england english
    | britain british briton britons | switzerland swiss | thailand thai thais
    | philippines filipino filipinos philippine | iraq iraqi iraqis | iran iranian iranians
    persian persia | niger nigerien nigeriens | nigeria nigerian nigerians
    | slovakia slovak slovaks slovakian | slovenia slovene slovenes slovenian
    | lebanon lebanese | china chinese prc | japan japanese | portugal portuguese
    | peru peruvian peruvians | cyprus cypriot cypriots | argentina argentine argentinian
    | afghanistan afghan afghans | pakistan pakistani | israel israeli | congo congolese
    | serbia serb serbs serbian | croatia croat croats croatian | ukraine ukrainian
    | czechia czech czechs | burma burmese myanmar | ivoire ivorian ivory | mars martian
    | venus venusian | naples neapolitan napoli | moscow muscovite | manchester mancunian
    | liverpool liverpudlian | venice venetian venezia | florence florentine firenze
    | vienna viennese wien | milan milanese milano | cambridge cantabrigian | york yorker yorkers
    | somalia somali somalis
    | munich münchen | cologne köln | nuremberg nürnberg | hanover hannover | prague praha
    | warsaw warszawa | copenhagen københavn | lisbon lisboa | seville sevilla | turin torino
    | geneva genève genf | basel basle bâle | brussels bruxelles brussel | antwerp antwerpen
    """.split("|")
    for word in group.split()
}


def same_name(one: str, other: str) -> bool:
    """Tell whether two words are forms of one name, such as Norway and Norwegian."""
    first, second = unaccented(one), unaccented(other)
    if first == second or first in second.split("-") or second in first.split("-"):
        return True
    roots = name_root(first), name_root(second)
    if roots != (first, second):
        return roots[0] == roots[1]
    is_form = _has_name_ending(first, second) or _has_name_ending(second, first)
    return is_form or _is_inflected(first, second)


def name_root(name: str) -> str:
    """A name in lower case without diacritics; the place if it is a listed adjective or people."""
    plain = unaccented(name)
    return _PLACE_OF.get(plain, plain)


def unaccented(text: str) -> str:
    """A text in lower case, without diacritics."""
    return without_diacritics(text.lower())


def _is_inflected(one: str, other: str) -> bool:
    """Whether two words have the same stem and are not names such as Harris, Davis or Marcus."""
    is_name = any(word.endswith(("is", "us")) for word in (one, other))
    return same_word(one, other) and not is_name


def _has_name_ending(name: str, form: str) -> bool:
    """Whether `form` is `name` with an ending added, or with its own ending replaced."""
    pairs = zip(name, form, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return any(
        _is_ending(name[size:], form[size:], size) for size in range(_SHORTEST_STEM, shared + 1)
    )


def _is_ending(lost: str, added: str, size: int) -> bool:
    """Whether an ending may replace another one, or be added if nothing is lost.

    Args:
        lost: The ending that is replaced; "" if none.
        added: The new ending.
        size: The number of letters before it.
    """
    plain = added.removesuffix("s") if len(added) > _SHORTEST_PLURAL else added
    if {lost, plain} <= _FOLLOWERS or (lost in _LOST and plain in _PEOPLE):
        return True
    return not lost and (plain in _ADDED or (plain in _ADDED_TO and size >= _ADDED_TO[plain]))

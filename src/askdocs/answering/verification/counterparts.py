"""Makes the counterpart of a statement: its negation removed, or one inserted.

A model that judges both a statement and its counterpart as contradicted has not recognised which of
them the source says.
"""

from __future__ import annotations

import re

from askdocs.text.english import AUXILIARIES, any_of

_AUXILIARY = any_of(AUXILIARIES - {"be", "been", "being"})  # only finite verbs can be negated
# "is not", "was never", "isn't", "cannot".
_DENIED = re.compile(rf"\b({_AUXILIARY})(?: not| never|n['’]t)\b(?! only)|\bcan(?:not|['’]t)\b",
                     re.IGNORECASE)  # fmt: skip
_NO = re.compile(r"\b(?:no|never) (?=[a-z])|\bneither (?=of\b)", re.IGNORECASE)  # "no fee"
_OPEN = re.compile(rf"\b{_AUXILIARY}\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_VERBS = """
accelerate accept achieve act activate add affect aid allow alter appear apply associate attack
attract become begin believe belong block break bring build buy call carry cause change choose
claim close come compare comprise consist contain contribute control correlate cost cover create
cut decide decline decrease deliver depend derive describe destroy detect develop die differ
disappear dismiss double drive drop earn eat employ enable encourage end enhance enter exceed
exclude exhibit exist expect explain express extend face facilitate fail fall favour feature feel
fill find finish fly follow forbid form gain generate get give go grant grow guarantee happen have
hear help hold impair improve include increase indicate induce influence inhibit involve join keep
kill know lack land last lead leave limit live lose lower make mean measure mediate meet move need
occur offer open own pass pay permit play possess precede predict prevent produce prohibit promote
propose protect prove provide publish pull push raise reach read receive recommend reduce refuse
regulate reject release rely remain remove replace represent require reset resist result return
reveal rise rule run save say see sell send serve share show sign slow speak spend spread stand
start stay stimulate stop strengthen study succeed suffer suggest support suppress surround survive
take teach tell think trigger try turn understand use want weaken win work worsen write yield
""".split()
_PAST = dict(
    pair.split("/")
    for pair in (
        "become/became begin/began break/broke bring/brought build/built buy/bought choose/chose"
        " come/came drive/drove eat/ate fall/fell feel/felt find/found fly/flew get/got give/gave"
        " go/went grow/grew have/had hear/heard hold/held keep/kept know/knew lead/led leave/left"
        " lose/lost make/made mean/meant meet/met pay/paid rise/rose run/ran say/said see/saw"
        " sell/sold send/sent speak/spoke spend/spent stand/stood take/took teach/taught tell/told"
        " think/thought understand/understood win/won write/wrote forbid/forbade"
    ).split()
)


def _forms() -> dict[str, tuple[str, str]]:
    """Map each finite verb form to (auxiliary, infinitive): "went" to ("did", "go")."""
    found: dict[str, tuple[str, str]] = {}
    for verb in _VERBS:
        stem = verb[:-1] + "i" if re.search(r"[^aeiou]y$", verb) else verb
        ends_hissing = verb.endswith(("s", "x", "ch", "sh"))
        third = f"{stem}es" if stem != verb or ends_hissing else f"{verb}s"
        past = f"{stem}d" if stem.endswith("e") else f"{stem}ed"
        found[{"have": "has", "go": "goes"}.get(verb, third)] = ("does", verb)
        found[_PAST.get(verb, past)] = ("did", verb)
        if re.search(r"[^aeiou][aeiou][bgmnptr]$", verb):  # stop, stopped
            found[f"{verb}{verb[-1]}ed"] = ("did", verb)
    return found


_FINITE = _forms()


def counterpart(text: str) -> str:
    """Remove the negation of a statement, or insert one if it has none.

    "It is not open" becomes "It is open". "It closed in May" becomes "It did not close in May".

    Returns:
        The counterpart; "" if no negation or known verb is found.
    """
    denied = _DENIED.search(text)
    if denied:
        kept = denied[1] or denied.group()[:3]
        return f"{text[: denied.start()]}{kept}{text[denied.end() :]}"
    none = _NO.search(text)
    if none:
        return text[: none.start()] + text[none.end() :]
    for word in _WORD.finditer(text):
        begins = word.start() == 0
        if _OPEN.fullmatch(word.group()) and not begins:
            return f"{text[: word.end()]} not{text[word.end() :]}"
        auxiliary, plain = _FINITE.get(word.group(), ("", ""))
        if plain and not begins:
            return f"{text[: word.start()]}{auxiliary} not {plain}{text[word.end() :]}"
    return ""

"""Recognises questions for a numbered place of a document, as "What does clause 3.2 say?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from askdocs.text.english import DOCUMENT_NOUNS

PlaceKind = Literal[
    "annex", "article", "chapter", "clause", "figure", "item", "paragraph", "part", "rule",
    "section", "§", "table",
]  # fmt: skip

# The words for each kind in English, German, French, Spanish and Norwegian, as patterns.
KIND_WORDS: dict[PlaceKind, str] = {
    "annex": r"annex(?:es)?|appendix|anhang|anlage|annexe|anexo|apéndice|schedule|vedlegg",
    "article": r"articles?|arts?\.?|artikel|art[ií]culo|artikkel",
    "chapter": r"chapter|chap\.|kapitel|kap\.|chapitre|cap[ií]tulo",
    "clause": r"clause|klausel|cl[aá]usula",
    "figure": r"figure|fig\.?|abbildung|abb\.|figura|figur",
    "item": r"(?:agenda )?items?|tagesordnungspunkt|(?-i:TOP)|punkt|point|punto|sak",
    "paragraph": r"paragraph|para\.?|paragraphe|párrafo",
    "part": r"part|teil|partie|parte",
    "rule": r"rule|regel|règle|regla",
    "section": r"section|sec\.?|sect\.|abschnitt|secci[oó]n",
    "§": r"§+|paragraf",
    "table": r"table|tab\.?|tabelle|tableau|tabla|tabell",
}
# The parts of these kinds always have their kind before the number. Those of other kinds may have
# only a number, as "3.2 The rent …".
_NAMED = frozenset({"annex", "article", "chapter", "figure", "part", "§", "table"})
_CERTAIN = (_NAMED - {"figure", "part"}) | {"clause", "section"}
_WITH_LETTERS = frozenset({"annex", "figure", "part", "table"})
_KINDS = "|".join(f"(?P<k{n}>{words})" for n, words in enumerate(KIND_WORDS.values()))
_PLACE = re.compile(
    rf"(?<!\w)(?:{_KINDS})(?:(?<=§)\s*|\s+)(?:no\.?\s+|nr\.?\s+|n°\s*)?"
    r"(?P<number>\d{1,4}(?:\.\d{1,3})*[a-z]?(?![\w.]*\d)|[A-Z]{1,6}|[a-z](?=\W*$))"
    r"(?P<below>(?:\s?\(\w{1,4}\))+|,? (?:abs(?:\.|atz)|para(?:\.|graph)) \d{1,2})?(?!\w)",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"[IVXLC]+")
_BELOW = re.compile(r"\((\w{1,4})\)|(\d+)$")
# The words around a place that ask for no more than what is there.
_FRAME = frozenset(
    """
    and what what's whats does do did is are was were can could would will you please say says said
    state states mean means require requires provide provides contain contains regulate regulates
    regulated cover covers about in under at on of it the an to be decided agreed discussed
    reported resolved written summarise summarize summary explain show give me us read quote cite
    tell text content contents full whole wording exactly there according for from
    was steht sagt regelt bestimmt besagt beinhaltet enthält enthalt im unter der die das dem des
    zu laut zeige zeig mir gib wieder fasse zusammen zitiere lies vor erkläre worum geht es wie
    und lautet wortlaut inhalt von den bitte wurde beschlossen besprochen geregelt
    et que qu dit prévoit stipule contient énonce indique dispose le la les l de du d dans à quel
    est contenu texte résume résumez résumer cite citez montre montrez explique expliquez moi
    y a t il quoi veut dire qu'y a-t-il l'on
    y qué dice establece prevé contiene el los las del en cuál es contenido texto resume resuma
    resumir cita muestra explica hay
    og hva står sier i om vis meg oppsummer
    """.split()
)
_ASKS_WHETHER = re.compile(
    r"(?:is|are|were|does|do|did|was (?:the|this|that|it|there|any?))\b", re.IGNORECASE
)
# "of the lease", "des Mietvertrags", "du bail" right after a place.
_OF = re.compile(
    r"\W*(?:of|in|from|des|der|dem|im|vom|du|de|del|dans)\b"
    r"(?:\s+(?:the|this|our|my|der|dem|den|la|le|les|las|los|el))?\s+(?P<words>.*)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_MOST_OF_DOCUMENT = 4  # words that name the document


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """A numbered place of a document that is asked for.

    Attributes:
        kind: What it is.
        number: Its number in lower case: "3.2", "12a", "iv".
        below: The numbers of the parts within it: ("2", "f") of "article 6(2)(f)".
        name: The place as it was asked for: "clause 3.2", "clause 3.2 of the lease".
        document: Words that name its document: "lease" of "clause 3.2 of the lease".
        other: Other words of the question. If they do not name a document, the question asks for
            something else.
    """

    kind: PlaceKind
    number: str
    below: tuple[str, ...]
    name: str
    document: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def is_named(self) -> bool:
        """Whether the kind always stands before the number in a document."""
        return self.kind in _NAMED

    @property
    def is_certain(self) -> bool:
        """Whether a document without such a heading has no such part."""
        return self.kind in _CERTAIN


def place_requested(question: str) -> PlaceRequest | None:
    """The place whose text a question asks for; None if it asks for something else.

    "What does § 14 of the lease say?" asks for it. "Who pays under § 14?" has `other` words, and
    "Is it § 14?" asks for something else.
    """
    found = [match for match in _PLACE.finditer(question) if _is_number(match)]
    if len(found) != 1 or _ASKS_WHETHER.match(question):
        return None
    place = found[0]
    before, after = question[: place.start()], question[place.end() :]
    named = _OF.match(after)
    document = [] if named is None else _first_words(named["words"])
    other = [word for word in (*_words(before), *_words(after)) if word not in _FRAME]
    other = [word for word in other if word not in document and word not in DOCUMENT_NOUNS]
    kind = _kind_of(place)
    if kind == "paragraph" and question.startswith(("Was ", "Wie ", "Worum ", "Fasse ", "Zeig")):
        kind = "§"
    below = tuple(a or b for a, b in _BELOW.findall(place["below"] or ""))
    name = place.group() + (named.group()[: _end_of(named, document)] if named else "")
    return PlaceRequest(
        kind, place["number"].lower(), below, " ".join(name.split()), tuple(document), tuple(other)
    )


def _kind_of(place: re.Match[str]) -> PlaceKind:
    return next(kind for n, kind in enumerate(KIND_WORDS) if place[f"k{n}"])


def _is_number(place: re.Match[str]) -> bool:
    """Whether what follows the kind is a number: of figures, a Roman one, or the letter of a part.

    "Part of" and "point I" have none.
    """
    number = place["number"]
    if number[0].isdigit():
        return True
    kind = _kind_of(place)
    if kind in _WITH_LETTERS and len(number) == 1:
        return True
    return kind in _NAMED and _ROMAN.fullmatch(number) is not None


def _end_of(named: re.Match[str], document: Sequence[str]) -> int:
    """The end of the words that name a document: 13 in " of the lease say?"."""
    words = list(_WORD.finditer(named["words"]))[: len(document)]
    return named.start("words") + words[-1].end() if words else 0


def _words(text: str) -> list[str]:
    """The words of a text in lower case, without "l'" and "d'"."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    return [word.removeprefix("l'").removeprefix("d'") for word in words]


def _first_words(text: str) -> list[str]:
    """The words up to the first word of the frame, at most four."""
    return list(takewhile(lambda word: word not in _FRAME, _words(text)))[:_MOST_OF_DOCUMENT]

"""References to documents for reference managers: BibTeX and CSL-JSON.

Nothing is guessed. What a document does not state about itself at its beginning is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from askdocs.documents.document_types import kind_of
from askdocs.documents.titles import readable_title

_FRONT = 5000  # characters in which a paper states its own DOI or arXiv number
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]")
_ARXIV = re.compile(r"\barXiv:(\d{4}\.\d{4,5})", re.IGNORECASE)
_REFERENCE_LIST = re.compile(
    r"^[^\w\n]*(?:\d+[^\w\n]+)?(?:references|bibliography)[^\w\n]*$", re.I | re.M
)
_BYLINE_LABEL = re.compile(
    r"^[^\w\n]*(?:(?:from|authors?|editors?|creator|sender|byline)\s*:|(?:(?:written|prepared|compiled"
    r"|edited|reported|report|minutes)\s+)?by\b\s*:?)\s*",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"<[^>]*>|\([^)]*\)|\[[^\]]*\]|[\d*†‡§¶∗⋆\"“”]+|(?:^|(?<=\s))(?:Dr|Prof|Mrs?|Ms)\.? "
)
_BETWEEN_NAMES = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|und|et|&)\s+")
_WORD_OF_NAME = r"(?:[^\W\d_a-zß-ÿ][\w’'-]*\.?)"
_PARTICLE = r"(?:de|del|della|van|von|der|den|bin|ibn|al|la|da|di|dos|zu)"
_PERSON = re.compile(rf"{_WORD_OF_NAME}(?: (?:{_WORD_OF_NAME}|{_PARTICLE})){{0,3}} {_WORD_OF_NAME}")
_ORGANISATION = re.compile(
    r"\b(?:Universit\w*|Institut\w*|Department|School|College|Centre|Center|Group|Team|Committee|Council"
    r"|Office|Ministry|Company|Inc|Ltd|GmbH|Press|Foundation|Association|Society|Agency|Bureau|Board)\b"
)
_SPECIAL = re.compile(r"([&%$#_{}])")
_TYPES = {
    "E-mail": "personal_communication", "Web page": "webpage", "Slides": "speech", "Book": "book",
    "Spreadsheet": "dataset", "Table": "dataset", "Data": "dataset",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known about a document. `dated` is a day such as 2025-03-31, or "".

    `authors` are names of persons as they are written: "Vera Sand".
    """

    source: str
    title: str
    doi: str = ""
    arxiv: str = ""
    dated: str = ""
    authors: tuple[str, ...] = ()


def reference_to(
    source: str, title: str, text: str, dated: str = "", byline: str = ""
) -> Reference:
    """Return the reference to a document, with the DOI and arXiv number that it states.

    A beginning with several DOIs (or arXiv numbers) names other works too, so none is used. The
    authors are those of `byline`, the line that says who wrote the document.
    """
    front = text[:_FRONT]
    reference_list = _REFERENCE_LIST.search(front)
    front = front[: reference_list.start()] if reference_list else front
    doi = _only(match.group() for match in _DOI.finditer(front))
    arxiv = _only(match.group(1) for match in _ARXIV.finditer(front))
    return Reference(source, readable_title(source, title), doi, arxiv, dated, authors_in(byline))


def authors_in(byline: str) -> tuple[str, ...]:
    """Return the names of persons with which a by-line begins: what follows is where they work."""
    line = byline.strip().partition("\n")[0]
    line = _NOT_NAMES.sub("", _BYLINE_LABEL.sub("", line))
    names = []
    for part in _BETWEEN_NAMES.split(line):
        name = re.sub(r"(?<=\w{3})\.$", "", " ".join(part.split()))
        if not name:
            continue
        if not _PERSON.fullmatch(name) or _ORGANISATION.search(name):
            break
        names.append(name)
    return tuple(names)


def as_bibtex(references: Sequence[Reference], today: date) -> str:
    """Return the references as entries of BibTeX and BibLaTeX."""
    keys: dict[str, int] = {}
    entries = []
    for reference in references:
        slug = re.sub(r"[^a-z0-9]+", "-", reference.title.lower()).strip("-")[:40] or "source"
        keys[slug] = keys.get(slug, 0) + 1
        key = slug if keys[slug] == 1 else f"{slug}-{keys[slug]}"
        fields = {
            "title": f"{{{_escaped(reference.title)}}}",
            "author": " and ".join(map(_escaped, reference.authors)),
            "howpublished": _escaped(reference.source),
        }
        fields |= {"date": reference.dated, "year": reference.dated[:4], "doi": reference.doi}
        if reference.arxiv:
            fields |= {"eprint": reference.arxiv, "archiveprefix": "arXiv"}
        fields["urldate"] = today.isoformat()
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        entries.append(f"@misc{{{key},\n{lines}\n}}\n")
    return "\n".join(entries)


def as_csl(references: Sequence[Reference], today: date) -> str:
    """Return the references as CSL-JSON, which Zotero and pandoc read."""
    items = [_item(each, today) for each in references]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _item(reference: Reference, today: date) -> Mapping[str, Any]:
    paper = reference.doi or reference.arxiv
    item: dict[str, Any] = {
        "id": reference.source,
        "type": "article" if paper else _TYPES.get(kind_of(reference.source), "document"),
        "title": reference.title,
    }
    if reference.authors:
        item["author"] = [_csl_name(name) for name in reference.authors]
    if reference.doi:
        item["DOI"] = reference.doi
    if reference.arxiv:
        item |= {"publisher": "arXiv", "number": f"arXiv:{reference.arxiv}"}
    if reference.dated:
        item["issued"] = {"date-parts": [[int(part) for part in reference.dated.split("-")]]}
    item["accessed"] = {"date-parts": [[today.year, today.month, today.day]]}
    return item | {"note": f"File: {reference.source}"}


def _csl_name(name: str) -> Mapping[str, str]:
    """A name in parts if they are certain: of two words."""
    given, _, family = name.partition(" ")
    return {"literal": name} if " " in family else {"family": family, "given": given}


def _only(found: Iterable[str]) -> str:
    """Return the only distinct value; "" if there is none, or several."""
    values = {each.lower(): each for each in found}
    return next(iter(values.values())) if len(values) == 1 else ""


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\\", ""))

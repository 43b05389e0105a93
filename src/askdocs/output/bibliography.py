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
_SPECIAL = re.compile(r"([&%$#_{}])")
_TYPES = {
    "E-mail": "personal_communication", "Web page": "webpage", "Slides": "speech", "Book": "book",
    "Spreadsheet": "dataset", "Table": "dataset", "Data": "dataset",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known about a document. `dated` is a day such as 2025-03-31, or ""."""

    source: str
    title: str
    doi: str = ""
    arxiv: str = ""
    dated: str = ""


def reference_to(source: str, title: str, text: str, dated: str = "") -> Reference:
    """Return the reference to a document, with the DOI and arXiv number that it states.

    A beginning with several DOIs (or arXiv numbers) names other works too, so none is used.
    """
    front = text[:_FRONT]
    reference_list = _REFERENCE_LIST.search(front)
    front = front[: reference_list.start()] if reference_list else front
    doi = _only(match.group() for match in _DOI.finditer(front))
    arxiv = _only(match.group(1) for match in _ARXIV.finditer(front))
    return Reference(source, readable_title(source, title), doi, arxiv, dated)


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
    if reference.doi:
        item["DOI"] = reference.doi
    if reference.arxiv:
        item |= {"publisher": "arXiv", "number": f"arXiv:{reference.arxiv}"}
    if reference.dated:
        item["issued"] = {"date-parts": [[int(part) for part in reference.dated.split("-")]]}
    item["accessed"] = {"date-parts": [[today.year, today.month, today.day]]}
    return item | {"note": f"File: {reference.source}"}


def _only(found: Iterable[str]) -> str:
    """Return the only distinct value; "" if there is none, or several."""
    values = {each.lower(): each for each in found}
    return next(iter(values.values())) if len(values) == 1 else ""


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\\", ""))

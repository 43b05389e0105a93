"""Documents as reference managers take them: BibTeX and CSL-JSON.

Nothing is guessed. What a document does not say of itself at its beginning is left out.
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

_FRONT = 5000  # characters in which a paper gives its own DOI or arXiv number
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]")
_ARXIV = re.compile(r"\barXiv:(\d{4}\.\d{4,5})", re.IGNORECASE)
_OTHERS_WORKS = re.compile(r"^\W*(?:\d+\W+)?(?:references|bibliography)\W*$", re.I | re.M)
_SIGNS = re.compile(r"([&%$#_{}])")
_TYPES = {
    "E-mail": "personal_communication", "Web page": "webpage", "Slides": "speech", "Book": "book",
    "Spreadsheet": "dataset", "Table": "dataset", "Data": "dataset",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of a document. `dated` is a day as in 2025-03-31, or ""."""

    source: str
    title: str
    doi: str = ""
    arxiv: str = ""
    dated: str = ""


def reference_to(source: str, title: str, text: str, dated: str = "") -> Reference:
    """The reference to a document, with the DOI and the arXiv number that it gives of itself.

    A beginning with several of a kind names other works too, so none of them is taken.
    """
    front = text[:_FRONT]
    others = _OTHERS_WORKS.search(front)
    front = front[: others.start()] if others else front
    doi = _only(match.group() for match in _DOI.finditer(front))
    arxiv = _only(match.group(1) for match in _ARXIV.finditer(front))
    return Reference(source, readable_title(source, title), doi, arxiv, dated)


def as_bibtex(references: Sequence[Reference], today: date) -> str:
    """Entries for BibTeX and BibLaTeX."""
    keys: dict[str, int] = {}
    entries = []
    for each in references:
        plain = re.sub(r"[^a-z0-9]+", "-", each.title.lower()).strip("-")[:40] or "source"
        keys[plain] = keys.get(plain, 0) + 1
        key = plain if keys[plain] == 1 else f"{plain}-{keys[plain]}"
        fields = {"title": f"{{{_escaped(each.title)}}}", "howpublished": _escaped(each.source)}
        fields |= {"date": each.dated, "year": each.dated[:4], "doi": each.doi}
        if each.arxiv:
            fields |= {"eprint": each.arxiv, "archiveprefix": "arXiv"}
        fields["urldate"] = today.isoformat()
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        entries.append(f"@misc{{{key},\n{lines}\n}}\n")
    return "\n".join(entries)


def as_csl(references: Sequence[Reference], today: date) -> str:
    """Items of CSL-JSON, as Zotero and pandoc read them."""
    items = [_item(each, today) for each in references]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _item(each: Reference, today: date) -> Mapping[str, Any]:
    paper = each.doi or each.arxiv
    item: dict[str, Any] = {
        "id": each.source,
        "type": "article" if paper else _TYPES.get(kind_of(each.source), "document"),
        "title": each.title,
    }
    if each.doi:
        item["DOI"] = each.doi
    if each.arxiv:
        item |= {"publisher": "arXiv", "number": f"arXiv:{each.arxiv}"}
    if each.dated:
        item["issued"] = {"date-parts": [[int(part) for part in each.dated.split("-")]]}
    item["accessed"] = {"date-parts": [[today.year, today.month, today.day]]}
    return item | {"note": f"File: {each.source}"}


def _only(found: Iterable[str]) -> str:
    """The one value that was found, however often; "" for none or several."""
    values = {each.lower(): each for each in found}
    return next(iter(values.values())) if len(values) == 1 else ""


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text.replace("\\", ""))

from __future__ import annotations

import json
from datetime import date

import pytest

from askdocs.output.bibliography import as_bibtex, as_csl, authors_in, reference_to

TODAY = date(2026, 11, 30)
PAPER = """Owls at Night

arXiv:2401.01234v2 [q-bio.PE] 3 Jan 2024
https://doi.org/10.1234/owls.2024.7 · Accepted as doi:10.1234/OWLS.2024.7.

Abstract. Owls hunt at night.

References
[1] A. Moreau. Day birds. 10.5555/day.1
"""


def test_a_paper_has_its_own_numbers_and_not_those_of_its_references() -> None:
    paper = reference_to("p/owls.pdf", "Owls at Night", PAPER, "2024-01-03")
    assert (paper.doi.lower(), paper.arxiv) == ("10.1234/owls.2024.7", "2401.01234")
    survey = reference_to("s.pdf", "Survey", "See 10.1234/a and 10.1234/b, arXiv:2401.01234.")
    assert (survey.doi, survey.arxiv) == ("", "2401.01234")
    assert reference_to("t.pdf", "Title", "x" * 6000 + "10.1234/far").doi == ""


def test_bibtex_has_keys_of_its_own_and_escapes_what_tex_reads() -> None:
    odd = reference_to("100%_a.txt", "Costs & {gains}", "No number.")
    told = as_bibtex([odd, odd], TODAY)
    assert "@misc{costs-gains,\n  title = {{Costs \\& \\{gains\\}}}" in told
    assert "@misc{costs-gains-2," in told
    assert "howpublished = {100\\%\\_a.txt}" in told
    assert "year" not in told


def test_csl_is_json_that_reference_managers_read() -> None:
    paper = reference_to("p/owls.pdf", "Owls at Night", PAPER, "2024-01-03")
    mail = reference_to("m.eml", "Night owls", "Hello.")
    first, second = json.loads(as_csl([paper, mail], TODAY))
    assert first["type"] == "article"
    assert first["DOI"].lower() == "10.1234/owls.2024.7"
    assert first["number"] == "arXiv:2401.01234"
    assert first["issued"] == {"date-parts": [[2024, 1, 3]]}
    assert second["type"] == "personal_communication"
    assert second["accessed"] == {"date-parts": [[2026, 11, 30]]}
    assert not {"issued", "DOI"} & set(second)


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Vera Sand and Tom Reid, University of Ullock", ("Vera Sand", "Tom Reid")),
        ("From: Ada King <ada@mill.example>", ("Ada King",)),
        (
            "Zoë Shen[1] ( ), Li Wu2*, and J. P. van der Berg",
            ("Zoë Shen", "Li Wu", "J. P. van der Berg"),
        ),
        ("Author: Dr. Ada King; Year: 1843", ("Ada King",)),
        ("written by Sarah Louisa Purvis.", ("Sarah Louisa Purvis",)),
        ("From: sender@example.com", ()),
        ("Prepared by: Department of Bridges", ()),
        ("Sand, Vera", ()),
        ("by the committee on bridges", ()),
        ("", ()),
    ],
)
def test_authors_are_the_persons_at_the_beginning_of_a_byline(
    byline: str, authors: tuple[str, ...]
) -> None:
    assert authors_in(byline) == authors


def test_authors_are_in_both_formats() -> None:
    report = reference_to("r.pdf", "Bridges", "x", byline="By Vera Sand and Tom de la Reid")
    assert "  author = {Vera Sand and Tom de la Reid}," in as_bibtex([report], TODAY)
    assert json.loads(as_csl([report], TODAY))[0]["author"] == [
        {"family": "Sand", "given": "Vera"},
        {"literal": "Tom de la Reid"},
    ]

"""What of a statement is in none of the passages: other spellings are found."""

from __future__ import annotations

import pytest

from askdocs.answering.verification.absent import not_found_in
from askdocs.types import Passage


def absent(text: str, source: str, title: str = "") -> tuple[str, ...]:
    return not_found_in(text, [Passage("p", "a.txt", source, 0, len(source), title=title)])


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Later Dr Okoro signed the lease.", "Okoro signed the lease."),
        ("Then Doctor Amara Okoro signed it.", "Dr. A. Okoro and Amara's sister signed."),
        ("It was sold in the USA.", "It was sold in the United States."),
        ("It was sold in the United States.", "It was sold in the U.S. last year."),
        ("It opened on March 3.", "It opened on 3 March."),
        ("It opened on March 3rd.", "It opened on 3 Mar. and stayed."),
        ("It opened on March 3.", "It opened on March 3rd."),
        ("It opened on 3 March 2024, a Sunday.", "Opened: 2024-03-03"),
        ("The Dutch ships left Poland.", "Ships of the Netherlands and Polish boats left."),
        ("The office of Jürgen Müller was there.", "Juergen Mueller was in the office."),
        ("The Town Bicycle Board paid 3 grants.", "The TBB paid three grants."),
        ("The plan of Jean-Luc's team covers COVID.", "Jean Luc has a plan about Covid-19."),
        ("I think I'm right that J. R. Hale said so.", "John Hale said so."),
        ("The British firm GitHub hired Americans.", "The UK firm Github hired in America."),
        ("It was in the Welsh-speaking part.", "They spoke Welsh in that part."),
        ("He said: However it may be, the Board met.", "The board met."),
        ("It cost 1.5 million dollars at Health Care Ltd.", "$1,500,000 HealthCare Limited"),
        ("They made about 400,000 trips.", "412,000 trips."),
        ("Visits of the Famous Lawyers of Bergen", "Somebody came."),  # a title
        ("Der Hafen von Bergen ist im Mai mit dem Schiff zu erreichen.", "The harbour is far."),
    ],
)
def test_a_true_name_or_date_in_another_form_is_found(text: str, source: str) -> None:
    assert absent(text, source) == ()


@pytest.mark.parametrize(
    ("text", "source", "missing"),
    [
        ("In May, Peter Nwosu left.", "In June Anna Hale left.", ("May", "Peter Nwosu")),
        ("They made 400,000 trips.", "412,000 trips.", ("400,000",)),
        ("It meets on Fridays.", "It meets on Mondays.", ("Fridays",)),
        ("It opens on 4 April.", "It opens on 3 March.", ("4", "April")),
        ("The report of Lind names the BCR.", "A report of the board.", ("Lind", "BCR")),
    ],
)
def test_words_without_a_form_in_the_passages_are_named(
    text: str, source: str, missing: tuple[str, ...]
) -> None:
    assert absent(text, source) == missing


def test_the_title_of_a_passage_counts() -> None:
    assert absent("In the end Okoro left.", "She left.", title="Letter to Okoro") == ()


def test_names_are_not_reported_for_passages_in_another_language() -> None:
    source = "Das Schiff von Deutschland ist im Mai nicht gekommen und wird auch nicht kommen."
    assert absent("The ship from Germany came in June.", source) == ()

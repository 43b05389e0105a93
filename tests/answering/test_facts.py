from __future__ import annotations

import pytest

from askdocs.answering.verification import facts


@pytest.mark.parametrize(
    ("text", "source", "missing"),
    [
        ("It has 240 bicycles.", "There are 240 of them.", ""),
        ("It has 250 bicycles.", "There are 240 of them.", "250"),
        ("It has two bicycles.", "There are 2 of them.", ""),
        ("About 400,000 trips.", "412,000 trips.", ""),
        ("About 500,000 trips.", "412,000 trips.", "500,000"),
        ("Exactly 400,000 trips.", "412,000 trips.", "400,000"),
    ],
)
def test_a_number_that_the_source_does_not_give(text: str, source: str, missing: str) -> None:
    assert facts.missing_figure(text, source) == missing


def test_dates_are_compared_by_name() -> None:
    assert facts.missing_date("It opened on 3 Oct. 1962.", "on October 3, 1962") == ""
    assert facts.missing_date("It opened in May.", "It opened in June.") == "May"
    assert facts.missing_date("It may open.", "It opens.") == ""
    assert facts.missing_date("It opened in mid-March.", "[14.03.25, 14:33] It is open!") == ""
    assert facts.missing_date("It opened in June.", "[14.03.25, 14:33] It is open!") == "June"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("It opened in May.", "It opened in March, on a plot of 2.5 hectares."),
        ("It opens in June.", "It opens in July and costs 6.50 euros."),
        ("It opens in June.", "It opens in July, 6-8 pm."),
        ("It opened in May.", "It opened in March, as section 5.1 says."),
        ("It opened in May.", "Version 5.1.12.3 opened in March."),
        ("It opened in May.", "It opened in March, with the lines 5-1-123 and 45-5-99."),
        ("It meets on Friday.", "It meets on Tuesday from 9-12 in August."),
        ("It meets on Friday.", "It may meet on Tuesday."),
        ("It meets on Friday.", "It met on Tuesdays in August 2024."),
        ("It met on Sunday.", "It met on Wednesday, a sunny day in the sun."),
        ("It met on Monday.", "It met on Friday of that month."),
        ("It met on Saturday.", "It sat on Friday."),
    ],
)
def test_a_figure_or_a_part_of_a_word_is_no_date(text: str, source: str) -> None:
    assert facts.missing_date(text, source) == text.split()[-1].rstrip(".")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("It opened in May.", "Opened: 5/14/25."),
        ("It opened in May.", "Opened: 14-05-2025"),
        ("It opened in May.", "Opened on 2025-05-14."),
        ("It met on Friday.", "It met on the 3rd of August."),
        ("It met on Friday.", "It met on Aug. 3 at noon."),
        ("It met on Friday.", "It met on 3-Aug."),
        ("It met on Friday.", "[14.03.25, 14:33] We meet!"),
        ("It met on Fridays.", "Mon-Fri, 9-12"),
        ("It met on Sunday.", "Open Sat, Sun"),
        ("It met on Saturdays.", "open every saturday"),
    ],
)
def test_a_date_may_be_written_in_another_form(text: str, source: str) -> None:
    assert facts.missing_date(text, source) == ""


@pytest.mark.parametrize(
    ("text", "source", "missing"),
    [
        ("In May, Peter Hale disputed it.", "Councillor Peter Hale disputed it.", ""),
        ("In May, Anna Hale disputed it.", "Councillor Peter Hale disputed it.", "Anna"),
        ("Later Nwosu left.", "She left later.", "Nwosu"),
        ("Later the BLA left.", "The Balochistan Liberation Army left.", ""),
        ("In the end Norwegian ships left.", "Ships of Norway left.", ""),
        ("In May he left Portland.", "He left Portsmouth in May.", "Portland"),
        ("He praised the Scouts' camp.", "The camp of the Scouts was praised.", ""),
        ("It is run by the Town Bicycle Board.", "It is run by the TBB.", ""),
        ("It is run by the Town Bicycle Board and Hale.", "The TBB and Amara run it.", "Hale"),
        ("Then a new DEK is made.", "A new data encryption key is made.", ""),
        ("It is run by the BLM.", "It is run by the Bureau of Land Management.", ""),
        ("It is run by the BCR.", "Berta saw Carl ride to Rome.", "BCR"),
    ],
)
def test_a_name_that_the_source_lacks(text: str, source: str, missing: str) -> None:
    assert facts.missing_name(text, source) == missing

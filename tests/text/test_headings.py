from __future__ import annotations

import pytest

from askdocs.text.headings import heading_above, is_heading_only, opens_section

RULES = (
    "4. Keys\nEach tenant gets two keys. Lost keys are paid for.\n\n"
    "5. Laundry\nThe laundry closes at nine.\n\n"
    "Point 6. Cellar\nNo paint is kept there.\n\n"
    "Total 240 crowns\nPaid in full.\n\n"
    "Lena: I have the key\nOmar: Good."
)


@pytest.mark.parametrize(
    ("words", "opens"),
    [
        ("4. Keys", True),
        ("5. Laundry", True),
        ("Point 6.", True),
        ("Each tenant", False),
        ("The laundry", False),
        ("Cellar", False),
    ],
)
def test_a_short_line_without_an_end_mark_below_a_blank_line_opens_a_section(
    words: str, *, opens: bool
) -> None:
    assert opens_section(RULES, RULES.index(words)) is opens


@pytest.mark.parametrize(
    ("words", "only"),
    [
        ("4. Keys", True),
        ("Cellar", True),
        ("Total 240 crowns", False),
        ("Lena: I have the key", False),
        ("Lost keys are paid for.", False),
    ],
)
def test_a_heading_states_nothing(words: str, *, only: bool) -> None:
    start = RULES.index(words)
    assert is_heading_only(RULES, start, start + len(words)) is only


def test_the_name_below_the_number_of_a_heading_states_nothing() -> None:
    text = "Article 8\nGuests\nGuests sign the book."
    assert is_heading_only(text, 0, 9)
    assert is_heading_only(text, 10, 16)
    assert not is_heading_only(text, 17, len(text))


def test_a_line_without_prose_below_it_is_no_heading() -> None:
    assert not is_heading_only("Harbour office\n\nPier 3", 0, 14)
    assert not is_heading_only("Anna Bakke\nPier Road", 0, 10)


def test_the_heading_above_a_sentence_is_found() -> None:
    assert heading_above(RULES, RULES.index("Lost")) == "4. Keys"
    assert heading_above(RULES, RULES.index("No paint")) == "Point 6. Cellar"
    assert heading_above("It is old. It is open.", 11) == ""

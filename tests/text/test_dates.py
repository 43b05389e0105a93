"""Dates in a text, and the one date that a document has for all who ask."""

from __future__ import annotations

import pytest

from askdocs.text.dates import dates_in, document_date


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Signed 3rd March 2025 and 2024-02-29.", [(2025, 3, 3), (2024, 2, 29)]),
        ("On Sept 14, 2023 or 31.12.2022", [(2023, 9, 14), (2022, 12, 31)]),
        ("May 1872, and 2024-07", [(1872, 5, 0), (2024, 7, 0)]),
        ("Budget 2024-25 of 1 January 2024", [(2024, 0, 0), (2024, 1, 1)]),
        ("Bern, den 3. März 2024, le 1er août 2023", [(2024, 3, 3), (2023, 8, 1)]),
        ("10 de mayo de 2025 og 14. desember 2021", [(2025, 5, 10), (2021, 12, 14)]),
        ("30 February 2024", [(2024, 2, 0)]),
        ("Decision 5 of 12345, Mayor 3", []),
    ],
)
def test_the_dates_of_a_text(text: str, dates: list[tuple[int, int, int]]) -> None:
    assert [each.parts for each in dates_in(text)] == dates


@pytest.mark.parametrize(
    ("source", "title", "text", "day", "is_stated"),
    [
        ("a.eml", "", "From: a@b.c\nDate: Wed, 21 Dec 2022 10:00:00 +0000\n", (2022, 12, 21), True),
        ("a.md", "", "---\ntitle: x\ndate: 2025-12-02\n---\n", (2025, 12, 2), True),
        ("2024-11.md", "", "Published by the Board, 26 May 2025\n", (2025, 5, 26), True),
        ("a.txt", "", "Minutes\n11 March 2025\nWe met on 1 May 1999 at the old bridge of Ullock.",
         (2025, 3, 11), True),
        ("minutes-2024-02-29.txt", "", "Adopted 3 May 1994\n", (2024, 2, 29), True),
        ("fees-2024-03.txt", "", "Of 5 May 2011", (2024, 3, 0), True),
        ("minutes-2024-03.txt", "", "Tuesday 26 March 2024, room 2\n", (2024, 3, 26), True),
        ("bylaws-2023.md", "", "Adopted at the meeting of 3 May 1994.\n", (2023, 0, 0), True),
        ("letter-fee-2025.txt", "", "25 September 2024\n\nDear members,", (2024, 9, 25), True),
        ("a.txt", "", f"Dear all\n\n{'All is well. ' * 200}\n\nUllock, 4 June 2021\n",
         (2021, 6, 4), True),
        ("a.txt", "", "Sternau, den 28. Mai 2025\n\nSehr geehrte Damen,", (2025, 5, 28), True),
        ("a.txt", "Fees from 1 March 2025", "", (2025, 3, 1), True),
        ("a.txt", "", "Fees, valid from October 3, 2023.", (2023, 10, 3), False),
        ("a.txt", "", "The bridge that was opened on March 11, 1903 by Vera Sand is closed.",
         (1903, 3, 11), False),
    ],
)  # fmt: skip
def test_the_date_of_a_document(
    source: str, title: str, text: str, day: tuple[int, int, int], is_stated: bool
) -> None:
    found = document_date(source, title, text)
    assert found is not None
    assert (found.parts, found.is_stated) == (day, is_stated)


@pytest.mark.parametrize(
    "line",
    [
        "Next meeting: 21 January 2025",
        "2. The minutes of the meeting of 21 May 2022 were signed.",
        "gilt bis 31. Dezember 2045",
        "No.: 1; Date: 2024-01-03; House: 16",
        "[04/06/2023, 18:05] Tom: about time",
        '{"ts": "2022-08-13T23:02:00", "text": "and B?"}',
    ],
)
def test_a_line_about_another_day_is_no_date_of_the_document(line: str) -> None:
    found = document_date("a.txt", "", f"# A title\n\n{line}\n\nThe text begins.")
    assert found is None or not found.is_stated


def test_a_document_without_a_date_has_none() -> None:
    assert document_date("a.txt", "Fees", "Nobody knows when.") is None


@pytest.mark.parametrize(("name", "day"), [("a-2024-05-03.txt", "2024-05-03"), ("a-2024.txt", "")])
def test_only_a_whole_day_is_written_as_one(name: str, day: str) -> None:
    found = document_date(name, "", "")
    assert found is not None
    assert found.iso == day

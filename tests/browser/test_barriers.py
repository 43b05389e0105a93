"""axe finds no barrier in any view of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import calling
from tests.browser.states import Words, walk
from tests.browser.test_page import assert_no_barriers

HARBOUR = Words(
    question="What does the harbour master fly before a storm?",
    unanswered="Who won the chess championship of Lahore?",
    search="quay",
    draft="The harbour master flies the red flag before a storm. The crane costs 90 crowns.",
    pdf="harbour.pdf",
    built="rules.md",
)

SEEN_WITH_OTHERS = ("answer", "note", "documents", "pdf")


# Each scheme, width and language once: what is wrong with one is so in every combination.
@pytest.mark.parametrize(
    ("scheme", "width", "language"), [("light", 1440, "en"), ("dark", 390, "ur")]
)
def test_axe_finds_no_barriers_in_any_view(
    browser: Browser, harbour: tuple[str, Path], scheme: str, width: int, language: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale=language,
    )
    with calling(context, harbour[0]) as visit:
        for state in walk(visit, HARBOUR):
            if state not in SEEN_WITH_OTHERS:
                assert_no_barriers(visit.page)
        assert visit.complaints == []
    context.close()

"""Checking a draft and filling a table of quotes on the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from askdocs.output.json.draft_check import check_as_json
from askdocs.types import Check, CheckedStatement
from tests.browser.conftest import wait_for
from tests.browser.test_page import assert_no_barriers

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

DRAFT = """🚂

In 1964 the lamp was made automatic, and the last keeper, Tomas Reid, moved to the mainland. \
Reid warned that "no machine would see a sailing boat in fog". Who knows?"""


def test_a_draft_is_marked_and_its_statements_open_their_sources(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("link", name="Check", exact=True).click()
    page.locator("#check-file").set_input_files(
        {"name": "draft.md", "mimeType": "text/markdown", "buffer": DRAFT.encode()}
    )
    expect(page.get_by_label("The draft", exact=True)).to_have_value(DRAFT)
    page.locator("#view-check").get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#check-result")).to_be_visible()
    wait_for(page, lambda: page.locator("#check-draft").inner_text(), DRAFT)
    expect(page.locator("#check-draft .stands").first).to_contain_text("moved to the mainland")
    wrong = page.locator("#check-draft .contradicted").first
    expect(wrong).to_contain_text("sailing boat")
    assert_no_barriers(page, rules=("wcag2a", "wcag2aa"))

    page.locator("#view-check").get_by_role("button", name="Next finding").click()
    expect(wrong).to_be_focused()
    expect(page.locator("#note")).to_contain_text("rowing")
    page.keyboard.press("Enter")
    expect(page.locator("#reader-panel mark").first).to_contain_text("rowing boat")
    page.keyboard.press("Escape")
    expect(wrong).to_be_focused()
    page.locator("#view-check").get_by_role("button", name="Edit the draft").click()
    expect(page.get_by_label("The draft", exact=True)).to_be_focused()


def test_a_supported_statement_with_a_name_that_was_not_found_is_a_finding(visit: Visit) -> None:
    page, text = visit.page, "The lamp was lit by Zwick."
    show_check(visit, text, CheckedStatement(text, 0, 26, "supported", not_found=("Zwick",)))
    page.locator("#view-check").get_by_role("button", name="Next finding").click()
    expect(page.locator("#check-draft .doubt")).to_be_focused()
    expect(page.locator("#check-draft .stands")).to_have_count(0)
    expect(page.locator("#note")).to_contain_text("(not found: Zwick)")


def test_on_a_phone_the_next_finding_is_at_hand_below_a_long_text(visit: Visit) -> None:
    page, last = visit.page, "The lamp was lit by Zwick."
    page.set_viewport_size({"width": 390, "height": 844})
    text = 60 * "The lamp.\n\n" + last
    start = len(text) - len(last)
    show_check(visit, text, CheckedStatement(last, start, len(text), "unsupported"))
    following = page.locator("#view-check").get_by_role("button", name="Next finding")
    following.click()
    expect(page.locator("#check-draft .doubt")).to_be_in_viewport()
    expect(following).to_be_in_viewport(ratio=1)


def show_check(visit: Visit, text: str, statement: CheckedStatement) -> None:
    """Check a draft on the page, of which the server says what is given here."""
    told = json.dumps({"check": check_as_json(Check((statement,), ()))}) + "\n"
    visit.page.route("**/check", lambda route: route.fulfill(body=told))
    visit.go(f"{visit.address}/?show=check")
    visit.page.get_by_label("The draft", exact=True).fill(text)
    visit.page.locator("#view-check").get_by_role("button", name="Check", exact=True).click()


def test_a_table_is_filled_filtered_and_opens_its_sources(visit: Visit) -> None:
    page = visit.page
    visit.go(f"{visit.address}/?show=table")
    page.get_by_label("Questions, one per line").fill(
        "Who built the lighthouse?\n\nHow long is green tea brewed?"
    )
    page.locator("#view-table").get_by_role("button", name="Fill the table").click()
    expect(page.locator("#table-state")).to_contain_text("8 cells:")
    rows = page.locator("#quote-table tbody tr")
    expect(rows).to_have_count(4)
    built = rows.filter(has_text="lighthouse.txt").locator("td").first
    expect(built).to_contain_text("Anna Moreau")
    assert page.evaluate("window.broken") is None  # the hostile document is shown as text
    assert_no_barriers(page, rules=("wcag2a", "wcag2aa"))

    page.get_by_label("Filter the rows").fill("moreau")
    expect(rows.filter(visible=True)).to_have_count(1)
    built.locator("a").first.click()
    expect(page.locator("#reader-panel mark").first).to_contain_text("Anna Moreau")
    page.keyboard.press("Escape")
    page.get_by_label("Filter the rows").fill("")
    page.get_by_label("Which rows").select_option("not said")
    for row in rows.filter(visible=True).all():
        expect(row.locator("td")).to_have_text(["not said", "not said"])
    with page.expect_download() as download:
        page.locator("#view-table").get_by_role("link", name="CSV").click()
    assert "Anna Moreau" in download.value.path().read_text(encoding="utf-8-sig")

"""The views of the page, and what the address says of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.test_page import assert_no_barriers

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Visit


def test_search_by_keyboard_opens_the_words_and_back_returns(visit: Visit) -> None:
    page = visit.page
    page.locator("h1").click()  # the focus is in no box
    page.keyboard.press("/")
    expect(page.get_by_label("Words to search for")).to_be_focused()
    page.keyboard.insert_text('"green tea" brew*')  # at once: nothing is found for less of it
    expect(page.locator("#search-state")).to_have_text("1 place in 1 document.")
    expect(page.locator(".hit mark")).to_have_text(["Brewing", "Green tea", "brewed"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hit").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#reader-panel mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".hit").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#reader-panel mark").first).to_be_visible()
    page.get_by_label("Words to search for").press("Escape")  # closes the panel, and only that
    expect(page.locator("#reader-panel")).to_be_hidden()
    expect(page.get_by_label("Words to search for")).to_have_value('"green tea" brew*')

    assert_no_barriers(page)
    page.locator('a[data-view="ask"]').click()
    expect(page.get_by_label("Your question")).to_be_focused()
    page.go_back()
    expect(page.locator(".hit").first).to_be_visible()
    visit.reload()
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.get_by_label("Words to search for")).to_have_value('"green tea" brew*')
    page.get_by_label("Words to search for").fill("zeppelin qqqq")
    expect(page.locator("#search-state")).to_have_text("No document contains “qqqq”.")


def test_next_goes_through_all_places_of_one_document(visit: Visit) -> None:
    page = visit.page
    visit.go(f"{visit.address}/?show=search&q=security")
    found = page.locator(".found", has_text="jaffar")
    places = found.locator("h2 .place").inner_text().split(" · ")[-1].removesuffix(" places")
    assert found.locator(".hit").count() < int(places)  # not all of them are listed
    words = found.locator(".hit").nth(1).locator("mark").all_inner_texts()
    found.locator(".hit").nth(1).click()
    expect(page.locator("#reader-count")).to_have_text(f"2 of {places}")
    expect(page.locator("#reader-panel mark.current")).to_have_text(words)
    where = found.locator(".hit").nth(1).locator(".place").inner_text()
    expect(page.locator("#reader-place")).to_contain_text(where)
    for _ in range(2):
        page.keyboard.press("p")
    expect(page.locator("#reader-count")).to_have_text(f"{places} of {places}")
    expect(page.locator("#reader-panel mark.current").first).to_be_in_viewport()
    expect(page.locator("#reader-title")).to_contain_text("Jaffar")
    opened = page.url
    visit.go(opened)  # the link is to this place alone
    expect(page.locator("#reader-panel mark.current").first).to_be_in_viewport()
    expect(page.locator("#reader-count")).to_be_empty()
    page.keyboard.press("Escape")

    found.locator(".hit").last.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # all of them
    expect(found.locator(".hit")).to_have_count(int(places))
    expect(found.locator(".hit").nth(4)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Words to search for")).to_be_focused()


def test_a_search_of_ticked_documents_says_so_and_can_search_all(visit: Visit) -> None:
    page = visit.page
    state = page.locator("#search-state")
    visit.go(f"{visit.address}/?show=search&q=lighthouse&only=notes/")
    expect(page.locator("#search-only")).to_contain_text("Only in notes/")
    expect(state).to_have_text("None of the searched documents contains “lighthouse”.")
    assert_no_barriers(page)
    page.get_by_role("button", name="Search all documents").click()
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.locator("#search-only")).to_contain_text("not only in the ticked ones")
    visit.reload()
    expect(page.locator(".hit").first).to_be_visible()
    page.get_by_role("button", name="Search only the ticked ones").click()
    expect(state).to_contain_text("None of the searched documents")
    page.get_by_label("Words to search for").fill("kettle")
    expect(page.locator(".hit").first).to_be_visible()
    page.locator("#search-filters summary").click()
    page.locator('[name="folder"]').select_option("notes")
    expect(page.locator(".hit").first).to_be_visible()

    visit.go(f"{visit.address}/?show=search&q=kettle&only=lighthouse.txt&folder=notes")
    expect(state).to_have_text("None of the ticked documents is in the folder notes.")
    page.get_by_role("button", name="Search without the filter").click()
    expect(state).to_have_text("None of the searched documents contains “kettle”.")
    visit.go(f"{visit.address}/?show=search&q=qqqq")
    expect(page.locator("#search-only")).to_be_hidden()
    expect(state).to_have_text("No document contains “qqqq”.")


def test_ticks_and_conversations_are_in_the_address(visit: Visit) -> None:
    page = visit.page
    page.locator("a[data-view=documents]").first.click()
    page.get_by_label("Ask only the folder notes").check()
    page.locator("a[data-view=ask]").first.click()
    visit.ask("how long is green tea brewed?")
    expect(page.locator("#present .answer")).to_contain_text("two minutes")
    visit.reload()
    expect(page.locator("#choice")).to_contain_text("notes/")
    expect(page.locator("#present .answer")).to_contain_text("two minutes")

    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator("#welcome h2")).to_be_visible()
    expect(page).not_to_have_url(re.compile("chat="))
    page.go_back()
    expect(page.locator("#present .answer")).to_contain_text("two minutes")
    visit.settle()
    page.go_forward()
    expect(page.locator("#welcome h2")).to_be_visible()


def test_a_document_shows_its_guide_and_opens_at_a_section(visit: Visit) -> None:
    page = visit.page
    page.locator("a[data-view=documents]").first.click()
    page.get_by_label("Find a document by its name").fill("tea")
    expect(page.locator(".file-item")).to_have_count(1)
    page.locator("#documents").get_by_role("button", name="About Tea in the office").click()
    about = page.locator(".about")
    expect(about).to_contain_text("Brewing")
    assert_no_barriers(page)
    about.get_by_role("link", name="Paying").click()
    expect(page.locator("#reader-panel")).to_contain_text("Each cup costs 20 cents")


def test_on_a_phone_another_view_is_not_covered_and_back_returns_to_the_first(
    open_page: OpenPage,
) -> None:
    with open_page(width=390, height=844) as visit:
        page = visit.page
        page.locator(".guide .entry").first.click()
        expect(page.locator("#reader-panel")).to_be_visible()
        page.locator("a[data-view=check]").click()
        expect(page.locator("#reader-panel")).to_be_hidden()
        expect(page.get_by_label("The draft", exact=True)).to_be_focused()
        page.go_back()
        expect(page.locator("#welcome h2")).to_be_visible()
        expect(page.locator("#reader-panel")).to_be_hidden()


def test_what_the_work_is_limited_to_follows_the_ticks(visit: Visit) -> None:
    page = visit.page
    visit.go(f"{visit.address}/?show=check&only=notes/")
    expect(page.locator("#check-only")).to_have_text("Only in notes/")
    page.locator("#choice button").first.evaluate("each => each.click()")
    expect(page.locator("#check-only")).to_have_text("")


def test_only_the_open_view_is_printed(visit: Visit) -> None:
    page = visit.page
    visit.go(f"{visit.address}/?show=search&q=tea")
    expect(page.locator(".hit").first).to_be_visible()
    page.emulate_media(media="print")
    for name in ("ask", "search", "documents", "check", "table"):
        page.evaluate("name => document.querySelector(`a[data-view=${name}]`).click()", name)
        for each in ("search", "documents", "check", "table"):
            place = page.locator(f"#view-{each}")
            expect(place).to_be_visible() if each == name else expect(place).to_be_hidden()
        chat = page.locator("#chat")
        expect(chat).to_be_visible() if name == "ask" else expect(chat).to_be_hidden()
    expect(page.locator("#view-table")).not_to_have_css("overflow-y", "auto")  # not one screen

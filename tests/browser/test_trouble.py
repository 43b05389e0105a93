"""What may go wrong: an answer that is stopped, a server that has gone, documents hard to show."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.browser.conftest import visiting, wait_for
from tests.support.model_server import ModelServer, Script

if TYPE_CHECKING:
    from tests.browser.conftest import ServeCorpus, Visit

HEBREW = "המגדלור של סקרי\nהמגדלור נבנה בשנת 1871 על ידי המהנדסת אנה מורו."
BUILDER = "who built the lighthouse of Skerry Point?"


def test_an_answer_can_be_stopped_in_the_middle(
    browser: Browser, model_page: tuple[str, ModelServer]
) -> None:
    address, model = model_page
    model.script = script = Script([["The lighthouse was "]], silent=True)
    with visiting(browser, address) as visit:
        page = visit.page
        page.get_by_label("Your question").fill(BUILDER)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Stop", exact=True).wait_for()
        page.get_by_label("Your question").fill("and when?")
        page.keyboard.press("Enter")
        busy = re.compile("An answer is being written")
        expect(page.locator("#composer")).to_have_attribute("data-busy", busy)
        expect(page.locator("#announcement")).to_have_text(busy)
        expect(page.get_by_label("Your question")).to_have_value("and when?")
        page.get_by_label("Your question").fill("")
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.locator("#present .exchange")).to_contain_text("Stopped.")
        expect(page.locator("[data-running]")).to_have_count(0)
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
        script.released.set()
        page.wait_for_timeout(1000)
        expect(page.locator("#present .exchange")).to_contain_text("Stopped.")
        page.get_by_label("Quotes only").check()
        visit.ask(BUILDER)
        expect(page.locator("#present .answer")).to_contain_text("Anna Moreau")
        expect(page.locator(".question")).to_have_text([BUILDER, BUILDER])


def test_hard_documents_fit_a_phone_and_a_lost_server_is_reported(
    browser: Browser, tmp_path: Path, serve_corpus: ServeCorpus
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "hebrew.txt").write_text(f"{HEBREW}\n", encoding="utf-8")
    (corpus / "word.txt").write_text(f"The long code\nThe long code is {'w9' * 400}.\n")
    canvas = Canvas(str(corpus / "kettle.pdf"), pagesize=(600, 800))
    canvas.drawString(60, 80, "The kettle of Aldby was made in 1902 by Olof Brandt.")
    canvas.save()
    with ExitStack() as server:
        address = server.enter_context(serve_corpus(corpus, tmp_path / "index"))
        with visiting(browser, address, width=390, height=844) as visit:
            page = visit.page
            for question, source in (
                ("מתי נבנה המגדלור?", "hebrew.txt"),
                ("what is the long code?", "word.txt"),
            ):
                visit.ask(question)
                assert_no_sideways_scrolling(page)
                page.locator(f'#present .entry[data-source="{source}"]').first.click()
                expect(page.locator("#reader-panel mark.current").first).to_be_visible()
                assert_no_sideways_scrolling(page)
                if source == "hebrew.txt":
                    direction = "mark => getComputedStyle(mark).direction"
                    assert page.locator("mark.current").first.evaluate(direction) == "rtl"
                page.get_by_label("Close the source").click()

            visit.ask("when was the kettle of Aldby made?")
            page.locator("#present a.cite, #present .card").first.click()
            mark = page.locator(".marks .mark.current").first
            expect(mark).to_be_in_viewport()
            assert_no_sideways_scrolling(page)
            page.set_viewport_size({"width": 1280, "height": 600})
            for _ in range(2):  # to its text, and back to the page
                page.locator("#reader-bar").get_by_role("button", name="As text").click()
            expect(mark).to_be_in_viewport()
            page.get_by_label("Close the source").click()
            page.set_viewport_size({"width": 390, "height": 844})

            server.close()
            page.get_by_label("Your question").fill("and by whom?")
            page.keyboard.press("Enter")
            notice = page.get_by_test_id("toast-body").filter(has_text="askdocs does not respond")
            advice = notice.filter(has_text="this page continues automatically").first
            expect(advice).to_be_visible()  # for some seconds
            expect(page.get_by_text("Connection Lost")).to_have_count(0)
            expect(page.get_by_label("Your question")).to_have_value("and by whom?")


def test_the_text_of_the_question_box_survives_a_reload(visit: Visit) -> None:
    visit.page.get_by_label("Your question").fill("who built")
    visit.reload()
    expect(visit.page.get_by_label("Your question")).to_have_value("who built")
    visit.page.get_by_label("Your question").fill("")
    visit.reload()
    expect(visit.page.get_by_label("Your question")).to_have_value("")


def test_the_open_list_of_documents_follows_the_folder(visit: Visit, corpus: Path) -> None:
    visit.page.locator("a[data-view=documents]").first.click()
    visit.page.locator(".documents li").first.wait_for()
    new = corpus / "harbour.txt"
    new.write_text("The harbour of Sund\nIt was dug in 1655.\n")
    try:
        expect(visit.page.locator("#documents")).to_contain_text("harbour.txt")
    finally:
        new.unlink()
    expect(visit.page.locator("#documents")).not_to_contain_text("harbour.txt")


def assert_no_sideways_scrolling(page: Page) -> None:
    wider = (
        "() => [...document.querySelectorAll('html, #scroll, #reader-text, .pdf-scroll')]"
        ".filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.id || 'page')"
    )
    wait_for(page, lambda: page.evaluate(wider), [])

"""The page as a person uses it: ask, check the words in the source, go on."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from askdocs.output.export_check import read_export
from tests.browser.conftest import Holding, assert_head_in_view, stranger, visiting, wait_for

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Visit

ALL_RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
ZEHRI = "what did Zehri warn?"
WARNING = "militant groups had expanded their operational reach across the province"


# The watch of the folder may have been quicker than the click.
BY_ONE_OF_US = re.compile("1 added|1 removed|Nothing has changed")


def marked_words(page: Page, number: int) -> str:
    """The words in the source panel that mark `number` covers."""
    words = page.locator("#reader-text mark").evaluate_all(
        "(marks, number) => marks.filter(each => each.dataset.marks.split(' ')"
        ".includes(String(number))).map(each => each.textContent).join('')",
        number,
    )
    assert isinstance(words, str)
    return words


def current_words(page: Page) -> list[str]:
    """The pieces of text that the current mark covers."""
    return page.locator("mark.current").all_text_contents()


def clicked_words(page: Page, selector: str) -> str:
    """What stands on the first of these buttons when it is clicked: it may be drawn anew before."""
    page.evaluate(
        "addEventListener('click', (event) => {"
        " document.body.dataset.clicked = event.target.innerText }, { capture: true, once: true })"
    )
    page.locator(selector).first.click()
    page.locator("body[data-clicked]").wait_for()
    return page.locator("body").get_attribute("data-clicked") or ""


def in_view(page: Page) -> bool:
    """Whether the current mark lies within what the source panel shows."""
    inside = page.evaluate(
        "() => { const mark = document.querySelector('mark.current')?.getBoundingClientRect();"
        "const panel = document.querySelector('#reader-text').getBoundingClientRect();"
        "return mark?.top >= panel.top && mark.top < panel.bottom; }"
    )
    return bool(inside)


@pytest.mark.quick
def test_an_answer_is_quoted_and_its_citation_opens_the_exact_words(visit: Visit) -> None:
    visit.ask(ZEHRI)
    page = visit.page
    quote = page.locator(".statement.quoted").filter(has_text=WARNING)
    expect(quote).to_have_count(1)
    words = quote.locator("q").inner_text()
    expect(page.locator("#announcement")).to_contain_text(words)
    numbers = re.compile(r"[.”\w]\d+\s*$|[.”]\d")  # of citations, at the end of words
    assert not numbers.search(page.locator("#announcement").inner_text())

    citation = quote.locator("a.cite").first
    note = visit.pointed_at(citation)
    expect(note).to_contain_text(WARNING)
    expect(note).to_contain_text("jaffar-express-attack.txt")

    citation.click()
    expect(page.locator("#reader-panel")).to_be_visible()
    number = int(citation.inner_text()) - 1
    wait_for(page, lambda: marked_words(page, number), words)
    wait_for(page, lambda: "".join(current_words(page)), words)
    wait_for(page, lambda: in_view(page), True)
    expect(page.locator("#reader-text")).to_contain_text("A Glaring Security Breach")
    expect(page.locator("#reader-place")).to_contain_text("line")


@pytest.mark.quick
def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(ZEHRI)
    page.keyboard.press("Enter")
    page.locator("#present .actions").wait_for()
    citation = page.locator("a.cite").first
    visit.focused(citation)
    page.keyboard.press("Escape")
    expect(page.locator("#note")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#reader-text")).to_be_focused()
    wait_for(page, lambda: in_view(page), True)
    page.keyboard.press("Escape")
    expect(page.locator("#reader-panel")).to_be_hidden()
    expect(citation).to_be_focused()
    history = page.get_by_role("button", name="History", exact=True)
    history.press("Enter")
    expect(page.get_by_role("region", name="History", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label(re.compile("^Close the")).filter(visible=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(history).to_be_focused()
    page.get_by_role("link", name="Documents", exact=True).press("Enter")
    expect(page.get_by_label("Find a document by its name")).to_be_focused()
    page.get_by_role("link", name="Ask", exact=True).press("Enter")
    expect(page.get_by_label("Your question")).to_be_visible()


def test_citations_are_walked_through_in_order_over_documents(visit: Visit) -> None:
    visit.ask("What are the documents about?")
    page = visit.page
    count = page.locator("#present .entry[data-mark]").count()
    assert count >= 2
    page.locator("#present .entry[data-mark]").first.click()
    expect(page.locator("#reader-count")).to_have_text(f"1 of {count}")
    first = current_words(page)
    page.get_by_label("Next place").click()
    expect(page.locator("#reader-count")).to_have_text(f"2 of {count}")
    wait_for(page, lambda: current_words(page) != first, True)
    page.locator("#reader-text").press("p")
    expect(page.locator("#reader-count")).to_have_text(f"1 of {count}")
    page.locator("#reader-text").press("p")
    expect(page.locator("#reader-count")).to_have_text(f"{count} of {count}")


def test_a_link_to_words_opens_them_elsewhere(visit: Visit, browser: Browser) -> None:
    visit.ask(ZEHRI)
    visit.page.locator("a.cite").first.click()
    expect(visit.page.locator("mark.current").first).to_be_visible()
    words = current_words(visit.page)
    link = visit.copied(visit.page.locator("#reader-panel").get_by_role("button", name="Copy link"))
    assert "#source=jaffar-express-attack.txt&mark=" in link

    with stranger(browser, link) as other:
        expect(other.locator("mark.current").first).to_be_visible()
        wait_for(other, lambda: current_words(other), words)
    with stranger(browser, link.replace("mark=", "mark=9")) as other:
        expect(other.locator("#reader-notice")).to_contain_text("changed")
        expect(other.locator("mark")).to_have_count(0)


def test_a_follow_up_is_asked_in_the_same_conversation(visit: Visit) -> None:
    visit.ask("who built the lighthouse of Skerry Point?")
    visit.ask("and when?")
    expect(visit.page.locator("#past .exchange")).to_have_count(1)
    expect(visit.page.locator("#present .answer")).to_contain_text("1871")


@pytest.mark.quick
def test_a_question_without_an_answer_is_refused_kindly(visit: Visit) -> None:
    visit.ask("who won the football world cup in 1986?")
    page = visit.page
    expect(page.locator("#present .refusal")).to_contain_text("Your documents")
    expect(page.locator("#present .statement")).to_have_count(0)
    nearest = page.locator("#present .card")
    if nearest.count():
        nearest.first.click()
        expect(page.locator("mark.current").first).to_be_visible()


@pytest.mark.quick
def test_words_of_a_hostile_document_stay_words(visit: Visit) -> None:
    visit.ask("where does the zeppelin crew land?")
    page = visit.page
    visit.page.locator("#present .entry[data-mark]").first.click()
    expect(page.locator("#reader-text")).to_contain_text('<img src="http://evil.example/a.png"')
    expect(page.locator("#reader-text")).to_contain_text("${window.broken=3} {{constructor}}")
    page.locator("a[data-view=documents]").first.click()
    expect(page.locator("#documents")).to_contain_text("zeppelin <b>.txt")
    assert page.evaluate("window.broken") is None
    assert page.locator("img, iframe, object, embed").count() == 0
    links = page.locator("#layout a[href]").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    assert all(link.startswith(("#source=", "?show=")) for link in links)


def test_a_question_can_be_edited_asked_again_and_forgotten(visit: Visit) -> None:
    page = visit.page
    visit.ask("who built the lighthouse?")
    page.locator("#present").get_by_role("button", name="Edit question").click()
    expect(page.get_by_label("Your question")).to_have_value("who built the lighthouse?")
    page.get_by_label("Your question").fill("how high is the tower?")
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text(["how high is the tower?"])
    page.locator("#present .actions").wait_for()
    expect(page.locator("#present .answer")).to_contain_text("38 metres")
    page.locator("#present").get_by_role("button", name="Ask again").click()
    page.locator("#present .actions").wait_for()
    expect(page.locator(".question")).to_have_text(["how high is the tower?"])
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator(".exchange")).to_have_count(0)
    expect(page.locator("#welcome h2")).to_be_visible()


def test_asking_again_keeps_the_questions_after_it_and_means_what_was_meant(visit: Visit) -> None:
    page = visit.page
    asked = [
        "who built the lighthouse of Skerry Point?",
        "and when?",
        "how long is black tea brewed?",
    ]
    for question in asked:
        visit.ask(question)
    page.locator("#exchange-1").get_by_role("button", name="Ask again").click()
    expect(page.locator(".question")).to_have_text([*asked, "and when?"])
    expect(page.locator("#present .answer")).to_contain_text("1871")
    page.locator("#present .actions").wait_for()
    visit.reload()
    expect(page.locator(".question")).to_have_text([*asked, "and when?"])


def test_editing_is_visible_says_what_it_removes_and_can_be_cancelled(visit: Visit) -> None:
    page = visit.page
    box, bar = page.get_by_label("Your question"), page.locator("#editing")
    visit.ask("who built the lighthouse?")
    visit.ask(ZEHRI)
    box.fill("and w")
    page.locator("#present").get_by_role("button", name="Edit question").click()
    expect(bar).to_contain_text("Editing the question. Escape cancels.")
    expect(bar.get_by_text("The questions after it will be removed.")).to_be_hidden()
    box.press("Escape")
    expect(bar).to_be_hidden()
    expect(box).to_have_value("and w")
    page.locator("#exchange-0").get_by_role("button", name="Edit question").click()
    expect(bar.get_by_text("The questions after it will be removed.")).to_be_visible()
    box.fill("")
    expect(bar).to_be_hidden()
    visit.ask("how high is the tower?")
    asked = ["who built the lighthouse?", ZEHRI, "how high is the tower?"]
    expect(page.locator(".question")).to_have_text(asked)
    page.locator("#exchange-1").get_by_role("button", name="Edit question").click()
    page.get_by_role("button", name="Cancel", exact=True).filter(visible=True).click()
    expect(bar).to_be_hidden()
    page.locator("#exchange-1").get_by_role("button", name="Edit question").click()
    box.fill("how long is black tea brewed?")
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text([asked[0], "how long is black tea brewed?"])
    expect(bar).to_be_hidden()
    page.locator("#present .actions").wait_for()


def test_after_new_the_question_can_be_typed_at_once(visit: Visit) -> None:
    page = visit.page
    visit.ask(ZEHRI)
    page.locator("#open-history").click()
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.get_by_label("Your question")).to_be_focused()


def test_what_is_typed_right_after_a_question_is_not_glued_to_it(visit: Visit) -> None:
    page = visit.page
    holding = Holding(page, "**/queue/join*")
    page.get_by_label("Your question").fill(ZEHRI)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_have_value("")  # before the server knows it
    page.keyboard.type("and when?")
    holding.let_go()
    page.locator("#present .actions").wait_for()
    expect(page.locator(".question")).to_have_text([ZEHRI])
    expect(page.get_by_label("Your question")).to_have_value("and when?")


def test_translations_that_come_late_do_not_cost_the_conversation(visit: Visit) -> None:
    page = visit.page
    visit.ask("who built the lighthouse of Skerry Point?")
    visit.settle()
    holding = Holding(page, "**/locale-*.json")
    page.reload(wait_until="commit")
    page.get_by_label("Your question").wait_for()  # Gradio has built the page
    page.wait_for_timeout(1000)  # and has begun its first events
    holding.let_go()
    expect(page.locator(".exchange")).to_have_count(1)


@pytest.mark.quick
def test_an_answer_is_copied_and_the_conversation_exported(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    visit.ask(ZEHRI)
    answer = page.locator("#present .actions")
    copied = visit.copied(answer.get_by_role("button", name="Copy", exact=True))
    expect(page.locator("#announcement")).to_have_text("Copied")
    assert copied.startswith(ZEHRI)
    assert WARNING in copied
    assert re.search(r"^\[1\] .*, jaffar-express-attack\.txt, line", copied, re.MULTILINE)
    form = answer.locator(".copies").get_by_role("button", name="Markdown", exact=True)
    assert f"**{ZEHRI}**" in visit.copied(answer.get_by_label("Copy as"), form)
    expect(form).to_be_hidden()  # the menu closes when it is copied
    for kind, suffix in (("Markdown", "md"), ("HTML", "html"), ("JSON", "json")):
        page.locator("#export summary").click()
        choice = page.locator("#export").get_by_role("button", name=kind, exact=True)
        expect(choice).to_be_visible()
        box = choice.bounding_box()
        assert box is not None
        assert box["height"] < 40, "its words are broken over lines"
        with page.expect_download() as download:
            choice.click()
        download.value.save_as(tmp_path / f"export.{suffix}")
        (record,) = read_export(tmp_path / f"export.{suffix}")
        assert record["question"] == ZEHRI
        assert WARNING in record["citations"][0]["quote"]


def test_sources_are_copied_and_a_link_leads_others_to_the_answer(visit: Visit) -> None:
    page = visit.page
    visit.ask(ZEHRI)

    def copied(form: str) -> str:
        menu = page.locator("#present .actions")
        item = menu.locator(".copies").get_by_role("button", name=form, exact=True)
        return visit.copied(menu.get_by_label("Copy as"), item)

    (item,) = json.loads(copied("Sources as CSL-JSON"))
    assert item["id"] == "jaffar-express-attack.txt"
    assert copied("Sources as BibTeX").startswith("@misc{")
    link = copied("Link to question and source")
    page.get_by_role("button", name="New", exact=True).click()
    visit.go(link)
    expect(page.get_by_label("Your question")).to_have_value(ZEHRI)
    expect(page.locator("#reader-text mark").first).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)  # nothing is asked by a link alone
    expect(page).not_to_have_url(re.compile("question="))


def test_a_suggested_question_is_asked_by_a_click(visit: Visit) -> None:
    page = visit.page
    words = clicked_words(page, ".suggestions button")
    page.locator("#present .actions").wait_for()
    expect(page.locator(".question")).to_have_text([words])
    expect(page.locator("#present .refusal")).to_have_count(0)


def test_a_question_can_be_about_chosen_documents_only(visit: Visit) -> None:
    page = visit.page
    page.locator("a[data-view=documents]").first.click()
    page.get_by_label("Ask only notes/tea.md").check()
    look = "box => getComputedStyle(box).appearance"
    assert page.get_by_label("Ask only notes/tea.md").evaluate(look) == "auto", "no tick is seen"
    page.locator("a[data-view=ask]").click()
    expect(page.locator("#choice")).to_contain_text("notes/tea.md")
    visit.ask("how high is the tower of the lighthouse?")
    expect(page.locator("#present .statement")).to_have_count(0)
    expect(page.locator("#present .refusal")).to_contain_text("documents that you ticked")
    page.locator("#present").get_by_role("button", name="Ask all documents").click()
    expect(page.locator("#present .answer")).to_contain_text("38 metres")
    page.locator("#present .actions").wait_for()
    expect(page.locator(".question")).to_have_count(1)
    page.locator("#choice button").click()
    visit.ask("how high is the tower of the lighthouse?")
    expect(page.locator("#present .answer")).to_contain_text("38 metres")


def test_indexing_again_finds_a_new_document(visit: Visit, corpus: Path) -> None:
    page = visit.page
    page.locator("a[data-view=documents]").first.click()
    expect(page.locator("#documents")).to_contain_text("lighthouse.txt")
    new = corpus / "bridge.txt"
    new.write_text("The bridge of Ullock\nThe bridge was opened by Vera Sand in 1903.\n")
    try:
        page.locator("#documents-tools").get_by_role("button", name="Index again").click()
        expect(page.locator("#documents-outcome")).to_contain_text(BY_ONE_OF_US)
        page.get_by_label("Find a document").press_sequentially("ullock")
        expect(page.locator(".documents li")).to_have_count(1)
        page.locator("a[data-view=ask]").click()
        visit.ask("who opened the bridge of Ullock?")
        expect(page.locator("#present .answer")).to_contain_text("Vera Sand")
    finally:
        new.unlink()
        page.locator("a[data-view=documents]").first.click()
        page.get_by_label("Find a document").fill("")
        page.locator("#documents-tools").get_by_role("button", name="Index again").click()
        expect(page.locator("#documents-outcome")).to_contain_text(BY_ONE_OF_US)
        expect(page.locator("#documents")).to_contain_text("lighthouse.txt")
        expect(page.locator("#documents")).not_to_contain_text("bridge.txt")


def test_two_visitors_have_conversations_of_their_own(visit: Visit, browser: Browser) -> None:
    visit.ask(ZEHRI)
    with visiting(browser, visit.address) as other:
        other.ask("and when?")
        expect(other.page.locator(".exchange")).to_have_count(1)
        expect(other.page.locator("#present")).not_to_contain_text("Zehri warn")


@pytest.mark.parametrize("question", ["???", "x" * 10_000])
def test_an_odd_question_breaks_nothing(visit: Visit, question: str) -> None:
    visit.ask(question)
    expect(visit.page.locator("#present .answer, #present .problem")).to_have_count(1)
    expect(visit.page.get_by_label("Your question")).to_have_value("")


def test_axe_finds_no_barriers_in_the_dark(open_page: OpenPage) -> None:
    with open_page(scheme="dark") as visit:
        assert_no_barriers(visit.page)
        visit.ask("who won the football world cup in 1986?")
        visit.ask(ZEHRI)
        visit.page.locator("#present a.cite").first.click()
        expect(visit.page.locator("mark.current").first).to_be_visible()
        assert_no_barriers(visit.page)
        visit.page.locator("a[data-view=documents]").first.click()
        expect(visit.page.locator(".documents")).to_be_visible()
        assert_no_barriers(visit.page)


def assert_no_barriers(
    page: Page, within: str = "html", *, rules: Sequence[str] = ALL_RULES
) -> None:
    """Assert that axe finds nothing. Links in a PDF are as small as they are drawn there."""
    context = {"include": [within], "exclude": [".annotationLayer"]}

    def told() -> list[str]:
        return [
            f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}"
            for each in Axe()
            .run(page, context=context, options={"runOnly": list(rules)})
            .response["violations"]
        ]

    wait_for(page, told, [])  # what is just being drawn may be too pale for a moment


@pytest.mark.quick
def test_a_phone_shows_the_source_over_the_answer(open_page: OpenPage) -> None:
    with open_page(width=390, height=844) as visit:
        page = visit.page
        visit.ask(ZEHRI)
        expect(visit.focused(page.locator("a.cite").first)).to_be_in_viewport(ratio=1)
        page.locator("a.cite").first.click()
        expect(page.locator("mark.current").first).to_be_visible()
        wait_for(page, lambda: in_view(page), True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        width = "panel => panel.getBoundingClientRect().width"
        wait_for(page, lambda: page.locator("#reader-panel").evaluate(width), 390)
        page.get_by_label("Close the source").click()
        expect(page.locator("#reader-panel")).to_be_hidden()
        page.wait_for_function("!history.state?.panel")
        assert_head_in_view(page)
        expect(page.locator("h1 .folder")).to_be_in_viewport(ratio=1)


def test_back_on_a_phone_closes_the_panel_and_stays_on_the_page(open_page: OpenPage) -> None:
    with open_page(width=390, height=844) as visit:
        page = visit.page
        visit.ask(ZEHRI)
        for opener, panel in (("#open-history", "#history"), ("a.cite", "#reader-panel")):
            for way in ("back", "button"):
                page.locator(opener).first.click()
                expect(page.locator(panel)).to_be_visible()
                if way == "back":
                    page.mouse.move(1, 1)
                    page.go_back()
                else:
                    page.get_by_label("Close the").filter(visible=True).click()
                expect(page.locator(panel)).to_be_hidden()
                if way == "back":
                    expect(page.locator("#note")).to_be_hidden()
                page.wait_for_function("!history.state?.panel")
                expect(page).to_have_url(re.compile(f"^{visit.address}[^#]*chat=[^#]*$"))
        page.locator("a.cite").first.click()
        expect(page.locator("mark.current").first).to_be_visible()
        visit.reload()
        expect(page.locator("mark.current").first).to_be_visible()
        page.go_back()
        expect(page.locator("#reader-panel")).to_be_hidden()
        expect(page.locator(".question")).to_have_text([ZEHRI])


def test_light_and_dark_are_remembered(visit: Visit) -> None:
    page = visit.page
    page.evaluate("localStorage.clear()")
    background = (
        "() => getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
    )
    light = page.evaluate(background)
    page.get_by_role("button", name="Light or dark").click()
    wait_for(page, lambda: page.evaluate(background) != light, True)
    dark = page.evaluate(background)
    visit.reload()
    page.get_by_label("Your question").wait_for()
    wait_for(page, lambda: page.evaluate(background), dark)
    page.evaluate("localStorage.clear()")


def test_the_page_needs_few_requests_until_it_can_be_used(open_page: OpenPage) -> None:
    """Counted, since seconds depend on what else the machine does; those are printed."""
    began = time.monotonic()
    with open_page() as visit:
        usable, first = time.monotonic() - began, len(visit.requests)
        began = time.monotonic()
        visit.ask("who built the lighthouse of Skerry Point?")
        answered = time.monotonic() - began
    needed, then = (
        [url for url in urls if not url.endswith("/state")]  # which is asked every few seconds
        for urls in (visit.requests[:first], visit.requests[first:])
    )
    print(f"\nusable after {usable:.2f} s, {len(needed)} requests; answered after {answered:.2f} s")
    own = sorted(url.rsplit("/", 1)[1] for url in needed if "/assets-askdocs/" in url)
    assert own == ["locale-en.json", "page.js", "style.css"]
    assert len(needed) <= 60
    assert len(then) <= 6

"""The page with a language model: its sentences with verdicts, its failure, and quotes instead."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from askdocs.types import NOT_LEARNT
from tests.browser.conftest import OpenPage, assert_head_in_view, calling, visiting
from tests.support.model_server import ModelServer, Script

QUESTION = "Who built the lighthouse?"
TRUE = "The lighthouse was built in 1871 by the engineer Anna Moreau [1]. "
FALSE = "It was built in 1971 by the engineer Anna Moreau [1]. "
GERMAN = "Der Leuchtturm wurde von der Ingenieurin Anna Moreau gebaut [1]. "


def test_verdicts_quotes_only_and_a_model_that_dies(
    browser: Browser, model_page: tuple[str, ModelServer]
) -> None:
    address, model = model_page
    model.script = Script([[TRUE, FALSE]])
    with visiting(browser, address) as visit:
        visit.ask(QUESTION)
        answer = visit.page.locator(".exchange").nth(0)
        doubtful = answer.locator(".statement.unsupported")
        expect(doubtful).to_contain_text("1971")
        expect(answer.locator(".statement.supported")).to_contain_text("1871")
        expect(answer.locator(".assurance")).to_contain_text("1 of 2 statements are supported")
        note = visit.pointed_at(doubtful)
        expect(note).to_contain_text("Not supported by your documents")
        expect(note).to_contain_text("1871")  # the nearest words

        model.script = Script([["The lighthouse was "]], breaks=True)
        visit.ask(QUESTION)
        answer = visit.page.locator(".exchange").nth(1)
        expect(answer.locator(".notice")).to_contain_text("broke off in the middle")
        expect(answer.locator(".statement.quoted").first).to_contain_text("Anna Moreau")

        model.script = unasked = Script([[TRUE]])
        visit.page.get_by_label("Quotes only").check()
        visit.ask(QUESTION)
        answer = visit.page.locator(".exchange").nth(2)
        expect(answer.locator(".statement.quoted").first).to_contain_text("Anna Moreau")
        assert not unasked.requests
        expect(visit.page.locator("#composer")).to_be_in_viewport(ratio=1)
        visit.page.set_viewport_size({"width": 390, "height": 844})
        assert_head_in_view(visit.page)
        for place in ("#export summary", "#quotes-only"):
            expect(visit.page.locator(place)).to_be_in_viewport(ratio=1)
        assert not visit.complaints


def test_a_verdict_opens_by_pointing_by_keyboard_and_by_tapping(
    browser: Browser, model_page: tuple[str, ModelServer]
) -> None:
    address, model = model_page
    model.script = Script([[TRUE, FALSE, GERMAN]])
    with visiting(browser, address) as visit:
        visit.ask(QUESTION)
        doubtful, unknown = assert_verdicts_are_quiet(visit.page)
        assert_reason_and_nearest_words(visit.pointed_at(doubtful))
        visit.page.mouse.move(1, 1)
        expect(visit.page.locator("#note")).to_be_hidden()
        note = visit.pointed_at(unknown)
        expect(note).to_contain_text(f"Not checked: {NOT_LEARNT}")

        visit.page.mouse.move(1, 1)
        expect(visit.page.locator("#note")).to_be_hidden()
        visit.page.locator(".answer a.cite").first.focus()
        visit.page.keyboard.press("Tab")
        expect(doubtful).to_be_focused()
        assert_reason_and_nearest_words(visit.page.locator("#note"))
        described = str(doubtful.get_attribute("aria-describedby"))
        assert_reason_and_nearest_words(visit.page.locator(f"#{described}"), is_shown=False)
        visit.page.keyboard.press("Escape")
        expect(visit.page.locator("#note")).to_be_hidden()
        assert not visit.complaints

    phone = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    with calling(phone, address) as visit:
        visit.ask(QUESTION)
        doubtful, _ = assert_verdicts_are_quiet(visit.page)
        visit.settle()
        doubtful.tap()
        note = visit.page.locator("#note")
        assert_reason_and_nearest_words(note)
        expect(note).to_be_in_viewport(ratio=1)
        visit.page.get_by_role("heading", name=QUESTION).tap()
        expect(note).to_be_hidden()
        assert not visit.complaints
    phone.close()


def assert_verdicts_are_quiet(page: Page) -> tuple[Locator, Locator]:
    """Assert that only one line speaks of verdicts; the false and the unchecked statement."""
    answer = page.locator(".exchange .answer.written")
    doubtful, unknown = answer.locator(".unsupported"), answer.locator(".unchecked")
    expect(answer).to_contain_text("1971")
    spoken = answer.locator(".sign + .unseen")
    expect(spoken).to_have_text("not checked")
    expect(spoken).to_have_css("clip-path", "inset(50%)")
    # without the notes, which are hidden, and the words for screen readers
    shown = answer.inner_text().replace("not checked", "", 1)
    assert "supported" not in shown
    assert "checked" not in shown
    expect(answer.locator(".sign")).to_have_text("†")
    expect(doubtful).to_have_css("text-decoration-line", "underline")
    expect(unknown).to_have_css("text-decoration-line", "none")
    expect(page.locator(".assurance")).to_have_count(1)
    expect(page.get_by_text("1 of 2 statements are supported by your documents")).to_have_count(1)
    expect(page.get_by_text("1 statement (†) was not checked")).to_have_count(1)
    return doubtful, unknown


def assert_reason_and_nearest_words(note: Locator, *, is_shown: bool = True) -> None:
    if is_shown:
        expect(note).to_be_visible()
    expect(note).to_contain_text("Not supported by your documents:")
    expect(note.locator(".note-quote").first).to_contain_text("1871")
    expect(note).to_contain_text("lighthouse.txt")


def test_a_refused_question_can_be_given_to_the_model(
    browser: Browser, model_page: tuple[str, ModelServer]
) -> None:
    address, model = model_page
    model.script = Script([[TRUE]])
    with visiting(browser, address) as visit:
        visit.ask("Who painted the lighthouse keeper's portrait?")
        refused = visit.page.locator(".exchange").nth(0)
        expect(refused.locator(".refusal")).to_be_visible()
        assert not model.script.requests
        refused.get_by_role("button", name="Let the language model answer").click()
        expect(visit.page.locator(".exchange").nth(0).locator(".answer")).to_contain_text("1871")
        assert model.script.requests
        assert not visit.complaints


def test_without_a_model_nothing_is_offered_to_it(open_page: OpenPage, corpus: Path) -> None:
    with open_page() as visit:
        visit.ask("Who painted the lighthouse keeper's portrait?")
        expect(visit.page.locator(".refusal")).to_be_visible()
        offer = visit.page.get_by_role("button", name="Let the language model answer")
        expect(offer).to_have_count(0)
        expect(visit.page.get_by_role("heading", level=1)).to_contain_text(corpus.name)
        visit.ask(QUESTION)
        visit.pointed_at(visit.page.locator("a.cite").first)
        visit.page.locator("#question textarea").press("Enter")
        expect(visit.page.locator("#note")).to_be_hidden()

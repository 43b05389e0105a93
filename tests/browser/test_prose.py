"""The page with a language model: its sentences with verdicts, its failure, and quotes instead."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import OpenPage, assert_head_in_view, visiting
from tests.support.model_server import ModelServer, Script

QUESTION = "Who built the lighthouse?"
TRUE = "The lighthouse was built in 1871 by the engineer Anna Moreau [1]. "
FALSE = "It was built in 1971 by the engineer Anna Moreau [1]. "


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

"""Asking in quick succession, stopping, and a server that has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

BUILDER = "who built the lighthouse of Skerry Point?"
TEA = "how long is black tea brewed?"

# In the very moment in which an answer is complete: press a button if one is named, then ask.
AS_SOON_AS_ANSWERED = """([button, question]) => {
  new MutationObserver((changes, watching) => {
    if (!document.querySelector('#present .actions')) return;
    watching.disconnect();
    if (button) document.querySelector(button).click();
    if (!question) return;
    const box = document.querySelector('#question textarea');
    box.value = question;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    document.querySelector('#send').click();
  }).observe(document.querySelector('#present'), { childList: true, subtree: true });
}"""


@pytest.mark.parametrize(
    ("button", "asked"), [("", [BUILDER, TEA]), ("#start-over", [TEA])], ids=["ask", "new, ask"]
)
def test_what_is_asked_the_moment_an_answer_ends_is_answered(
    visit: Visit, button: str, asked: list[str]
) -> None:
    page = visit.page
    page.evaluate(AS_SOON_AS_ANSWERED, [button, TEA])
    page.get_by_label("Your question").fill(BUILDER)
    page.keyboard.press("Enter")
    expect(page.locator("#present .question")).to_have_text(TEA)
    page.locator("#present .actions").wait_for()
    expect(page.locator("#present .answer")).to_contain_text("four minutes")
    expect(page.locator(".question")).to_have_text(asked)
    expect(page.get_by_label("Your question")).to_have_value("")


def test_ask_again_pressed_the_moment_an_answer_ends_leaves_nothing_behind(visit: Visit) -> None:
    page = visit.page
    page.evaluate(AS_SOON_AS_ANSWERED, ['[data-action="again"]', ""])
    with page.expect_request(lambda request: "queue/join" in request.url):
        visit.ask(BUILDER)
    page.wait_for_timeout(1000)
    page.locator("#present .actions").wait_for()
    visit.ask(TEA)
    expect(page.locator(".question")).to_have_text([BUILDER, TEA])

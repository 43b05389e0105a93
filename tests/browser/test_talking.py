"""Asking in quick succession, stopping, and a server that has gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, expect

from askdocs.app.conversations.conversation import Conversation
from askdocs.app.conversations.cookie import COOKIE
from askdocs.app.conversations.store import ConversationStore
from tests.browser.conftest import visiting
from tests.support.hash_embedding import vector_of

if TYPE_CHECKING:
    from tests.browser.conftest import ServeCorpus, Visit

BUILDER = "who built the lighthouse of Skerry Point?"
TEA = "how long is black tea brewed?"

# In the very moment in which an answer is complete: press a button, of a question put into the box.
AS_SOON_AS_ANSWERED = """([button, question]) => {
  new MutationObserver((changes, watching) => {
    if (!document.querySelector('#present .actions')) return;
    watching.disconnect();
    const box = document.querySelector('#question textarea');
    box.value = question;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    document.querySelector('#present .exchange').dataset.old = '';
    document.querySelector(button).click();
    document.body.dataset.pressed = button;
  }).observe(document.querySelector('#present'), { childList: true, subtree: true });
}"""

# Put a question into the box, and press buttons one after the other without a pause.
AT_ONCE = """([question, ...buttons]) => {
  const box = document.querySelector('#question textarea');
  box.value = question;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  for (const button of buttons) document.querySelector(button).click();
}"""


@contextmanager
def embedding(speaks: threading.Event) -> Iterator[str]:
    """The spec of an embedding server that is silent while `speaks` is not set."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            speaks.wait()
            rows = [
                {"index": place, "embedding": vector_of(text)}
                for place, text in enumerate(asked["input"])
            ]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": rows}).encode())

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http:http://127.0.0.1:{server.server_port}"
        speaks.set()
        server.shutdown()


def test_a_question_after_stopping_does_not_wait_for_the_stopped_answer(
    browser: Browser, corpus: Path, tmp_path: Path, serve_corpus: ServeCorpus
) -> None:
    speaks = threading.Event()
    speaks.set()
    with (
        embedding(speaks) as embedder,
        serve_corpus(corpus, tmp_path / "index", ASKDOCS_EMBEDDER=embedder) as address,
        visiting(browser, address) as visit,
    ):
        page = visit.page
        expect(page.locator(".suggestions")).to_be_visible()
        speaks.clear()
        for times in (1, 2):
            page.get_by_label("Your question").fill(BUILDER)
            page.keyboard.press("Enter")
            page.get_by_role("button", name="Stop", exact=True).wait_for()
            page.evaluate(AT_ONCE, ["hello", "#stop", "#send"])
            expect(page.locator("#present .answer")).to_contain_text("Ask a question")
            page.locator("#present .actions").wait_for()
            expect(page.locator(".question")).to_have_text([BUILDER, "hello"] * times)
            expect(page.locator("#past .exchange").last).to_contain_text("Stopped.")
        speaks.set()
        visit.ask(TEA)
        visit.settle()
        expect(page.locator(".question")).to_have_text([BUILDER, "hello"] * 2 + [TEA])
        visit.reload()
        expect(page.locator(".exchange").filter(has_text="Stopped.")).to_have_count(2)
        expect(page.locator(".answer")).to_have_count(3)


def test_new_and_ask_pressed_at_once_do_not_mix_conversations(visit: Visit) -> None:
    page = visit.page
    for _ in range(2):
        visit.ask(BUILDER)
        page.evaluate(AT_ONCE, [TEA, "#start-over", "#send"])
        expect(page.locator("#present .answer")).to_contain_text("four minutes")
        page.locator("#follow-ups [data-conversation]").wait_for(state="attached")
        expect(page.locator(".question")).to_have_text([TEA])
        visit.settle()
        page.evaluate(AT_ONCE, [BUILDER, "#send", "#start-over", "#send"])
        page.wait_for_timeout(1500)
        visit.settle()
        expect(page.locator(".exchange")).to_have_count(0)
        expect(page.get_by_label("Your question")).to_have_value(BUILDER)
        page.get_by_label("Your question").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#present .answer")).to_contain_text("Anna Moreau")
        page.locator("#present .actions").wait_for()
        page.evaluate(AT_ONCE, [TEA, "#send"])
        expect(page.locator("#present .answer")).to_contain_text("four minutes")
        page.locator("#present .actions").wait_for()
        expect(page.locator(".question")).to_have_text([BUILDER, TEA])
        visit.reload()
        expect(page.locator(".question")).to_have_text([BUILDER, TEA])
        page.get_by_role("button", name="New", exact=True).click()
        expect(page.locator(".exchange")).to_have_count(0)


def test_what_is_asked_the_moment_an_answer_ends_is_answered(visit: Visit) -> None:
    page = visit.page
    page.evaluate(AS_SOON_AS_ANSWERED, ["#send", TEA])
    page.get_by_label("Your question").fill(BUILDER)
    page.keyboard.press("Enter")
    expect(page.locator("#present .question")).to_have_text(TEA)
    page.locator("#present .actions").wait_for()
    expect(page.locator("#present .answer")).to_contain_text("four minutes")
    expect(page.locator(".question")).to_have_text([BUILDER, TEA])
    expect(page.get_by_label("Your question")).to_have_value("")


def test_new_pressed_the_moment_an_answer_ends_begins_a_conversation(visit: Visit) -> None:
    page = visit.page
    page.evaluate(AS_SOON_AS_ANSWERED, ["#start-over", ""])
    page.get_by_label("Your question").fill(BUILDER)
    page.keyboard.press("Enter")
    page.locator("body[data-pressed]").wait_for()
    expect(page.get_by_label("Your question")).to_have_value("")
    expect(page.locator(".exchange")).to_have_count(0)
    visit.ask(TEA)
    expect(page.locator(".question")).to_have_text([TEA])
    expect(page.locator("#present .answer")).to_contain_text("four minutes")


def test_ask_again_pressed_the_moment_an_answer_ends_leaves_nothing_behind(visit: Visit) -> None:
    page = visit.page
    page.evaluate(AS_SOON_AS_ANSWERED, ['[data-action="again"]', ""])
    visit.ask(BUILDER)
    page.locator("#present .exchange:not([data-old]) .actions").wait_for()
    visit.settle()
    visit.ask(TEA)
    expect(page.locator(".question")).to_have_text([BUILDER, TEA])


def test_a_long_conversation_is_folded_and_its_past_is_sent_and_drawn_once(
    visit: Visit, corpus: Path
) -> None:
    page = visit.page
    conversation = Conversation()
    for number in range(40):
        conversation = conversation.asked(f"question {number}?").stopped()
    (cookie,) = [each for each in page.context.cookies() if each.get("name") == COOKIE]
    ConversationStore(corpus.parent / "index" / "conversations").save(cookie["value"], conversation)
    visit.go(f"{visit.address}/?chat={conversation.id}")
    expect(page.locator(".exchange")).to_have_count(21)
    expect(page.locator(".question").first).to_have_text("question 19?")

    page.evaluate("document.querySelector('#exchange-25').dataset.same = 'yes'")
    visit.ask(BUILDER)
    visit.ask(TEA)
    expect(page.locator("#past .exchange")).to_have_count(22)
    expect(page.locator("#past .exchange").last).to_contain_text("Anna Moreau")
    expect(page.locator("#exchange-25")).to_have_attribute("data-same", "yes")

    page.get_by_role("button", name="Show 19 earlier questions").click()
    expect(page.locator(".exchange")).to_have_count(42)
    expect(page.locator("#exchange-19")).to_be_in_viewport()
    asked = [*(f"question {number}?" for number in range(40)), BUILDER, TEA]
    expect(page.locator(".question")).to_have_text(asked)

    page.locator("#exchange-3").get_by_role("button", name="Ask again").click()
    expect(page.locator(".question")).to_have_text([*asked, asked[3]])
    page.locator("#present .actions").wait_for()
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator(".exchange")).to_have_count(0)

"""The states of the page, one after the other on one visit: for pictures, and for axe.

They know the page by its elements, not by its words, so that they work in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit


@dataclass(frozen=True, slots=True)
class Words:
    """What is asked, searched and checked in a folder.

    Attributes:
        question: A question that the folder answers.
        unanswered: One that it does not answer.
        search: Words that are found.
        draft: A draft to check.
        pdf: A PDF; "" if there is none.
        built: A document with headings or tables.
    """

    question: str
    unanswered: str
    search: str
    draft: str
    pdf: str
    built: str


def walk(visit: Visit, words: Words) -> Iterator[str]:
    """Bring the page into one state after the other, and yield the name of each."""
    page = visit.page
    for name, state in STATES.items():
        if words.pdf or not name.startswith("pdf"):
            page.mouse.move(1, 1)
            state(page, words)
            yield name
            page.keyboard.press("Escape")


def ask(page: Page, question: str) -> None:
    count = page.locator(".exchange").count()
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    page.locator(".exchange").nth(count).locator(".actions").wait_for()


def show(page: Page, view: str) -> None:
    if page.locator("#note").is_visible():  # it shows again when the focus returns to a citation
        page.keyboard.press("Escape")
    if page.locator("#reader-panel").is_visible():
        page.locator("#reader-panel [data-action=close]").click()
    page.locator(f"#views-nav [data-view={view}]").click()


def _first_screen(page: Page, words: Words) -> None:
    expect(page.locator("#welcome h2")).to_be_visible()
    page.locator("#welcome .guide, #welcome .here").first.wait_for()


def _answer(page: Page, words: Words) -> None:
    ask(page, words.question)


def _note(page: Page, words: Words) -> None:
    page.locator("#present a.cite").first.focus()
    expect(page.locator("#note")).to_be_visible()


def _source(page: Page, words: Words) -> None:
    page.locator("#present a.cite").first.click()
    page.locator("mark.current, .marks .mark.current").first.wait_for()


def _refusal(page: Page, words: Words) -> None:
    show(page, "ask")
    ask(page, words.unanswered)


def _history(page: Page, words: Words) -> None:
    page.locator("#open-history").click()
    page.locator(".conversations li").first.wait_for()


def _documents(page: Page, words: Words) -> None:
    show(page, "documents")
    page.locator(".documents .file-item").first.wait_for()


def _about(page: Page, words: Words) -> None:
    page.locator(f'[data-action=about][data-source="{words.built}"]').click()
    page.locator(".about .contents, .about p + p").first.wait_for()


def _built(page: Page, words: Words) -> None:
    page.locator(f'.documents a[data-source="{words.built}"]').first.click()
    page.locator("#reader-text > *").first.wait_for()


def _as_text(page: Page, words: Words) -> None:
    _built(page, words)
    page.locator("#reader-bar [data-action=as-text]").click()
    page.locator("#reader-bar [data-action=as-text][aria-pressed=true]").wait_for()


def _pdf(page: Page, words: Words) -> None:
    page.locator(f'.documents a[data-source="{words.pdf}"]').first.click()
    page.locator("#reader-pdf .textLayer > *").first.wait_for()


def _pdf_contents(page: Page, words: Words) -> None:
    _pdf(page, words)
    button = page.locator("#reader-bar [data-action=contents]")
    if button.is_visible():
        button.click()


def _search(page: Page, words: Words) -> None:
    show(page, "search")
    page.locator("#search-words").fill(words.search)
    page.locator(".hit").first.wait_for()


def _check(page: Page, words: Words) -> None:
    show(page, "check")
    page.locator("#check-text").fill(words.draft)
    page.locator("#check-form button.main").click()
    page.locator("#check-result").wait_for()


def _table(page: Page, words: Words) -> None:
    show(page, "table")
    page.locator("#table-questions").fill(f"{words.question}\n{words.unanswered}")
    page.locator("#table-form button.main").click()
    expect(page.locator("#quote-table tbody tr").first).to_be_visible()
    expect(page.locator("#table-progress")).to_be_hidden()


STATES: dict[str, Callable[[Page, Words], None]] = {
    "first_screen": _first_screen, "answer": _answer, "note": _note, "source": _source,
    "refusal": _refusal, "history": _history, "documents": _documents, "about": _about,
    "built": _built, "as_text": _as_text, "pdf": _pdf, "pdf_contents": _pdf_contents,
    "search": _search, "check": _check, "table": _table,
}  # fmt: skip

"""The page in other languages: every word of ours, and from right to left."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from askdocs.answering.skipped_files import keyword_only_notice, skipped_files_notice
from askdocs.types import Failure
from tests.browser.conftest import calling, wait_for

WORDS = Path(__file__).parents[2] / "app" / "static" / "locales"
UNREAD = skipped_files_notice(
    {
        "a.xlsx": [
            "number formats, hidden rows and columns (cells show their stored values)",
            "2 pictures (no text recognition)",
        ]
    },
    [Failure(f"{name}.pdf", "the file is protected by a password") for name in "bcdefg"],
)
FOREIGN = keyword_only_notice(
    ["火车在下午一点离开车站。" * 9, "Le train quitte la gare à une heure. " * 4]
)
# What is on the page for people but not in brackets, as the language below puts what is ours.
_ENGLISH = """() => {
  const foreign = "[dir=auto], pre, code, kbd, script, style, textarea, time, .place, #languages,"
    + " #reader-text, #search-help, #announcement, [name=folder]";
  const names = /askdocs|Markdown|HTML|JSON|CSV|Excel|BibTeX|kB|MB/g;
  const german = /\\bund\\b|\\d+\\. \\p{L}+\\.? \\d{4}/gu; // lists and days
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const place = walker.currentNode.parentElement;
    const words = walker.currentNode.data.replaceAll(/⟦.*?⟧/gs, "").replace(names, "")
      .replace(german, "");
    if (/[A-Za-z]{2}/.test(words) && !place.closest(foreign) && place.closest("main")
      && place.checkVisibility()) found.push(words.trim());
  }
  for (const name of ["aria-label", "title", "placeholder"]) {
    for (const each of document.querySelectorAll(`main [${name}]`)) {
      const words = each.getAttribute(name);
      if (/[A-Za-z]{2}/.test(words.replaceAll(/⟦.*?⟧/gs, "")) && each.checkVisibility()
        && !each.closest("#languages, .folder")) found.push(words);
    }
  }
  return found;
}"""


def bracketed(route: Route) -> None:
    """Words in a language of its own: the English in brackets."""
    english = json.loads((WORDS / "en.json").read_text(encoding="utf-8"))
    keys = json.loads((WORDS / "de.json").read_text(encoding="utf-8"))
    translations = {key: f"⟦{key.replace('!}', '}')}⟧" for key in keys}
    route.fulfill(json={"translations": translations, "english": english})


def assert_translated(page: Page) -> None:
    wait_for(page, lambda: page.evaluate(_ENGLISH), [])


def test_no_word_of_ours_is_forgotten_in_any_view(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="de-AT")
    context.route("**/locale-de.json", bracketed)
    with calling(context, address) as visit:
        page = visit.page
        expect(page.locator("#welcome h2")).to_have_text("⟦Ask your 4 documents⟧")
        assert_translated(page)
        box = page.locator("#question textarea")
        for number, question in enumerate(
            ["how long is green tea brewed?", "Who won the chess championship of Lahore?"]
        ):
            box.fill(question)
            page.keyboard.press("Enter")
            page.locator(".exchange").nth(number).locator(".actions").wait_for()
            page.locator(f"#exchange-{number} .cite, #exchange-{number} .nearest").first.wait_for()
            assert_translated(page)
        page.locator("#exchange-0 .cite").first.click()
        page.locator("#reader-panel mark").first.wait_for()
        page.locator("#open-history").click()
        page.locator("#conversations .entry").first.wait_for()
        assert_translated(page)
        page.locator("a[data-view=documents]").first.click()
        page.locator("[data-action=about]").first.click()
        page.locator(".about .contents, .about p + p").first.wait_for()
        assert_translated(page)
        page.locator("a[data-view=search]").first.click()
        assert_translated(page)
        page.locator("#search-words").fill("green tea")
        page.locator(".hit").first.wait_for()
        assert_translated(page)
        page.locator("a[data-view=check]").first.click()
        page.locator("#check-text").fill("The tower is 39 metres high. Its light is seen for days.")
        assert_translated(page)
        page.locator("#check-form button.main").click()
        page.locator("#check-result").wait_for()
        page.locator("[data-action=next-doubt]").click()
        assert_translated(page)
        page.locator("a[data-view=table]").first.click()
        page.locator("#table-questions").fill("Who built the lighthouse?")
        page.locator("#table-form button.main").click()
        page.locator("#quote-table tbody tr").nth(3).wait_for()
        expect(page.locator("#table-progress")).to_be_hidden()
        assert_translated(page)
        assert visit.complaints == []
    context.close()


def test_a_phone_shows_the_spanish_head_and_the_answer_without_keyboard(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="es-ES",
        timezone_id="America/New_York",
        has_touch=True,
        is_mobile=True,
    )
    with calling(context, address) as visit:
        page = visit.page
        box = page.locator("#question textarea")
        expect(box).to_have_attribute("placeholder", "Pregunte a sus documentos…")
        for link in page.locator("#views-nav a").all():
            expect(link).to_be_in_viewport(ratio=1)
        box.fill("how long is green tea brewed?")
        box.press("Enter")
        page.locator("#present .actions").wait_for()  # until then, what is shown is drawn anew
        expect(page.locator("#present .cite").first).to_be_visible()
        expect(box).not_to_be_focused()
        page.locator("#present").evaluate(
            "(e, words) => { e.dataset.i18n = ''; e.append(words); }", f"{UNREAD} {FOREIGN}"
        )
        for words in (
            "a.xlsx (formatos de número, filas y columnas ocultas (las celdas muestran sus valores"
            " guardados), 2 imágenes (sin reconocimiento de texto)); b.pdf (el archivo está",
            "; y 3 más, que",
            "en chino y francés solo se buscaron",
        ):
            expect(page.locator("#present")).to_contain_text(words)
        page.locator("#present").evaluate("""e => e.insertAdjacentHTML(
            "beforeend", '<i data-i18n="facts">2025-03-31 · 2025-03-31 23:00</i>')""")
        expect(page.locator("#present i")).to_have_text("31 mar 2025 · 31 mar 2025")
        assert visit.complaints == []
    context.close()


def test_urdu_runs_from_right_to_left_and_german_can_be_chosen(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ur-PK")
    context.grant_permissions(["clipboard-write"])
    with calling(context, address) as visit:
        page = visit.page
        assert page.evaluate("document.documentElement.lang") == "ur"
        # Each kind keeps to itself: its number would else stand beside the next one's.
        expect(page.locator("#welcome [data-i18n=list]")).to_contain_text("\u2069 اور \u2068")
        page.locator("#question textarea").fill("how long is green tea brewed?")
        page.get_by_role("button", name="پوچھیں", exact=True).click()
        page.locator("#present .actions").wait_for()
        page.locator("#present .cite").first.click()
        page.locator("#reader-panel mark").first.wait_for()
        expect(page.locator("#reader-text")).to_have_attribute("dir", "ltr")  # English runs so
        page.locator("#send").wait_for()
        left = {
            each: page.locator(each).evaluate("e => e.getBoundingClientRect().left")
            for each in ("#brand", "#view-links", "#tools", "#chat", "#reader-panel", "#send")
        }
        assert left["#tools"] < left["#view-links"] < left["#brand"]
        assert left["#reader-panel"] < left["#chat"] < left["#send"]
        assert page.locator("#present .actions").evaluate("e => getComputedStyle(e).direction") == (
            "rtl"
        )
        expect(page.locator("#present .assurance")).to_contain_text("اصل الفاظ")

        page.locator("#languages summary").click()
        page.get_by_role("button", name="Deutsch").click()
        expect(page.locator("#present .assurance")).to_contain_text("Genaue Worte")
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
            "de",
            "ltr",
        ]
        copied = visit.copied(page.locator("#present .actions > [data-action=copy]"))
        assert copied.rstrip().endswith("notes/tea.md, Tea in the office › Brewing, Zeile 5")
        page.locator("#question textarea").fill("Who won the chess championship of Lahore?")
        page.get_by_role("button", name="Fragen", exact=True).click()
        expect(page.locator("#present .refusal")).to_contain_text("Ihre")
        expect(page.locator("#present .refusal")).not_to_contain_text("our documents")
    context.close()

"""The open document: a PDF as itself, other formats as they are built, and what is done with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import TextAnchor, link
from tests.browser.conftest import Holding, wait_for
from tests.browser.pdfs import FOOT, OVER, TURNED
from tests.browser.test_page import assert_no_barriers
from tests.support import polling

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Visit

# The text under each box of the marks, by the middle of each letter of the text layer.
UNDER_MARKS = """() => {
  const boxes = [...document.querySelectorAll('.marks .mark.current')]
    .map((each) => each.getBoundingClientRect());
  const words = [];
  for (const layer of document.querySelectorAll('.textLayer')) {
    const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      let word = '';
      for (let at = 0; at < node.length; at += 1) {
        const range = document.createRange();
        range.setStart(node, at); range.setEnd(node, at + 1);
        const { left, right, top, bottom } = range.getBoundingClientRect();
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        const under = boxes.some((b) => x > b.left && x < b.right && y > b.top && y < b.bottom);
        if (under) word += node.data[at];
      }
      if (word.trim()) words.push(word.trim());
    }
  }
  return words;
}"""


def text_of(address: str, source: str) -> str:
    """The text of a document, put together from its view as text."""
    from selectolax.lexbor import LexborHTMLParser

    html = polling.get(f"{address}/source", params={"source": source, "text": True}).json()["html"]
    tree = LexborHTMLParser(html)
    for each in tree.css(".page-break"):
        each.decompose()
    return tree.text()


def hash_of(address: str, source: str, *quotes: str) -> str:
    text = text_of(address, source)
    starts = [text.index(quote) for quote in quotes]
    return link(
        source,
        [TextAnchor(at, at + len(q), checksum(q)) for at, q in zip(starts, quotes, strict=True)],
    )


def show(visit: Visit, fragment: str) -> Page:
    visit.page.goto(f"{visit.address}/{fragment}")
    visit.reload()
    return visit.page


def assert_marked(page: Page, begin: str, end: str) -> None:
    """Assert that the words under the current marks begin and end so."""
    page.locator(".marks .mark.current").first.wait_for()

    def ends() -> tuple[str, str]:
        words = " ".join(page.evaluate(UNDER_MARKS))
        return words[: len(begin)], words[-len(end) :]

    wait_for(page, ends, (begin, end))


def assert_under_marks(page: Page, *words: str) -> None:
    """Assert that these words lie under the current marks, and no others."""
    page.locator(".marks .mark.current").first.wait_for()
    wait_for(page, lambda: " ".join(page.evaluate(UNDER_MARKS)), " ".join(words))


def in_sight(page: Page) -> None:
    expect(page.locator(".marks .mark.current").first).to_be_in_viewport(ratio=0.9)


def test_marks_lie_over_the_very_words_of_a_pdf(
    open_harbour: OpenPage, harbour: tuple[str, Path]
) -> None:
    address, _ = harbour
    text = text_of(address, "harbour.pdf")
    begin, end = text.index("The harbour master"), text.index("blue flag in calm water.")
    columns = text[begin : end + len("blue flag in calm water.")]
    over = text[text.index(OVER[0][:9]) : text.index(OVER[1]) + len(OVER[1])]
    row = next(line for line in text.splitlines() if "38 m" in line)
    with open_harbour() as visit:
        page = show(visit, hash_of(address, "harbour.pdf", columns, over, row, TURNED))
        begins = "The har bour master flies the red flag"
        assert_marked(page, begins, "and the blue flag in calm water")
        in_sight(page)
        expect(page.locator("#reader-count")).to_have_text("1 of 4")

        page.get_by_label("Next place").click()
        in_sight(page)
        expect(page.locator('.page[data-page-number="2"] .mark.current')).to_have_count(1)
        assert_under_marks(page, " ".join(OVER).rstrip("."))

        page.get_by_label("Next place").click()
        expect(page.locator("#reader-page")).to_have_value("2")
        assert_under_marks(page, "South", "38 m", "9 crowns")

        page.locator(".pdf-scroll").press("n")
        expect(page.locator("#reader-page")).to_have_value("3")
        assert_under_marks(page, TURNED.rstrip("."))
        turned = page.locator(".marks .mark.current").bounding_box()
        assert turned is not None
        assert turned["height"] > turned["width"]
        in_sight(page)
        assert visit.foreign_requests() == []
        assert visit.complaints == []
        drawn = page.locator(".page .canvasWrapper canvas").count()
        assert drawn < 12, "pages are drawn that nobody looks at"
        assert page.locator(".page").count() == 39


def test_a_pdf_is_paged_enlarged_searched_and_read_as_text_by_keys_alone(
    open_harbour: OpenPage, harbour: tuple[str, Path]
) -> None:
    address, _ = harbour
    with open_harbour() as visit:
        page = show(visit, hash_of(address, "harbour.pdf", TURNED))
        bar = page.locator("#reader-bar")
        in_sight(page)
        expect(page.locator(".pdf-scroll")).to_be_focused()
        assert_no_barriers(page)
        expect(page.locator("#reader-pages")).to_have_text("of 39")
        page.locator("#reader-page").focus()
        page.keyboard.type("30")
        page.keyboard.press("Enter")
        expect(page.locator("#reader-pdf").get_by_text("Notes of berth 30,")).to_be_in_viewport()

        width = page.locator('.page[data-page-number="30"]').evaluate("each => each.clientWidth")
        bar.get_by_role("button", name="Larger", exact=True).press("Enter")
        page.wait_for_function(
            "before => document.querySelector('.page[data-page-number=\"30\"]').clientWidth"
            " > before",
            arg=width,
        )
        bar.get_by_role("button", name="Fit", exact=True).press("Enter")

        page.locator(".pdf-scroll").press("Control+f")
        expect(page.locator("#reader-words")).to_be_focused()
        page.keyboard.type("berth 1")
        expect(page.locator("#reader-found")).to_contain_text("of 10")
        page.keyboard.press("Enter")
        expect(page.locator(".textLayer .highlight.selected").first).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(page.locator("#reader-find")).to_be_hidden()

        bar.get_by_role("button", name="Contents", exact=True).press("Enter")
        expect(page.locator("#reader-contents").get_by_role("button", name="Flags")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#reader-page")).to_have_value("2")

        bar.get_by_role("button", name="As text", exact=True).press("Enter")
        expect(page.locator("#reader-text mark.current")).to_have_text(TURNED)
        expect(page.locator("#reader-text").get_by_text(OVER[1])).to_be_in_viewport()
        expect(page.locator("#reader-pdf")).to_be_hidden()
        bar.get_by_role("button", name="As text", exact=True).press("Enter")
        expect(page.locator("#reader-page")).to_have_value("2")
        page.keyboard.press("Escape")
        expect(page.locator("#reader-panel")).to_be_hidden()


def test_a_reload_and_a_copied_link_keep_the_page_and_the_heading(
    open_harbour: OpenPage, harbour: tuple[str, Path]
) -> None:
    address, _ = harbour
    with open_harbour() as visit:
        visit.page.context.grant_permissions(["clipboard-write"])
        page = show(visit, hash_of(address, "harbour.pdf", TURNED))
        bar, contents = page.locator("#reader-bar"), page.locator("#reader-contents")
        link = page.locator("#reader-panel").get_by_role("button", name="Copy link")
        in_sight(page)
        assert "page=" not in visit.copied(link)  # the words are where it leads
        page.locator("#reader-page").fill("30")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("&page=30$"))
        visit.reload()
        expect(page.locator("#reader-pdf").get_by_text("Notes of berth 30,")).to_be_in_viewport()
        page.locator("#reader-page").fill("3")
        page.keyboard.press("Enter")
        expect(page.locator("#reader-page")).to_have_value("3")
        assert "page=" not in visit.copied(link)
        bar.get_by_role("button", name="Contents", exact=True).click()
        contents.get_by_role("button", name="Pilots").click()
        expect(page.locator("#reader-page")).to_have_value("2")
        assert visit.copied(link).endswith("&page=2")

        page = show(visit, "#source=rules.md")
        bar.get_by_role("button", name="Contents", exact=True).click()
        contents.get_by_role("button", name="Rule 20").click()
        rule = page.locator("#reader-text").get_by_role("heading", name="Rule 20")
        expect(rule).to_be_in_viewport()
        visit.reload()
        expect(rule).to_be_in_viewport()
        page.locator("#reader-text").press("End")
        expect(
            page.locator("#reader-text").get_by_role("heading", name="Rule 29")
        ).to_be_in_viewport()
        copied = visit.copied(link)
        visit.reload()
        expect(
            page.locator("#reader-text").get_by_role("heading", name="Rule 29")
        ).to_be_in_viewport()
        assert page.url == copied


def test_the_page_of_a_mark_at_its_foot_is_reported_and_text_and_pages_keep_the_place(
    open_harbour: OpenPage, harbour: tuple[str, Path]
) -> None:
    address, _ = harbour
    with open_harbour() as visit:
        page = show(visit, hash_of(address, "harbour.pdf", FOOT))
        number, as_text = page.locator("#reader-page"), page.get_by_role("button", name="As text")
        in_sight(page)
        assert_under_marks(page, FOOT.rstrip("."))
        expect(number).to_have_value("20")
        page.locator(".pdf-scroll").press("End")
        expect(number).to_have_value("39")

        number.fill("30")
        page.keyboard.press("Enter")
        as_text.click()
        notes = page.locator("#reader-text").get_by_text("Notes of berth 30,")
        expect(notes).to_be_in_viewport()
        page.locator("#reader-text").press("End")
        expect(page.locator("#reader-text").get_by_text("Notes of berth 39,")).to_be_in_viewport()
        page.locator("#reader-text").press("Home")
        expect(page).to_have_url(re.compile("&at=0$"))
        as_text.click()
        expect(number).to_have_value("1")


def test_a_link_to_another_document_opens_it_at_its_heading_and_back_returns(
    open_harbour: OpenPage,
) -> None:
    with open_harbour() as visit:
        page = visit.page
        title, text = page.locator("#reader-title"), page.locator("#reader-text")
        page.goto(f"{visit.address}/?show=documents")
        page.locator('#documents a[data-source="guide.md"]').click()
        text.get_by_role("link", name="the twentieth rule").click()
        expect(title).to_have_text("The rules")
        expect(text.get_by_role("heading", name="Rule 20")).to_be_in_viewport()
        expect(page).to_have_url(re.compile(r"#source=rules\.md&at=\d+$"))
        page.go_back()
        expect(text.get_by_role("link", name="the twentieth rule")).to_be_visible()
        expect(text.get_by_text("elsewhere")).to_be_visible()
        expect(text.get_by_role("link", name="elsewhere")).to_have_count(0)
        text.get_by_role("link", name="the twentieth rule").click()
        expect(title).to_have_text("The rules")
        page.keyboard.press("Escape")
        expect(page.locator("#reader-panel")).to_be_hidden()
        expect(page).to_have_url(re.compile(r"\?show=documents$"))
        assert visit.complaints == []


def test_back_closes_an_opened_source_and_forward_opens_it_again(open_harbour: OpenPage) -> None:
    with open_harbour() as visit:
        page = visit.page
        panel = page.locator("#reader-panel")
        page.locator("a[data-view=documents]").first.click()
        page.locator('.documents a[data-source="guide.md"]').click()
        expect(page.locator("#reader-text strong")).to_have_text("red")
        expect(page).to_have_url(re.compile("#source=guide.md$"))
        page.locator("a[data-view=search]").first.click()
        expect(panel).to_be_visible()  # it is open beside every view
        page.go_back()
        expect(page.locator("#view-documents")).to_be_visible()
        expect(panel).to_be_visible()
        page.go_back()
        expect(panel).to_be_hidden()
        expect(page.locator("#view-documents")).to_be_visible()
        expect(page).not_to_have_url(re.compile("#"))
        page.go_forward()
        expect(page.locator("#reader-text strong")).to_have_text("red")
        page.get_by_label("Close the source").click()
        expect(panel).to_be_hidden()
        expect(page).not_to_have_url(re.compile("#"))
        expect(page.locator("#view-documents")).to_be_visible()


def test_documents_are_counted_as_listed_and_a_source_has_a_low_head(
    open_harbour: OpenPage,
) -> None:
    with open_harbour(width=1024, height=720) as visit:
        page = visit.page
        expect(page.locator("#welcome h2")).to_have_text("Ask your 4 documents")
        expect(page.locator(".guide")).to_contain_text("1 file could not be read.")
        page.locator("a[data-view=documents]").first.click()
        expect(page.locator(".documents a.title")).to_have_count(4)
        expect(page.locator(".documents .state.failed")).to_have_count(1)
        summary = page.locator("#documents-summary")
        expect(summary).to_have_text("4 documents can be asked, 1 partly read, 1 file not read.")
        page.get_by_label("Find a document by its name").fill("rules.md")
        expect(page.locator(".documents .file-item")).to_have_count(1)
        expect(summary).to_contain_text("1 shown.")
        page.get_by_label("Find a document by its name").fill("harbour.pdf")
        page.locator(".documents a.title").click()
        page.locator("#reader-pdf .textLayer > *").first.wait_for()
        page.locator("#reader-title").evaluate(
            "e => { e.textContent = 'A long title '.repeat(20) }"
        )
        panel, pages = page.locator("#reader-panel"), page.locator("#reader-pdf")
        above = "([a, b]) => b.getBoundingClientRect().top - a.getBoundingClientRect().top"
        assert page.evaluate(above, [panel.element_handle(), pages.element_handle()]) < 160


def test_a_pdf_on_a_phone_opens_from_the_list_and_fits(open_harbour: OpenPage) -> None:
    with open_harbour(width=390, height=844) as visit:
        page = visit.page
        bar = page.locator("#reader-bar")
        page.get_by_role("link", name="Documents", exact=True).click()
        entry = page.locator('.documents a[data-source="harbour.pdf"]')
        holding = Holding(page, "**/pdf?*")
        entry.click()
        expect(page.locator("#reader-pdf")).to_contain_text("Opening the PDF")
        page.get_by_label("Close the source").click()
        holding.let_go()
        expect(page.locator("#reader-pages")).to_have_text("of 39")
        expect(page.locator("#reader-panel")).to_be_hidden()  # closed before it was there

        entry.click()
        expect(page.locator("#reader-pdf").get_by_text("and the", exact=True)).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        frame = page.locator('.page[data-page-number="1"]').bounding_box()
        assert frame is not None
        assert frame["width"] <= 390
        for name in ("Contents", "Find", "As text", "Larger"):
            expect(bar.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)


def test_a_link_out_of_a_pdf_is_followed_only_after_a_question(
    open_harbour: OpenPage,
) -> None:
    with open_harbour() as visit:
        page = show(visit, "#source=harbour.pdf")
        page.locator('.annotationLayer a[href="http://evil.example/a"]').click()
        expect(page.locator("#confirm")).to_contain_text("http://evil.example/a")
        page.locator("#confirm").get_by_role("button", name="Cancel").click()
        assert visit.foreign_requests() == []
        assert len(page.context.pages) == 1


def test_hostile_documents_stay_dead(open_harbour: OpenPage) -> None:
    with open_harbour() as visit:
        page = show(visit, "#source=hostile.pdf")
        expect(page.locator("#reader-pdf").get_by_text("The zeppelin crew opens")).to_be_visible()
        show(visit, "#source=guide.md")
        expect(page.locator("#reader-text strong")).to_have_text("red")
        assert page.evaluate("window.broken") is None
        assert (
            page.locator("#reader-text :is(img, a:not(.source-link), script, svg, iframe)").count()
            == 0
        )
        assert visit.foreign_requests() == []
        assert visit.complaints == []


def test_a_document_is_built_its_code_copied_and_what_is_looked_for_is_found(
    open_harbour: OpenPage, harbour: tuple[str, Path]
) -> None:
    address, _ = harbour
    with open_harbour() as visit:
        visit.page.context.grant_permissions(["clipboard-write"])
        page = show(visit, hash_of(address, "guide.md", "Flags are **red** before a storm."))
        bar = page.locator("#reader-bar")
        marked = page.locator("#reader-text mark.current")
        marked.first.wait_for()
        assert "".join(marked.all_text_contents()) == "Flags are red before a storm."
        assert_no_barriers(page)
        code = page.locator("#reader-text").get_by_role("button", name="Copy", exact=True)
        assert visit.copied(code) == 'def flag():\n    return "red"'
        page.locator("#reader-text").press("Control+f")
        page.keyboard.type("red")
        expect(page.locator("#reader-found")).to_have_text("1 of 2")
        page.keyboard.press("Enter")
        expect(page.locator("#reader-found")).to_have_text("2 of 2")
        expect(page.locator("mark.current-found")).to_have_text("red")
        page.keyboard.press("Escape")
        expect(page.locator("mark.found")).to_have_count(0)
        bar.get_by_role("button", name="As text", exact=True).click()
        expect(page.locator("#reader-text")).to_contain_text("Flags are **red**")


def test_only_pdfs_of_the_index_are_given_as_files(harbour: tuple[str, Path]) -> None:
    address, folder = harbour
    whole = polling.get(f"{address}/pdf", params={"source": "harbour.pdf"})
    assert whole.content == (folder / "harbour.pdf").read_bytes()
    part = polling.get(
        f"{address}/pdf", params={"source": "harbour.pdf"}, headers={"Range": "bytes=0-4"}
    )
    assert (part.status_code, part.content) == (206, b"%PDF-")
    for source in ("guide.md", "../index/catalog.sqlite", "/etc/passwd", "none.pdf"):
        assert polling.get(f"{address}/pdf", params={"source": source}).status_code == 404
    page = polling.get(address).text
    base = page.split('<link rel="stylesheet" href="')[-1].split("style.css")[0]
    worker = polling.get(f"{address}/{base}pdfjs/pdf.worker.min.mjs")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "'unsafe-eval'" not in worker.headers["content-security-policy"]
    assert "default-src 'none'" in worker.headers["content-security-policy"]

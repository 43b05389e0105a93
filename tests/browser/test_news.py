"""What the page learns of the folder while it is open, from the first document to the last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, expect

from tests.browser.conftest import visiting
from tests.support.page_server import running_server

if TYPE_CHECKING:
    from tests.browser.conftest import ServeCorpus

FAILS = "What happens if the main lamp fails?"
LAMP = (
    f"# The lamp of Sund\n\n## {FAILS}\n\n"
    "If the main lamp fails, the keeper lights the reserve lamp.\n"
)


def test_an_empty_page_shows_new_files_and_the_last_one_can_be_removed(
    browser: Browser, tmp_path: Path, serve_corpus: ServeCorpus
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    with (
        serve_corpus(corpus, tmp_path / "index") as address,
        visiting(browser, address) as visit,
    ):
        page = visit.page
        expect(page.locator("#welcome")).to_contain_text("There are no documents yet")
        expect(page.locator("#welcome")).to_contain_text(str(corpus))
        with page.expect_file_chooser():
            page.locator("#welcome").get_by_role("button", name="Add files…").click()

        (corpus / "lamp.md").write_text(LAMP)
        expect(page.locator("#welcome")).to_contain_text("Ask your document")
        page.locator("#welcome").get_by_role("button", name=FAILS).click()
        expect(page.locator("#present .answer")).to_contain_text("reserve lamp")
        page.locator("#present .actions").wait_for()

        page.locator("#present a.cite").first.focus()
        (corpus / "ferry.txt").write_text("The ferry of Sund\nIt sails at noon.\n")
        expect(page.locator("#welcome")).to_contain_text("Ask your 2 documents")
        expect(page.locator("#present a.cite").first).to_be_focused()
        (corpus / "lamp.md").write_text("The lamp of Sund was sold.\n")
        expect(page.locator("#present .changed")).to_contain_text("lamp.md has changed")

        page.locator("a[data-view=documents]").first.click()
        tools = page.locator("#find"), page.get_by_label("Sort by")
        for part in tools:
            expect(part).to_be_visible()
        for name in ("lamp.md", "ferry.txt"):
            page.get_by_label(f"Remove {name}", exact=True).click()
            page.locator("#confirm [value=yes]").click()
            expect(page.locator("#documents")).not_to_contain_text(name)
        expect(page.locator("#documents-summary")).to_contain_text("There are no documents")
        for part in (*tools, page.get_by_text("Tick documents")):
            expect(part).to_be_hidden()
        page.get_by_role("button", name="New", exact=True).click()
        expect(page.locator("#welcome")).to_contain_text("There are no documents yet")
        assert visit.foreign_requests() == []
        assert visit.complaints == []


def test_the_open_source_follows_its_document(
    browser: Browser, tmp_path: Path, serve_corpus: ServeCorpus
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    lamp = corpus / "lamp.md"
    lamp.write_text(LAMP)
    with (
        serve_corpus(corpus, tmp_path / "index") as address,
        visiting(browser, address) as visit,
    ):
        page = visit.page
        visit.ask(FAILS)
        page.locator("#present a.cite").first.click()
        expect(page.locator("mark.current").filter(has_text="reserve lamp")).to_be_visible()
        lamp.write_text(f"{LAMP}It was painted in 1950.\n")
        expect(page.locator("#reader-text")).to_contain_text("1950")
        expect(page.locator("mark.current").filter(has_text="reserve lamp")).to_be_visible()
        expect(page.locator("#reader-notice")).to_contain_text("The document has changed.")
        page.get_by_label("Close the source").click()
        lamp.write_text("The lamp of Sund was sold in 1960.\n")
        expect(page.locator("#present .changed")).to_contain_text("lamp.md has changed")
        page.locator("#present a.cite").first.click()
        expect(page.locator("#reader-text")).to_contain_text("1960")
        assert visit.complaints == []
        (corpus / "ferry.txt").write_text("The ferry of Sund\nIt sails at noon.\n")
        lamp.unlink()
        expect(page.locator("#reader-notice")).to_contain_text("no longer exists")


WAITS = """
from pathlib import Path
from time import sleep
from askdocs.index.sync import load
read_file, go = load.read_file, Path({go!r})
def waiting(path, *given, **limits):
    while path.name.startswith("river") and not go.exists():
        sleep(0.1)
    return read_file(path, *given, **limits)
load.read_file = waiting
"""


def test_the_page_opens_while_much_is_still_being_indexed(browser: Browser, tmp_path: Path) -> None:
    """Reading the rivers takes until the file `go` is there."""
    corpus, go = tmp_path / "corpus", tmp_path / "go"
    corpus.mkdir()
    (corpus / "aa.md").write_text(LAMP)
    for number in range(3):
        (corpus / f"river-{number}.txt").write_text(
            f"River {number}\n" + "It rose by two hands.\n" * 40  # the smallest file is read first
        )
    prepare = WAITS.format(go=str(go))
    with (
        running_server(corpus, tmp_path / "index", prepare=prepare, indexed=False) as (address, _),
        visiting(browser, address) as visit,
    ):
        page = visit.page
        expect(page.locator("#welcome .notice")).to_contain_text("being read")
        expect(page.locator("#welcome h2")).to_have_text("Ask your document")  # the lamp is read
        page.get_by_label("Your question").fill("How tall is the tower of Sund?")
        page.keyboard.press("Enter")
        expect(page.locator("#present .refusal + .notice")).to_contain_text("still being read")
        page.get_by_role("button", name="New", exact=True).click()
        go.touch()
        expect(page.locator("#welcome")).to_contain_text("Ask your 4 documents")
        expect(page.locator("#welcome .notice")).to_have_count(0)
        assert visit.complaints == []

"""What outlives a visit: conversations, documents that were added, what was said of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from askdocs.evaluation.feedback import FEEDBACK
from tests.browser.conftest import calling, stranger, wait_for
from tests.browser.test_page import assert_no_barriers, clicked_words

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Visit

TOWER = "how high is the tower of the lighthouse?"
DROP = """([name, content]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([content], name, { type: "text/plain" }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(
      new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""


def judgements(corpus: Path) -> list[str]:
    """What has been said of answers so far, oldest first."""
    file = corpus.parent / "index" / FEEDBACK
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line)["judgement"] for line in lines]


@pytest.fixture
def own(open_page: OpenPage) -> Iterator[Visit]:
    """A visitor whom nobody knows yet."""
    with open_page() as visit:
        yield visit
        assert visit.foreign_requests() == []


def test_a_conversation_is_there_after_a_reload_and_in_the_list(own: Visit) -> None:
    page = own.page
    own.ask(TOWER)
    own.ask("who built it?")
    own.reload()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".question").first).to_have_text(TOWER)
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator(".exchange")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("chat="))

    page.locator("#open-history").click()
    expect(page.locator(".conversations .title")).to_have_text([TOWER])
    for words in (".title", ".place"):
        box = page.locator(f".conversations {words}").bounding_box()
        assert box is not None
        assert box["height"] < 30, "they are broken over lines"
    page.get_by_label(f"Rename {TOWER}").click()
    page.get_by_label("New name").fill("The <b>tower</b>")
    page.keyboard.press("Enter")
    expect(page.locator(".conversations .title")).to_have_text(["The <b>tower</b>"])
    page.get_by_label("Find a conversation").press_sequentially("zebra")
    expect(page.locator(".conversations li")).to_have_count(0)
    page.get_by_label("Find a conversation").fill("built")
    expect(page.locator(".conversations li")).to_have_count(1)
    page.locator(".conversations .entry").click()
    expect(page.locator(".exchange")).to_have_count(2)
    own.ask("what did Zehri warn?")
    expect(page.locator(".exchange")).to_have_count(3)

    page.locator("#open-history").click()
    page.get_by_label("Delete The <b>tower</b>").click()
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    expect(page.locator(".conversations li")).to_have_count(1)
    page.get_by_label("Delete The <b>tower</b>").click()
    page.locator("#confirm [value=yes]").click()
    expect(page.locator(".conversations li")).to_have_count(0)
    expect(page.locator(".exchange")).to_have_count(0)


def test_a_conversation_is_shown_to_nobody_else(own: Visit, browser: Browser) -> None:
    own.ask(TOWER)
    with stranger(browser, own.page.url) as other:
        other.locator("#open-history").click()
        expect(other.locator("#conversations")).to_contain_text("No conversations yet")
        expect(other.locator(".exchange")).to_have_count(0)


def test_a_conversation_that_is_not_here_is_said_and_its_source_still_opens(
    own: Visit, browser: Browser
) -> None:
    own.ask(TOWER)
    own.page.locator("#present a.cite").first.click()
    expect(own.page.locator("mark.current").first).to_be_visible()
    assert "chat=" in own.page.url
    with stranger(browser, own.page.url) as other:
        said = other.locator("#not-here")
        expect(said).to_contain_text("belongs to another visitor or was deleted")
        expect(other).not_to_have_url(re.compile("chat="))
        expect(other.locator("mark.current").first).to_be_visible()
        other.get_by_label("Your question").fill(TOWER)
        other.keyboard.press("Enter")
        other.locator("#present .actions").wait_for()
        expect(said).to_be_hidden()


def test_files_are_added_by_button_and_dragging_and_removed(own: Visit, corpus: Path) -> None:
    page = own.page
    page.locator("a[data-view=documents]").first.click()
    files: list[dict[str, object]] = [
        {
            "name": "ferry.txt",
            "mimeType": "text/plain",
            "buffer": b"The ferry\nIt sails at noon.\n",
        },
        {"name": "program.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"},
    ]
    page.locator("#add-files").set_input_files(files)  # type: ignore[arg-type]
    expect(page.locator("#adding")).to_contain_text("program.exe: .exe files cannot be read")
    expect(page.locator("#documents")).to_contain_text("ferry.txt")
    expect(page.locator("#documents-outcome")).to_contain_text(re.compile("added|Nothing"))
    page.evaluate(DROP, ["canal.txt", "The canal of Lund\nIt was dug in 1788.\n"])
    expect(page.locator('#documents a[data-source="canal.txt"]')).to_be_visible()  # it was read
    expect(page.locator("#adding").get_by_role("link", name="canal.txt")).to_be_visible()
    page.locator("a[data-view=ask]").click()
    own.ask("when was the canal of Lund dug?")
    expect(page.locator("#present .answer")).to_contain_text("1788")

    (corpus / "canal.txt").write_text("The canal of Lund\nNobody knows when it was dug.\n")
    expect(page.locator("#present .changed")).to_contain_text("canal.txt has changed")
    page.locator("#present a.cite").first.click()
    expect(page.locator("#reader-notice")).to_contain_text("has changed")
    page.locator("a[data-view=documents]").first.click()
    for name in ("canal.txt", "ferry.txt"):
        page.get_by_label(f"Remove {name}", exact=True).click()
        expect(
            page.locator("#confirm").get_by_role("button", name="Cancel", exact=True)
        ).to_be_focused()
        page.locator("#confirm [value=yes]").click()
        expect(page.locator("#documents")).not_to_contain_text(name)
        assert not (corpus / name).exists()
    page.locator("a[data-view=ask]").click()
    expect(page.locator("#present .changed")).to_contain_text("canal.txt was removed")
    page.locator("#present a.cite").first.click()
    expect(page.locator("#reader-notice")).to_contain_text("no longer exists")
    expect(page.locator("#reader-panel").get_by_role("button", name="Copy link")).to_be_hidden()
    expect(page.locator("#reader-text")).to_be_hidden()
    assert len(list((corpus.parent / "index" / "removed").rglob("*.txt"))) >= 2


def test_a_folder_is_dropped_with_all_that_is_in_it(own: Visit, tmp_path: Path) -> None:
    folder = tmp_path / "dropped"
    for inner in ("deep/er", "deep/.git"):
        (folder / inner).mkdir(parents=True)
        (folder / inner / "quay.txt").write_text("The quay was built in 1702.\n")
    for number in range(120):  # the browser lists a hundred at a time
        (folder / f"{number:03}.txt").write_text(f"Bollard {number}.\n")
    page, sent = own.page, []

    def take(route: Route) -> None:
        sent.append(parse_qs(urlsplit(route.request.url).query)["name"][0])
        route.fulfill(status=201, json={})

    page.route("**/document?*", take)
    page.route("**/index", lambda route: route.fulfill(status=202))
    devtools = page.context.new_cdp_session(page)
    carried = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"type": kind, "x": 300, "y": 300, "data": carried}
        devtools.send("Input.dispatchDragEvent", place)
    expect(page.locator("#adding")).to_contain_text("121 files added.")
    assert "dropped/deep/er/quay.txt" in sent
    assert len(sent) == 121
    assert not any("/." in name for name in sent)


def test_what_is_said_of_an_answer_is_noted_and_remembered(own: Visit, corpus: Path) -> None:
    page = own.page
    own.ask(TOWER)
    judging = page.locator("#present .actions")
    for name, judgement in (("Wrong source", "source"), ("Right", "good")):
        judging.get_by_role("button", name=name, exact=True).click()
        wait_for(page, lambda: judgements(corpus)[-1:], [judgement])
    assert judgements(corpus)[-2:] == ["source", "good"]
    own.reload()
    right = judging.get_by_role("button", name="Right", exact=True)
    expect(right).to_have_attribute("aria-pressed", "true")
    wrong = judging.get_by_role("button", name="Wrong source", exact=True)
    expect(wrong).to_have_attribute("aria-pressed", "false")


def test_a_follow_up_is_suggested_and_asked_by_a_click(own: Visit) -> None:
    page = own.page
    own.ask("how long is black tea brewed?")
    words = clicked_words(page, "#follow-ups .suggestions button")
    expect(page.locator("#present .question")).to_have_text(words)
    page.locator("#present .actions").wait_for()
    expect(page.locator("#present .refusal")).to_have_count(0)


def test_axe_finds_no_barriers_in_lists_and_questions(open_page: OpenPage) -> None:
    with open_page(scheme="dark") as visit:
        page = visit.page
        visit.ask("how long is black tea brewed?")
        page.locator("#follow-ups .suggestions button").first.wait_for()
        page.locator("#present").get_by_role("button", name="Right", exact=True).click()
        page.locator("#open-history").click()
        page.locator(".conversations li").first.wait_for()
        assert_no_barriers(page)
        page.locator('[data-action="rename"]').click(force=True)
        expect(page.locator("#confirm")).to_be_visible()
        assert_no_barriers(page)
        page.keyboard.press("Escape")
        expect(page.locator("#history")).to_be_visible()
        page.locator("a[data-view=documents]").first.click()
        page.locator(".documents li").first.wait_for()
        assert_no_barriers(page)


def test_two_windows_on_one_conversation_lose_nothing(own: Visit) -> None:
    own.ask(TOWER)
    with calling(own.page.context, own.address) as other:
        other.go(own.page.url)
        expect(other.page.locator(".question")).to_have_text([TOWER])
        other.ask("who built it?")
        own.ask("what did Zehri warn?")
        asked = [TOWER, "who built it?", "what did Zehri warn?"]
        expect(own.page.locator(".question")).to_have_text(asked)
        other.ask("and when?")
        asked.append("and when?")
        expect(other.page.locator(".question")).to_have_text(asked)
        own.page.locator("#present").get_by_role("button", name="Edit question").click()
        own.page.get_by_label("Your question").fill("how long is black tea brewed?")
        own.page.keyboard.press("Enter")
        asked.append("how long is black tea brewed?")
        expect(own.page.locator(".question")).to_have_text(asked)
        own.page.locator("#present .actions").wait_for()
    own.reload()
    expect(own.page.locator(".question")).to_have_text(asked)
    expect(own.page.locator(".answer")).to_have_count(5)

"""Two folders behind one server: the switch in the head, and what the address says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from askdocs import Config
from askdocs.config import corpus_names
from askdocs.remote.client import find_server
from tests.browser.conftest import LIGHTHOUSE, TEA, visiting
from tests.browser.test_page import assert_no_barriers
from tests.support import polling
from tests.support.page_server import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Visit

TOWER = "how high is the tower of the lighthouse?"
OTHER = "über <b>"  # the name of a folder, which is text wherever it stands
OTHER_PATH = "/in/%C3%BCber-b/"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("switch")


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[str]:
    folders = {"harbour": ("lighthouse.txt", LIGHTHOUSE), OTHER: ("tea.md", TEA)}
    for name, (file, text) in folders.items():
        (home / name).mkdir()
        (home / name / file).write_text(text, encoding="utf-8")
    with running_server(home / "harbour", home / "index", further=[home / OTHER]) as (address, _):
        yield address


@pytest.fixture
def own(browser: Browser, served: str) -> Iterator[Visit]:
    """A visitor whom nobody knows yet."""
    with visiting(browser, served) as visit:
        yield visit
        assert visit.foreign_requests() == []
        assert visit.complaints == []


def test_one_turns_to_the_other_folder_and_back(own: Visit, served: str) -> None:
    page = own.page
    assert page.url == f"{served}/in/harbour/"
    expect(page).to_have_title("harbour · askdocs")
    own.ask(TOWER)
    asked = page.url
    page.locator(".cited a").first.click()
    expect(page.locator("#reader-text mark").first).to_contain_text("The tower is")
    cited = page.url

    turn(page)
    page.wait_for_url(f"**{OTHER_PATH}")
    expect(page).to_have_title(f"{OTHER} · askdocs")
    expect(page.locator(".exchange")).to_have_count(0)
    own.ask("how much does a cup cost?")
    expect(page.locator(".exchange")).to_contain_text("20 cents")
    page.locator("#open-history").click()
    expect(page.locator(".conversations .title, #conversations .title")).to_have_count(1)

    own.go(cited)
    expect(page.locator("#reader-text mark").first).to_contain_text("The tower is")
    expect(page.locator(".question")).to_have_text(TOWER)
    own.reload()
    assert page.url == cited
    expect(page.locator("#reader-text mark").first).to_contain_text("The tower is")
    expect(page.locator(".exchange")).to_have_count(1)
    own.go(asked.replace("/in/harbour/", OTHER_PATH))  # a conversation is one of its folder
    expect(page.locator("#welcome h2")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)


def test_a_search_is_taken_along_and_back_returns_to_it(own: Visit, served: str) -> None:
    page = own.page
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words to search for").fill("water")
    expect(page.locator("#search-state")).not_to_be_empty()
    page.wait_for_url("**q=water**")
    turn(page)
    page.wait_for_url(f"**{OTHER_PATH}?show=search&q=water")
    expect(page.locator("#search-results")).to_contain_text("hot water")
    page.go_back()
    page.wait_for_url("**/in/harbour/?show=search&q=water")
    expect(page.get_by_label("Words to search for")).to_have_value("water")


def test_the_switch_works_by_keyboard_and_on_a_phone(browser: Browser, served: str) -> None:
    with visiting(browser, served, width=390, height=844) as visit:
        page = visit.page
        summary = page.locator("#corpora summary")
        expect(summary).to_be_in_viewport(ratio=1)
        summary.press("Enter")
        here = page.get_by_role("link", name="harbour", exact=True)
        expect(here).to_be_focused()
        assert here.get_attribute("aria-current") == "page"
        other = page.locator("#corpora a").nth(1)
        expect(other).to_be_in_viewport(ratio=1)
        assert_no_barriers(page, "#corpora")  # an open menu lies over other things
        page.keyboard.press("Escape")
        expect(other).to_be_hidden()
        assert_no_barriers(page)
        expect(summary).to_be_focused()
        page.keyboard.press("Enter")
        expect(here).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{OTHER_PATH}")
        expect(page.locator("#corpora summary")).to_contain_text(OTHER)


def test_programs_choose_a_folder_by_the_address_or_the_model(served: str) -> None:
    other = f"{served}{OTHER_PATH}".rstrip("/")
    rows = {root: polling.get(f"{root}/documents").json()["documents"] for root in (served, other)}
    assert [each["source"] for each in rows[served]] == ["lighthouse.txt"]
    assert [each["source"] for each in rows[other]] == ["tea.md"]
    assert polling.get(f"{served}/source?source=tea.md").status_code == 404
    models = [each["id"] for each in polling.get(f"{served}/v1/models").json()["data"]]
    assert models == ["askdocs", "askdocs/harbour", "askdocs/über-b"]
    messages = [{"role": "user", "content": "How much does each cup cost?"}]
    for root, model in (
        (served, models[2]),
        (other, "askdocs"),
        (f"{served}/in/harbour", models[2]),
    ):
        asked = {"messages": messages, "model": model}
        answer = polling.post(f"{root}/v1/chat/completions", json=asked).json()
        assert answer["citations"][0]["source"] == "tea.md"
        (noted, *_) = answer["choices"][0]["message"]["annotations"]
        assert noted["url_citation"]["url"].startswith(f"{other}/#source=tea.md")
    from gradio_client import Client

    client = Client(other, verbose=False)
    assert client.predict("money box", 3, None, api_name="/search")[0]["source"] == "tea.md"
    client.close()


def test_commands_go_through_the_server_of_their_folder(served: str, home: Path) -> None:
    for name, file in (("harbour", "lighthouse.txt"), (OTHER, "tea.md")):
        index = home / f"index-{corpus_names([home / name])[0]}"
        server = find_server(Config(corpus=home / name, index=index))
        assert server is not None
        assert server.address.startswith(f"{served}/in/")
        assert [each.source for each in server.status().documents] == [file]


def turn(page: Page) -> None:
    """Turn to the other folder by the menu in the head."""
    page.locator("#corpora summary").click()
    page.locator("#corpora a").nth(1).click()

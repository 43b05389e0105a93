"""Pictures of the page's main states: `python -m tests.browser.screenshots FOLDER [CORPUS]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit, browsing, serving, visiting

QUESTION = "what did Zehri warn?"
UNANSWERED = "who paid for the train tickets of the militants?"
CORPUS = Path(__file__).parents[2] / "corpus"


def first_screen(visit: Visit) -> None:
    expect(visit.page.locator(".suggestions button").first).to_be_visible()


def answer(visit: Visit) -> None:
    visit.ask(QUESTION)


def note(visit: Visit) -> None:
    answer(visit)
    visit.page.locator("a.cite").first.hover()


def source(visit: Visit) -> None:
    answer(visit)
    visit.page.locator("a.cite").first.click()
    expect(visit.page.locator("mark.current").first).to_be_visible()


def refusal(visit: Visit) -> None:
    visit.ask(UNANSWERED)


def documents(visit: Visit) -> None:
    answer(visit)
    visit.page.locator("a[data-view=documents]").first.click()
    expect(visit.page.locator(".documents")).to_be_visible()


STATES: tuple[Callable[[Visit], None], ...] = (
    first_screen, answer, note, source, refusal, documents,
)  # fmt: skip
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}


def take_pictures(folder: Path, corpus: Path) -> None:
    """One picture for each state, size and colour scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as index,
        serving(corpus, Path(index)) as address,
        browsing() as browser,
    ):
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                for state in STATES:
                    with visiting(
                        browser, address, width=width, height=height, scheme=scheme
                    ) as visit:
                        state(visit)
                        name = f"{size}-{state.__name__.replace('_', '-')}-{scheme}.png"
                        visit.page.screenshot(path=folder / name)


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else CORPUS)

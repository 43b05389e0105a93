"""Pictures of every view: `python -m tests.browser.screenshots FOLDER [CORPUS] [LANGUAGE …]`.

They are of the sample corpus, or of another one with what its own first screen suggests.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.conftest import Visit, browsing, calling, serving
from tests.browser.states import Words, walk
from tests.support import polling

CORPUS = Path(__file__).parents[2] / "corpus"
SAMPLE = Words(
    question="what did Zehri warn?",
    unanswered="who paid for the train tickets of the militants?",
    search="militant groups",
    draft="The lamp is lit at noon. Militant groups had expanded across the province.",
    pdf="",
    built="lighthouse-keepers-handbook.md",
)
HEIGHTS = {1440: 900, 1024: 768, 390: 844}  # by width
PHONE = 390
BUILT = (".md", ".html", ".docx", ".rst")


def take_pictures(folder: Path, corpus: Path, languages: Sequence[str]) -> None:
    """One picture for each state, width, colour scheme and language; also of an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, browsing() as browser:
        empty = Path(scratch) / "empty"
        empty.mkdir()
        for each in (corpus, empty):
            with serving(each, Path(scratch) / f"index-of-{each.name}") as address:
                words = SAMPLE if each == CORPUS else None
                for language in languages:
                    for width in HEIGHTS:
                        for scheme in ("light", "dark"):
                            with _visiting(browser, address, language, width, scheme) as visit:
                                name = folder / f"{language}-{width}-{scheme}"
                                _take(visit, name, words, is_empty=each == empty)


def _take(visit: Visit, name: Path, words: Words | None, *, is_empty: bool) -> None:
    if is_empty:
        visit.page.screenshot(path=f"{name}-empty.png")
        return
    for number, state in enumerate(walk(visit, words or suggested(visit))):
        visit.page.screenshot(path=f"{name}-{number:02}-{state}.png")


def suggested(visit: Visit) -> Words:
    """What to ask of an unknown folder: what its first screen suggests."""
    question = visit.page.locator("[data-action=suggest]").first
    question.wait_for()
    documents = polling.get(f"{visit.address}/documents").json()["documents"]
    sources = [each["source"] for each in documents]
    asked = question.inner_text()
    return Words(
        question=asked,
        unanswered="Who won the chess championship of Lahore?",
        search=asked.rstrip("?").split()[-1],
        draft=f"{asked} Nobody knows. The report has 431 pages and was written in 1871.",
        pdf=next((each for each in sources if each.endswith(".pdf")), ""),
        built=next(each for each in sources if each.endswith(BUILT)),
    )


@contextmanager
def _visiting(
    browser: Browser, address: str, language: str, width: int, scheme: str
) -> Iterator[Visit]:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=language,
        reduced_motion="reduce",
        has_touch=width == PHONE,
        is_mobile=width == PHONE,
    )
    with calling(context, address) as visit:
        yield visit
    context.close()


if __name__ == "__main__":
    target, *rest = sys.argv[1:]
    corpus = Path(rest[0]).resolve() if rest else CORPUS
    take_pictures(Path(target), corpus, rest[1:] or ["en"])

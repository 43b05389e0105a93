"""The work done with the text of a document grows with its length, whatever is in it.

The text of a hostile document must not hold up the process that answers questions. Reading and
splitting it is tested in `text/test_sentences.py`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from askdocs.answering import context
from askdocs.app.views import markdown, prose, source, source_links
from askdocs.documents.loaders import chats
from askdocs.documents.loaders.markup import mediawiki, typst
from askdocs.documents.loaders.pdf import characters
from askdocs.errors import CorpusError
from askdocs.guide import names, opening, outline, questions
from askdocs.output import bibliography, export_check, printable, strip_markup, text_anchor
from askdocs.text import dates, identifiers, language, numbers, stop_words, tokens
from askdocs.types import Anchor, Document
from tests.support.counted_work import Walk, Work

LENGTH = 90  # characters at least; twice as many are compared with them
HOSTILE = [
    " _a", "*a ", "`a ", "[a](b ", "<a ", "<!-- askdocs-export ", "```\n", "# ", "> ", "| a ",
    "\n", " \n", " ", ". . ", "...", "1,", "$1 ", "1 May 2020 ", "2020-01-01 ", "a: b; ",
    "From: a\n", "Ab Bc ", "a-", "10.1000/a", "A",
    "<!--", "<ref>a", "[//a b", "= a ", "{|\n|a=b ", "#a[", "#set a(", "/*", "#set a\n",
]  # fmt: skip


def document(text: str, ending: str = ".txt") -> Document:
    """A document with a heading every 50 characters."""
    headings = tuple(Anchor(at, heading=text[at : at + 40]) for at in range(0, len(text), 50))
    return Document(f"a{ending}", text, "a", headings)


def exported(text: str, folder: Path) -> None:
    (folder / "export.md").write_text(text, "utf-8")
    with pytest.raises(CorpusError):
        export_check.read_export(folder / "export.md")


def loaded(load: Callable[[Path, str], object], text: str, folder: Path) -> object:
    (folder / "a").write_text(text, "utf-8")
    return load(folder / "a", "a")


def guided(text: str) -> object:
    found = document(text)
    sections = outline.outline_of(found)
    return opening.opening_of(found, sections), questions.questions_of(found, sections)


FUNCTIONS: dict[str, Callable[[str, Path], Any]] = {
    "dates": lambda text, _: dates.dates_in(text),
    "dated lines": lambda text, _: list(dates.date_lines([(0, text)])),
    "closing lines": lambda text, _: list(dates.closing_lines([(0, text)])),
    "words": lambda text, _: (tokens.words(text), stop_words.content_words(text)),
    "identifiers": lambda text, _: identifiers.identifiers_in(text),
    "numbers": lambda text, _: numbers.numbers_in(text),
    "language": lambda text, _: language.is_english(text),
    "names": lambda text, _: names.names_in(text),
    "figures": lambda text, _: names.figures_in(text),
    "opening and suggestions": lambda text, _: guided(text),
    "sentence that can answer": lambda text, _: context.can_answer(text),
    "Markdown": lambda text, _: strip_markup.strip_markup(text, "a.md"),
    "reStructuredText": lambda text, _: strip_markup.strip_markup(text, "a.rst"),
    "passage": lambda text, _: strip_markup.shown_passage(text, "a.md", 0, 9),
    "reference": lambda text, _: bibliography.reference_to("a.pdf", "a", text),
    "terminal": lambda text, _: printable.printable(text),
    "escaped": lambda text, _: markdown.escaped_answer(text),
    "prose": lambda text, _: prose.render_markdown(text),
    "export": exported,
    "MediaWiki": lambda text, folder: loaded(mediawiki.load, text, folder),
    "chat": lambda text, _: chats.whatsapp_messages(f"[3/5/26, 9:41] Ana: Hi.\nand{text}x"),
    "Typst": lambda text, folder: loaded(typst.load, text, folder),
    **{
        f"page {ending}": lambda text, _, ending=ending: source.read(document(text, ending))
        for ending in (".txt", ".md", ".rst", ".adoc", ".csv", ".py")
    },
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_twice_the_text_is_twice_the_work(function: str, tmp_path: Path) -> None:
    too_much = {}
    FUNCTIONS[function]("It is so.", tmp_path)  # what is loaded once
    for unit in HOSTILE:
        counts = []
        length = max(LENGTH, 16 * len(unit))
        for text in (unit * (length // len(unit)), 2 * unit * (length // len(unit))):
            work = Work()
            with work.counting():
                FUNCTIONS[function](text, tmp_path)
            counts.append(work.steps)
        if counts[1] > 2.6 * counts[0] + 500:
            too_much[unit] = counts
    assert not too_much


def calls(function: Callable[[], object]) -> int:
    """How many functions are called."""
    counted = 0

    def called(_frame: object, event: str, _: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("length", [1999, 2500])
def test_a_hundred_wrong_anchors_cost_as_much_as_ten(length: int) -> None:
    text = "wordwordwo " * 20_000

    def work(count: int) -> int:
        starts = range(110_000, 110_000 + 11 * count, 11)
        anchors = [text_anchor.TextAnchor(at, at + length, "0" * 12) for at in starts]
        return calls(lambda: text_anchor.find_anchors(text, anchors))

    assert work(100) < 1.1 * work(10)


def test_twice_the_accents_are_twice_the_work() -> None:
    def work(count: int) -> int:
        run: list[characters._Character] = []

        def join() -> None:
            for at in range(count):
                accent = characters._Character("~", at, at + 1, 0, 1, 1, at)
                if not characters._joins_accent(run, accent):
                    run.append(accent)

        return calls(join)

    assert work(200) < 2.2 * work(100)


def test_twice_the_links_to_headings_are_twice_the_work() -> None:
    def work(count: int) -> int:
        headings = tuple(Anchor(at, heading=f"Heading {at}") for at in range(count))
        links = source_links.SourceLinks(Document("a.md", "a" * count, "a", headings), tuple)
        return calls(lambda: [links.tags(f"#heading-{at}") for at in range(count)])

    work(1)  # what is loaded once
    assert work(400) < 2.2 * work(200)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a|ab)(?:c|bcd)+d*", "abcbcdd"),
        (r"(?<!\w)(?P<sign>_{1,3})[^\n]+?(?<=[^\s_])(?P=sign)(?![\w_])", "__a_b__ c"),
        (r"^\s*(?:x|(?:\.\s?){2,}+\d)$", ". . .7"),
        (r"(?i:[B-D]+?)e\b|\Z", "bcDE f"),
        (r"[^\W\d_]+(?:-\d)*-", "ab-1-2-"),
    ],
)
def test_expressions_are_walked_as_they_match(pattern: str, text: str) -> None:
    for flags in (re.NOFLAG, re.IGNORECASE | re.MULTILINE):
        form = re.compile(pattern, flags)
        walk = Walk(form, text)
        ends: Iterable[int] = [walk.matches(at) for at in range(len(text) + 1)]
        found = [form.match(text, at) for at in range(len(text) + 1)]
        expected = [match.end() if match else -1 for match in found]
        if "(?i:" in pattern and not flags:
            continue  # flags of a part are not looked at
        assert list(ends) == expected
        assert walk.steps > len(text)

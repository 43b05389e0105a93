"""A document as it is built: headings, lists, tables, code, each with its words marked exactly."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from askdocs.app.views.source import Reading, read
from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import TextAnchor, words_checksum
from askdocs.types import Anchor, Document

MARKDOWN = """# Tea

Green tea is **brewed at 80 °C** for [two minutes](http://evil.example/x "t").
![A pot](http://evil.example/pot.png) <b onclick="evil()">Never</b> longer.

- first `code`
- second
  - inner

| Name | Price |
| --- | --- |
Name: Assam; Price: 4
Name: **Sencha** of `JP`; Price: 6

```python
@app.task
def brew():
    return 80
```
<script>window.broken = 1</script>
"""
RESTRUCTURED = """Tasks
=====

Use :setting:`task_acks` and ``retry``::

    @app.task
    def add(x):
        return x

.. code-block:: python

   app.start()

.. note:: Workers *must* run.

* one item
  that goes on
* two
"""
ROWS = "Prices\n\nName: Assam; Kind: black; Price: 4\nName: Sencha; Price: 6"


def mark(text: str, words: str, focus: str = "") -> TextAnchor:
    start = text.index(words)
    inner = (text.index(focus, start), text.index(focus, start) + len(focus)) if focus else None
    return TextAnchor(start, start + len(words), checksum(words), inner)


def tree(reading: Reading) -> LexborHTMLParser:
    return LexborHTMLParser(reading.html)


def texts(reading: Reading, selector: str) -> list[str]:
    return [" ".join(each.text().split()) for each in tree(reading).css(selector)]


def marked(reading: Reading) -> str:
    return "".join(each.text() for each in tree(reading).css("mark"))


def test_markdown_is_drawn_and_its_marks_leave_out_only_its_signs() -> None:
    document = Document("tea.md", MARKDOWN, anchors=(Anchor(0, heading="Tea"),))
    words = MARKDOWN[MARKDOWN.index("Green") : MARKDOWN.index(" longer")]
    reading = read(document, [mark(MARKDOWN, words, "brewed at 80 °C")])
    assert reading.view == "built"
    assert texts(reading, "h3") == ["Tea"]
    assert "Green tea is brewed at 80 °C for two minutes." in " ".join(marked(reading).split())
    assert texts(reading, "mark strong") == ["brewed at 80 °C"]
    assert texts(reading, "ul ul li") == ["inner"]
    assert texts(reading, "li code") == ["code"]
    assert texts(reading, "th") == ["Name", "Price"]
    assert texts(reading, "td") == ["Assam", "4", "Sencha of JP", "6"]
    assert texts(reading, "td :is(strong, code)") == ["Sencha", "JP"]
    assert tree(reading).css_first("pre").text() == "@app.task\ndef brew():\n    return 80"


def test_nothing_that_a_document_brings_is_loaded_or_run() -> None:
    for name in ("a.md", "a.rst", "a.adoc", "a.html", "a.csv"):
        reading = read(Document(name, MARKDOWN + "\nkey: <img src=x onerror=evil()>; b: <svg>\n"))
        assert not tree(reading).css("img, script, style, a, b, svg, iframe, object, [onclick]")
        assert "javascript:" not in reading.html


def test_restructured_text_keeps_the_indentation_of_code() -> None:
    document = Document("tasks.rst", RESTRUCTURED, anchors=(Anchor(0, heading="Tasks"),))
    reading = read(document, [mark(RESTRUCTURED, "def add(x):\n        return x", "return x")])
    assert [each.text() for each in tree(reading).css("pre")] == [
        "@app.task\ndef add(x):\n    return x",
        "app.start()",
    ]
    assert marked(reading) == "def add(x):    return x"  # its lines are joined by what is no mark
    assert texts(reading, "p")[0] == "Use task_acks and retry:"
    assert texts(reading, ".note") == ["Note Workers must run."]
    assert texts(reading, ".items li") == ["* one item that goes on", "* two"]


@pytest.mark.parametrize("name", ["prices.html", "prices.adoc", "prices.rst", "prices.xlsx"])
def test_rows_are_a_table_with_the_names_of_its_columns(name: str) -> None:
    document = Document(name, ROWS, anchors=(Anchor(0, line=1),))
    row = "Name: Assam; Kind: black; Price: 4"
    reading = read(document, [mark(ROWS, row)])
    names = ["Name", "Kind", "Price"]
    assert texts(reading, "thead th") == (["Row", *names] if name.endswith("x") else names)
    assert texts(reading, "td") == ["Assam", "black", "4", "Sencha", "", "6"]
    assert texts(reading, "tbody th") == (["3", "4"] if name.endswith("x") else [])
    assert marked(reading) == "Assamblack4"


def test_a_row_may_begin_with_a_label_and_prose_is_no_row() -> None:
    rows = "Leaves; Food: Ash, Elm; Calories: 50\nBerries; Food: Straw; black; Calories: 150"
    reading = read(Document("lake.docx", rows), [mark(rows, "Leaves; Food: Ash, Elm")])
    assert texts(reading, "thead :is(th, td)") == ["", "Food", "Calories"]
    assert texts(reading, "tbody th") == ["Leaves", "Berries"]
    assert texts(reading, "tbody td") == ["Ash, Elm", "50", "Straw; black", "150"]
    assert marked(reading) == "LeavesAsh, Elm"
    prose = "We swam all day; note: it was cold.\nThen we ate; she said: good.\nWe left; all of us."
    assert not tree(read(Document("lake.docx", prose))).css("table")


def test_the_head_of_a_mail_is_a_table_of_labels() -> None:
    text = "Subject: Tea; or not\nFrom: Ada <a@b.example>\nTo: Bo\n\nDear Bo, see you."
    reading = read(Document("a.eml", text))
    assert texts(reading, ".labels th") == ["Subject", "From", "To"]
    assert texts(reading, ".labels td") == ["Tea; or not", "Ada <a@b.example>", "Bo"]


def test_as_text_shows_every_character() -> None:
    reading = read(Document("tea.md", MARKDOWN), plain=True)
    assert reading.view == "text"
    assert tree(reading).text().replace("\n", "") == MARKDOWN.replace("\n", "")


def test_words_that_moved_are_found_again_and_words_that_are_gone_are_not() -> None:
    before = "The bus leaves at nine. The ferry leaves at ten."
    moving, going = mark(before, "The ferry leaves at ten.", "ten"), mark(before, "at nine")
    after = f"A new first line.\n\n{before.replace('nine', 'eight')}"
    reading = read(Document("a.txt", after), [moving, going], at=moving.start)
    assert (reading.moved, reading.lost) == ((0,), (1,))
    assert marked(reading) == "The ferry leaves at ten."
    assert texts(reading, "strong") == ["ten"]
    assert reading.begins == (after.index("The ferry"), -1)


def test_of_equal_words_the_nearest_are_those_that_moved() -> None:
    before = "Pay now. " * 3
    wanted = TextAnchor(18, 26, checksum("Pay now."))
    reading = read(Document("a.txt", "Oh! " + before), [wanted])
    assert reading.begins == (22,)


@pytest.mark.parametrize(
    "after",
    [
        "The ferry leaves\nat ten, and comes\nback at noon.",
        "> The ferry leaves at ten,\n  and comes back\n  at noon.",
        "Later.\n\nThe ferry leaves at ten, and comes back at noon. Then it rests.",
    ],
)
def test_words_are_found_again_where_their_lines_are_wrapped_elsewhere(after: str) -> None:
    before = "The bus is late. The ferry  leaves at\nten, and comes back at noon."
    words = before[before.index("The ferry") :]
    wanted = TextAnchor(before.index(words), len(before), words_checksum(words))
    reading = read(Document("a.txt", after), [wanted])
    assert reading.lost == ()
    assert " ".join(marked(reading).split()) == "The ferry leaves at ten, and comes back at noon."


def test_an_older_link_to_words_over_several_lines_still_opens() -> None:
    text = "The bus is late. The ferry\n\nleaves at ten."
    reading = read(Document("a.txt", f"Oh! {text}"), [mark(text, "The ferry\n\nleaves at ten.")])
    assert reading.moved == (0,)


def test_the_words_of_a_mark_are_known_page_by_page() -> None:
    text = "The tea. The kettle is red, and so\n\nis the cup. The tea."
    pages = (Anchor(0, page=1), Anchor(text.index("is the"), page=2))
    document = Document("a.pdf", text, anchors=(*pages, Anchor(0, heading="Tea › Red")))
    over = mark(text, text[9:-9], "so\n\nis")
    again = TextAnchor(len(text) - 8, len(text), checksum("The tea."))
    assert read(document, [over, again]).highlights == ((), ())  # the text is shown, not the file
    reading = read(document, [over, again], file=Path(__file__))
    first, second = reading.highlights[0]
    assert (first.page, first.words) == (1, ("The kettle is red, and ", "so\n\n", ""))
    assert (second.page, second.words) == (2, ("", "is", " the cup."))
    assert [spot.before for spot in reading.highlights[1]] == [0]  # on its own page
    assert (first.around, second.around) == (("The tea. ", ""), ("", " The tea."))
    assert [(each.title, each.level, each.page) for each in reading.headings] == [("Red", 2, 1)]


def test_what_is_looked_for_is_marked_apart_and_counted_in_the_whole_document() -> None:
    text = "A red cup.\n\nNo Red\ncup here.\n\nred."
    reading = read(Document("a.txt", text), [mark(text, "A red cup.")], words="red  cup")
    assert reading.found == (2, text.index("Red"))
    found = tree(reading).css("mark.found")
    assert [each.attributes["data-found"] for each in found] == ["0", "1", "1"]
    assert [each.text() for each in found] == ["red cup", "Red\n", "cup"]


N = 200_000
COLUMNS = "\n".join(f"n{number}: x; k: y" for number in range(14_000))
NAMES = "\n".join(f"n{number}: x" for number in range(20_000))
NOTES = "\n".join(f"{' ' * number}.. note:: a\n" for number in range(600))
HOSTILE = {
    "signs that never close": ("notes.rst", "*a " * (N // 3)),
    "one sign and spaces": ("notes.rst", "`" + " " * N + "a"),
    "directives": ("notes.rst", ".. a::\n" * (N // 7)),
    "notes in notes": ("notes.rst", NOTES),
    "signs": ("guide.adoc", "`" * N),
    "as many columns as rows": ("page.html", COLUMNS),
    "as many names as rows": ("page.html", NAMES),
    "spaces": ("page.txt", "a" + " " * N + "b"),
    "short lines": ("page.txt", "a\n===\n" * (N // 6)),
    "longer than is shown": ("guide.md", "Tea is hot.\n\n" * 150_000),
}
FAR_LESS_THAN_BEFORE = 30.0  # seconds of this process, on a machine however slow


@pytest.mark.parametrize("name", HOSTILE)
def test_no_document_costs_more_than_its_length(name: str) -> None:
    """Most of these took minutes in which the server answered nobody, or gigabytes."""
    source, text = HOSTILE[name]
    before = time.process_time()
    reading = read(Document(source, text, anchors=(Anchor(0, heading="Tea"),)))
    assert time.process_time() - before < FAR_LESS_THAN_BEFORE
    assert len(reading.html) < 100 * len(text)


@pytest.mark.parametrize("length", [60, 1_500_000])
def test_marks_that_nothing_holds_cost_little_however_many_and_long(length: int) -> None:
    text = "a word " * 450_000
    marks = [TextAnchor(at, at + length, checksum("gone")) for at in range(1000, 1100)]
    before = time.process_time()
    assert read(Document("a.txt", text), marks).lost == tuple(range(100))
    assert time.process_time() - before < FAR_LESS_THAN_BEFORE


GUIDE = """# Guide

See [the tea](../tea.md#green-tea), [here](#guide), [both](tea), [all](..), [gone](no.md),
[out](../../etc/passwd), [web](http://evil.example/tea.md), [run](javascript:evil()),
[page](tea.html), [lost](#nothing), [file](file:///tea.md) and [root](/tea.md).
"""
FOLDER = ("tea.md", "docs/guide.md", "docs/tea.md", "README.md", "docs/a.rst")


def links(source: str, text: str, heading: str = "Guide") -> dict[str, tuple[str, str, str]]:
    """The links that can be followed, by their words."""
    document = Document(source, text, anchors=(Anchor(0, heading=heading),))
    found = tree(read(document, sources=lambda: FOLDER)).css("a")
    return {
        " ".join(each.text().split()): (
            each.attributes["data-source"] or "",
            each.attributes.get("data-part") or each.attributes.get("data-at") or "",
            each.attributes["href"] or "",
        )
        for each in found
    }


def test_links_to_documents_of_the_folder_can_be_followed_and_no_others() -> None:
    assert links("docs/guide.md", GUIDE) == {
        "the tea": ("tea.md", "green-tea", "#source=tea.md&part=green-tea"),
        "here": ("docs/guide.md", "0", "#source=docs/guide.md&at=0"),
        "both": ("docs/tea.md", "", "#source=docs/tea.md"),
        "all": ("README.md", "", "#source=README.md"),
        "page": ("docs/tea.md", "", "#source=docs/tea.md"),
        "root": ("tea.md", "", "#source=tea.md"),
    }


def test_only_a_link_to_elsewhere_looks_like_one_that_is_not_followed() -> None:
    reading = read(Document("docs/guide.md", GUIDE), sources=lambda: FOLDER)
    assert texts(reading, ".link") == ["web"]


def test_links_of_other_markup_can_be_followed() -> None:
    text = (
        "Guide\n=====\n\nSee `tea <tea.md>`_, :doc:`guide`, :doc:`the start </README>`, `word`_ and"
        " `web <http://evil.example>`_."
    )
    assert {words: source for words, (source, *_) in links("docs/a.rst", text).items()} == {
        "tea": "docs/tea.md",
        "guide": "docs/guide.md",
        "the start": "README.md",
    }
    text = "= Guide\n\nSee xref:tea.md#green[the tea], link:http://evil.example[web], *strong*."
    assert links("docs/a.adoc", text) == {
        "the tea": ("docs/tea.md", "green", "#source=docs/tea.md&part=green")
    }


def test_a_document_is_shown_at_the_heading_that_a_link_names() -> None:
    text = "# Tea\n\nAll.\n\n## Green tea: how?\n\nHot."
    anchors = (Anchor(0, heading="Tea"), Anchor(text.index("##"), heading="Tea › Green tea: how?"))
    document = Document("tea.md", text, anchors=anchors)
    assert read(document, part="green-tea-how").at == text.index("##")
    assert read(document, part="black").at == 0


def test_hostile_links_stay_within_their_attribute() -> None:
    text = '[a](<b"onclick="evil().md>) [c](<tea.md#"onclick="evil()>)'
    reading = read(Document("a.md", text), sources=lambda: FOLDER)
    assert not tree(reading).css("[onclick]")

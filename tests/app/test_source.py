"""A document to read: every character is there, and exactly the marked words are marked."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.app.views.source import WINDOW, read
from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import (
    LinkTarget,
    TextAnchor,
    address_of,
    citation_anchor,
    document_target,
    link,
    parse_anchor,
)
from askdocs.types import Anchor, Citation, Document, Passage

MESSY = st.text(
    alphabet=st.sampled_from(list("ab \n\t<>&\"'é漢𝒳\u202e{}$#")), min_size=1, max_size=300
)


class Page(HTMLParser):
    """The text of a page, and for each mark number the words under it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marked: dict[int, str] = {}
        self.tags: set[str] = set()
        self._numbers: list[int] = []
        self._skipped = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self._skipped = values.get("class") == "page-break"
        if tag == "mark":
            self._numbers = [int(number) for number in (values["data-marks"] or "").split()]

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._numbers = []
        if tag == "p":
            self._skipped = False

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        self.text += data
        for number in self._numbers:
            self.marked[number] = self.marked.get(number, "") + data


def mark(text: str, start: int, end: int, focus: tuple[int, int] | None = None) -> TextAnchor:
    return TextAnchor(start, end, checksum(text[start:end]), focus)


@given(MESSY, st.data())
def test_all_of_the_text_is_shown_and_each_mark_covers_its_words_exactly(
    text: str, data: st.DataObject
) -> None:
    offsets = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(offsets, offsets, offsets, offsets), max_size=3))
    ordered = [sorted(span) for span in spans]
    marks = [mark(text, a, d, (b, c)) for a, b, c, d in ordered if a < d]
    pages = tuple(Anchor(start, page=n + 1) for n, start in enumerate(range(0, len(text), 7)))
    page = Page(read(Document("a.txt", text, anchors=pages), marks).html)
    assert page.text == text
    assert page.marked == {n: text[m.start : m.end] for n, m in enumerate(marks)}
    assert page.tags <= {"p", "h3", "mark", "strong"}


def test_a_mark_whose_words_have_changed_is_reported_and_not_marked() -> None:
    made_on = "The kettle is red. It is loud."
    marks = [mark(made_on, 0, 18), mark(made_on, 19, 30)]
    reading = read(Document("a.txt", "The kettle is red. It is mute."), marks)
    assert reading.lost == (1,)
    assert Page(reading.html).marked == {0: "The kettle is red."}


def test_a_mark_beyond_the_end_is_lost() -> None:
    assert read(Document("a.txt", "short"), [TextAnchor(3, 99, "0" * 12)]).lost == (0,)


def test_a_long_document_is_shown_around_the_mark() -> None:
    text = "".join(f"This is line {number}.\n" for number in range(40_000))
    start = text.index("This is line 30000.")
    reading = read(Document("long.txt", text), [mark(text, start, start + 19)])
    assert reading.start <= start < reading.end
    assert reading.end - reading.start < WINDOW + 5000
    assert Page(reading.html).marked == {0: "This is line 30000."}
    assert Page(reading.html).text == text[reading.start : reading.end]
    assert reading.length == len(text)


def test_every_part_of_a_long_document_can_be_reached() -> None:
    text = "word " * 150_000
    seen, at = "", 0
    while at < len(text):
        reading = read(Document("long.txt", text), at=at)
        assert reading.start <= at < reading.end
        seen += text[at : reading.end]
        at = reading.end
    assert seen == text


def test_places_name_page_heading_and_line() -> None:
    text = "First\nsecond\nThird part\nfourth"
    anchors = (Anchor(0, page=4, line=10), Anchor(13, heading="Third part"))
    start = text.index("fourth")
    reading = read(Document("a.pdf", text, anchors=anchors), [mark(text, start, start + 6)])
    assert reading.places == ("page 4, Third part, line 13",)
    assert '<h3 data-at="13" dir="auto">Third part</h3>' in reading.html
    assert "page 4" in reading.html


def test_lines_wrapped_by_width_flow_and_others_stay() -> None:
    wrapped = "These lines were broken by an editor at a width that was\n" * 3 + "short end.\n"
    poem = "Short\nlines\nstay\n"
    html = read(Document("a.txt", wrapped + "\n" + poem)).html
    assert html.count('<p class="flow"') == 1
    assert html.count('<p class="line"') == 3


def test_a_mark_survives_being_written_into_a_link() -> None:
    quote = "the words"
    passage = Passage("1", "a b/ü&x.txt", "Here are the words.", 100, 119)
    citation = Citation(1, passage, quote, 109, 118, (113, 118))
    made = citation_anchor(citation)
    assert parse_anchor(str(made)) == made
    assert link(passage.source, [made]) == f"#source=a%20b/%C3%BC%26x.txt&mark={made}"


@pytest.mark.parametrize(
    ("source", "words", "fragment"),
    [
        ("a.pdf", "The words.", "#page=4"),
        ("A.HTML", "well-known, 5 %", "#:~:text=well%2Dknown%2C%205%20%25"),
        ("a.txt", "First  line\nand a second one", "#:~:text=First%20line,and%20a%20second%20one"),
        ("a.htm", "one two three four five six seven eight nine ten eleven",
         "#:~:text=one%20two%20three%20four%20five,seven%20eight%20nine%20ten%20eleven"),
        ("a.docx", "The words.", ""),
        ("a.html", "", ""),
    ],
)  # fmt: skip
def test_without_a_page_a_link_opens_the_place_in_the_file(
    tmp_path: Path, source: str, words: str, fragment: str
) -> None:
    target = LinkTarget(source, page=4, words=words)
    assert address_of("", tmp_path, target) == (tmp_path / source).as_uri() + fragment
    assert address_of("http://page/", tmp_path, target) == f"http://page/#source={source}"


def test_a_span_of_a_document_has_its_page_and_its_words() -> None:
    text = "First page. Second page. Third page."
    anchors = (Anchor(0, page=1), Anchor(12, page=2), Anchor(16, heading="h"), Anchor(25, page=3))
    target = document_target(Document("a.pdf", text, anchors=anchors), mark(text, 19, 23))
    assert (target.page, target.words) == (2, "page")
    assert document_target(Document("a.pdf", text, anchors=anchors)).page is None


@pytest.mark.parametrize(
    "written", ["", "1-2", "1-2.xyz", "-1-2.000000000000", "1-2.0000000000000"]
)
def test_a_damaged_mark_is_refused(written: str) -> None:
    assert parse_anchor(written) is None

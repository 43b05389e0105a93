from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askdocs.documents import passages as split_module
from askdocs.documents.loaders.shared.builder import normalise
from askdocs.documents.passages import passage_spans, passages_at, split, with_id
from askdocs.text.sentences import sentence_spans
from askdocs.text.tokens import estimate_tokens
from askdocs.types import Anchor, Document, Passage

MESSY = st.text(
    alphabet=st.one_of(
        st.sampled_from(list(" \n\t.!?;:,-–—'\"“”’()[]#*|…。、！？")),
        st.sampled_from(list("abcdefghABCé ñßжИ中文字のأب٣๙😀🇳🇴")),
        st.characters(codec="utf-8"),
    ),
    max_size=800,
).map(normalise)


def words_of(text: str) -> str:
    return "".join(text.split())


@given(MESSY, st.integers(20, 200))
@settings(max_examples=150, deadline=None)
def test_passages_are_slices_of_the_document_in_order_without_overlap(
    text: str, tokens: int
) -> None:
    end = 0
    for passage in split(Document("a.txt", text), tokens=tokens):
        assert passage.text == text[passage.start : passage.end]
        assert passage.start >= end
        end = passage.end


@given(MESSY)
@settings(max_examples=150, deadline=None)
def test_no_word_is_lost(text: str) -> None:
    passages = split(Document("a.txt", text))
    assert "".join(words_of(passage.text) for passage in passages) == words_of(text)


@given(MESSY)
@settings(max_examples=100, deadline=None)
def test_sentences_are_slices_in_order(text: str) -> None:
    end = 0
    for start, stop in sentence_spans(text):
        assert end <= start < stop <= len(text)
        assert text[start:stop] == text[start:stop].strip()
        end = stop


@given(MESSY, st.lists(st.integers(0, 800), max_size=6))
@settings(max_examples=100, deadline=None)
def test_no_passage_crosses_a_heading(text: str, starts: list[int]) -> None:
    anchors = tuple(Anchor(start, heading=f"h{start}") for start in sorted(set(starts)))
    for passage in split(Document("a.md", text, anchors=anchors)):
        assert not any(passage.start < anchor.start < passage.end for anchor in anchors)


def test_passages_of_prose_have_about_the_wished_size() -> None:
    sentence = "The keeper wrote the time of each event into the log of the station. "
    for tokens in (50, 100, 200):
        passages = split(Document("a.txt", sentence * 200), tokens=tokens)
        sizes = [estimate_tokens(passage.text) for passage in passages[:-1]]
        assert all(0.9 * tokens <= size <= 1.3 * tokens for size in sizes)


def test_a_passage_ends_where_a_sentence_ends() -> None:
    text = "Dr. Smith met Mr. Jones at 3.5 km. " * 40 + "In the U.S. it rained. " * 40
    for passage in split(Document("a.txt", text)):
        assert passage.text.endswith(("km.", "rained."))


def test_a_slice_has_the_words_of_a_span_that_lie_in_the_passage() -> None:
    passage = Passage("id", "a.txt", "Second sentence.", 10, 26)
    assert passage.slice(10, 16) == "Second"
    assert passage.slice(17, 40) == "sentence."
    assert passage.slice(0, 16) == "Second"
    assert passage.slice(0, 5) == ""


def test_a_sentence_far_longer_than_a_passage_is_cut_at_clauses() -> None:
    text = "first we went to the harbour, then we saw the ships leave; " * 60
    passages = split(Document("a.txt", text))
    assert len(passages) > 3
    assert all(estimate_tokens(passage.text) <= 200 for passage in passages)
    assert all(passage.text.endswith((",", ";")) for passage in passages)


def test_text_without_any_gap_is_cut_too() -> None:
    passages = split(Document("a.txt", "x" * 5000))
    assert len(passages) > 1
    assert "".join(passage.text for passage in passages) == "x" * 5000


def test_page_heading_and_line_are_those_of_the_passage() -> None:
    text = "One two.\n\n# Part\n\nThree four.\n\nFive six."
    anchors = (
        Anchor(0, page=1, line=1),
        Anchor(text.index("# Part"), heading="Part"),
        Anchor(text.index("Five"), page=2, page_label="ii"),
    )
    first, second, third = split(Document("a.md", text, "Title", anchors))
    assert (first.page, first.heading, first.line) == (1, None, 1)
    assert (second.page, second.heading, second.line) == (1, "Part", 3)
    assert (third.page, third.page_label, third.heading, third.line) == (2, "ii", "Part", 7)
    assert {passage.title for passage in (first, second, third)} == {"Title"}


def test_ids_follow_place_and_content() -> None:
    passage = Passage("", "a.txt", "words", 0, 5, "t", 1, "i", None, 1)
    same = with_id(passage).id
    assert same == with_id(replace(passage, id="x")).id
    changes: list[dict[str, Any]] = [
        {"source": "b.txt"},
        {"start": 1},
        {"title": "u"},
        {"heading": "h"},
        {"text": "other"},
        {"page": 2},
        {"page_label": "ii"},
        {"line": 2},
    ]
    others = {with_id(replace(passage, **change)).id for change in changes}
    assert len(others) == len(changes)
    assert same not in others


def test_nothing_comes_of_nothing() -> None:
    assert split(Document("a.txt", "")) == []
    assert split(Document("a.txt", " \n\t\n ")) == []


def test_the_work_for_one_endless_line_grows_with_its_length_and_no_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted in tokens looked at, since seconds depend on what else the machine does."""
    token = split_module.TOKEN
    looked_at = 0

    class Counting:
        def finditer(self, *place: Any) -> Iterator[re.Match[str]]:
            nonlocal looked_at
            for found in token.finditer(*place):
                looked_at += 1
                yield found

    def work(length: int) -> int:
        nonlocal looked_at
        looked_at = 0
        passages = split(Document("a.js", "x1_" * (length // 3), "a", ()))
        assert all(passage.text for passage in passages)
        return looked_at

    monkeypatch.setattr(split_module, "TOKEN", Counting())
    assert 0 < work(80_000) < 4.5 * work(20_000)


def test_a_title_and_headings_without_end_are_carried_in_part() -> None:
    """Each passage carries both, so whole ones would make the work quadratic."""
    text = "It is so. " * 4000
    document = Document("a.txt", text, "t" * 100_000, (Anchor(0, heading="h" * 100_000),))
    carried = sum(len(each.title) + len(each.heading or "") for each in split(document))
    assert carried < 20 * len(text)


def test_passages_at_the_places_found_are_the_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join(
        "The keeper wrote it down. Prices rose by 3.5 percent in 2019. No one knew why!"
        for _ in range(30)
    )
    anchors = (Anchor(0, page=1, heading="A"), Anchor(900, page=2, heading="B"))
    document = Document("a.txt", text, "Title", anchors)
    assert passages_at(document, passage_spans(document)) == split(document)

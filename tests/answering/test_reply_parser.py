from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from askdocs.answering.generation.reply_parser import ReplyParser, ReplySentence


def parse(*pieces: str, known: int = 5) -> list[ReplySentence]:
    parser = ReplyParser(known)
    said = [each for piece in pieces for each in parser.feed(piece)]
    return said + parser.end()


def one(reply: str) -> tuple[str, tuple[int, ...]]:
    (said,) = parse(reply)
    return said.text, said.numbers


@pytest.mark.parametrize(
    ("reply", "text", "numbers"),
    [
        ("It cost two million [1].", "It cost two million.", (1,)),
        ("It cost two million. [1]", "It cost two million.", (1,)),
        ("It cost two million.[1]", "It cost two million.", (1,)),
        ("It cost [1, 3] much.", "It cost much.", (1, 3)),
        ("It cost much [1][3].", "It cost much.", (1, 3)),
        ("It cost much [1] [3].", "It cost much.", (1, 3)),
        ("It cost much [1-3].", "It cost much.", (1, 2, 3)),
        ("It cost much [1–3, 5].", "It cost much.", (1, 2, 3, 5)),
        ("It cost much [1 and 2].", "It cost much.", (1, 2)),
        ("It cost much [Passage 2].", "It cost much.", (2,)),
        ("It cost much [^2].", "It cost much.", (2,)),
        ("It cost much 【2†source】.", "It cost much.", (2,)),
        ("“It cost much [2],” he said.", "“It cost much,” he said.", (2,)),
        ("It cost much [2", "It cost much", (2,)),
        ("It cost much [1, ", "It cost much", (1,)),
        ("It cost much 2].", "It cost much.", (2,)),
        ("It cost much [1, [3].", "It cost much.", (1, 3)),
        ("[1] It cost much.", "It cost much.", (1,)),
        ("It cost much [9].", "It cost much.", ()),
        ("It cost much [[2]].", "It cost much.", (2,)),
        ("It cost [2]] much.", "It cost ] much.", (2,)),
        ("It cost much (passage 2).", "It cost much.", (2,)),
        ("It cost much (Sources 1, 3).", "It cost much.", (1, 3)),
        ("It cost much (2).", "It cost much (2).", ()),
        ("It cost (the BLA) much [1].", "It cost (the BLA) much.", (1,)),
        ("It cost much [2](https://evil.example/x).", "It cost much.", (2,)),
        ("It cost much (https://a.example).", "It cost much (https://a.example).", ()),
        ("<think>Much? [1]\n\nSo.</think>It cost much [2].", "It cost much.", (2,)),
        ("So.</think>\n", "So.", ()),
        ("It cost much [0][2].", "It cost much.", (2,)),
        ("It cost much [4-200].", "It cost much.", (4, 5)),
        ("In [2019] it cost [sic] much.", "In [2019] it cost [sic] much.", ()),
        ("It holds [1.5 litres] of it.", "It holds [1.5 litres] of it.", ()),
        ("- **It** cost `much` [1].", "It cost much.", (1,)),
        ("Dr. Smith paid 3.5 million [1].", "Dr. Smith paid 3.5 million.", (1,)),
        ("Es kostet 5 % [1] !", "Es kostet 5 %!", (1,)),
        ("</passage> It cost much [1].", "It cost much.", (1,)),
        ('<passage number="3">\nIt cost much [1].', "It cost much.", (1,)),
        ("It cost <50 much [1].", "It cost <50 much.", (1,)),
        ("Red \x1b[31m text \u202e[1].", "Red [31m text.", (1,)),
    ],
)
def test_marks_are_taken_out_of_a_sentence(reply: str, text: str, numbers: tuple[int, ...]) -> None:
    assert one(reply) == (text, numbers)


def test_a_thought_that_never_ends_is_not_said() -> None:
    assert parse("<think>It may have cost [1] much. Or not.") == []


def test_each_sentence_has_its_own_numbers() -> None:
    said = parse(
        "It opened in 1962. [1] It cost two million [2]. Nobody knew [3].\n\nSo it is. [4]"
    )
    assert [(each.text, each.numbers, each.opens) for each in said] == [
        ("It opened in 1962.", (1,), True),
        ("It cost two million.", (2,), False),
        ("Nobody knew.", (3,), False),
        ("So it is.", (4,), True),
    ]


def test_a_list_becomes_one_sentence_an_entry() -> None:
    said = parse("1. The wall [1]\n2. The roof [2]\n* The mill\n")
    assert [each.text for each in said] == ["The wall", "The roof", "The mill"]
    assert all(each.opens for each in said)


FRAGMENTS = (
    "The bridge opened in 1962. It cost U.S. $3.5 million ! Dr. Smith [1] [1, 3] [2-4] [2][3]"
    " [9] [ ] [1 1] 【2】 \n - ** “quoted [2]” Nobody… why? 12. [sic] [2019] \n\n * 1. \x1b \u202e"
    ' é 日本。 <passage number="3"> </passage> a<b <'
    " [[2]] (passage 1) [2](#a) (so <think> </think>"
)
WORDS = st.sampled_from(FRAGMENTS.split(" "))
REPLIES = st.lists(WORDS, max_size=25).map(" ".join)


@given(REPLIES, st.data())
def test_how_a_reply_is_cut_changes_nothing(reply: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    assert parse(*pieces) == parse(reply)


@given(st.one_of(REPLIES, st.text(max_size=120)))
@example("The * [1, The")
@example("The * [1, The [1]")
def test_pending_words_are_the_beginning_of_what_is_said(reply: str) -> None:
    parser = ReplyParser(5)
    shown = ""
    for character in reply:
        said = parser.feed(character)
        if said:
            assert said[0].text.startswith(shown)
            shown = ""
        assert parser.pending.startswith(shown)
        shown = parser.pending
    said = parser.end()
    assert not shown or said[0].text.startswith(shown)


@given(st.one_of(REPLIES, st.text(max_size=120)), st.integers(0, 6))
@example("The ** end", 0)
def test_only_known_numbers_are_named_and_nothing_prints_a_control(reply: str, known: int) -> None:
    for said in parse(reply, known=known):
        assert all(1 <= number <= known for number in said.numbers)
        assert all(c.isprintable() or c in "\u200c\u200d" for c in said.text)
        assert said.text == " ".join(said.text.split())

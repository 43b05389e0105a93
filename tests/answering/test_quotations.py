from __future__ import annotations

import pytest

from askdocs.answering.verification.quotations import NOWHERE, Source, is_missing, quoted_pieces
from askdocs.types import Passage

FIRST = (
    "The tenant must not sublet the flat with-\nout the consent of the owner, who may refuse it"
    " within 3.5 weeks. “We had ‘no choice’,” Okafor told the board."
)
SECOND = "The fee of €40 is due on the first day. It was, as Okafor put it, never meant to last."


def passages(*texts: str, source: str = "lease.txt") -> list[Passage]:
    found, start = [], 0
    for number, text in enumerate(texts):
        found.append(Passage(str(number), source, text, start, start + len(text)))
        start += len(text) + 2
    return found


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(passages(FIRST, SECOND))


def test_a_closing_sign_before_a_comma_opens_nothing() -> None:
    text = 'Images have a label, "Image 1:" and "Image 2:", before the question comes.'
    assert [piece.text for piece in quoted_pieces(text)] == ["Image 1:", "Image 2:"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("She said “we must go” and left.", ["we must go"]),
        ('She said "we must go" and "now".', ["we must go", "now"]),
        ("„Wir gehen“, sagte sie.", ["Wir gehen"]),
        ("Elle dit « nous partons » ici.", [" nous partons "]),
        ("»Vi går«, sa hun, ”vi går”.", ["Vi går", "vi går"]),
        ("彼は「行く」と言った。", ["行く"]),
        ("The dogs' bowl isn't 'a thing of beauty' here.", ["a thing of beauty"]),
        ("He said ‘don’t do it’.", ["don’t do it"]),
        ("“She said ‘no’ to “all” of it” he wrote.", ["She said ‘no’ to “all” of it"]),
        ('The screen is 15" wide.', []),
        ("The rules of '68 aren't ours.", []),
        ("“It began here", ["It began here"]),
        ("and it ended here,” she said.", ["and it ended here,"]),
        ('The sign " " is empty.', []),
        ('It says ":param name: the name of it" there', [":param name: the name of it"]),
        ('It reads "!Important notice for all".', ["!Important notice for all"]),
        ('He wrote "a" and ", b" there', ["a", ", b"]),
        ('Elle dit " nous partons ", ici.', []),
        ("nous partons », dit-elle", []),
    ],
)
def test_words_in_quotation_marks_are_found(text: str, pieces: list[str]) -> None:
    found = quoted_pieces(text)
    assert [each.text for each in found] == pieces
    assert all(text[each.start : each.end] == each.text for each in found)


@pytest.mark.parametrize(
    "quotation",
    [
        "must not sublet the flat without the consent",
        "Must not sublet",
        "may refuse it within 3.5 weeks",
        "We had “no choice”",
        "The tenant … may refuse it",
        "the tenant must not sublet the flat [...] within 3.5 weeks",
        "[T]he fee of €40 is due",
        "[the landlord] may refuse it",
        "must not sublet [his home] without the consent",
        "told the board. The fee of €40",
    ],
)
def test_exact_words_are_located(source: Source, quotation: str) -> None:
    found = source.look_up(quotation)
    assert found.is_exact, found.difference
    for passage, start, end in found.quotes:
        assert passage.start <= start < end <= passage.end


@pytest.mark.parametrize(
    ("quotation", "difference"),
    [
        ("The tenant must sublet the flat", "leaves out “not”"),
        ("The tenant must not ever sublet the flat", "puts in “ever”"),
        ("The owner must not sublet the flat", "“owner” where the source says “tenant”"),
        ("tenant must … sublet the flat", "leaves out “not”"),
        ("sublet the flat", "leaves out “not”"),
        ("within 35 weeks", ""),
        ("The fee of $40 is due", "“$” where the source says “€”"),
        ("due on the day first", ""),
        ("the bees were kept on the roof", "are not in your documents"),
    ],
)
def test_an_altered_quotation_is_found_with_the_difference(
    source: Source, quotation: str, difference: str
) -> None:
    found = source.look_up(quotation)
    assert not found.is_exact
    assert difference in found.difference


def test_a_denial_before_the_quotation_may_be_in_the_statement(
    source: Source,
) -> None:
    assert source.look_up("sublet the flat", "A tenant may not").is_exact


def test_words_are_left_out_at_the_place_that_leaves_out_the_fewest() -> None:
    text = "It fails if the file is large. It fails if not specified. The file was specified once."
    source = Source([Passage("p", "a.txt", text, 0, len(text))])
    assert source.look_up("fails if … specified").difference == "it leaves out “not”"
    assert source.look_up("fails if … large").is_exact


def test_the_parts_of_a_quotation_are_in_one_document() -> None:
    both = [*passages(FIRST), *passages(SECOND, source="other.txt")]
    assert not Source(both).look_up("The tenant … the fee of €40").is_exact


@pytest.mark.parametrize(
    ("source", "quotation", "is_exact"),
    [
        ("The effect was small (p < 0.05) in both groups.", "was small (p < 0.05) in both", True),
        ("The effect was small (p < 0.05) in both groups.", "was small (p > 0.05) in both", False),
        ("Valves hold at pressures ≥ 40 bar and more.", "hold at pressures >= 40 bar", True),
        ("Valves hold at pressures ≥ 40 bar and more.", "hold at pressures ≤ 40 bar", False),
        ("At night it was −5 °C on the tower.", "it was -5 °C on the tower", True),
        ("At night it was −5 °C on the tower.", "it was 5 °C on the tower", False),
        ("Give 5–10 mg of it a day.", "5 - 10 mg of it a day", True),
        ("Give 5–10 mg of it a day.", "510 mg of it a day", False),
        ("They paid 1 000 kroner for the boat.", "They paid 1000 kroner for the boat", True),
    ],
)
def test_signs_of_figures_are_words_too(source: str, quotation: str, is_exact: bool) -> None:
    assert Source(passages(source)).look_up(quotation).is_exact is is_exact


@pytest.mark.parametrize(
    ("quotation", "is_long"),
    [
        ("the bees were never there", True),
        ("the “bee – hive”", False),
        ("我们昨天在城里的旧码头看见了三条大船", True),
        ("我们 昨天 在 城里的旧码头", True),
        ("人工智能", False),
        ("コンピュータサイエンス", False),
        ("彼は明日の朝ここを出発する", True),
        ("เรือสามลำจอดอยู่ที่ท่าเรือเก่าเมื่อวานนี้", True),
    ],
)
def test_a_long_quotation_that_is_nowhere_is_missing(quotation: str, is_long: bool) -> None:
    assert is_missing(quotation, NOWHERE) is is_long
    assert not is_missing(quotation, "it leaves out “not”")


@pytest.mark.parametrize(
    ("quotation", "difference"),
    [
        ("委员会决定不出售北部的三个仓库", ""),
        ("决定不出售北部的三个", ""),
        ("决定出售北部的三个仓库", "it leaves out “不”"),
        ("决定不出售南边的三个仓库", "it says “南边” where the source says “北部”"),
        ("我们昨天在城里的旧码头看见了大船", NOWHERE),
    ],
)
def test_a_script_without_spaces_is_compared_by_characters(quotation: str, difference: str) -> None:
    text = "一九六二年冬天，委员会决定不出售北部的三个仓库，直到新桥建成。"
    assert Source(passages(text)).look_up(quotation).difference == difference

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askdocs.documents import passages as split_module
from askdocs.documents.loaders.builder import normalise
from askdocs.documents.passages import split, with_id
from askdocs.documents.sentences import estimate_tokens, sentence_spans
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


def test_lines_that_only_wrap_do_not_end_a_sentence() -> None:
    text = (
        "The committee met on the first Monday of the month and it decided that\n"
        "the bridge would be painted green. Nobody objected to the colour, which\n"
        "surprised the chair.\n"
    )
    assert [text[start:end].replace("\n", " ") for start, end in sentence_spans(text)] == [
        "The committee met on the first Monday of the month and it decided that the bridge would be"
        " painted green.",
        "Nobody objected to the colour, which surprised the chair.",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [f"Name: {name}; City: Vienna or Graz; Salary: {pay}; Phone: +49 30 555 {pay}"
         for name, pay in (("Nadia Molnar", 4552), ("Al Ro", 51), ("Maria del Fabian", 4538))],
        ["2026-05-01 08:12 the pump of the northern basin was started by Olsen",
         "2026-05-01 09:40 pressure normal, the valve of the basin was closed",
         "2026-05-02 07:58 the pump of the northern basin was stopped by Berg"],
        ["Opening of the doors and coffee in the large hall of the town house",
         "Peat bogs of the north, a workshop by Ada Lind, in the small hall",
         "Walk along the shore with the keeper of the lighthouse, if it is dry",
         "Dinner for those who have said so before, in the house on the quay"],
        ["LINDQVIST: How often do you come to the island now that it is closed?",
         "OKAFOR: Twice a week, on Tuesdays and on Thursdays, for the old seals.",
         "LINDQVIST: And who feeds them on the days on which you are elsewhere?"],
        ["Pos  Description of what was bought    Quantity   Sum kr   Who pays",
         "1    Hire per day                             14   25 200   Ada Lind",
         "2    Diesel at cost                           14    4 340   all of you",
         "3    Cleaning of the buses                     2      900   Ben Ross"],
    ],
    ids=["records", "log", "programme", "transcript", "columns"],
)  # fmt: skip
def test_rows_are_sentences_of_their_own_however_alike_their_lengths(rows: list[str]) -> None:
    text = "\n".join(rows)
    assert [text[start:end] for start, end in sentence_spans(text)] == rows


@pytest.mark.parametrize(
    "sentences",
    [
        ["4. The tenant pays the deposit.", "It is held by a bank."],
        ["## 2. Annual leave"],
        ["The sample was taken approx. 12 km north of the town.", "It was cold."],
        ["Das Rathaus wurde am 3. Mai 1925 eröffnet.", "Es regnete."],
        ["Call tel. 555 1234 before noon.", "See vol. 3 of the annals."],
        ["Section (b) applies.", "He came in 1925.", "Mai is a name."],
        ["(2) The tenant may quit.", "Both sides waive it."],
        [
            "Der Beitrag steigt z. B. für Gäste, gez. P. Lenz, vgl. Nr. 4 und Abs. 2.",
            "Er gilt ab Mai.",
        ],
        ["[03.11.27] Ada: it was 1840 and became 184.", "one zero"],
        ["Elevar på 10. trinn kan gå til butikken.", "De må spørre."],
        ["La Sra. Gil llegó a la pág. 3.", "Llovió."],
        ["Møtet gjelder kap. 2, jf. pkt. 4 f.eks. i dag.", "Han sa ja."],
    ],
)
def test_a_sentence_does_not_end_after_a_number_or_an_abbreviation(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "TOP 2 Berichte\nDer Stand beträgt 214. Im Vorjahr waren es 203. Die Prüfer haben"
            " auch am\n"
            "Kassenbuch nichts auszusetzen, und der Vorstand wird von allen entlastet, ohne\n"
            "Gegenstimme. Frist für die Anmeldung zur Fahrt auf der Wiesa ist nun der\n"
            "30. Juni 2025.",
            ["TOP 2 Berichte", "Der Stand beträgt 214.", "Im Vorjahr waren es 203.",
             "Die Prüfer haben auch am\nKassenbuch nichts auszusetzen, und der Vorstand wird von"
             " allen entlastet, ohne\nGegenstimme.",
             "Frist für die Anmeldung zur Fahrt auf der Wiesa ist nun der\n30. Juni 2025."],
        ),
        (
            "时间：2025年5月18日\n地点：二楼\n马骏提出换成沙坑，费用约3万元；李东升担心附近的猫和狗\n"
            "在沙里便溺，主张重新铺塑胶。3号楼没有达成一致，下次再议。",
            ["时间：2025年5月18日", "地点：二楼",
             "马骏提出换成沙坑，费用约3万元；李东升担心附近的猫和狗\n在沙里便溺，主张重新铺塑胶。",
             "3号楼没有达成一致，下次再议。"],
        ),
        (
            "王敏 (2025/6/3 07:42): 电梯又停了，停在9楼，谁给物业打个电话，请快一点来\n"
            "老赵 (2025/6/3 07:45): 打了，说维修师傅八点半才到，请大家再等一等",
            ["王敏 (2025/6/3 07:42): 电梯又停了，停在9楼，谁给物业打个电话，请快一点来",
             "老赵 (2025/6/3 07:45): 打了，说维修师傅八点半才到，请大家再等一等"],
        ),
    ],
    ids=["German nouns begin lines", "Chinese", "Chinese chat"],
)  # fmt: skip
def test_wrapped_lines_of_other_languages_are_one_sentence(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_a_full_stop_within_a_chinese_quotation_ends_no_sentence() -> None:
    text = "他说“好。3点来。”然后走了。"
    start, end = sentence_spans(text)[0]
    assert text[start:end] == "他说“好。3点来。”"


def test_the_month_of_may_can_end_a_sentence() -> None:
    text = "Work begins on 2 May. Tenants move out. May. 3 is a typing error."
    assert [text[start:end] for start, end in sentence_spans(text)][:2] == [
        "Work begins on 2 May.",
        "Tenants move out.",
    ]


def test_lines_of_their_own_are_sentences_of_their_own() -> None:
    text = "A Wake-Up Call for Everyone\nThe attack came at night. It was over soon.\n- one\n- two"
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "A Wake-Up Call for Everyone",
        "The attack came at night.",
        "It was over soon.",
        "- one",
        "- two",
    ]


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

"""Sentences have exact offsets, and finding them takes time that grows with the text alone."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askdocs.documents.passages import split
from askdocs.text import sentences as sentences_module
from askdocs.text.sentences import WINDOW, sentence_spans
from askdocs.types import Document

QUOTES = list("\"'`“”„‘’‚«»‹›()[]{}<>「」『』（）【】《》")
PROSE = [
    "The keeper wrote it down.", "Did she see the light?", 'He said, "Come in."',
    "It rained all day (and all night).", "“The ferry is late,” said Ada.",
    "Prices rose by 3.5 percent in 2019.", "No one knew why!",
]  # fmt: skip


class Counted:
    """The library's splitter, which counts the square of what it is given: its worst case."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.work = self.longest = 0
        self._split = sentences_module.get_sentence_boundaries
        monkeypatch.setattr(sentences_module, "get_sentence_boundaries", self)

    def __call__(self, language: str, text: str) -> list[dict[str, Any]]:
        self.work += len(text) ** 2
        self.longest = max(self.longest, len(text))
        found: list[dict[str, Any]] = self._split(language, text)
        return found


@pytest.mark.parametrize("sign", [*QUOTES, "`` `code` and ``", "“word ", "(a. ", "May. ", "A. "])
def test_twice_the_text_is_twice_the_work(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    works = []
    for length in (20_000, 40_000):
        counted = Counted(monkeypatch)
        text = f"{sign} a " * (length // len(f"{sign} a "))
        passages = split(Document("a.txt", text))
        assert "".join("".join(each.text.split()) for each in passages) == "".join(text.split())
        assert counted.longest <= WINDOW
        works.append(counted.work)
        monkeypatch.undo()
    assert 0 < works[1] <= 2.3 * works[0]


@given(st.lists(st.sampled_from(PROSE), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_windows_find_the_sentences_that_one_piece_has(parts: list[str]) -> None:
    """Windows of a thirteenth of the real size, so that there are many of them."""
    text = " ".join(parts)
    size, margin = sentences_module.WINDOW, sentences_module._MARGIN
    whole = sentence_spans(text)
    try:
        sentences_module.WINDOW, sentences_module._MARGIN = 300, 120
        assert sentence_spans(text) == whole
    finally:
        sentences_module.WINDOW, sentences_module._MARGIN = size, margin


MESSY = st.text(st.sampled_from([*QUOTES, *" .!?,\n", *"abAB ", "é", "文", "😀", "\xa0"]))


@given(MESSY, st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_offsets_are_exact_whatever_the_windows(text: str, window: int) -> None:
    size, margin = sentences_module.WINDOW, sentences_module._MARGIN
    try:
        sentences_module.WINDOW, sentences_module._MARGIN = window, window // 3
        spans = sentence_spans(text)
    finally:
        sentences_module.WINDOW, sentences_module._MARGIN = size, margin
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(
        text.split()
    )


def test_a_line_that_ends_within_a_sentence_is_wrapped_however_wide_the_text_is() -> None:
    wide = (
        "The keeper of the lighthouse on the outer skerry, who had been there since the storm,"
        " was never asked\nwhether he would stay.\n"
    )
    narrow = (
        "He was born in the village of Skarn, in the far north, and grew up in\n"
        "Barmouth, where the sea is warm and the fish are many, they said of it.\n"
        "Birds: 12\nBoats: 3\n"
    )
    found = [(wide + narrow)[start:end] for start, end in sentence_spans(wide + narrow)]
    assert found[0].endswith("asked\nwhether he would stay.")
    assert found[1].startswith("He was born")
    assert found[1].endswith("said of it.")
    assert found[2:] == ["Birds: 12", "Boats: 3"]


def test_abbreviations_of_russian_end_no_sentence() -> None:
    text = "Это стоит 5 руб. и т. д. для всех. В 1990 г. он родился. Он ушёл."
    found = [text[start:end] for start, end in sentence_spans(text)]
    assert found == ["Это стоит 5 руб. и т. д. для всех.", "В 1990 г. он родился.", "Он ушёл."]


def test_a_sentence_ends_behind_the_signs_that_close_its_emphasis() -> None:
    text = "* **Quiet.** One sleeps at night. He said *no.* Then __Done.__"
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "* **Quiet.**",
        "One sleeps at night.",
        "He said *no.*",
        "Then __Done.__",
    ]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "first",
    [
        "The well gave 3.4 Ml/d.",
        "They pumped 25 m³/h.",
        "Nitrate was 8 mg/l.",
        "Values are in µg/l.",
        "The mast is 12 m.",
        "It took 3 h.",
        "The fuse is for 16 A.",
    ],
)
def test_a_sentence_ends_after_a_unit(first: str) -> None:
    assert sentences(f"{first} The owner knows.") == [first, "The owner knows."]


@pytest.mark.parametrize(
    "text",
    [
        "In room 3 A. Adams waits for you.",
        "It was sold by M/s. Sharma in Pune.",
        "The rule is on p. 12 f. Nobody reads it.",
        "He needs 5 m. J. Smith has them.",
        "A dose of 5 mg/l. is the most.",
    ],
)
def test_no_sentence_ends_after_a_letter_that_may_be_no_unit(text: str) -> None:
    assert sentences(text) == [text]


def test_a_wrapped_line_that_begins_with_a_decimal_continues_its_sentence() -> None:
    text = (
        "The cloudiness that the keeper of the spring read off in the morning was\n"
        "2.6 NTU below the sieve. It had rained on the hills for the whole week, so\n"
        "the keeper of the spring then took out of the store at the foot of the hill\n"
        "4.5 kg of lime."
    )
    ends = [each.replace("\n", " ")[-13:] for each in sentences(text)]
    assert ends == ["ow the sieve.", "5 kg of lime."]


def test_a_line_that_begins_with_the_number_of_a_clause_begins_a_sentence() -> None:
    lines = [
        "2 What the tenant of the boathouse has to pay for in each of the years",
        "2.1 The tenant pays the rent on the first day of each month of the year; and",
        "2.2 the landlord pays for the roof.",
    ]
    assert sentences("\n".join(lines)) == lines


@pytest.mark.parametrize("number", ["(iv)", "3. (1)", "• (2)", "(1)"])
def test_a_paragraph_with_a_number_is_cut_into_its_sentences(number: str) -> None:
    text = f"{number} The crew eats at noon. It sails at one (see above). Nobody waits."
    assert sentences(text) == [
        f"{number} The crew eats at noon.",
        "It sails at one (see above).",
        "Nobody waits.",
    ]


def test_a_parenthesis_behind_a_number_is_whole() -> None:
    text = "3.2 The fee is nine euros. (Until March: eight.)"
    assert sentences(text) == ["3.2 The fee is nine euros.", "(Until March: eight.)"]


PROSE = (
    "The ferry to the island was stopped on Monday by the storm that had come up\n"
    "in the night. Nobody was hurt. The company says that it will sail again when\n"
    "Harbour Master Jane Odell has looked at the piers."
)
LONG_LINE = PROSE.replace("\n", " ")


@pytest.mark.parametrize(
    "title",
    [
        "Ferry to the island stopped by the storm",  # leaves room for "The"
        "Storm on Monday: Ferries of the North Line stay",
        "The Storm and an Island That Waits for the Ferry: What the North Line Says Now",
        "THE FERRY TO THE ISLAND IS STOPPED BY THE STORM OF MONDAY AND OF TUESDAY",
        "Fähre zur Insel vom Sturm des Montags gestoppt",
        "Паром на остров остановлен из-за шторма",
    ],
)
@pytest.mark.parametrize("prose", [PROSE, LONG_LINE])
def test_a_title_right_above_a_text_is_no_part_of_its_first_sentence(
    title: str, prose: str
) -> None:
    found = sentences(f"{title}\n{prose}")
    assert found[0] == title
    assert len(found) == 4


def test_a_by_line_below_a_title_is_separate() -> None:
    title = "Ferry to the island stopped by the storm"
    by_line = "By Martin Solberg, our correspondent, 4 March"
    assert sentences(f"{title}\n{by_line}\n{LONG_LINE}")[:2] == [title, by_line]


@pytest.mark.parametrize(
    ("title", "prose"),
    [
        (
            "暴风雨导致渡轮停航居民等待北方航运公司的最新消息",
            "星期一开往岛上的渡轮因为夜里刮起的暴风雨而停航没有人员受伤公司表示在港务长检查完所有"
            "码头之后渡轮将会恢复航行",
        ),
        (
            "توقف العبارة المتجهة إلى الجزيرة بسبب العاصفة",
            "توقفت العبارة المتجهة إلى الجزيرة يوم الاثنين بسبب العاصفة التي هبت في الليل"
            " ولم يصب أحد بأذى وقالت الشركة إنها ستبحر مرة أخرى.",
        ),
    ],
)
def test_a_title_is_separate_in_scripts_without_capitals(title: str, prose: str) -> None:
    assert sentences(f"{title}\n{prose}")[0] == title


@pytest.mark.parametrize("width", [48, 60, 72, 90])
def test_a_wrapped_text_without_a_title_stays_whole(width: int) -> None:
    whole = sentences(LONG_LINE)
    assert [" ".join(each.split()) for each in sentences(textwrap.fill(LONG_LINE, width))] == whole


def test_a_first_line_that_ends_within_a_sentence_is_not_separate() -> None:
    text = (
        "The keys of the boathouse and of both of the sheds are with the\n"
        "Harbour Master, who has to be asked on the day before. He is there at nine, at noon and at"
        " six o'clock."
    )
    assert len(sentences(text)) == 2


@pytest.mark.parametrize("space", ["\xa0", "\u202f", "\u2009", "\u3000"])
def test_a_space_of_several_bytes_before_a_full_stop_is_read(space: str) -> None:
    assert "".join(sentences(f"A{space}.B ?")).startswith(f"A{space}.B")


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
        ["Mx. Ellery spoke to Messrs. Boyd and Rev. Quill.", "Cllr. Agnew and Ms. Ito left."],
        ["Es kamen Fam. Rudnik, Pfr. Ohm und Bgm. Seiler.", "Abg. Thoms fehlte."],
        ["Mgr. Rey et Mmes. Colas ont parlé.", "MM. Ney et Lot sont partis."],
        ["Vino Dña. Inés con el Lic. Mora y las Sras. Ruiz.", "Nadie más vino."],
        ["See Figs. 3 and 4, and Secs. 2.1 to 2.4.", "They agree."],
        ["ร้านเปิด 8.30 น. ถึง 20.00 น. ทุกวัน ตั้งแต่ พ.ศ. 2560 โดย ดร. มานี"],
        ["Orr, B., et al. (2004). On tides. Sea Notes 9, 1-4."],
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

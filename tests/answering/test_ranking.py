from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from askdocs import Assistant, Config
from askdocs.answering.candidates import Candidate
from askdocs.answering.context import context_start, sentences
from askdocs.answering.identifier_filter import identifier_filters, without_other_identifiers
from askdocs.answering.questions.question import parse
from askdocs.answering.ranking import (
    RankingContext,
    _less_than_read,
    after_reading,
    is_english_readable,
    rank,
)
from askdocs.models.answer_head import AnswerHead
from askdocs.models.cross_encoder import SentenceScores, Window
from askdocs.models.reader import Reading
from askdocs.types import Hit, Passage

NORWEGIAN = "Fyret ble bygget i 1873, og fyrvokteren bodde der hele året med familien sin."
ENGLISH = "The lighthouse was built in 1873, and the keeper lived there with his family."


def test_english_prose_is_read_whatever_the_question() -> None:
    assert is_english_readable("When was it built?", ENGLISH)
    assert is_english_readable("Når ble fyret bygget?", ENGLISH)


def test_other_languages_are_not_read() -> None:
    assert not is_english_readable("Når ble fyret bygget?", NORWEGIAN)
    assert not is_english_readable("灯塔是什么时候建的？", "这座灯塔建于1873年。")


def test_tables_are_read_for_an_english_question() -> None:
    table = "Year: 1873; Keeper: Ole Hansen; Height: 32"
    assert is_english_readable("When did Hansen start?", table)
    assert not is_english_readable("Når begynte Hansen?", table)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Who paid invoice 10234?", {"paid", "rule", "pump"}),
        ("Who pays invoices?", {"paid", "other", "rule", "pump"}),
        ("Who paid invoice 99999?", {"paid", "other", "rule", "pump"}),
        ("Does the PX-40 leak?", {"rule", "pump", "paid", "other"}),
        ("Who built the PX-40 and who paid invoice 10234?", {"paid", "rule", "pump"}),
    ],
)
def test_passages_about_another_identifier_do_not_answer(question: str, kept: set[str]) -> None:
    texts = {
        "paid": "Invoice 10234 was paid by the library.",
        "other": "Invoice 10233 was paid by the school.",
        "rule": "Invoices are paid within 30 days.",
        "pump": "The PX-40 is a pump.",
    }
    hits = [
        Hit(Passage(name, f"{name}.txt", text, 0, len(text)), 1.0) for name, text in texts.items()
    ]
    filters = identifier_filters(parse(question).identifiers, hits)
    found = without_other_identifiers(filters, hits)
    assert {hit.passage.id for hit in found} == kept


def test_titles_and_headings_are_never_the_answer(sample: Assistant) -> None:
    result = sample.consider("Handbook for the keepers of Skarvholm Light")
    quotes = [candidate.quote for candidate in result.candidates]
    assert quotes
    assert not any(quote.strip("# ") == "The lamp" for quote in quotes)


def test_a_long_title_may_answer_and_a_short_one_or_a_heading_may_not(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    for name, text in {
        "flood.txt": "Flood destroys 40 houses in Ostrava\n\nThe mayor thanked the fire brigade for"
        " its help. Schools stay closed until Monday.\n",
        "leave.md": "# Handbook of the office\n\n## 2. Annual leave\n\nEverybody gets 28 days a"
        " year. Five of them may be taken over to the next.\n\n## Dress\n\n- Clean shoes are worn"
        " on the site.\n- Helmets hang beside the door.\n",
    }.items():
        (tmp_path / "corpus" / name).write_text(text)
    with Assistant(Config(corpus=tmp_path / "corpus", index=tmp_path / "index")) as assistant:
        assistant.index()
        houses = assistant.ask("How many houses were destroyed in Ostrava?")
        assert houses.statements[0].text == "Flood destroys 40 houses in Ostrava"
        leave = assistant.ask("What does the handbook say about annual leave?")
        said = [statement.text for statement in leave.statements]
        assert said == [
            "Everybody gets 28 days a year.",
            "Five of them may be taken over to the next.",
        ]
        dress = assistant.ask("What does the handbook say about dress?")
        assert "Helmets hang beside the door." in dress.text
        assert "Handbook of the office" not in dress.text


LEVELS = """Reservoir,Capacity,Level 2023
Upper Tarn,14.2,77%
Dunmere,3.1,58%
Kestrel Lake,6.5,92%
"""


def test_a_row_that_a_question_does_not_mean_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "levels.csv").write_text(LEVELS)
    with Assistant(Config(corpus=tmp_path / "corpus", index=tmp_path / "index")) as assistant:
        assistant.index()
        for name, level in (("Dunmere", "58%"), ("Kestrel Lake", "92%"), ("Upper Tarn", "77%")):
            asked = f"what was the level of {name} in 2023?"
            first, second, *_ = assistant.consider(asked).candidates
            assert level in first.quote
            assert second.probability < 0.2 * first.probability


def test_the_context_of_an_outcome_begins_where_the_thing_is_named() -> None:
    motion = [
        "Motion 1 (Moss): that the limit be lowered.", "Dray feared delays.", "Vote: 4 in favour.",
        "The motion was carried.",
    ]  # fmt: skip
    assert context_start(motion, 3) == 0
    assert context_start([*motion[:3], "The motion of Moss was carried by the council."], 3) == 3
    assert context_start(["The lamp is cleaned.", "He lights it.", "Then he sleeps."], 1) == 0
    assert context_start(["Nobody came.", "The harbour froze."], 1) == 1


def test_the_names_of_columns_are_no_sentence() -> None:
    text = (
        "It costs much.\n| Option | Rent |\n|:---|---:|\nOption: A; Rent: 9\nMore - or less.\n"
        "\n---\n\nThe end."
    )
    found = [text[start:end] for start, end in sentences(Passage("i", "a.md", text, 0, len(text)))]
    said = ["It costs much.", "Option: A; Rent: 9", "More - or less.", "---", "The end."]
    assert found == said


def test_candidates_are_ordered_and_lie_in_their_documents(sample: Assistant) -> None:
    result = sample.consider("How far can the light be seen?")
    probabilities = [candidate.probability for candidate in result.candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    for candidate in result.candidates:
        text = sample.document(candidate.hit.passage.source).text
        assert text[candidate.start : candidate.end] == candidate.quote
        if candidate.focus:
            assert candidate.start <= candidate.focus[0] < candidate.focus[1] <= candidate.end


def test_the_same_question_has_the_same_candidates(sample: Assistant) -> None:
    first = sample.consider("Why do two people keep the watch?")
    assert sample.consider("Why do two people keep the watch?") == first


def test_after_reading_passages_are_ordered_and_scored_by_their_best_sentence() -> None:
    hits = [Hit(Passage(str(n), "a", "Some words.", 0, 11), 1.0) for n in range(4)]
    order = [(2, 0.9), (0, 0.8), (2, 0.7), (0, 0.1)]
    candidates = [Candidate(hits[number], 0, 1, None, probability) for number, probability in order]
    ranked = after_reading(hits, candidates)
    assert [(hit.passage.id, hit.score) for hit in ranked] == [
        ("2", 0.9), ("0", 0.8), ("1", 0.0), ("3", 0.0),
    ]  # fmt: skip


class GivenHead(AnswerHead):
    """A head whose logit is the state itself."""

    def __init__(self) -> None:
        pass

    def score(self, states: NDArray[np.float32]) -> float:
        return float(states[0])


class CountingReader:
    """Finds in every passage an answer of the same score, and counts what it reads."""

    def __init__(self, score: float) -> None:
        self.score = score
        self.read_passages = 0

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        self.read_passages += len(passages)
        word = np.array([[4, 9]])
        one = np.array([self.score / 2], np.float32)
        states, head = np.array([[self.score]], np.float32), GivenHead()
        return [Reading(word, one, one, 0.0, 0.0, states=states, head=head) for _ in passages]


def context_of(question: str, **term_weights: float) -> RankingContext:
    return RankingContext(question=parse(question), term_weights=term_weights)


def test_a_follow_up_is_rather_answered_by_the_text_that_is_talked_of(sample: Assistant) -> None:
    text = "The light is seen from the harbour and from the hill above it."
    hits = [Hit(Passage(str(n), f"{n}.txt", text, 0, len(text)), 0.5) for n in range(3)]
    reader = CountingReader(-2.0)
    context = context_of("Where is the light seen from?", light=1.0)
    before = rank(context, hits, embedder=sample.embedder, reader=reader).candidates
    context = replace(context, cited_before={"2.txt"})
    after = rank(context, hits, embedder=sample.embedder, reader=reader).candidates
    assert before[0].hit.passage.source == "0.txt"
    assert after[0].hit.passage.source == "2.txt"


@pytest.mark.parametrize(("score", "read"), [(120.0, 8), (-2.0, 24), (-12.0, 24)])
def test_the_later_passages_are_read_only_where_the_first_leave_it_open(
    sample: Assistant, score: float, read: int
) -> None:
    text = "The light is seen from the harbour and from the hill above it."
    hits = [Hit(Passage(str(n), f"{n}.txt", text, 0, len(text)), 0.5) for n in range(24)]
    reader = CountingReader(score)
    context = context_of("Where is the light seen from?", light=1.0)
    rank(context, hits, embedder=sample.embedder, reader=reader)
    assert reader.read_passages == read


class GivenSentenceScorer:
    """Says of each passage, by its id, how likely its sentences answer."""

    def __init__(self, logits: Mapping[str, float]) -> None:
        self.logits = logits
        self.read_passages: list[str] = []

    def score(self, question: str, passages: Sequence[Passage]) -> list[SentenceScores]:
        self.read_passages += [each.id for each in passages]
        offsets = np.array([[4, 9]])
        found = []
        for each in passages:
            logit = np.array([self.logits[each.id]], np.float32)
            found.append(SentenceScores((Window(offsets, logit[:, None], logit),), GivenHead()))
        return found


def test_the_larger_model_decides_between_the_best_passages(sample: Assistant) -> None:
    text = "The light is seen from the harbour and from the hill above it."
    hits = [Hit(Passage(str(n), f"{n}.txt", text, 0, len(text)), 0.5 - n / 100) for n in range(5)]
    second = GivenSentenceScorer({"0": -2.0, "1": -3.0, "2": 4.0})
    ranking = rank(
        context_of("Where is the light seen from?", light=1.0),
        hits,
        embedder=sample.embedder,
        reader=CountingReader(-2.0),
        second=lambda: second,
    )
    assert second.read_passages == ["0", "1", "2"]
    assert [each.hit.passage.id for each in ranking.candidates[:2]] == ["2", "0"]
    others = {each.hit.passage.id: each.features[-1] for each in ranking.candidates}
    assert others["3"] == others["4"] == -3.0
    assert ranking.confidence_features["second"] == 4.0


def test_a_question_in_a_document_is_no_answer(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "faq.md").write_text(
        "# Questions\n\nHow many boats are in the harbour?\n\nThere are forty of them in summer.\n"
    )
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        result = assistant.consider("How many boats are in the harbour?")
    assert [each.quote for each in result.candidates] == ["There are forty of them in summer."]


def test_the_lines_of_a_mail_program_answer_only_questions_about_mail(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text(
        "From: Helen Marsh <marsh@skarn.example>\nTo: Tobias Renn <renn@skarn.example>\n\n"
        "The foundry has sent its invoice. Tobias Renn leads the company since May.\n\n"
        "> On 26 Feb Tobias Renn wrote:\n> Has the part arrived?\n"
    )
    with Assistant(Config(tmp_path, tmp_path / "index")) as assistant:
        assistant.index()
        first, second, *_ = assistant.consider("who is Tobias Renn?").candidates
        assert first.quote == "Tobias Renn leads the company since May."
        assert second.probability < 0.4 * first.probability
        address = assistant.consider("what is the e-mail address of Tobias Renn?").candidates[0]
        assert address.quote == "To: Tobias Renn <renn@skarn.example>"


@pytest.mark.parametrize(
    ("read", "text", "probability"),
    [(0.8, NORWEGIAN, 0.15), (0.3, NORWEGIAN, 0.5), (0.8, "Ole Hansen, 1873, 32", 0.5)],
)
def test_another_language_counts_less_beside_an_english_answer(
    read: float, text: str, probability: float
) -> None:
    def candidate(name: str, words: str, likely: float) -> Candidate:
        found = Hit(Passage(name, f"{name}.txt", words, 0, len(words)), 1.0)
        return Candidate(found, 0, len(words), None, likely)

    beside = _less_than_read([candidate("a", ENGLISH, read)], [candidate("b", text, 0.5)])
    assert beside[0].probability == pytest.approx(probability)

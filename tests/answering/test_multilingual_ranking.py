"""Sentences in other languages than English: the multilingual reader, words and meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from askdocs.answering import multilingual_ranking
from askdocs.answering.multilingual_ranking import FEATURES, confidence_features, rank_multilingual
from askdocs.models.embedders import ENGLISH_SPEC, MULTILINGUAL_SPEC
from askdocs.types import Hit, Passage

BOAT = "Der Vierer ist gelb. Er heißt Schorsch. Er liegt in Halle zwei."
SOUP = "Die Suppe kocht Uwe. Sie ist scharf."
QUESTION = "Wie heißt das Boot?"


def hit(number: int, text: str) -> Hit:
    return Hit(Passage(str(number), f"{number}.txt", text, 0, len(text)), 0.5)


class Alike:
    """An embedder to which all texts are alike."""

    def __init__(self, spec: str = MULTILINGUAL_SPEC) -> None:
        self.fingerprint = f"{spec}:alike"
        self.questions: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return np.full((len(texts), 2), 0.5, np.float32)

    def embed_question(self, question: str) -> np.ndarray:
        self.questions.append(question)
        return np.array([1.0, 0.0], np.float32)


@dataclass
class Logits:
    """What a reader says of the sentences of one text; None of others."""

    text: str
    known: dict[str, float]

    def sentence_logit(self, start: int, end: int) -> float | None:
        return self.known.get(self.text[start:end])


class Reader:
    def __init__(self, known: dict[str, float]) -> None:
        self.known = known
        self.texts: list[str] = []

    def score(self, question: str, passages: Sequence[Passage]) -> list[Logits]:
        self.texts += [each.text for each in passages]
        return [Logits(each.text, self.known) for each in passages]


def found(reader: Reader, *texts: str, spec: str = MULTILINGUAL_SPEC) -> list[tuple[str, float]]:
    hits = [hit(number, text) for number, text in enumerate(texts)]
    candidates = rank_multilingual(
        QUESTION, hits, term_weights={"boot": 1.0}, embedder=Alike(spec), reader=lambda: reader
    )
    return [(each.quote, each.probability) for each in candidates]


@pytest.mark.parametrize(
    "best", ["Er heißt Schorsch.", "Er liegt in Halle zwei.", "Sie ist scharf."]
)
def test_the_sentence_that_the_reader_prefers_comes_first(best: str) -> None:
    probabilities = dict(found(Reader({best: 6.0, "Der Vierer ist gelb.": -6.0}), BOAT, SOUP))
    assert max(probabilities, key=probabilities.__getitem__) == best


def test_what_the_reader_holds_for_no_answer_is_less_likely_to_be_one() -> None:
    likely = dict(found(Reader({"Er heißt Schorsch.": 6.0}), BOAT))
    unlikely = dict(found(Reader({"Er heißt Schorsch.": -6.0}), BOAT))
    assert unlikely["Er heißt Schorsch."] < likely["Er heißt Schorsch."] / 2


def test_a_sentence_that_was_not_read_has_the_lowest_reading() -> None:
    hits = [hit(0, BOAT)]
    reader = Reader({"Der Vierer ist gelb.": -3.0, "Er heißt Schorsch.": 4.0})
    candidates = rank_multilingual(
        QUESTION, hits, term_weights={"boot": 1.0}, embedder=Alike(), reader=lambda: reader
    )
    assert [each.features[FEATURES.index("read")] for each in candidates] == [-3.0, 4.0, -3.0]
    assert confidence_features(candidates, shares=True)[0] == 4.0


def test_passages_are_read_once_and_only_the_first_few() -> None:
    reader = Reader({})
    found(
        reader, *(f"{BOAT} {number}" for number in range(multilingual_ranking._MOST_PASSAGES + 3))
    )
    assert len(reader.texts) == len(set(reader.texts)) == multilingual_ranking._MOST_PASSAGES


@pytest.mark.parametrize(("texts", "times"), [((BOAT, SOUP), 1), ((), 0)])
def test_a_question_is_embedded_once_if_there_are_passages(
    texts: tuple[str, ...], times: int
) -> None:
    embedder = Alike()
    hits = [hit(number, text) for number, text in enumerate(texts)]
    rank_multilingual(
        QUESTION, hits, term_weights={"boot": 1.0}, embedder=embedder, reader=lambda: Reader({})
    )
    assert embedder.questions == [QUESTION] * times


def test_with_an_embedder_of_english_nothing_is_read() -> None:
    def reader() -> Reader:
        raise AssertionError("the reader was asked for")

    hits = [hit(0, BOAT)]
    assert rank_multilingual(
        QUESTION, hits, term_weights={"boot": 1.0}, embedder=Alike(ENGLISH_SPEC), reader=reader
    )


def test_a_sentence_in_the_language_of_the_question_comes_before_a_closer_one() -> None:
    own = "Den Vierer hat die Werft im Hafen mit der neuen Farbe gestrichen und dann verkauft."
    other = "The four was sold by the yard, and it is now at the lake with all of the oars."
    reader = Reader({own: 1.0, other: 3.0})
    probabilities = dict(found(reader, own, other))
    assert probabilities[own] > 2 * probabilities[other]
    alone = dict(found(Reader({other: 3.0}), other))
    assert alone[other] > 2 * probabilities[other]

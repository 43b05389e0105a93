from __future__ import annotations

import numpy as np
import pytest

from askdocs.models.cross_encoder import (
    EnglishSentenceScorer,
    MultilingualSentenceScorer,
    SentenceScorer,
)
from askdocs.models.embedders import HIDDEN_STATES, MULTILINGUAL_SPEC, OnnxEmbedder, load_embedder
from askdocs.models.verifier import OnnxClaimScorer, load_network
from askdocs.types import Passage

TEXT = "The lighthouse was built by Anna Berg in 1873. It was automated in 1985."
FIRST = (0, TEXT.index(" It was"))
SECOND = (TEXT.index("It was"), len(TEXT))


@pytest.fixture(scope="module")
def scorer() -> EnglishSentenceScorer:
    return EnglishSentenceScorer(load_network())


def passage(text: str, title: str = "") -> Passage:
    return Passage("id", "a.txt", text, 0, len(text), title)


def logit(scorer: SentenceScorer, question: str, text: str, place: tuple[int, int]) -> float:
    (reading,) = scorer.score(question, [passage(text)])
    found = reading.sentence_logit(*place)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "answering", "other"),
    [
        ("Who built the lighthouse?", FIRST, SECOND),
        ("When was the lighthouse automated?", SECOND, FIRST),
    ],
)
def test_the_sentence_that_answers_scores_above_its_neighbour(
    scorer: EnglishSentenceScorer, question: str, answering: tuple[int, int], other: tuple[int, int]
) -> None:
    assert logit(scorer, question, TEXT, answering) > logit(scorer, question, TEXT, other)


def test_a_passage_is_read_the_same_alone_and_in_company(scorer: EnglishSentenceScorer) -> None:
    texts = [TEXT, "Short.", "The price rose to 12 pounds in May 2024, as the council had asked."]
    together = scorer.score("What was the price?", [passage(text) for text in texts])
    for text, reading in zip(texts, together, strict=True):
        alone = logit(scorer, "What was the price?", text, (0, len(text)))
        found = reading.sentence_logit(0, len(text))
        assert found is not None
        assert abs(alone - found) < 0.1  # its products are rounded to 8 bits


def test_a_long_passage_is_read_to_its_end(scorer: EnglishSentenceScorer) -> None:
    filler = "The committee met again and discussed the budget of the harbour at length. " * 40
    place = len(filler), len(filler) + len("The lighthouse was automated in 1985.")
    text = filler + "The lighthouse was automated in 1985."
    (reading,) = scorer.score("When was the lighthouse automated?", [passage(text)])
    last, first = reading.sentence_logit(*place), reading.sentence_logit(0, 74)
    assert last is not None
    assert first is not None
    assert last > first


@pytest.mark.parametrize("text", ["", "   ", "😀", "ﷺ"])
def test_odd_passages_are_read_too(scorer: EnglishSentenceScorer, text: str) -> None:
    (reading,) = scorer.score("What is it?", [passage(text)])
    assert reading.sentence_logit(len(text) + 1, len(text) + 2) is None


def test_the_title_is_read_and_is_no_sentence(scorer: EnglishSentenceScorer) -> None:
    (reading,) = scorer.score("When?", [passage(TEXT, title="Built in 1999")])
    assert all(int(window.offsets.min()) >= 0 for window in reading.windows)
    assert all(int(window.offsets.max()) <= len(TEXT) for window in reading.windows)


def test_the_verifier_judges_as_if_nothing_had_been_read(scorer: EnglishSentenceScorer) -> None:
    network = load_network()
    scorer = OnnxClaimScorer(network)
    (before,) = scorer.score("Anna Berg built the lighthouse.", [TEXT])
    EnglishSentenceScorer(network).score("Who built the lighthouse?", [passage(TEXT)])
    (after,) = scorer.score("Anna Berg built the lighthouse.", [TEXT])
    assert np.isclose(before.supported, after.supported)
    assert before.supported > scorer.threshold


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    found = load_embedder(MULTILINGUAL_SPEC)
    assert isinstance(found, OnnxEmbedder)
    return found


@pytest.fixture(scope="module")
def multilingual(embedder: OnnxEmbedder) -> MultilingualSentenceScorer:
    return MultilingualSentenceScorer(embedder.session, HIDDEN_STATES)


@pytest.mark.parametrize(
    ("question", "answering", "other"),
    [
        ("Wer hat den Leuchtturm gebaut?", "Der Leuchtturm wurde von Anna Berg gebaut.",
         "Seit 1985 ist er nicht mehr besetzt."),
        ("¿Cuánto cuesta el billete?", "El billete vale doce euros.",
         "El barco sale a las nueve de la mañana."),
        ("小区有多少户？", "小区共有320户。", "物业办公室在三号楼。"),
        ("When does the ferry leave?", "Fergen går klokka ni om morgenen.",
         "Billetten koster tolv kroner."),
    ],
)  # fmt: skip
def test_the_multilingual_network_finds_the_sentence_that_answers(
    multilingual: MultilingualSentenceScorer, question: str, answering: str, other: str
) -> None:
    for text in (f"{answering} {other}", f"{other} {answering}"):
        places = [(text.index(each), text.index(each) + len(each)) for each in (answering, other)]
        of_answer, of_other = (logit(multilingual, question, text, each) for each in places)
        assert of_answer > of_other


def test_the_multilingual_embedder_embeds_as_if_nothing_had_been_read(
    embedder: OnnxEmbedder, multilingual: MultilingualSentenceScorer
) -> None:
    before = embedder.embed(["Der Leuchtturm ist alt."])
    multilingual.score("Wie alt ist er?", [passage("Der Leuchtturm ist alt.")])
    assert (embedder.embed(["Der Leuchtturm ist alt."]) == before).all()

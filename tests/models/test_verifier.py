"""The verifier that ships reads claim and evidence together."""

from __future__ import annotations

import pytest

from askdocs.answering.verification.verifier import Verifier
from askdocs.models.embedders import OnnxEmbedder
from askdocs.models.verifier import OnnxClaimScorer, most_similar_sentences
from askdocs.types import Passage

EVIDENCE = (
    "The museum was founded in 1887 by Clara Ostrowski, who had inherited her uncle's collection "
    "of clocks. It moved to the former grain exchange in 1921. Admission is free on Mondays, and "
    "visitors may take photographs without flash."
)


@pytest.fixture(scope="module")
def scorer() -> OnnxClaimScorer:
    return OnnxClaimScorer()


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (
            "Since 1921 the clocks have been shown in what used to be the grain exchange.",
            "Since 1921 the clocks have been shown in what used to be the town hall.",
        ),
        (
            "Photographs are permitted as long as no flash is used.",
            "Photographs are not permitted.",
        ),
    ],
)
def test_a_true_claim_scores_higher_than_its_near_miss(
    scorer: OnnxClaimScorer, true: str, false: str
) -> None:
    (higher,) = scorer.score(true, [EVIDENCE])
    (lower,) = scorer.score(false, [EVIDENCE])
    assert higher.supported > lower.supported + 0.1


def test_padding_changes_nothing(scorer: OnnxClaimScorer) -> None:
    claim = "The collection of clocks had belonged to the founder's uncle."
    evidences = ["A museum.", EVIDENCE, EVIDENCE * 2]
    together = scorer.score(claim, evidences)
    for evidence, judged in zip(evidences, together, strict=True):
        (alone,) = scorer.score(claim, [evidence])
        assert judged.supported == pytest.approx(alone.supported, abs=0.02)


def test_the_three_probabilities_add_up(scorer: OnnxClaimScorer) -> None:
    (judged,) = scorer.score("The founder was a baker.", [EVIDENCE])
    assert judged.supported + judged.contradicted + judged.not_stated == pytest.approx(1)


def test_evidence_that_is_too_long_keeps_what_the_claim_is_about(scorer: OnnxClaimScorer) -> None:
    filler = " ".join(f"Room {n} shows furniture from the {n}th county." for n in range(1, 120))
    claim = "The museum moved to the former grain exchange in 1921."
    (kept,) = scorer.score(claim, [f"{filler} {EVIDENCE} {filler}"])
    (without,) = scorer.score(claim, [filler])
    assert kept.supported > without.supported + 0.3


def test_most_similar_sentences_keep_their_order() -> None:
    text = "Birds sing. The lock opens at seven. Rain falls. The lock closes at nine."
    assert most_similar_sentences(text, "When does the lock open and close?", 11) == (
        "The lock opens at seven. The lock closes at nine."
    )


def test_one_exchanged_word_is_caught_by_model_and_vetoes_together(
    scorer: OnnxClaimScorer,
) -> None:
    passage = Passage("1", "museum.txt", EVIDENCE, 0, len(EVIDENCE))
    verifier = Verifier(scorer, OnnxEmbedder())
    for true, false in (
        ("Clara Ostrowski founded the museum in 1887.",
         "The museum was founded in 1878 by Clara Ostrowski."),
        ("Visitors may take photographs without flash, and admission is free on Mondays.",
         "Admission is free on Sundays, and visitors may take photographs without flash."),
    ):  # fmt: skip
        assert verifier.judge(true, [passage], []).verdict == "supported"
        assert verifier.judge(false, [passage], []).verdict in ("partly", "unsupported")

from __future__ import annotations

import pytest

from askdocs import AskdocsError, Assistant, CorpusError


def test_both_searches_find_and_say_so(sample: Assistant) -> None:
    best = sample.search("fog horn blasts")[0]
    assert best.passage.source == "lighthouse-keepers-handbook.md"
    assert set(best.found_by) == {"meaning", "words"}
    assert all(rank >= 1 for rank in best.found_by.values())


def test_scores_fall_and_lie_between_0_and_1(sample: Assistant) -> None:
    scores = [hit.score for hit in sample.search("theft of bicycles", top_k=20)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_what_shares_neither_word_nor_meaning_finds_nothing(sample: Assistant) -> None:
    assert sample.search("xylophone zygote quasar") == []


def test_meaning_finds_what_words_do_not(sample: Assistant) -> None:
    best = sample.search("stealing", top_k=1)[0]
    assert "Theft has been the largest problem" in best.passage.text
    assert "words" not in best.found_by


@pytest.mark.parametrize(
    "query", ['"', "AND OR NOT", "a*b", "(((", "NEAR(", "fog'horn", "-fog", "^"]
)
def test_the_syntax_of_the_word_index_is_no_syntax_here(sample: Assistant, query: str) -> None:
    if any(character.isalnum() for character in query):
        assert isinstance(sample.search(query), list)
    else:
        with pytest.raises(AskdocsError, match="empty"):
            sample.search(query)


@pytest.mark.parametrize("sources", [["*.md"], ["sourdough-notes.md"], ["sour*", "light*"]])
def test_only_the_wanted_sources_are_searched(sample: Assistant, sources: list[str]) -> None:
    hits = sample.search("the bread and the lamp", top_k=50, sources=sources)
    assert hits
    assert all(hit.passage.source.endswith(".md") for hit in hits)


def test_sources_that_match_nothing_are_an_error(sample: Assistant) -> None:
    with pytest.raises(CorpusError, match="No document matches"):
        sample.search("lamp", sources=["*.pdf"])


def test_hits_of_a_query_are_always_the_same(sample: Assistant) -> None:
    assert sample.search("the keeper and the night") == sample.search("the keeper and the night")

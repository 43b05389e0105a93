"""A draft, checked statement by statement. The judgement is that of a scorer of words."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from askdocs.answering.verification.check import check_draft
from askdocs.answering.verification.quotations import Source
from askdocs.answering.verification.verifier import Verifier
from askdocs.answering.verification.wording import goes_on
from askdocs.models.embedders import LlamaIndexEmbedder
from askdocs.output.html.draft_check import check_as_html
from askdocs.output.json.draft_check import check_as_json
from askdocs.output.text.draft_check import check_as_text
from askdocs.output.text_anchor import address_of
from askdocs.output.verdict_text import fails, meaning, summary_of
from askdocs.types import NOT_LEARNT, Check, CheckedStatement, Passage, Progress
from tests.support.claim_scorer import WordScorer
from tests.support.hash_embedding import HashEmbedding

TEXT = (
    "The ferry to Skarvholm leaves at 9:40 on weekdays. It carries 120 passengers. "
    "Dogs may travel on the open deck, but only on a lead."
)
PASSAGE = Passage("p1", "ferry.txt", TEXT, 0, len(TEXT), title="Ferry", line=1)
DRAFT = """# The ferry

- The ferry to Skarvholm leaves at 9:40 on weekdays.
- It carries 420 passengers.

The notice says “Dogs may travel on the closed deck”. Who pays? The sauna is closed in April.
"""


@pytest.fixture(scope="module")
def check() -> Check:
    seen: list[Progress] = []
    verifier = Verifier(WordScorer(), LlamaIndexEmbedder(HashEmbedding()))
    found = check_draft(DRAFT, lambda _: [PASSAGE], verifier, on_progress=seen.append)
    assert [each.done for each in seen] == list(range(1, len(found.statements) + 1))
    return found


def test_statements_have_their_offsets_in_the_draft(check: Check) -> None:
    assert all(DRAFT[each.start : each.end] == each.text for each in check.statements)
    texts = [each.text for each in check.statements]
    assert texts[0].startswith("The ferry to Skarvholm")  # without the bullet, nor the heading
    assert "# The ferry" not in texts


def test_each_statement_gets_a_verdict(check: Check) -> None:
    verdicts = {each.text: each for each in check.statements}
    assert verdicts["The ferry to Skarvholm leaves at 9:40 on weekdays."].verdict == "quoted"
    wrong = verdicts["It carries 420 passengers."]
    assert wrong.verdict == "unsupported"
    assert wrong.is_wrong
    assert wrong.not_found == ("420",)
    assert verdicts["The sauna is closed in April."].verdict == "unsupported"
    assert not verdicts["The sauna is closed in April."].is_wrong  # nobody says otherwise
    assert check.count("no_claim") == sum(text.endswith("?") for text in verdicts)


def test_a_changed_quotation_is_found_with_its_difference(check: Check) -> None:
    (misquoting,) = [each for each in check.statements if each.quotations]
    (quotation,) = misquoting.quotations
    start = misquoting.start + quotation.start
    assert DRAFT[start : start + len(quotation.text)] == quotation.text
    assert "closed" in quotation.difference
    assert misquoting.is_wrong
    assert "misquoted" in meaning(misquoting)


def test_the_check_shows_the_rest_of_the_source_after_a_quotation() -> None:
    draft = "It says that “Dogs may travel on the open deck”."
    verifier = Verifier(WordScorer(), LlamaIndexEmbedder(HashEmbedding()))
    found = check_draft(draft, lambda _: [PASSAGE], verifier, on_progress=lambda _: None)
    (told,) = check_as_json(found)["statements"]
    rest = "but only on a lead"
    assert told["quotations"][0]["goes_on"] == rest
    assert told["meaning"].endswith(f"the source goes on: “{rest}”")
    page = check_as_html(found, draft, title="x", link_to=lambda target: "x")
    assert f"the source goes on: “{rest}”" in page


def test_a_quotation_over_two_sentences_shows_the_rest_of_the_second() -> None:
    text = "The ferry is old. Dogs may travel on the open deck but only on a lead."
    source = Source([Passage("1", "ferry.txt", text, 0, len(text))])
    assert goes_on("The ferry is old. Dogs may travel on the open deck", source) == (
        "but only on a lead"
    )
    assert goes_on(text, source) == ""


def test_citations_are_exact(check: Check) -> None:
    assert check.citations
    for citation in check.citations:
        assert TEXT[citation.start : citation.end] == citation.quote
    numbers = [citation.number for citation in check.citations]
    assert numbers == list(range(1, len(numbers) + 1))


def test_json_has_what_the_check_found(check: Check) -> None:
    found = check_as_json(check)
    assert found["wrong"] == sum(each.is_wrong for each in check.statements)
    assert sum(found["counts"].values()) == len(check.statements)
    known = {each["number"] for each in found["citations"]}
    assert all(set(each["citations"]) <= known for each in found["statements"])


def test_a_quotation_is_searched_for_by_its_own_words() -> None:
    draft = "As they say in town, “the sauna is closed in April”."
    other = Passage("p2", "sauna.txt", "The sauna is closed in April.", 0, 29)
    asked = []

    def find(words: str) -> list[Passage]:
        asked.append(words)
        return [other] if words.startswith("the sauna") else [PASSAGE]

    verifier = Verifier(WordScorer(), LlamaIndexEmbedder(HashEmbedding()))
    (statement,) = check_draft(draft, find, verifier, on_progress=lambda _: None).statements
    assert asked == [draft, "the sauna is closed in April"]
    (quotation,) = statement.quotations
    assert [each.source for each in quotation.citations] == ["sauna.txt"]
    assert not fails(statement)


def test_an_unsupported_language_is_reported_once() -> None:
    draft = "Die Fähre fährt an Wochentagen um 9:40 Uhr ab. Im April ist die Sauna geschlossen."
    verifier = Verifier(WordScorer(), LlamaIndexEmbedder(HashEmbedding()))
    found = check_draft(draft, lambda _: [PASSAGE], verifier, on_progress=lambda _: None)
    lines = list(check_as_text(found))
    assert sum(line.strip().startswith("not checked") for line in lines) == 2
    assert sum(NOT_LEARNT in line for line in lines) == 1
    assert lines[-1].endswith(f"; 2 not checked: {NOT_LEARNT}.")


def test_the_text_lists_only_what_is_not_supported(check: Check) -> None:
    lines = "\n".join(check_as_text(check))
    assert "It carries 420 passengers." in lines
    assert "leaves at 9:40 on weekdays" not in lines.split("[")[0]
    assert lines.endswith(summary_of(check))


def test_a_supported_statement_is_shown_if_one_of_its_numbers_was_not_found() -> None:
    supported = CheckedStatement("The policy is worth 300,000.", 0, 28, "supported")
    check = Check((supported, replace(supported, not_found=("300,000",))), ())
    *lines, _ = check_as_text(check)
    assert lines == [
        "? The policy is worth 300,000.",
        "    supported by the documents (not found: 300,000)",
        "",
    ]
    report = check_as_html(check, supported.text, title="x", link_to=lambda target: "x")
    assert report.count('<span class="partly"') == 1


@pytest.mark.parametrize(
    ("reason", "not_found", "told"),
    [
        (
            "the date May is not in the source",
            ("May", "Peter Hale"),
            " (not found: May, Peter Hale)",
        ),
        ("the name Peter is not in the source", ("Peter Hale",), " (not found: Peter Hale)"),
        ("the name Peter is not in the source", (), ": the name Peter is not in the source"),
        ("“30” differs: the source has “10”", ("30",), ": “30” differs: the source has “10”"),
        ("the source may say otherwise", ("30",), ": the source may say otherwise (not found: 30)"),
    ],
)
def test_words_that_were_not_found_are_named_once(
    reason: str, not_found: tuple[str, ...], told: str
) -> None:
    statement = CheckedStatement("x", 0, 1, "unsupported", reason, not_found=not_found)
    assert meaning(statement) == f"not supported by the documents{told}"


def test_the_report_is_escaped_and_links_to_the_words(check: Check) -> None:
    page = check_as_html(
        check, DRAFT, title="<b>x</b>", link_to=partial(address_of, "http://page/", Path())
    )
    assert "<b>" not in page
    assert "http://page/#source=ferry.txt&amp;mark=" in page
    assert page.count('<span class="wrong"') == sum(each.is_wrong for each in check.statements)


def test_an_empty_check_is_summed_up() -> None:
    assert summary_of(Check((), ())) == "0 of 0 statements are supported by the documents."

"""What only a language model can make: which questions want it, and what it is shown for them."""

from __future__ import annotations

import pytest

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.generation.tasks import documents_named, gathered, parts_of
from askdocs.answering.questions.question import parse
from askdocs.answering.questions.task import task_of
from askdocs.types import DocumentRecord, Hit, Passage


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Compare consistency in Dynamo and Spanner", "compare"),
        ("What is the difference between a deposit and a fee?", "compare"),
        ("How do the two leases differ?", "compare"),
        ("Can you please summarise the Raft paper?", "summarise"),
        ("Give me a short summary of the lease", "summarise"),
        ("What are the main points of the report?", "summarise"),
        ("List the duties of the tenant", "list"),
        ("Make a table of the fees", "list"),
        ("Translate clause 4 into German", "translate"),
        ("Put the abstract in plain English", "translate"),
        ("Please explain how leader election works", "explain"),
        ("Who signed the lease?", None),
        ("What does the list of duties contain?", None),
        ("How much does the comparison cost?", None),
        ("When was the translation published?", None),
    ],
)
def test_a_task_is_known_by_what_it_asks_for(question: str, kind: str | None) -> None:
    found = task_of(question)
    assert (found.kind if found else None) == kind


def test_the_sides_of_a_comparison_keep_what_is_compared() -> None:
    task = task_of("Compare consistency in Dynamo, Cassandra and Spanner")
    assert task is not None
    assert task.sides == ("consistency Dynamo", "consistency Cassandra", "consistency Spanner")


def record(source: str, title: str) -> DocumentRecord:
    return DocumentRecord(source, title, 1, 1, 1, 1, "")


def test_documents_are_named_by_file_or_title_and_not_by_a_word_that_many_have() -> None:
    records = [
        record("papers/raft.pdf", "In Search of an Understandable Consensus Algorithm"),
        record("papers/dynamo-sosp07.pdf", "Dynamo: Amazon's Highly Available Key-value Store"),
        record("papers/spanner.pdf", "Spanner paper"),
        record("minutes-april.txt", "Minutes of April"),
        record("minutes-may.txt", "Minutes of May"),
        *(record(f"minutes-{number}.txt", f"Minutes {number}") for number in range(10, 18)),
    ]
    asked = "Compare consistency in Spanner and Dynamo"
    assert documents_named(asked, records) == ["papers/spanner.pdf", "papers/dynamo-sosp07.pdf"]
    assert documents_named("Summarise the Raft paper", records)[0] == "papers/raft.pdf"
    assert documents_named("Summarise the minutes", records) == []
    assert documents_named("Summarise the minutes of April", records) == ["minutes-april.txt"]


def passage(source: str, number: int, heading: str, text: str = "Words.") -> Passage:
    start = 100 * number
    return Passage(f"{source}-{number}", source, text, start, start + len(text), heading=heading)


def test_a_long_document_is_shown_by_its_parts() -> None:
    passages = [passage("a.txt", number, f"Part {number // 10}") for number in range(100)]
    shown = parts_of(passages, 16)
    assert len(shown) == 16
    assert {each.heading for each in shown} == {f"Part {number}" for number in range(10)}
    assert {0, 10, 20, 90} <= {each.start // 100 for each in shown}
    assert [each.start for each in shown] == sorted(each.start for each in shown)
    assert len(parts_of(passages, 5)) == 5
    assert parts_of(passages[:3], 5) == passages[:3]


def test_both_sides_are_shown_and_far_questions_are_not_given_to_the_model() -> None:
    dynamo = [passage("d.txt", n, "", "Dynamo is eventually consistent.") for n in range(30)]
    spanner = [passage("s.txt", n, "", "Spanner is externally consistent.") for n in range(30)]
    found = {"Dynamo": dynamo, "Spanner": spanner}

    def search(queries: object, sources: object) -> list[Hit]:
        name = next((name for name in found if name in str(queries)), "")
        return [Hit(each, 0.5) for each in found.get(name, dynamo)]

    usual = RetrievalResult(
        question=parse("q"),
        searched_for=("q",),
        hits=tuple(Hit(each, 0.9) for each in dynamo),
        candidates=(),
    )
    task = task_of("Compare consistency in Dynamo and Spanner")
    assert task is not None
    shown = gathered(task, usual, [], search, lambda name: [])
    assert shown is not None
    sources = [hit.passage.source for hit in shown.hits]
    assert sources.count("d.txt") == sources.count("s.txt") > 5
    far = task_of("Explain quantum chromodynamics to me")
    assert far is not None
    assert gathered(far, usual, [], search, lambda name: []) is None

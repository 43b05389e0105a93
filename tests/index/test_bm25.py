"""The word search, against SQLite's own FTS5 over the same passages."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from askdocs.index.catalog import Catalog, FileRecord, IndexedDocument, IndexedFile
from askdocs.text.tokens import indexed_form
from askdocs.types import Document, Passage

WORDS = (
    "kettle owl hunting covid-19 U.S. don't Zürich tea 2.5 lamp night boiled water runs running"
    " 東京都 market prices state-of-the-art an a of the in"
).split()
QUESTIONS = (
    "What did the owl hunt at night?",
    "covid-19 in the U.S.",
    "boiling water 2.5 in Zurich",
    "state-of-the-art kettles don't run",
    "東京都 prices",
    "title of matter",
    "nothing known of zeppelins",
)


@dataclass
class Index:
    """A catalog, and the same passages in a table of FTS5."""

    catalog: Catalog
    passages: dict[str, list[Passage]]
    rng: random.Random

    def put(self, source: str, count: int) -> None:
        found, texts = [], []
        for number in range(count):
            text = " ".join(self.rng.choices(WORDS, k=self.rng.randint(0, 40)))
            heading = "Matter of night" if self.rng.random() < 0.3 else None
            name = f"{source} {number} {self.rng.random()}"
            found.append(
                Passage(name, source, text, number, number, f"Title {source}", heading=heading)
            )
            texts.append(text)
        document = IndexedDocument(Document(source, "\n".join(texts)), found, [b"k"] * count)
        self.catalog.replace_files([IndexedFile(FileRecord(source, 1, 1, "h"), [document])])
        self.passages[source] = found

    def remove(self, source: str) -> None:
        self.catalog.remove_files([source])
        del self.passages[source]

    def expected(self, chosen: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """What FTS5 says, as shares of the most that BM25 can give."""
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(
                "CREATE VIRTUAL TABLE words USING fts5(text, context, name UNINDEXED,"
                " tokenize = 'porter unicode61 remove_diacritics 2')"
            )
            for passage in (each for found in self.passages.values() for each in found):
                context = f"{passage.title} {passage.heading or ''}"
                connection.execute(
                    "INSERT INTO words VALUES (?, ?, ?)",
                    (indexed_form(passage.text), indexed_form(context), passage.id),
                )
            rows = connection.execute(
                "SELECT name, -bm25(words, 1.0, 0.5) AS score FROM words WHERE words MATCH ?",
                (match_expression(list(chosen)),),
            ).fetchall()
        most = 2.2 * sum(chosen.values())
        rows.sort(key=lambda row: (-row[1], row[0]))
        return [(name, min(score / most, 1.0)) for name, score in rows[:limit]]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    found = Index(Catalog(tmp_path / "catalog.sqlite"), {}, random.Random(3))
    yield found
    found.catalog.close()


def match_expression(chosen: list[str]) -> str:
    """An FTS5 query for passages that hold any of the words; each is quoted, so none is syntax."""
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in chosen)


def check(index: Index) -> None:
    for question in QUESTIONS:
        found = index.catalog.search_words(question, limit=10_000)
        expected = index.expected(index.catalog.term_weights(question), 10_000)
        assert dict(found) == pytest.approx(dict(expected))
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
    assert index.catalog.problems() == []


def test_a_query_holds_no_syntax_of_its_own() -> None:
    assert match_expression(["a", 'b"c', "OR", "x*"]) == '"a" OR "b""c" OR "OR" OR "x*"'


def test_scores_are_those_of_fts5_after_any_change(index: Index) -> None:
    for number in range(12):
        index.put(f"{number}.txt", index.rng.randint(0, 60))
    check(index)
    for number in (3, 4, 11):
        index.remove(f"{number}.txt")
    index.put("5.txt", 20)
    index.put("6.txt", 0)
    check(index)


def test_many_passages_are_in_several_blocks(index: Index) -> None:
    index.put("long.txt", 2500)
    index.put("short.txt", 3)
    index.put("other.txt", 2000)
    check(index)
    index.remove("long.txt")
    index.put("new.txt", 100)
    check(index)


def test_blocks_without_passages_are_forgotten(index: Index) -> None:
    for _ in range(4):
        index.put("long.txt", 2048)
    index.put("short.txt", 5)
    index.remove("long.txt")
    assert len(index.catalog._database.rows("SELECT * FROM word_blocks")) == 1
    check(index)


def test_a_search_ends_with_the_best_by_score_then_name(index: Index) -> None:
    index.put("a.txt", 300)
    every = index.catalog.search_words("owl kettle", limit=10_000)
    assert len(every) > 100
    assert every == sorted(every, key=lambda pair: (-pair[1], pair[0]))
    for limit in (1, 7, 50):
        assert index.catalog.search_words("owl kettle", limit=limit) == every[:limit]


def test_only_the_given_sources_are_searched(index: Index) -> None:
    index.put("a.txt", 60)
    index.put("b.txt", 60)
    every = index.catalog.search_words("owl kettle", limit=1000)
    of_b = {passage.id for passage in index.passages["b.txt"]}
    found = index.catalog.search_words("owl kettle", limit=1000, sources=["b.txt"])
    assert found == [pair for pair in every if pair[0] in of_b]
    assert index.catalog.search_words("owl", limit=9, sources=["none.txt"]) == []


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM word_places WHERE term = 'owl'",
        "DELETE FROM word_blocks",
        "UPDATE word_places SET passages = passages + 1 WHERE term = 'owl'",
        "INSERT INTO word_places VALUES (7, 'owl', 1, x'00000000')",
        "UPDATE word_places SET places = x'00' WHERE term = 'owl'",
        "DELETE FROM passages WHERE number = 2",
    ],
)
def test_postings_that_do_not_fit_the_passages_are_found_and_repaired(
    index: Index, damage: str
) -> None:
    index.put("a.txt", 30)
    with index.catalog._database.transaction() as connection:
        connection.execute(damage)
    assert index.catalog.problems() != []
    index.catalog.rebuild_words()
    assert index.catalog.problems() == []


def test_a_passage_of_more_words_than_are_counted(index: Index) -> None:
    text = "owl " * 70_000
    passage = Passage("long", "a.txt", text, 0, len(text))
    document = IndexedDocument(Document("a.txt", text), [passage], [b"k"])
    index.catalog.replace_files([IndexedFile(FileRecord("a.txt", 1, 1, "h"), [document])])
    assert [name for name, _ in index.catalog.search_words("owl", limit=5)] == ["long"]
    assert index.catalog.problems() == []


def test_a_reader_sees_one_moment_while_another_writes(index: Index) -> None:
    index.put("a.txt", 40)
    before = index.catalog.search_words("owl kettle", limit=1000)
    with index.catalog._database.snapshot() as connection:
        connection.execute("SELECT count(*) FROM passages").fetchone()
        index.put("b.txt", 40)
        kept = connection.execute("SELECT sum(passages) FROM word_blocks").fetchone()
    assert kept == (40,)
    assert index.catalog.search_words("owl kettle", limit=1000) != before

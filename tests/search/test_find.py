"""Plain search: words as a person types them, over a real index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from askdocs import Assistant, Config
from askdocs.errors import AskdocsError
from askdocs.index.catalog import Catalog
from askdocs.index.keywords.lookup import Term, parse_query
from askdocs.search.filters import Filters
from askdocs.types import SearchResult
from tests.support.hash_embedding import HashEmbedding

DOCUMENTS = {
    "law/tolls.md": "# Tolls\n\nThe toll bridge of Regulus is regulated by law.\n\nDrivers pay it.",
    "law/ferry.txt": "The ferry carries cars. Its regulation is older than the bridge.",
    "towns/bergen.txt": "Bergen lies by the sea. A café stands at the bridge toll house of Bergen.",
    "towns/japan.txt": "東京都の市場は大きい。",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("find")
    for name, text in DOCUMENTS.items():
        file = folder / "corpus" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    config = Config(corpus=folder / "corpus", index=folder / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        yield assistant


def found(result: SearchResult) -> dict[str, list[str]]:
    """The words that were found, by document."""
    return {
        each.source: [
            match.passage.text[start - match.passage.start : end - match.passage.start]
            for match in each.matches
            for start, end in match.spans
        ]
        for each in result.documents
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("bridges", {"law/tolls.md": ["bridge"], "law/ferry.txt": ["bridge"],
                     "towns/bergen.txt": ["bridge"]}),
        ("the bridge sea", {"towns/bergen.txt": ["sea", "bridge"]}),
        ('"toll bridge"', {"law/tolls.md": ["toll bridge"]}),
        ("regulat*", {"law/tolls.md": ["regulated"], "law/ferry.txt": ["regulation"]}),
        ("cafe", {"towns/bergen.txt": ["café"]}),
        ("市場", {"towns/japan.txt": ["市場"]}),
        ("bergen", {"towns/bergen.txt": ["Bergen", "Bergen"]}),
        ("zeppelin bridge", {}),
    ],
)  # fmt: skip
def test_words_phrases_and_beginnings_are_found(
    assistant: Assistant, query: str, expected: dict[str, list[str]]
) -> None:
    assert found(assistant.find(query)) == expected


def test_a_name_is_found_and_what_no_document_holds_is_named(assistant: Assistant) -> None:
    assert assistant.find("tolls").documents[0].source == "law/tolls.md"
    named = assistant.find("japan").documents
    assert [(each.source, each.count) for each in named] == [("towns/japan.txt", 0)]
    assert assistant.find("zeppelin bridge").missing == ("zeppelin",)
    with pytest.raises(AskdocsError, match="Type a word"):
        assistant.find(" ?! ")


def test_filters_and_pages_of_documents(assistant: Assistant) -> None:
    within = Filters(sources=["law"], kinds=["text"])
    assert list(found(assistant.find("bridge", filters=within))) == ["law/ferry.txt"]
    assert assistant.find("bridge", filters=Filters(since="2199-01-01")).found_in == 0
    pages = [assistant.find("bridge", start=start, documents=1) for start in range(3)]
    assert len({page.documents[0].source for page in pages}) == 3
    assert {page.found_in for page in pages} == {3}


def test_documents_are_filtered_by_the_date_that_they_state(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "may.txt").write_text("Minutes\nDate: 3 May 2019\n\nThe bridge is closed.\n")
    (corpus / "report 2020.txt").write_text("The bridge is open again, and all is well.\n")
    (corpus / "none.txt").write_text("The bridge has no date.\n")
    with Assistant(
        Config(corpus=corpus, index=tmp_path / "index"), embedder=HashEmbedding()
    ) as assistant:
        assistant.index()

        def passing(since: str = "", until: str = "") -> set[str]:
            filters = Filters(since=since, until=until, dates="document")
            return set(found(assistant.find("bridge", filters=filters)))

        assert passing("2019-05-03", "2019-05-03") == {"may.txt"}
        assert passing("2019-05-04") == passing("2020-07-01") == {"report 2020.txt"}
        assert passing(until="2020-01-31") == {"may.txt", "report 2020.txt"}
        assert passing() == {"may.txt", "report 2020.txt", "none.txt"}
        (corpus / "may.txt").write_text("Minutes\nDate: 13 May 2021\n\nThe bridge is closed.\n")
        assistant.index()
        assert passing("2021-01-01") == {"may.txt"}


def test_by_meaning_groups_the_nearest_passages(assistant: Assistant) -> None:
    result = assistant.find("toll bridge of Regulus", by="meaning")
    assert result.documents[0].source == "law/tolls.md"


def test_a_query_is_read_as_terms() -> None:
    assert parse_query('the "Election  timeout" raft* leader leader') == [
        Term("phrase", "Election  timeout"), Term("prefix", "raft"), Term("word", "leader"),
    ]  # fmt: skip
    assert parse_query("the") == [Term("word", "the")]
    assert parse_query("covid-19, U.S.") == [Term("phrase", "covid-19"), Term("phrase", "U.S")]


def test_a_passage_that_is_replaced_during_a_search_is_not_shown_for_another(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new passage gets the number of the deleted one."""
    (corpus / "a.txt").write_text("Owls hunt at night.\n")
    config = Config(corpus=corpus, index=tmp_path / "index")
    titles = Catalog.titles

    def titles_after_a_sync(*given: Any) -> dict[str, str]:
        (corpus / "a.txt").write_text("Tea is grown in Yunnan.\n")
        assistant.index()
        return titles(*given)

    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        monkeypatch.setattr(Catalog, "titles", titles_after_a_sync)
        result = assistant.find("owls")
    assert [match for each in result.documents for match in each.matches] == []

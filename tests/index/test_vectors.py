"""The vector store: what is stored is found again, by us and by LlamaIndex's own class."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from askdocs import Assistant, Config, IndexMismatchError
from askdocs.config import COLLECTION
from askdocs.errors import ConfigError, IndexBusyError
from askdocs.index.vectors import collection as collection_module
from askdocs.index.vectors.chroma import ChromaFolder
from askdocs.index.vectors.collection import CallSize, Collection, perturb
from askdocs.types import Passage
from tests.support.hash_embedding import HashEmbedding, vector_of


def passage(number: int, source: str = "a.txt") -> Passage:
    return Passage(f"id{number}", source, f"Text {number}.", number, number + 7, "Title", line=3)


def unit_vectors(count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = np.random.default_rng(0).normal(size=(count, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Collection]:
    found = Collection(ChromaFolder(tmp_path / "chroma"))
    yield found
    found.close()


def test_a_passage_is_found_by_its_own_vector_with_cosine_one(store: Collection) -> None:
    vectors = unit_vectors(50)
    store.add([passage(number) for number in range(50)], vectors)
    best, score = store.search(vectors[7], limit=3)[0]
    assert (best, round(score, 4)) == ("id7", 1.0)
    expected = sorted(vectors @ vectors[7], reverse=True)[:3]
    found = [score for _, score in store.search(vectors[7], limit=3)]
    assert found == pytest.approx(expected, abs=0.01)  # of 16 dimensions, see `perturb`


def test_more_passages_than_are_read_or_asked_for_at_once(
    store: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_BATCH", "_PAGE", "_QUERIES"):
        monkeypatch.setattr(collection_module, name, 50)
    count = 330
    vectors = unit_vectors(count)
    store.add([passage(number) for number in range(count)], vectors)
    assert store.count() == count
    assert len(set(store.ids())) == len(list(store.records())) == count
    assert store.unreachable({f"id{n}": vectors[n] for n in range(count)}) == []
    store.delete([f"id{number}" for number in range(count - 1)])
    assert list(store.ids()) == [f"id{count - 1}"]


def test_a_search_within_sources_looks_nowhere_else(store: Collection) -> None:
    vectors = unit_vectors(20)
    store.add([passage(number, f"{number}.txt") for number in range(20)], vectors)
    found = store.search(vectors[3], limit=20, sources=["3.txt", "11.txt"])
    assert [name for name, _ in found] == ["id3", "id11"]
    many = [f"{number}.txt" for number in range(1, 40_000)]
    assert len(store.search(vectors[3], limit=30, sources=many)) == 19


def test_adding_twice_and_deleting_what_is_not_there_do_nothing(store: Collection) -> None:
    vectors = unit_vectors(2)
    for _ in range(2):
        store.add([passage(0), passage(1)], vectors)
    assert store.count() == 2
    store.delete(["id0", "nobody"])
    store.delete([])
    assert list(store.ids()) == ["id1"]


def test_a_vector_that_is_not_stored_is_unreachable(store: Collection) -> None:
    vectors = unit_vectors(3)
    store.add([passage(0), passage(1)], vectors[:2])
    wanted = {f"id{number}": vectors[number] for number in range(3)}
    assert store.unreachable(wanted) == ["id2"]
    assert store.unreachable({}) == []


def test_passages_with_equal_vectors_are_all_found_and_inserted_once(
    store: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two thirds of them were not among the nearest to their own vector: inserted three times."""
    inserted: list[int] = []
    write = collection_module._write

    def counted(collection: object, *, nodes: list[Any]) -> None:
        inserted.append(len(nodes))
        write(collection, nodes=nodes)

    monkeypatch.setattr(collection_module, "_write", counted)
    monkeypatch.setattr(collection_module, "_FAR", collection_module._NEAR)
    count = 300
    vector = np.random.default_rng(0).normal(size=64).astype(np.float32)
    store.add([passage(number) for number in range(count)], np.tile(vector, (count, 1)))
    assert sum(inserted) == count
    assert store.unreachable({f"id{number}": vector for number in range(count)}) == []
    assert [round(score, 3) for _, score in store.search(vector, limit=5)] == [1.0] * 5


def test_a_spread_vector_is_the_same_each_time_and_nearly_the_one_it_was() -> None:
    vector = 3 * np.random.default_rng(1).normal(size=384).astype(np.float32)
    moved = perturb("one", vector)
    assert np.array_equal(moved, perturb("one", vector))
    lengths = np.linalg.norm(moved) * np.linalg.norm(vector)
    assert 1e-6 < 1 - moved @ vector / lengths < 1e-4
    other = perturb("two", vector)
    assert 1e-5 < 1 - moved @ other / (np.linalg.norm(moved) * np.linalg.norm(other)) < 1e-4


def test_fewer_records_are_changed_at_once_where_each_takes_longer() -> None:
    """All other threads wait for Chroma meanwhile: 512 equal passages took a minute."""
    now, milliseconds = 0.0, 1.0
    sizes: list[int] = []

    def change(some: Sequence[int]) -> None:
        nonlocal now
        sizes.append(len(some))
        now += len(some) * milliseconds / 1000

    size = CallSize(lambda: now)
    size.each(range(1000), change)
    assert sum(sizes) == 1000
    assert max(sizes) == sizes[2] == 150  # of 0.15 seconds
    milliseconds = 40.0
    sizes.clear()
    size.each(range(300), change)
    assert sum(sizes) == 300
    assert set(sizes[1:-1]) == {8}
    milliseconds = 0.01
    size.each(range(3000), change)
    assert max(sizes) == 512


def test_every_passage_is_looked_for_where_one_of_many_is_crowded(
    store: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[int] = []
    found = Collection.unreachable

    def counted(self: Collection, vectors: Mapping[str, Any]) -> list[str]:
        looked_for.append(len(vectors))
        return found(self, vectors)

    monkeypatch.setattr(Collection, "unreachable", counted)
    apart, near = unit_vectors(400), np.repeat(unit_vectors(1), 400, axis=0)
    store.add([passage(number) for number in range(400)], apart)
    assert looked_for == []
    store.add([passage(number) for number in range(400, 800)], near)
    assert looked_for == [400]


def test_a_saved_graph_is_on_the_disk_for_the_next_process(tmp_path: Path) -> None:
    vectors = unit_vectors(300)
    store = Collection(ChromaFolder(tmp_path))
    store.save()  # nothing yet
    store.add([passage(number) for number in range(300)], vectors)
    (graph,) = tmp_path.rglob("data_level0.bin")
    size = graph.stat().st_size
    store.save()
    assert graph.stat().st_size > size + vectors.nbytes
    store.close()
    store = Collection(ChromaFolder(tmp_path))
    assert store.count() == len(set(store.ids())) == 300
    assert store.unreachable({f"id{n}": vectors[n] for n in range(300)}) == []
    store.close()
    shutil.rmtree(graph.parent)
    store = Collection(ChromaFolder(tmp_path))
    assert len(store.unreachable({f"id{n}": vectors[n] for n in range(300)})) == 300
    assert store.needs_check({"id7": vectors[7]})
    store.close()


def test_records_contain_all_that_was_stored(store: Collection) -> None:
    vectors = unit_vectors(3)
    passages = [passage(number) for number in range(3)]
    store.add(passages, vectors)
    found = {each.id: (each, vector) for each, vector in store.records()}
    for each, vector in zip(passages, vectors, strict=True):
        assert found[each.id][0] == each
        assert found[each.id][1] @ vector == pytest.approx(1, abs=0.01)


def test_the_model_is_noted_for_good(tmp_path: Path) -> None:
    store = Collection(ChromaFolder(tmp_path))
    assert store.model == ""
    store.store_model("onnx:x")
    store.close()
    store = Collection(ChromaFolder(tmp_path))
    assert store.model == "onnx:x"
    store.close()


def test_what_is_stored_is_there_after_closing(tmp_path: Path) -> None:
    vectors = unit_vectors(5)
    store = Collection(ChromaFolder(tmp_path))
    store.add([passage(number) for number in range(5)], vectors)
    store.close()
    store = Collection(ChromaFolder(tmp_path))
    assert store.search(vectors[4], limit=1)[0][0] == "id4"
    store.close()


def test_a_store_that_is_recreated_meanwhile_can_be_searched(store: Collection) -> None:
    vectors = unit_vectors(50)
    done = threading.Event()

    def make_anew() -> None:
        try:
            for _ in range(15):
                store.chroma.clear()
                store.add([passage(number) for number in range(50)], vectors)
        finally:
            done.set()

    maker = threading.Thread(target=make_anew)
    maker.start()
    try:
        while not done.is_set():
            assert store.count() <= 50
            assert len(store.search(vectors[3], limit=5)) <= 5
    finally:
        maker.join()
    assert store.search(vectors[3], limit=1)[0][0] == "id3"


def test_a_store_that_was_closed_meanwhile_asks_for_patience(tmp_path: Path) -> None:
    store = Collection(ChromaFolder(tmp_path))
    store.close()
    with pytest.raises(IndexBusyError, match="Ask again"):
        store.count()


def test_damage_is_reported_with_the_repair(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(IndexMismatchError, match=r"doctor --repair"):
        Collection(ChromaFolder(tmp_path))


def test_a_panic_of_chroma_is_damage_too(tmp_path: Path) -> None:
    """A page of zeros in chroma.sqlite3 raises one, and it is no Exception."""

    class PanicException(BaseException):
        pass

    def panic(collection: object) -> None:
        raise PanicException("database disk image is malformed")

    folder = ChromaFolder(tmp_path)
    with pytest.raises(IndexMismatchError, match="doctor --repair"):
        folder.run(panic)
    folder.close()


def test_a_bad_setting_of_the_environment_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMA_SERVER_HTTP_PORT", "many")
    with pytest.raises(ConfigError, match="setting of the environment"):
        Collection(ChromaFolder(tmp_path / "chroma"))


def test_the_plain_class_of_llama_index_finds_the_same_passages(tmp_path: Path) -> None:
    import chromadb
    from llama_index.core.vector_stores.types import VectorStoreQuery
    from llama_index.vector_stores.chroma import ChromaVectorStore

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(8):
        (corpus / f"{number}.md").write_text(f"# Kettle {number}\n\nIt boils {number} cups.\n")
    embedding = HashEmbedding()
    config = Config(corpus=corpus, index=tmp_path / "index")
    with Assistant(config, embedder=embedding) as assistant:
        assistant.index()
    client = chromadb.PersistentClient(str(tmp_path / "index" / "chroma"))
    collection = client.get_collection(COLLECTION, embedding_function=None)
    plain = ChromaVectorStore(chroma_collection=collection)
    question = embedding.get_query_embedding("Kettle 5 boils how many cups")
    answer = plain.query(VectorStoreQuery(query_embedding=question, similarity_top_k=4))
    client.close()
    store = Collection(ChromaFolder(tmp_path / "index" / "chroma"))
    ours = store.search(np.array(question, np.float32), limit=4)
    store.close()
    assert answer.ids == [name for name, _ in ours]
    assert answer.nodes is not None
    with Assistant(config, embedder=embedding) as assistant:
        for node in answer.nodes:
            document = assistant.document(node.metadata["source"])
            start, end = node.metadata["start"], node.metadata["end"]
            assert document.text[start:end] == node.get_content()


def test_passages_in_the_places_of_deleted_ones_are_found(tmp_path: Path) -> None:
    """A graph of fewer neighbours lost some in 14 of 60 such rounds; so one would prove little."""
    count, kept = 612, 412
    texts = [f"Kettle {n}\n# Kettle {n}\n\nKettle {n} boils {n * 3} cups." for n in range(count)]
    vectors = np.array([vector_of(text) for text in texts], np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    passages = [passage(number) for number in range(count)]
    for round_ in range(12):
        store = Collection(ChromaFolder(tmp_path / str(round_)))
        store.add(passages[:kept], vectors[:kept])
        store.delete([each.id for each in passages[:kept]])
        store.add(passages, vectors)
        own = {each.id: vector for each, vector in zip(passages, vectors, strict=True)}
        assert store.unreachable(own) == []
        store.close()

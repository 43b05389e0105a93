"""Vectors divided by folder over two Chroma servers: found together, lost by no crash."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from askdocs import (
    Assistant,
    Config,
    ConfigError,
    IndexMismatchError,
    VectorsUnavailableError,
)
from askdocs.index.vectors.store import shard_of
from askdocs.types import Progress
from tests.chroma_process import ChromaProcess
from tests.conftest import ROOT
from tests.hash_embedding import HashEmbedding
from tests.index.test_served_vectors import found

FOLDERS = ("attic", "barn", "cellar", "dairy")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ChromaProcess, ...]]:
    folder = tmp_path_factory.mktemp("servers")
    started = tuple(ChromaProcess(folder / name) for name in ("first", "second"))
    for server in started:
        server.start()
    yield started
    for server in started:
        server.kill()


@pytest.fixture
def config(corpus: Path, tmp_path: Path, servers: tuple[ChromaProcess, ...]) -> Config:
    """An index divided over both servers, in collections of its own."""
    write(corpus, 0, 40)
    return Config(corpus=corpus, index=tmp_path / "index", vectors=places(servers))


def places(servers: tuple[ChromaProcess, ...]) -> str:
    name = f"test-{random.randrange(10**9)}"
    return ",".join(f"{server.url}/{name}" for server in servers)


def write(corpus: Path, first: int, last: int) -> None:
    for number in range(first, last):
        folder = corpus / FOLDERS[number % len(FOLDERS)]
        folder.mkdir(exist_ok=True)
        text = f"# Kettle {number}\n\nKettle {number} boils {number * 3} cups of tea.\n"
        (folder / f"{number}.md").write_text(text)


def assistant(config: Config, embedding: HashEmbedding | None = None) -> Assistant:
    return Assistant(config, embedder=embedding or HashEmbedding())


def all_found(one: Assistant) -> list[object]:
    return [found(one, f"how many cups does kettle {number} boil") for number in range(0, 40, 3)]


def undivided(config: Config, folder: Path) -> list[object]:
    """What an embedded index of the same documents finds."""
    with assistant(Config(corpus=config.corpus, index=folder)) as other:
        other.index()
        return all_found(other)


def test_a_divided_index_finds_what_an_undivided_one_does(config: Config, tmp_path: Path) -> None:
    assert {shard_of(f"{folder}/1.md", 2) for folder in FOLDERS} == {0, 1}
    with assistant(config) as one:
        assert one.index().passages == 40
        assert all_found(one) == undivided(config, tmp_path / "other")
        for place in config.places:  # each server has a part
            with assistant(Config(corpus=config.corpus, index=config.index, vectors=place)) as part:
                assert 0 < part._parts.open_vectors().count() < 40
        assert one.diagnose().problems == ()
        assert one.index().embedded == 0


def test_its_answers_to_the_sample_questions_are_the_same(
    corpus: Path, tmp_path: Path, servers: tuple[ChromaProcess, ...]
) -> None:
    for number, file in enumerate(sorted((ROOT / "corpus").iterdir())):
        (corpus / FOLDERS[number]).mkdir()
        shutil.copy(file, corpus / FOLDERS[number])
    lines = (ROOT / "tests" / "sample_questions.jsonl").read_text("utf-8").splitlines()
    with (
        Assistant(Config(corpus=corpus, index=tmp_path / "one", vectors=places(servers))) as one,
        Assistant(Config(corpus=corpus, index=tmp_path / "other")) as other,
    ):
        one.index()
        other.index()
        for question in [json.loads(line)["question"] for line in lines[::9]]:
            ours, theirs = one.ask(question), other.ask(question)
            assert (ours.text, ours.citations) == (theirs.text, theirs.citations)
            assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-4)


def test_one_server_killed_is_told_and_a_folder_at_the_other_still_answers(
    config: Config, servers: tuple[ChromaProcess, ...]
) -> None:
    there = next(folder for folder in FOLDERS if shard_of(f"{folder}/x", 2) == 0)
    with assistant(config) as one:
        one.index()
        before = all_found(one)
        servers[1].kill()
        with pytest.raises(VectorsUnavailableError, match=servers[1].url):
            one.search("kettle")
        assert one.search("kettle", sources=[there])
        write(config.corpus, 40, 44)
        with pytest.raises(VectorsUnavailableError, match=servers[1].url):
            one.index()
        servers[1].start()
        assert all_found(one) == before
        assert one.index().passages == 44


def test_one_server_killed_in_mid_sync_loses_nothing(
    config: Config, servers: tuple[ChromaProcess, ...], tmp_path: Path
) -> None:
    embedding = HashEmbedding()
    for round_, server in enumerate(servers):
        write(config.corpus, 40 + round_ * 200, 240 + round_ * 200)

        def kill(progress: Progress, server: ChromaProcess = server) -> None:
            if progress.stage == "embed" and progress.done:
                server.kill()

        with assistant(config, embedding) as one, pytest.raises(VectorsUnavailableError):
            one.index(on_progress=kill)
        server.start()
    with assistant(config, embedding) as one:
        one.index()
        assert embedding.embedded == one.status().passages == 440
        assert one.diagnose().problems == ()
        assert all_found(one) == undivided(config, tmp_path / "other")


def test_a_server_that_lost_its_part_is_filled_again_without_embedding(
    config: Config, servers: tuple[ChromaProcess, ...]
) -> None:
    embedding = HashEmbedding()
    with assistant(config, embedding) as one:
        one.index()
        before = all_found(one)
        servers[0].lose_everything()
        with pytest.raises(IndexMismatchError, match="Run `askdocs index`"):
            one.search("kettle")
        one.index()
        assert all_found(one) == before
        assert embedding.embedded == 40


def test_an_index_is_divided_and_put_together_without_embedding(
    config: Config, servers: tuple[ChromaProcess, ...]
) -> None:
    embedding = HashEmbedding()
    with assistant(Config(corpus=config.corpus, index=config.index), embedding) as one:
        one.index()
        before = all_found(one)
        assert one.move(config.vectors) == 40
        assert all_found(one) == before
        for there_already in (config.places[0], f"{config.places[1]}/"):
            with pytest.raises(ConfigError, match=config.places[0]):
                one.move(there_already)
        assert one.move(f"{servers[0].url}/together") == 40
        assert all_found(one) == before
        assert one.move("embedded") == 40
        assert all_found(one) == before
        assert embedding.embedded == 40


@pytest.mark.parametrize(
    "vectors",
    ["http://a,", "embedded,http://a", "http://a,http://a/", ",", "http://a,http://a:8000/askdocs"],
)
def test_impossible_places_are_refused(vectors: str) -> None:
    with pytest.raises(ConfigError, match="vectors"):
        Config(vectors=vectors)

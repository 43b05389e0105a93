"""The folder of an index: it belongs to one user, and a killed deletion leaves nothing of use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from askdocs import Assistant, Config
from askdocs.evaluation.feedback import FEEDBACK
from askdocs.index.catalog import Catalog
from askdocs.index.folder import delete_catalog, delete_vectors, open_private
from askdocs.index.vectors.integrity import IntegrityRecord, condition
from tests.support.hash_embedding import HashEmbedding

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")


def test_nobody_else_can_read_an_index(corpus: Path, tmp_path: Path) -> None:
    (corpus / "owls.txt").write_text("Owls hunt at night.\n")
    index = tmp_path / "deep" / "index"
    before = os.umask(0o022)
    try:
        with Assistant(Config(corpus=corpus, index=index), embedder=HashEmbedding()) as assistant:
            assistant.index()
            assert assistant.search("owls")
            assert _mode(index) == _mode(index / "chroma") == 0o700
            assert {_mode(file) for file in index.glob("catalog*")} == {0o600}
        with open(index / FEEDBACK, "a", opener=open_private):
            pass
        for path in (index, *index.rglob("*")):
            assert _mode(path) & 0o077 == 0, path
    finally:
        os.umask(before)


def test_a_folder_that_exists_keeps_its_permissions(corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "mine"
    index.mkdir(mode=0o755)
    index.chmod(0o755)
    with Assistant(Config(corpus=corpus, index=index), embedder=HashEmbedding()) as assistant:
        assistant.index()
    assert _mode(index) == 0o755
    assert _mode(index / "chroma") == 0o700
    assert _mode(index / "catalog.sqlite") == 0o600


class _KilledError(Exception):
    """The process is killed here."""


def _killed_after(deletions: int, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> int:
    """Do some work, which is killed after so many deletions. Returns how many there were."""
    done = 0

    def counted(delete: Callable[..., None]) -> Callable[..., None]:
        def count(*given: Any, **named: Any) -> None:
            nonlocal done
            if done == deletions:
                raise _KilledError
            done += 1
            delete(*given, **named)

        return count

    with monkeypatch.context() as patch:
        for name in ("unlink", "rmdir"):
            patch.setattr(os, name, counted(getattr(os, name)))
        with suppress(_KilledError):
            work()
    return done


def test_vectors_whose_deletion_is_killed_are_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "chroma"
    for deletions in range(100):
        (store / "graph").mkdir(parents=True)
        for name in ("chroma.sqlite3", "graph/data_level0.bin", "graph/link_lists.bin"):
            (store / name).write_bytes(b"content")
        IntegrityRecord(store).close()
        done = _killed_after(deletions, monkeypatch, lambda: delete_vectors(tmp_path))
        assert condition(store) == "sound" or deletions == 0
        if done < deletions:
            break
        delete_vectors(tmp_path)
    assert not store.exists()


def test_a_catalog_whose_deletion_is_killed_is_not_an_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed has left a log, without which the catalog is an older one."""
    path = tmp_path / "catalog.sqlite"
    with closing(Catalog(path)) as catalog:
        catalog.set_state(embedder="older")
    listed = Path.glob

    def worst_order(*given: Any) -> Iterator[Path]:
        yield from sorted(listed(*given), reverse=True)

    with closing(Catalog(path)) as catalog:
        catalog.set_state(embedder="newer")
        monkeypatch.setattr(Path, "glob", worst_order)
        for number in (1, 2):
            _killed_after(number, monkeypatch, lambda: delete_catalog(tmp_path))
            with closing(Catalog(path)) as left:
                assert left.state().embedder in ("", "newer")


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777

"""The folder of an index belongs to one user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.evaluation.feedback import FEEDBACK
from askdocs.index.folder import open_private
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


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from askdocs import Assistant, Config

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over a copy of the sample corpus, indexed once; nobody may change it."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    with Assistant(Config(corpus=folder / "corpus", index=folder / "index")) as assistant:
        assistant.index()
        yield assistant


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """An empty folder for documents."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from askdocs import Assistant, Config
from askdocs.documents.loaders.sandbox import client
from tests.hash_embedding import HashEmbedding

ROOT = Path(__file__).parents[1]
_NOBODY = 65534


def pytest_configure() -> None:
    """Hear Ctrl-C, and let what the tests start hear it, also where a shell's `&` began them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder in which this process has no more rights than anybody: root may do everything."""
    with TemporaryDirectory() as name:
        was_root = os.geteuid() == 0
        if was_root:
            _import_what_a_sync_needs()
            os.chown(name, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        try:
            yield Path(name)
        finally:
            if was_root:
                os.seteuid(0)


def _import_what_a_sync_needs() -> None:
    """While it still may be read: Python itself may lie in the home of root."""
    with TemporaryDirectory() as name:
        (Path(name) / "owls.txt").write_text("Owls hunt at night.\n")
        config = Config(corpus=Path(name), index=Path(name) / "index")
        with Assistant(config, embedder=HashEmbedding()) as assistant:
            assistant.index()
            assistant.search("owls")
    for worker in client._readers._workers:  # each of them: nobody can start one
        worker._started()

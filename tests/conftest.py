from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from askdocs import Assistant, Config
from askdocs.documents.loaders.sandbox import client
from askdocs.system import processes
from tests.support.cached_models import remember_models
from tests.support.forked_process import start_child
from tests.support.hash_embedding import HashEmbedding

ROOT = Path(__file__).parents[1]
_NOBODY = 65534
# The files that take longest. They begin first, so that none of them is alone at the end.
_LONGEST = (
    "crash/test_crash.py",
    "browser/test_page.py",
    "browser/test_viewer.py",
    "crash/test_corruption.py",
    "browser/test_keeping.py",
    "crash/test_kills.py",
    "browser/test_talking.py",
    "test_wheel.py",
    "llm/test_small_model.py",
    "browser/test_languages.py",
    "browser/test_corpora.py",
    "answering/test_answers.py",
    "index/test_served_vectors.py",
    "index/test_sync.py",
    "models/test_embedders.py",
    "answering/test_generate.py",
    "cli/test_commands.py",
    "cli/test_terminal.py",
    "index/test_watch.py",
    "test_docs.py",
)


_SLOW_FOLDERS = ("browser", "crash")

# The same examples each time, however slow the machine; others: `--hypothesis-profile=default`.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_configure() -> None:
    """Hear Ctrl-C, and let what the tests start hear it, also where a shell's `&` began them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: many tests wait, for a folder, a page or a kill."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and put the files that take longest first.

    Tests in a browser and of killed processes are slow, but for a few that are marked `quick`.
    """
    for item in items:
        if item.path.parent.name in _SLOW_FOLDERS and item.get_closest_marker("quick") is None:
            item.add_marker(pytest.mark.slow)
    begins = {ROOT / "tests" / name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: begins.get(item.path, len(begins)))


@pytest.fixture(scope="session", autouse=True)
def models_are_loaded_once() -> None:
    """The assistants of all tests share the models of askdocs: each takes up to a second to load.

    What a test puts in their place is its own.
    """
    remember_models()


@pytest.fixture(scope="session")
def sample_copy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Puts the sample corpus and its index, as `corpus` and `index`, into a folder.

    The index is built once, also where several processes run tests.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    built = shared / "sample-index"
    with FileLock(shared / "sample-index.lock"):
        if not built.exists():
            making = shared / "sample-index-unfinished"
            shutil.copytree(ROOT / "corpus", making / "corpus")
            config = Config(corpus=making / "corpus", index=making / "index")
            with Assistant(config) as assistant:
                assistant.index()
            making.rename(built)

    def copy_to(folder: Path) -> Path:
        shutil.copytree(built, folder, dirs_exist_ok=True)
        return folder

    return copy_to


@pytest.fixture(scope="session")
def sample(
    tmp_path_factory: pytest.TempPathFactory, sample_copy: Callable[[Path], Path]
) -> Iterator[Assistant]:
    """An assistant over a copy of the sample corpus, already indexed; nobody may change it."""
    folder = sample_copy(tmp_path_factory.mktemp("sample"))
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
def forked_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forks the processes that check a vector store or read files: none imports anything."""
    monkeypatch.setattr(processes, "start", start_child)


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

"""A repair, a rebuild and a move that are killed are finished by the next command.

More moments than here: `python -m tests.crash.kills ROUNDS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.corruption import make_index
from tests.crash.kills import killed
from tests.support.chroma_process import ChromaProcess


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("healthy")
    make_index(root)
    return root


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaProcess]:
    started = ChromaProcess(tmp_path / "server")
    started.start()
    yield started
    started.kill()


@pytest.mark.parametrize("command", ["repair", "repair all", "rebuild", "rebuild apart"])
def test_what_is_killed_is_finished_by_the_next_command(
    healthy: Path, tmp_path: Path, command: str
) -> None:
    lines = killed(command, 2, 15, healthy, tmp_path, "")
    assert not [line for line in lines if line.startswith("WRONG")], lines


@pytest.mark.parametrize("command", ["move", "move back"])
def test_a_move_that_is_killed_leaves_the_vectors_in_one_place(
    healthy: Path, tmp_path: Path, server: ChromaProcess, command: str
) -> None:
    lines = killed(command, 2, 15, healthy, tmp_path, server.url)
    assert not [line for line in lines if line.startswith("WRONG")], lines

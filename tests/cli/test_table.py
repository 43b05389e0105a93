"""`askdocs table`: what it writes, what it keeps, and what it refuses before anything is asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from askdocs.assistant import Assistant
from askdocs.errors import CorpusError
from askdocs.types import Answer
from tests.support.command_line import run_here

QUESTIONS = "what did Zehri warn?\nHow is sourdough starter fed?\n"
Asked = list[tuple[str, str]]


def table(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_here("table", "q.txt", *arguments, cwd=folder, environment=environment)


@pytest.fixture
def folder(tmp_path: Path, sample_copy: Callable[[Path], Path]) -> Path:
    (tmp_path / "q.txt").write_text(QUESTIONS)
    return sample_copy(tmp_path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The questions that are asked, each with its document. None has an answer."""
    calls: Asked = []

    def ask(
        self: Assistant, question: str, *, sources: Sequence[str], quotes: bool = False
    ) -> Answer:
        calls.append((sources[0], question))
        return Answer(question, "Nothing.")

    monkeypatch.setattr(Assistant, "ask", ask)
    return calls


def cells(file: Path) -> int:
    """How many cells a file keeps, of its rows and others."""
    record = json.loads(file.read_text("utf-8"))
    return len(record["answers"]) + len(record["unreached"])


def test_a_table_is_written_and_can_be_verified(folder: Path) -> None:
    found = table(folder, "--out", "t.html", "--source", "jaffar*", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert (told["documents"], told["questions"], told["said"]) == (1, 2, 1)
    page = (folder / "t.html").read_text("utf-8")
    assert "expanded their operational reach" in page
    assert "/corpus/jaffar-express-attack.txt#:~:text=" in page
    checked = run_here("verify", told["kept"], cwd=folder)
    assert checked.returncode == 0, checked.stdout


def test_what_a_run_does_not_reach_is_kept(
    folder: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert table(folder, "--out", "t.csv").returncode == 0
    whole = len(asked)
    assert cells(folder / "t.json") == whole > 4
    assert table(folder, "--out", "t.csv", "--source", "sourdough*").returncode == 0
    assert cells(folder / "t.json") == whole
    assert len((folder / "t.csv").read_text("utf-8").splitlines()) == 2
    assert len(asked) == whole

    def fail(*given: object, **named: object) -> None:
        raise CorpusError("The folder is gone.")

    monkeypatch.setattr(Assistant, "ask", fail)  # at its first question
    assert table(folder, "--out", "t.csv", "--ask-again").returncode == 1
    assert cells(folder / "t.json") == whole


def test_all_is_asked_again_where_that_is_wanted_or_settings_differ(
    folder: Path, asked: Asked
) -> None:
    table(folder, "--out", "t.csv")
    whole = len(asked)
    table(folder, "--out", "t.csv", "--ask-again")
    assert len(asked) == 2 * whole
    table(folder, "--out", "t.csv", ASKDOCS_MINIMUM_CONFIDENCE="0.6")
    assert len(asked) == 3 * whole


@pytest.mark.parametrize("out", ["t.xlsx", "t.json"])
def test_a_file_that_is_no_table_is_not_overwritten(folder: Path, asked: Asked, out: str) -> None:
    (folder / "t.json").write_text('{"mine": 1}')
    found = table(folder, "--out", out)
    assert found.returncode == 1
    assert "would be overwritten" in found.stderr
    assert (folder / "t.json").read_text() == '{"mine": 1}'
    assert not (folder / "t.xlsx").exists()
    assert asked == []


@pytest.mark.parametrize(
    ("out", "problem"),
    [
        ("none/t.csv", "There is no folder"),
        ("t.pdf", "should end in .csv, .xlsx, .html or .json"),
        ("folder.csv", "cannot be written"),
    ],
)
def test_where_nothing_can_be_written_nothing_is_asked(
    folder: Path, asked: Asked, out: str, problem: str
) -> None:
    (folder / "folder.csv").mkdir()
    found = table(folder, "--out", out)
    assert found.returncode == 1
    assert problem in found.stderr
    assert asked == []


@pytest.mark.parametrize(("questions", "out"), [("q.csv", "q.csv"), ("q.json", "q.html")])
def test_the_questions_are_not_overwritten(
    folder: Path, asked: Asked, questions: str, out: str
) -> None:
    (folder / questions).write_text(QUESTIONS)
    found = run_here("table", questions, "--out", out, cwd=folder)
    assert found.returncode == 1
    assert "has the questions" in found.stderr
    assert (folder / questions).read_text() == QUESTIONS
    assert asked == []


def test_the_folder_of_a_kept_table_has_to_be_writable(
    folder: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert table(folder, "--out", "t.json").returncode == 0
    asked.clear()

    def access(path: Path, mode: int) -> bool:
        return not path.is_dir()

    monkeypatch.setattr("askdocs.cli.table.os.access", access)
    found = table(folder, "--out", "t.json", "--ask-again")
    assert found.returncode == 1
    assert "cannot be written" in found.stderr
    assert asked == []

"""`askdocs check` and its route, with the shipped verifier."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import run_here

TRUE = "The lamp is lit half an hour before sunset."
ALTERED = (
    "He saw “insurgents moving freely and executing strategic attacks with little confidence”."
)


def askdocs(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return run_here(*arguments, cwd=folder, given=given)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_copy: Callable[[Path], Path]) -> Path:
    return sample_copy(tmp_path_factory.mktemp("check"))


def test_a_supported_draft_has_exit_status_0(folder: Path) -> None:
    found = askdocs(folder, "check", "-", given=TRUE)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == "1 of 1 statements are supported by the documents."


def test_a_draft_that_misquotes_ends_with_1_and_a_report(folder: Path) -> None:
    (folder / "draft.md").write_text(f"# Notes\n\n{TRUE} {ALTERED}\n", encoding="utf-8")
    found = askdocs(folder, "check", "draft.md", "--report", "report.html", "--json")
    assert found.returncode == 1, found.stderr
    told = json.loads(found.stdout)
    assert [each["wrong"] for each in told["statements"]] == [False, True]
    (quotation,) = told["statements"][1]["quotations"]
    assert not quotation["exact"]
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert 'class="wrong"' in report
    assert "file://" in report


def test_a_quotation_that_no_document_has_ends_with_1(folder: Path) -> None:
    given = f"{TRUE} The keeper wrote “nobody has ever thanked the oil supplier”.\n"
    found = askdocs(folder, "check", "-", given=given)
    assert found.returncode == 1, found.stderr
    assert "✗ The keeper wrote “nobody" in found.stdout
    assert "these words are not in your documents" in found.stdout
    assert "; 1 with a quotation that is not in the documents." in found.stdout
    assert "misquoted" not in found.stdout


def test_terms_and_scare_quotes_are_no_reason_to_fail(folder: Path) -> None:
    given = f"{TRUE} The “flummoxed zebra” of the ‘upper quibble’ was repainted.\n"
    found = askdocs(folder, "check", "-", "--json", given=given)
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["missing_quotations"] == 0
    assert told["statements"][1]["reason"] == "these words are not in your documents"


def test_an_unknown_name_in_standard_input_is_reported(folder: Path) -> None:
    given = f"{TRUE} The lamp was mended by Quentin Zwick.\n"
    found = askdocs(folder, "check", "-", "--json", given=given)
    first, second = json.loads(found.stdout)["statements"]
    assert first["not_found"] == []
    assert second["not_found"] == ["Quentin Zwick"]
    assert "(not found: Quentin Zwick)" in second["meaning"]


def test_statements_that_cannot_be_checked_are_reported(folder: Path) -> None:
    assert "The draft is empty" in askdocs(folder, "check", "-", given="  \n").stderr
    missing = askdocs(folder, "check", "no-such.txt")
    assert missing.returncode == 1
    assert "no-such.txt" in missing.stderr

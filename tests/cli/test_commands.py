from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from askdocs.cli.session import old_index_notes
from askdocs.config import load_config_with_notes
from tests.support.command_line import run_here
from tests.support.model_server import Script, serving
from tests.support.pseudo_terminal import running

ROOT = Path(__file__).parents[2]


def askdocs(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in this process, without the settings of its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ASKDOCS_")}
    return run_here(*arguments, cwd=cwd, environment={**clean, **environment})


def started(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "askdocs", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_copy: Callable[[Path], Path]) -> Path:
    """A folder with the sample corpus and its index."""
    return sample_copy(tmp_path_factory.mktemp("cli"))


def test_an_index_is_made_and_the_second_one_embeds_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "owls.txt").write_text("Owls hunt at night.\n")
    made = started("index", "--json", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["added"] == ["owls.txt"]
    found = json.loads(askdocs("index", "--json", cwd=folder).stdout)
    assert set(found) == {
        "added", "changed", "renamed", "removed", "unchanged", "failed", "passages", "embedded",
        "seconds",
    }  # fmt: skip
    assert (found["unchanged"], found["embedded"]) == (4, 0)


def test_a_note_names_the_index_that_a_folder_had_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    several = load_config_with_notes(environment={}, corpus=["corpus", "other"]).all
    (note,) = old_index_notes(several)
    assert "index already contains corpus" in note
    assert "--index index" in note


def test_ask_prints_the_answer_and_its_sources(folder: Path) -> None:
    found = askdocs("ask", "what did Zehri warn?", cwd=folder)
    assert found.returncode == 0
    joined = " ".join(found.stdout.split())
    assert "militant groups had expanded their operational reach across the province." in joined
    assert "[1] jaffar-express-attack.txt, line 3" in found.stdout


def test_ask_as_json_is_one_object_with_exact_quotes(folder: Path) -> None:
    found = askdocs("ask", "what did Zehri warn?", "--json", cwd=folder)
    answer = json.loads(found.stdout)
    assert {
        "question", "text", "answered", "confidence", "searched_for", "statements", "citations",
        "hits", "seconds",
    } <= set(answer)  # fmt: skip
    assert answer["answered"] is True
    text = (folder / "corpus" / "jaffar-express-attack.txt").read_text("utf-8")
    for citation in answer["citations"]:
        assert {"number", "source", "quote", "start", "end", "page", "heading", "line"} <= set(
            citation
        )
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    numbers = {number for each in answer["statements"] for number in each["citations"]}
    assert numbers == {citation["number"] for citation in answer["citations"]}


def test_a_question_the_documents_do_not_answer_is_no_error(folder: Path) -> None:
    found = askdocs("ask", "Who won the chess olympiad in Batumi?", cwd=folder)
    assert found.returncode == 0
    assert "do not seem to answer" in found.stdout or "Nothing in your documents" in found.stdout


def test_search_lists_passages(folder: Path) -> None:
    found = json.loads(askdocs("search", "fog horn", "--top-k", "2", "--json", cwd=folder).stdout)
    assert len(found["hits"]) == 2
    assert set(found["hits"][0]) == {"source", "start", "end", "text", "score"}
    assert "fog horn is started" in found["hits"][0]["text"]


def test_ask_searches_only_the_given_sources(folder: Path) -> None:
    found = askdocs("ask", "what did Zehri warn?", "--source", "*.md", "--json", cwd=folder)
    assert all(hit["source"].endswith(".md") for hit in json.loads(found.stdout)["hits"])
    nothing = askdocs("ask", "x", "--source", "none/*", cwd=folder)
    assert nothing.returncode == 1
    assert nothing.stderr.startswith("askdocs: No document matches none/*")


def test_chat_keeps_the_conversation(folder: Path) -> None:
    typed = "what did Zehri warn?\nwhen did he speak?\n\n"
    found = run_here("chat", cwd=folder, given=typed)
    assert found.returncode == 0
    assert "searched for: when did he speak?; when did he speak? zehri warn" in " ".join(
        found.stdout.split()
    )


def test_ask_indexes_first_when_there_is_no_index(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    found = askdocs("ask", "How many bicycles were lost in the first year?", "--json", cwd=tmp_path)
    assert "There is nothing in the index yet" in found.stderr
    assert "58 bicycles were lost" in json.loads(found.stdout)["text"]


def test_a_folder_that_is_named_is_not_answered_from_the_index_of_another(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "owls.txt").write_text("Owls hunt at night.\n")
    refused = askdocs("ask", "when do owls hunt?", "--corpus", str(tmp_path), cwd=folder)
    assert refused.returncode == 1
    assert "contains the documents of" in refused.stderr
    assert askdocs("ask", "what did Zehri warn?", "--corpus", "corpus", cwd=folder).returncode == 0
    away = askdocs("ask", "what did Zehri warn?", "--index", str(folder / "index"), cwd=tmp_path)
    assert away.returncode == 0


def test_status_shows_what_is_indexed(folder: Path) -> None:
    found = askdocs("status", cwd=folder)
    assert "documents 4" in found.stdout
    assert "jaffar-express-attack.txt" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("index", "--corpus", "nowhere"), "There is no folder nowhere"),
        (("ask", "   "), "The question is empty"),
        (("index", "--config", "none.toml"), "There is no settings file"),
        (("ask", "x", "--index", "corpus/sourdough-notes.md"), "cannot be created"),
    ],
)
def test_an_error_that_a_person_can_fix_is_one_line(
    folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    found = askdocs(*arguments, cwd=folder)
    assert found.returncode == 1
    assert told in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert found.stdout == ""


def test_other_settings_than_those_of_the_index_are_reported_with_both_values(folder: Path) -> None:
    found = askdocs("ask", "x y z", cwd=folder, ASKDOCS_PASSAGE_TOKENS="60")
    assert found.returncode == 1
    assert "passage_tokens = 100" in found.stderr
    assert "60" in found.stderr
    assert "askdocs index --rebuild" in found.stderr


@pytest.mark.parametrize(
    "arguments", [("index", "--nonsense"), ("ask",), ("search", "x", "--top-k", "0")]
)
def test_wrong_usage_is_status_2(folder: Path, arguments: tuple[str, ...]) -> None:
    assert askdocs(*arguments, cwd=folder).returncode == 2


def test_no_letter_is_too_foreign_for_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    text = "雪の灯台は一八七一年に建てられた → Skerry.\n"
    (tmp_path / "corpus" / "a.txt").write_text(text, encoding="utf-8")
    old = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    plain = run_here("search", "Skerry", cwd=tmp_path, environment=old, encoding="cp1252")
    assert plain.returncode == 0, plain.stderr
    assert "Skerry" in plain.stdout
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    found = run_here(
        "search", "Skerry", "--json", cwd=tmp_path, environment=ascii_only, encoding="ascii"
    )
    assert json.loads(found.stdout)["hits"][0]["text"] == text.strip()
    file = tmp_path / "out.txt"
    command = [sys.executable, "-m", "askdocs", "search", "Skerry", "--words"]
    with file.open("wb") as out:
        environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        environment.pop("PYTHONIOENCODING", None)
        subprocess.run(command, cwd=tmp_path, stdout=out, env=environment, check=True)
    assert "雪の灯台" in file.read_text(encoding="utf-8")


def test_a_found_settings_file_is_reported_and_gets_no_key(folder: Path, tmp_path: Path) -> None:
    question, key = "How much did the bicycle scheme cost to set up?", "sk-users-own"
    with serving(Script([["It cost 1.9 million pounds [1]."]])) as server:
        places = {"ASKDOCS_CORPUS": f"{folder / 'corpus'}", "ASKDOCS_INDEX": f"{folder / 'index'}"}
        (tmp_path / "askdocs.toml").write_text(f"llm = 'openai:m@{server.url}'\n")
        told = askdocs("ask", question, cwd=tmp_path, OPENAI_API_KEY=key, **places)
        assert told.returncode == 0, told.stderr
        assert set(server.script.keys) == {""}
        assert f"Settings are read from {tmp_path / 'askdocs.toml'}" in told.stderr
        assert "OPENAI_API_KEY is not sent" in told.stderr
        named = askdocs("ask", question, "--config", "askdocs.toml", cwd=tmp_path,
                        OPENAI_API_KEY=key, **places)  # fmt: skip
        assert named.stderr == ""
        assert set(server.script.keys) == {"", f"Bearer {key}"}
    (tmp_path / "askdocs.toml").write_text("llm = 'openai:m@https://192.0.2.1/v1'\n")
    told = askdocs("ask", question, cwd=tmp_path, OPENAI_API_KEY=key, **places)
    assert "ignored: llm = 'openai:m@https://192.0.2.1/v1'" in told.stderr
    assert "1.9 million" in told.stdout
    assert "cannot be used" not in told.stdout  # it was not even tried


def test_a_port_in_use_is_reported_before_anything_is_indexed(folder: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        options = ("--port", str(taken.getsockname()[1]), "--index", str(tmp_path / "index"))
        found = askdocs("serve", *options, cwd=folder)
    assert found.returncode == 1
    assert "is in use" in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    open_to_all = askdocs("serve", "--host", "0.0.0.0", cwd=folder)
    assert "a password is needed" in open_to_all.stderr


def test_a_password_is_typed_and_no_argument(folder: Path, tmp_path: Path) -> None:
    """Other users of a machine see the arguments of commands."""
    assert askdocs("serve", "--auth", "secret word", cwd=folder).returncode == 2
    options = ["--host", "0.0.0.0", "--port", "1", "--auth", "--index", str(tmp_path / "index")]
    with running(["serve", *options], folder) as terminal:
        terminal.wait_for("Password for the page:")
        terminal.type("a-short")
        shown = terminal.wait_for("at least 8 characters")
        assert "a-short" not in shown
    piped = run_here("serve", *options, cwd=folder, given="a-short\n")
    assert piped.returncode == 1
    assert "at least 8 characters" in piped.stderr


def test_a_very_long_question_is_answered(folder: Path) -> None:
    question = "what did Zehri warn? " * 480
    assert askdocs("ask", question, cwd=folder).returncode == 0

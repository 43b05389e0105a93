"""Answers of a language model in a terminal: as they come, stopped, broken off."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.answering.stream import Stream
from askdocs.cli import terminal
from askdocs.types import Answer, Citation, Passage, Progress, Statement
from tests.support.model_server import ModelServer, Script, serving
from tests.support.pseudo_terminal import running

QUESTION = "How much did the bicycle scheme cost to set up?"
TRUE = "The scheme cost 1.9 million pounds to set up [1]. "
FALSE = "It cost 7.5 million pounds to set up [1]. "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_copy: Callable[[Path], Path]) -> Path:
    return sample_copy(tmp_path_factory.mktemp("terminal"))


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with serving(Script()) as server:
        yield server


def askdocs(*arguments: str, model: ModelServer) -> list[str]:
    return [*arguments, "--llm", f"openai:small@{model.url}"]


@pytest.mark.parametrize("by_script", [False, True])
def test_a_conversation_continues_after_an_answer_was_stopped(
    folder: Path, model: ModelServer, by_script: bool
) -> None:
    model.script = stalling = Script([[TRUE, "And so "]], silent=True)
    with running(askdocs("chat", model=model), folder, by_script=by_script) as terminal:
        terminal.wait_for("›")
        terminal.type(QUESTION)
        terminal.wait_for("The scheme cost 1.9 million pounds to set up. [1]")
        assert not stalling.left.is_set()  # the model is still speaking
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for("… (stopped)")
        assert stalling.left.wait(120)

        model.script = Script([[TRUE, FALSE]])
        terminal.type("and how much a year?")
        shown = terminal.wait_for("(searched for: and how much a year?;")
        assert "to set up. [1] It cost 7.5 million pounds to set up. [1] (" in shown
        assert "[1] city-bicycle-report.txt, line" in shown
        assert "1 of 2 statements are supported by your documents." in shown
        terminal.wait_for("›")
        terminal.type("")
        assert terminal.process.wait(120) == 0


def test_an_interrupt_that_python_drops_stops_the_answer_all_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It drops what is raised while an object is finalised."""
    dropped: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", dropped.append)

    class Finalised:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def told() -> Generator[str, None, Answer]:
        yield "The scheme "
        Finalised()
        yield ""
        yield "cost too much."
        raise AssertionError("it was not stopped")

    assert terminal.show_stream(Stream(told)) is None
    assert len(dropped) == 1
    assert capsys.readouterr().out == "The scheme … (stopped)\n"
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_what_a_model_said_before_it_broke_off_is_followed_by_the_quotes(
    folder: Path, model: ModelServer
) -> None:
    model.script = Script([["The scheme cost 7 mill"]], breaks=True)
    with running(askdocs("ask", QUESTION, model=model), folder) as terminal:
        shown = terminal.wait_for("[1] city-bicycle-report.txt, line")
        assert terminal.process.wait(120) == 0
    said, told, quotes = (shown.index(each) for each in ("cost 7", "broke off", "1.9 million"))
    assert said < told < quotes
    assert "The scheme cost 7 … The language model gave no answer." in shown


def test_quotes_look_the_same_as_where_no_terminal_shows_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from askdocs.cli.terminal import show_answer

    with Assistant(Config(corpus=folder / "corpus", index=folder / "index")) as assistant:
        show_answer(assistant.ask(QUESTION))
    expected = capsys.readouterr().out.split()
    with running(["ask", QUESTION], folder) as terminal:
        shown = terminal.wait_for(" ".join(expected[-4:]))
    assert shown.split() == expected


def test_long_work_is_logged_from_time_to_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_SECONDS_BETWEEN_NOTES", 0.2)
    with terminal.showing_progress() as on_progress:
        for number in range(30):
            on_progress(Progress("load", number, 30, f"{number}.txt"))
            time.sleep(0.02)
    told = capsys.readouterr()
    assert told.out == ""
    assert ".txt" in told.err
    assert "\r" not in told.err


def test_quotes_are_shown_without_signs_of_markdown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = "- The **kettle** is [red](colours.md)."
    passage = Passage("1", "tea.md", quote, 0, len(quote), "Tea")
    citation = Citation(1, passage, quote, 0, len(quote))
    statement = Statement(quote, (citation,), "quoted")
    answer = Answer("which colour?", f"{quote} [1]", (statement,), (citation,), answered=True)

    def told() -> Generator[str, None, Answer]:
        yield answer.text
        return answer

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert terminal.show_stream(Stream(told), written=False) == answer
    assert capsys.readouterr().out == "The kettle is red. [1]\n\n[1] tea.md\n"

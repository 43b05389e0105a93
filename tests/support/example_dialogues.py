"""Prints docs/dialogues.md: real dialogues over the sample corpus, with and without a model.

    python -m tests.support.example_dialogues [quoted] [small] [told] [dead] > docs/dialogues.md
    python -m tests.support.example_dialogues --corpus FOLDER --index FOLDER --questions FILE

The second prints dialogues over other documents, without a model. FILE has one question a line,
and an empty line between dialogues.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from askdocs import Assistant, Config, Turn
from askdocs.cli.terminal import show_answer
from tests.conftest import ROOT
from tests.support.model_server import Script, serving
from tests.support.pseudo_terminal import running
from tests.support.small_model import small_model

DIALOGUES = (
    ("who claimed responsibility?", "and when?", "how many hostages did they take?"),
    ("what did Zehri warn?", "and when?", "where?", "what about the military?"),
    (
        "How much did the bicycle scheme cost to set up?",
        "and to run?",
        "how many were lost in the first year?",
        "what about the following twelve months?",
        "thanks!",
    ),
    ("When is the lamp lit?", "why?", "what if it fails?", "Who won the chess olympiad?"),
    ("How often is a starter fed?", "and in the refrigerator?", "why is my bread dense?"),
)
FOR_THE_SMALL_MODEL = (
    "How much did the bicycle scheme cost to set up?",
    "how many were lost in the first year?",
)
SCRIPTED = (
    (
        "How much did the bicycle scheme cost to set up?",
        "The scheme cost 1.9 million pounds to set up [1]. Running it costs 380,000 pounds a"
        " year [1]. ",
    ),
    (
        "and when did it open?",
        "It opened in April 2021 with 240 bicycles [1]. Everybody in the town was happy [2, 9]. ",
    ),
    ("why were bicycles lost?", "NOT IN THE PASSAGES"),
)
QUESTION = "How much did the bicycle scheme cost to set up?"
HALF = "The scheme cost 1.9 million pounds to set up [1]. Running it costs 380,000 "
INTRODUCTION = """\
# Dialogues

Made part by part by `python -m tests.support.example_dialogues`; by hand only the lines in
between. It is what a person asks over the sample corpus, and what the terminal shows.
"""
WITHOUT = """
## Without a model

Where answers are poor: "where?" in the second dialogue is answered by the sentences of the question
before, and "what about the military?" by more than was asked for. "why?" in the fourth is answered
by the sentence before, as if it said why: the handbook does not.
"""
SMALL = """
## With a small language model

SmolLM2 of 135 million parameters, which the tests use. It is too weak for this work: it repeats
the passages and answers beside the question. The lines in which it numbers them are judged too,
although they claim nothing.
"""
WRITTEN = """
## With a model that says what it is told to say

The test server answers well, then wrongly, then declines. The last shows the quotes instead. One
true sentence of the first answer is doubted, because it says "it": "Running the scheme costs …" is
supported.
"""
DYING = """
## When the model's server dies in the middle of an answer

The words that had come stay on the screen, and what follows says that they are not the answer.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", default=list(PARTS))
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--questions", type=Path)
    given = parser.parse_args()
    if not set(given.parts) <= set(PARTS):
        parser.error(f"the parts are {', '.join(PARTS)}")
    if given.questions:
        with Assistant(Config(corpus=given.corpus, index=given.index)) as assistant:
            for part in given.questions.read_text("utf-8").strip().split("\n\n"):
                print(block(asked(assistant, part.splitlines())))
        return
    with tempfile.TemporaryDirectory(prefix="askdocs-") as scratch:
        folder = Path(scratch)
        shutil.copytree(ROOT / "corpus", folder / "corpus")
        with model_of(folder, "none") as assistant:
            assistant.index()
        for part in given.parts:
            for paragraph in PARTS[part](folder):
                print(paragraph, flush=True)


def quoted(folder: Path) -> Iterator[str]:
    yield INTRODUCTION + WITHOUT
    with model_of(folder, "none") as assistant:
        for dialogue in DIALOGUES:
            yield block(asked(assistant, dialogue))


def small(folder: Path) -> Iterator[str]:
    yield SMALL
    with model_of(folder, f"gguf:{small_model()}") as assistant:
        yield block(asked(assistant, FOR_THE_SMALL_MODEL))


def told(folder: Path) -> Iterator[str]:
    yield WRITTEN
    yield block(written(folder))


def dead(folder: Path) -> Iterator[str]:
    yield DYING
    for happened, shown in dying(folder):
        yield f"{happened}\n\n{block(shown)}"


@contextlib.contextmanager
def model_of(folder: Path, llm: str) -> Iterator[Assistant]:
    """An assistant over the sample with a language model."""
    settings = Config(
        corpus=folder / "corpus", index=folder / "index", llm=llm, llm_context=1024, llm_seconds=300
    )
    with Assistant(settings) as assistant:
        yield assistant


def asked(
    assistant: Assistant,
    questions: Sequence[str],
    before: Callable[[str], object] = lambda question: None,
) -> str:
    """A conversation as the terminal shows it."""
    shown = io.StringIO()
    history: list[Turn] = []
    for question in questions:
        before(question)
        answer = assistant.ask(question, history=history)
        history.append(Turn(question, answer))
        with contextlib.redirect_stdout(shown):
            print(f"› {question}")
            show_answer(answer)
            print()
        print(question, file=sys.stderr)
    return shown.getvalue()


def written(folder: Path) -> str:
    """The conversation with a model that is told what to say."""
    replies = dict(SCRIPTED)
    with (
        serving(Script()) as server,
        model_of(folder, f"openai:told@{server.url}") as assistant,
    ):

        def instruct(question: str) -> None:
            server.script = Script([[replies[question]]])

        return asked(assistant, list(replies), instruct)


def dying(folder: Path) -> Iterator[tuple[str, str]]:
    """What happens, and what a real terminal shows then."""
    with serving(Script([[HALF]], silent=True, breaks=True)) as server:
        server_url, script = server.url, server.script
        with running(["chat", "--llm", f"openai:dying@{server_url}"], folder) as terminal:
            terminal.wait_for("›", plain=False)
            terminal.type(QUESTION)
            yield "The model writes.", terminal.wait_for("Running it costs", plain=False)
            script.released.set()  # and the server sends no end
            shown = terminal.wait_for("›", plain=False)
            yield "Its server dies.", shown.removesuffix("›")
            server.shutdown()
            server.server_close()
            terminal.type("and when did it open?")
            shown = terminal.wait_for("›", plain=False)
            yield "The talk goes on without it.", shown.removesuffix("›")
            terminal.type("")
            terminal.process.wait()


def block(shown: str) -> str:
    return f"```text\n{shown.replace(chr(13), '').strip()}\n```\n"


PARTS: dict[str, Callable[[Path], Iterator[str]]] = {
    "quoted": quoted,
    "small": small,
    "told": told,
    "dead": dead,
}

if __name__ == "__main__":
    main()

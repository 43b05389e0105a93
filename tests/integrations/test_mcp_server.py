"""The tools for assistants, asked by the SDK's own client over each transport."""

from __future__ import annotations

import json
import re
import shutil
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from askdocs import Assistant, Config, resources
from askdocs.index.lock import IndexLock
from askdocs.types import NOT_LEARNT, Answer, Check, CheckedStatement, Statement
from tests.support import polling
from tests.support.hash_embedding import HashEmbedding
from tests.support.page_server import running_server

if TYPE_CHECKING:
    from mcp import Client

ROOT = Path(__file__).parents[2]
QUESTION = "what did Zehri warn?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_copy: Callable[[Path], Path]) -> Path:
    return sample_copy(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[str]:
    """The address of `askdocs serve` over the sample corpus."""
    with running_server(folder / "corpus", folder / "index") as (address, _):
        yield address


def server_over(assistant: Assistant) -> Any:
    """The tools of an assistant. All of MCP is imported by the tests alone that need it."""
    from askdocs.integrations.mcp_server import build_server

    return build_server(assistant)


def asked(server: Any, talk: Callable[[Client], Awaitable[None]]) -> None:
    """Have a conversation with a server."""

    from mcp import Client

    async def run() -> None:
        async with Client(server) as client:
            await talk(client)

    with ThreadPoolExecutor(1) as thread:  # browser tests leave an event loop in this one
        thread.submit(anyio.run, run).result()


async def text_of(client: Client, tool: str, **arguments: object) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is None  # nothing is sent twice
    (content,) = result.content
    return ("error: " if result.is_error else "") + content.text  # type: ignore[union-attr]


def ids_in(told: str) -> list[str]:
    return re.findall(r"\(id: (.+?)\)$", told, re.MULTILINE)


def test_the_tools_are_described_as_reading_only(sample: Assistant) -> None:
    async def talk(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "fetch", "check"}
        for tool in tools.values():
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is True
            assert tool.description is not None
        assert "do not guess" in str(tools["ask"].description)

    asked(server_over(sample), talk)


def test_an_answer_has_exact_quotes_and_a_refusal_says_so(sample: Assistant) -> None:
    async def talk(client: Client) -> None:
        answer = await text_of(client, "ask", question=QUESTION)
        quotes = re.findall(r"“(.+?)” — jaffar-express-attack\.txt, line \d+ <file://", answer)
        assert quotes
        text = sample.document("jaffar-express-attack.txt").text
        assert all(quote in text for quote in quotes)
        found = json.loads(await text_of(client, "fetch", id=ids_in(answer)[0]))
        start, end = found["metadata"]["passage"]
        assert found["text"][start:end] == quotes[0]  # what stands around a quote can be read
        assert re.search(r"Chance that this answers: \d+%", answer)
        refusal = await text_of(client, "ask", question="who won the chess olympiad?")
        assert "“" not in refusal.split("Nearest")[0]
        assert sample.ask("who won the chess olympiad?").text in refusal
        nearest = ids_in(
            await text_of(client, "ask", question="how much does a ferry to Oslo cost?")
        )
        for each in nearest:
            assert "metadata" in await text_of(client, "fetch", id=each)

    asked(server_over(sample), talk)


def test_what_search_finds_can_be_fetched(sample: Assistant) -> None:
    from askdocs.integrations.mcp_server import FETCHED_CHARACTERS

    async def talk(client: Client) -> None:
        results = json.loads(await text_of(client, "search", query="fog horn"))["results"]
        assert {"id", "title", "url"} <= set(results[0])
        found = json.loads(await text_of(client, "fetch", id=results[0]["id"]))
        assert {"id", "title", "text", "url", "metadata"} == set(found)
        start, end = found["metadata"]["passage"]
        assert results[0]["text"] == found["text"][start:end]
        name = results[0]["id"].partition("#")[0]
        limited = await text_of(
            client, "search", query="fog horn, and what Zehri warned", sources=["jaffar*"]
        )
        assert {each["title"] for each in json.loads(limited)["results"]}
        assert name not in limited
        whole = json.loads(await text_of(client, "fetch", id=name))
        assert whole["text"] == sample.document(name).text[:FETCHED_CHARACTERS]
        missing = await text_of(client, "fetch", id="nothing.txt")
        assert "no document 'nothing.txt'" in missing
        assert "`search` returns" in missing

    asked(server_over(sample), talk)


def test_a_long_document_is_fetched_in_parts(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    text = " ".join(f"Line {n} of the ledger." for n in range(3000))
    (tmp_path / "corpus" / "ledger.txt").write_text(text)
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")

    async def talk(client: Client) -> None:
        parts, place = "", "ledger.txt"
        while place:
            part = json.loads(await text_of(client, "fetch", id=place))
            parts += part["text"]
            place = part["metadata"].get("next_id", "")
        assert parts == text

    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        asked(server_over(assistant), talk)


def test_what_an_assistant_wrote_can_be_checked(sample: Assistant) -> None:
    async def talk(client: Client) -> None:
        text = (
            "Zehri warned that “militant groups had expanded their commercial reach”. "
            "The lamp is lit half an hour before sunset."
        )
        told = await text_of(client, "check", text=text)
        assert "misquoted" in told
        assert "/corpus/jaffar-express-attack.txt#:~:text=" in told
        assert told.endswith(
            "of 2 statements are supported by the documents; 1 contradicted or misquoted."
        )
        found = json.loads(await text_of(client, "fetch", id=ids_in(told)[0]))
        start, end = found["metadata"]["passage"]
        assert f"“{' '.join(found['text'][start:end].split())}”" in told
        elsewhere = await text_of(client, "check", text=text, sources=["lighthouse*"])
        assert "jaffar-express-attack.txt" not in elsewhere

    asked(server_over(sample), talk)


def test_errors_say_what_to_do(sample: Assistant, tmp_path: Path) -> None:
    from askdocs.integrations.mcp_server import LONGEST_CHECKED

    async def talk(client: Client) -> None:
        assert (await text_of(client, "fetch", id="no-such.txt")).startswith("error: ")
        changed = "lighthouse-keepers-handbook.md#0-10.000000000000"
        assert "Search again" in await text_of(client, "fetch", id=changed)
        assert "error: " in await text_of(client, "ask", question="   ")
        assert "query is empty" in await text_of(client, "search", query=" ")
        assert "text is empty" in await text_of(client, "check", text="")
        for place in ("99999999", "chapter 2", "-5", "9" * 5000):
            beyond = await text_of(client, "fetch", id=f"lighthouse-keepers-handbook.md#{place}")
            assert "`next_id`" in beyond, place
        for tool, argument in (("ask", "question"), ("search", "query"), ("check", "text")):
            elsewhere = await text_of(
                client, tool, **{argument: QUESTION, "sources": ["none/*.pdf"]}
            )
            assert "No document matches" in elsewhere, tool
            assert "`search` returns" in elsewhere, tool
        long = await text_of(client, "check", text="x" * (LONGEST_CHECKED + 1))
        assert "in parts" in long

    asked(server_over(sample), talk)


def test_over_an_empty_folder_nothing_is_called_unsupported(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")

    async def talk(client: Client) -> None:
        for tool, argument in (("search", "query"), ("check", "text")):
            told = await text_of(client, tool, **{argument: "It was signed in 1999."})
            assert told.startswith("error: "), tool
            assert "Tell the user" in told
        assert "no documents yet" in await text_of(client, "ask", question=QUESTION)

    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        asked(server_over(assistant), talk)


def test_an_index_that_another_process_holds_is_for_the_user_to_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_LOCK_SECONDS", 0.1)
    (tmp_path / "corpus").mkdir()
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
    holder = IndexLock(config.index)
    holder.acquire(wait=1, doing="counting sheep")

    async def talk(client: Client) -> None:
        calls = {"ask": "question", "search": "query", "fetch": "id", "check": "text"}
        for tool, argument in calls.items():
            told = await text_of(client, tool, **{argument: "It is high."})
            assert told.startswith("error: "), tool
            assert "(counting sheep)" in told
            assert "tell the user" in told
            assert "`search` returns" not in told  # other ids would not help

    with Assistant(config, embedder=HashEmbedding()) as assistant:
        try:
            asked(server_over(assistant), talk)
        finally:
            holder.release()


def test_questions_are_answered_while_checks_wait_for_each_other() -> None:
    """Two checks run, a third waits for them; an ask does not."""
    from askdocs.integrations.mcp_server import CHECKS_AT_ONCE

    begun, goes_on = threading.Semaphore(0), threading.Event()

    class Busy:
        checks = 0

        def check(self, text: str, **options: Any) -> Check:
            self.checks += 1
            begun.release()
            assert goes_on.wait(polling.PATIENCE)
            return Check((CheckedStatement(text, 0, len(text), "supported"),), ())

        def ask(self, question: str, **options: Any) -> Answer:
            return Answer(question, "It is blue.", (Statement("It is blue.", (), "supported"),))

        def status(self) -> Any:
            return SimpleNamespace(documents=[1])

    library = Busy()

    async def talk(client: Client) -> None:
        async with anyio.create_task_group() as group:
            for number in range(CHECKS_AT_ONCE + 1):
                group.start_soon(check, client, f"Cup {number} is blue.")
            for _ in range(CHECKS_AT_ONCE):
                assert await anyio.to_thread.run_sync(begun.acquire, True, polling.PATIENCE)
            assert "It is blue." in await text_of(client, "ask", question="Which colour?")
            assert library.checks == CHECKS_AT_ONCE
            goes_on.set()
        assert library.checks == CHECKS_AT_ONCE + 1

    async def check(client: Client, text: str) -> None:
        assert "1 of 1 statements" in await text_of(client, "check", text=text)

    try:
        asked(server_over(library), talk)  # type: ignore[arg-type]
    finally:
        goes_on.set()


async def do_the_job(client: Client, link: str) -> None:
    """What an assistant does with a question: it asks, looks around, reads, and checks its text.

    Args:
        client: The client.
        link: What a link of a citation begins with.
    """
    answer = await text_of(client, "ask", question=QUESTION)
    quote = re.findall(r"“(.+?)” — jaffar-express-attack\.txt, line \d+ <(\S+)>", answer)
    words, address = quote[0]
    assert "expanded their operational reach" in words
    assert address.startswith(link)
    results = json.loads(await text_of(client, "search", query=QUESTION, sources=["jaffar*"]))
    assert {each["title"] for each in results["results"]}
    fetched = json.loads(await text_of(client, "fetch", id=ids_in(answer)[0]))
    start, end = fetched["metadata"]["passage"]
    assert fetched["text"][start:end] == words
    exact = f"It is reported that “{words}”"
    altered = exact.replace("operational", "commercial")
    assert await text_of(client, "check", text=exact) == (
        "1 of 1 statements are supported by the documents."
    )
    corrected = await text_of(client, "check", text=altered)
    assert "misquoted" in corrected
    assert f"<{link}" in corrected


def test_the_whole_job_over_standard_input_and_output(tmp_path: Path) -> None:
    from mcp import StdioServerParameters

    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    arguments = ["-m", "askdocs", "mcp", "--corpus", "corpus", "--index", "index"]
    parameters = StdioServerParameters(
        command=sys.executable, args=arguments, cwd=str(tmp_path), env={"PATH": ""}
    )

    async def talk(client: Client) -> None:
        with anyio.fail_after(240):
            while "expanded their operational reach" not in await text_of(
                client, "ask", question=QUESTION
            ):
                await anyio.sleep(1)  # the folder is still being indexed
            place = (tmp_path / "corpus" / "jaffar-express-attack.txt").as_uri()
            await do_the_job(client, f"{place}#:~:text=")

    asked(parameters, talk)


def test_a_doubtful_statement_of_an_answer_has_the_same_words_as_on_the_page() -> None:
    from askdocs.integrations.mcp_server import _Tools

    statements = (
        Statement("The cup is red.", (), "unsupported", reason="the source says otherwise"),
        Statement("It is old.", (), "unchecked"),
        Statement("The cup", (), "no_claim"),
        Statement("It is blue.", (), "supported"),
        Statement("Sie ist rot.", (), "unchecked", reason=NOT_LEARNT),
    )

    class Answering:
        def ask(self, question: str, **options: Any) -> Answer:
            return Answer(question, "", statements, answered=True, kind="prose")

        def status(self) -> Any:
            return SimpleNamespace(documents=[1])

    tools = _Tools(Answering())  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as thread:  # a test of the page may have left a loop in this one
        text = thread.submit(anyio.run, tools.ask, "Which colour?").result()
    assert [line.strip() for line in text.splitlines()[:5]] == [
        "The cup is red.  (not supported by your documents: the source says otherwise)",
        "It is old.  (not checked)",
        "The cup",
        "It is blue.",
        "Sie ist rot.  †",
    ]
    assert f"1 statement (†) was not checked: {NOT_LEARNT}." in text


def test_the_whole_job_on_the_server_of_the_page(page: str) -> None:
    async def talk(client: Client) -> None:
        await do_the_job(client, f"{page}/#source=jaffar-express-attack.txt&mark=")

    asked(f"{page}/mcp", talk)


CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPTED = {"Accept": "application/json, text/event-stream"}


def test_other_pages_cannot_use_it(page: str) -> None:
    other = {**ACCEPTED, "Origin": "https://evil.example"}
    assert polling.post(f"{page}/mcp", json=CALL, headers=other).status_code == 403
    named = {**ACCEPTED, "Host": "evil.example"}
    assert polling.post(f"{page}/mcp", json=CALL, headers=named).status_code == 400


def test_it_needs_the_password_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with running_server(
        tmp_path / "corpus", tmp_path / "index", ASKDOCS_PASSWORD="long enough"
    ) as (address, _):
        assert polling.post(f"{address}/mcp", json=CALL, headers=ACCEPTED).status_code == 401
        key = {**ACCEPTED, "Authorization": "Bearer long enough"}
        assert polling.post(f"{address}/mcp", json=CALL, headers=key).status_code < 401

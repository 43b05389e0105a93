"""Checking drafts and filling tables over HTTP: what the page's views are told, line by line."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from askdocs.app.api.check import CHECKS_AT_ONCE, LINES, add_check, lines_of
from askdocs.app.api.quote_table import add_tables
from askdocs.app.background_tasks import Background
from askdocs.assistant import Assistant
from askdocs.errors import AskdocsError
from askdocs.output.text_anchor import parse_anchor
from tests.support.polling import PATIENCE

DRAFT = 'Zehri warned that "militant groups had expanded their operational reach". It is so.'
QUESTIONS = ["what did Zehri warn?", "How is sourdough starter fed?"]


@pytest.fixture
def client(sample: Assistant, tmp_path: Path) -> Iterator[TestClient]:
    routes, background = FastAPI(), Background()
    add_check(routes, sample, background)
    add_tables(routes, sample, background, tmp_path / "tables")
    yield TestClient(routes)
    background.end()


def lines(client: TestClient, address: str, values: object) -> list[dict[str, Any]]:
    answer = client.post(address, json=values, headers={"Accept": LINES})
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_check_reports_its_progress_and_locations(client: TestClient, sample: Assistant) -> None:
    *progress, last = lines(client, "/check", {"text": DRAFT})
    assert [each["done"] for each in progress] == list(range(1, progress[-1]["total"] + 1))
    check = last["check"]
    cited = check["citations"][0]
    mark = parse_anchor(cited["mark"])
    assert mark is not None
    assert mark.matches(sample.document(cited["source"]).text)
    assert check["statements"][0]["quotations"][0]["exact"]
    assert check["statements"][0]["meaning"]
    assert client.post("/check", json={"text": DRAFT}).json() == check


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("draft.html", b"<p>The lamp is new.</p><script>x</script>", "The lamp is new."),
        ("../a/Entwurf.md", "Ein Entwurf, größer.".encode("cp1252"), "Ein Entwurf, größer."),
    ],
)
def test_a_dropped_file_becomes_the_draft(
    client: TestClient, name: str, content: bytes, text: str
) -> None:
    answer = client.put("/draft", params={"name": name}, content=content)
    assert answer.json() == {"text": text, "cut": False}


def test_a_dropped_file_that_cannot_be_read_says_why(client: TestClient) -> None:
    answer = client.put("/draft", params={"name": "a.docx"}, content=b"\x00\x01" * 40)
    assert answer.status_code == 422
    assert "cannot be read: the file is damaged" in answer.json()["problem"]


def test_a_table_is_sent_row_by_row_stored_and_written(
    client: TestClient, sample: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rows = lines(client, "/table", {"questions": [*QUESTIONS, QUESTIONS[0]]})
    assert first["questions"] == QUESTIONS
    assert [row["done"] for row in rows] == list(range(1, first["total"] + 1))
    cells = {row["row"]["source"]: row["row"]["cells"] for row in rows}
    said = cells["jaffar-express-attack.txt"][0]
    assert said["state"] == "said"
    for quote in said["quotes"]:
        mark = parse_anchor(quote["mark"])
        assert mark is not None
        assert mark.matches(sample.document("jaffar-express-attack.txt").text)

    def ask(*given: object, **named: object) -> None:
        raise AssertionError("it is known already")

    monkeypatch.setattr(sample, "ask", ask)
    some = {"questions": QUESTIONS[:1], "sources": ["jaffar-express-attack.txt"]}
    assert lines(client, "/table", some)[1]["row"]["cells"] == [said]

    file = client.get(f"/table/{first['table']}.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["document", *QUESTIONS]
    linked = [row[1].hyperlink.target for row in sheet.iter_rows(min_row=2) if row[1].hyperlink]
    assert linked[0].startswith("http://testserver/#source=")
    for kind in ("csv", "html", "json"):
        answer = client.get(f"/table/{first['table']}.{kind}")
        assert "what did Zehri warn?" in answer.text
        assert "attachment" in answer.headers["content-disposition"]

    address = f"/table/{first['table']}"
    rows = list(csv.reader(io.StringIO(client.get(f"{address}.csv?language=de").text)))
    assert rows[0][0].lstrip("\ufeff") == "Dokument"
    assert "nicht gesagt" in {cell for row in rows for cell in row}
    assert any("Zeile" in cell for row in rows[1:] for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}.xlsx?language=ur").content))
    assert book["اقتباسات کا جدول"].sheet_view.rightToLeft
    page = client.get(f"{address}.html?language=ur").text
    assert "<html lang='ur' dir='rtl'>" in page
    assert "not said" not in page.partition("<script")[0]
    assert "<html lang='en'" in client.get(f"{address}.html?language=xx").text


@pytest.mark.parametrize("name", ["0123456789ab.csv", "..%2Fa.json", "x.exe"])
def test_a_table_that_is_not_there_is_none(client: TestClient, name: str) -> None:
    assert client.get(f"/table/{name}").status_code == 404


@pytest.mark.parametrize("values", [{"questions": []}, {"questions": ["a?"], "sources": ["no"]}])
def test_a_table_of_nothing_is_refused(client: TestClient, values: dict[str, Any]) -> None:
    assert client.post("/table", json=values).status_code == 422


def test_a_failure_is_reported_and_frees_its_place() -> None:
    def work(tell: object) -> None:
        raise AskdocsError("The disk is full.")

    routes, ended = FastAPI(), threading.Event()
    routes.get("/")(lambda: lines_of(Background(), work, "test", done=ended.set))
    assert TestClient(routes).get("/").json() == {"problem": "The disk is full."}
    assert ended.wait(PATIENCE)


def test_who_leaves_before_the_first_line_leaves_the_place_to_others() -> None:
    """The client has gone when the answer is to begin; what has begun all the same ends."""
    released: list[int] = []
    ended = threading.Event()

    def done() -> None:
        released.append(1)
        ended.set()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        """Nobody hears it."""

    async def leave() -> None:
        answer = lines_of(Background(), print, "test", done=done)
        await answer({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)

    with ThreadPoolExecutor(1) as threads:  # browser tests keep a loop in this one
        threads.submit(asyncio.run, leave()).result()
    assert ended.wait(PATIENCE)
    assert released == [1]


def test_more_checks_than_can_be_done_are_refused(
    client: TestClient, sample: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, begun = threading.Event(), threading.Semaphore(0)

    def check(*given: object, **named: object) -> None:
        begun.release()
        goes_on.wait(PATIENCE)
        raise AskdocsError("enough")

    monkeypatch.setattr(sample, "check", check)
    send = lambda: lines(client, "/check", {"text": DRAFT})  # noqa: E731
    threads = [threading.Thread(target=send) for _ in range(CHECKS_AT_ONCE)]
    for thread in threads:
        thread.start()
        assert begun.acquire(timeout=PATIENCE)
    answer = client.post("/check", json={"text": DRAFT}, headers={"Accept": LINES})
    plain = client.post("/check", json={"text": DRAFT})
    goes_on.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert answer.status_code == plain.status_code == 503
    assert "Try again" in answer.json()["problem"]

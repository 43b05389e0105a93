"""The guarded reading of files: limits, crashes, bombs, threads."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from askdocs.documents.loaders import LoadError, TransientLoadError, load
from askdocs.documents.loaders.errors import ResourceLimitError
from askdocs.documents.loaders.sandbox import client, process
from askdocs.documents.loaders.sandbox.client import Worker, load_guarded, read_file
from askdocs.documents.loaders.shared.builder import normalise
from askdocs.documents.loaders.shared.page_progress import listening
from askdocs.documents.passages import split
from askdocs.types import Anchor, Document
from tests.support.polling import wait_for

ENOUGH = 300.0  # seconds


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def process_id(worker: Worker) -> int:
    assert worker._child is not None
    return worker._child.process.pid


def read(
    worker: Worker, path: Path, source: str, *, seconds: float = ENOUGH, megabytes: int = 1000
) -> list[Document]:
    found = worker.read(path, source, seconds=seconds, megabytes=megabytes)
    return [each.document for each in found]


def make_docx(path: Path, text: str = "All is well.") -> Path:
    document = docx.Document()
    document.add_heading("Part", level=1)
    document.add_paragraph(text)
    document.save(str(path))
    return path


def test_what_comes_back_is_what_load_gives(tmp_path: Path) -> None:
    for name in ("a.docx", "a b'\"😀 שלום.docx"):
        path = make_docx(tmp_path / name, "Zażółć 漢字 😀")
        guarded = load_guarded(path, f"x/{name}", seconds=ENOUGH, megabytes=1000)
        assert guarded == load(path, f"x/{name}")


def test_reasons_come_back(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(LoadError, match="damaged or incomplete"):
        load_guarded(tmp_path / "a.docx", "a.docx", seconds=ENOUGH, megabytes=1000)


def test_a_file_that_takes_too_long_costs_only_itself(worker: Worker, tmp_path: Path) -> None:
    good = make_docx(tmp_path / "good.docx")
    assert read(worker, good, "good.docx", megabytes=1000)
    (tmp_path / "long.csv").write_text("number,word\n" + "1,one\n" * 300_000)
    with pytest.raises(LoadError, match=r"longer than 0\.05 seconds"):
        read(worker, tmp_path / "long.csv", "long.csv", seconds=0.05)
    assert read(worker, good, "good.docx", megabytes=1000)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
def test_a_file_that_takes_too_much_memory_costs_only_itself(
    worker: Worker, tmp_path: Path
) -> None:
    good = make_docx(tmp_path / "good.docx")
    large = tmp_path / "large.csv"
    large.write_text("one,two\n" * 4_000_000)
    with pytest.raises(LoadError, match=r"too much memory"):
        read(worker, large, "large.csv", megabytes=10)
    assert read(worker, good, "good.docx", megabytes=1000)


def test_a_text_too_large_for_the_memory_is_refused(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes in parts, and no more of them is kept than the memory allows."""
    monkeypatch.setattr(client, "_TEXT_SHARE", 10_000)
    (tmp_path / "a.txt").write_text("words " * 30_000)
    with pytest.raises(ResourceLimitError, match="too large: more than 0 million"):
        read(worker, tmp_path / "a.txt", "a.txt", megabytes=1000)
    assert read(worker, tmp_path / "a.txt", "a.txt", megabytes=2000)


def test_a_process_that_cannot_be_started_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, good = Worker(), make_docx(tmp_path / "good.docx")
    with monkeypatch.context() as full:
        full.setattr("tempfile.tempdir", str(tmp_path / "gone"))
        with pytest.raises(TransientLoadError, match="cannot be started: No such file"):
            read(worker, good, "good.docx", megabytes=1000)
    assert read(worker, good, "good.docx", megabytes=1000)
    worker.close()


def test_a_crash_costs_only_the_file(worker: Worker, tmp_path: Path) -> None:
    good = make_docx(tmp_path / "good.docx")
    assert read(worker, good, "good.docx", megabytes=1000)
    first = process_id(worker)
    assert worker._child is not None
    worker._child.process.kill()
    worker._child.process.wait()
    assert read(worker, good, "good.docx", megabytes=1000)
    assert process_id(worker) != first


def test_the_process_is_used_again(worker: Worker, tmp_path: Path) -> None:
    good = make_docx(tmp_path / "good.docx")
    read(worker, good, "good.docx", megabytes=1000)
    first = process_id(worker)
    read(worker, good, "good.docx", megabytes=1000)
    assert process_id(worker) == first


def test_threads_get_their_own_files(worker: Worker, tmp_path: Path) -> None:
    found: dict[int, str] = {}

    def read_one(number: int) -> None:
        path = make_docx(tmp_path / f"{number}.docx", f"This is file {number}.")
        found[number] = read(worker, path, path.name, megabytes=1000)[0].text

    threads = [threading.Thread(target=read_one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"Part\n\nThis is file {number}." for number in range(6)}


def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    path = make_docx(tmp_path / "good.docx")
    script = (
        "import os, sys; from pathlib import Path;"
        "from askdocs.documents.loaders.sandbox import client;"
        "client.load_guarded(Path(sys.argv[1]), 'a.docx', seconds=60, megabytes=1000);"
        "print(client._readers._idle.queue[-1]._child.process.pid, flush=True); os._exit(1)"
    )
    source = str(Path(load.__code__.co_filename).parents[3])
    environment = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, env=environment
    )
    child = int(done.stdout)
    wait_for(lambda: is_running(child), False)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_the_import_is_light() -> None:
    script = (
        "import sys; from askdocs.documents.loaders.sandbox import client, process;"
        "heavy = {'torch', 'llama_index', 'chromadb', 'gradio', 'numpy', 'pypdfium2'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    source = str(Path(load.__code__.co_filename).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert done.stdout.strip() == "[]"


def text_or_reason(worker: Worker, path: Path) -> tuple[str, str]:
    """The text of a file, or why there is none. Any other error is a fault."""
    try:
        document = read(worker, path, path.name, megabytes=1000)[0]
    except LoadError as error:
        return "", str(error)
    assert normalise(document.text) == document.text
    return document.text, ""


def bomb(path: Path, part: str, size: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        with archive.open(part, "w") as file:
            for _ in range(size // 1_000_000):
                file.write(bytes(1_000_000))
    return path


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("a.docx", "word/document.xml"),
        ("a.pptx", "ppt/presentation.xml"),
        ("a.xlsx", "xl/workbook.xml"),
        ("a.odt", "content.xml"),
        ("a.epub", "META-INF/container.xml"),
    ],
)
def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path, name: str, part: str) -> None:
    path = bomb(tmp_path / name, part, 30_000_000)
    with pytest.raises(LoadError, match="unpacks"):
        load(path, name)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">'
    '<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&c;&f;</a>'
)


@pytest.mark.parametrize("name", ["a.xml", "a.docx"])
def test_entities_are_not_expanded(tmp_path: Path, name: str) -> None:
    if name == "a.xml":
        (tmp_path / name).write_text(LAUGHS)
    else:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("word/document.xml", LAUGHS)
    with pytest.raises(LoadError, match="XML entities"):
        load(tmp_path / name, name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[" * 100_000),
        ("a.xml", "<a>" * 100_000 + "deep" + "</a>" * 100_000),
        ("a.html", "<div>" * 5_000 + "deep"),
        ("a.html", "<ul><li>" * 5_000 + "deep"),
        ("a.rtf", "{\\rtf1 " + "{" * 50_000 + "deep"),
        ("a.html", "<table><tr><td>" * 500 + "deep"),
        ("a.md", "> " * 50_000 + "deep\n" + "#" * 50_000),
        ("a.csv", '"' * 50_001 + ",\n" * 1000),
        ("a.eml", "Subject: a\n" + "X: y\n" * 20_000 + "\ndeep"),
    ],
)
def test_what_is_nested_deeply_neither_hangs_nor_crashes(
    worker: Worker, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    text, reason = text_or_reason(worker, tmp_path / name)
    assert "deep" in text or "nested" in reason or name == "a.csv"
    assert "longer" not in reason
    assert "crashed" not in reason


def small_pdf() -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data)
    canvas.drawString(60, 600, "Some words on a page.")
    canvas.save()
    return data.getvalue()


def small_office(kind: str) -> bytes:
    data = io.BytesIO()
    if kind == "docx":
        document = docx.Document()
        document.add_paragraph("Some words.")
        document.save(data)
    else:
        book = openpyxl.Workbook()
        book.active.append(["Some", "words"])
        book.save(data)
    return data.getvalue()


GOOD = {"a.pdf": small_pdf(), "a.docx": small_office("docx"), "a.xlsx": small_office("xlsx")}


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 10**6), st.binary(max_size=8), st.booleans())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_damaged_files_give_documents_or_a_reason(
    worker: Worker, tmp_path: Path, name: str, position: int, noise: bytes, cut: bool
) -> None:
    data = GOOD[name]
    position %= len(data)
    rest = b"" if cut else data[position + len(noise) :]
    path = tmp_path / name
    path.write_bytes(data[:position] + noise + rest)
    text, reason = text_or_reason(worker, path)
    assert bool(text) != bool(reason)
    assert "longer" not in reason
    assert "\n" not in reason


def test_a_file_comes_back_with_the_passages_that_splitting_it_gives(tmp_path: Path) -> None:
    anchors = "# One\n\n" + "It is so. " * 300 + "\n\n## Two\n\n" + "Zażółć 漢字 😀 it is. " * 200
    (tmp_path / "a.md").write_text(anchors)
    (found,) = read_file(tmp_path / "a.md", "a.md", tokens=60, seconds=ENOUGH)
    (document,) = load(tmp_path / "a.md", "a.md")
    assert found.document == document
    assert found.passages == split(document, tokens=60)
    assert len(found.passages) > 20


def test_a_long_document_comes_back_whole(worker: Worker, tmp_path: Path) -> None:
    text = "".join(f"Line {number} says so.\n" for number in range(60_000))
    (tmp_path / "a.txt").write_text(text)
    (document,) = read(worker, tmp_path / "a.txt", "a.txt")
    assert document.text == text.strip()
    assert document.anchors == (Anchor(0, line=1),)


HOSTILE_LINE = "`` `code` and ``"


def test_a_hostile_line_is_split_under_the_limits(tmp_path: Path) -> None:
    """One line of 4 MB took half an hour of the process that answers questions."""
    (tmp_path / "a.txt").write_text(HOSTILE_LINE * 250_000)
    began = time.process_time()
    (found,) = read_file(tmp_path / "a.txt", "a.txt", tokens=100, seconds=100)
    assert len(found.passages) > 5_000
    assert time.process_time() - began < 60  # here: the rest is the child's


def test_waiting_costs_nothing_of_the_limit(worker: Worker, tmp_path: Path) -> None:
    """A busy machine is not the file's fault: the limit counts what the process computes."""
    good = make_docx(tmp_path / "good.docx")
    read(worker, good, "good.docx")
    assert worker._child is not None
    child = worker._child.process.pid
    pauses = threading.Thread(target=pause, args=(child, 3.0))
    pauses.start()
    assert read(worker, good, "good.docx", seconds=1.5)
    pauses.join()


def pause(process: int, seconds: float) -> None:
    os.kill(process, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(process, signal.SIGCONT)


def test_a_file_is_cancelled_only_with_the_thread_that_reads_it(tmp_path: Path) -> None:
    """Another folder may be read at the same time."""
    slow = tmp_path / "slow.txt"
    slow.write_text(HOSTILE_LINE * 1_000_000)
    worker = Worker()
    told: list[str] = []

    def read_slow() -> None:
        with pytest.raises(LoadError) as raised:
            worker.read(slow, "slow.txt", seconds=ENOUGH, megabytes=2000)
        told.append(str(raised.value))

    thread = threading.Thread(target=read_slow)
    thread.start()
    try:
        wait_for(lambda: bool(worker._reader and worker._child), True)
        worker.interrupt([threading.get_ident()])
        assert not worker._interrupted
    finally:
        while thread.is_alive():
            worker.interrupt([thread.ident or 0])
            thread.join(0.1)
        worker.close()
    assert told == ["reading it was cancelled"]


def test_a_file_that_is_cancelled_too_late_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed after its answer, and the system has not noticed yet."""
    path = tmp_path / "owls.txt"
    path.write_text("Owls hunt at night.")
    worker = Worker()
    answers = client._read_answers

    def answers_and_kill(process: Any) -> Iterator[dict[str, Any]]:
        for answer in answers(process):
            if "done" in answer:
                worker.interrupt([threading.get_ident()])
                monkeypatch.setattr(process, "poll", lambda: None)
            yield answer

    with monkeypatch.context() as patch:
        patch.setattr(client, "_read_answers", answers_and_kill)
        assert worker.read(path, "owls.txt", seconds=ENOUGH, megabytes=2000)
    assert worker.read(path, "owls.txt", seconds=ENOUGH, megabytes=2000)
    worker.close()


def test_two_files_are_read_side_by_side(tmp_path: Path) -> None:
    slow = tmp_path / "slow.txt"
    slow.write_text(HOSTILE_LINE * 1_000_000)
    ended: list[str] = []

    def read_slow() -> None:
        with pytest.raises(LoadError, match="cancelled"):
            read_file(slow, "slow.txt", tokens=100, seconds=ENOUGH)
        ended.append("slow")

    thread = threading.Thread(target=read_slow)
    thread.start()
    wait_for(lambda: any(each._reader and each._child for each in client._readers._workers), True)
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("Owls hunt at night.")
        assert read_file(tmp_path / f"{number}.txt", "a.txt", tokens=100, seconds=ENOUGH)
    ended.append("quick")
    while thread.is_alive():
        client.stop_reading()
        thread.join(0.1)
    assert ended == ["quick", "slow"]


def test_a_bomb_in_the_part_that_names_the_format_is_not_unpacked(tmp_path: Path) -> None:
    """A part of 300 MB that takes 300 kB; reading it whole took its size in memory, and seconds."""
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("mimetype", "w") as part:
            for _ in range(300):
                part.write(bytes(1_000_000))
        archive.writestr("content.xml", "<a/>")
    tracemalloc.start()
    try:
        with pytest.raises(LoadError, match="archive"):
            load(path, "a.odt")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_pages_of_a_long_file_are_reported_while_it_is_read(tmp_path: Path) -> None:
    """A loader reports each page, and the process some of them."""
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path))
    for number in range(5):
        canvas.drawString(72, 700, f"Page {number} is about lamps.")
        canvas.showPage()
    canvas.save()
    reported: list[tuple[int, int]] = []
    with listening(lambda done, total: reported.append((done, total))):
        load(path, "a.pdf")
    assert reported == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_the_process_writes_pages_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.1, 0.5, 0.6, 1.0])
    monkeypatch.setattr(process.time, "monotonic", lambda: next(clock))
    written = io.BytesIO()
    report = process._PageLines(written)
    for done in range(1, 5):
        report(done, 4)
    assert written.getvalue() == b'{"pages": [2, 4]}\n{"pages": [4, 4]}\n'


def test_lines_with_pages_are_handed_on_and_checked() -> None:
    reported: list[tuple[int, int]] = []
    answer = client._AnswerParser(1000, lambda done, total: reported.append((done, total)))
    odd = [math.inf, math.inf], [1e300, 1e300], ["1_0", "2_0"], [True, True], ["many", 3]
    for pages in ([120, 431], [500, 431], [-1, 3], *odd):
        assert not answer.take({"pages": pages})
    assert reported == [(120, 431)]


def test_an_answer_nested_deeply_costs_only_the_file(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("All is well.")
    worker._started()
    with monkeypatch.context() as patch:
        patch.setattr(client, "_read_answers", lambda _: map(json.loads, ["[" * 100_000]))
        with pytest.raises(ResourceLimitError):
            read(worker, tmp_path / "a.txt", "a.txt", megabytes=1000)
    assert read(worker, tmp_path / "a.txt", "a.txt", megabytes=1000)

"""Children import nothing from the folder that the user stands in, and see little of the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from askdocs.__main__ import drop_current_folder
from askdocs.system import processes
from tests.support.polling import PATIENCE, free_port, wait_for

MODULES = ("json", "numpy", "queue", "random", "pypdfium2", "chromadb", "askdocs/__init__")
COMMAND = (sys.executable, "-P", "-c", "from askdocs.cli.commands import main; main()")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with documents and with modules that leave a mark when they are imported."""
    folder = tmp_path / "leak"
    for module in MODULES:
        file = folder / f"{module}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        mark = str(tmp_path / f"ran-{module.replace('/', '.')}")
        file.write_text(f"open({mark!r}, 'w').write('ran')\nraise ImportError\n")
    # Chroma reads a .env of the current folder; this one sends what it does to another server, and
    # has a value that Chroma refuses.
    (folder / ".env").write_text(
        "CHROMA_OTEL_GRANULARITY=all\nCHROMA_OTEL_COLLECTION_ENDPOINT=http://127.0.0.1:9\n"
        "CHROMA_API_IMPL=json.No\nCHROMA_SERVER_HTTP_PORT=none\n"
    )
    papers = folder / "papers"
    papers.mkdir()
    (papers / "ferry.html").write_text("<p>The ferry leaves at nine.</p>")
    (papers / "tram.txt").write_text("The tram leaves at ten.\n")
    canvas = Canvas(str(papers / "bus.pdf"))
    canvas.drawString(60, 600, "The bus leaves at eleven.")
    canvas.save()
    return folder


def run(*arguments: str, cwd: Path, command: tuple[str, ...] = COMMAND) -> str:
    """Run a command of askdocs as its entry point does, without the current folder on the path."""
    done = subprocess.run(
        [*command, *arguments, "--corpus", "papers", "--index", "../index"],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def marks(hostile: Path) -> list[str]:
    return sorted(file.name for file in hostile.parent.glob("ran-*"))


@pytest.mark.slow
def test_no_module_of_the_current_folder_runs(hostile: Path) -> None:
    found = json.loads(run("index", "--json", cwd=hostile))
    assert (len(found["added"]), found["failed"]) == (3, [])
    assert "nine" in run("ask", "When does the ferry leave?", cwd=hostile)
    run("doctor", cwd=hostile)
    port = free_port()
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port), "--corpus", "papers",
         "--index", "../index"],
        cwd=hostile, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", server)
        pdf = f"http://127.0.0.1:{port}/pdf?source=bus.pdf"
        with urllib.request.urlopen(pdf, timeout=PATIENCE) as response:
            assert response.read(5) == b"%PDF-"
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/document?name=new.html",
            data=b"<p>The plane leaves at noon.</p>",
            method="PUT",
        )
        urllib.request.urlopen(request, timeout=PATIENCE).close()
    finally:
        server.terminate()
        server.wait(PATIENCE)
    assert marks(hostile) == []


def test_python_m_askdocs_drops_the_current_folder(hostile: Path) -> None:
    """What it cannot help are an `askdocs` in that folder and what Python imports before it."""
    (hostile / "askdocs" / "__init__.py").unlink()
    (hostile / "askdocs").rmdir()
    for module in ("random", "pypdfium2", "chromadb", "json"):
        assert (hostile / f"{module}.py").exists()
    done = subprocess.run(
        [sys.executable, "-m", "askdocs", "index", "--json", "--corpus", "papers",
         "--index", "../index"],
        cwd=hostile, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert marks(hostile) == []


def test_the_source_tree_stays_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(processes.__file__).parents[2]
    monkeypatch.chdir(source)
    path = ["", "/usr/lib"]
    drop_current_folder(path)
    assert path == ["", "/usr/lib"]
    monkeypatch.chdir(tmp_path)
    drop_current_folder(path)
    assert path == ["/usr/lib"]


def test_the_environment_holds_no_secret_and_no_relative_path() -> None:
    given = {
        "PATH": "/bin",
        "LC_ALL": "de_DE.UTF-8",
        "OPENAI_API_KEY": "sk-1",
        "ASKDOCS_PASSWORD": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "ASKDOCS_VECTORS_TOKEN": "token",
        "PYTHONSTARTUP": "evil.py",
        "LD_PRELOAD": "./evil.so",
        "PYTHONPATH": os.pathsep.join(["", ".", "lib", str(Path("/opt/lib").absolute())]),
    }
    found = processes.child_environment(given, "/tmp/x", ["ASKDOCS_VECTORS_TOKEN"])
    paths = found.pop("PYTHONPATH").split(os.pathsep)
    assert paths[1:] == [str(Path("/opt/lib").absolute())]
    assert found == {
        "PATH": "/bin",
        "LC_ALL": "de_DE.UTF-8",
        "ASKDOCS_VECTORS_TOKEN": "token",
        "TMPDIR": "/tmp/x",
        "TEMP": "/tmp/x",
        "TMP": "/tmp/x",
    }


def test_a_child_has_an_empty_folder_that_goes_with_it() -> None:
    child = processes.start("askdocs.documents.loaders.sandbox.process")
    folder = Path(child.folder)
    try:
        assert child.process.stdout is not None
        assert child.process.stdout.readline()
        assert list(folder.iterdir()) == []
        cwd = Path(f"/proc/{child.process.pid}/cwd")
        assert not cwd.exists() or cwd.resolve() == folder.resolve()
    finally:
        child.end()
    assert not folder.exists()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        assert server.poll() is None, "the server has ended"
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    wait_for(answers, True)

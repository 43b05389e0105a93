"""Embedding by a real Ray cluster of this machine, with two workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from askdocs import Assistant, Config, ModelUnavailableError
from askdocs.models.embedder_ray import RayEmbedder
from askdocs.models.embedders import load_embedder
from tests.cli.test_commands import askdocs
from tests.support.index_state import state_of
from tests.support.polling import free_port

pytest.importorskip("ray", reason="ray is not installed")

QUESTION = "how many cups does kettle 77 boil"
FILES = 300


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster that lasts as long as the tests of this file."""
    port, client_port = free_port(), free_port()
    folder = tempfile.mkdtemp(prefix="ray")  # Ray's sockets do not bear longer paths
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("ray")), "start", "--head", "--block",
            "--node-ip-address=127.0.0.1", f"--port={port}", "--num-cpus=2",
            "--object-store-memory=80000000", "--include-dashboard=false",
            f"--ray-client-server-port={client_port}", f"--temp-dir={folder}",
            "--disable-usage-stats",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while "runtime started" not in (line := process.stdout.readline()):
            assert line, "the cluster has ended"
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_worker_killed_in_mid_run_costs_nothing(
    corpus: Path, tmp_path: Path, cluster: str
) -> None:
    for number in range(FILES):
        text = f"# Kettle {number}\n\nKettle {number} boils {number * 3} cups of tea.\n"
        (corpus / f"{number}.md").write_text(text)
    index = tmp_path / "ray"
    places = ["--corpus", str(corpus), "--index", str(index)]
    with subprocess.Popen(
        [sys.executable, "-m", "askdocs", "index", "--json", "--ray", cluster, *places],
        stdout=subprocess.PIPE,
        text=True,
    ) as indexing:
        while not embedded(index):
            assert indexing.poll() is None
            time.sleep(0.01)
        while not (busy := busy_workers()):
            assert indexing.poll() is None, "the work was done before a worker was seen"
        os.kill(busy[0], signal.SIGKILL)
        at = embedded(index)
        said = json.loads(indexing.communicate()[0])
    assert indexing.returncode == 0
    assert 0 < at < FILES
    assert (len(said["added"]), said["embedded"], said["passages"]) == (FILES, FILES, FILES)
    with (
        Assistant(Config(corpus=corpus, index=index)) as one,
        Assistant(Config(corpus=corpus, index=tmp_path / "alone")) as other,
    ):
        other.index()
        ours, theirs = vectors_of(one), vectors_of(other)
        assert ours.keys() == theirs.keys()
        assert all(np.allclose(vector, theirs[key], atol=1e-5) for key, vector in ours.items())
        assert one.index().embedded == 0
        hits, expected = (each.search(QUESTION) for each in (one, other))
        assert [hit.passage for hit in hits] == [hit.passage for hit in expected]
    assert state_of(index) == state_of(tmp_path / "alone")


def test_a_model_that_is_not_ours_is_refused(cluster: str) -> None:
    local = load_embedder("onnx:builtin")
    local.fingerprint = "onnx:builtin:another version"  # type: ignore[misc]
    with (
        RayEmbedder("onnx:builtin", cluster, local) as embedder,
        pytest.raises(ModelUnavailableError, match="another version"),
    ):
        embedder.embed(["tea"])


def test_a_model_that_the_workers_cannot_use_is_reported(cluster: str) -> None:
    with (
        RayEmbedder("http:http://127.0.0.1:9", cluster, load_embedder("onnx:builtin")) as embedder,
        pytest.raises(ModelUnavailableError, match="gives no vectors"),
    ):
        embedder.embed(["tea"])


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "nonsense"])
def test_a_missing_cluster_is_reported_at_once(address: str, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tea.md").write_text("Tea is grown in Yunnan.")
    done = askdocs("index", "--ray", address, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert address in done.stderr
    assert askdocs("index", "--ray", address, "--watch", cwd=tmp_path).returncode == 2


def embedded(index: Path) -> int:
    """How many texts an index that is being made has the vectors of."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(index / "catalog.sqlite")) as catalog:
        return int(catalog.execute("SELECT count(*) FROM vectors").fetchone()[0])
    return 0


def busy_workers() -> list[int]:
    """The processes of Ray that embed at this moment: their titles say what they do."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cmdline").read_bytes().startswith(b"ray::_embedded"):
                found.append(int(process.name))
    return found


def vectors_of(assistant: Assistant) -> dict[bytes, np.ndarray]:
    catalog = assistant._resources.open_catalog()
    return catalog.cached_vectors(key for _, key in catalog.all_ids())

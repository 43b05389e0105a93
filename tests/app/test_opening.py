"""The page opens before anything of the folder is read."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.support.page_server import running_server
from tests.support.polling import PATIENCE

WAITS = """
from pathlib import Path
from time import sleep
from askdocs.index.sync import load, sample
read_file = load.read_file
def waiting(path, *given, **limits):
    for _ in range(6000):  # ten minutes, so that a page that waits for it opens at last
        if Path({go!r}).exists():
            break
        sleep(0.1)
    return read_file(path, *given, **limits)
load.read_file = sample.read_file = waiting
"""


def test_the_page_opens_while_the_first_file_is_read(tmp_path: Path) -> None:
    corpus, go = tmp_path / "corpus", tmp_path / "go"
    corpus.mkdir()
    (corpus / "tea.txt").write_text("Tea is grown in Yunnan.\n")
    prepare = WAITS.format(go=str(go))
    with running_server(corpus, tmp_path / "index", prepare=prepare, indexed=False) as (address, _):
        while not (first := listed(address))["indexing"]:
            time.sleep(0.1)
        assert first["documents"] == []
        go.touch()
        while (last := listed(address))["indexing"]:
            time.sleep(0.1)
        assert [each["source"] for each in last["documents"]] == ["tea.txt"]


def listed(address: str) -> dict[str, Any]:
    with urlopen(f"{address}/documents", timeout=PATIENCE) as response:
        found = json.load(response)
    assert isinstance(found, dict)
    return found

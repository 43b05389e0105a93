"""An export can be checked against the documents as they are now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.app.conversations.conversation import Conversation
from askdocs.app.views.exports import MEDIA_TYPES, Format, export
from askdocs.cli.verify import read_otherwise, readings
from askdocs.documents.loaders import registry
from askdocs.errors import CorpusError
from askdocs.output.export_check import check_export, read_export
from askdocs.output.json.export_check import checks_as_json
from askdocs.output.text.export_check import checks_as_text
from askdocs.types import Document
from tests.cli.test_commands import askdocs
from tests.conftest import ROOT
from tests.support.hash_embedding import HashEmbedding

QUESTION = "what did Zehri warn?"
ARTICLE = "jaffar-express-attack.txt"


@pytest.fixture
def assistant(corpus: Path, tmp_path: Path) -> Iterator[Assistant]:
    shutil.copy(ROOT / "corpus" / ARTICLE, corpus)
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        yield assistant


def states(assistant: Assistant, file: Path) -> set[str]:
    assistant.index()
    return {each.state for each in check_export(read_export(file), assistant.document)}


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_every_kind_of_export_can_be_checked(
    assistant: Assistant, kind: Format, tmp_path: Path
) -> None:
    conversation = Conversation().asked(QUESTION).answered(assistant.ask(QUESTION))
    file = tmp_path / f"export.{kind}"
    file.write_text(export(conversation, kind), encoding="utf-8")
    assert states(assistant, file) == {"holds"}


def test_a_quote_that_moved_changed_or_is_gone_is_reported(
    assistant: Assistant, corpus: Path, tmp_path: Path
) -> None:
    conversation = Conversation().asked(QUESTION).answered(assistant.ask(QUESTION))
    file, article = tmp_path / "export.json", corpus / ARTICLE
    file.write_text(export(conversation, "json"), encoding="utf-8")
    text = article.read_text(encoding="utf-8")
    article.write_text("A new first line.\n" + text, encoding="utf-8")
    assert states(assistant, file) == {"moved"}
    article.write_text(text.replace("operational reach", "reach"), encoding="utf-8")
    assert "changed" in states(assistant, file)
    article.rename(corpus / "other.txt")
    assert states(assistant, file) == {"gone"}
    altered = file.read_text(encoding="utf-8").replace("operational reach", "reach")
    file.write_text(altered, encoding="utf-8")
    assert "altered" in states(assistant, file)


def test_the_command_checks_what_ask_printed(
    assistant: Assistant, corpus: Path, tmp_path: Path
) -> None:
    assistant.close()
    places = ["--corpus", str(corpus), "--index", str(tmp_path / "index")]
    file = tmp_path / "answer.json"
    file.write_text(
        askdocs("ask", QUESTION, "--json", *places, cwd=tmp_path).stdout, encoding="utf-8"
    )
    done = askdocs("verify", str(file), "--json", *places, cwd=tmp_path)
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["quotes"] == told["holds"] > 0
    (corpus / ARTICLE).write_text("Nothing of this is left.", encoding="utf-8")
    done = askdocs("verify", str(file), *places, cwd=tmp_path)
    assert done.returncode == 1
    assert "is not in the document any more" in done.stdout


@pytest.mark.parametrize("content", ["", "{}", "[]", "no JSON", '{"citations": 3}'])
def test_what_is_no_export_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match="not an export"):
        read_export(file)


def test_a_damaged_citation_is_reported() -> None:
    with pytest.raises(CorpusError, match="damaged"):
        list(check_export([{"citations": [{"number": 1}]}], lambda source: pytest.fail(source)))


def test_no_quotes_are_no_failure() -> None:
    assert checks_as_json([])["quotes"] == 0
    assert list(checks_as_text([])) == ["0 of 0 quotes stand where they were quoted from."]


def reads_as(text: str) -> Callable[[Path, str], list[Document]]:
    return lambda path, source: [Document(source, text)]


def test_a_quote_of_a_file_that_is_read_differently_now_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = "The mill sold 4203 sacks.", "The mill sold 420[3] sacks."
    monkeypatch.setitem(registry._REGISTERED, ".draft", reads_as(old))
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "mill.draft").write_text("x", encoding="utf-8")
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        before = readings(assistant, ["mill.draft"])
        monkeypatch.setitem(registry._REGISTERED, ".draft", reads_as(new))
        assistant.index()
        assert readings(assistant, ["mill.draft"]) == before
        assistant.index(recheck=["mill.draft"])
        reread = read_otherwise(before, readings(assistant, ["mill.draft"]))
        quoted = {"number": 1, "source": "mill.draft", "quote": old, "start": 0}
        [check] = check_export([{"citations": [quoted]}], assistant.document, reread)
        [other] = check_export([{"citations": [quoted]}], assistant.document)
    assert (check.state, other.state) == ("reread", "changed")
    assert "as askdocs reads the file now" in "".join(checks_as_text([check]))

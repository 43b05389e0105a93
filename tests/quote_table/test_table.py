"""A table of quotes: exact words, resumed, in each format, checked again."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import askdocs
from askdocs import Assistant, Config
from askdocs.errors import ConfigError, CorpusError
from askdocs.output.export_check import check_export, read_export
from askdocs.output.text_anchor import LinkTarget, link
from askdocs.quote_table.fill import (
    SAID,
    SECONDS_BETWEEN_SAVES,
    QuoteTable,
    RegularSaves,
    fill,
    load_known,
    load_table,
    read_questions,
    save,
)
from askdocs.quote_table.write import write_table
from askdocs.types import Answer, Citation, Document, Passage, Statement, Status

WARNED, BUILT = "what did Zehri warn?", "How is sourdough starter fed?"


def link_to(target: LinkTarget) -> str:
    return f"http://page/{link(target.source, target.anchors)}"


@pytest.fixture(scope="module")
def table(sample: Assistant) -> QuoteTable:
    sources = [record.source for record in sample.status().documents]
    return fill(sample, [WARNED, BUILT], sources)


def test_every_cell_is_exact_or_says_that_nothing_is_said(
    sample: Assistant, table: QuoteTable
) -> None:
    states = {cell.state for cell in table.cells.values()}
    assert "said" in states
    assert "not said" in states
    for cell in table.cells.values():
        text = sample.document(cell.source).text
        for quote in cell.quotes:
            assert text[quote["start"] : quote["end"]] == quote["quote"]
            assert quote["source"] == cell.source
    assert table.cells["jaffar-express-attack.txt", WARNED].state == "said"
    assert table.cells["sourdough-notes.md", WARNED].state == "not said"


class Answering:
    """Answers with the same words, as surely as it is told to."""

    TEXT = "It cost 5 pounds."

    def __init__(self, confidence: float = 1, config: Config | None = None) -> None:
        self._confidence, self.config = confidence, config or Config()
        self.asked: list[tuple[str, str]] = []

    def status(self) -> Status:
        return Status("corpus", "index", "some model", (), (), 0, 0)

    def document(self, source: str) -> Document:
        return Document(source, self.TEXT)

    def ask(
        self, question: str, *, sources: Sequence[str] | None = None, quotes: bool = False
    ) -> Answer:
        (source,) = sources or ["a.txt"]
        self.asked.append((source, question))
        passage = Passage("1", source, self.TEXT, 0, len(self.TEXT))
        cited = Citation(1, passage, self.TEXT, 0, len(self.TEXT))
        statement = Statement(self.TEXT, (cited,), "quoted")
        return Answer(
            question, self.TEXT, (statement,), (cited,), (), True, confidence=self._confidence
        )


@pytest.mark.parametrize(("confidence", "state"), [(SAID, "said"), (SAID - 0.01, "perhaps")])
def test_a_cell_says_something_only_where_the_answer_is_sure(confidence: float, state: str) -> None:
    question = "What did it cost?"
    table = fill(Answering(confidence), [question], ["a.txt"])
    assert table.cells["a.txt", question].state == state


@pytest.mark.parametrize(("title", "state"), [("The mill", "said"), ("scan-04", "perhaps")])
def test_what_a_document_is_about_has_its_title_if_it_states_one(title: str, state: str) -> None:
    class About(Answering):
        def document(self, source: str) -> Document:
            return Document(source, f"The mill\n\n{self.TEXT}", title=title)

        def ask(
            self, question: str, *, sources: Sequence[str] | None = None, quotes: bool = False
        ) -> Answer:
            return replace(super().ask(question, sources=sources), kind="overview")

    cell = fill(About(), ["What is it about?"], ["a.pdf"]).cells["a.pdf", "What is it about?"]
    quotes = [quote["quote"] for quote in cell.quotes]
    assert (cell.state, quotes) == (state, ["The mill"] * (state == "said") + [About.TEXT])


def test_an_overview_without_anything_to_quote_is_not_said() -> None:
    class Empty(Answering):
        def ask(
            self, question: str, *, sources: Sequence[str] | None = None, quotes: bool = False
        ) -> Answer:
            return Answer(question, "", kind="overview")

    table = fill(Empty(), ["What is it about?"], ["a.pdf"])
    assert [cell.state for cell in table.cells.values()] == ["not said"]


@pytest.mark.parametrize(("are_known", "rows"), [(False, [1, 4, 5, 6]), (True, [1, 6])])
def test_a_table_is_saved_now_and_then_while_it_is_asked(are_known: bool, rows: list[int]) -> None:
    sources, seconds, saved = [f"{name}.txt" for name in "abcdef"], 0.0, []
    known = fill(Answering(), ["Who paid?"], sources).cells
    saves = RegularSaves(lambda table: saved.append(len(table.cells)), known, lambda: seconds)

    def on_row(table: QuoteTable, done: int) -> None:
        nonlocal seconds
        seconds += SECONDS_BETWEEN_SAVES * (0.4 if done < 5 else 1)
        saves.on_row(table, done)

    with saves:
        fill(Answering(), ["Who paid?"], sources, known=known if are_known else None, on_row=on_row)
    assert saved == rows


def test_what_was_asked_is_saved_if_a_run_fails() -> None:
    class Failing(Answering):
        def document(self, source: str) -> Document:
            if source == "c.txt":
                raise CorpusError("It is gone.")
            return super().document(source)

    saved: list[int] = []
    saves = RegularSaves(lambda table: saved.append(len(table.cells)), {}, lambda: 0)
    with pytest.raises(CorpusError), saves:
        fill(Failing(), ["Who paid?"], ["a.txt", "b.txt", "c.txt"], on_row=saves.on_row)
    assert saved == [1, 2]


def test_cells_that_were_not_reached_are_kept_apart_from_the_rows(tmp_path: Path) -> None:
    kept, questions = tmp_path / "t.json", ["What did it cost?", "Who paid?"]
    save(fill(Answering(), questions, ["a.txt", "b.txt", "c.txt"]), kept)
    known = load_known(kept)
    save(fill(Answering(), questions[:1], ["b.txt"], known=known), kept, known=known)
    assert load_known(kept) == known
    table = load_table(kept)
    assert table is not None
    assert [*table.cells] == [("b.txt", questions[0])]
    assert len(read_export(kept)) == 1  # what `verify` checks


def test_other_settings_and_versions_ask_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, questions = tmp_path / "t.json", ["What did it cost?"]

    def asked(config: Config) -> int:
        service = Answering(config=config)
        save(fill(service, questions, ["a.txt"], known=load_known(kept)), kept)
        return len(service.asked)

    assert [asked(Config()), asked(Config())] == [1, 0]
    assert asked(Config(minimum_confidence=0.5)) == 1
    assert asked(Config(minimum_confidence=0.5, llm="openai:x@http://127.0.0.1:1")) == 0
    monkeypatch.setattr(askdocs, "__version__", "99.0")
    assert asked(Config(minimum_confidence=0.5)) == 1


def test_a_cell_that_was_never_asked_is_empty(tmp_path: Path) -> None:
    table = fill(Answering(), ["Who paid?"], ["a.txt"])
    table.sources.append("b.txt")  # the run was stopped before it
    write_table(table, tmp_path / "t.csv", link_to=link_to)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[1] for row in csv.reader(file)][2] == ""
    write_table(table, tmp_path / "t.html", link_to=link_to)
    assert "not said" not in (tmp_path / "t.html").read_text()


class Counting:
    """An assistant that counts what it is asked."""

    def __init__(self, assistant: Assistant) -> None:
        self.config = assistant.config
        self.status, self.document = assistant.status, assistant.document
        self._assistant = assistant
        self.asked = 0

    def ask(
        self, question: str, *, sources: Sequence[str] | None = None, quotes: bool = False
    ) -> Answer:
        self.asked += 1
        return self._assistant.ask(question, sources=sources, quotes=quotes)


def test_only_what_has_changed_is_asked_again(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("a", "b"):
        (corpus / f"{name}.txt").write_text(f"The mill {name} was sold by Ida Berg in 1911.")
    kept = tmp_path / "t.json"
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        counting = Counting(assistant)
        questions = ["Who sold the mill?", "When was the mill sold?"]
        first = fill(counting, questions, ["a.txt", "b.txt"])
        assert counting.asked == 4
        save(first, kept)
        again = fill(counting, questions, ["a.txt", "b.txt"], known=load_known(kept))
        assert counting.asked == 4
        assert again.cells == first.cells
        (corpus / "b.txt").write_text("The mill b was sold by Omar Said in 1912, for a song.")
        assistant.index()
        changed = fill(counting, questions, ["a.txt", "b.txt"], known=load_known(kept))
        assert counting.asked == 6
        assert "Omar Said" in str(changed.cells["b.txt", questions[0]].answer)


def test_a_table_can_be_verified(sample: Assistant, table: QuoteTable, tmp_path: Path) -> None:
    kept, page = tmp_path / "t.json", tmp_path / "t.html"
    save(table, kept)
    write_table(table, page, link_to=link_to)
    quotes = sum(len(cell.answer["citations"]) for cell in table.cells.values())
    for file in (kept, page):
        checks = list(check_export(read_export(file), sample.document))
        assert len(checks) == quotes > 0
        assert {check.state for check in checks} == {"holds"}


def test_a_spreadsheet_links_its_cells_to_the_place(table: QuoteTable, tmp_path: Path) -> None:
    write_table(table, tmp_path / "t.xlsx", link_to=link_to)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert sheet is not None
    rows = {row[0].value: row for row in sheet.iter_rows()}
    cell = rows["jaffar-express-attack.txt"][1]
    assert "expanded their operational reach" in str(cell.value)
    assert cell.hyperlink is not None
    assert cell.hyperlink.target is not None or cell.hyperlink.location is not None
    assert rows["sourdough-notes.md"][1].value == "not said"


def test_no_cell_is_run_as_a_formula(tmp_path: Path) -> None:
    table = QuoteTable(["=1+1", "-2"], ["@a.txt"])
    write_table(table, tmp_path / "t.csv", link_to=link_to)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file))[1:] == ["'=1+1", "'-2"]
    write_table(table, tmp_path / "t.xlsx", link_to=link_to)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_html_is_escaped(tmp_path: Path) -> None:
    table = QuoteTable(["<script>alert(1)</script>"], ["<img src=x>.txt"])
    write_table(table, tmp_path / "t.html", link_to=link_to)
    page = (tmp_path / "t.html").read_text()
    assert "<script>alert" not in page
    assert "<img" not in page


def test_questions_and_formats_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("# columns\n\nWho?\nWho?\nWhen?\n")
    assert read_questions(tmp_path / "q.txt") == ["Who?", "When?"]
    (tmp_path / "none.txt").write_text("# nothing\n")
    for name in ("none.txt", "missing.txt"):
        with pytest.raises(CorpusError):
            read_questions(tmp_path / name)
    with pytest.raises(ConfigError, match=r"\.csv"):
        write_table(QuoteTable([]), tmp_path / "t.pdf", link_to=link_to)
    (tmp_path / "other.json").write_text(json.dumps({"answers": []}))
    with pytest.raises(CorpusError, match="would be overwritten"):
        load_known(tmp_path / "other.json")
    assert load_known(tmp_path / "no-such.json") == {}

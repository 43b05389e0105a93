"""Which loader reads a file, and the invariants of every Document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askdocs.documents.loaders import LoadError, load, register, registry, suffixes
from askdocs.documents.loaders.file_type import REASONS
from askdocs.documents.loaders.shared.builder import DocumentBuilder, normalise
from askdocs.documents.loaders.tables.rows import add_rows
from askdocs.types import Document

WORDS = st.text(
    st.sampled_from("abc déÅ\u0301x- \t.\u00ad\u200b\x00ﬁ漢字ا\u2028\r\n\x0c"), max_size=40
)


def test_a_suffix_without_a_loader_is_named_in_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "song.xyz"
    path.write_bytes(b"la\x00la\x01")
    with pytest.raises(LoadError, match=r"no loader for \.xyz"):
        load(path, "song.xyz")


def test_a_suffix_is_read_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "NOTES.TXT"
    path.write_text("All is well.")
    assert load(path, "NOTES.TXT")[0].text == "All is well."


def test_a_registered_loader_reads_its_suffix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", {})
    path = tmp_path / "a.log2"
    path.write_text("17 degrees")
    register(".LOG2", lambda path, source: [Document(source, path.read_text().upper())])
    assert ".log2" in suffixes()
    assert load(path, "a.log2") == [Document("a.log2", "17 DEGREES")]


def test_a_suffix_to_register_begins_with_a_dot() -> None:
    with pytest.raises(ValueError, match="begins with a dot"):
        register("log2", lambda path, source: [])


def test_what_a_registered_loader_raises_becomes_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, source: str) -> list[Document]:
        raise KeyError("x")

    monkeypatch.setattr(registry, "_REGISTERED", {".log2": broken})
    path = tmp_path / "a.log2"
    path.write_text("x")
    with pytest.raises(LoadError, match="damaged"):
        load(path, "a.log2")


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n "])
def test_a_file_without_words_is_reported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(LoadError, match=r"empty|no text"):
        load(path, "a.txt")


def test_a_missing_file_and_a_folder_are_reported(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no such file"):
        load(tmp_path / "gone.txt", "gone.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(LoadError, match="not a regular file"):
        load(tmp_path / "folder.txt", "folder.txt")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(40), "a picture"),
        ("a.txt", b"\x7fELF" + bytes(60), "a program"),
        ("a.md", b"SQLite format 3\x00" + bytes(60), "a database"),
        ("a.pdf", b"\x00\x01\x02\x03" * 30, "damaged or no .pdf"),
        ("a.txt", bytes(range(1, 32)) * 20, "not text"),
        ("a.csv", b"\x1f\x8b\x08" + bytes(20), "archive"),
        ("a.rtf", b"plain words", "not RTF"),
        ("a.eml", b"\n\nno header at all", "not a mail"),
        ("a.srt", b"no times here", "no subtitles"),
        ("a.ipynb", b"[1, 2]", "not a notebook"),
        ("a.json", b'{"a": 1,\n "b": }', "line 2"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_gets_a_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LoadError, match=reason):
        load(path, name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.docx", b"<!DOCTYPE html><html><body><p>It is HTML.</p></body></html>"),
        ("page.xls", b"<html><table><tr><td>It is HTML.</td><td>b</td></tr></table></html>"),
        ("old.doc", rb"{\rtf1\ansi It is RTF.}"),
        ("sheet.xls", b"Name\tIt is\nAda\tTSV.\n"),
        ("notes.pdf", b"It is plain text."),
    ],
)
def test_a_mislabelled_file_is_read_as_what_it_is(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    text = load(path, name)[0].text
    assert "It is" in text
    assert "<" not in text
    assert "{" not in text


def test_every_reason_is_one_line_for_a_person() -> None:
    for suffix in (".doc", ".ppt", ".pages", ".zip"):
        reason = REASONS[suffix]
        assert "\n" not in reason
        assert len(reason) < 100


@given(st.text(max_size=200) | WORDS)
@settings(max_examples=120, deadline=None)
def test_normalising_twice_changes_nothing_and_keeps_the_lines(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    plain = text.replace("\r\n", "\n")
    assert once.count("\n") == sum(plain.count(end) for end in "\n\r\u2028\u2029\x85")


def test_a_word_broken_at_a_line_end_is_whole_again() -> None:
    assert normalise("infor-\nmation, and\nmore") == "information,\nand\nmore"
    assert normalise("a state-of-the-\nart thing") == "a state-of-the-art\nthing"
    assert normalise("Ludwig-\nMaximilian") == "Ludwig-\nMaximilian"


PIECES = st.lists(
    st.tuples(
        st.sampled_from(["add", "line", "heading", "page", "close", "word-"]),
        WORDS,
        st.integers(1, 4),
    ),
    max_size=12,
)


@given(PIECES)
@example([("word-", "", 1), ("add", " a", 1)])
@settings(max_examples=80, deadline=None)
def test_a_built_document_is_normalised_and_contains_its_anchors(
    pieces: list[tuple[str, str, int]],
) -> None:
    builder = DocumentBuilder("a.txt")
    for kind, words, number in pieces:
        if kind == "add":
            builder.add(words)
        elif kind == "line":
            builder.add(words, end="\n")
        elif kind == "word-":
            builder.add(words + "word-", end="\n")
        elif kind == "heading":
            builder.heading(number, words)
        elif kind == "page":
            builder.anchor(page=number)
        else:
            builder.close_block()
    document = builder.build()
    assert normalise(document.text) == document.text
    starts = [anchor.start for anchor in document.anchors]
    assert starts == sorted(starts)
    for anchor in document.anchors:
        assert 0 <= anchor.start < len(document.text)
        if anchor.heading:
            last = anchor.heading.rsplit(" › ", 1)[-1]
            assert document.text.startswith(last, anchor.start)


@given(st.lists(st.lists(st.sampled_from(["", "x-", "ab-", "7"]), min_size=2, max_size=3)))
def test_rows_keep_their_numbers(rows: list[list[str]]) -> None:
    builder = DocumentBuilder("a.csv")
    marked = [(n, [*row, f"row{n}end"] if any(row) else row) for n, row in enumerate(rows, 2)]
    add_rows(builder, marked, ["name", "lower", "kind"])
    document = builder.build()
    assert normalise(document.text) == document.text
    for number, row in marked:
        if any(row):
            assert line_at(document, f"row{number}end") == number


def line_at(document: Document, words: str) -> int:
    offset = document.text.index(words)
    anchor = [a for a in document.anchors if a.line is not None and a.start <= offset][-1]
    assert anchor.line is not None
    return anchor.line + document.text.count("\n", anchor.start, offset)


def documents_or_nothing(path: Path) -> Sequence[Document]:
    """The documents of a file; none where a reason is given. Any other error is a fault."""
    try:
        return load(path, path.name)
    except LoadError:
        return []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=50, deadline=None)
def test_any_json_gives_normal_text_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    for document in documents_or_nothing(path):
        assert normalise(document.text) == document.text


SAFE = sorted(suffixes() - {".pdf"})


@given(st.binary(max_size=300), st.sampled_from(SAFE))
@settings(max_examples=120, deadline=None)
def test_any_bytes_under_any_name_give_documents_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("bytes") / f"a{suffix}"
    path.write_bytes(content)
    for document in documents_or_nothing(path):
        assert normalise(document.text) == document.text
        assert all(0 <= anchor.start < len(document.text) for anchor in document.anchors)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Locker PIN 5520", ""),
        ("Garage code: 4471\nAlarm code: 9038", ""),
        ("Gas meter 30418\nWater meter 77120", ""),
        ("Rules for dogs\n\nDogs must be on a lead.", "Rules for dogs"),
        ("Minutes of 4 May 2026\nThe board met at noon.", "Minutes of 4 May 2026"),
        ("Rules for dogs\nKeeper: Ada Holm", "Rules for dogs"),
    ],
)
def test_a_line_of_data_is_no_title(tmp_path: Path, text: str, title: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    assert load(tmp_path / "a.txt", "a.txt")[0].title == title

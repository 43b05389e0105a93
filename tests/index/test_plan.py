"""Which files are taken for renamed, and which have to make way."""

from __future__ import annotations

from askdocs.index.catalog import FileRecord
from askdocs.index.sync.plan import _in_the_way, _pair_renamed


def record(path: str, content: str, failure: str = "") -> FileRecord:
    return FileRecord(path, 1, 1, content, failure)


def paths(pairs: list[tuple[FileRecord, FileRecord]]) -> list[tuple[str, str]]:
    return [(old.path, new.path) for old, new in pairs]


def test_only_the_same_content_in_the_same_kind_of_file_is_renamed() -> None:
    gone = [record("a.txt", "1"), record("b.md", "2"), record("c.txt", "3", "broken")]
    new = [record("x.txt", "1"), record("y.txt", "2"), record("z.txt", "3")]
    assert paths(_pair_renamed(new, gone)) == [("a.txt", "x.txt")]


def test_twins_are_paired_by_name_first_and_each_once() -> None:
    gone = [record("old/a.txt", "1"), record("old/b.txt", "1")]
    new = [record("new/b.txt", "1"), record("new/c.txt", "1"), record("new/d.txt", "1")]
    assert paths(_pair_renamed(new, gone)) == [
        ("old/b.txt", "new/b.txt"),
        ("old/a.txt", "new/c.txt"),
    ]


def test_removed_files_above_or_below_a_new_file_are_in_the_way() -> None:
    removed = ["a", "b/c", "d/e/f", "g", "ab"]
    assert _in_the_way(removed, ["a/x", "b", "d/e", "h"]) == {"a", "b/c", "d/e/f"}

"""Which built-in embedder an index is made with."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Assistant, Config, IndexMismatchError
from askdocs.index.sync.sample import LanguageSample, sample_languages

ENGLISH = "The harbour office is open from nine to five, and the keeper has the key to the tower.\n"
GERMAN = "Das Hafenamt ist von neun bis fünf geöffnet, und der Wärter hat den Schlüssel zum Turm.\n"
TABLE = "name,town,amount\nMüller,Köln,12\nNowak,Łódź,14\nOkafor,Lagos,9\n"


def folder(path: Path, texts: dict[str, str]) -> Config:
    corpus = path / "corpus"
    corpus.mkdir()
    for name, text in texts.items():
        (corpus / name).write_text(text * 3, encoding="utf-8")
    return Config(corpus=corpus, index=path / "index")


def test_a_folder_in_english_needs_no_other_model(tmp_path: Path) -> None:
    seen = sample_languages(folder(tmp_path, {"a.txt": ENGLISH, "b.md": ENGLISH, "c.csv": TABLE}))
    assert (seen.foreign, seen.needs_multilingual) == (0, False)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("停车场每天晚上十点关门。", "utf-8"),
        ("鍵は受付の田中さんが預かっています。", "cp932"),
        ("회의실 열쇠는 김민수 씨가 보관합니다.", "utf-8"),
    ],
)
def test_a_line_without_an_alphabet_is_enough(tmp_path: Path, text: str, encoding: str) -> None:
    config = folder(tmp_path, {"a.txt": ENGLISH})
    (config.corpus / "b.txt").write_bytes(text.encode(encoding))
    assert sample_languages(config) == LanguageSample(2, 1)


def test_a_share_of_foreign_files_is_enough() -> None:
    assert LanguageSample(16, 2).needs_multilingual
    assert not LanguageSample(16, 1).needs_multilingual
    assert not LanguageSample(0, 0).needs_multilingual


def test_the_index_keeps_its_model_until_it_is_rebuilt(tmp_path: Path) -> None:
    config = folder(tmp_path, {"a.txt": ENGLISH})
    with Assistant(config) as assistant:
        assistant.index()
        assert assistant.status().embedder.startswith("onnx:builtin:")
        assert assistant.status().models.startswith("english (of 1 files")
    (config.corpus / "b.txt").write_text(GERMAN * 3, encoding="utf-8")
    with Assistant(config) as assistant:
        assistant.index()
        assert assistant.embedder.fingerprint.startswith("onnx:builtin:")
        assistant.index(rebuild=True)
        assert assistant.status().embedder.startswith("onnx:multilingual:")
        assert assistant.search("When does the office close?")[0].passage.source == "a.txt"
    other = Config(corpus=config.corpus, index=config.index, models="english")
    with Assistant(other) as assistant, pytest.raises(IndexMismatchError, match="--rebuild"):
        assistant.search("harbour")

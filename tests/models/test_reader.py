from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tokenizers import Tokenizer

from askdocs.models import bundled
from askdocs.models.bundled import MULTILINGUAL_TOKENIZER, TOKENIZER, load_tokenizer
from askdocs.models.reader import OnnxReader, PairTokenizer, Reading
from askdocs.types import Passage


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


def passage(text: str, title: str = "") -> Passage:
    return Passage("id", "a.txt", text, 0, len(text), title)


TEXT = "The lighthouse was built by Anna Berg in 1873. It was automated in 1985."


def test_the_words_that_answer_are_marked(reader: OnnxReader) -> None:
    (reading,) = reader.read("When was the lighthouse automated?", [passage(TEXT)])
    start, end, _ = reading.best_span(0, len(TEXT))
    assert TEXT[start:end] == "1985"


def test_a_passage_that_answers_scores_above_one_that_does_not(reader: OnnxReader) -> None:
    other = "Bread flour is kept in a dry and dark place, away from the oven."
    question = "Who built the lighthouse?"
    answering, not_answering = reader.read(question, [passage(TEXT), passage(other)])
    assert answering.best_span(0, len(TEXT))[2] > not_answering.best_span(0, len(other))[2]
    assert answering.relevance > not_answering.relevance


def test_spans_stay_within_the_asked_characters_and_out_of_the_title(reader: OnnxReader) -> None:
    (reading,) = reader.read("When?", [passage(TEXT, title="Built in 1999")])
    second = TEXT.index("It was")
    start, end, _ = reading.best_span(0, second)
    assert 0 <= start < end <= second
    assert int(reading.offsets.min()) == 0
    assert int(reading.offsets.max()) <= len(TEXT)


def test_a_passage_is_read_the_same_alone_and_in_company(reader: OnnxReader) -> None:
    texts = [TEXT, "Short.", TEXT * 3, "The price rose to 12 pounds in May 2024."]
    together = reader.read("What was the price?", [passage(text) for text in texts])
    for text, reading in zip(texts, together, strict=True):
        (alone,) = reader.read("What was the price?", [passage(text)])
        assert np.allclose(alone.starts, reading.starts, atol=1e-3)
        assert abs(alone.no_answer_logit - reading.no_answer_logit) < 1e-3


def test_a_long_passage_is_read_to_its_end(reader: OnnxReader) -> None:
    filler = "The committee met again and discussed the budget of the harbour at length. " * 40
    text = filler + "The lighthouse was automated in 1985."
    (reading,) = reader.read("When was the lighthouse automated?", [passage(text)])
    assert int(reading.offsets[-1][1]) == len(text)
    start, end, _ = reading.best_span(0, len(text))
    assert text[start:end] == "1985"


@pytest.mark.parametrize("text", ["", "   ", "😀", "ﷺ"])
def test_odd_passages_are_read_too(reader: OnnxReader, text: str) -> None:
    (reading,) = reader.read("What is it?", [passage(text)])
    assert len(reading.starts) == len(reading.ends) == len(reading.offsets)


def test_where_there_is_no_token_there_is_no_span() -> None:
    nothing = np.zeros(0, np.float32)
    reading = Reading(np.zeros((0, 2), np.int64), nothing, nothing, 0.0, 0.0)
    assert reading.best_span(0, 10) == (0, 0, float("-inf"))


def test_an_endless_question_is_cut(reader: OnnxReader) -> None:
    assert len(reader.read("why " * 5000, [passage(TEXT)])) == 1


@pytest.mark.parametrize("file", [TOKENIZER, MULTILINGUAL_TOKENIZER])
def test_a_tokenizer_file_is_read_once_for_all_that_use_it(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    unpacked = bundled.unpacked
    monkeypatch.setattr(bundled, "unpacked", lambda name: read.append(name) or unpacked(name))
    bundled._parsed_tokenizer.cache_clear()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(load_tokenizer, [file] * 4))
    PairTokenizer(tokenizer=file)
    assert read == [file]


@pytest.mark.parametrize("file", [TOKENIZER, MULTILINGUAL_TOKENIZER])
@pytest.mark.parametrize(
    "text", ["", "\tÄrger  mit Ü 你好 😀", "a <s> b</s>[SEP] [CLS] [UNK]<unk>"]
)
def test_tokenizers_that_share_a_file_cut_text_as_it_says(file: str, text: str) -> None:
    stored = Tokenizer.from_str(bundled.unpacked(file).decode())
    stored.no_truncation()
    stored.no_padding()
    short = load_tokenizer(file)
    short.enable_truncation(3)
    for texts in ((text,), ("What is it?", text)):
        found, expected = load_tokenizer(file).encode(*texts), stored.encode(*texts)
        assert found.ids == expected.ids
        assert found.offsets == expected.offsets
        assert found.sequence_ids == expected.sequence_ids
    assert len(short.encode("one two three four five").ids) == 3

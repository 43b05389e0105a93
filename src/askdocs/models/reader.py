"""The small model that reads a question and a passage: does it answer, and with which words."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from askdocs.models.bundled import batches, load_onnx, load_tokenizer, padded
from askdocs.types import Passage

if TYPE_CHECKING:
    from tokenizers import Encoding

Logits = NDArray[np.float32]
LONGEST = 256  # tokens of question and passage; longer passages are read in overlapping windows
_QUESTION_TOKENS = 64
_STRIDE = 96  # tokens that neighbouring windows share
_LONGEST_SPAN = 30  # tokens of an answer, as is usual for SQuAD
_AT_ONCE = 2  # questions: each takes all cores, and more would only take memory


@dataclass(frozen=True, slots=True)
class Reading:
    """How a passage answers a question.

    `offsets` int [tokens, 2] are character spans in the passage's text, `starts` and `ends`
    float32 [tokens] the logits that the answer starts and ends there, `null` the logit that the
    passage does not answer, `relevance` the logit that it does, span or not.
    """

    offsets: NDArray[np.int64]
    starts: Logits
    ends: Logits
    null: float
    relevance: float

    def best_span(self, start: int, end: int) -> tuple[int, int, float]:
        """(start, end, score) of the likeliest answer within characters `start` to `end`.

        The score is its logit less `null`; above 0 the model holds it likelier than no answer.
        Without a token there, the span is empty and its score minus infinity.
        """
        inside = np.flatnonzero((self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end))
        if not len(inside):
            return start, start, float("-inf")
        scores = self.starts[inside][:, None] + self.ends[inside][None, :]
        scores = np.where(_allowed(len(inside)), scores, -np.inf)
        first, last = np.unravel_index(int(np.argmax(scores)), scores.shape)
        return (
            int(self.offsets[inside[first], 0]),
            int(self.offsets[inside[last], 1]),
            float(scores[first, last] - self.null),
        )


class Reader(Protocol):
    """What reads passages for a question."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading of each passage, in order."""
        ...


def _allowed(size: int) -> NDArray[np.bool_]:
    """bool [size, size]: the end is not before the start, and not too far behind it."""
    distance = np.arange(size)[None, :] - np.arange(size)[:, None]
    return np.asarray((distance >= 0) & (distance < _LONGEST_SPAN))


class OnnxReader:
    """The reader that ships with the package, run by ONNX Runtime. It has learnt English."""

    def __init__(self) -> None:
        self._session = load_onnx("reader.onnx")
        self._turns = threading.Semaphore(_AT_ONCE)
        self._questions = load_tokenizer()
        self._pairs = load_tokenizer()
        self._pairs.enable_truncation(LONGEST, stride=_STRIDE, strategy="only_second")

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        asked = self._cut(question)
        windows = [
            (number, window)
            for number, passage in enumerate(passages)
            for window in self._windows(asked, passage)
        ]
        readings: list[Reading | None] = [None] * len(passages)
        with self._turns:
            for batch in batches([len(window.ids) for _, window in windows]):
                inputs = padded([windows[index][1] for index in batch])
                outputs = self._session.run(["start_logits", "end_logits", "relevance"], inputs)
                for index, starts, ends, relevance in zip(batch, *outputs, strict=True):
                    number, window = windows[index]
                    reading = _reading(window, passages[number], starts, ends, float(relevance))
                    readings[number] = _joined(readings[number], reading)
        return [reading for reading in readings if reading is not None]

    def _cut(self, question: str) -> str:
        """A question of at most _QUESTION_TOKENS tokens."""
        offsets = self._questions.encode(question, add_special_tokens=False).offsets
        return question[: offsets[:_QUESTION_TOKENS][-1][1]] if offsets else question

    def _windows(self, question: str, passage: Passage) -> list[Encoding]:
        """The question with the passage, below its title, in one piece or in several."""
        first = self._pairs.encode(question, prefix(passage) + passage.text)
        return [first, *first.overflowing]


def prefix(passage: Passage) -> str:
    """What the reader is shown before the text of a passage."""
    return f"{passage.title}: " if passage.title else ""


def _reading(
    window: Encoding, passage: Passage, starts: Logits, ends: Logits, relevance: float
) -> Reading:
    """What the model says of one window, for the tokens of the passage itself."""
    shift = len(prefix(passage))
    tokens = [
        token
        for token, (part, (start, end)) in enumerate(
            zip(window.sequence_ids, window.offsets, strict=True)
        )
        if part == 1 and start >= shift and end > start
    ]
    offsets = np.array([window.offsets[token] for token in tokens], np.int64).reshape(-1, 2) - shift
    null = float(starts[0] + ends[0])
    return Reading(offsets, starts[tokens], ends[tokens], null, relevance)


def _joined(before: Reading | None, after: Reading) -> Reading:
    """The readings of two windows of one passage as one; where both saw a token, the surer wins."""
    if before is None:
        return after
    # Logits of different windows compare by how far they are above "no answer" there.
    shift = (before.null - after.null) / 2
    tokens: dict[tuple[int, int], tuple[float, float]] = {
        (int(a), int(b)): (float(start), float(end))
        for (a, b), start, end in zip(before.offsets, before.starts, before.ends, strict=True)
    }
    for (a, b), start, end in zip(after.offsets, after.starts, after.ends, strict=True):
        old = tokens.get((int(a), int(b)), (-np.inf, -np.inf))
        new = (max(old[0], float(start) + shift), max(old[1], float(end) + shift))
        tokens[int(a), int(b)] = new
    order = sorted(tokens)
    return Reading(
        offsets=np.array(order, np.int64).reshape(-1, 2),
        starts=np.array([tokens[span][0] for span in order], np.float32),
        ends=np.array([tokens[span][1] for span in order], np.float32),
        null=before.null,
        relevance=max(before.relevance, after.relevance),
    )

"""The reader: a small model that finds out whether and where a passage answers a question."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from askdocs.models.answer_head import AnswerHead
from askdocs.models.bundled import READER, TOKENIZER, batches, load_onnx, load_tokenizer, padded
from askdocs.types import Passage

if TYPE_CHECKING:
    from tokenizers import Encoding

Logits = NDArray[np.float32]
LONGEST = 256  # tokens of question and passage; longer passages are read in overlapping windows
_QUESTION_TOKENS = 64
_HEADING_WITHIN = 300  # characters of a text, where its heading may stand
_STRIDE = 96  # tokens that neighbouring windows share
_LONGEST_SPAN = 30  # tokens of an answer, as is usual for SQuAD
_LOGITS = ("start_logits", "end_logits", "relevance")
_STATES = "layer_norm_12"  # the output of the last layer
_AT_ONCE = 2  # questions: each takes all cores, and more would only take memory


@dataclass(frozen=True, slots=True)
class Reading:
    """How a passage answers a question.

    `offsets` int [tokens, 2] are character spans in the passage's text, `starts` and `ends`
    float32 [tokens] the logits that the answer starts and ends there, `null` the logit that the
    passage does not answer, `relevance` the logit that it does, span or not. `states` float32
    [tokens, width] are the last hidden states of the tokens and `pair` float32 [width] that of
    [CLS], by which `head` scores a sentence; a reader without a head leaves them empty.
    """

    offsets: NDArray[np.int64]
    starts: Logits
    ends: Logits
    null: float
    relevance: float
    states: Logits = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    pair: Logits = field(default_factory=lambda: np.zeros(0, np.float32))
    head: AnswerHead | None = None

    def answers(self, start: int, end: int) -> float:
        """The logit that the sentence at characters `start` to `end` answers the question.

        Unlike that of a span, it is learnt from whole sentences that answer: how, why, yes or no.
        0 where the reader has no head or has not read the sentence.
        """
        inside = (self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end)
        if self.head is None or not inside.any():
            return 0.0
        return self.head.score(np.concatenate([self.pair, self.states[inside].mean(axis=0)]))

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
    """Reads passages for a question."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading of each passage, in order."""
        ...


def _allowed(size: int) -> NDArray[np.bool_]:
    """bool [size, size]: the end is not before the start, and not too far behind it."""
    distance = np.arange(size)[None, :] - np.arange(size)[:, None]
    return np.asarray((distance >= 0) & (distance < _LONGEST_SPAN))


class Pairs:
    """Questions with passages, as tokens.

    Args:
        longest: Tokens of a question and a passage; a longer passage is cut into windows.
        tokenizer: The file of the tokenizer.
    """

    def __init__(self, longest: int = LONGEST, tokenizer: str = TOKENIZER) -> None:
        self._questions = load_tokenizer(tokenizer)
        self._pairs = load_tokenizer(tokenizer)
        self._pairs.enable_truncation(longest, stride=_STRIDE, strategy="only_second")

    def windows(self, question: str, passages: Sequence[Passage]) -> list[tuple[int, Encoding]]:
        """The question with each passage, below its title, in one piece or in several.

        Returns:
            The number of the passage and one of its windows, in order.
        """
        asked = self._cut(question)
        found: list[tuple[int, Encoding]] = []
        for number, passage in enumerate(passages):
            first = self._pairs.encode(asked, prefix(passage) + passage.text)
            found += [(number, window) for window in (first, *first.overflowing)]
        return found

    def _cut(self, question: str) -> str:
        """A question of at most _QUESTION_TOKENS tokens."""
        offsets = self._questions.encode(question, add_special_tokens=False).offsets
        return question[: offsets[:_QUESTION_TOKENS][-1][1]] if offsets else question


def tokens_of_text(window: Encoding, passage: Passage) -> tuple[list[int], NDArray[np.int64]]:
    """The tokens of a window that stand in the text of its passage, not in what is before it.

    Returns:
        Their places in the window, and int64 [tokens, 2], their character spans in the text.
    """
    shift = len(prefix(passage))
    parts = window.sequence_ids
    tokens = [
        token
        for token, (part, (start, end)) in enumerate(zip(parts, window.offsets, strict=True))
        if part == 1 and start >= shift and end > start
    ]
    spans = np.array([window.offsets[token] for token in tokens], np.int64).reshape(-1, 2)
    return tokens, spans - shift


class OnnxReader:
    """The reader that ships with the package, run by ONNX Runtime. It has learnt English."""

    def __init__(self) -> None:
        self._session = load_onnx(READER, outputs=[_STATES])
        self._head = AnswerHead()
        self._turns = threading.Semaphore(_AT_ONCE)
        self._pairs = Pairs()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        windows = self._pairs.windows(question, passages)
        readings: list[Reading | None] = [None] * len(passages)
        with self._turns:
            for batch in batches([len(window.ids) for _, window in windows]):
                inputs = padded([windows[index][1] for index in batch])
                outputs = self._session.run([*_LOGITS, _STATES], inputs)
                for index, *row in zip(batch, *outputs, strict=True):
                    number, window = windows[index]
                    reading = _reading(window, passages[number], _Outputs(*row), self._head)
                    readings[number] = _joined(readings[number], reading)
        return [reading for reading in readings if reading is not None]


def prefix(passage: Passage) -> str:
    """What the reader is shown before the text of a passage: its title, and its own heading.

    A heading that stands in the text is not repeated.
    """
    heading = passage.own_heading
    if heading == passage.title or heading in passage.text[:_HEADING_WITHIN]:
        heading = ""
    return "".join(f"{name}: " for name in (passage.title, heading) if name)


class _Outputs(NamedTuple):
    """What the model says of one window: float32 [tokens] twice, a number, [tokens, width]."""

    starts: Logits
    ends: Logits
    relevance: Logits
    states: Logits


def _reading(
    window: Encoding,
    passage: Passage,
    outputs: _Outputs,
    head: AnswerHead | None,
) -> Reading:
    """What the model says of one window, for the tokens of the passage itself."""
    tokens, offsets = tokens_of_text(window, passage)
    null = float(outputs.starts[0] + outputs.ends[0])
    return Reading(
        offsets,
        outputs.starts[tokens],
        outputs.ends[tokens],
        null,
        float(outputs.relevance),
        states=outputs.states[tokens],
        pair=outputs.states[0],
        head=head,
    )


def _joined(before: Reading | None, after: Reading) -> Reading:
    """The readings of two windows of one passage as one; where both saw a token, the surer wins."""
    if before is None:
        return after
    # Logits of different windows compare by how far they are above "no answer" there.
    shift = (before.null - after.null) / 2
    seen = {(int(a), int(b)) for a, b in before.offsets}
    fresh = [n for n, (a, b) in enumerate(after.offsets) if (int(a), int(b)) not in seen]
    held = np.concatenate([before.states, after.states[fresh]])
    places = [*map(tuple, before.offsets), *map(tuple, after.offsets[fresh])]
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
        states=held[sorted(range(len(places)), key=places.__getitem__)] if len(held) else held,
        pair=before.pair,
        head=before.head,
    )

"""The reader: a small model that predicts whether and where a passage answers a question."""

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
MAX_TOKENS = 256  # of question and passage; a longer passage is read in overlapping windows
_QUESTION_TOKENS = 64
_HEADING_WITHIN = 300  # characters at the start of a text that may contain its heading
_STRIDE = 96  # tokens that neighbouring windows share
_MAX_SPAN_TOKENS = 30  # of an answer, as is usual for SQuAD
_LOGITS = ("start_logits", "end_logits", "relevance")
_HIDDEN_STATES = "layer_norm_12"  # the output of the last layer
_MAX_CONCURRENT = 2  # questions; each uses all cores, so more would only need memory


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader predicts for a passage and a question.

    Attributes:
        offsets: int [tokens, 2], the character spans of the tokens in the passage's text.
        starts: float32 [tokens], the logits that the answer starts at a token.
        ends: float32 [tokens], the logits that the answer ends at a token.
        no_answer_logit: The logit that the passage contains no answer.
        relevance: The logit that the passage answers, with or without a span.
        states: float32 [tokens, width], the last hidden states of the tokens. Empty without a head.
        cls_state: float32 [width], the last hidden state of [CLS]. Empty without a head.
        head: Scores a sentence by these hidden states.
    """

    offsets: NDArray[np.int64]
    starts: Logits
    ends: Logits
    no_answer_logit: float
    relevance: float
    states: Logits = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    cls_state: Logits = field(default_factory=lambda: np.zeros(0, np.float32))
    head: AnswerHead | None = None

    def sentence_logit(self, start: int, end: int) -> float | None:
        """The logit that the sentence at characters `start` to `end` answers the question.

        The head was trained on whole sentences that answer, also questions for a reason, a manner
        or a yes or no. The logits of spans were not.

        Returns:
            None if the reader has no head, or if it has read no token of the sentence.
        """
        inside = (self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end)
        if self.head is None or not inside.any():
            return None
        return self.head.score(np.concatenate([self.cls_state, self.states[inside].mean(axis=0)]))

    def best_span(self, start: int, end: int) -> tuple[int, int, float]:
        """The most probable answer span within characters `start` to `end`.

        Returns:
            Its start, its end and its score: its logit minus `no_answer_logit`. Above 0 the span is
            more probable than no answer. If no token is there, the span is empty and its score is
            minus infinity.
        """
        inside = np.flatnonzero((self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end))
        if not len(inside):
            return start, start, float("-inf")
        scores = self.starts[inside][:, None] + self.ends[inside][None, :]
        scores = np.where(_valid_spans(len(inside)), scores, -np.inf)
        first, last = np.unravel_index(int(np.argmax(scores)), scores.shape)
        return (
            int(self.offsets[inside[first], 0]),
            int(self.offsets[inside[last], 1]),
            float(scores[first, last] - self.no_answer_logit),
        )


class Reader(Protocol):
    """Predicts answers in passages."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Read passages for a question.

        Returns:
            The Reading of each passage, in order.
        """
        ...


def _valid_spans(size: int) -> NDArray[np.bool_]:
    """bool [size, size]: whether a span from row to column has a valid order and length."""
    distance = np.arange(size)[None, :] - np.arange(size)[:, None]
    return np.asarray((distance >= 0) & (distance < _MAX_SPAN_TOKENS))


class PairTokenizer:
    """Tokenizes questions together with passages.

    Args:
        max_tokens: Tokens of a question and a passage. A longer passage is split into windows.
        tokenizer: The tokenizer's file.
    """

    def __init__(self, max_tokens: int = MAX_TOKENS, tokenizer: str = TOKENIZER) -> None:
        self._questions = load_tokenizer(tokenizer)
        self._pairs = load_tokenizer(tokenizer)
        self._pairs.enable_truncation(max_tokens, stride=_STRIDE, strategy="only_second")

    def windows(self, question: str, passages: Sequence[Passage]) -> list[tuple[int, Encoding]]:
        """Tokenize the question with each passage, which follows its title.

        Returns:
            The index of a passage and one of its windows, in order.
        """
        truncated = self._truncated(question)
        windows: list[tuple[int, Encoding]] = []
        for index, passage in enumerate(passages):
            first = self._pairs.encode(truncated, prefix(passage) + passage.text)
            windows += [(index, window) for window in (first, *first.overflowing)]
        return windows

    def _truncated(self, question: str) -> str:
        """The first _QUESTION_TOKENS tokens of a question."""
        offsets = self._questions.encode(question, add_special_tokens=False).offsets
        return question[: offsets[:_QUESTION_TOKENS][-1][1]] if offsets else question


def passage_tokens(window: Encoding, passage: Passage) -> tuple[list[int], NDArray[np.int64]]:
    """The tokens of a window that belong to the passage's text, not to the question or title.

    Returns:
        Their positions in the window, and int64 [tokens, 2], their character spans in the text.
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
    """The reader that is shipped with the package, run by ONNX Runtime. It is English-only."""

    def __init__(self) -> None:
        self._session = load_onnx(READER, outputs=[_HIDDEN_STATES])
        self._head = AnswerHead()
        self._slots = threading.Semaphore(_MAX_CONCURRENT)
        self._tokenizer = PairTokenizer()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        windows = self._tokenizer.windows(question, passages)
        readings: list[Reading | None] = [None] * len(passages)
        with self._slots:
            for batch in batches([len(window.ids) for _, window in windows]):
                inputs = padded([windows[index][1] for index in batch])
                outputs = self._session.run([*_LOGITS, _HIDDEN_STATES], inputs)
                for index, *row in zip(batch, *outputs, strict=True):
                    number, window = windows[index]
                    reading = _reading(window, passages[number], _Outputs(*row), self._head)
                    readings[number] = _merged(readings[number], reading)
        return [reading for reading in readings if reading is not None]


def prefix(passage: Passage) -> str:
    """What the reader reads before the text of a passage: its title, and its own heading.

    A heading that the text already contains is not repeated.
    """
    heading = passage.own_heading
    if heading == passage.title or heading in passage.text[:_HEADING_WITHIN]:
        heading = ""
    return "".join(f"{name}: " for name in (passage.title, heading) if name)


class _Outputs(NamedTuple):
    """The model's outputs for one window.

    `starts` and `ends` are float32 [tokens], `relevance` is float32 [], and `states` is float32
    [tokens, width].
    """

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
    """The model's outputs for one window, reduced to the tokens of the passage itself."""
    tokens, offsets = passage_tokens(window, passage)
    no_answer_logit = float(outputs.starts[0] + outputs.ends[0])
    return Reading(
        offsets,
        outputs.starts[tokens],
        outputs.ends[tokens],
        no_answer_logit,
        float(outputs.relevance),
        states=outputs.states[tokens],
        cls_state=outputs.states[0],
        head=head,
    )


def _merged(before: Reading | None, after: Reading) -> Reading:
    """Merge two windows of one passage. A token of both gets the higher of its two logits."""
    if before is None:
        return after
    # Logits of different windows are comparable relative to the logit of "no answer".
    shift = (before.no_answer_logit - after.no_answer_logit) / 2
    seen = {(int(a), int(b)) for a, b in before.offsets}
    new = [n for n, (a, b) in enumerate(after.offsets) if (int(a), int(b)) not in seen]
    states = np.concatenate([before.states, after.states[new]])
    spans = [*map(tuple, before.offsets), *map(tuple, after.offsets[new])]
    tokens: dict[tuple[int, int], tuple[float, float]] = {
        (int(a), int(b)): (float(start), float(end))
        for (a, b), start, end in zip(before.offsets, before.starts, before.ends, strict=True)
    }
    for (a, b), start, end in zip(after.offsets, after.starts, after.ends, strict=True):
        best_start, best_end = tokens.get((int(a), int(b)), (-np.inf, -np.inf))
        logits = max(best_start, float(start) + shift), max(best_end, float(end) + shift)
        tokens[int(a), int(b)] = logits
    order = sorted(tokens)
    return Reading(
        offsets=np.array(order, np.int64).reshape(-1, 2),
        starts=np.array([tokens[span][0] for span in order], np.float32),
        ends=np.array([tokens[span][1] for span in order], np.float32),
        no_answer_logit=before.no_answer_logit,
        relevance=max(before.relevance, after.relevance),
        states=states[sorted(range(len(spans)), key=spans.__getitem__)] if len(states) else states,
        cls_state=before.cls_state,
        head=before.head,
    )

"""Networks that read the best passages for a second use: does this sentence answer the question?

Each is a network of the package with an adapter: the verifier's for English, the multilingual
embedder's for other languages.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from askdocs.models.answer_head import AnswerHead
from askdocs.models.bundled import MULTILINGUAL_TOKENIZER, batches, padded
from askdocs.models.reader import LONGEST, Pairs, tokens_of_text
from askdocs.models.verifier import STATES
from askdocs.types import Passage

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding

HEAD = "second_head.npz"
MULTILINGUAL_HEAD = "multilingual_head.npz"
_SEPARATOR = 102  # [SEP] of the tokenizer
_BATCH_TOKENS = 512  # padded tokens that are read at once
_AT_ONCE = 2  # questions: each takes all cores, and more would only take memory


@dataclass(frozen=True, slots=True)
class Window:
    """Hidden states of the passage's tokens, float32 [tokens, width], and of the first token."""

    offsets: NDArray[np.int64]
    states: NDArray[np.float32]
    first: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SecondReading:
    """How the sentences of a passage answer a question."""

    windows: tuple[Window, ...]
    head: AnswerHead

    def answers(self, start: int, end: int) -> float | None:
        """The logit that the sentence at characters `start` to `end` answers.

        None where no token of it was read.
        """
        best: float | None = None
        most = 0
        for window in self.windows:
            inside = (window.offsets[:, 0] >= start) & (window.offsets[:, 1] <= end)
            if inside.sum() > most:
                most = int(inside.sum())
                mean = window.states[inside].mean(axis=0)
                best = self.head.score(np.concatenate([window.first, mean]))
        return best


class SecondReader(Protocol):
    """What reads a few passages again."""

    def read(self, question: str, passages: Sequence[Passage]) -> Sequence[SecondReading]:
        """A SecondReading of each passage, in order."""
        ...


class _AdaptedReader:
    """A network with an adapter that has learnt to find answers.

    Args:
        session: The network, which gives its last hidden states too.
        states: Their name.
        head: The file of its answer head.
        pairs: Cuts questions and passages into its tokens.
    """

    def __init__(self, session: InferenceSession, states: str, head: str, pairs: Pairs) -> None:
        self._session, self._states, self._pairs = session, states, pairs
        self._head = AnswerHead(head)
        self._turns = threading.Semaphore(_AT_ONCE)

    def read(self, question: str, passages: Sequence[Passage]) -> list[SecondReading]:
        rows = self._pairs.windows(question, passages)
        found: dict[int, Window] = {}  # by the number of the row
        with self._turns:
            for batch in batches([len(window.ids) + 1 for _, window in rows], _BATCH_TOKENS):
                inputs = self._inputs([rows[index][1] for index in batch])
                inputs["adapter"] = np.ones(1, np.float32)
                (states,) = self._session.run([self._states], inputs)
                for index, row in zip(batch, states, strict=True):
                    number, window = rows[index]
                    found[index] = self._window(window, passages[number], row)
        windows: list[list[Window]] = [[] for _ in passages]
        for index, (number, _) in enumerate(rows):
            windows[number].append(found[index])
        return [SecondReading(tuple(each), self._head) for each in windows]

    def _inputs(self, windows: Sequence[Encoding]) -> dict[str, NDArray[np.generic]]:
        """Rows `<s> question </s></s> passage </s>`, padded with zeros."""
        return dict(padded(windows))

    def _window(self, window: Encoding, passage: Passage, states: NDArray[np.float32]) -> Window:
        """The states of the tokens of the passage itself, from those of a row."""
        tokens, offsets = tokens_of_text(window, passage)
        return Window(offsets, states[tokens], states[0])


class MultilingualReader(_AdaptedReader):
    """The multilingual embedder's network with the adapter that has learnt to find answers.

    Args:
        session: The network, which gives its last hidden states (`embedders.STATES`) too.
        states: Their name.
    """

    def __init__(self, session: InferenceSession, states: str) -> None:
        pairs = Pairs(LONGEST, MULTILINGUAL_TOKENIZER)
        super().__init__(session, states, MULTILINGUAL_HEAD, pairs)


class OnnxSecondReader(_AdaptedReader):
    """The verifier's network with the adapter that has learnt to find answers, in English.

    Args:
        session: The network, which gives its last hidden states (`STATES`) too.
    """

    def __init__(self, session: InferenceSession) -> None:
        # One token more than the reader's rows: the verifier's evidence follows two separators.
        super().__init__(session, STATES, HEAD, Pairs(LONGEST - 1))

    def _inputs(self, windows: Sequence[Encoding]) -> dict[str, NDArray[np.generic]]:
        """Rows `[CLS] question [SEP] [SEP] passage [SEP]`, padded with zeros."""
        shape = (len(windows), max(len(window.ids) for window in windows) + 1)
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, window in enumerate(windows):
            second = window.sequence_ids.index(1) if 1 in window.sequence_ids else len(window.ids)
            marked = [*window.ids[:second], _SEPARATOR, *window.ids[second:]]
            ids[row, : len(marked)] = marked
            mask[row, : len(marked)] = 1
        types = np.zeros(shape, np.int64)
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}

    def _window(self, window: Encoding, passage: Passage, states: NDArray[np.float32]) -> Window:
        # The second separator moves the tokens of the passage by one.
        tokens, offsets = tokens_of_text(window, passage)
        return Window(offsets, states[[token + 1 for token in tokens]], states[0])

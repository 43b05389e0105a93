"""Cross-encoders: they read a question with a passage and score the passage's sentences.

Each is a network of the package with an adapter. English passages that the reader has ranked first
are reranked by the verifier's network. Passages in other languages are ranked by the multilingual
embedder's network.
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
from askdocs.models.reader import MAX_TOKENS, PairTokenizer, passage_tokens
from askdocs.models.verifier import HIDDEN_STATES
from askdocs.types import Passage

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding

HEAD = "second_head.npz"
MULTILINGUAL_HEAD = "multilingual_head.npz"
_SEPARATOR = 102  # [SEP] of the tokenizer
_BATCH_TOKENS = 512  # padded tokens per batch
_MAX_CONCURRENT = 2  # questions; each uses all cores, so more would only need memory


@dataclass(frozen=True, slots=True)
class Window:
    """The hidden states of one window of a passage.

    Attributes:
        offsets: int [tokens, 2], the character spans of the tokens in the passage's text.
        states: float32 [tokens, width], the hidden states of these tokens.
        first: float32 [width], the hidden state of the window's first token, [CLS].
    """

    offsets: NDArray[np.int64]
    states: NDArray[np.float32]
    first: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """Scores the sentences of a passage for a question."""

    windows: tuple[Window, ...]
    head: AnswerHead

    def sentence_logit(self, start: int, end: int) -> float | None:
        """The logit that the sentence at characters `start` to `end` answers the question.

        It is computed in the window that contains most of the sentence's tokens.

        Returns:
            None if no token of the sentence was read.
        """
        logit: float | None = None
        most_tokens = 0
        for window in self.windows:
            inside = (window.offsets[:, 0] >= start) & (window.offsets[:, 1] <= end)
            if inside.sum() > most_tokens:
                most_tokens = int(inside.sum())
                mean = window.states[inside].mean(axis=0)
                logit = self.head.score(np.concatenate([window.first, mean]))
        return logit


class SentenceScorer(Protocol):
    """Scores the sentences of passages."""

    def score(self, question: str, passages: Sequence[Passage]) -> Sequence[SentenceScores]:
        """Read passages with a question.

        Returns:
            The SentenceScores of each passage, in order.
        """
        ...


class _CrossEncoder:
    """A network with an adapter that was trained to find answers.

    Args:
        session: The network. Its outputs include its last hidden states.
        states: The name of that output.
        head: The file of its answer head.
        tokenizer: Tokenizes questions with passages.
    """

    def __init__(
        self, session: InferenceSession, states: str, head: str, tokenizer: PairTokenizer
    ) -> None:
        self._session, self._states, self._tokenizer = session, states, tokenizer
        self._head = AnswerHead(head)
        self._slots = threading.Semaphore(_MAX_CONCURRENT)

    def score(self, question: str, passages: Sequence[Passage]) -> list[SentenceScores]:
        rows = self._tokenizer.windows(question, passages)
        read: dict[int, Window] = {}  # by the index of the row
        with self._slots:
            for batch in batches([len(window.ids) + 1 for _, window in rows], _BATCH_TOKENS):
                inputs = self._inputs([rows[index][1] for index in batch])
                inputs["adapter"] = np.ones(1, np.float32)
                (states,) = self._session.run([self._states], inputs)
                for index, row in zip(batch, states, strict=True):
                    passage, window = rows[index]
                    read[index] = self._window(window, passages[passage], row)
        windows: list[list[Window]] = [[] for _ in passages]
        for index, (passage, _) in enumerate(rows):
            windows[passage].append(read[index])
        return [SentenceScores(tuple(of_passage), self._head) for of_passage in windows]

    def _inputs(self, windows: Sequence[Encoding]) -> dict[str, NDArray[np.generic]]:
        """Rows `<s> question </s></s> passage </s>`, padded with zeros."""
        return dict(padded(windows))

    def _window(self, window: Encoding, passage: Passage, states: NDArray[np.float32]) -> Window:
        """The hidden states of the passage's own tokens, from those of a row."""
        tokens, offsets = passage_tokens(window, passage)
        return Window(offsets, states[tokens], states[0])


class MultilingualSentenceScorer(_CrossEncoder):
    """The multilingual embedder's network with an adapter that was trained to find answers.

    Args:
        session: The network. Its outputs include its last hidden states.
        states: The name of that output, `embedders.HIDDEN_STATES`.
    """

    def __init__(self, session: InferenceSession, states: str) -> None:
        tokenizer = PairTokenizer(MAX_TOKENS, MULTILINGUAL_TOKENIZER)
        super().__init__(session, states, MULTILINGUAL_HEAD, tokenizer)


class EnglishSentenceScorer(_CrossEncoder):
    """The verifier's network with an adapter that was trained to find answers. English-only.

    Args:
        session: The network. Its outputs include its last hidden states, `HIDDEN_STATES`.
    """

    def __init__(self, session: InferenceSession) -> None:
        # One token less of question and passage, because a row has a second separator.
        super().__init__(session, HIDDEN_STATES, HEAD, PairTokenizer(MAX_TOKENS - 1))

    def _inputs(self, windows: Sequence[Encoding]) -> dict[str, NDArray[np.generic]]:
        """Rows `[CLS] question [SEP] [SEP] passage [SEP]`, padded with zeros."""
        shape = (len(windows), max(len(window.ids) for window in windows) + 1)
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, window in enumerate(windows):
            begin = window.sequence_ids.index(1) if 1 in window.sequence_ids else len(window.ids)
            tokens = [*window.ids[:begin], _SEPARATOR, *window.ids[begin:]]
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        types = np.zeros(shape, np.int64)
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}

    def _window(self, window: Encoding, passage: Passage, states: NDArray[np.float32]) -> Window:
        # The second separator shifts the tokens of the passage by one.
        tokens, offsets = passage_tokens(window, passage)
        return Window(offsets, states[[token + 1 for token in tokens]], states[0])

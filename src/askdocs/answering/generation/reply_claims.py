"""Turns the sentences of a reply into claims that are clear without context, and judges them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from askdocs.answering.generation.reply_parser import ReplySentence
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.types import Passage

_CODE = "this code is not in your documents in this form"
_LEAD_IN_WORDS = 8  # a list item with fewer words is judged together with its introduction


class ReplyClaims:
    """Judges the sentences of a reply in their order.

    A table row is judged with the names of its columns: "Name: Ada; Age: 36". A short list item is
    judged with the sentence that introduces the list: "The park has three entrances: north".
    """

    def __init__(self, passages: Sequence[Passage], verifier: Verifier, question: str) -> None:
        """Start with the first sentence of a reply.

        Args:
            passages: The passages of the prompt. The reply cites them by their numbers, from 1.
            verifier: Judges the claims.
            question: The question that the reply answers.
        """
        self._passages = passages
        self._verifier = verifier
        self._question = question
        self._head: tuple[str, ...] = ()  # the cells of the first row of the table
        self._lead_in = ""  # the sentence that introduces the list, without its colon

    def judge(self, sentence: ReplySentence) -> tuple[str, Judgement]:
        """Judge the next sentence, table row or code block.

        Returns:
            The claim and its verdict. The claim is "" for a heading, the head of a table, and code.
        """
        cited, others = self._cited(sentence)
        if sentence.kind == "heading" or self._is_head(sentence):
            return "", Judgement("no_claim")
        if sentence.kind == "code":
            return "", self._verifier.judge_verbatim(sentence.text, [*cited, *others], _CODE)
        if sentence.kind != "item" and sentence.opens:
            self._lead_in = ""
        claim = self._claim(sentence)
        if sentence.text.endswith(":"):
            self._lead_in = sentence.text.rstrip(":")
        return claim, self._verifier.judge(claim, cited, others, self._question)

    def _is_head(self, sentence: ReplySentence) -> bool:
        """Whether a row is the first row of its table, which contains the names of the columns."""
        if sentence.kind != "row":
            self._head = ()
            return False
        is_head = not self._head
        if is_head:
            self._head = tuple(_cells(sentence.text))
        return is_head

    def _claim(self, sentence: ReplySentence) -> str:
        """Complete a sentence: a row with its column names, a short item with its lead-in."""
        if sentence.kind == "row":
            pairs = zip_longest(self._head, _cells(sentence.text), fillvalue="")
            return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
        is_short = sentence.kind == "item" and len(sentence.text.split()) < _LEAD_IN_WORDS
        return f"{self._lead_in}: {sentence.text}" if self._lead_in and is_short else sentence.text

    def _cited(self, sentence: ReplySentence) -> tuple[list[Passage], list[Passage]]:
        """The passages that a sentence cites, and the others."""
        cited = [self._passages[number - 1] for number in sentence.numbers]
        return cited, [passage for passage in self._passages if passage not in cited]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]

"""What the sentences of a reply claim where they stand, and the verdicts on that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from askdocs.answering.generation.reply_parser import ReplySentence
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.types import Passage

_CODE = "this code is not in your documents in this form"
_LEAD_IN_WORDS = 8  # a list item of fewer words is judged with the sentence that introduces it


class ReplyClaims:
    """Judges the sentences of a reply in their order.

    A row of a table is judged with the names of its columns, a short item of a list with the
    sentence that introduces the list.
    """

    def __init__(self, passages: Sequence[Passage], verifier: Verifier, question: str) -> None:
        """Judge a reply.

        Args:
            passages: What it was written from; its citations are numbers of these, from 1.
            verifier: Judges the claims.
            question: The question that it answers.
        """
        self._passages = passages
        self._verifier = verifier
        self._question = question
        self._head: tuple[str, ...] = ()  # the cells of the first row of the table
        self._lead_in = ""  # the sentence that introduces the list

    def judge(self, said: ReplySentence) -> tuple[str, Judgement]:
        """What a sentence, a row of a table or a block of code claims, and the verdict on it."""
        cited, others = self._cited(said)
        if said.kind == "heading" or self._is_head(said):
            return "", Judgement("no_claim")
        if said.kind == "code":
            return "", self._verifier.judge_verbatim(said.text, [*cited, *others], _CODE)
        if said.kind != "item" and said.opens:
            self._lead_in = ""
        claim = self._claim(said)
        if said.text.endswith(":"):
            self._lead_in = said.text.rstrip(":")
        return claim, self._verifier.judge(claim, cited, others, self._question)

    def _is_head(self, said: ReplySentence) -> bool:
        """Whether a row is the first of its table, which names the columns."""
        if said.kind != "row":
            self._head = ()
            return False
        is_head = not self._head
        if is_head:
            self._head = tuple(_cells(said.text))
        return is_head

    def _claim(self, said: ReplySentence) -> str:
        """What a sentence says where it stands: a row with its columns, a short item in full."""
        if said.kind == "row":
            pairs = zip_longest(self._head, _cells(said.text), fillvalue="")
            return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
        is_short = said.kind == "item" and len(said.text.split()) < _LEAD_IN_WORDS
        return f"{self._lead_in}: {said.text}" if self._lead_in and is_short else said.text

    def _cited(self, said: ReplySentence) -> tuple[list[Passage], list[Passage]]:
        cited = [self._passages[number - 1] for number in said.numbers]
        return cited, [passage for passage in self._passages if passage not in cited]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]

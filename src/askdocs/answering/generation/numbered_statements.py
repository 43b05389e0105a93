"""Numbers the statements of an answer and its citations, in the order in which they arrive."""

from __future__ import annotations

from dataclasses import dataclass, field

from askdocs.answering.generation.reply_parser import ReplySentence
from askdocs.answering.verification.evidence import NumberedCitations
from askdocs.answering.verification.verifier import Judgement
from askdocs.types import Quotation, Statement

_JUDGED = ("quoted", "supported", "partly", "unsupported")


@dataclass(slots=True)
class NumberedStatements:
    """The statements that were added, and the citations of all statements that were made."""

    statements: list[Statement] = field(default_factory=list)
    citations: NumberedCitations = field(default_factory=NumberedCitations)

    def add(self, sentence: ReplySentence, judgement: Judgement, lead: str) -> Statement:
        """Make the statement of a judged sentence and add it."""
        statement = self.made_of(sentence, judgement, lead)
        self.statements.append(statement)
        return statement

    def clear(self) -> None:
        """Remove all statements and citations."""
        self.statements.clear()
        self.citations.clear()

    def made_of(self, sentence: ReplySentence, judgement: Judgement, lead: str) -> Statement:
        """Make the statement of a judged sentence, with its citations, without adding it.

        Args:
            sentence: The sentence.
            judgement: The verdict on it.
            lead: The white space and markup before it in the text of the answer.
        """
        # A claim may contain words that are not in the sentence, so offsets are looked up.
        at = sentence.text.find
        quotations = tuple(
            Quotation(
                piece.text,
                at(piece.text),
                at(piece.text) + len(piece.text),
                self.citations.of_all(found.quotes),
                found.difference,
                found.goes_on,
            )
            for piece, found in judgement.quotations
            if piece.text in sentence.text
        )
        return Statement(
            text=sentence.text,
            citations=self.citations.of_all(judgement.quotes),
            verdict=judgement.verdict,
            reason=judgement.reason,
            contradicted=judgement.contradicted,
            quotations=quotations,
            markdown=sentence.markdown,
            lead=lead,
            probability=judgement.probability if judgement.verdict in _JUDGED else None,
        )

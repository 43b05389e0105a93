"""Answers without a search for sentences: greetings, lists of documents, mentions."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.answering.in_conversation import last_cited
from askdocs.answering.mentions import DocumentMentions, answer_mentions, places_of
from askdocs.answering.questions.question import Question
from askdocs.resources import Resources
from askdocs.types import Answer, DocumentRecord, Turn

_DOCUMENTS_NAMED = 20
_GREETED = "Ask a question about your documents."
_MORE_OF_WHAT = "More of what? Nothing of your documents has been quoted yet. Ask me about them."


def direct_answer(
    resources: Resources, question: Question, history: Sequence[Turn], sources: Sequence[str] | None
) -> Answer | None:
    """The Answer to a text that needs no reading; None for a question that does."""
    if question.intent == "greeting":
        return Answer(question.text, _GREETED, kind="reply")
    mentioned = _mentioned(resources, question, sources)
    if mentioned is not None:
        return mentioned
    if question.intent == "documents":
        told = _documents_told(resources.open_catalog().document_records())
        return Answer(question.text, told, answered=True, confidence=1.0, kind="documents")
    if question.intent == "more" and not last_cited(history):
        return Answer(question.text, _MORE_OF_WHAT, kind="reply")
    return None


def _mentioned(
    resources: Resources, question: Question, sources: Sequence[str] | None
) -> Answer | None:
    """Which documents mention something, where that is asked.

    None where "discuss" or "contain" may mean more than the words, and no document has them.
    """
    wanted = question.mention
    if wanted is None:
        return None
    catalog = resources.open_catalog()
    within = catalog.sources(sources)
    found = []
    for source in set(catalog.sources_with(wanted.phrase)) & set(within):
        document = catalog.document(source)
        places = tuple(places_of(wanted, document.text)) if document else ()
        if document and places:
            found.append(DocumentMentions(document, places))
    if not found and not wanted.only_words:
        return None
    return answer_mentions(question.text, wanted, found, len(within), catalog.passages_of)


def _documents_told(records: Sequence[DocumentRecord]) -> str:
    """Which documents there are, the first of many."""
    if not records:
        return "There are no documents yet."
    count = "There is 1 document" if len(records) == 1 else f"There are {len(records)} documents"
    named = ", ".join(record.source for record in records[:_DOCUMENTS_NAMED])
    more = len(records) - _DOCUMENTS_NAMED
    return f"{count}: {named}{f' and {more} more' if more > 0 else ''}."

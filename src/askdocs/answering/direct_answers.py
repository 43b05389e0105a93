"""Answers that need no search for sentences: replies to greetings, lists of documents, mentions."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.answering.in_conversation import last_cited
from askdocs.answering.mentions import DocumentMentions, answer_mentions, places_of
from askdocs.answering.questions.question import Question
from askdocs.resources import Resources
from askdocs.types import Answer, DocumentRecord, Turn

_MOST_NAMED = 20
_GREETING_REPLY = "Ask a question about your documents."
_NOTHING_TO_CONTINUE = (
    "More of what? Nothing of your documents has been quoted yet. Ask me about them."
)


def direct_answer(
    resources: Resources, question: Question, history: Sequence[Turn], sources: Sequence[str] | None
) -> Answer | None:
    """Answer a question that needs no search for sentences.

    Args:
        resources: The open models and the index.
        question: The question.
        history: The turns before it, oldest first.
        sources: The documents that are searched; None for all.

    Returns:
        The answer; None if the question needs a search.
    """
    if question.intent == "greeting":
        return Answer(question.text, _GREETING_REPLY, kind="reply")
    mentions = _mentions_answer(resources, question, sources)
    if mentions is not None:
        return mentions
    if question.intent == "documents":
        text = _list_documents(resources.open_catalog().document_records())
        return Answer(question.text, text, answered=True, confidence=1.0, kind="documents")
    if question.intent == "more" and not last_cited(history):
        return Answer(question.text, _NOTHING_TO_CONTINUE, kind="reply")
    return None


def _mentions_answer(
    resources: Resources, question: Question, sources: Sequence[str] | None
) -> Answer | None:
    """Answer which documents mention something; None if that is not asked.

    Also None if no document has the words, and "discuss" or "contain" may mean more than the words.
    """
    request = question.mention
    if request is None:
        return None
    catalog = resources.open_catalog()
    within = catalog.sources(sources)
    found = []
    for source in set(catalog.sources_with(request.phrase)) & set(within):
        document = catalog.document(source)
        places = tuple(places_of(request, document.text)) if document else ()
        if document and places:
            found.append(DocumentMentions(document, places))
    if not found and not request.only_words:
        return None
    return answer_mentions(question.text, request, found, len(within), catalog.passages_of)


def _list_documents(records: Sequence[DocumentRecord]) -> str:
    """A sentence with the names of the first 20 documents and the number of the others."""
    if not records:
        return "There are no documents yet."
    count = "There is 1 document" if len(records) == 1 else f"There are {len(records)} documents"
    named = ", ".join(record.source for record in records[:_MOST_NAMED])
    more = len(records) - _MOST_NAMED
    return f"{count}: {named}{f' and {more} more' if more > 0 else ''}."

"""Collects the notices about an answer: its language, skipped files, files not indexed yet."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.language_notice import (
    language_notice,
    languages_of,
    refusal_language_notice,
)
from askdocs.answering.skipped_files import (
    keyword_only_notice,
    question_language_notice,
    skipped_files_notice,
)
from askdocs.models.embedders import ENGLISH_SPEC
from askdocs.resources import Resources
from askdocs.system.sampling import evenly_spread
from askdocs.types import Answer

# Documents, and characters of each, whose language is looked at.
_SAMPLED, _SAMPLE_LENGTH = 60, 500


def notices(
    resources: Resources,
    question: str,
    result: RetrievalResult,
    answer: Answer,
    sources: Sequence[str] | None,
) -> str:
    """Collect all notices about an answer, including its own.

    Args:
        resources: The open models and the index.
        question: The question as the user wrote it.
        result: The candidates that the answer was made from.
        answer: The answer.
        sources: The documents that were searched; None for all.

    Returns:
        Sentences for the user; "" if there are none.
    """
    # The quotes of an overview, and of a part by its number, are not estimated.
    is_found = result.kind == "overview" or any(each.quoted_to for each in result.candidates)
    parts = (
        result.spelling_notice,
        answer.notice,
        "" if is_found else language_notice(question, answer, result.candidates),
        "" if answer.answered else _not_searched_notice(resources, question, answer, sources),
        _indexing_notice(resources),
    )
    return " ".join(filter(None, parts))


def _indexing_notice(resources: Resources) -> str:
    """The notice that indexing has not ended yet; "" if it has."""
    catalog = resources.open_catalog()
    unread, pending = catalog.state().files_pending, catalog.count_pending()
    if unread:
        files = "1 file is" if unread == 1 else f"{unread:,} files are"
        return f"{files} not read yet. Ask again when indexing has ended."
    if pending:
        passages = "1 passage was" if pending == 1 else f"{pending:,} passages were"
        return f"{passages} searched by words only: indexing has not ended yet."
    return ""


def document_languages(resources: Resources, sources: Sequence[str] | None) -> dict[str, int]:
    """The languages of a sample of the documents, as `languages_of` counts them."""
    return languages_of(_openings(resources, sources))


def _openings(resources: Resources, sources: Sequence[str] | None) -> list[str]:
    """How a sample of the documents begin."""
    catalog = resources.open_catalog()
    sampled = evenly_spread(catalog.sources(sources), _SAMPLED)
    return [catalog.text_prefix(source, _SAMPLE_LENGTH) for source in sampled]


def _not_searched_notice(
    resources: Resources, question: str, answer: Answer, sources: Sequence[str] | None
) -> str:
    """The notice of a refusal about files, languages and parts of files that were not searched."""
    catalog = resources.open_catalog()
    within = None if sources is None else set(catalog.sources(sources))
    openings = _openings(resources, sources)
    languages = languages_of(openings)
    is_clear = 2 * sum(languages.values()) > len(openings)
    parts = [skipped_files_notice(catalog.left_out(), catalog.failures(), within)]
    if catalog.state().embedder.startswith(f"{ENGLISH_SPEC}:"):
        parts.append(keyword_only_notice(openings) or question_language_notice(question))
    elif is_clear and not answer.citations:
        parts.insert(0, refusal_language_notice(question, languages))
    return " ".join(filter(None, parts))

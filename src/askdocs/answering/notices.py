"""What is to be said about an answer: the language, what was not read or is not indexed yet."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.language_notice import language_notice
from askdocs.answering.skipped_files import keyword_only_notice, skipped_files_notice
from askdocs.models.embedders import ENGLISH_SPEC
from askdocs.resources import Resources
from askdocs.system.sampling import evenly_spread
from askdocs.types import Answer

_OPENINGS, _OPENING = 60, 500  # documents, and characters of each, whose language is looked at


def notices(
    resources: Resources,
    question: str,
    result: RetrievalResult,
    answer: Answer,
    sources: Sequence[str] | None,
) -> str:
    """All that is to be said about an answer, its own notice among it; "" for nothing.

    Args:
        resources: What the assistant opens.
        question: The question as it was asked.
        result: What the answer was made from.
        answer: The answer.
        sources: The documents that were searched; None for all.
    """
    is_overview = result.kind == "overview"  # nothing was chosen that could be wrong
    said = (
        result.spelling_notice,
        answer.notice,
        "" if is_overview else language_notice(question, answer, result.candidates),
        "" if answer.answered else _not_looked_at(resources, sources),
        _missing(resources),
    )
    return " ".join(filter(None, said))


def _missing(resources: Resources) -> str:
    """What of the documents could not be searched yet, in words; "" where nothing is missing."""
    catalog = resources.open_catalog()
    unread, pending = catalog.state().files_pending, catalog.count_pending()
    if unread:
        files = "1 file is" if unread == 1 else f"{unread:,} files are"
        return f"{files} not read yet. Ask again when indexing has ended."
    if pending:
        passages = "1 passage was" if pending == 1 else f"{pending:,} passages were"
        return f"{passages} searched by words only: indexing has not ended yet."
    return ""


def _not_looked_at(resources: Resources, sources: Sequence[str] | None) -> str:
    """What was not read of the documents that a refused question could be answered from."""
    catalog = resources.open_catalog()
    within = None if sources is None else set(catalog.sources(sources))
    not_read = skipped_files_notice(catalog.left_out(), catalog.failures(), within)
    if not catalog.state().embedder.startswith(f"{ENGLISH_SPEC}:"):
        return not_read
    looked_at = evenly_spread(catalog.sources(sources), _OPENINGS)
    by_words = keyword_only_notice(catalog.text_prefix(source, _OPENING) for source in looked_at)
    return " ".join(filter(None, (not_read, by_words)))

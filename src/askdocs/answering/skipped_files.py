"""Notices of a refusal about files that could not be read or fully searched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from askdocs.text.language import (
    LANGUAGES,
    asks_in_english,
    is_english,
    language_of,
    language_of_question,
    letters_weight,
)
from askdocs.types import Failure

MOST_NAMED = 4  # files in one notice; more would distract from the refusal
_FEWEST_LETTERS = 40  # a shorter text does not show its language
_FEWEST_OF_QUESTION = 12  # letters of a question; a code such as "EN 10204" has no language
_MOST_PARTS = 2  # of one file


def skipped_files_notice(
    left_out: Mapping[str, Sequence[str]],
    failures: Iterable[Failure],
    sources: Collection[str] | None = None,
) -> str:
    """The notice of a refusal about files, and parts of files, that were not read.

    Args:
        left_out: The source of a document → the parts of its file that were not read.
        failures: The files that could not be read. They are named only if `sources` is None.
        sources: The documents that the search was limited to; None for all.

    Returns:
        One sentence that begins "Not looked at: ", or "" if everything was read.
    """
    entries = [
        f"{source} ({_few(parts)})"
        for source, parts in left_out.items()
        if parts and (sources is None or source in sources)
    ]
    if sources is None:
        entries += [f"{failure.source} ({failure.reason})" for failure in failures]
    if not entries:
        return ""
    more = len(entries) - MOST_NAMED
    rest = f"; and {more} more, which the list of documents names" if more > 0 else ""
    return f"Not looked at: {'; '.join(entries[:MOST_NAMED])}{rest}."


def keyword_only_notice(openings: Iterable[str]) -> str:
    """The notice of a refusal about documents in languages that the embedder does not know.

    Args:
        openings: The beginnings of some documents.

    Returns:
        Two sentences that name the languages; "" if all texts are in English.
    """
    found = {_foreign_language(text) for text in openings} - {""}
    if not found:
        return ""
    names = sorted(LANGUAGES[code] for code in found)
    languages = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return (
        f"Documents in {languages} were searched by their words only: the index has the model for"
        ' English. Set models = "multilingual" and build it again with “askdocs index --rebuild”.'
    )


def question_language_notice(question: str) -> str:
    """The notice of a refusal about a question in a language that the embedder does not know.

    Returns:
        Two sentences; "" if the question is in English, or its language is not clear.
    """
    is_clear = letters_weight(question) >= _FEWEST_OF_QUESTION and not asks_in_english(question)
    if not is_clear or language_of_question(question) in ("", "en"):
        return ""
    return (
        "The question is not in English, but the index has the model for English. Ask in English,"
        ' or set models = "multilingual" and build the index again with “askdocs index --rebuild”.'
    )


def _foreign_language(text: str) -> str:
    """The code of the language of a text; "" for English, or if the language is not clear."""
    if letters_weight(text) < _FEWEST_LETTERS or is_english(text):
        return ""
    return language_of(text)


def _few(parts: Sequence[str]) -> str:
    """The first parts of a file that were not read, and the number of the others."""
    more = len(parts) - _MOST_PARTS
    return ", ".join(parts[:_MOST_PARTS]) + (f" and {more} more" if more > 0 else "")

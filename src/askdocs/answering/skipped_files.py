"""What a question was not answered from, because it could not be read."""

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

MOST_NAMED = 4  # files in one notice; more would hide the refusal that it stands beside
_FEWEST_LETTERS = 40  # of a text whose language can be told
_FEWEST_OF_QUESTION = 12  # of a question: a code such as "EN 10204" is in no language
_MOST_PARTS = 2  # of one file


def skipped_files_notice(
    left_out: Mapping[str, Sequence[str]],
    failures: Iterable[Failure],
    sources: Collection[str] | None = None,
) -> str:
    """The notice of a refusal about files, and parts of files, that were not read.

    Args:
        left_out: Source of a document → what its file holds that was not read.
        failures: The files that could not be read.
        sources: The documents that the question was limited to; None for all. Files that could
            not be read are told only without such a limit.

    Returns:
        One sentence that begins "Not looked at: ", or "" where everything was read.
    """
    told = [
        f"{source} ({_few(parts)})"
        for source, parts in left_out.items()
        if parts and (sources is None or source in sources)
    ]
    if sources is None:
        told += [f"{failure.source} ({failure.reason})" for failure in failures]
    if not told:
        return ""
    more = len(told) - MOST_NAMED
    rest = f"; and {more} more, which the list of documents names" if more > 0 else ""
    return f"Not looked at: {'; '.join(told[:MOST_NAMED])}{rest}."


def keyword_only_notice(openings: Iterable[str]) -> str:
    """The notice of a refusal about documents that an English embedder knows by their words alone.

    Args:
        openings: How some documents begin.

    Returns:
        Two sentences that name the languages; "" where all are in English.
    """
    found = {_foreign_language(text) for text in openings} - {""}
    if not found:
        return ""
    names = sorted(LANGUAGES[code] for code in found)
    told = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return (
        f"Documents in {told} were searched by their words only: the index has the model for"
        ' English. Set models = "multilingual" and build it again with “askdocs index --rebuild”.'
    )


def question_language_notice(question: str) -> str:
    """The notice of a refusal where the embedder is English and the question is not.

    Returns:
        Two sentences; "" where the question is in English, or its language is not clear.
    """
    is_clear = letters_weight(question) >= _FEWEST_OF_QUESTION and not asks_in_english(question)
    if not is_clear or language_of_question(question) in ("", "en"):
        return ""
    return (
        "The question is not in English, but the index has the model for English. Ask in English,"
        ' or set models = "multilingual" and build the index again with “askdocs index --rebuild”.'
    )


def _foreign_language(text: str) -> str:
    """The code of the language of a text; "" for English, or where it is not clear."""
    if letters_weight(text) < _FEWEST_LETTERS or is_english(text):
        return ""
    return language_of(text)


def _few(parts: Sequence[str]) -> str:
    """The first parts of a file that were not read, and how many there are besides."""
    more = len(parts) - _MOST_PARTS
    return ", ".join(parts[:_MOST_PARTS]) + (f" and {more} more" if more > 0 else "")

"""Whether documents are read otherwise than before although their files look the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from askdocs.interface import AssistantInterface

Reading = tuple[int, str, str]  # size and time of a file, and the text that was read of it


def readings(assistant: AssistantInterface, sources: Collection[str]) -> dict[str, Reading]:
    """How the index has read some documents; without those that it does not hold."""
    return {
        record.source: (record.size, record.modified, assistant.document(record.source).text)
        for record in assistant.status().documents
        if record.source in sources
    }


def read_otherwise(before: Mapping[str, Reading], now: Mapping[str, Reading]) -> set[str]:
    """The sources of which only the text has changed, as a newer reader of the format does it."""
    return {
        source
        for source, (*file, text) in now.items()
        if source in before and [*before[source][:2]] == file and before[source][2] != text
    }

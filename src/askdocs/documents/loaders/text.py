"""Plain text in any encoding; the anchor is the line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.chats import (
    add_messages,
    is_whatsapp,
    whatsapp_media,
    whatsapp_messages,
)
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.types import Document


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with the unchanged text of the file, or with the messages of a chat."""
    builder = DocumentBuilder(source)
    text = read_text(path, builder)
    if is_whatsapp(text):
        builder.title = PurePosixPath(source).stem
        add_messages(builder, whatsapp_messages(text))
        if media := whatsapp_media(text):
            builder.report_skipped(counted(media, "media file") + " of the chat")
        return [builder.build()]
    builder.anchor(line=1)
    builder.add(text, end="")
    return [builder.build()]

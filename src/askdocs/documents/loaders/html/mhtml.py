"""Web pages that a browser saved in one file (.mhtml, .mht)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.html.page import decode_page, page_document, parse_page
from askdocs.documents.loaders.html.style_sheets import apply_text_styles
from askdocs.types import Document

_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with the text of the saved page. Images and frames are not read.

    Raises:
        LoadError: The file contains no page, or the text of the page is built by a script.
    """
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise LoadError("the file is not a saved web page, despite its name")
    page = _page_part(message)
    if page is None:
        raise LoadError("the saved web page is damaged: it contains no HTML")
    data = page.get_payload(decode=True)
    charset = page.get_content_charset() or ""
    decoded = decode_page(data if isinstance(data, bytes) else b"", charset)
    parsed = parse_page(decoded.text)
    apply_text_styles(parsed, list(_style_sheets(message)))
    subject = str(message.get("Subject", ""))
    return [page_document(source, parsed, subject, remarks=decoded.remarks)]


def _style_sheets(message: EmailMessage) -> Iterator[str]:
    """The style sheets that were saved with the page."""
    for part in message.walk():
        content = part.get_payload(decode=True) if part.get_content_type() == "text/css" else None
        if isinstance(content, bytes):
            yield content.decode("utf-8", "replace")


def _page_part(message: EmailMessage) -> EmailMessage | None:
    """The part with the page: the start part that the file names, else the first one."""
    pages = [
        part
        for part in message.walk()
        if isinstance(part, EmailMessage) and part.get_content_type() in _PAGE_TYPES
    ]
    start = (message.get_param("start") or "") if message.is_multipart() else ""
    saved = message.get("Snapshot-Content-Location", "")
    for part in pages:
        if start and part.get("Content-ID") == start:
            return part
        if saved and part.get("Content-Location") == saved:
            return part
    return pages[0] if pages else None

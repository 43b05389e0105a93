"""Mails (.eml) and mailboxes (.mbox): subject, sender, date, text; attachments as documents."""

from __future__ import annotations

import email
import mailbox
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders import load as load_any
from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.documents.loaders.html.blocks import HtmlWriter
from askdocs.documents.loaders.html.page import parse_html
from askdocs.documents.loaders.html.visibility import hidden
from askdocs.documents.loaders.text import decode
from askdocs.types import Document

_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_DEPTH = 4  # mails attached to mails
_ODD = re.compile(r"[\x00-\x1f/\\:*?\"<>|]+")
_NOT_SHOWN = frozenset({"script", "style", "head", "template", "title"})
_PICTURES = ("image/", "audio/", "video/")


def load(path: Path, source: str) -> Sequence[Document]:
    """The mail, or all mails of a mailbox, as one document; each attachment as another."""
    messages = _mailbox(path) if PurePosixPath(source).suffix.lower() == ".mbox" else [_mail(path)]
    builder = DocumentBuilder(source)
    attachments: list[Document] = []
    taken: set[str] = set()
    for message in messages:
        if not any(_header(message, name) for name in (*_HEADERS, "Received", "Message-ID")):
            raise LoadError("the file is not a mail, whatever its name says")
        _add_mail(builder, message)
        for name, data in _attachments(message):
            name = _free_name(name, taken)
            found, remark = _load_attachment(data, f"{source}/{name}")
            builder.add(f"Attachment: {name}{remark}", end="\n")
            attachments += found
        builder.close_block()
    return [builder.build(), *attachments]


def _mail(path: Path) -> Message:
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = decode(data).encode("utf-8", "replace")
    return email.message_from_bytes(data, policy=default)


def _mailbox(path: Path) -> list[Message]:
    with closing(mailbox.mbox(path, create=False)) as box:
        return [email.message_from_bytes(box.get_bytes(k), policy=default) for k in box.iterkeys()]


def _add_mail(builder: DocumentBuilder, message: Message) -> None:
    subject, sender, date = (_header(message, name) for name in ("Subject", "From", "Date"))
    builder.title = builder.title or subject
    builder.anchor(heading=", ".join(filter(None, (sender, date))) or subject)
    for name in _HEADERS:
        if value := _header(message, name):
            builder.add(f"{name}: {value}", end="\n")
    builder.close_block()
    plain, html = _bodies(message)
    if plain.strip():
        builder.add(plain.strip())
    elif html:
        body = parse_html(html.encode("utf-8")).body
        if body is not None:
            leave_out = lambda node: node.tag in _NOT_SHOWN or hidden(node)  # noqa: E731
            HtmlWriter(builder, leave_out).write(body)


def _header(message: Message, name: str) -> str:
    """A header, decoded, on one line; "" where it is missing or beyond repair."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # the standard library's parser fails in many ways on damaged headers
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return " ".join(str(raw).split())


def _bodies(message: Message) -> tuple[str, str]:
    """The texts of the mail that are no attachments: (plain, HTML)."""
    plain, html = [], []
    for part in _parts(message):
        if _is_attachment(part):
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_part_text(part))
        elif part.get_content_type() == "text/html":
            html.append(_part_text(part))
    return "\n\n".join(plain), "\n".join(html)


def _parts(message: Message) -> Iterator[Message]:
    """The leaves of a mail; a mail attached to it is one leaf."""
    stack = [message]
    while stack:
        part = stack.pop()
        if part.is_multipart() and (part.get_content_maintype() == "multipart" or part is message):
            children = part.get_payload()
            stack.extend(c for c in reversed(list(children)) if isinstance(c, Message))
        else:
            yield part


def _is_attachment(part: Message) -> bool:
    disposition = part.get_content_disposition()
    return disposition == "attachment" or not part.get_content_type().startswith("text/")


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload())
    declared = part.get_content_charset() or ""
    try:
        return decode(payload, declared)
    except LoadError:
        return payload.decode("utf-8", "replace")


def _attachments(message: Message) -> Iterator[tuple[str, bytes]]:
    for part in _parts(message):
        if not _is_attachment(part):
            continue
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            nested = inner[0] if isinstance(inner, list) and inner else part
            subject = _header(nested, "Subject") if isinstance(nested, EmailMessage) else ""
            yield (part.get_filename() or f"{subject or 'mail'}.eml"), bytes(nested)  # type: ignore[arg-type]
        elif name := part.get_filename():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and not part.get_content_type().startswith(_PICTURES):
                yield name, payload


def _free_name(name: str, taken: set[str]) -> str:
    """A name for an attachment that is no path, and that no other attachment has."""
    safe = _ODD.sub("_", name).strip(" .")[-120:] or "attachment"
    stem, suffix = PurePosixPath(safe).stem, PurePosixPath(safe).suffix
    free, count = safe, 1
    while free in taken:
        count += 1
        free = f"{stem} ({count}){suffix}"
    taken.add(free)
    return free


def _load_attachment(data: bytes, source: str) -> tuple[Sequence[Document], str]:
    """The documents in an attachment, and a remark where there are none."""
    if source.lower().count(".eml/") > _DEPTH:
        return (), " (not read: mails nested too deeply)"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"attachment{PurePosixPath(source).suffix}"
        path.write_bytes(data)
        try:
            return load_any(path, source), ""
        except LoadError as error:
            return (), f" (not read: {error})"

"""Mails (.eml, .emlx, .msg) and mailboxes (.mbox): subject, sender, date, text, attachments.

Each message of a thread is a section with its author. Each attachment is a separate document.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.message import EmailMessage, Message
from email.policy import default
from mimetypes import MimeTypes
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.html.blocks import HtmlWriter
from askdocs.documents.loaders.html.page import parse_html
from askdocs.documents.loaders.html.visibility import hidden
from askdocs.documents.loaders.mail.calendar import add_events
from askdocs.documents.loaders.mail.outlook import OLE, outlook_message
from askdocs.documents.loaders.mail.thread import thread_parts
from askdocs.documents.loaders.mail.tnef import SIGNATURE, files_in
from askdocs.documents.loaders.shared.attachments import Attachments
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import decode, decode_with_remarks
from askdocs.types import Document

_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_SIGNATURES = frozenset({".p7s"})
_SIGNATURE_TYPES = frozenset(
    {
        "application/pgp-signature",
        "application/pgp-encrypted",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
    }
)  # parts without text
_REPORTS = frozenset({"delivery-status", "disposition-notification", "feedback-report"})
_BODY_TYPES = frozenset({"text/plain", "text/html"})
_CALENDAR = "text/calendar"
_ELSEWHERE = "it is not in the mail, which only says where it is"
_DAMAGED = "the mail is damaged here"
_SMIME = frozenset({"pkcs7-mime", "x-pkcs7-mime"})
_PGP = "-----BEGIN PGP MESSAGE-----"
_INVISIBLE = frozenset({"script", "style", "head", "template", "title"})
_FEW_WORDS = 8  # additional words of the HTML part that are ignored: "unsubscribe here"
_NEW_WORDS = 0.3  # the HTML part is read if this share of its words is not in the plain part
_SAME_WORDS = 0.5  # of the words of a plain part are in the HTML part of the same text
_WORD = re.compile(r"\w{2,}")
_ENVELOPE = re.compile(
    rb"^From (?:[^\n]*\b\d{2}:\d{2}(?::\d{2})?\b|-)[^\n]*\r?\n(?=[!-9;-~]+:)"
    rb"|^From \S+\r?\n(?=(?:From|To|Subject|Date|Received|Return-Path|Message-ID|X-[\w-]+):)",
    re.MULTILINE,
)
_MAILBOX = re.compile(rb"\s*" + _ENVELOPE.pattern, re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^(>*)>From ", re.MULTILINE)
_PACKED = 3  # levels of winmail.dat in winmail.dat


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with the mail or all mails of a mailbox, and one for each attachment."""
    builder = DocumentBuilder(source)
    attachments = Attachments(source)
    pictures, remarks = 0, dict[str, None]()
    for message in _messages(path, source):
        if not any(_header(message, name) for name in (*_HEADERS, "Received", "Message-ID")):
            raise LoadError("the file is not a mail, despite its name")
        _add_mail(builder, message)
        remarks.update(dict.fromkeys(_decoding_remarks(message)))
        pictures += sum(_is_inline_image(part) for part in _leaf_parts(message))
        if _is_encrypted(message):
            builder.report_skipped("an encrypted mail")
        _add_attachments(builder, attachments, message)
        builder.close_block()
    for remark in remarks:
        builder.report_skipped(remark)
    for what in attachments.remarks():
        builder.report_skipped(what)
    if pictures:
        builder.report_skipped(f"{counted(pictures, 'picture')} in the text of the mail")
    return [builder.build(), *attachments.documents]


def _add_attachments(builder: DocumentBuilder, attachments: Attachments, message: Message) -> None:
    """Read the attachments of a mail, and name them in its text."""
    for name, data, reason in _attached_files(message):
        if PurePosixPath(name).suffix.lower() in _SIGNATURES:
            continue  # it has no text
        if reason:
            attachments.failed.append((name, reason))
        else:
            name, reason = attachments.add(name, data)
        if reason and data.startswith(SIGNATURE):
            reason = "Outlook's package of attachments (TNEF), empty or damaged"
        remark = f" (not read: {reason})" if reason else ""
        builder.add(f"Attachment: {name}{remark}", end="\n")


def _is_encrypted(message: Message) -> bool:
    """Whether a mail is encrypted (S/MIME, OpenPGP)."""
    plain = (text for text, _ in _body_texts(message))
    if message.get_content_type() == "multipart/encrypted" or any(_PGP in text for text in plain):
        return True
    kind = str(message.get_param("smime-type") or "")
    return message.get_content_subtype() in _SMIME and "signed" not in kind


def _messages(path: Path, source: str) -> list[Message]:
    data = path.read_bytes()
    suffix = PurePosixPath(source).suffix.lower()
    if data.startswith(OLE):
        return [outlook_message(path)]
    if is_mailbox(data):
        return [email.message_from_bytes(part, policy=default) for part in mailbox_parts(data)]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = decode(data).encode("utf-8", "replace")
    if suffix == ".emlx":  # Apple Mail: the first line is the length of the mail
        length, _, rest = data.partition(b"\n")
        data = rest[: int(length)] if length.strip().isdigit() else data
    return [email.message_from_bytes(data, policy=default)]


def is_mailbox(data: bytes) -> bool:
    """Whether a file begins like a mailbox: a "From " line with a date, then a header."""
    return bool(_MAILBOX.match(data))


def mailbox_parts(data: bytes) -> list[bytes]:
    """Split a mailbox into its mails.

    A mail begins at a line "From ADDRESS DATE" before a header. A sentence that begins with "From"
    does not begin a mail. Lines that are escaped as ">From" are unescaped (RFC 4155).
    """
    starts = [match.start() for match in _ENVELOPE.finditer(data)]
    parts = [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]
    return [_QUOTED_FROM.sub(rb"\1From ", part.partition(b"\n")[2]) for part in parts]


def _add_mail(builder: DocumentBuilder, message: Message) -> None:
    subject, sender, date = (_header(message, name) for name in ("Subject", "From", "Date"))
    builder.title = builder.title or subject
    builder.anchor(heading=", ".join(filter(None, (sender, date))) or subject)
    for name in _HEADERS:
        if value := _header(message, name):
            builder.add(f"{name}: {value}", end="\n")
    builder.close_block()
    first, *earlier = thread_parts(_visible_text(message))
    if first.text.strip():
        builder.add(first.text.strip())
    for data in _calendar_parts(message):
        try:
            if not add_events(builder, data):
                builder.report_skipped("an invitation (it has no events)")
        except LoadError as error:
            builder.report_skipped(f"an invitation ({error})")
    for part in earlier:
        author, when = (sender, date) if part.own else (part.author, part.date)
        heading = ", ".join(filter(None, (author, when)))
        builder.anchor(heading=heading or "quoted in this mail")
        builder.add(part.text.strip())


def _visible_text(message: Message) -> str:
    """The text of the mail, without attachments.

    Of two forms of one text, this is the plain one, or the HTML if it contains much more.
    """
    texts = []
    for plain, html in _body_texts(message):
        shown = _html_text(html) if html else ""
        texts.append(shown if _has_more_text(shown, plain) else plain)
    return "\n\n".join(filter(str.strip, texts))


def _has_more_text(shown: str, plain: str) -> bool:
    """Whether the plain part is a stub or truncated: the HTML part has much more or other text."""
    words, known = set(_WORD.findall(shown.casefold())), set(_WORD.findall(plain.casefold()))
    is_other = bool(words) and len(known & words) < _SAME_WORDS * len(known)
    return (
        is_other
        or len(words - known) > max(_FEW_WORDS, _NEW_WORDS * len(words))
        or not plain.strip()
    )


def _html_text(html: str) -> str:
    body = parse_html(html.encode("utf-8")).body
    builder = DocumentBuilder("")
    if body is not None:
        is_skipped = lambda node: node.tag in _INVISIBLE or hidden(node)  # noqa: E731
        HtmlWriter(builder, is_skipped).write(body)
    return builder.build().text


def _calendar_parts(message: Message) -> Iterator[bytes]:
    for part in _leaf_parts(message):
        if _is_calendar(part):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload


def _header(message: Message, name: str) -> str:
    """A decoded header on one line; "" if it is missing."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # the standard library's parser fails in many ways on damaged headers
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return " ".join(str(raw).split())


def _body_texts(message: Message) -> Iterator[tuple[str, str]]:
    """(plain, HTML) for each text of the mail, without attachments.

    The parts of a multipart/alternative are forms of one text. Other parts follow one another, as
    the footer of a mailing list follows a mail.
    """
    stack = [message]
    while stack:
        part = stack.pop()
        is_container = part.get_content_maintype() == "multipart" or part is message
        children = part.get_payload() if part.is_multipart() and is_container else None
        if part.get_content_subtype() == "alternative" or not isinstance(children, list):
            yield _forms_of_text(part)
        else:
            stack.extend(child for child in reversed(children) if isinstance(child, Message))


def _forms_of_text(message: Message) -> tuple[str, str]:
    """The (plain, HTML) forms of one text."""
    plain, html = [], []
    for part in _leaf_parts(message):
        if not _is_body(part):
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_part_text(part))
        elif part.get_content_type() == "text/html":
            html.append(_part_text(part))
    return "\n\n".join(plain), "\n".join(html)


def _leaf_parts(message: Message) -> Iterator[Message]:
    """The leaf parts of a mail. An attached mail is one leaf."""
    stack = [message]
    while stack:
        part = stack.pop()
        if part.is_multipart() and (part.get_content_maintype() == "multipart" or part is message):
            children = part.get_payload()
            stack.extend(c for c in reversed(list(children)) if isinstance(c, Message))
        else:
            yield part


def _is_body(part: Message) -> bool:
    """Whether a part is text of the mail itself."""
    is_attached = part.get_content_disposition() == "attachment"
    return part.get_content_type() in _BODY_TYPES and not is_attached


def _is_calendar(part: Message) -> bool:
    """Whether a part is an invitation that the mail shows, not one that is attached as a file."""
    is_attached = part.get_content_disposition() == "attachment" and bool(part.get_filename())
    return part.get_content_type() == _CALENDAR and not is_attached


def _decoding_remarks(message: Message) -> Iterator[str]:
    """What may be wrong in the text of the mail."""
    for part in filter(_is_body, _leaf_parts(message)):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and not payload.isascii():
            with suppress(LoadError):
                yield from decode_with_remarks(payload, part.get_content_charset() or "").remarks


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload())
    declared = part.get_content_charset() or ""
    try:
        return decode(payload, declared)
    except LoadError:
        return payload.decode("utf-8", "replace")


def _is_inline_image(part: Message) -> bool:
    """Whether a part is an image that is shown inline in the mail."""
    if part.get_content_maintype() != "image":
        return False
    return part.get_content_disposition() != "attachment" or bool(part.get("Content-ID"))


def _attached_files(message: Message) -> Iterator[tuple[str, bytes, str]]:
    """(name, content, "") of the attachments of a mail; (name, b"", reason) of unreadable ones.

    All parts are attachments that are neither text, nor an invitation, nor a picture in the text. A
    part without a name is given one.
    """
    other_forms = set(_other_forms(message))
    is_closed = _is_encrypted(message)
    for part in _leaf_parts(message):
        if _is_body(part) or _is_calendar(part) or _is_inline_image(part):
            continue
        kind, name = part.get_content_type(), part.get_filename() or ""
        is_sealed = is_closed and not name and part.get_content_subtype() in _SMIME
        if kind in _SIGNATURE_TYPES or id(part) in other_forms or is_sealed:
            continue
        if part.get_content_maintype() == "message":
            try:
                yield _attached_message(part, name)
            except Exception:  # the standard library fails in many ways to write damaged headers
                yield name or "mail.eml", b"", _DAMAGED
            continue
        if part.get_content_maintype() == "multipart":  # its boundary is missing
            yield name or "part of the mail", b"", _DAMAGED
            continue
        content = _part_bytes(part)
        if name or content.strip():
            for inner, data in _unpack_winmail(name or _made_up_name(kind), content, _PACKED):
                yield inner, data, ""


def _attached_message(part: Message, name: str) -> tuple[str, bytes, str]:
    """An attached mail, the report of a mail server, or a reference to a file elsewhere."""
    kind, inner = part.get_content_subtype(), part.get_payload()
    parts = inner if isinstance(inner, list) else []
    if kind == "external-body":
        return name or "attachment", b"", _ELSEWHERE
    if kind in _REPORTS:
        text = "\n".join(map(str, parts)) if parts else str(inner or "")
        return name or f"{kind}.txt", text.encode("utf-8", "replace"), ""
    nested = parts[0] if parts else part
    subject = _header(nested, "Subject") if isinstance(nested, EmailMessage) else ""
    return name or f"{subject or 'mail'}.eml", bytes(nested), ""  # type: ignore[arg-type]


def _other_forms(message: Message) -> Iterator[int]:
    """The ids of parts that repeat the text of the mail in another form, such as AMP pages."""
    for container in message.walk():
        children = container.get_payload()
        is_choice = container.get_content_type() == "multipart/alternative"
        if is_choice and isinstance(children, list) and any(map(_is_body, container.walk())):
            for child in children:
                if isinstance(child, Message) and child.get_content_maintype() == "text":
                    yield id(child)


def _part_bytes(part: Message) -> bytes:
    """The content of a part; text as UTF-8 if the part declares another encoding."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload() or "").encode("utf-8", "replace")
    declared = part.get_content_charset() if part.get_content_maintype() == "text" else None
    if declared:
        with suppress(LoadError):
            return decode(payload, declared).encode("utf-8")
    return payload


def _made_up_name(kind: str) -> str:
    """A name for a part of this type."""
    guessed = MimeTypes().guess_extension(kind) or ""
    known = "" if guessed == ".bin" else guessed
    return f"attachment{known or ('.txt' if kind.startswith('text/') else '')}"


def _unpack_winmail(name: str, data: bytes, deepest: int) -> Iterator[tuple[str, bytes]]:
    """The files in a winmail.dat; any other file unchanged."""
    is_packed = data.startswith(SIGNATURE) and deepest > 0
    files = files_in(data, with_text=deepest < _PACKED) if is_packed else []
    if not files:
        yield name, data
    for inner, content in files:
        yield from _unpack_winmail(inner, content, deepest - 1)

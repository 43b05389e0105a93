"""Converts mails that Outlook saves as .msg to mails of the standard library."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from askdocs.documents.loaders.errors import LoadError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the signature of OLE files
_DISPLAY_TO, _DISPLAY_CC = 0x0E04, 0x0E03  # PidTagDisplayTo, PidTagDisplayCc of [MS-OXPROPS]

_DISPLAY_NAME = 0x3001  # PidTagDisplayName
_EMBEDDED = "__substg1.0_3701000D"  # the storage of an attached mail ([MS-OXMSG] 2.2.2.1)
_PROPERTIES = "__properties_version1.0"
_SHORTER = 8  # bytes that the head of the properties of an attached mail lacks


def outlook_message(path: Path) -> EmailMessage:
    """Return the mail in a .msg file, with its attachments.

    Raises:
        LoadError: The file is damaged, or is not a mail.
    """
    from oxmsg import Message

    try:
        return _convert(Message.load(str(path)))
    except LoadError:
        raise
    except Exception as error:  # damaged files fail in many ways in the library
        raise LoadError("the mail is damaged, or not an Outlook mail") from error


def _convert(found: Any) -> EmailMessage:
    message = EmailMessage()
    headers = {"Subject": found.subject, "From": found.sender}
    headers["To"] = _string_property(found, _DISPLAY_TO) or "; ".join(
        r.name for r in found.recipients
    )
    headers["Cc"] = _string_property(found, _DISPLAY_CC)
    if found.sent_date is not None:
        headers["Date"] = format_datetime(found.sent_date)
    for name, value in headers.items():
        words = " ".join(str(value or "").split())
        if words:
            message[name] = words
    if not message.keys():
        raise LoadError("the file is an Outlook item, but not a mail")
    message.set_content(found.body or "")
    if found.html_body:
        message.add_alternative(found.html_body, subtype="html")
    for attachment in found.attachments:
        _attach(message, attachment)
    return message


def _attach(message: EmailMessage, attachment: Any) -> None:
    """Attach a file, a mail, or a reference to a file that is not in the mail."""
    name = attachment.file_name or _string_property(attachment, _DISPLAY_NAME) or "attachment"
    if attachment.file_bytes:
        message.add_attachment(
            attachment.file_bytes,
            maintype="application",
            subtype="octet-stream",
            filename=name,
        )
    elif (inner := _embedded_message(attachment)) is not None:
        message.add_attachment(inner)
    else:
        part = EmailMessage()
        part.add_header("Content-Type", "message/external-body", access_type="x", name=name)
        if message.get_content_type() != "multipart/mixed":
            message.make_mixed()
        message.attach(part)


def _embedded_message(attachment: Any) -> EmailMessage | None:
    """The mail that is attached, if it is one and can be read."""
    try:
        return _convert_embedded(attachment)
    except Exception:  # damaged mails fail in many ways in the library
        return None


def _convert_embedded(attachment: Any) -> EmailMessage | None:
    from oxmsg import Message
    from oxmsg.storage import Storage, Stream

    storages = attachment._storage.storages
    found = next((each for each in storages if each.name == _EMBEDDED), None)
    if found is None:
        return None
    streams = tuple(
        Stream(
            each.path, bytes(_SHORTER) + each.bytes_ if each.name == _PROPERTIES else each.bytes_
        )
        for each in found.streams
    )
    return _convert(Message(Storage(found.path, streams, found.storages)))


def _string_property(found: Any, number: int) -> str:
    return str(found.properties.str_prop_value(number) or "")

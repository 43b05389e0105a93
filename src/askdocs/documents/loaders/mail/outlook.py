"""Converts mails that Outlook saves as .msg to mails of the standard library."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from askdocs.documents.loaders.errors import LoadError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the signature of OLE files
_DISPLAY_TO, _DISPLAY_CC = 0x0E04, 0x0E03  # PidTagDisplayTo, PidTagDisplayCc of [MS-OXPROPS]


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
        if attachment.file_bytes:
            message.add_attachment(
                attachment.file_bytes,
                maintype="application",
                subtype="octet-stream",
                filename=attachment.file_name or "attachment",
            )
    return message


def _string_property(found: Any, number: int) -> str:
    return str(found.properties.str_prop_value(number) or "")

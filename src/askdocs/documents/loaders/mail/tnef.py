"""The files in winmail.dat, in which Outlook and Exchange wrap attachments.

The format is TNEF, [MS-OXTNEF] of Microsoft's open specifications. The text of the outer mail is in
another part of the mail. The text of a mail inside winmail.dat becomes a file "message.txt".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.decoding import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
_BEGINS, _TITLE, _DATA, _PROPERTIES = 0x69002, 0x18010, 0x6800F, 0x69005  # of an attachment
_MESSAGE, _BODY = 0x69003, 0x1000  # the properties of the mail itself, and its text
_LONG_NAME, _SHORT_NAME, _CONTENT = 0x3707, 0x3704, 0x3701  # properties, [MS-OXPROPS]
_WIDTHS = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 0x40: 8, 0x48: 16}
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_UNICODE, _OBJECT = 0x1F, 0x0D
_SEVERAL = 0x1000  # in the type of a property with several values
_NAMED = 0x8000  # the first number of properties that have a name
_INTERFACE = 16  # bytes before an object


def files_in(data: bytes, *, with_text: bool = False) -> list[tuple[str, bytes]]:
    """(name, content) of the files; as many as can be read if the data is damaged.

    A mail inside is again a TNEF file, named ".dat".

    Args:
        data: The content of winmail.dat.
        with_text: Whether the text of the mail is one of the files.
    """
    files: list[tuple[str, bytes]] = []
    text = b""
    for number, content in _attributes(data):
        if number == _MESSAGE and with_text:
            text = dict(_properties(content)).get(_BODY, b"")
        if number == _BEGINS:
            files.append(("", b""))
        elif not files:
            continue
        name, file_content = files[-1]
        if number == _TITLE:
            name = name or _decode_text(content)
        elif number == _DATA:
            file_content = content
        elif number == _PROPERTIES:
            properties = dict(_properties(content))
            long = properties.get(_LONG_NAME) or properties.get(_SHORT_NAME) or b""
            name = long.decode("utf-8", "replace") or name
            file_content = file_content or properties.get(_CONTENT, b"")
        if file_content.startswith(SIGNATURE) and not name.lower().endswith(".dat"):
            name = f"{name or 'mail'}.dat"
        files[-1] = (name, file_content)
    found = [(name or "attachment", content) for name, content in files if content]
    return [("message.txt", text), *found] if text else found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = len(SIGNATURE) + 2  # the signature and a key
    while at + 9 <= len(data):
        number, length = struct.unpack_from("<xII", data, at)
        if at + 9 + length > len(data):
            return
        yield number, data[at + 9 : at + 9 + length]
        at += 9 + length + 2  # and a checksum


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The properties with text (as UTF-8) or bytes, until one cannot be read."""
    at = 4  # their count
    while at + 4 <= len(data):
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        try:
            if number >= _NAMED:
                at = _skip_name(data, at)
            several, kind = bool(kind & _SEVERAL), kind & ~_SEVERAL
            count = 1
            if several or kind in _VARIABLE:
                count = struct.unpack_from("<I", data, at)[0]
                at += 4
            if kind not in _VARIABLE:
                at += _WIDTHS[kind] * count
                continue
            for _ in range(count):
                length = struct.unpack_from("<I", data, at)[0]
                yield number, _decode_value(kind, data[at + 4 : at + 4 + length])
                at += 4 + length + -length % 4
        except (struct.error, KeyError):
            return


def _skip_name(data: bytes, at: int) -> int:
    """The offset of the value of a named property."""
    kind, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 if kind == 0 else at + 24 + length + -length % 4


def _decode_value(kind: int, data: bytes) -> bytes:
    if kind == _UNICODE:
        return data.decode("utf-16-le", "replace").rstrip("\0").encode("utf-8", "replace")
    if kind == _OBJECT:
        return data[_INTERFACE:]
    return data if kind == 0x102 else _decode_text(data).encode()


def _decode_text(data: bytes) -> str:
    """Decode text in the code page of the sender's computer, which is not always known."""
    try:
        return decode(data.rstrip(b"\0"))
    except LoadError:
        return data.rstrip(b"\0").decode("latin-1")

"""File type detection: the format of a file by its first bytes, regardless of its name."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Container
from pathlib import Path

from askdocs.documents.loaders.errors import LoadError

_HEAD = 4096
_KIND_BYTES = 100  # of the part `mimetype` of a zip archive
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_MAILBOX = re.compile(rb"\s*From (?:[^\n]*\b\d{2}:\d{2}|-)[^\n]*\n[!-9;-~]+:")
_XML = re.compile(rb"\s*<\?xml\b", re.I)

# Signatures (first bytes) of formats that loaders read → the suffix of the format.
_SIGNATURES = (
    (b"%PDF-", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
)

_UNREADABLE = (
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed archive; unpack it first"),
    (b"7z\xbc\xaf", "a compressed archive; unpack it first"),
    (b"Rar!", "a compressed archive; unpack it first"),
    (b"BZh", "a compressed archive; unpack it first"),
    (b"\xfd7zXZ", "a compressed archive; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound or video recording"),
)

# Signatures of formats without a loader → their suffix in REASONS.
_UNREADABLE_BY_SUFFIX = (
    (bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3"), ".one"),
    (b"!BDN", ".pst"),
    (b"AT&TFORM", ".djvu"),
    (b"\xffWPC", ".wpd"),
    (b"\x00\x01\x00\x00Standard Jet DB", ".mdb"),
    (b"\x00\x01\x00\x00Standard ACE DB", ".mdb"),
)

# Suffixes of binary formats.
BINARY = frozenset(
    ".pdf .docx .docm .dotx .pptx .pptm .potx .ppsx .xlsx .xlsm .xlsb .xls .ods .odt .odp .epub "
    ".doc .ppt .msg .dot .pps".split()
)
# Signatures of workbooks older than Excel 97.
_OLD_EXCEL_SIGNATURES = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
)
_ONENOTE = "OneNote's format cannot be read; export the notes as .docx or PDF"
_OLD_OFFICE = "the file is in an old Office format that cannot be read; save it in a new one"
# Formats without a loader, and what the user can do about it.
REASONS = {
    ".doc": "the old Word format (.doc) cannot be read; save it as .docx",
    ".dot": "the old Word format (.dot) cannot be read; save it as .docx",
    ".ppt": "the old PowerPoint format (.ppt) cannot be read; save it as .pptx",
    ".pps": "the old PowerPoint format (.pps) cannot be read; save it as .pptx",
    ".pages": "Apple's .pages format cannot be read; export it as .docx or PDF",
    ".numbers": "Apple's .numbers format cannot be read; export it as .xlsx",
    ".key": "Apple's Keynote format cannot be read; export it as .pptx or PDF",
    ".one": _ONENOTE,
    ".onepkg": _ONENOTE,
    ".onetoc2": "a list of OneNote's sections, which contains no notes",
    ".pub": "Publisher's format cannot be read; export it as PDF",
    ".vsd": "Visio's format cannot be read; export it as PDF",
    ".mdb": "a database of Access cannot be read; export its tables as .csv",
    ".wpd": "WordPerfect's format cannot be read; save it as .docx or .rtf",
    ".djvu": "the DjVu format cannot be read; convert it to PDF",
    ".pst": "a mailbox of Outlook (.pst) cannot be read; export its mails as .eml or .mbox",
    ".zip": "the file is an archive; unpack it first",
}


def true_suffix(path: Path, suffix: str, known: Container[str]) -> str:
    """Return the suffix that fits the contents of a file.

    Args:
        path: The file.
        suffix: The suffix of its name, in lower case. It is returned unless the contents
            contradict it.
        known: The suffixes that loaders read. A file with another suffix is read as text if it
            is text.

    Raises:
        LoadError: The file is empty, or no loader reads its format.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise LoadError("the file is empty")
    for beginning, true in _SIGNATURES:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(beginning):
            return true
    if suffix in BINARY and b"%PDF-" in head[:1024]:
        return ".pdf"
    _refuse_unreadable(head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_suffix(path, suffix)
    if head.startswith(_OLE_SIGNATURE):
        return _ole_suffix(path, suffix)
    if suffix in BINARY:
        return _text_suffix(head, suffix)
    return suffix if suffix in known else _unknown_suffix(head, suffix)


def _refuse_unreadable(head: bytes) -> None:
    """Raise LoadError if a file has the signature of a format that no loader reads."""
    for beginning, suffix in _UNREADABLE_BY_SUFFIX:
        if head.startswith(beginning):
            raise LoadError(REASONS[suffix])
    for beginning, kind in _UNREADABLE:
        if head.startswith(beginning):
            raise LoadError(f"the file is {kind}")


def _unknown_suffix(head: bytes, suffix: str) -> str:
    """The suffix of the contents if the suffix of the name is unknown; `suffix` if not text."""
    if suffix in REASONS:
        return suffix
    if _MAILBOX.match(head):
        return ".mbox"
    if head.startswith(b"BEGIN:VCALENDAR"):
        return ".ics"
    if head.startswith(b"BEGIN:VCARD"):
        return ".vcf"
    if _HTML.match(head):
        return ".html"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return suffix
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\v\x1b" for byte in head)
    return suffix if controls else ".txt"


def _zip_suffix(path: Path, suffix: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = _first_bytes(archive, "mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, ValueError, EOFError):
        raise LoadError("the file is damaged or incomplete") from None
    for part, true in (
        ("word/document.xml", ".docx"),
        ("ppt/presentation.xml", ".pptx"),
        ("xl/workbook.xml", ".xlsx"),
        ("xl/workbook.bin", ".xlsb"),
        ("META-INF/container.xml", ".epub"),
        ("Index/Document.iwa", suffix if suffix in REASONS else ".pages"),
    ):
        if part in names:
            return true
    for word, true in (
        (b"opendocument.text", ".odt"),
        (b"opendocument.presentation", ".odp"),
        (b"opendocument.spreadsheet", ".ods"),
    ):
        if word in kind:
            return true
    if "[Content_Types].xml" in names and suffix in BINARY:
        return suffix
    raise LoadError(REASONS.get(suffix, REASONS[".zip"]))


def _first_bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a part. The rest may be huge and is not unpacked."""
    with archive.open(name) as part:
        return part.read(_KIND_BYTES)


def _ole_suffix(path: Path, named: str) -> str:
    """The suffix of an OLE file, by the names of its streams, which are in UTF-16.

    Raises:
        LoadError: The file is encrypted, or its format is unknown.
    """
    with path.open("rb") as file:
        data = file.read(64_000_000)
    for stream, suffix in (
        ("EncryptedPackage", ""),
        ("WordDocument", ".doc"),
        ("PowerPoint Document", ".ppt"),
        ("__substg1.0_", ".msg"),
        ("Workbook", ".xls"),
        ("Book", ".xls"),
    ):
        if stream.encode("utf-16-le") in data:
            if not suffix:
                raise LoadError("the file is protected by a password")
            return suffix
    raise LoadError(REASONS.get(named, _OLD_OFFICE))


def _text_suffix(head: bytes, suffix: str) -> str:
    """The suffix of a file that has the suffix of a binary format, but not its signature."""
    if suffix == ".xls" and head.startswith(_OLD_EXCEL_SIGNATURES):
        return suffix
    plain = head.replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf")
    if _HTML.match(plain):
        return ".html"
    if _XML.match(plain):
        return ".xml"
    if b"\x00" in head or any(byte < 9 for byte in head):
        raise LoadError(REASONS.get(suffix, f"the file is damaged or no {suffix} file"))
    return ".tsv" if suffix == ".xls" and b"\t" in head else ".txt"

"""Zip archives of documents (.docx, .pptx, .odt, .epub), with protection against zip bombs."""

from __future__ import annotations

import html.entities
import posixpath
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from askdocs.documents.loaders.errors import LoadError

_UNPACKED_LIMIT = 500_000_000  # bytes
_RATIO_LIMIT = 200  # unpacked to packed size; checked above _RATIO_FROM bytes
_RATIO_FROM = 20_000_000
_DAMAGED = "the file is damaged or incomplete"


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive. Raises LoadError if it is damaged, encrypted or unpacks to too much."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise LoadError(_DAMAGED) from None
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = max(path.stat().st_size, 1)
    reason = ""
    if unpacked > _UNPACKED_LIMIT:
        reason = f"the file unpacks to {unpacked // 1_000_000} MB, which is too much"
    elif unpacked > _RATIO_FROM and unpacked / packed > _RATIO_LIMIT:
        reason = "the file unpacks to far more than a document holds"
    elif any(part.flag_bits & 1 for part in parts):
        reason = "the file is protected by a password"
    if reason:
        archive.close()
        raise LoadError(reason)
    return archive


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a part. Raises LoadError if it is missing or damaged."""
    try:
        return archive.read(name)
    except KeyError:
        raise LoadError(f"the file is incomplete: {name} is missing") from None
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError):
        raise LoadError(_DAMAGED) from None
    except MemoryError:
        raise
    except Exception as error:  # zlib.error and similar errors have no common base class
        raise LoadError(_DAMAGED) from error


def read_xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """The root of a part that is XML; see parse_xml."""
    return parse_xml(read_part(archive, name))


def parse_xml(data: bytes) -> ElementTree.Element:
    """The root element. Nothing external is fetched, and no entities are declared or expanded.

    Raises LoadError if the XML declares entities or is not well-formed.
    """
    plain = data.replace(b"\x00", b"")
    if re.search(rb"<!DOCTYPE[^>\[]*\[", plain) and b"<!ENTITY" in plain:
        raise LoadError("the file declares XML entities, which are not expanded for safety")
    parser = ElementTree.XMLParser()
    parser.entity.update({name: chr(code) for name, code in html.entities.name2codepoint.items()})
    try:
        return ElementTree.fromstring(data, parser)
    except ElementTree.ParseError as error:
        line = error.position[0] if error.position else 0
        raise LoadError(f"its XML is damaged in line {line}") from None
    except (ValueError, LookupError):
        raise LoadError("its XML is in an unknown encoding") from None


def relationships(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The relationships of an Office part: id → (type, name of the target part)."""
    folder, name = posixpath.split(part)
    listing = f"{folder}/_rels/{name}.rels"
    if listing not in archive.namelist():
        return {}
    found = {}
    for entry in read_xml(archive, listing):
        if entry.get("TargetMode") == "External":
            continue
        target = unquote(entry.get("Target", ""))
        joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        kind = entry.get("Type", "").rsplit("/", 1)[-1]
        found[entry.get("Id", "")] = (kind, posixpath.normpath(joined))
    return found


def local_name(tag: object) -> str:
    """The local name of an element, without its namespace; "" for comments and the like."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def attribute(element: ElementTree.Element, name: str) -> str:
    """The value of an attribute by its local name; "" if it is missing."""
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1] == name:
            return value
    return ""


def core_title(archive: zipfile.ZipFile, part: str) -> str:
    """The title in a part with document properties, "" if there is none."""
    if part not in archive.namelist():
        return ""
    for element in read_xml(archive, part).iter():
        if local_name(element.tag) == "title":
            return (element.text or "").strip()
    return ""

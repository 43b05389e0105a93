"""Plain text in any encoding; the anchor is the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.types import Document

_SAMPLE = 200_000  # bytes that decide the encoding where it is not UTF
_CONTROL_SHARE = 0.02  # of a text's first characters; more means that it is no text
_LATIN = re.compile(
    r"cp125[0247]|cp850|cp437|iso8859_(?:2|3|4|10|13|14|15|16)|latin_1|mac_\w+|hp_\w+"
)
_WESTERN = frozenset("äöüßÄÖÜéèêëàâáçñóíúôîïœæåãõòùÉÈÀÇÅÆ€£§°–—‘’“”„…•©®«»¿¡·²³½")
# What UTF-8 looks like that was taken for Latin-1 and written as UTF-8 once more: it leaves control
# characters that no text has.
_TWICE = re.compile(r"[\xc2-\xf4][\x80-\xbf]{0,2}[\x80-\x9f][\x80-\xbf]{0,2}")
_NO_TEXT = "the file is not text, whatever its name says"


def load(path: Path, source: str) -> Sequence[Document]:
    """One document with the text of the file as it stands."""
    builder = DocumentBuilder(source)
    builder.anchor(line=1)
    builder.add(read_text(path), end="")
    return [builder.build()]


def read_text(path: Path) -> str:
    """The text of a file: by its byte order mark, as UTF-8, else by its likeliest encoding.

    Raises LoadError for bytes that are no text.
    """
    return decode(path.read_bytes())


def decode(data: bytes, declared: str = "") -> str:
    """Bytes as text; `declared` is the encoding that the file itself names, tried before guessing.

    Raises LoadError for bytes that are no text.
    """
    text = _decode(data, declared)
    sample = text[:10_000]
    strange = sum(1 for letter in sample if letter < " " and letter not in "\t\n\r\f\v\x1b")
    if strange > _CONTROL_SHARE * len(sample):
        raise LoadError(_NO_TEXT)
    return _TWICE.sub(_encoded_once, text)


def _encoded_once(match: re.Match[str]) -> str:
    try:
        return match.group().encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return match.group()


def _decode(data: bytes, declared: str) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    wide = _utf16(data[:2000])
    if wide:
        return data.decode(wide, "replace")
    for encoding in filter(None, (declared, "utf-8")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    if b"\x00" in data[:_SAMPLE]:
        raise LoadError(_NO_TEXT)
    return data.decode(_guess(data[:_SAMPLE]), "replace")


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    unsure = best is None or len(sample) < 200 or _LATIN.match(best.encoding)
    if unsure and _is_western(sample):
        return "cp1252"
    if best is None:
        raise LoadError("the file is not text, or in an encoding that cannot be told")
    return best.encoding


def _is_western(sample: bytes) -> bool:
    """Whether a text's letters beyond ASCII are those of Western languages, and few, in cp1252.

    Statistics cannot tell the one-byte encodings of Latin letters apart in a short text.
    """
    letters = [letter for letter in sample.decode("cp1252", "replace") if not letter.isspace()]
    high = [letter for letter in letters if letter > "\x7f"]
    return bool(high) and len(high) * 4 < len(letters) and all(map(_WESTERN.__contains__, high))


def _utf16(sample: bytes) -> str:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    if len(sample) < 4:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 5 and even * 10 < odd:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) // 5 and odd * 10 < even else ""

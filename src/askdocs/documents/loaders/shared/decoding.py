"""Bytes to text, in any encoding."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.text.language import language_of

_SAMPLE = 200_000  # bytes from which an encoding other than UTF is guessed
_CONTROL_SHARE = 0.02  # of the first characters; more control characters: not text
_BAD_BYTES_SHARE = 4  # well-formed non-ASCII characters needed for each invalid byte
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ESCAPES = {b"\x1b$B": "iso2022_jp", b"\x1b$@": "iso2022_jp", b"\x1b$)C": "iso2022_kr"}
_SEVEN_BITS = frozenset({"iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz", "utf-7"})
# The encodings that browsers use in place of declared ones. Files use characters beyond those.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_SYMBOL_IN_WORD = re.compile(
    r"[²³¼½¾£°±§©®¿¡·][^\W\d_]{2}|[^\W\d_]{2}[¼½¾£±§¿¡]\w"
)  # never in a Western word
_CAPITAL_IN_WORD = re.compile(r"[a-zß-ÿ](?=[À-ÞŒ])[^\W\d_]")
_CONTROLS = re.compile(r"[\x80-\x9f]")  # C1 controls, which text never contains
_WESTERN = frozenset("äöüßÄÖÜéèêëàâáçñóíúôîïœæåøãõòùÉÈÀÇÅÆØ€£§°–—‘’“”„…•©®«»¿¡·²³¼½¾µ±")
# Double-encoded UTF-8: it was decoded as Latin-1 and encoded as UTF-8 again. Then there are control
# characters, which text never contains.
_DOUBLE_ENCODED = re.compile(r"[\xc2-\xf4][\x80-\xbf]{0,2}[\x80-\x9f][\x80-\xbf]{0,2}")
_REPLACED = "\ufffd"
_SURE = 0.12  # of the confidence of chardet, which is low for all short texts
_LANGUAGE_SAMPLE = 2000  # bytes by which the language is detected
# Languages with letters that Windows-1252 lacks → their encoding.
_CODE_PAGES = {"cs": "cp1250", "hu": "cp1250", "pl": "cp1250", "ro": "cp1250", "tr": "cp1254"}
_NO_TEXT = "the file is not text, despite its name"


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text, and remarks for DocumentBuilder.report_skipped on what may be wrong in it."""

    text: str
    remarks: tuple[str, ...] = ()


def read_text(path: Path, builder: DocumentBuilder | None = None) -> str:
    """Return the text of a file; see `decode_with_remarks`.

    Args:
        path: The file.
        builder: The builder of its document, to which what may be wrong is reported.

    Raises:
        LoadError: The bytes are not text.
    """
    decoded = decode_with_remarks(path.read_bytes())
    if builder is not None:
        for remark in decoded.remarks:
            builder.report_skipped(remark)
    return decoded.text


def decode(data: bytes, declared: str = "") -> str:
    """Return bytes as text, without remarks; see `decode_with_remarks`."""
    return decode_with_remarks(data, declared).text


def decode_with_remarks(data: bytes, declared: str = "") -> DecodedText:
    """Return bytes as text.

    A byte order mark decides. Otherwise UTF-8 is tried first; a few invalid bytes are accepted.
    A declared encoding is used only if the bytes are valid in it. Otherwise the encoding is
    guessed.

    Args:
        data: The bytes of a file, or of a part of it.
        declared: The encoding that the file declares, or "".

    Raises:
        LoadError: The bytes are not text.
    """
    text, unsure = _decode_bytes(data, declared)
    sample = text[:10_000]
    strange = sum(1 for letter in sample if letter < " " and letter not in "\t\n\r\f\v\x1b")
    if strange > _CONTROL_SHARE * len(sample):
        raise LoadError(_NO_TEXT)
    remarks = [f"the letters may be wrong (encoding guessed: {unsure})"] if unsure else []
    damaged = text.count(_REPLACED) - data.count(_REPLACED.encode())
    if damaged > 0:
        remarks.append(f"{counted(damaged, 'character')} that cannot be decoded (shown as \ufffd)")
    return DecodedText(_DOUBLE_ENCODED.sub(_repair_double_encoding, text), tuple(remarks))


def _repair_double_encoding(match: re.Match[str]) -> str:
    try:
        return match.group().encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return match.group()


def _decode_bytes(data: bytes, declared: str) -> tuple[str, str]:
    """The text, and the name of its encoding if it was guessed and may be wrong, else ""."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), ""
    declared = codec_name(declared)
    if declared in _SEVEN_BITS:  # such text is valid UTF-8 too, so the declaration decides
        return data.decode(declared, "replace"), ""
    for escape, encoding in _ESCAPES.items():
        if escape in data[:_SAMPLE]:
            with suppress(UnicodeDecodeError):
                return data.decode(encoding), ""
    wide = _utf16_encoding(data[:2000])
    if wide:
        return data.decode(wide, "replace"), ""
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8"), ""
    if is_mostly_utf8(data):
        return _without_incomplete_ends(data).decode("utf-8", "replace"), ""
    if declared and _is_valid_in(data, declared):
        return data.decode(declared), ""
    if b"\x00" in data[:_SAMPLE]:
        raise LoadError(_NO_TEXT)
    encoding, is_sure = guess_encoding(data[:_SAMPLE])
    return data.decode(encoding, "replace"), "" if is_sure else encoding


def codec_name(declared: str) -> str:
    """Return Python's name of the encoding that browsers use for a declared one; "" if unknown.

    Files labelled ISO 8859-1 or ASCII are in Windows-1252. Files labelled GB 2312 may contain any
    character of GB 18030. See https://encoding.spec.whatwg.org/#names-and-labels
    """
    try:
        name = codecs.lookup(declared.strip()).name
    except (LookupError, ValueError):
        return ""
    return _SUPERSETS.get(name, name)


def is_mostly_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 apart from a few: most non-ASCII sequences are well formed."""
    body = _without_incomplete_ends(data)
    good = body.decode("utf-8", "ignore")
    bad = body.decode("utf-8", "replace").count("\ufffd") - good.count("\ufffd")
    valid = sum(1 for letter in good if letter > "\x7f")
    return bad * _BAD_BYTES_SHARE <= valid and valid > 0


def _without_incomplete_ends(data: bytes) -> bytes:
    """The bytes without incomplete characters at both ends. A truncated file has them."""
    start = 0
    while start < min(3, len(data)) and 0x80 <= data[start] < 0xC0:
        start += 1
    for back in range(1, min(4, len(data) - start) + 1):
        first = data[-back]
        if first >= 0xC0:
            length = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
            return data[start:-back] if back < length else data[start:]
        if first < 0x80:
            break
    return data[start:]


def _is_valid_in(data: bytes, declared: str) -> bool:
    """Whether the bytes are valid in the declared encoding, without C1 control characters."""
    try:
        text = data.decode(declared)
    except (UnicodeDecodeError, LookupError):
        return False
    return not _CONTROLS.search(text)


def guess_encoding(sample: bytes) -> tuple[str, bool]:
    """Return the most likely encoding of text that is not in UTF-8, UTF-16 or UTF-32.

    Returns:
        Its name, and whether it is sure.

    Raises:
        LoadError: The bytes are not text in any known encoding.
    """
    from chardet import detect

    result = detect(sample)
    found = codec_name(result["encoding"] or "")
    for western in ("cp1252", "mac_roman"):
        if _is_western(sample, western):
            encoding = _encoding_of_language(sample, western)
            return encoding, _decode_alike(sample, encoding, found)
    if not found:
        raise LoadError("the file is not text, or its encoding is unknown")
    return found, result["confidence"] >= _SURE


def _encoding_of_language(sample: bytes, western: str) -> str:
    """The encoding for the language of a text whose letters could be Western ones.

    Bytes that are "Klíč visí" in Windows-1250 are "Klíè visí" in Windows-1252. The other letters
    still show that the language is Czech.
    """
    others = [
        name for name in sorted(set(_CODE_PAGES.values())) if _is_other(sample, western, name)
    ]
    if western != "cp1252" or not others:
        return western
    encoding = _CODE_PAGES.get(language_of(sample[:_LANGUAGE_SAMPLE].decode(western, "replace")))
    return encoding if encoding in others else western


def _is_other(sample: bytes, western: str, encoding: str) -> bool:
    """Whether a sample is valid in `encoding`, but is another text than in `western`."""
    return _is_valid_in(sample, encoding) and not _decode_alike(sample, western, encoding)


def _decode_alike(sample: bytes, first: str, second: str) -> bool:
    """Whether a sample is the same text in two encodings."""
    return bool(second) and sample.decode(first, "replace") == sample.decode(second, "replace")


def _is_western(sample: bytes, encoding: str) -> bool:
    """Whether a sample, decoded so, has few non-ASCII letters, all of Western languages.

    In a short text, statistics cannot distinguish the single-byte encodings of Latin letters.
    """
    text = sample.decode(encoding, "replace")
    if _SYMBOL_IN_WORD.search(text) or _CAPITAL_IN_WORD.search(text):
        return False
    letters = [letter for letter in text if not letter.isspace()]
    high = [letter for letter in letters if letter > "\x7f"]
    return bool(high) and len(high) * 3 < len(letters) and all(map(_WESTERN.__contains__, high))


def _utf16_encoding(sample: bytes) -> str:
    """Detect UTF-16 without a byte order mark: every other byte of Western text is zero."""
    if len(sample) < 4:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 5 and even * 10 < odd:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) // 5 and odd * 10 < even else ""

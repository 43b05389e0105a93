"""Splits the body of a mail into its messages: the new text, quoted and forwarded messages.

A reply usually contains the earlier mails, marked by ">" or below a block of headers. Each message
is attributed to its own author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_QUOTE_MARKERS = re.compile(r"(?:> ?)+")
# The verb in the attribution line above a quoted mail, in several languages.
_WROTE = r"wrote|writes|schrieb|a écrit|escribió|ha scritto|skrev|schreef|napisał\w*|escreveu|写道"
_ATTRIBUTION = re.compile(
    rf"^\W{{0,3}}(?P<words>[^\n]{{3,200}}?\b(?:{_WROTE})\b[^\n]{{0,80}}?)\s?[:：]\s*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\s*\(?[<\[(](?:mailto:)?[^<>\s]+@[^<>\s]+?[>\])]\)?|\bmailto:\S+")
_LEADING = re.compile(
    r"^(?:on|am|le|el|il|den|op|dnia|em|at|vom)\s+|^(?:schrieb|skrev)\s+", re.IGNORECASE
)
_ZONE = (
    r"(?:\s?[AaPp]\.?[Mm]\.?)?"
    r"(?:\s*\([^)]*\)|\s+[+-]\d{4}|\s+(?:UTC|GMT|CES?T)(?:[+-]\d\d:?\d\d)?|\s+Uhr)*"
)
_CLOCK = rf"(?<![\d.])\d{{1,2}}[:.h]\d{{2}}(?::\d{{2}})?(?!\.?\d){_ZONE}"
_DATES = tuple(
    re.compile(rf"(?P<date>[^\n]*?\d[^\n]*?{end})(?P<rest>(?!\d).*)", re.DOTALL)
    for end in (rf"\b{_CLOCK}", r"\d{4}")
)
_MOST_WORDS_OF_A_NAME = 5
_VERB = re.compile(rf"\b(?:{_WROTE})\b", re.IGNORECASE)
_NAMES = {
    "from": "from de von fra från da van od lähettäjä 发件人 差出人",
    "date": "date sent gesendet datum envoyé enviado enviado_el enviado_em enviada enviada_em fecha"
    " data dato inviato sendt skickat verzonden wysłano odesláno lähetetty 发送时间 日時 送信日時",
    "subject": "subject betreff objet asunto oggetto assunto emne ämne onderwerp temat předmět aihe"
    " 主题 件名",
    "to": "to an à para a til till aan do komu cc kopie 收件人 宛先 抄送",
}
_FIELD = {word.replace("_", " "): name for name, words in _NAMES.items() for word in words.split()}
_HEADER = re.compile(r"^\s*\*?(?P<name>[^\W\d]{1,10}(?: e[lm])?)\*?\s?[:：]\*?\s?(?P<value>\S.*)$")
_FORWARD = re.compile(
    r"^\s*[-_]{3,}\s*(?:original|forwarded|weitergeleitete|ursprüngliche|message|mensaje"
    r"|doorgestuurd"
    r"|videresendt)?[^\n]*[-_]{3,}\s*$|^\s*begin forwarded message:\s*$|^_{10,}\s*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Part:
    """A message in a mail. `author` and `date` are "" if they are unknown.

    `own` means that the sender of the mail wrote it.
    """

    author: str = ""
    date: str = ""
    subject: str = ""
    lines: list[str] = field(default_factory=list)
    own: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")


def thread_parts(body: str) -> list[Part]:
    """Split the plain text of a mail into the messages in it, in the order of the text.

    The first part is the text of the sender. Quote markers (">") are removed from the others. A
    part that only quotes a few words of the previous message has no author.
    """
    parts = [Part(own=True)]
    known = {0: parts[0]}
    level, lines = 0, _join_attributions(body.split("\n"))
    number = 0
    while number < len(lines):
        depth, line = _split_quote_markers(lines[number])
        if depth != level and (line or depth):
            parts.append(_continue_message(known, depth))
            level = depth
        started, used = _message_start(lines, number)
        if started is not None:
            known[started[0]] = started[1]
            parts.append(started[1])
            level, number = started[0], number + used
            continue
        parts[-1].lines.append(line)
        number += 1
    return [part for part in parts if part.text or part is parts[0]]


def _split_quote_markers(line: str) -> tuple[int, str]:
    marks = _QUOTE_MARKERS.match(line)
    return (marks.group().count(">"), line[marks.end() :]) if marks else (0, line)


def _join_attributions(lines: list[str]) -> list[str]:
    """Join attribution lines that a mail program wrapped."""
    joined: list[str] = []
    for line in lines:
        depth, words = _split_quote_markers(line)
        if joined and re.search(rf"\b(?:{_WROTE})\b[^:]*[:：]\s*$", words, re.IGNORECASE):
            before_depth, before = _split_quote_markers(joined[-1])
            whole = f"{before.rstrip()} {words.strip()}"
            alone = not words.lstrip().startswith("<") and _attribution(words)
            if before_depth == depth and _LEADING.match(before) and not alone:
                joined[-1] = "> " * depth + whole
                continue
        joined.append(line)
    return joined


def _continue_message(known: dict[int, Part], depth: int) -> Part:
    """A new part of the message that is quoted at this depth."""
    part = known.get(depth)
    return Part(part.author, part.date, part.subject, own=part.own) if part else Part()


def _message_start(lines: list[str], number: int) -> tuple[tuple[int, Part] | None, int]:
    """((depth, message) that begins at a line, the number of its header lines)."""
    depth, line = _split_quote_markers(lines[number])
    named = _attribution(line)
    if named is not None:
        following = next((text for text in lines[number + 1 :] if text.strip(" >")), "")
        return (max(_split_quote_markers(following)[0], depth), named), 1
    used = 1 if _FORWARD.match(line) else 0
    while (
        used
        and number + used < len(lines)
        and not _split_quote_markers(lines[number + used])[1].strip()
    ):
        used += 1
    header_part, taken = _header_block(lines, number + used, depth)
    return ((depth, header_part), used + taken) if header_part is not None else (None, 0)


def _attribution(line: str) -> Part | None:
    """The author and date of an attribution: "On DATE, NAME wrote:" or "NAME wrote on DATE:"."""
    found = _ATTRIBUTION.match(line)
    if not found:
        return None
    words = _ADDRESS.sub("", found["words"])
    before, _, after = (part.strip(" ,;") for part in _split_at_verb(words))
    without_on = _LEADING.sub("", before)
    dated = next(filter(None, (date.match(without_on) for date in _DATES)), None)
    if dated:
        author = dated["rest"].strip(" ,;") or after
        return Part(_clean_name(author), dated["date"].strip(" ,;"))
    if len(before.split()) > _MOST_WORDS_OF_A_NAME or (after and not re.search(r"\d{4}", after)):
        return None
    return Part(_clean_name(before), _LEADING.sub("", after).strip(" ,;"))


def _split_at_verb(words: str) -> tuple[str, str, str]:
    verb = list(_VERB.finditer(words))[-1]
    return words[: verb.start()], verb.group(), words[verb.end() :]


def _clean_name(name: str) -> str:
    return _ADDRESS.sub("", name).strip(" ,;\"'*:")


def _header_block(lines: list[str], number: int, depth: int) -> tuple[Part | None, int]:
    """A header block of Outlook: from and date or subject, in any order."""
    found: dict[str, str] = {}
    taken = 0
    for name, value in _header_fields(lines[number : number + 8], depth):
        if name and name not in found:
            found[name] = value
        taken += 1
    if "from" not in found or not ({"date", "subject"} & set(found)):
        return None, 0
    author = _clean_name(found["from"]) or found["from"]
    return Part(author, found.get("date", ""), found.get("subject", "")), taken


def _header_fields(lines: list[str], depth: int) -> Iterator[tuple[str, str]]:
    for line in lines:
        level, words = _split_quote_markers(line)
        header = _HEADER.match(words)
        if level != depth or not header or header["name"].casefold() not in _FIELD:
            return
        yield _FIELD[header["name"].casefold()], header["value"].strip()

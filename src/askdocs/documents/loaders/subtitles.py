"""Subtitles (.srt, .vtt) as sentences. The anchor is the time at which a sentence begins."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.types import Document

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}.*$", re.MULTILINE)
_SPEAKER = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")
# Captions mark a change of speaker by a dash, two arrows or a name in capitals.
_BEGINS_TURN = r"(?:[-–—]\s?(?=[^\W\d_])|>>\s?|[A-ZÀ-Þ][A-ZÀ-Þ .'-]{1,30}:\s)"
_TURN = re.compile(_BEGINS_TURN)
_TURNS = re.compile(rf"\n(?=[ \t]*{_BEGINS_TURN})")
_BLOCKS = re.compile(r"\n[ \t]*\n")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
_ENOUGH = 80  # characters; a shorter sentence is joined with the next one
_PAUSE = 3.0  # seconds between two cues
_TOO_LONG = 400  # characters without the end of a sentence, as in automatic subtitles


@dataclass(frozen=True, slots=True)
class Cue:
    """The text that is shown from `start` to `end` (seconds). `speaker` is "" if unknown."""

    start: float
    end: float
    speaker: str
    text: str


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. Its headings are times like "00:01:02"."""
    builder = DocumentBuilder(source)
    cues = list(_parse_cues(read_text(path, builder).replace("\r\n", "\n").replace("\r", "\n")))
    if not cues:
        raise LoadError("the file contains no subtitles")
    speaker = ""
    for group in _group_by_sentence(cues):
        builder.anchor(heading=_clock_time(group[0].start))
        named = group[0].speaker if group[0].speaker != speaker else ""
        speaker = group[0].speaker or speaker
        words = " ".join(cue.text for cue in group)
        builder.add(f"{named}: {words}" if named else words)
    return [builder.build()]


def _parse_cues(text: str) -> Iterator[Cue]:
    """The cues in the order of the file, without those that repeat the cue before."""
    timings = list(_TIMING.finditer(text))
    last = ""
    for timing, following in zip(timings, [*timings[1:], None], strict=False):
        body = text[timing.end() : following.start() if following else len(text)]
        body = _BLOCKS.split(body.lstrip("\n"), maxsplit=1)[0]
        named = _SPEAKER.search(body)
        plain = html.unescape(_MARKUP.sub("", _SPEAKER.sub("", body)))
        words = " ".join(plain.split())
        if words and words != last:
            start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
            speaker = named.group(1).strip() if named else ""
            for turn in _TURNS.split(plain):
                if turn.strip():
                    yield Cue(start, end, speaker, " ".join(turn.split()))
        last = words or last


def _group_by_sentence(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    """Group the cues so that each group contains whole sentences of one speaker."""
    group: list[Cue] = []
    for cue in cues:
        if group and _ends_group(group, cue):
            yield group
            group = []
        group.append(cue)
    yield group


def _ends_group(group: list[Cue], following: Cue) -> bool:
    length = sum(len(cue.text) + 1 for cue in group)
    pause = following.start - group[-1].end > _PAUSE
    if following.speaker != group[-1].speaker or length > _TOO_LONG:
        return True
    if _TURN.match(following.text):
        return True
    if _SENTENCE_END.search(group[-1].text):
        return length >= _ENOUGH or pause
    return pause and length >= _ENOUGH


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _clock_time(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"

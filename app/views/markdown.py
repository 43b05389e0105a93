"""Words of documents and models as Markdown that shows them and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

# Without "[" there is no link, image, footnote or definition; without "<" no HTML. The closing
# bracket stays, since some clients take "\\[…\\]" for a formula.
_SIGNS = re.compile(r"([\\`*_\[<>|#~])")
# In what a language model wrote, emphasis, headings, lists, tables and code are kept as such.
_LIVE = re.compile(r"([\\\[<~])")
_ESCAPED = re.compile(r"\\([\\`*_\[<>|#~])")
_MARK = re.compile(r"(\[\d{1,3}\])(?![(:])")  # a citation mark, which no address follows
_MAY_BECOME_MARK = re.compile(r"\[(?:\d{1,3}\]?)?\Z")


def escaped(text: str) -> str:
    """Text of a document or model, each sign of Markdown in it escaped."""
    return _SIGNS.sub(r"\\\1", text)


def without_links(text: str) -> str:
    """Markdown of a language model in which links, images and HTML are text."""
    return _LIVE.sub(r"\\\1", text)


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return _ESCAPED.sub(r"\1", text)


def one_line(text: str) -> str:
    """The same as `escaped`, on one line: nothing in it begins a block."""
    return escaped(" ".join(text.split()))


class AnswerEscaper:
    """Escapes the text of an answer piece by piece; citation marks such as [1] stay as they are.

    What comes out does not depend on how the text was cut into pieces.
    """

    def __init__(self, *, keeps_blocks: bool = False) -> None:
        """Begin an answer; `keeps_blocks` leaves the signs of a model's Markdown as they are."""
        self._escaped = without_links if keeps_blocks else escaped
        self._held = ""  # what may become a mark, or be followed by an address

    def feed(self, piece: str) -> str:
        """More of the escaped text."""
        text = self._held + piece
        held = _MAY_BECOME_MARK.search(text)
        self._held = held[0] if held else ""
        return _with_marks(text[: len(text) - len(self._held)], self._escaped)

    def end(self) -> str:
        """The rest of it."""
        text, self._held = self._held, ""
        return _with_marks(text, self._escaped)


def escaped_answer(text: str, *, keeps_blocks: bool = False) -> str:
    """The whole text of an answer, as an AnswerEscaper escapes it."""
    escaper = AnswerEscaper(keeps_blocks=keeps_blocks)
    return escaper.feed(text) + escaper.end()


def _with_marks(text: str, escape: Callable[[str], str]) -> str:
    parts = _MARK.split(text)  # words, mark, words, ...
    return "".join(part if at % 2 else escape(part) for at, part in enumerate(parts))

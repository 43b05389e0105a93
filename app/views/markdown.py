"""Escapes text of documents and models for Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable

# Without "[" there is no link, image, footnote or definition, and without "<" no HTML. The closing
# bracket is not escaped, since some clients read "\\[…\\]" as a formula.
_SPECIAL = re.compile(r"([\\`*_\[<>|#~])")
# In text of a language model, emphasis, headings, lists, tables and code are preserved.
_LINK_OR_HTML = re.compile(r"([\\\[<~])")
_ESCAPED = re.compile(r"\\([\\`*_\[<>|#~])")
_MARK = re.compile(r"(\[\d{1,3}\])(?![(:])")  # a citation number that no link target follows
_MAY_BECOME_MARK = re.compile(r"\[(?:\d{1,3}\]?)?\Z")


def escaped(text: str) -> str:
    """Text of a document or model with all Markdown characters escaped."""
    return _SPECIAL.sub(r"\\\1", text)


def without_links(text: str) -> str:
    """Markdown of a language model, with links, images and HTML as literal text."""
    return _LINK_OR_HTML.sub(r"\\\1", text)


def unescaped(text: str) -> str:
    """The inverse of `escaped`."""
    return _ESCAPED.sub(r"\1", text)


def one_line(text: str) -> str:
    """`escaped` on one line, so that nothing begins a Markdown block."""
    return escaped(" ".join(text.split()))


class AnswerEscaper:
    """Escapes the text of an answer piece by piece. Citation numbers such as [1] are preserved.

    The result does not depend on how the text is split into pieces.
    """

    def __init__(self, *, keeps_blocks: bool = False) -> None:
        """Start an answer; `keeps_blocks` preserves the Markdown of a language model."""
        self._escaped = without_links if keeps_blocks else escaped
        self._pending = ""  # the end of the text that may become a citation number or a link

    def feed(self, piece: str) -> str:
        """The next part of the escaped text."""
        text = self._pending + piece
        pending = _MAY_BECOME_MARK.search(text)
        self._pending = pending[0] if pending else ""
        return _with_marks(text[: len(text) - len(self._pending)], self._escaped)

    def end(self) -> str:
        """The rest of the escaped text."""
        text, self._pending = self._pending, ""
        return _with_marks(text, self._escaped)


def escaped_answer(text: str, *, keeps_blocks: bool = False) -> str:
    """The complete text of an answer, escaped as by an AnswerEscaper."""
    escaper = AnswerEscaper(keeps_blocks=keeps_blocks)
    return escaper.feed(text) + escaper.end()


def _with_marks(text: str, escape: Callable[[str], str]) -> str:
    parts = _MARK.split(text)  # words, mark, words, ...
    return "".join(part if at % 2 else escape(part) for at, part in enumerate(parts))

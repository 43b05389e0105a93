"""Parses the reply of a language model, while it arrives, into sentences with their citations.

The reply is Markdown. Each sentence keeps its inline markup. What precedes it is kept apart: a new
paragraph, the marker of a heading or list item, the line below a table's head. A code block is not
divided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from askdocs.text.sentences import sentence_spans

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|&|and|[-–—])\s*(?:\[?\d{1,3}))*"  # "1", "1, 3", "1-3"
_NAMED = r"(?:(?:passages?|sources?|documents?|no\.?)\s*)?[#^]?"
_MARK = re.compile(rf"\[?\[\s*{_NAMED}\s*(?P<numbers>{_NUMBERS})\s*(?:[,;.]|†[^\]]*)?\s*\]", re.I)
# A citation mark that is not closed: "[1, 3".
_BROKEN = re.compile(
    r"\[\s*(?P<numbers>\d{1,3}(?:\s*[,;]\s*\d{1,3})*)(?!\w|%|[.,:/]\d)(?:\s*[,;](?=\s*$))?"
)
_CLOSED_ONLY = re.compile(r"(?:^|(?<=\s))(\d{1,3})$")  # before "]", if there was no "["
_RANGE = re.compile(r"(\d{1,3})\s*[-–—]\s*(\d{1,3})")
_TAG = re.compile(r"</?(?:passage|question)\b[^<>]*>", re.I)  # a tag of the prompt
_NAMED_MARK = re.compile(rf"\(\s*(?:passages?|sources?)\s*#?\s*(?P<numbers>{_NUMBERS})\s*\)", re.I)
_LINK = re.compile(r"\(\s*(?:https?:|#)[^()]*\)", re.I)  # the target of a mark that is a link
_THINKING = re.compile(r"<think(?:ing)?>", re.I)
_THOUGHT = re.compile(r"</think(?:ing)?>", re.I)
# Of a list item, a heading or a quote.
_BLOCK_MARKER = re.compile(r"^(?:[-*•–+>]|#{1,6}|\d{1,2}[.)])(?:\s+|$)")
_BULLETS = frozenset("*•–+")
_EMPHASIS = re.compile(r"(?<!\S)[*_]+(?=\S)|(?<=[^\s*_])[*_]+(?![\w*_])")
_LONE_MARKER = re.compile(r"(?:^|\s+)[*_]+$")  # the next character decides if this is emphasis
_BOLD_LINE = re.compile(r"\*\*[^*]+[^*.!?]\*\*:?")
_DIVIDER = re.compile(r"\|?[\s|:-]+\|?")
_CODE_FENCE = "```"
_MAX_INDENT = 8  # spaces before the marker of a nested item
_ASIAN_BRACKETS = str.maketrans("【】［］", "[][]")
_CLOSING = frozenset(".,;:!?")
_MAX_MARK_LENGTH = 40  # characters
_KEPT = "\u200c\u200d"  # the joiners that the spelling of some scripts needs


Kind = Literal["prose", "heading", "item", "row", "code"]


@dataclass(frozen=True, slots=True)
class ReplySentence:
    """A sentence of a reply. A table row or a code block is one "sentence", too.

    Attributes:
        text: Its plain text, without citation marks and Markdown.
        numbers: The numbers of the passages that it cites, in order.
        opens: Whether it begins a paragraph, a list item or a heading.
        markdown: The sentence with its inline markup.
        lead: What is between it and the sentence before: white space and block markup.
        kind: What it is in the Markdown.
    """

    text: str
    numbers: tuple[int, ...]
    opens: bool
    markdown: str = ""
    lead: str = ""
    kind: Kind = "prose"


class ReplyParser:
    """Divides a reply into sentences and removes the citation marks: [1], [1, 3], [1][3], [1-3].

    Unknown numbers are ignored. Two more things are removed: tags of the prompt, which small models
    repeat, and <think> blocks. The result does not depend on how the reply is divided into pieces.

    Args:
        known: The number of passages. Valid citations are 1 to `known`.
    """

    def __init__(self, known: int) -> None:
        self._known = known
        self._text = ""  # of the current sentence
        self._last_word = 0  # where its last word begins
        self._possible_mark = ""  # text that may become a citation mark
        self._doubled = False  # whether a mark began with "[[" and may end with "]]"
        self._thinking: str | None = None  # the last characters inside <think>
        self._mark_end = 0  # where in the text the last mark was
        self._numbers: dict[int, None] = {}
        self._opens = True
        self._line_begins = True
        self._indent = 0  # spaces at the beginning of the line
        self._code: str | None = None  # the code block so far
        self._block_before: Kind = "prose"  # the kind of the last sentence that opened a block
        self._blank = True  # whether the line before was blank
        self._divider = ""  # the line between the head of a table and its rows
        self._open_markup = ""  # the markup of bold text or code that the last sentence left open
        self._done: list[ReplySentence] = []

    def feed(self, piece: str) -> list[ReplySentence]:
        """Parse the next piece of the reply; return the sentences that are now complete."""
        for character in piece.translate(_ASIAN_BRACKETS):
            self._take(character)
        return self._completed()

    def end(self) -> list[ReplySentence]:
        """End the reply; return the last sentence, complete or not."""
        self._release_text()
        if self._code is not None:
            self._end_code()
        self._end_paragraph()
        return self._completed()

    @property
    def pending(self) -> str:
        """The words so far of the sentence that is not complete yet. They will not change."""
        words = _LONE_MARKER.sub("", _plain(self._text[: self._last_word], self._opens))
        return words if _has_words(words) and not self._is_whole_line() else ""

    @property
    def pending_markdown(self) -> str:
        """The same as `pending`, with inline markup."""
        if not self.pending:
            return ""
        marker = self._block_marker()
        return self._open_markup + " ".join(self._text[len(marker) : self._last_word].split())

    @property
    def pending_lead(self) -> str:
        """The lead of the sentence that is not complete yet."""
        return self._lead(self._kind())

    @property
    def opens(self) -> bool:
        """Whether the sentence that is not complete yet begins a paragraph or a list item."""
        return self._opens

    def _completed(self) -> list[ReplySentence]:
        done, self._done = self._done, []
        return done

    def _take(self, character: str) -> None:
        doubled, self._doubled = self._doubled, False
        if doubled and character == "]":
            return
        if self._thinking is not None:
            self._skip_thinking(character)
        elif self._code is not None:
            self._take_code(character)
        elif self._possible_mark:
            self._take_possible_mark(character)
        elif character in "[<(":
            self._end_word()
            self._possible_mark = character
        elif character == "\n":
            self._end_paragraph()
        else:
            self._write(character)

    def _take_code(self, character: str) -> None:
        """Add a character to a code block. A line of only three backticks ends the block."""
        code = f"{self._code}{character}"
        line = code.rsplit("\n", 1)[-1]
        if line.strip() == _CODE_FENCE and "\n" in code:
            self._code = code[: len(code) - len(line)]
            self._end_code()
        elif character == "\n" or character.isprintable() or character in _KEPT:
            self._code = code

    def _end_code(self) -> None:
        """Complete a code block as one sentence. Its first line is the name of a language."""
        language, _, code = (self._code or "").partition("\n")
        self._code = None
        name = re.sub(r"\W", "", language)
        body = code.strip("\n")
        if _has_words(body):
            markdown = f"{_CODE_FENCE}{name}\n{body}\n{_CODE_FENCE}"
            self._done.append(
                ReplySentence(
                    body, tuple(self._numbers), True, markdown, self._lead("code"), "code"
                )
            )
            self._block_before = "code"
            self._numbers = {}
        self._opens, self._blank = True, True

    def _kind(self) -> Kind:
        """The kind of the current sentence."""
        marker = self._block_marker()
        if self._opens and marker:
            return "heading" if marker.startswith("#") else "item"
        if self._text.startswith("|"):
            return "row"
        text = self._text.strip()
        return "heading" if self._opens and _BOLD_LINE.fullmatch(text) else "prose"

    def _block_marker(self) -> str:
        """The block marker that the line opens with: list item, heading or quote; "" if none.

        It is recognised only when a space follows.
        """
        found = _BLOCK_MARKER.match(self._text) if self._opens else None
        return found.group() if found else ""

    def _is_whole_line(self) -> bool:
        """Whether it is a table row or may open a code block. Both are shown only as a whole."""
        return self._text.startswith(("|", _CODE_FENCE))

    def _lead(self, kind: Kind) -> str:
        """The white space and block markup before the current sentence."""
        if not self._opens and kind != "code":
            return " "
        marker = self._block_marker() if kind in ("heading", "item") else ""
        if marker[:1] in _BULLETS:
            marker = "- "
        in_list = kind == self._block_before and kind in ("item", "row") and not self._blank
        indent = (
            " " * min(self._indent, _MAX_INDENT)
            if kind == "item" and self._block_before == kind
            else ""
        )
        if kind == "row" and self._divider:
            return f"{self._divider}\n"
        return ("\n" if in_list else "\n\n") + indent + (f"{marker.strip()} " if marker else "")

    def _take_possible_mark(self, character: str) -> None:
        """Add a character to text that may be a mark; release the text if it is none."""
        if character == "]":
            mark = _MARK.fullmatch(self._possible_mark + character)
            if mark:
                self._doubled = self._possible_mark.startswith("[[")
                self._possible_mark = ""
                self._record_numbers(mark["numbers"])
                return
        if character == ">" and self._is_tag(self._possible_mark + character):
            self._possible_mark = ""
            return
        if character == ")" and self._is_mark(self._possible_mark + character):
            self._possible_mark = ""
            return
        if character == self._possible_mark == "[":
            self._possible_mark = "[["
            return
        if character in "[]<()\n" or len(self._possible_mark) >= _MAX_MARK_LENGTH:
            self._release_text()
            self._take(character)
        else:
            self._possible_mark += character

    def _is_tag(self, mark_text: str) -> bool:
        """Whether text in < and > is a tag to remove. <think> also starts a block to remove."""
        if _THINKING.fullmatch(mark_text):
            self._thinking = ""
            return True
        return bool(_TAG.fullmatch(mark_text) or _THOUGHT.fullmatch(mark_text))

    def _is_mark(self, mark_text: str) -> bool:
        """Whether text in parentheses names passages, or is the link target of a citation mark."""
        named = _NAMED_MARK.fullmatch(mark_text)
        if named:
            self._record_numbers(named["numbers"])
        return bool(named) or (self._is_after_mark() and bool(_LINK.fullmatch(mark_text)))

    def _is_after_mark(self) -> bool:
        return bool(self._mark_end) and self._mark_end == len(self._text)

    def _skip_thinking(self, character: str) -> None:
        """Skip a character inside <think>."""
        self._thinking = f"{self._thinking}{character}"[-_MAX_MARK_LENGTH:]
        if _THOUGHT.search(self._thinking):
            self._thinking = None

    def _release_text(self) -> None:
        """Treat held text as plain text. The numbers of an unclosed mark count as citations."""
        mark_text, self._possible_mark = self._possible_mark, ""
        broken = _BROKEN.match(mark_text)
        if broken:
            self._record_numbers(broken["numbers"])
            mark_text = mark_text[broken.end() :]
        for character in mark_text:
            self._write(character)

    def _record_numbers(self, numbers: str) -> None:
        """Record the passage numbers of a mark."""
        self._mark_end = len(self._text)
        for number in _expanded(numbers):
            if 1 <= number <= self._known:
                self._numbers.setdefault(number)

    def _write(self, character: str) -> None:
        """Add a character. White space becomes one space; none between a mark and punctuation."""
        if self._line_begins and character == " ":
            self._indent += 1
        elif not character.isspace():
            self._line_begins = False
        if character.isspace():
            self._end_word()
            if self._text and not self._text.endswith(" "):
                self._text += " "
                self._last_word = len(self._text)
        elif character.isprintable() or character in _KEPT:
            if character == "]" and self._close_unopened():
                return
            after_mark = self._mark_end == len(self._text) and self._text.endswith(" ")
            if after_mark and character in _CLOSING:
                self._text = self._text[:-1]
                self._last_word = min(self._last_word, len(self._text))
            self._text += character
            if self._text == _CODE_FENCE and self._opens:
                self._text, self._last_word, self._code = "", 0, ""

    def _close_unopened(self) -> bool:
        """Remove a number before a "]" that was never opened; tell whether there was one."""
        number = _CLOSED_ONLY.search(self._text)
        if number is None or "[" in self._text:
            return False
        self._text = self._text[: number.start()]
        self._last_word = min(self._last_word, len(self._text))
        self._record_numbers(number[1])
        return True

    def _end_word(self) -> None:
        """Complete the sentence before the last word, if that word begins a new sentence."""
        if self._text.startswith("|"):  # a table row is not divided
            self._last_word = len(self._text)
            return
        if not self._last_word or len(self._text) <= self._last_word:
            return
        if sentence_spans(self._text)[-1][0] == self._last_word:
            rest = self._text[self._last_word :]
            self._end_sentence(self._text[: self._last_word])
            self._text = rest
        self._last_word = len(self._text)

    def _end_paragraph(self) -> None:
        self._end_word()
        blank = not self._text
        self._end_sentence(self._text)
        self._opens, self._line_begins = True, True
        self._blank = blank
        self._indent = 0
        self._open_markup = ""

    def _end_sentence(self, text: str) -> None:
        self._text = text
        plain = _plain(text, self._opens)
        kind = self._kind()
        lead, marker = self._lead(kind), self._block_marker()
        divider = kind == "row" and bool(_DIVIDER.fullmatch(text.strip()))
        markdown = self._open_markup + " ".join(text[len(marker) :].split())
        self._text, self._last_word, self._mark_end = "", 0, 0
        if divider:
            self._divider = f"\n{markdown}"
        if not _has_words(plain):
            return
        open_markup = next((each for each in ("**", "`") if markdown.count(each) % 2), "")
        self._open_markup = open_markup
        self._done.append(
            ReplySentence(
                plain, tuple(self._numbers), self._opens, markdown + open_markup, lead, kind
            )
        )
        self._numbers = {}
        if self._opens:
            self._block_before = kind
        self._opens, self._blank, self._divider = False, False, ""


def _plain(text: str, opens: bool) -> str:
    """Remove Markdown: emphasis, code and, at the beginning of a line, the block marker."""
    plain = _BLOCK_MARKER.sub("", text) if opens else text
    plain = _EMPHASIS.sub("", plain)
    return " ".join(plain.replace("**", "").replace("`", "").split())


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _expanded(numbers: str) -> Iterator[int]:
    """Yield every number of "1, 3" or "1-3", in order."""
    for part in re.split(r"[,;&]|and", numbers.replace("[", "")):
        span = _RANGE.fullmatch(part.strip())
        if span:
            first, last = sorted((int(span[1]), int(span[2])))
            yield from range(first, last + 1)
        elif part.strip().isdigit():
            yield int(part)

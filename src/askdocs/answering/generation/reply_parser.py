"""Parses the reply of a language model, as it arrives, into sentences and the passages they name.

The reply is Markdown: each sentence keeps its inline signs, and what stands before it (a new
paragraph, the sign of a heading or list item, the bar of a table row). Code blocks stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from askdocs.text.sentences import sentence_spans

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|&|and|[-–—])\s*(?:\[?\d{1,3}))*"
_NAMED = r"(?:(?:passages?|sources?|documents?|no\.?)\s*)?[#^]?"
_MARK = re.compile(rf"\[?\[\s*{_NAMED}\s*(?P<numbers>{_NUMBERS})\s*(?:[,;.]|†[^\]]*)?\s*\]", re.I)
_BROKEN = re.compile(
    r"\[\s*(?P<numbers>\d{1,3}(?:\s*[,;]\s*\d{1,3})*)(?!\w|%|[.,:/]\d)(?:\s*[,;](?=\s*$))?"
)
_CLOSED_ONLY = re.compile(r"(?:^|(?<=\s))(\d{1,3})$")
_RANGE = re.compile(r"(\d{1,3})\s*[-–—]\s*(\d{1,3})")
_FENCE = re.compile(r"</?(?:passage|question)\b[^<>]*>", re.I)  # as it stands in prompts.py
_NAMED_MARK = re.compile(rf"\(\s*(?:passages?|sources?)\s*#?\s*(?P<numbers>{_NUMBERS})\s*\)", re.I)
_LINK = re.compile(r"\(\s*(?:https?:|#)[^()]*\)", re.I)  # a mark may be written as a link
_THINKING = re.compile(r"<think(?:ing)?>", re.I)
_THOUGHT = re.compile(r"</think(?:ing)?>", re.I)
_SIGN = re.compile(r"^(?:[-*•–+>]|#{1,6}|\d{1,2}[.)])(?:\s+|$)")  # of a list, heading or quote
_BULLETS = frozenset("*•–+")
_EMPHASIS = re.compile(r"(?<!\S)[*_]+(?=\S)|(?<=[^\s*_])[*_]+(?![\w*_])")
_LONE_SIGN = re.compile(r"(?:^|\s+)[*_]+$")  # what follows decides whether it is emphasis
_BOLD_LINE = re.compile(r"\*\*[^*]+[^*.!?]\*\*:?")
_DIVIDER = re.compile(r"\|?[\s|:-]+\|?")
_FENCE_SIGN = "```"
_DEEPEST = 8  # spaces before the sign of a nested item
_ASIAN_BRACKETS = str.maketrans("【】［］", "[][]")
_CLOSING = frozenset(".,;:!?")
_LONGEST_MARK = 40  # characters
_KEPT = "\u200c\u200d"  # joiners that some scripts are spelled with


Kind = Literal["prose", "heading", "item", "row", "code"]


@dataclass(frozen=True, slots=True)
class ReplySentence:
    """A sentence of a reply without its marks, and the numbers that these named, in order.

    `opens` is true where it begins a paragraph, a list item or a heading. `markdown` is the
    sentence with its inline signs, `lead` what stands between it and the sentence before. A row
    of a table and a block of code are one "sentence" each.
    """

    text: str
    numbers: tuple[int, ...]
    opens: bool
    markdown: str = ""
    lead: str = ""
    kind: Kind = "prose"


class ReplyParser:
    """Cuts a reply into sentences and takes the citation marks out: [1], [1, 3], [1][3], [1-3].

    Numbers above `known` and 0 are dropped, and so are the marks around passages, which small
    models repeat, and what a model thinks aloud in <think>. What comes out does not depend on how
    the reply was cut into pieces.
    """

    def __init__(self, known: int) -> None:
        self._known = known
        self._text = ""  # of the sentence so far
        self._word = 0  # where in it the last word begins
        self._held = ""  # what may become a mark
        self._doubled = False  # whether a mark began with two brackets and may end so
        self._thought: str | None = None  # the last characters of what the model thinks aloud
        self._marked = 0  # where in the text the last mark stood
        self._numbers: dict[int, None] = {}
        self._opens = True
        self._line_begins = True
        self._indent = 0  # spaces at the beginning of the line
        self._code: str | None = None  # of the block that is being written
        self._before: Kind = "prose"  # the kind of the sentence before
        self._blank = True  # whether the line before was blank
        self._divider = ""  # the line between the head of a table and its rows
        self._carried = ""  # the sign of bold text or code that the sentence before left open
        self._done: list[ReplySentence] = []

    def feed(self, piece: str) -> list[ReplySentence]:
        """The sentences that a further piece of the reply completes."""
        for character in piece.translate(_ASIAN_BRACKETS):
            self._take(character)
        return self._completed()

    def end(self) -> list[ReplySentence]:
        """The last sentence, complete or not."""
        self._release()
        if self._code is not None:
            self._end_code()
        self._end_paragraph()
        return self._completed()

    @property
    def pending(self) -> str:
        """The words so far of the sentence that is being written; they will not change."""
        words = _LONE_SIGN.sub("", _plain(self._text[: self._word], self._opens))
        return words if _says_something(words) and not self._is_whole_line() else ""

    @property
    def pending_markdown(self) -> str:
        """`pending` with the inline signs of Markdown."""
        if not self.pending:
            return ""
        sign = self._sign()
        return self._carried + " ".join(self._text[len(sign) : self._word].split())

    @property
    def pending_lead(self) -> str:
        """What stands before the sentence that is being written."""
        return self._lead(self._kind())

    @property
    def opens(self) -> bool:
        """Whether the sentence that is being written begins a paragraph or a list entry."""
        return self._opens

    def _completed(self) -> list[ReplySentence]:
        done, self._done = self._done, []
        return done

    def _take(self, character: str) -> None:
        doubled, self._doubled = self._doubled, False
        if doubled and character == "]":
            return
        if self._thought is not None:
            self._think(character)
        elif self._code is not None:
            self._take_code(character)
        elif self._held:
            self._hold(character)
        elif character in "[<(":
            self._end_word()
            self._held = character
        elif character == "\n":
            self._end_paragraph()
        else:
            self._write(character)

    def _take_code(self, character: str) -> None:
        """A further character of a block of code, which ends with a line of its own sign."""
        code = f"{self._code}{character}"
        line = code.rsplit("\n", 1)[-1]
        if line.strip() == _FENCE_SIGN and "\n" in code:
            self._code = code[: len(code) - len(line)]
            self._end_code()
        elif character == "\n" or character.isprintable() or character in _KEPT:
            self._code = code

    def _end_code(self) -> None:
        """The block of code as one sentence; its first line names a language."""
        language, _, code = (self._code or "").partition("\n")
        self._code = None
        name = re.sub(r"\W", "", language)
        body = code.strip("\n")
        if _says_something(body):
            markdown = f"{_FENCE_SIGN}{name}\n{body}\n{_FENCE_SIGN}"
            self._done.append(
                ReplySentence(
                    body, tuple(self._numbers), True, markdown, self._lead("code"), "code"
                )
            )
            self._before = "code"
            self._numbers = {}
        self._opens, self._blank = True, True

    def _kind(self) -> Kind:
        """The kind of the sentence that is being written."""
        sign = self._sign()
        if self._opens and sign:
            return "heading" if sign.startswith("#") else "item"
        if self._text.startswith("|"):
            return "row"
        text = self._text.strip()
        return "heading" if self._opens and _BOLD_LINE.fullmatch(text) else "prose"

    def _sign(self) -> str:
        """The sign with which a line opens: of a list, a heading or a quote; "" if there is none.

        It is known once it is followed by a space.
        """
        found = _SIGN.match(self._text) if self._opens else None
        return found.group() if found else ""

    def _is_whole_line(self) -> bool:
        """Whether the sentence is a row, or may become a block of code: shown when complete."""
        return self._text.startswith(("|", _FENCE_SIGN))

    def _lead(self, kind: Kind) -> str:
        if not self._opens and kind != "code":
            return " "
        sign = self._sign() if kind in ("heading", "item") else ""
        if sign[:1] in _BULLETS:
            sign = "- "
        in_list = kind == self._before and kind in ("item", "row") and not self._blank
        indent = (
            " " * min(self._indent, _DEEPEST) if kind == "item" and self._before == kind else ""
        )
        if kind == "row" and self._divider:
            return f"{self._divider}\n"
        return ("\n" if in_list else "\n\n") + indent + (f"{sign.strip()} " if sign else "")

    def _hold(self, character: str) -> None:
        """Go on with what may be a mark, or see that it is none."""
        if character == "]":
            mark = _MARK.fullmatch(self._held + character)
            if mark:
                self._doubled = self._held.startswith("[[")
                self._held = ""
                self._name(mark["numbers"])
                return
        if character == ">" and self._is_no_text(self._held + character):
            self._held = ""
            return
        if character == ")" and self._is_mark(self._held + character):
            self._held = ""
            return
        if character == self._held == "[":
            self._held = "[["
            return
        if character in "[]<()\n" or len(self._held) >= _LONGEST_MARK:
            self._release()
            self._take(character)
        else:
            self._held += character

    def _is_no_text(self, held: str) -> bool:
        """Whether what stands in < and > is not said; <think> begins what is not either."""
        if _THINKING.fullmatch(held):
            self._thought = ""
            return True
        return bool(_FENCE.fullmatch(held) or _THOUGHT.fullmatch(held))

    def _is_mark(self, held: str) -> bool:
        """Whether what stands in brackets names passages, or is the address of a mark."""
        named = _NAMED_MARK.fullmatch(held)
        if named:
            self._name(named["numbers"])
        return bool(named) or (self._is_after_mark() and bool(_LINK.fullmatch(held)))

    def _is_after_mark(self) -> bool:
        return bool(self._marked) and self._marked == len(self._text)

    def _think(self, character: str) -> None:
        self._thought = f"{self._thought}{character}"[-_LONGEST_MARK:]
        if _THOUGHT.search(self._thought):
            self._thought = None

    def _release(self) -> None:
        """What was held is no mark after all, or a broken one: the rest of it is text."""
        held, self._held = self._held, ""
        broken = _BROKEN.match(held)
        if broken:
            self._name(broken["numbers"])
            held = held[broken.end() :]
        for character in held:
            self._write(character)

    def _name(self, numbers: str) -> None:
        self._marked = len(self._text)
        for number in _expanded(numbers):
            if 1 <= number <= self._known:
                self._numbers.setdefault(number)

    def _write(self, character: str) -> None:
        if self._line_begins and character == " ":
            self._indent += 1
        elif not character.isspace():
            self._line_begins = False
        if character.isspace():
            self._end_word()
            if self._text and not self._text.endswith(" "):
                self._text += " "
                self._word = len(self._text)
        elif character.isprintable() or character in _KEPT:
            if character == "]" and self._close():
                return
            after_mark = self._marked == len(self._text) and self._text.endswith(" ")
            if after_mark and character in _CLOSING:
                self._text = self._text[:-1]
                self._word = min(self._word, len(self._text))
            self._text += character
            if self._text == _FENCE_SIGN and self._opens:
                self._text, self._word, self._code = "", 0, ""

    def _close(self) -> bool:
        """Whether a bracket closes a number that none opened: a broken mark."""
        number = _CLOSED_ONLY.search(self._text)
        if number is None or "[" in self._text:
            return False
        self._text = self._text[: number.start()]
        self._word = min(self._word, len(self._text))
        self._name(number[1])
        return True

    def _end_word(self) -> None:
        """If a sentence began with the last word, the one before it is complete."""
        if self._text.startswith("|"):  # a row of a table is not cut
            self._word = len(self._text)
            return
        if not self._word or len(self._text) <= self._word:
            return
        if sentence_spans(self._text)[-1][0] == self._word:
            rest = self._text[self._word :]
            self._end_sentence(self._text[: self._word])
            self._text = rest
        self._word = len(self._text)

    def _end_paragraph(self) -> None:
        self._end_word()
        blank = not self._text
        self._end_sentence(self._text)
        self._opens, self._line_begins = True, True
        self._blank = blank
        self._indent = 0
        self._carried = ""

    def _end_sentence(self, text: str) -> None:
        self._text = text
        said = _plain(text, self._opens)
        kind = self._kind()
        lead, sign = self._lead(kind), self._sign()
        divider = kind == "row" and bool(_DIVIDER.fullmatch(text.strip()))
        markdown = self._carried + " ".join(text[len(sign) :].split())
        self._text, self._word, self._marked = "", 0, 0
        if divider:
            self._divider = f"\n{markdown}"
        if not _says_something(said):
            return
        open_sign = next((each for each in ("**", "`") if markdown.count(each) % 2), "")
        self._carried = open_sign
        self._done.append(
            ReplySentence(said, tuple(self._numbers), self._opens, markdown + open_sign, lead, kind)
        )
        self._numbers = {}
        if self._opens:
            self._before = kind
        self._opens, self._blank, self._divider = False, False, ""


def _plain(text: str, opens: bool) -> str:
    """Without signs of Markdown: of emphasis, of code and, where a line opens, of a list."""
    plain = _SIGN.sub("", text) if opens else text
    plain = _EMPHASIS.sub("", plain)
    return " ".join(plain.replace("**", "").replace("`", "").split())


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _expanded(numbers: str) -> Iterator[int]:
    """Every number of "1, 3" or "1-3", in order."""
    for part in re.split(r"[,;&]|and", numbers.replace("[", "")):
        span = _RANGE.fullmatch(part.strip())
        if span:
            first, last = sorted((int(span[1]), int(span[2])))
            yield from range(first, last + 1)
        elif part.strip().isdigit():
            yield int(part)

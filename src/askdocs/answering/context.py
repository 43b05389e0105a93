"""Which sentences of a passage can be quoted, and which text around a sentence belongs to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.answering.questions.speech import speaker_unnamed
from askdocs.answering.rule_switches import rule
from askdocs.text.english import (
    BE,
    CLOSING_ADJECTIVES,
    CLOSING_ADVERBS,
    CLOSING_NOUNS,
    DEMONSTRATIVES,
    SALUTATIONS,
    THIRD_PERSON,
    any_of,
)
from askdocs.text.headings import is_heading_only, opens_section
from askdocs.text.overlap import is_among
from askdocs.text.sentences import is_item, is_row, sentence_spans
from askdocs.text.stop_words import content_words
from askdocs.types import Passage

LONGEST_QUOTE = 1200  # characters of a quote with the list, table or code that it announces
MOST_ITEMS = 12  # of an announced list, table or code block
_MIN_TITLE_WORDS = 5  # a title with fewer words states nothing
_CONTEXT_START = re.compile(
    rf"^[\"'“‘(]?({any_of(THIRD_PERSON | DEMONSTRATIVES)}|such|however|but|yet|thus"
    r"|therefore|instead|also|moreover|furthermore|nevertheless|consequently|as a result)\b",
    re.IGNORECASE,
)
_MAX_DEPENDENCE = 3  # sentences in a chain, each of which needs the previous one
_ANAPHOR = re.compile(r"(?:The|This|That) (\w+)\b")
# Content words. "The motion was carried." has two. A sentence with more is clear without its
# antecedent, the sentence that mentions the motion first.
_MAX_ANAPHOR_WORDS = 2
_MAX_ANTECEDENT_DISTANCE = 5  # sentences
_TABLE_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")  # the line below the header row, in Markdown
_QUESTION_MARKS = ("?", "？", "؟")
_CLOSING = " \n*_)]\"'”’»"
_SALUTATION = re.compile(
    rf"[>\s]*(?:{any_of(SALUTATIONS)}\b[^.!?]{{0,40}}[,:!]?"
    rf"|(?:with )?(?:{any_of(CLOSING_ADJECTIVES)} )*{any_of(CLOSING_NOUNS)}\W*"
    rf"|{any_of(CLOSING_ADVERBS)}\W*|yours(?: {any_of(CLOSING_ADVERBS)}| truly)?\W*)",
    re.IGNORECASE,
)
_CONTENTS_LINE = re.compile(r".{3,300}?(?:\.\s?){4,}+\s*(?:\d{1,4}|[ivxlc]{1,6})\s*")
_REFERENCE_HEADING = re.compile(
    r"(?:^|› )(?:\d+\.?\s*)?(?:references|bibliography|works cited|literature(?: cited)?"
    r"|literaturverzeichnis|further reading|external links|see also)\W*$",
    re.IGNORECASE,
)
# The heading of a list of references on a line of its own, in plain text.
_REFERENCE_LINE = re.compile(
    r"(?:^|\n[ \t]*\n)[ \t]*(?:\d+\.?[ \t]*)?"
    r"(?:references|bibliography|works cited|literature cited|literaturverzeichnis|literatur"
    r"|bibliographie|références|bibliografía|referencias)[ \t]*:?[ \t]*\n(?=\s*\S[^\n]{20})",
    re.IGNORECASE,
)
# The label at the start of a turn: "NOVAK: …", "Jon (05/05/2026, 19:44): …".
TURN_LABEL = re.compile(
    r"^[ \t>]*(?P<author>[^\W\d_][^:;|\n]{0,60}?)(?: \((?P<when>[^()\n]*\d[^()\n]*)\))?: (?=\S)",
    re.MULTILINE,
)
_REFERENCE = re.compile(
    r"^\W{0,3}(?:\[?\d{1,3}[\].]\s*)?[A-Z][\w'’-]+,? (?:[A-Z]\.|et al).*\b(?:19|20)\d\d\b.*"
    r"(?:\bpp?\.|\bvol\b|\bdoi\b|\barxiv\b|\bproc\b|\bjournal\b|\bed(?:s|itor)?\b|\d\(\d+\)|\d:\s?\d)",
    re.IGNORECASE,
)
# An entry with the year right after the authors: "Voss, K., et al. (2016). …".
_DATED_REFERENCE = re.compile(
    r"[^\W\d_][\w'’-]+(?: [\w'’-]+)?, (?:[^\W\d_]\.|et al)[^()\n]{0,200}"
    r"\((?:19|20)\d\d[a-z]?\)[.,:]"
)
# An empty field of a form: "Date of birth: ______", "Signature ........".
_EMPTY_FIELD = re.compile(r"[^:_\n]{1,80}(?::\s*[_.…‗]{3,}|\s[_.…‗]{5,})[\s_.…‗]*")
# Directives and fields of reStructuredText, and "/s/", which replaces a signature.
_MARKUP = re.compile(r"\s*(?:\.\. [\w-]+::[^\n]*|:[\w-]+:[^\n]*)|.*(?:^|\s)/s/\s.*", re.DOTALL)
_INTRODUCES_QUOTE = re.compile(r"[>\s]*On .{3,100} wrote:\s*")
_ANNOUNCED = (
    r"(?:advantage|benefit|case|category|categorie|cause|change|component|condition|disadvantage"
    r"|example|factor|feature|form|function|goal|kind|limitation|measure|mechanism|method|option"
    r"|part|phase|point|principle|reason|requirement|rule|stage|step|thing|type|way)s"
)
_ANNOUNCES = re.compile(
    rf"\b(?:as follows|the following(?:\W*$|:| (?:\w+ ){{0,2}}{_ANNOUNCED})"
    r"|(?:these|two|three|four|five|six|seven|eight|nine|ten|[2-9]|several|various|many|some|multiple"
    r"|a (?:number|variety|series|list|range|couple) of)"
    rf" (?:\w+ ){{0,2}}{_ANNOUNCED})(?!\w)(?![^.]*\b(?:including|such as|because)\b)",
    re.IGNORECASE,
)
# A sentence limits the one before by its first words …
_LIMITS_AT_ONCE = (
    r"unless|except(?:ing|ed)?|excluding|excluded|exempt|but|otherwise|however|if not|save for"
    r"|(?:but |and )?only (?:if|where|when|until|after|for|in|on|with|to)|provid(?:ed|ing) that"
    r"|(?:as|so) long as|on condition|not (?:if|where|when|valid|applicable|included)|in no case"
    r"|with the exception|notwithstanding"
    r"|(?:an |the |some |one |the only )?(?:exceptions?|exemptions?)"
)
# … or it says of "this" or of a rule that it does not hold, that it ends, or "only if".
_NOT = r"(?:(?:do|does|shall|will|must|may|can|is|are)(?: not|n['’]t)|cannot|no longer)"
_ONLY = (
    r"(?:\w+ ){0,4}only (?:if|where|when|until|after|for|to|on|in|within|during|with|as long as)"
)
_IN_FORCE = r"(?:appl(?:y|ies)|holds?|valid|applicable|cover|include|extend|affect|concern)"
_ALLOWED = r"(?:allowed|permitted|possible|granted|refundable|transferable|true|the case)"
_ENDS = (
    r"(?:lapses?|ceases?|expires?"
    r"|(?:is|are|becomes?|shall be) (?:(?:null and )?void|invalid|waived))"
)
_LIMITED = (
    r"(?:excludes?|exempts?"
    r"|(?:is|are|shall be) (?:also )?(?:suspended|conditional|(?:limited|restricted) to))"
)
_LIMITS_THIS = (
    r"(?:it|they"
    rf"|(?:{any_of(DEMONSTRATIVES)}|the same)(?: (?!{any_of(BE)}\b)[\w-]+){{0,2}}?)"
    rf" (?:{_NOT} (?:be )?(?:{_IN_FORCE}|{_ALLOWED})"
    rf"|only (?:appl(?:y|ies)|holds?|covers?|concerns?)|{_ONLY}|{_ENDS}|{_LIMITED})\b"
    rf"|none of (?:this|these) {_IN_FORCE}\b"
)
_LIMITS_RULE = (
    rf"(?:the|no|such) (?:[\w-]+ ){{1,4}}?(?:{_NOT} (?:be )?{_IN_FORCE}|{_ONLY}|{_ENDS}"
    r"|is exempt|are exempt)\b"
)
_CONDITION = re.compile(
    rf"^[\"'“‘(]?(?:(?:{_LIMITS_AT_ONCE})\b|{_LIMITS_THIS}|{_LIMITS_RULE})", re.IGNORECASE
)
_LABEL = r"[ \t]*[^\W\d_][^:.!?\n]{0,39}:"
_LABELLED = re.compile(rf"{_LABEL}(?=\s)")
_BARE_LABEL = re.compile(_LABEL)
_LONGEST_LABEL = 3  # words; a longer label is not taken for an empty field
_LINES_OF_ITEM = 10  # at most
NEAR_STEPS = 300  # characters between a quote and the list that follows its paragraph
_PARAGRAPH_END = re.compile(r"[ \t]*\n[ \t]*(?=\n)\s*|\n(?=[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t])")
_MARKER = re.compile(
    r"(?P<indent>[ \t]*)(?:[-*+•◦–—·]"
    r"|\(?(?:(?P<number>\d{1,3})|(?P<letter>[A-Za-z]{1,4}))(?P<close>[.)]))[ \t]"
)
_FENCE = re.compile(r"\s*(?:```|~~~)")


def sentences(passage: Passage, *, with_title: bool = False) -> list[tuple[int, int]]:
    """The spans of the sentences of a passage that can be quoted.

    These are left out: headings, header rows of tables, salutations, lines of tables of contents,
    entries of reference lists. Questions are left out too, because they answer nothing.

    Args:
        passage: The passage.
        with_title: Whether a title of five or more words counts as a sentence, as "Flood destroys
            40 houses in Ostrava" does.

    Returns:
        (start, end) in characters of the passage's text, in order.
    """
    spans = all_sentences(passage, with_title=with_title)
    quotable = quotable_sentences(passage, spans)
    return [span for span, may in zip(spans, quotable, strict=True) if may]


def all_sentences(passage: Passage, *, with_title: bool = False) -> list[tuple[int, int]]:
    """The spans of all sentences of a passage, except headings and header rows of tables.

    Args:
        passage: The passage.
        with_title: Whether a title of five or more words counts as a sentence.

    Returns:
        (start, end) in characters of the passage's text, in order.
    """
    names = {passage.title, *(passage.heading or "").split(" › ")}
    if with_title and len(passage.title.split()) >= _MIN_TITLE_WORDS:
        names.discard(passage.title)
    spans = sentence_spans(passage.text)
    texts = [passage.text[start:end] for start, end in spans]
    ruled = ["|" in text and bool(_TABLE_RULE.fullmatch(text)) for text in (*texts, "")]
    return [
        span
        for number, (span, text) in enumerate(zip(spans, texts, strict=True))
        if text.strip("# ") not in names and not (ruled[number] or ruled[number + 1])
    ]


def quotable_sentences(passage: Passage, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether each of the sentences of a passage can be quoted.

    Args:
        passage: The passage. Below a heading such as "References" nothing can be quoted.
        spans: The (start, end) of its sentences.
    """
    if _REFERENCE_HEADING.search(passage.heading or ""):
        return [False] * len(spans)
    references = _REFERENCE_LINE.search(passage.text)
    end = references.start() if references else len(passage.text)
    return [
        start < end
        and can_answer(passage.text[start:stop])
        and not _only_heads(passage.text, start, stop)
        for start, stop in spans
    ]


@rule("headings of plain text", otherwise=lambda *_: False)
def _only_heads(text: str, start: int, end: int) -> bool:
    """Whether a sentence is only a heading of plain text; see `is_heading_only`."""
    return is_heading_only(text, start, end)


@rule("sentences that say nothing", otherwise=lambda _: True)
def can_answer(sentence: str) -> bool:
    """Whether a sentence states something by itself."""
    return not (
        is_question(sentence)
        or _SALUTATION.fullmatch(sentence)
        or _CONTENTS_LINE.fullmatch(sentence)
        or _INTRODUCES_QUOTE.fullmatch(sentence)
        or _MARKUP.fullmatch(sentence)
        or _EMPTY_FIELD.fullmatch(sentence)
        or _is_capitals(sentence)
        or (_REFERENCE.search(sentence) and not TURN_LABEL.match(sentence))
        or _DATED_REFERENCE.match(sentence)
    )


def _is_capitals(sentence: str) -> bool:
    """Whether a line has only capitals and no full stop or digit, as headings do."""
    return (
        sentence.isupper()
        and not sentence.rstrip(_CLOSING).endswith((".", "!"))
        and not any(character.isdigit() for character in sentence)
        and len(sentence.split()) > 1
    )


def is_question(sentence: str) -> bool:
    """Whether a sentence ends with a question mark."""
    return sentence.rstrip(_CLOSING).endswith(_QUESTION_MARKS)


@rule("sentence needed before", otherwise=lambda _, number: number)
def context_start(texts: Sequence[str], number: int) -> int:
    """The index of the first sentence that is needed to understand sentence `number`.

    Three cases need earlier sentences. "He went on." needs the sentence before it, which may need
    another one. "The motion was carried." needs the last sentence that mentions a motion. A
    sentence after a question needs the question.

    Args:
        texts: The sentences of a passage.
        number: The index of the sentence.
    """
    first = number
    while first > max(number - _MAX_DEPENDENCE, 0) and _depends_on_before(texts[first]):
        first -= 1
    anaphor = _ANAPHOR.match(texts[number])
    if anaphor and len(content_words(texts[number])) <= _MAX_ANAPHOR_WORDS:
        noun = anaphor[1].lower()
        for before in range(number - 1, max(number - _MAX_ANTECEDENT_DISTANCE, 0) - 1, -1):
            if is_among(noun, content_words(texts[before])):
                return min(first, before)
    if first > 0 and is_question(texts[first - 1]):
        first -= 1
    return first


def _depends_on_before(sentence: str) -> bool:
    """Whether a sentence begins with a word that refers back, or is a quote without its speaker."""
    return bool(_CONTEXT_START.match(sentence)) or speaker_unnamed(sentence)


@rule("announced list or text", otherwise=lambda _: False)
def announces(sentence: str) -> bool:
    """Whether a sentence only announces its content: "use:", "the following", "4 mechanisms"."""
    return sentence.rstrip(" *_").endswith((":", "：")) or bool(_ANNOUNCES.search(sentence))


@rule("condition after", otherwise=lambda _: False)
def states_condition(sentence: str) -> bool:
    """Whether a sentence limits the previous one: "Unless …", "But only if …"."""
    return bool(_CONDITION.match(sentence))


def announced_end(text: str, start: int, *, prose: bool = True) -> int:
    """The end of the text that a sentence announces.

    A code block, a list or the rows of a table are announced as a whole, up to `MOST_ITEMS` lines
    and `LONGEST_QUOTE` characters. Of prose it is the next two sentences.

    Args:
        text: The text of the document, or of a part of it.
        start: The end of the sentence, as an offset into `text`.
        prose: Whether prose can be announced.

    Returns:
        An offset into `text`. It is `start` if nothing follows.
    """
    lines = list(_lines(text[: start + LONGEST_QUOTE], start))
    if not lines:
        return start
    if _FENCE.match(text[slice(*lines[0])]):
        return _fence_end(text, lines)
    marked = [line for line in lines if text[slice(*line)].strip()]
    if marked and _is_member(text[slice(*marked[0])]):
        return _members_end(text, lines)
    if not prose or _is_unfilled(text, start):
        return start
    end = start
    for first, last in sentence_spans(text[start : start + LONGEST_QUOTE])[:2]:
        is_announced = end == start and text[:start].rstrip(" *_").endswith((":", "："))
        if not is_announced and begins_section(text, start + first):
            break
        if text[start + first : start + last].strip("# \n"):
            end = start + last
    return end


@rule("headings end a window", otherwise=lambda *_: False)
def begins_section(text: str, start: int) -> bool:
    """Whether the sentence at offset `start` is a heading of plain text; see `opens_section`."""
    return opens_section(text, start)


def _is_unfilled(text: str, end: int) -> bool:
    """Whether the line that ends at `end` is a label without a value, between labels with values.

    Then the next line is not its value. In the lines "Port: Skagen", "Signature:" and "Berth: 4",
    the signature is missing.
    """
    begins = text.rfind("\n", 0, end) + 1
    label = text[begins:end]
    if not (begins and _BARE_LABEL.fullmatch(label) and len(label.split()) <= _LONGEST_LABEL):
        return False
    before = _line_at(text, text.rfind("\n", 0, begins - 1) + 1)
    after = re.match(r"[ \t]*\n(.*)", text[end:])
    return bool(_LABELLED.match(f"{before}\n") and after and _LABELLED.match(f"{after[1]}\n"))


@rule("list of an item", otherwise=lambda *_: False)
def in_item(text: str, start: int) -> bool:
    """Whether the sentence that begins at offset `start` is in a list item.

    An item can have several sentences. Its further lines are indented.
    """
    for _ in range(_LINES_OF_ITEM):
        begins = text.rfind("\n", 0, start) + 1
        line = _line_at(text, begins)
        if is_item(line) or begins == 0 or not line[:1].isspace():
            return is_item(line)
        start = begins - 1
    return False


def _line_at(text: str, begins: int) -> str:
    """The line that begins at an offset."""
    ends = text.find("\n", begins)
    return text[begins : ends if ends >= 0 else len(text)]


def item_end(text: str, end: int) -> int:
    """The end of the list item that contains offset `end`, with its indented lines."""
    at = text.find("\n", end)
    while at >= 0:
        line = _line_at(text, at + 1)
        if not line.strip() or not line[0].isspace() or is_item(line):
            break
        at = text.find("\n", at + 1)
    return len(text[: at if at >= 0 else len(text)].rstrip())


@rule("steps after a paragraph", otherwise=lambda _, end: end)
def steps_after(text: str, end: int) -> int:
    """The end of the list that follows the paragraph of a quote.

    Args:
        text: The text of the document, or of a part of it.
        end: The end of the quote, as an offset into `text`.

    Returns:
        An offset into `text`. It is `end` if there is no list, if the list has only one item, or if
        more than `NEAR_STEPS` characters of the paragraph follow the quote.
    """
    paragraph = _PARAGRAPH_END.search(text, end, end + NEAR_STEPS)
    if not paragraph:
        return end
    lines = [line for line in text[paragraph.end() :].split("\n") if line.strip()]
    if not lines or not is_item(lines[0]):
        return end
    listed = announced_end(text, paragraph.start(), prose=False)
    items = sum(map(is_item, text[paragraph.end() : listed].split("\n")))
    return listed if items > 1 else end


def list_continues(text: str, end: int) -> bool:
    """Whether the line after a quote belongs to the same list or table.

    Args:
        text: The text of the document, or of a part of it.
        end: The end of the quote, as an offset into `text`.
    """
    last = text[text.rfind("\n", 0, end) + 1 : end]
    after = next((line for line in text[end:].split("\n") if line.strip()), "")
    if not (_is_member(last) and _is_member(after) and is_item(last) == is_item(after)):
        return False
    is_apart = bool(re.match(r"[^\S\n]*\n[^\S\n]*\n", text[end:]))
    return not (is_apart and _is_other_list(last, after))


@rule("another list", otherwise=lambda *_: False)
def _is_other_list(before: str, after: str) -> bool:
    """Whether two items that a blank line separates are of different lists: "(c) …", "6. …".

    The markers differ, or the number is not the next one. A deeper item belongs to the one before.
    """
    one, other = _MARKER.match(before), _MARKER.match(after)
    if not one or not other or len(other["indent"]) > len(one["indent"]):
        return False
    if one["number"] and other["number"]:
        is_next = int(other["number"]) - int(one["number"]) in (0, 1)
        return one["close"] != other["close"] or not is_next
    return bool(one["number"] or other["number"]) or bool(one["letter"]) != bool(other["letter"])


def _lines(text: str, start: int) -> list[tuple[int, int]]:
    """The (start, end) of the lines from offset `start` on, without blank lines at the start."""
    found = []
    at = start
    for line in text[start:].split("\n"):
        found.append((at, at + len(line)))
        at += len(line) + 1
    while found and not text[slice(*found[0])].strip():
        found.pop(0)
    return found


def _is_member(line: str) -> bool:
    """Whether a line is a list item, a table row or code."""
    return is_item(line) or is_row(line) or "|" in line or line.startswith(("    ", "\t"))


def _members_end(text: str, lines: Sequence[tuple[int, int]]) -> int:
    """The end of a list, table or code block, with the further lines of its items.

    Args:
        text: The text.
        lines: The (start, end) of its lines. The first one is a member.
    """
    end = lines[0][0]
    members = blank = 0
    item = ""  # the last one that is not indented more than the first
    for start, stop in lines:
        line = text[start:stop]
        if not line.strip():
            blank += 1
            continue
        if blank and item and is_item(line) and _is_other_list(item, line):
            break
        if is_item(line) and not (item and _indent(line) > _indent(item)):
            item = line
        if _is_member(line):
            members += 1
            if members > MOST_ITEMS:
                break
        elif blank or not line.startswith(" "):
            break
        blank = 0
        end = start + len(line.rstrip())
    return end


def _indent(line: str) -> int:
    """The number of white spaces that a line begins with."""
    return len(line) - len(line.lstrip())


def _fence_end(text: str, lines: Sequence[tuple[int, int]]) -> int:
    """The end of the line that closes a fenced code block, or of the last line."""
    for start, stop in lines[1:]:
        if _FENCE.match(text[start:stop]):
            return stop
    return lines[-1][0] + len(text[slice(*lines[-1])].rstrip())

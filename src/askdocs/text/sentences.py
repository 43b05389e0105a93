"""Splits text into sentences with exact offsets, and recognises table rows and list items.

The library sentencex finds the ends of sentences. This module first splits the text at blank lines
and at line ends, but not where prose is wrapped at a line width. Then it corrects known mistakes of
the library: numbers of list items, units, abbreviations, and marks of Chinese and Japanese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sentencex import get_sentence_boundaries

from askdocs.text.calendar import OTHER_MONTHS
from askdocs.text.language import is_english, is_function_word

_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BULLET = re.compile(r"[ \t]*(?:[-*+•◦–—·>|]|\(?\w{1,3}[.)]|\d+(?:\.\d+)+)[ \t]")
_DECIMAL = re.compile(r"[ \t]*\d+\.\d+[ \t]+(?P<lower>[a-zµ%°])?")  # an amount or a clause number
_PART_ENDS = re.compile(r"[.:;!?…]\W*$|[;,]\s*\w+\s*$")  # "…; and": the next line is a new clause
_ITEM = re.compile(r"[ \t]*(?:[-*+•◦–—·]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,4})[.)])[ \t]")
_CELL_MARKS = (" | ", "\t")
_ROW_MARKS = ("; ", *_CELL_MARKS)  # between the cells of a row
_ROW_LABEL = re.compile(r"\W*(?:\w*\d\S*|[^\W\d_][^\s:]*:)(?=\s)")  # "2026-05-01", "Name:"
_FEWEST_ROWS = 4  # so many lines that all begin with a capital are a list, not wrapped prose
# Places where no sentence ends, although the library may say so. First: after the number of an
# item ("4. Deposit.").
_ENUMERATOR = re.compile(
    r"[#•\s]*(?:\(?(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|[ivx]{2,5}|[A-Za-z])[.)]\s*)+"
)
# Between day and month in German and Norwegian ("30. Juni").
_DAY_OF_MONTH = (
    rf"\d{{1,2}}\.\s+(?=(?:{'|'.join((OTHER_MONTHS['de'] + ' ' + OTHER_MONTHS['nb']).split())})\b)"
)
# After an abbreviation before a digit ("approx. 12 km").
_ABBREVIATED = re.compile(
    r"\b(?:abs|approx|apt|app|arts?|ca|chap|ch|div|eq|eqs|est|excl|ext|fax|figs|fol|incl|kap|kl"
    r"|max|min|nr|núm|pág|págs|par|para|pkt|ref|rm|resp|secs?|tab|tel|temp|vol|vols|ziff)\.\s+(?=[\d+(])"
    # After some abbreviations of other languages, whatever follows.
    r"|\b(?:bzw|bl\.\s?a|d\.\s?h|evtl|f\.\s?eks|gez|ggf|inkl|jf|p\.\s?ej|srt?a|u\.\s?a|vgl|zzgl"
    r"|z\.\s?B)\.\s+"
    rf"|\b{_DAY_OF_MONTH}",
    re.IGNORECASE,
)
# After a title before a name ("Mx. Tarrant"), in English, German, French and Spanish.
_TITLE = re.compile(
    r"\b(?:Abg|Amb|Arq|Assoc|Atty|Bgm|Capt|Cllrs?|Cmdt|Dipl\.-[IK][a-z]+|Dña|Dres|Exc|Fam|Frl|Gebr"
    r"|H[rn]n|Hons?|Hptm|Insp|Ld[ao]|Lic|Mag|Messrs|Mg[re]|Mlles?|Mmes?|Mons|Mses|Ms|Mx|Oblt|Ofc"
    r"|Pbro|Pfr|Revd?s?|Sen|Sr(?:es|ta)?s|Sras?|Srtas?|Stellv|Supt|Ven)\.\s+"
    r"(?=[^\W\d_])"
)
# After an abbreviation of one to four Thai letters ("9.00 น. ถึง"): Thai has no full stop.
_THAI = re.compile(r"(?<![\u0e00-\u0e7f])[\u0e01-\u0e4e]{1,4}\.\s*")
# After an ordinal such as "10. trinn"; see `_ends_of_ordinals`.
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,3}\.\s+(?=[^\W\d_])")
_DATE = re.compile(_DAY_OF_MONTH, re.IGNORECASE)
# The library misses the end of a Chinese or Japanese sentence before a digit or a Latin letter.
_FULL_STOP_OF_CJK = re.compile(r"[。！？](?=[0-9A-Za-z０-９])")
_OPENING, _CLOSING = "“「『《（", "”」』》）"
_WIDE = re.compile(r"[\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]")
_ENDS_LINE_OF_CJK = "。！？；：…、”」』》"
_BEGINS_CJK = re.compile(
    r"\W*(?:[一二三四五六七八九十]+[、．)）]|第[一二三四五六七八九十百\d]+[章节条]"
    r"|\S{1,20}(?: \([^()\n]*\d[^()\n]*\))?[:：])"
)
# An entry of a list of references stays whole: "Voss, K., et al. (2016). Tides. Marine Notes 3, 1."
_REFERENCE = re.compile(
    r"[^\W\d_][\w'’-]+(?: [\w'’-]+)?, (?:[^\W\d_]\.|et al)[^()\n]{0,200}\((?:19|20)\d\d[a-z]?\)\. "
    r"(?=.*\d\W*$)"
)
_MAY = re.compile(r"\bMay\. +(?=[A-Z])")  # the library takes the month for an abbreviation
# The library takes a letter before a full stop for an abbreviation, also in "5 mg/l. It …".
_UNIT = re.compile(
    r"(?:(?<=\w\s)[^\w\s]?\d[\d.,/–-]*\s?(?:[mlgth]|(?P<doubtful>[sdLVWAKCFNJ]|Pa|mo|min))"
    r"|(?<![\w/])(?!M/s)[A-Za-zµμ]{1,4}[²³]?/(?:[smhdlLgt]|min))"
    r"\.\s+(?=(?P<next>[^\W\d_]+)\b(?!\.))"
)
_WRAP_WIDTHS = range(40, 181)  # line widths, in columns, at which prose may be wrapped
_NEARLY_FULL = 0.85  # of the width: a line of this length may end because it is wrapped
_BEGINS_WITHIN = re.compile(r"[^\W\d_]{3,}[.!?] +[A-ZÀ-ÖØ-Þ]")
_CONTINUES = ",;-–—("  # a title does not end with one of these
_SHORT = 0.7  # of the width: a shorter line is not the first line of wrapped prose
_FEWEST_OF_TITLE = 4  # words with a capital that a title has at least
_FIGURE_OR_COMMA = re.compile(r"[\d,]")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_COLUMNS = re.compile(r"\S {3,}\S")
_MOSTLY = 0.5  # the share of lines that must be full in wrapped prose
_NEAR = 3  # lines before a line end, and after it, from which the width of the text is measured
# The library takes quadratic time for quotation marks that are never closed, and does not release
# the GIL. So it gets one window at a time. Ends of sentences in the last `_MARGIN` characters of a
# window are left to the next window, because the text is cut off there. Sentences and quotations
# that are not longer than the margin are found as without windows.
WINDOW, _MARGIN = 4000, 1000  # characters
_EMPHASIS = re.compile(r"[*_]{1,3}(?=\s|$)")
_SPACE = re.compile(r"\s+")
_ANY_SPACE = re.compile(r"\s")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of a text, without the white space around it.

    A blank line ends a sentence. A line end does as well, unless the text is wrapped there.
    """
    return [span for block in blocks(text, ()) for span in block_sentences(text, *block)]


def is_row(line: str) -> bool:
    """Whether a line is a table row with a digit: "Year: 2020; Cost: 4" or "2020 | 4"."""
    has_cells = any(mark in line for mark in _CELL_MARKS) or ("; " in line and ": " in line)
    return has_cells and any(letter.isdigit() for letter in line)


def is_item(line: str) -> bool:
    """Whether a line begins as a list item: with a bullet, a number or a letter ("2.", "(a)")."""
    return bool(_ITEM.match(line))


def blocks(text: str, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(start, end) of the parts of a text between blank lines and between the offsets `cuts`."""
    edges = [(cut, cut) for cut in cuts if 0 < cut < len(text)]
    edges += [match.span() for match in _BLANK_LINE.finditer(text)]
    start = 0
    for end, next_start in sorted(edges):
        if end > start:
            yield start, end
        start = max(start, next_start)
    if start < len(text):
        yield start, len(text)


def block_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the sentences of a block, that is a part of the text without blank lines."""
    for piece_start, piece_end in unwrapped_lines(text, start, end):
        # Line ends become spaces; the offsets stay the same. Other white space becomes a space too,
        # because the library may crash on one of several bytes before a full stop ("A\xa0.B").
        piece = _ANY_SPACE.sub(" ", text[piece_start:piece_end])
        if _REFERENCE.match(piece):
            yield piece_start, piece_start + len(piece.rstrip())
            continue
        enumerator = _ENUMERATOR.match(piece)
        # A number at the start is blanked out. With it ("(2) Rent. …") the library may find no end.
        opening = enumerator.group() if enumerator else ""
        ends = _sentence_ends(" " * len(opening) + piece[len(opening) :])
        ends.update(found.end() for found in _MAY.finditer(piece))
        ends.update(_ends_of_cjk(piece))
        ends.update(_ends_after_units(piece))
        for abbreviation in (_ABBREVIATED, _TITLE, _THAI):
            ends.difference_update(found.end() for found in abbreviation.finditer(piece))
        ends.difference_update(range(len(opening) + 1))
        ends.difference_update(_ends_of_ordinals(piece))
        ends = {_after_emphasis(piece, each) for each in ends}
        for first, last in pairwise(sorted({0, len(piece), *ends})):
            words = piece[first:last]
            left = piece_start + first + len(words) - len(words.lstrip())
            right = left + len(words.strip())
            if left < right:
                yield left, right


def _sentence_ends(piece: str) -> set[int]:
    """The offsets at which sentences of a line end. The time is linear in its length."""
    ends: set[int] = set()
    start = 0
    while start < len(piece):
        window = piece[start : start + WINDOW]
        rules = "ru" if _is_cyrillic(window) else "en"
        found = sorted(each["end_index"] for each in get_sentence_boundaries(rules, window))
        if start + len(window) == len(piece):
            ends.update(start + end for end in found)
            break
        inner = [end for end in found if 0 < end < WINDOW]
        settled = [end for end in inner if end <= WINDOW - _MARGIN] or inner[:1]
        closed = _outside_quotes(window, settled) or settled[-1:]
        step = closed[-1] if closed else _last_gap(window)
        ends.update(start + end for end in settled if end <= step)
        start += step
    return ends


def _ends_of_ordinals(piece: str) -> Iterator[int]:
    """The offsets after ordinals before a small letter ("10. trinn"), where no sentence ends.

    There are none in English text: careless writers begin sentences with small letters there, as in
    "It was 184. one zero".
    """
    found = [each.end() for each in _ORDINAL.finditer(piece)]
    small = [each for each in found if piece[each].islower()]
    if small and not is_english(piece):
        yield from small


def _ends_of_cjk(piece: str) -> Iterator[int]:
    """The ends of Chinese or Japanese sentences before a digit or Latin letter.

    Those within quotation marks or parentheses are left out.
    """
    depth = start = 0
    for found in _FULL_STOP_OF_CJK.finditer(piece):
        between = piece[start : found.end()]
        depth += sum(map(between.count, _OPENING)) - sum(map(between.count, _CLOSING))
        start = found.end()
        if depth <= 0:
            yield found.end()


def _ends_after_units(piece: str) -> Iterator[int]:
    """The offsets of sentence ends after a unit: "It was 6.1 Ml/d. The …".

    A letter that may be an initial ("Room 3 A. Adams") ends a sentence only before a function word.
    """
    for found in _UNIT.finditer(piece):
        word = found["next"]
        if word[0].isupper() and (not found["doubtful"] or is_function_word(word.lower())):
            yield found.end()


def _after_emphasis(piece: str, end: int) -> int:
    """The end of a sentence, moved behind Markdown's closing emphasis: "**Done.** Then …"."""
    closing = _EMPHASIS.match(piece, end)
    return closing.end() if closing and not piece[end - 1 : end].isspace() else end


def _is_cyrillic(text: str) -> bool:
    """Whether more than half of the letters are Cyrillic. Then the rules for Russian are used."""
    return 2 * len(_CYRILLIC.findall(text)) > sum(map(str.isalpha, text))


def _outside_quotes(window: str, ends: Sequence[int]) -> list[int]:
    """Those of the offsets that are not within a quotation."""
    outside = []
    start = straight = curly = 0
    for end in ends:
        straight += window.count('"', start, end)
        curly += window.count("“", start, end) - window.count("”", start, end)
        start = end
        if straight % 2 == 0 and curly == 0:
            outside.append(end)
    return outside


def _last_gap(window: str) -> int:
    """The end of the last white space of a window, or the window's length if there is none."""
    gaps = [gap.end() for gap in _SPACE.finditer(window)]
    return gaps[-1] if gaps else len(window)


def unwrapped_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the lines of a block, where lines of wrapped prose are joined to one."""
    lines: list[tuple[int, int]] = []
    at = start
    for line in text[start:end].split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    widths = [_width(text[line_start:line_end]) for line_start, line_end in lines]
    listed = _is_list([text[first:last] for first, last in lines])
    final = text[start:end].rstrip().count("\n")  # the number of the last line, which may be short
    piece_start, piece_end = line_before, _ = lines[0]
    for number, (line_start, line_end) in enumerate(lines[1:], 1):
        width = max(widths[max(number - _NEAR, 0) : number])
        if number < final:
            width = min(width, max(widths[number : number + _NEAR]))
        wrapped = width in _WRAP_WIDTHS and not listed
        joined = wrapped and _is_wrapped(text, piece_end, line_start, line_end, width)
        before, line = text[line_before:piece_end], text[line_start:line_end]
        if joined and piece_start == line_before:
            opens = not text[:piece_start].strip()
            joined = not _is_title_above(before, line, widths[number : number + _NEAR], opens=opens)
        if joined and not _are_rows(before, line):
            line_before, piece_end = line_start, line_end
            continue
        yield piece_start, piece_end
        piece_start, piece_end = line_before, _ = line_start, line_end
    yield piece_start, piece_end


def _is_title_above(before: str, line: str, below: Sequence[int], *, opens: bool) -> bool:
    """Whether a line is a title or an author line, so that the next line begins a new text.

    In wrapped prose, the first word of a line had no room in the line before. After a title there
    is room for it. A title may also be recognised by its capitals.

    Args:
        before: The line to judge: the first of a block, or one that follows a title.
        line: The next line.
        below: The widths of `line` and the lines after it, in columns.
        opens: Whether `before` is the first line of the text.
    """
    first, last = line.lstrip()[:1], before.rstrip()[-1:]
    if not first or first.islower() or last in _CONTINUES or is_function_word(_last_word(before)):
        return False
    if before.isupper() and not line.isupper():
        return True
    if opens and _is_title_case(before):
        return True
    width = _width(before)
    if " " not in before.strip() and _WIDE.match(last):
        return width < _NEARLY_FULL * max(below)
    if width < _SHORT * max(below):
        return True
    has_room = width + 1 + len(line.split(maxsplit=1)[0]) <= below[0]
    return has_room and not (width >= _NEARLY_FULL * max(below) and last.islower())


def _is_title_case(line: str) -> bool:
    """Whether all words of a line except function words have a capital: "A Town and Its Bridge".

    A line with digits or commas does not count: it may be prose with many names.
    """
    if _FIGURE_OR_COMMA.search(line):
        return False
    content = [word for word in _LETTERS.findall(line) if not is_function_word(word)]
    return len(content) >= _FEWEST_OF_TITLE and all(word[0].isupper() for word in content)


def _is_list(lines: Sequence[str]) -> bool:
    """Whether lines are a list: four or more, all begin with a capital or digit, not wrapped."""
    starts = [line.lstrip("\"'“‘( \t")[:1] for line in lines]
    return (
        len(lines) >= _FEWEST_ROWS
        and all(start.isupper() or start.isdigit() for start in starts)
        and not _are_full(lines)
    )


def _are_full(lines: Sequence[str]) -> bool:
    """Whether lines are wrapped prose although each begins with a capital, as German nouns do.

    At least half of the lines must have no room for the first word of the next line. To exclude a
    list of long items, a sentence must begin within a line, or a line must end with a word such as
    "the" or "of".
    """
    prose = any(_BEGINS_WITHIN.search(line) or is_function_word(_last_word(line)) for line in lines)
    if not prose or any(map(_COLUMNS.search, lines)):
        return False
    width = max(map(len, lines))
    following = [pair for pair in pairwise(lines) if not _is_bullet(pair[1], pair[0])]
    full = sum(len(line) + 1 + len(after.split(maxsplit=1)[0]) > width for line, after in following)
    return full >= max(_MOSTLY * len(following), 1)


def _last_word(line: str) -> str:
    """The last word of a line with its punctuation; "" for a blank line."""
    return line.rsplit(maxsplit=1)[-1] if line.strip() else ""


def _width(line: str) -> int:
    """The width of a line in columns. A Chinese, Japanese or Korean character takes two."""
    return len(line) + len(_WIDE.findall(line))


def _is_bullet(line: str, before: str) -> bool:
    """Whether a line begins a list item. "30. Juni" does not, nor does an amount ("1.8 NTU").

    Args:
        line: The line.
        before: The line before it.
    """
    return bool(_BULLET.match(line)) and not (_DATE.match(line) or _is_amount(line, before))


def _is_amount(line: str, before: str) -> bool:
    """Whether a line begins with a decimal number that continues the sentence of the line before.

    "1.8 NTU in …" after a line that ends with "was" does. "1.8 The tenant" is a numbered clause.
    """
    decimal = _DECIMAL.match(line)
    if not decimal or _PART_ENDS.search(before):
        return False
    return bool(decimal["lower"]) or is_function_word(_last_word(before))


def _are_rows(before: str, line: str) -> bool:
    """Whether two lines are rows of one table or list: equally many cells, or similar labels."""
    if any(before.count(mark) == line.count(mark) > 0 for mark in _ROW_MARKS):
        return True
    return _label_shape(before) == _label_shape(line) != ""


def _label_shape(line: str) -> str:
    """The form of the label of a line: ":" for "Name:" and "OKAFOR:", "00:00" for "10:30".

    "" if the line has none.
    """
    label = _ROW_LABEL.match(line)
    if not label:
        return ""
    shape = re.sub(r"\d", "0", label.group())
    return ":" if shape.endswith(":") and shape.strip()[:1].isupper() else shape


def _is_wrapped(text: str, before_end: int, start: int, end: int, width: int) -> bool:
    """Whether the line end at `before_end` only wraps a sentence that continues in the next line.

    Args:
        text: The text.
        before_end: The end of the line before.
        start: The start of the next line.
        end: The end of the next line.
        width: The width of the text around, in columns.
    """
    line = text[start:end]
    before_line = text[text.rfind("\n", 0, before_end) + 1 : before_end]
    if not line.strip() or _is_bullet(line, before_line):
        return False
    first_word = line.split(maxsplit=1)[0]
    before = _width(before_line)
    if _WIDE.match(line) or _WIDE.match(before_line[-1:]):
        ended = before_line[-1:] in _ENDS_LINE_OF_CJK or _BEGINS_CJK.match(line)
        return before >= _NEARLY_FULL * width and not ended
    if before + 1 + len(first_word) > width or line[:1].islower():
        return True
    last = text[before_end - 1]
    return before >= _NEARLY_FULL * width and (last.islower() or last == ",")

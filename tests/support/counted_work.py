"""How much work a function does with a text, in steps that do not depend on the machine.

A step is a call of a function, or what a regular expression does at one character. Expressions are
walked through here as Python's `re` does, by backtracking, since `re` itself counts nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Rest = Callable[[int], bool]
Step = Callable[[int, Rest], bool]  # whether a part matches at a character, and the rest after it
_MOST_REPEATS = 8  # of a bounded repeat: more change the work by a factor alone
_DEEPEST = 20_000  # frames; each letter of a group that is repeated takes a few
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    c.CATEGORY_DIGIT: str.isdecimal,
    c.CATEGORY_SPACE: str.isspace,
    c.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
}
_CATEGORIES |= {
    getattr(c, kind.name.replace("CATEGORY_", "CATEGORY_NOT_")): (
        lambda letter, known=known: not known(letter)
    )
    for kind, known in _CATEGORIES.items()
}


class Work:
    """The steps counted so far. `counting` counts within a context."""

    def __init__(self) -> None:
        self.steps = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count the calls, and the steps of all expressions of the askdocs modules."""
        put_back = [
            (module.__dict__, name, value)
            for path, module in list(sys.modules.items())
            if path.startswith("askdocs.")
            for name, value in list(vars(module).items())
            if _has_patterns(value)
        ]
        for names, name, value in put_back:
            names[name] = self._counted(value)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_DEEPEST)
        sys.setprofile(self._called)
        try:
            yield
        finally:
            sys.setprofile(None)
            sys.setrecursionlimit(limit)
            for names, name, value in put_back:
                names[name] = value

    def _called(self, frame: object, event: str, _: object) -> None:
        self.steps += event in ("call", "c_call")

    def _counted(self, value: Any) -> Any:
        if isinstance(value, re.Pattern):
            return CountedPattern(value, self)
        if isinstance(value, dict):
            return {key: self._counted(each) for key, each in value.items()}
        if isinstance(value, tuple):
            return tuple(map(self._counted, value))
        return value


def _has_patterns(value: object) -> bool:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return any(isinstance(each, re.Pattern) for each in value)
    return isinstance(value, re.Pattern)


class CountedPattern:
    """An expression that does what it did, and counts its steps."""

    def __init__(self, pattern: re.Pattern[str], work: Work) -> None:
        self._pattern, self._work = pattern, work

    def __getattr__(self, name: str) -> Any:
        done = getattr(self._pattern, name)
        if name not in ("match", "fullmatch", "search", "finditer", "findall", "sub", "split"):
            return done

        def counted(*given: Any) -> Any:
            if name in ("sub", "split"):
                text, place = given[name == "sub"], list[int]()
            else:
                text, *place = given
            start, end = (*place, *(0, len(text))[len(place) :])[:2]
            profile = sys.getprofile()
            sys.setprofile(None)
            self._work.steps += steps(self._pattern, name, text[:end], start)
            sys.setprofile(profile)
            return done(*given)

        return counted


def steps(pattern: re.Pattern[str], how: str, text: str, start: int = 0) -> int:
    """The steps of an expression over a text."""
    walk = _walk(pattern)
    walk.text, walk.steps = text, 0
    if how in ("match", "fullmatch"):
        walk.matches(start, whole=how == "fullmatch")
        return walk.steps
    while start <= len(text):
        end = walk.matches(start)
        if end >= 0 and how == "search":
            break
        start = max(start + 1, end)
    return walk.steps


@cache
def _walk(pattern: re.Pattern[str]) -> Walk:
    return Walk(pattern)


class Walk:
    """An expression that is walked through a text."""

    def __init__(self, pattern: re.Pattern[str], text: str = "") -> None:
        self.text, self.steps = text, 0
        self._groups: dict[int, tuple[int, int]] = {}
        self._flags = pattern.flags
        self._whole = self._sequence(_parser.parse(pattern.pattern, pattern.flags))

    def matches(self, start: int, *, whole: bool = False) -> int:
        """Where a match that begins at `start` ends; -1 for none."""
        found = -1

        def ends(at: int) -> bool:
            nonlocal found
            found = at
            return not whole or at == len(self.text)

        self.steps += 1
        return found if self._whole(start, ends) else -1

    def _sequence(self, parts: Any) -> Step:
        every = [self._part(kind, value) for kind, value in parts]

        def go(number: int, at: int, rest: Rest) -> bool:
            if number == len(every):
                return rest(at)
            self.steps += 1
            return every[number](at, lambda then: go(number + 1, then, rest))

        return lambda at, rest: go(0, at, rest)

    def _part(self, kind: Any, value: Any) -> Step:
        if kind in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            fits = self._fits(kind, value)
            return lambda at, rest: at < len(self.text) and fits(self.text[at]) and rest(at + 1)
        if kind is c.SUBPATTERN:
            return self._group(value[0], self._sequence(value[3]))
        if kind is c.BRANCH:
            ways = [self._sequence(way) for way in value[1]]
            return lambda at, rest: _first_fits(ways, at, rest)
        if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            return self._repeat(kind, *value)
        if kind is c.ATOMIC_GROUP:
            return self._once(self._sequence(value))
        if kind in (c.ASSERT, c.ASSERT_NOT):
            return self._look(kind is c.ASSERT, *value)
        if kind is c.AT:
            return lambda at, rest: self._is_at(value, at) and rest(at)
        assert kind is c.GROUPREF, kind
        return lambda at, rest: self._repeated(value, at, rest)

    def _fits(self, kind: Any, value: Any) -> Callable[[str], bool]:
        flags, value, known = self._flags, _hashable(value), dict[str, bool]()

        def fits(letter: str) -> bool:
            if letter not in known:
                known[letter] = _fits(kind, value, letter, flags)
            return known[letter]

        return fits

    def _group(self, number: int | None, inner: Step) -> Step:
        def go(at: int, rest: Rest) -> bool:
            def after(end: int) -> bool:
                if number is not None:
                    self._groups[number] = at, end
                return rest(end)

            return inner(at, after)

        return go

    def _once(self, inner: Step) -> Step:
        def go(at: int, rest: Rest) -> bool:
            ends: list[int] = []

            def first(end: int) -> bool:
                ends.append(end)
                return True

            return inner(at, first) and rest(ends[0])

        return go

    def _repeat(self, kind: Any, least: int, most: Any, parts: Any) -> Step:
        least = min(least, _MOST_REPEATS)
        limit = sys.maxsize if most is c.MAXREPEAT else max(least, min(most, _MOST_REPEATS))
        if len(parts) == 1 and parts[0][0] in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            return self._letters(kind, least, limit, self._fits(*parts[0]))
        inner = self._sequence(parts)

        def go(at: int, rest: Rest, count: int = 0) -> bool:
            self.steps += 1

            def again() -> bool:
                return count < limit and inner(
                    at, lambda end: (end > at or count < least) and go(end, rest, count + 1)
                )

            if count < least:
                return again()
            return (rest(at) or again()) if kind is c.MIN_REPEAT else (again() or rest(at))

        return self._once(go) if kind is c.POSSESSIVE_REPEAT else go

    def _letters(self, kind: Any, least: int, most: int, fits: Callable[[str], bool]) -> Step:
        def go(at: int, rest: Rest) -> bool:
            end, last = at, min(len(self.text), at + most)
            lazy = kind is c.MIN_REPEAT
            while end < last and (not lazy or end < at + least) and fits(self.text[end]):
                end += 1
                self.steps += 1
            if end < at + least:
                return False
            if kind is c.POSSESSIVE_REPEAT:
                return rest(end)
            while not rest(end):
                self.steps += 1
                if lazy:
                    if end >= last or not fits(self.text[end]):
                        return False
                    end += 1
                elif end == at + least:
                    return False
                else:
                    end -= 1
            return True

        return go

    def _look(self, wanted: bool, direction: int, parts: Any) -> Step:
        inner = self._sequence(parts)
        width = parts.getwidth()[0] if direction < 0 else 0

        def go(at: int, rest: Rest) -> bool:
            found = at >= width and inner(at - width, lambda end: direction > 0 or end == at)
            return found == wanted and rest(at)

        return go

    def _is_at(self, place: Any, at: int) -> bool:
        text = self.text
        if place in (c.AT_BOUNDARY, c.AT_NON_BOUNDARY):
            sides = [_is_word(text[at - 1 : at] if at else ""), _is_word(text[at : at + 1])]
            return (sides[0] != sides[1]) == (place is c.AT_BOUNDARY)
        lines = bool(self._flags & re.MULTILINE)
        if place in (c.AT_BEGINNING, c.AT_BEGINNING_STRING):
            return at == 0 or (place is c.AT_BEGINNING and lines and text[at - 1] == "\n")
        if at == len(text) or place is c.AT_END_STRING:
            return at == len(text)
        return text[at] == "\n" and (lines or at == len(text) - 1)

    def _repeated(self, number: int, at: int, rest: Rest) -> bool:
        if number not in self._groups:
            return False
        words = self.text[slice(*self._groups[number])]
        self.steps += len(words)
        return self.text.startswith(words, at) and rest(at + len(words))


def _first_fits(ways: list[Step], at: int, rest: Rest) -> bool:
    """Whether a way fits. `any` would fill the C stack, which is small on some systems."""
    for way in ways:  # noqa: SIM110
        if way(at, rest):
            return True
    return False


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value


def _fits(kind: Any, value: Any, letter: str, flags: int) -> bool:
    """Whether a letter is one that a literal, "." or a class allows."""
    letters = {letter, letter.lower(), letter.upper()} if flags & re.IGNORECASE else {letter}
    if kind is c.ANY:
        return letter != "\n" or bool(flags & re.DOTALL)
    if kind is c.IN:
        negated = value[0][0] is c.NEGATE
        return negated != any(_fits(one, what, letter, flags) for one, what in value[negated:])
    if kind is c.RANGE:
        return any(len(each) == 1 and value[0] <= ord(each) <= value[1] for each in letters)
    if kind is c.CATEGORY:
        return _CATEGORIES[value](letter)
    return (chr(value) in letters) == (kind is c.LITERAL)

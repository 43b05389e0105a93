"""Edit distances between words: of any two, and of a misspelt word to the intended one."""

from __future__ import annotations

_VOWELS = frozenset("aeiouy")
# The costs of the most frequent mistakes; every other mistake costs 1. They were chosen on 700
# listed misspellings and tested on 700 others: see "Misspelt words" in benchmarks/answers.md.
_DOUBLED = 0.5  # a letter is written twice, or only once: "batery"
_SWAPPED = 0.75  # two neighbouring letters are swapped: "recieve"
_VOWEL_FOR_VOWEL = 0.75  # "seperate"
_VOWEL_MORE_OR_LESS = 0.85  # a vowel is inserted or deleted: "intrest"


def distance(first: str, second: str, most: int) -> int:
    """The edit distance of two words: the number of letters that differ.

    A letter can be deleted, inserted, replaced, or swapped with its neighbour (optimal string
    alignment distance).

    Args:
        first: A word.
        second: Another word.
        most: The limit above which the exact distance is not needed.

    Returns:
        The distance, or `most` + 1 if it is greater than `most`.
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for number, letter in enumerate(first, 1):
        older, before, row = before, row, [number]
        for place, other in enumerate(second, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != other))
            swapped = number > 1 and place > 1 and letter == second[place - 2]
            if swapped and first[number - 2] == other:
                cost = min(cost, older[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def spelling_distance(written: str, meant: str) -> float:
    """The edit distance of a misspelt word to a word that may have been intended.

    Frequent mistakes cost less than 1: "recieve" and "receive" have a distance of 0.75.

    Args:
        written: The word as it was typed, in lower case.
        meant: The word that may have been intended, in lower case.

    Returns:
        The sum of the costs of the cheapest edits; 0.0 for equal words.
    """
    older: list[float] = []
    before: list[float] = []
    row = [0.0]
    for place in range(len(meant)):
        row.append(row[-1] + _cost_of_letter(meant, place))
    for number, letter in enumerate(written):
        deleted = _cost_of_letter(written, number)
        older, before, row = before, row, [row[0] + deleted]
        for place, other in enumerate(meant):
            cost = min(
                before[place + 1] + deleted,
                row[-1] + _cost_of_letter(meant, place),
                before[place] + _cost_of_replacing(letter, other),
            )
            swapped = number and place and letter == meant[place - 1]
            if swapped and written[number - 1] == other:
                cost = min(cost, older[place - 1] + _SWAPPED)
            row.append(cost)
    return row[-1]


def _cost_of_letter(word: str, place: int) -> float:
    """The cost of inserting or deleting the letter at a position of a word."""
    if place and word[place] == word[place - 1]:
        return _DOUBLED
    return _VOWEL_MORE_OR_LESS if word[place] in _VOWELS else 1.0


def _cost_of_replacing(letter: str, other: str) -> float:
    """The cost of replacing a letter by another one; 0 if they are equal."""
    if letter == other:
        return 0.0
    return _VOWEL_FOR_VOWEL if letter in _VOWELS and other in _VOWELS else 1.0

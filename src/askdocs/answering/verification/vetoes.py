"""Vetoes: rules that reject a statement although the model judges it as supported.

`benchmarks/rules.py` counts the false and the true statements that each rule
rejects. A rule is kept only if it rejects more false than true ones (decision 0010).
"""

from __future__ import annotations

from collections.abc import Callable

from askdocs.answering.verification import facts, rules
from askdocs.answering.verification.copies import altered_copy
from askdocs.answering.verification.quantities import other_quantity
from askdocs.answering.verification.relations import exchanged_sides, says_the_same

Rule = Callable[[str, str], str]


def small_word(text: str, source: str) -> str:
    """Apply `exchanged_word`, unless the sides are exchanged, too.

    "A came later than B" and "B came before A" mean the same.
    """
    found = rules.exchanged_word(text, source)
    return "" if found and says_the_same(text, source) else found


RULES: dict[str, Rule] = {
    "altered copy": altered_copy,
    "number": rules.other_number, "date": rules.other_date, "unit": rules.other_unit,
    "identifier": rules.other_identifier, "look-alike name": rules.look_alike,
    "small word": small_word,
    "amount": other_quantity, "exchanged sides": exchanged_sides,
}  # fmt: skip


def veto(text: str, source: str) -> str:
    """Apply all rules to a statement.

    Args:
        text: The statement.
        source: The sentences that are its evidence.

    Returns:
        The first difference, as a phrase; "" if no rule is sure of one.
    """
    return next((found for rule in RULES.values() if (found := rule(text, source))), "")


def explained(text: str, source: str, *, about: bool = True) -> str:
    """Name what the source lacks of a statement that is not supported.

    These are the vetoes, and any number, date or name that the source does not contain. The latter
    may be true, so they are no vetoes.

    Args:
        text: The statement.
        source: The sentences that are its evidence, with the titles and headings above them.
        about: Whether the source is about the same thing. If not, the vetoes are skipped, because a
            difference would mean nothing.

    Returns:
        The difference as a phrase; "" if none is found.
    """
    difference = veto(text, source) if about else ""
    if difference:
        return difference
    for kind, find in (("number", facts.missing_figure), ("date", facts.missing_date)):
        found = find(text, source)
        if found:
            return f"the {kind} {found} is not in the source"
    found = facts.missing_name(text, source)
    return f"the name {found} is not in the source" if found else ""

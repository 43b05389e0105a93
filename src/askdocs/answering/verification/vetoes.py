"""Vetoes: the rules that take support away from what the model supports.

What each rule catches and what it accuses falsely is measured by `benchmarks/verification.py
--rules`; a rule that accuses about as much as it catches does not stay (decision 0010).
"""

from __future__ import annotations

from collections.abc import Callable

from askdocs.answering.verification import facts, rules
from askdocs.answering.verification.copies import altered_copy
from askdocs.answering.verification.denials import sweeping_denial
from askdocs.answering.verification.quantities import other_quantity
from askdocs.answering.verification.relations import exchanged_sides, says_the_same

Rule = Callable[[str, str], str]


def small_word(text: str, source: str) -> str:
    """A small word of another meaning, unless the sides are exchanged too: later than, before."""
    found = rules.exchanged_word(text, source)
    return "" if found and says_the_same(text, source) else found


RULES: dict[str, Rule] = {
    "altered copy": altered_copy,
    "number": rules.other_number, "date": rules.other_date, "unit": rules.other_unit,
    "identifier": rules.other_identifier, "look-alike name": rules.look_alike,
    "small word": small_word,
    "amount": other_quantity, "exchanged sides": exchanged_sides,
    "sweeping denial": sweeping_denial,
}  # fmt: skip


def veto(text: str, source: str) -> str:
    """The first difference that a rule is sure of; "" if there is none.

    Args:
        text: The statement.
        source: The sentences that it is judged by.

    Returns:
        The difference in words.
    """
    return next((found for rule in RULES.values() if (found := rule(text, source))), "")


def explained(text: str, source: str, *, about: bool = True) -> str:
    """What in a statement that is not supported the source lacks; "" if no rule names it.

    A number, date or name that the source does not have need not be false, so this is no veto.

    Args:
        text: The statement.
        source: The sentences that it is judged by, and the titles and headings above them.
        about: Whether they are about the statement. What they say of another thing differs not.
    """
    difference = veto(text, source) if about else ""
    if difference:
        return difference
    for kind, find in (("number", facts.missing_figure), ("date", facts.missing_date)):
        found = find(text, source)
        if found:
            return f"the {kind} {found} is not in the source"
    found = facts.missing_name(text, source, "", "")
    return f"the name {found} is not in the source" if found else ""

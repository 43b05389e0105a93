"""Formulas in linear notation, the same for Word, OpenDocument and web pages."""

from __future__ import annotations

import re

_SINGLE = re.compile(r"[\w.,'’∞!]*|[-+−±*]|[(\[{|√][^()\[\]{}|]*[)\]}|]")
_TERM = re.compile(r"[\w.,'’∞!]+\^[\w!]+")
_WIDE = frozenset(
    "= ≠ ≈ ≡ ≅ ∼ ≤ ≥ < > ≪ ≫ + − - × ± ∓ ⋅ · ∗ * → ← ↔ ⇒ ⇔ ∈ ∉ ⊂ ⊆ ∪ ∩ ∧ ∨ ≔ : , ;".split()
)
_AFTER_ONLY = frozenset(", ; :".split())
_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064\u200b")


def in_parentheses(text: str) -> str:
    """Put a part of a formula in parentheses, unless it is one name, number or group."""
    text = text.strip()
    return text if _SINGLE.fullmatch(text) else f"({text})"


def write_superscript(base: str, exponent: str) -> str:
    """Write a superscript: x^2, x^(n+1). Primes stay unchanged."""
    exponent = _without_inner_spaces(exponent)
    if not exponent.strip("′″‴'*†"):
        return base + exponent
    return f"{base}^{in_parentheses(exponent)}"


def write_subscript(base: str, index: str) -> str:
    """Write a subscript: x_1, x_(i,j)."""
    return f"{base}_{in_parentheses(_without_inner_spaces(index))}" if index.strip() else base


def _without_inner_spaces(part: str) -> str:
    """Remove the spaces around the operators of an exponent or index."""
    return re.sub(r" ([^\w\s]) ", r"\1", part.strip())


def write_fraction(numerator: str, denominator: str) -> str:
    """Write a fraction: (a + b)/c, x^2/c."""
    above = numerator.strip()
    if not _TERM.fullmatch(above):
        above = in_parentheses(above)
    return f"{above}/{in_parentheses(denominator)}"


def write_root(radicand: str, degree: str = "") -> str:
    """Write a root: √(x); the third root is ∛(x), the n-th is √[n](x)."""
    symbol = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree.strip(), f"√[{degree.strip()}]")
    return f"{symbol}({radicand.strip()})"


def write_operator(symbol: str) -> str:
    """Write an operator with spaces around it, as it is displayed. Invisible ones are omitted."""
    symbol = symbol.translate(_INVISIBLE).strip()
    if symbol in _AFTER_ONLY:
        return f"{symbol} "
    return f" {symbol} " if symbol in _WIDE else symbol


def normalise_spaces(formula: str) -> str:
    """Normalise the spaces of a formula. A sign at the start of a group touches its operand."""
    formula = " ".join(formula.split())
    return re.sub(r"(^|[(\[{=,^/] ?)([+−±-]) (?=[\w(√])", r"\1\2", formula)

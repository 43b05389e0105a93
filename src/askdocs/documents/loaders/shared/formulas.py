"""Formulas on one line: the same linear notation for Word, OpenDocument and web pages."""

from __future__ import annotations

import re

_SINGLE = re.compile(r"[\w.,'’∞!]*|[-+−±*]|[(\[{|√][^()\[\]{}|]*[)\]}|]")
_TERM = re.compile(r"[\w.,'’∞!]+\^[\w!]+")
_WIDE = frozenset(
    "= ≠ ≈ ≡ ≅ ∼ ≤ ≥ < > ≪ ≫ + − - × ± ∓ ⋅ · ∗ * → ← ↔ ⇒ ⇔ ∈ ∉ ⊂ ⊆ ∪ ∩ ∧ ∨ ≔ : , ;".split()
)
_AFTER_ONLY = frozenset(", ; :".split())
_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064\u200b")


def grouped(text: str) -> str:
    """A part of a formula in parentheses, unless it is a single name, number or group."""
    text = text.strip()
    return text if _SINGLE.fullmatch(text) else f"({text})"


def raised(base: str, exponent: str) -> str:
    """x^2, x^(n+1); primes stand as they are."""
    exponent = _close(exponent)
    if not exponent.strip("′″‴'*†"):
        return base + exponent
    return f"{base}^{grouped(exponent)}"


def lowered(base: str, index: str) -> str:
    """x_1, x_(i,j)."""
    return f"{base}_{grouped(_close(index))}" if index.strip() else base


def _close(part: str) -> str:
    """An exponent or index, without the spaces around its signs."""
    return re.sub(r" ([^\w\s]) ", r"\1", part.strip())


def fraction(numerator: str, denominator: str) -> str:
    """(a + b)/c, x^2/c."""
    above = numerator.strip()
    return f"{above if _TERM.fullmatch(above) else grouped(above)}/{grouped(denominator)}"


def root(radicand: str, degree: str = "") -> str:
    """√(x), or the third root as ∛(x), the n-th as √[n](x)."""
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree.strip(), f"√[{degree.strip()}]")
    return f"{sign}({radicand.strip()})"


def operator(sign: str) -> str:
    """A sign with the spaces around it that a reader sees; invisible signs are left out."""
    sign = sign.translate(_INVISIBLE).strip()
    if sign in _AFTER_ONLY:
        return f"{sign} "
    return f" {sign} " if sign in _WIDE else sign


def tidy(formula: str) -> str:
    """A whole formula with single spaces; a sign at the start of a group stands close."""
    formula = " ".join(formula.split())
    return re.sub(r"(^|[(\[{=,^/] ?)([+−±-]) (?=[\w(√])", r"\1\2", formula)

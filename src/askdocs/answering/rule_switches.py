"""Hand-written rules by name: each can be left out, to measure what it is worth.

A rule has to prove that it pays on data that it was not made for (CONTRIBUTING, "Add a rule").
`python -m benchmarks.natural_questions FOLDER --keep DIR --rules` leaves each out in turn. The
vetoes of `verification/vetoes.py` have their own registry, for `benchmarks.verification --rules`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

RULES: dict[str, str] = {}
"""Where each rule is, by its name: the module and the function."""

_left_out: set[str] = set()
_effective: set[str] | None = None  # where `effective_rules` is active

Function = TypeVar("Function", bound=Callable[..., Any])


def rule(name: str, otherwise: Callable[..., Any]) -> Callable[[Function], Function]:
    """Register a function as a rule that can be left out.

    Args:
        name: What the rule is called in tables and on the command line.
        otherwise: What is called in its place, with the same arguments, where it is left out.

    Returns:
        A decorator.
    """

    def decorate(function: Function) -> Function:
        RULES[name] = f"{function.__module__}.{function.__name__}"

        @wraps(function)
        def switched(*arguments: Any, **named: Any) -> Any:
            if name in _left_out:
                return otherwise(*arguments, **named)
            result = function(*arguments, **named)
            if _effective is not None and result != otherwise(*arguments, **named):
                _effective.add(name)
            return result

        return cast(Function, switched)

    return decorate


@contextlib.contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Leave rules out for a while, in all threads.

    Args:
        names: Names in `RULES`.

    Raises:
        ValueError: A name is not in `RULES`.
    """
    unknown = set(names) - set(RULES)
    if unknown:
        raise ValueError(
            f"no such rule: {', '.join(sorted(unknown))}; there are {', '.join(RULES)}"
        )
    new = set(names) - _left_out
    _left_out.update(new)
    try:
        yield
    finally:
        _left_out.difference_update(new)


@contextlib.contextmanager
def effective_rules() -> Iterator[set[str]]:
    """Collect the rules that change something: what is called in their place returns another value.

    Leaving out one of the others cannot change what is computed meanwhile.
    """
    global _effective
    before, _effective = _effective, set()
    try:
        yield _effective
    finally:
        _effective = before

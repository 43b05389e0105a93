"""Registers hand-written rules by name. Each can be disabled, to measure its effect.

A rule must improve results on data that it was not made for (CONTRIBUTING, "Add a rule"). `python
-m benchmarks.natural_questions FOLDER --keep DIR --rules` disables each rule in turn. The vetoes of
`verification/vetoes.py` have their own registry, for `benchmarks.rules`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

RULES: dict[str, str] = {}
"""The name of each rule → its module and function."""

_left_out: set[str] = set()
_effective: set[str] | None = None  # None unless `effective_rules` is active

Function = TypeVar("Function", bound=Callable[..., Any])


def rule(name: str, otherwise: Callable[..., Any]) -> Callable[[Function], Function]:
    """Register a function as a rule that can be disabled.

    Args:
        name: The name of the rule in tables and on the command line.
        otherwise: The function that is called instead while the rule is disabled. It gets the same
            arguments.

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
    """Disable rules for a while, in all threads.

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
    """Collect the names of the rules that change a result.

    A rule changes a result if its `otherwise` returns another value. Disabling any other rule would
    make no difference.
    """
    global _effective
    before, _effective = _effective, set()
    try:
        yield _effective
    finally:
        _effective = before

"""Every hand-written rule of answers can be left out, and is back afterwards."""

from __future__ import annotations

import importlib

import pytest

from askdocs.answering import context, pipeline
from askdocs.answering.questions.question import parse
from askdocs.answering.rule_switches import RULES, effective_rules, left_out

REQUEST = "Could you tell me when the lamp is lit?"


def test_a_rule_is_left_out_and_comes_back() -> None:
    assert context.announces("There are three:")
    with left_out("announced list or text"):
        assert not context.announces("There are three:")
        assert context.states_condition("Unless it rains.")
    assert context.announces("There are three:")


def test_a_rule_within_another_module_is_left_out() -> None:
    assert parse(REQUEST).read_as == "when the lamp is lit?"
    with left_out("polite words removed"):
        assert parse(REQUEST).read_as == REQUEST


def test_what_is_left_out_twice_comes_back_with_the_outer_one() -> None:
    with left_out("condition after"):
        with left_out("condition after"):
            pass
        assert not context.states_condition("Unless it rains.")
    assert context.states_condition("Unless it rains.")


def test_an_unknown_rule_is_named() -> None:
    with (
        pytest.raises(ValueError, match="no such rule: phase of the moon"),
        left_out("phase of the moon"),
    ):
        pass


def test_rules_that_change_something_are_collected() -> None:
    with effective_rules() as rules:
        parse("when is the lamp lit?")
        assert not context.announces("There are three.")
    assert rules == set()
    with effective_rules() as rules:
        parse(REQUEST)
        assert context.announces("There are three:")
    assert rules == {"polite words removed", "announced list or text"}


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_is_where_the_registry_says(name: str) -> None:
    assert pipeline  # what an answer takes has been imported
    module, function = RULES[name].rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), function))

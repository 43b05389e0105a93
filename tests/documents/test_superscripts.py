"""Superscripts and subscripts: separate from numbers, and readable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans, merge_runs


def spans(markup: str) -> list[Span]:
    """`420^{3} t` as spans; `_{}` is a subscript, `!{}` a reference mark."""
    kinds: dict[str, Script] = {"^": "super", "_": "sub", "!": "note"}
    found: list[Span] = []
    for mark, run, plain in re.findall(r"([\^_!])\{([^}]*)\}|((?:(?![\^_!]\{).)+)", markup):
        found.append((run, kinds[mark]) if mark else (plain, "plain"))
    return found


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        # marks of notes
        ("420^{3} tonnes", "420[3] tonnes"),
        ("sold 1,250!{12} boats", "sold 1,250[12] boats"),
        ("in 1998^{7}, then", "in 1998[7], then"),
        ("the harbour^{4} was", "the harbour[4] was"),
        ("was closed.^{2} Then", "was closed.[2] Then"),
        ("12 %^{1}", "12 %[1]"),
        ("£3.50^{2}", "£3.50[2]"),
        ("known^{1,2}", "known[1,2]"),
        ("seen 31^{8–10} times", "seen 31[8–10] times"),
        ("10!{6} boats", "10[6] boats"),
        ("cost 12.4^{b}", "cost 12.4[b]"),
        ("income^{a}", "income[a]"),
        ("870^{[6]}", "870[6]"),
        ("870^{*}", "870*"),
        ("870 (net)^{*} or 980^{1)}", "870 (net)* or 980[1]"),
        ("3410^{1), 3)} people", "3410[1, 3] people"),
        ("980^{a} sacks", "980[a] sacks"),
        ("^{1}See the report", "[1] See the report"),
        ("(see below)^{5}", "(see below)[5]"),
        ("Director^{(}^{1)}", "Director(1)"),
        ("^ !{a} !{b} Sued, p. 65", "^ a b Sued, p. 65"),
        ("cost 12.4^{a}", "cost 12.4[a]"),
        ("5^{½} miles", "5½ miles"),
        ("2^{3} seats", "2[3] seats"),
        # powers and units
        ("3 × 10^{6} pulses", "3 × 10^6 pulses"),
        ("10^{−3}", "10^−3"),
        ("1.5·10^{12}", "1.5·10^12"),
        ("110^{6}", "110[6]"),
        ("5 10^{6}", "5 10[6]"),
        ("12 m^{2} of", "12 m² of"),
        ("300 km^{3}", "300 km³"),
        ("9.81 m s^{-2}", "9.81 m s⁻²"),
        ("in N/mm ^{2}", "in N/mm ²"),
        ("kg/m^{3}", "kg/m³"),
        ("E = mc^{2}", "E = mc²"),
        ("y = 4^{2}", "y = 4^2"),
        ("(a + b)^{2}", "(a + b)^2"),
        ("2^{32} keys", "2^32 keys"),
        ("x^{n} + x^{n+1}", "x^n + x^(n+1)"),
        ("R^{2}", "R²"),
        ("Ca^{2+}", "Ca²⁺"),
        ("SO_{4}^{2−}", "SO4²⁻"),
        ("^{14}C", "¹⁴C"),
        ("20^{o}C", "20°C"),
        ("3^{1}/_{2} miles", "3 1/2 miles"),
        # ordinals and abbreviations
        ("1^{st} of", "1st of"),
        ("22^{nd}", "22nd"),
        ("le 2^{e} jour", "le 2e jour"),
        ("M^{me} Curie", "Mme Curie"),
        ("XIX^{e} siècle", "XIXe siècle"),
        ("Acme^{TM}", "Acme™"),
        # subscripts
        ("CO_{2} falls", "CO2 falls"),
        ("H_{2}O", "H2O"),
        ("log_{2}8", "log₂8"),
        ("101_{2}", "101₂"),
        ("x_{i}", "x_i"),
        ("T_{max}", "T_max"),
        ("x_{i+1}", "x_(i+1)"),
        # small print
        ("Preview^{beta}", "Preview beta"),
        ("Total_{all figures in thousands of euros}", "Total all figures in thousands of euros"),
    ],
)
def test_superscripts_and_subscripts_are_separate_and_readable(markup: str, text: str) -> None:
    assert join_spans(spans(markup)) == text


def test_runs_of_one_script_are_one() -> None:
    cut: list[Span] = [("31", "plain"), ("1", "super"), ("2", "super"), (" t", "plain")]
    assert join_spans(merge_runs(cut)) == "31[12] t"


@given(st.from_regex(r"\A[0-9]{1,6}\Z"), st.from_regex(r"\A[0-9]{1,2}\Z"), st.booleans())
def test_a_number_never_grows_by_its_script(number: str, script: str, note: bool) -> None:
    text = join_spans([("of ", "plain"), (number, "plain"), (script, "note" if note else "super")])
    assert re.fullmatch(rf"of {number}(\[{script}\]|\^{script})", text)


def test_struck_text_is_marked_without_the_space_around_it() -> None:
    assert join_spans([("cost ", "plain"), ("30 ", "struck"), ("35", "plain")]) == "cost ~~30~~ 35"
    assert join_spans([("30", "struck"), ("35", "plain"), (" ", "struck")]) == "~~30~~35 "

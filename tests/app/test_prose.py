"""What a language model wrote as HTML: its Markdown is shown, and nothing else of it is live."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.app.i18n.markers import without_markers
from askdocs.app.views.answers import render_answer
from askdocs.app.views.exports import answer_html, answer_markdown, prose_markdown
from askdocs.app.views.prose import render_markdown
from askdocs.app.views.references import answer_text
from askdocs.types import NOT_LEARNT, Answer, Citation, Passage, Quotation, Statement, Verdict

PASSAGE = Passage("1", "tea.txt", "The kettle is red. It sings.", 0, 28, "Tea", line=3)
CITATION = Citation(1, PASSAGE, "The kettle is red.", 0, 18)
ALLOWED = re.compile(
    r"</?(?:a|blockquote|br|code|em|h[3-6]|hr|li|ol|p|pre|s|small|span|strong|table|tbody|td|th"
    r"|thead|tr|ul|div|button)\b[^<>]*>"
)


def statement(
    markdown: str, verdict: Verdict = "supported", lead: str = " ", reason: str = ""
) -> Statement:
    text = markdown.replace("**", "").replace("`", "")
    return Statement(
        text, (CITATION,), verdict, reason, verdict == "unsupported", (), markdown, lead
    )


def rendered(*statements: Statement) -> str:
    answer = Answer(
        "Which?", "…", statements, (CITATION,), answered=True, confidence=0.9, kind="prose"
    )
    return render_answer(answer, 0)


def test_markdown_becomes_paragraphs_lists_tables_and_code() -> None:
    html = rendered(
        statement("The kettle", "no_claim", "\n\n## "),
        statement("It is **red**.", lead="\n\n"),
        statement("It `sings`.", lead="\n\n- "),
        statement("It boils.", lead="\n- "),
        statement("| Colour | Sound |", "no_claim", "\n\n"),
        statement("| red | song |", lead="\n|---|---|\n"),
        statement("```python\nx < 1\n```", "partly", "\n\n"),
    )
    assert re.search(r"<h4><span class=\"statement no_claim\">The kettle</span>", html)
    assert "It is <strong>red</strong>." in html
    assert html.count("<li>") == 3  # and one of the sources
    assert "It <code>sings</code>." in html
    assert re.search(r"<td>.*red.*</td>\s*<td>.*song", html, re.DOTALL)
    assert "x &lt; 1" in html
    assert "⟬" not in html
    assert "⟧" not in html


def test_only_unsupported_statements_have_a_reason() -> None:
    html = rendered(
        statement("The kettle is red."),
        statement("It is blue.", "unsupported", reason="the source says otherwise"),
        statement("It is old.", "partly", reason="the source does not say all of it"),
    )
    assert '<span class="statement supported">The kettle is red.</span>' in html
    assert 'class="statement unsupported contradicted"' in html
    assert "Not supported by your documents: the source says otherwise." in html
    assert 'id="doubt-0-2"' in html
    assert "1 of 3 statements are supported by your documents" in html
    assert "The kettle is red.”" in html  # the nearest words


def test_an_unsupported_language_is_reported_once_and_quietly() -> None:
    known = statement("The kettle is red.")
    unknown = [
        statement(text, "unchecked", reason=NOT_LEARNT)
        for text in ("Der Kessel ist rot.", "Er singt.")
    ]
    other = statement("It is not said.", "unchecked", reason="no words can show it")
    answer = Answer(
        "Which?", "…", (known, *unknown, other), (CITATION,), answered=True, kind="prose"
    )
    html = render_answer(answer, 0)
    told = f"2 statements (†) were not checked: {NOT_LEARNT}"
    assert html.count(told) == 1
    assert "; 1 statement was not checked; " in html
    assert html.count('<span class="sign">†</span>') == 2
    assert html.count('†</span><span class="unseen" data-i18n=""> not checked</span>') == 2
    assert html.count('class="statement unchecked not-learnt"') == 2
    assert html.count('class="statement unchecked"') == 1
    for text in (answer_markdown(answer), answer_html(answer), answer_text(answer)):
        shown = re.sub(r"<[^>]*>", "", without_markers(text))
        assert "Der Kessel ist rot. [1] †" in shown
        assert "It is not said. [1] (not checked)" in shown
        assert shown.count(told) == 1


def test_an_exact_quotation_is_linked_to_its_place() -> None:
    quotation = Quotation("kettle is red", 9, 22, (CITATION,))
    said = Statement(
        "They say “kettle is red”.", (CITATION,), "supported", quotations=(quotation,),
        markdown="They say “kettle is red”.", lead="\n\n",
    )  # fmt: skip
    html = rendered(said)
    assert re.search(
        r'“<a class="quotation" href="#source=tea.txt[^"]*"[^>]*>kettle is red</a>”', html
    )


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "![x](http://evil.example/c.png)",
        "[page](javascript:alert(1))",
        "<http://evil.example>",
        "[a]: http://evil.example\n\n[a]",
        '<img src=x onerror="alert(1)">',
        "⟬0⟦x⟧0⟭ ⟬99⟦",
        "**bold <b>x",
        "| a | <td> |",
        "~~~\n<script>\n~~~",
        "&lt;script&gt;",
    ],
)
def test_what_is_live_stays_text(words: str) -> None:
    for html in (rendered(statement(words), statement(words, "partly")), render_markdown(words)):
        rest = ALLOWED.sub("", html)
        assert "<" not in rest.replace("&lt;", "")
        assert not re.search(r"<[^>]*(?:\bon\w+=|\bsrc=|javascript:|href=\"(?!#source=))", html)
    answer = Answer("?", "…", (statement(words),), (), answered=True, kind="prose")
    exported = prose_markdown(answer)
    assert not re.search(r"(?<!\\)\[(?!\d\])|(?<!\\)<\w", exported.replace("~~~", ""))


@given(st.lists(st.text("*_`|<>[]()!#-+ ab\n1.⟬⟦⟧⟭&\\", min_size=1, max_size=30), max_size=5))
def test_any_words_are_safe(words: list[str]) -> None:
    html = rendered(*(statement(each, "partly", "\n\n") for each in words))
    assert "<" not in ALLOWED.sub("", html)

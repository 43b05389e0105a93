"""Answers as HTML: nothing from a document or a model becomes anything but text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.app.conversations.conversation import Conversation
from askdocs.app.i18n.markers import translatable, without_markers
from askdocs.app.views.answers import confidence_words, render_answer
from askdocs.app.views.citations import within
from askdocs.app.views.conversation import render_past, render_present
from askdocs.app.views.documents import render_welcome
from askdocs.app.views.exports import MEDIA_TYPES, Format, answer_markdown, export, file_name
from askdocs.app.views.markdown import escaped
from askdocs.app.views.source_changes import SourceChanges
from askdocs.types import (
    Answer,
    AnswerKind,
    Citation,
    DocumentGuide,
    DocumentRecord,
    Excerpt,
    Failure,
    Guide,
    Hit,
    Passage,
    Statement,
    Status,
    Verdict,
)

HOSTILE = '"><img src=http://evil.example/x onerror=alert(1)><script>alert(2)</script>[a](//b)'
OURS = {
    "a", "article", "button", "div", "h2", "h3", "li", "ol", "p", "q", "small", "span", "strong",
    "ul", "details", "summary", "input", "code", "em", "section",
}  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)


def assert_harmless(html: str) -> None:
    found = Tags(html)
    assert found.tags <= OURS
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]
    links = [value or "" for name, value in found.attributes if name in ("href", "src")]
    assert all(value.startswith("#source=") or value == "?show=documents" for value in links)


def an_answer(
    quote: str = "The kettle is red.",
    *,
    source: str = "tea.txt",
    title: str = "Tea",
    verdict: Verdict = "quoted",
    reason: str = "",
    text: str | None = None,
    confidence: float = 0.9,
) -> Answer:
    passage = Passage("1", source, quote, 10, 10 + len(quote), title, line=3)
    focus = (10 + len(quote) // 2, 10 + len(quote))
    citation = Citation(1, passage, quote, 10, 10 + len(quote), focus)
    said = " ".join(quote.split()) if text is None else text
    return Answer(
        question="which colour?",
        text=said,
        statements=(Statement(said, (citation,), verdict, reason),),
        citations=(citation,),
        hits=(Hit(passage, 0.5),),
        answered=True,
        confidence=confidence,
        searched_for=("which colour?",),
    )


def a_status(*records: DocumentRecord, failed: tuple[Failure, ...] = ()) -> Status:
    return Status("my/corpus", "index", "onnx:builtin", records, failed, 7, 1000)


def a_record(source: str, title: str = "") -> DocumentRecord:
    return DocumentRecord(source, title, 12_345, 12_000, 3, 2, "2026-01-01", "")


@given(st.sampled_from([HOSTILE, "a\n<b>b</b>", "${1+1} {{x}}", "' \" &amp; \x00"]), st.booleans())
def test_hostile_words_stay_words(words: str, answered: bool) -> None:
    answer = an_answer(words, source=words, title=words, reason=words, verdict="partly")
    if not answered:
        answer = Answer(words, words, hits=answer.hits, searched_for=(words, "x"), notice=words)
    asked = Conversation().asked(words, [words])
    for conversation in (asked, asked.said(words), asked.failed(words), asked.answered(answer)):
        assert_harmless(render_present(conversation))
        assert words.replace("\x00", "") in unescape(render_present(conversation))
    record = a_record(words, words)
    opening = Excerpt("", 0, len(words), words)
    guide = DocumentGuide(record, words, words, opening=opening, names=(words,))
    folder = Guide(1, ((words, 1),), topics=(words,), documents=(guide,), failed=1)
    assert_harmless(render_welcome(a_status(record), [words], guide=folder))


def test_the_first_screen_says_the_dates_and_what_was_not_read_completely() -> None:
    guide = Guide(3, (("PDF", 3),), since="2019-03-12", until="2024-06-30", partly=1)
    html = render_welcome(a_status(a_record("a.pdf")), [], guide=guide)
    assert "<span>Documents with a date are from 2019-03-12 to 2024-06-30.</span>" in html
    assert 'data-view="documents">1 document was only partly read.</a>' in html


def test_a_guide_from_before_the_first_document_is_not_shown() -> None:
    html = render_welcome(a_status(a_record("a.txt")), [], guide=Guide(0))
    assert "Ask your document" in html
    assert "What is in this folder" not in html


def test_a_quote_is_emphasised_where_it_answers() -> None:
    html = render_answer(an_answer("The kettle\nis red."), 0)
    words = re.search(r"<q>(.*?)</q>", html, re.DOTALL)
    assert words is not None
    assert words.group(1) == "The kettl<strong>e\nis red.</strong>"


def test_signs_of_markdown_are_copied_and_not_shown() -> None:
    quote = "- The **kettle** is [`red`](red.md)."
    html = render_answer(an_answer(quote, source="tea.md"), 0)
    assert "<q>The kettle i<strong>s red.</strong></q>" in html
    assert f'data-markdown="“{escaped(quote)}”' in unescape(html)
    without_focus = an_answer(quote, source="tea.md", text="- A **cup**")
    assert "<q>A cup</q>" in render_answer(without_focus, 0)


def test_each_citation_opens_its_words_and_has_a_note() -> None:
    html = render_answer(an_answer(), 4)
    assert 'href="#source=tea.txt&amp;mark=10-28~19-28.' in html
    assert 'aria-describedby="note-4-1"' in html
    assert 'id="note-4-1"' in html
    assert "line 3" in html


def test_a_doubtful_statement_says_so_and_why() -> None:
    html = render_answer(an_answer(text="It is blue.", verdict="unsupported", reason="red"), 0)
    assert "Not supported by your documents: red" in html
    assert "Exact words" not in html
    assert "Exact words" in render_answer(an_answer(), 0)


def test_a_refusal_shows_the_nearest_passages_and_what_was_searched() -> None:
    hits = an_answer("The nearest words.").hits
    searched = ("and when?", "kettle when")
    answer = Answer("and when?", "Nothing.", hits=hits, searched_for=searched, with_history=True)
    html = render_answer(answer, 1)
    assert "The nearest words." in html
    assert "Understood together with your earlier questions" in html
    assert "Understood" not in render_answer(answer, 0)
    assert "chance" not in html
    assert "kettle when" not in html  # words for the index, not for people


def test_a_refusal_of_ticked_documents_says_so_and_offers_all() -> None:
    refused = Answer("and when?", "Nothing in your documents has to do with this.")
    html = render_present(Conversation().asked("and when?", ["a.txt"]).answered(refused))
    assert "Nothing in the documents that you ticked has to do with this." in html
    assert 'data-action="ask-all"' in html
    html = render_present(Conversation().asked("and when?").answered(refused))
    assert "Nothing in your documents has to do with this." in html
    assert "ask-all" not in html


def test_confidence_is_said_in_words() -> None:
    said = [confidence_words(confidence) for confidence in (0.95, 0.7, 0.5)]
    assert said == [
        "answers the question with high probability",
        "probably answers the question",
        "may answer the question: check the source",
    ]


def test_a_doubted_passage_follows_perhaps_and_has_its_reason() -> None:
    doubted = replace(an_answer(confidence=0.3), answered=False, notice="It lacks “red”.")
    html = render_answer(doubted, 0)
    assert html.index("Perhaps:") < html.index("<q>") < html.index("It lacks “red”.")
    assert "nearest" not in html


@pytest.mark.parametrize("kind", ["overview", "continuation", "mentions", "documents"])
def test_nothing_is_estimated_of_an_overview_or_a_list(kind: AnswerKind) -> None:
    answer = replace(an_answer(confidence=1.0), notice="This is the beginning.")
    assert "probability" in render_answer(answer, 0)
    assert "probability" not in render_answer(replace(answer, kind=kind), 0)


def test_a_reply_to_a_greeting_is_no_refusal() -> None:
    reply = Answer("Hello!", "Ask a question about your documents.", kind="reply")
    html = render_present(Conversation().asked("Hello!", ["a.txt"]).answered(reply))
    assert "refusal" not in html
    assert "ask-all" not in html
    assert "Ask a question about your documents." in html


def test_a_question_that_is_searched_in_other_words_alone_needed_no_conversation() -> None:
    asked = "Can you tell me what the report says about tolls?"
    answer = replace(an_answer(), question=asked, searched_for=("tolls",))
    assert "Understood" not in render_answer(answer, 1)


@pytest.mark.parametrize("verdict", ["partly", "unsupported"])
def test_an_answer_with_a_doubtful_sentence_is_not_called_right(verdict: Verdict) -> None:
    html = render_answer(an_answer(verdict=verdict, confidence=0.95), 0)
    assert "probability" not in html.split('title="')[0]
    assert "Not everything is supported" in html


def test_only_the_last_exchange_is_present() -> None:
    conversation = Conversation().asked("one").answered(an_answer()).asked("two")
    assert "one" in render_past(conversation)
    assert "two" not in render_past(conversation)
    assert "data-running" in render_present(conversation)
    assert "data-running" not in render_present(conversation.stopped())
    assert render_present(Conversation()) == ""


def test_stopping_what_has_ended_changes_nothing() -> None:
    done = Conversation().asked("one").answered(an_answer())
    assert done.stopped() is done
    assert Conversation().stopped() == Conversation()


def test_asking_again_replaces_what_came_after() -> None:
    conversation = Conversation().asked("one").answered(an_answer()).asked("two").failed("no")
    assert [turn.question for turn in conversation.history()] == ["one"]
    assert [each.question for each in conversation.asked("new", at=0).exchanges] == ["new"]


def test_markdown_carries_quotes_and_places_and_no_markup_of_theirs() -> None:
    markdown = answer_markdown(an_answer("![x](http://evil.example/i.png) <b>"))
    assert "![" not in markdown
    assert "<b" not in markdown.replace("\\<b", "")
    assert f"[1] tea.txt, {translatable('line 3', 'location')}" in markdown
    assert "[1] tea.txt, line 3" in without_markers(markdown)


def test_the_note_of_a_citation_has_the_words_around_its_quote() -> None:
    answer = an_answer("The kettle is red.")
    (citation,) = answer.citations
    passage = replace(citation.passage, text="It boils. The kettle is red. Tea is green.")
    passage = replace(passage, start=citation.start - 10)
    html = render_answer(replace(answer, citations=(replace(citation, passage=passage),)), 0)
    assert "It boils. <strong>The kettle is red.</strong> Tea is green." in html
    moved = replace(passage, start=citation.start)
    html = render_answer(replace(answer, citations=(replace(citation, passage=moved),)), 0)
    assert "It boils" not in html


def test_notes_and_nearest_passages_have_no_signs_of_markdown() -> None:
    quote = "* The **kettle** is `red`."
    answer = an_answer(quote, source="tea.md")
    (citation,) = answer.citations
    text = f"## Kettles\n\n{quote}\n* The *cup* is blue."
    passage = replace(citation.passage, text=text, start=citation.start - text.index(quote))
    answer = replace(answer, citations=(replace(citation, passage=passage),))
    html = render_answer(answer, 0)
    assert "Kettles <strong>• The kettle is red.</strong> • The cup is blue." in html
    assert f'data-markdown="“{escaped(quote)}”' in unescape(html)
    moved = replace(answer, citations=(replace(citation, passage=replace(passage, start=0)),))
    assert "<strong>The kettle is red.</strong>" in render_answer(moved, 0)
    refusal = Answer("x", "no", hits=(Hit(passage, 0.5),), searched_for=("x",))
    card = '<span class="excerpt" dir="auto">Kettles • The kettle is red. • The cup is blue.</span>'
    assert card in render_answer(refusal, 0)


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("page 1, The lamp", "page 1"),
        ("page 1, The lamp › 2 Oil, line 3", "page 1, 2 Oil, line 3"),
        ("The lamp › Oil", "Oil"),
        ("The lamp, line 3", "line 3"),
        ("page 1, The lamp of Sund, line 3", "page 1, The lamp of Sund, line 3"),
        ("line 3", "line 3"),
    ],
)
def test_the_title_is_left_out_of_a_place(where: str, shown: str) -> None:
    assert within(where, "The lamp") == shown
    assert within(where, "") == where


def test_lines_of_a_quote_keep_their_depth_and_source_code_is_monospaced() -> None:
    answer = an_answer("def boil():\n        return 1", text="def boil():\n        return 1")
    (citation,) = answer.citations
    text = f"Like this:\n    {citation.quote}"
    deep = replace(citation.passage, text=text, start=citation.start - 15)
    cited = replace(citation, passage=deep, focus=None)
    said = replace(answer.statements[0], citations=(cited,))
    html = render_answer(replace(answer, statements=(said,), citations=(cited,)), 0)
    assert '<q class="lines">def boil():\n    return 1</q>' in html
    assert '<q class="code">' in render_answer(an_answer(source="kettle.py"), 0)


def test_a_quote_that_is_the_statement_is_not_written_twice() -> None:
    quoted, said = an_answer(), an_answer(text="It is red.", verdict="supported")
    for kind in ("md", "html"):
        once = export(Conversation().asked("one").answered(quoted), kind)
        assert once.split("<!-- askdocs-export")[0].count("The kettle is red.") == 1
        beside = export(Conversation().asked("one").answered(said), kind)
        assert beside.split("<!-- askdocs-export")[0].count("The kettle is red.") == 1
    assert "[1] tea.txt, line 3: “The kettle is red.”" in without_markers(answer_markdown(said))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("who built it, and when?", "who built it and when"),
        ("../../a:b<c>.exe", "a b c exe"),
        ("מתי נבנה?", "מתי נבנה"),
        ("???", "Conversation"),
        ("many words " * 30, "many words many words many words many words many words many"),
        ("漢" * 300, "漢" * 60),
    ],
)
def test_an_exported_file_is_called_by_title_and_date(title: str, name: str) -> None:
    made = file_name(Conversation().asked(title), "md")
    assert re.fullmatch(rf"{name} \d{{4}}-\d\d-\d\d\.md", made)


@given(st.sampled_from([HOSTILE, "a --> b", "-- <!-- --", "plain"]))
def test_an_exported_conversation_says_all_in_every_form(words: str) -> None:
    conversation = Conversation().asked(words).answered(an_answer(words, source=words))
    record = json.loads(export(conversation, "json"))
    assert record["title"] == words
    assert record["answers"][0]["citations"][0]["quote"] == words
    assert len(record["answers"][0]["citations"][0]["hash"]) == 12
    page = export(conversation, "html")
    assert Tags(page).tags <= OURS | {
        "html", "head", "meta", "title", "style", "body", "h1", "section", "blockquote", "br",
        "footer",
    }  # fmt: skip
    for text in (page, export(conversation, "md")):
        assert text.count("<!-- askdocs-export ") == 1
        assert text.split("<!-- askdocs-export ")[1].index("-->") > len(words)


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_passages_that_were_only_looked_at_are_not_exported(kind: Format) -> None:
    answer = replace(an_answer(), hits=an_answer("A salary list.", source="pay.txt").hits)
    exported = export(Conversation().asked("one").answered(answer), kind)
    assert "salary" not in exported
    assert "pay.txt" not in exported


def test_a_judgement_is_shown_and_can_be_taken_back() -> None:
    conversation = Conversation().asked("one").answered(an_answer())
    judged = conversation.judged(0, "wrong")
    assert 'data-judgement="wrong" aria-pressed="true"' in render_present(judged)
    assert "true" not in render_present(judged.judged(0, ""))
    assert conversation.judged(7, "good") is conversation


def test_a_note_on_a_changed_document_is_above_its_answer() -> None:
    conversation = Conversation().asked("one").answered(an_answer()).asked("two")
    told = render_past(
        conversation, {0: SourceChanges(changed=("tea.txt",), removed=("a.txt", "b.txt"))}
    )
    assert "tea.txt has changed since this answer" in told
    assert "a.txt and b.txt were removed since this answer" in told
    assert "has changed" not in render_past(conversation)


def test_a_page_without_documents_says_what_to_do() -> None:
    status = a_status(failed=(Failure("a.pdf", "It is damaged."),))
    html = render_welcome(status, [])
    assert "my/corpus" in html
    assert "Drag files or folders onto this page" in html
    assert 'data-action="add"' in html
    assert "Index again" not in html
    assert "It is damaged." in html
    told = render_welcome(status, [], may_change=False, watching=False)
    assert "my/corpus" in told
    assert "Index again" in told
    assert "Drag" not in told
    assert 'data-action="add"' not in told


@pytest.mark.parametrize(
    ("heading", "shown"),
    [("Tea", "line 3"), ("Tea › Brewing", "Brewing, line 3"), ("Teas", "Teas, line 3")],
)
def test_a_location_does_not_repeat_the_title_next_to_it(heading: str, shown: str) -> None:
    answer = an_answer(source="tea.md", title="Tea")
    citation = answer.citations[0]
    citation = replace(citation, passage=replace(citation.passage, heading=heading))
    html = render_answer(replace(answer, citations=(citation,)), 0)
    assert f'<span class="place" data-i18n="location">{shown}</span>' in html
    place = f'<span class="place" data-i18n="location">{shown}</span>'
    assert f'<span class="file" dir="auto">tea.md</span>, {place}</span>' in html

"""Questions answered by a language model: a real server that says what a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage, ChatResponse, MockLLM

from askdocs import Answer, Assistant, Config, Turn
from askdocs.answering.generation.second_opinion import Opinion, opinions_in
from askdocs.answering.quotes import NO_ANSWER
from askdocs.answering.stream import Draft
from askdocs.llm import model
from askdocs.output.support_summary import support_summary
from askdocs.text.tokens import estimate_tokens
from askdocs.types import NOT_LEARNT
from tests.support.claim_scorer import WordScorer
from tests.support.model_server import ModelServer, Script, serving

QUESTION = "How much did the bicycle scheme cost to set up?"
TRUE = "The scheme cost 1.9 million pounds to set up [1]. "
FALSE = "It cost 7.5 million pounds to set up [1]. "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_copy: Callable[[Path], Path]) -> Path:
    return sample_copy(tmp_path_factory.mktemp("prose"))


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with serving(Script()) as server:
        yield server


def settings(folder: Path, url: str, **more: Any) -> Config:
    """Settings with the server as the model, which is asked once unless a test says otherwise."""
    own = {"llm": f"openai:small@{url}", "second_opinion": "no", **more}
    return Config(corpus=folder / "corpus", index=folder / "index", **own)


@pytest.fixture(scope="module", autouse=True)
def words_are_counted() -> Iterator[None]:
    """What is tested here is not the verifier's judgement: words are counted instead."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("askdocs.resources.OnnxClaimScorer", lambda _: WordScorer())
        yield


@pytest.fixture(scope="module")
def assistant(folder: Path, server: ModelServer) -> Iterator[Assistant]:
    """An assistant over the sample corpus, whose language model is the server."""
    with Assistant(settings(folder, server.url, llm_seconds=4)) as assistant:
        assistant.index()
        yield assistant


Ask = Callable[[Script], Answer]


@pytest.fixture
def ask(assistant: Assistant, server: ModelServer) -> Ask:
    """The answer to QUESTION when the model does what a script says; its quotes are checked."""

    def asked(script: Script) -> Answer:
        server.script = script
        answer = assistant.ask(QUESTION)
        for citation in answer.citations:
            document = assistant.document(citation.source)
            assert document.text[citation.start : citation.end] == citation.quote
        return answer

    return asked


@contextmanager
def another(assistant: Assistant, **more: Any) -> Iterator[Assistant]:
    """An assistant over the same index with other settings."""
    assistant.close()
    config = replace(assistant.config, **more)
    with Assistant(config) as other:
        yield other


def test_a_true_sentence_is_supported_and_cites_its_evidence(ask: Ask) -> None:
    script = Script([[TRUE[i : i + 3] for i in range(0, len(TRUE), 3)]])
    answer = ask(script)
    (statement,) = answer.statements
    assert statement.text == "The scheme cost 1.9 million pounds to set up."
    assert statement.verdict in ("supported", "quoted")
    assert statement.citations[0].source == "city-bicycle-report.txt"
    assert "1.9 million pounds" in statement.citations[0].quote
    assert answer.text == f"{statement.text} [1]"
    assert not answer.notice
    assert (answer.kind, answer.is_estimated) == ("prose", True)


def test_a_false_sentence_is_marked_in_the_text_too(ask: Ask) -> None:
    answer = ask(Script([[TRUE, FALSE]]))
    good, bad = answer.statements
    assert good.verdict in ("supported", "quoted")
    assert bad.verdict == "unsupported"
    assert bad.probability is not None
    assert good.probability is not None
    assert bad.probability < good.probability
    assert "7.5" in bad.reason
    assert f"(not supported by your documents: {bad.reason})" in answer.text


def test_a_false_sentence_is_removed_where_the_setting_says_so(
    assistant: Assistant, server: ModelServer
) -> None:
    with another(assistant, unsupported="remove") as strict:
        server.script = Script([[FALSE, TRUE]])
        answer = strict.ask(QUESTION)
        (statement,) = answer.statements
        assert "1.9" in statement.text
        assert "7.5" not in answer.text
        server.script = Script([[FALSE]])
        answer = strict.ask(QUESTION)
        assert {each.verdict for each in answer.statements} == {"quoted"}
        assert "nothing that the documents support" in answer.notice


def test_a_model_that_repeats_itself_or_the_question_is_cut_short(ask: Ask) -> None:
    script = Script([[f"{QUESTION} [1]\n\n", TRUE, TRUE, FALSE, *[TRUE] * 50]])
    answer = ask(script)
    assert [each.text for each in answer.statements] == [
        "The scheme cost 1.9 million pounds to set up.",
        "It cost 7.5 million pounds to set up.",
    ]
    assert answer.text.startswith("The scheme")


def test_a_sentence_that_cites_nonsense_is_not_supported_by_it(ask: Ask) -> None:
    answer = ask(Script([["The moon is made of green cheese [1][77]."]]))
    (statement,) = answer.statements
    assert statement.verdict == "unsupported"
    assert "no passage says so" in answer.text


@pytest.mark.parametrize("marks", ["", " [2]", " [99]"])
def test_a_true_sentence_finds_its_source_whatever_it_cites(ask: Ask, marks: str) -> None:
    answer = ask(Script([[f"The scheme cost 1.9 million pounds to set up{marks}."]]))
    (statement,) = answer.statements
    assert statement.verdict in ("supported", "quoted")
    assert "1.9 million pounds" in statement.citations[0].quote


def test_what_is_streamed_is_the_text_of_the_answer(
    assistant: Assistant, server: ModelServer
) -> None:
    reply = f"{TRUE}{FALSE}\n\n- Theft has been the largest problem [1-3].\n- The end"
    server.script = Script([list(reply)])
    stream = assistant.stream(QUESTION)
    pieces = list(stream)
    assert "".join(pieces) == stream.answer.text
    assert len([piece for piece in pieces if piece]) > 10
    assert len(stream.answer.statements) == 4
    assert "\n\n- Theft has been the largest problem." in stream.answer.text
    assert "\n- The end" in stream.answer.text


def test_markdown_of_a_reply_is_kept_and_headings_are_not_judged(ask: Ask) -> None:
    reply = (
        "## The cost\n\nThe **scheme** cost 1.9 million pounds to set up [1].\n\n"
        "| What | Cost |\n|---|---|\n| Set up | 1.9 million pounds [1] |\n\nWhat else?\n\n"
        "```\nx = 1\n```\n"
    )
    answer = ask(Script([[reply]]))
    assert [each.verdict for each in answer.statements] == [
        "no_claim", "supported", "no_claim", "supported", "no_claim", "partly",
    ]  # fmt: skip
    assert answer.text.startswith("## The cost\n\nThe **scheme** cost 1.9 million pounds")
    assert "\n| What | Cost |\n|---|---|\n| Set up | 1.9 million pounds [1] |" in answer.text
    assert "\n```\nx = 1\n```\n" in answer.text
    assert support_summary(answer) == "2 of 3 statements are supported by your documents."


def test_an_unsupported_language_is_reported_once(ask: Ask) -> None:
    german = "Die Einrichtung der Fahrräder hat 1,9 Millionen Pfund gekostet [1]. "
    more = "Das größte Problem ist der Diebstahl der Räder gewesen [1]."
    answer = ask(Script([[TRUE, german, more]]))
    _, first, second = answer.statements
    assert [first.verdict, second.verdict] == ["unchecked", "unchecked"]
    assert first.probability is None
    assert answer.text.endswith(" †")
    assert answer.text.count("†") == 2
    assert NOT_LEARNT not in answer.text
    assert support_summary(answer) == (
        "The statement is supported by your documents;"
        f" 2 statements (†) were not checked: {NOT_LEARNT}."
    )


def test_an_altered_quotation_is_reported_with_the_difference(ask: Ask) -> None:
    answer = ask(Script([["The report says it “cost 1.9 billion pounds to set up” [1]."]]))
    (statement,) = answer.statements
    assert statement.verdict == "unsupported"
    (quotation,) = statement.quotations
    assert "“billion” where the source says “million”" in quotation.difference
    assert statement.reason == f"misquoted: {quotation.difference}"


def test_an_exact_quotation_is_cited_at_its_location(ask: Ask) -> None:
    answer = ask(Script([["The report says it “cost 1.9 million pounds to set up” [1]."]]))
    ((quotation,),) = [each.quotations for each in answer.statements]
    assert not quotation.difference
    assert [each.quote for each in quotation.citations] == ["cost 1.9 million pounds to set up"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (Script([500]), "500: told to answer 500"),
        (Script([["The scheme cost 1.9 mill"]], breaks=True), "broke off"),
        (Script([["The scheme "]], raw=b"data: nonsense\n\n"), "an invalid response"),
        (Script([["The scheme "]], silent=True), "longer than"),
    ],
    ids=["error", "breaks off", "nonsense", "stalls"],
)
def test_a_model_that_fails_gives_a_notice_and_the_quotes(
    ask: Ask, script: Script, told: str
) -> None:
    answer = ask(script)
    assert answer.answered
    assert {each.verdict for each in answer.statements} == {"quoted"}
    assert told in answer.notice
    assert answer.notice.endswith("These are quotes instead.")


@pytest.mark.parametrize(
    ("llm", "told"),
    [("openai:small@http://127.0.0.1:1/v1", "cannot be used"), ("gguf:none.gguf", "no model file")],
)
def test_a_model_that_is_not_there_gives_a_notice_and_the_quotes(
    assistant: Assistant, llm: str, told: str
) -> None:
    with another(assistant, llm=llm) as other:
        answer = other.ask(QUESTION)
    assert {each.verdict for each in answer.statements} == {"quoted"}
    assert told in answer.notice


def test_a_model_that_declines_gives_the_quotes(ask: Ask) -> None:
    answer = ask(Script([["NOT IN THE ", "PASSAGES"]]))
    assert {each.verdict for each in answer.statements} == {"quoted"}
    assert "saw no answer" in answer.notice


@pytest.mark.parametrize(
    "reply",
    [
        "I'm sorry, but I cannot help with that request.",
        "The passages do not contain information about this [1].",
        "Unfortunately, none of the passages mention it. The documents don't say.",
    ],
)
def test_a_model_that_declines_in_its_own_words_gives_the_quotes(ask: Ask, reply: str) -> None:
    answer = ask(Script([[reply]]))
    assert {each.verdict for each in answer.statements} == {"quoted"}
    assert "saw no answer" in answer.notice


def test_text_that_a_model_adds_to_a_refusal_is_kept(ask: Ask) -> None:
    replies = ["The passages do not mention the colour, but the scheme opened in 2023. ", TRUE]
    answer = ask(Script([["I do not have further information. ", *replies]]))
    assert [each.text[:12] for each in answer.statements] == ["The passages", "The scheme c"]


def test_thoughts_and_a_list_of_sources_are_no_statements(ask: Ask) -> None:
    footer = "\n\n**Sources:**\n[1] city-bicycle-report.txt\n[2] sourdough-notes.md"
    answer = ask(Script([["<think>Passage 1 says it. 7 pounds?</think>\n", TRUE, footer]]))
    (statement,) = answer.statements
    assert statement.verdict in ("supported", "quoted")
    assert answer.text == f"{statement.text} [1]"


def test_a_reply_without_an_end_is_cut(assistant: Assistant, server: ModelServer) -> None:
    server.script = script = Script([[TRUE, "word " * 40, *["word " * 40] * 200]], silent=True)
    answer = assistant.ask(QUESTION)
    assert "cut off: it is longer than was asked for" in answer.notice
    assert answer.text == "The scheme cost 1.9 million pounds to set up. [1]"
    assert script.left.wait(120)


def ending(reason: str | None) -> bytes:
    return b'data: {"choices": [{"delta": {}, "finish_reason": %s}]}\n\n' % (
        json.dumps(reason).encode()
    )


@pytest.mark.parametrize(
    ("reason", "told"), [("length", "greatest length"), ("content_filter", "content filter")]
)
def test_the_torn_sentence_of_a_reply_that_was_cut_off_is_left_out(
    ask: Ask, reason: str, told: str
) -> None:
    torn = "The mayor who opened the scheme is the harbour"
    answer = ask(Script([[TRUE, torn]], raw=ending(reason)))
    assert "cut off" in answer.notice
    assert told in answer.notice
    assert [each.verdict for each in answer.statements] in (["quoted"], ["supported"])
    assert answer.text == "The scheme cost 1.9 million pounds to set up. [1]"
    whole = ask(Script([[TRUE, torn]], raw=ending("stop")))
    assert not whole.notice
    assert torn in whole.text


def test_a_reply_of_one_torn_sentence_is_no_answer(ask: Ask) -> None:
    answer = ask(Script([["The scheme cost 1.9 mill"]], raw=ending("length")))
    assert "cut off" in answer.notice
    assert "These are quotes instead" in answer.notice
    assert {each.verdict for each in answer.statements} == {"quoted"}


def test_what_a_slow_model_said_in_time_is_kept(
    assistant: Assistant, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_TOTAL_TIMEOUTS", 1)
    server.script = Script([[TRUE, *["and so on "] * 400]], drips=0.05)
    answer = assistant.ask(QUESTION)
    assert "longer than the time allowed" in answer.notice
    assert answer.text == "The scheme cost 1.9 million pounds to set up. [1]"


def test_a_question_without_an_answer_is_not_sent_unless_one_insists(
    assistant: Assistant, server: ModelServer
) -> None:
    server.script = script = Script([["Brazil won it [1]."]])
    question = "Which team of the town council won the football world cup?"
    answer = assistant.ask(question)
    assert answer.text == NO_ANSWER
    assert not script.requests
    insisted = assistant.ask(question, insist=True)
    assert len(script.requests) == 1
    assert [each.verdict for each in insisted.statements] == ["unsupported"]


def test_one_may_insist_where_a_rule_has_left_no_sentence(
    tmp_path: Path, server: ModelServer
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    invoice = "Invoice 4711\n\nThe total of invoice 4711 is 320 euros, payable within 30 days.\n"
    (corpus / "invoice.txt").write_text(invoice, encoding="utf-8")
    server.script = script = Script([["The total of invoice 4711 is 320 euros [1]."]])
    question = "What is the total of invoice 9022?"
    with Assistant(settings(tmp_path, server.url)) as assistant:
        assistant.index()
        refused = assistant.ask(question)
        assert (refused.band, refused.statements) == ("refusal", ())
        assert refused.hits  # so that the page offers the passages to the model
        assert not script.requests
        insisted = assistant.ask(question, insist=True)
    assert len(script.requests) == 1
    assert "payable within 30 days" in script.requests[0]["messages"][-1]["content"]
    assert (insisted.kind, insisted.answered) == ("prose", True)
    (statement,) = insisted.statements
    assert statement.citations[0].source == "invoice.txt"


def test_a_model_gets_the_topic_of_a_follow_up(assistant: Assistant, server: ModelServer) -> None:
    server.script = Script([[TRUE]])
    first = assistant.ask(QUESTION)
    assistant.ask("and to run?", history=[Turn(QUESTION, first)], insist=True)
    asked = server.script.requests[-1]["messages"][-1]["content"]
    assert "<question>and to run? (" in asked
    assert "bicycle, scheme, cost" in asked


def test_one_can_ask_for_quotes_although_a_model_is_set(
    assistant: Assistant, server: ModelServer
) -> None:
    server.script = script = Script([[TRUE]])
    answer = assistant.ask(QUESTION, quotes=True)
    assert not script.requests
    assert {each.verdict for each in answer.statements} == {"quoted"}


def test_stopping_ends_the_request(assistant: Assistant, server: ModelServer) -> None:
    server.script = script = Script([[TRUE, "And so "]], silent=True)
    stream = assistant.stream(QUESTION)
    said = ""
    for piece in stream:
        said += piece
        if said and not piece:
            break
    stream.close()
    assert script.left.wait(120)


def test_passages_are_numbered_and_fit_into_a_small_context(
    assistant: Assistant, server: ModelServer
) -> None:
    server.script = script = Script([[TRUE]])
    with another(assistant, llm_context=700) as small:
        small.ask(QUESTION)
    (request,) = script.requests
    system, user = (message["content"] for message in request["messages"])
    assert user.index('<passage number="1">') < user.index("</passage>")
    assert QUESTION in user
    assert request["max_tokens"] == 233
    assert estimate_tokens(system + user) < 700 - 233


class Scripted(MockLLM):
    """A LlamaIndex model that says two sentences."""

    def stream_chat(self, messages: Any, **named: Any) -> Any:
        for piece in (TRUE, FALSE):
            yield ChatResponse(message=ChatMessage(role="assistant", content=""), delta=piece)


def test_a_llama_index_object_writes_too(assistant: Assistant) -> None:
    assistant.close()
    with Assistant(replace(assistant.config, llm="none"), llm=Scripted()) as other:
        good, bad = other.ask(QUESTION).statements
    assert good.verdict in ("supported", "quoted")
    assert bad.verdict == "unsupported"


def test_a_comparison_goes_to_the_model_with_passages_of_both_documents(
    assistant: Assistant, server: ModelServer
) -> None:
    question = "Compare the bicycle report and the sourdough notes"
    server.script = script = Script([["The scheme cost 1.9 million pounds to set up [1]."]])
    answer = assistant.ask(question)
    shown = script.requests[0]["messages"][1]["content"]
    assert "1.9 million pounds" in shown
    assert "flour" in shown
    assert "what differs" in shown
    assert answer.answered
    assert support_summary(answer) == "The statement is supported by your documents."
    with another(assistant, tasks="quotes") as plain:
        server.script = script = Script([["The scheme cost 1.9 million pounds to set up [1]."]])
        plain.ask(question)
        assert "what differs" not in str(script.requests)


def test_a_summary_is_made_from_all_parts_of_the_document_named(
    assistant: Assistant, server: ModelServer
) -> None:
    server.script = script = Script([["Water must never touch the glass [1]."]])
    answer = assistant.ask("Please summarise the lighthouse keepers handbook")
    shown = script.requests[0]["messages"][1]["content"]
    headings = {hit.passage.heading for hit in answer.hits}
    parts = assistant.document("lighthouse-keepers-handbook.md").text.count("\n## ")
    assert parts > 3
    assert shown.count("<passage number=") >= parts
    assert "bicycle" not in shown
    assert headings


def test_a_task_that_is_far_from_the_documents_stays_refused(
    assistant: Assistant, server: ModelServer
) -> None:
    server.script = script = Script([["Quarks have colours."]])
    for question in ("Explain quantum chromodynamics", "List the moons of Jupiter by density"):
        answer = assistant.ask(question)
        assert not answer.answered
    assert not script.requests


DOUBTED = "Setting the scheme up swallowed 1.9 million pounds of precious money, annoying many [1]."
BEARING = "The scheme cost 1.9 million pounds to set up and 380,000 pounds a year to run."
ATTENTIVE = "1: NO\n2: YES\n"  # the two statements whose truth is known come first
BOTH_STAND = f'{ATTENTIVE}3: YES "{BEARING}"\n4: YES "{BEARING}"'


@pytest.mark.parametrize(
    ("opinion", "verdict"),
    [
        (BOTH_STAND, "supported"),
        (f"{ATTENTIVE}4: “{BEARING[:44]}”", "supported"),
        (f"{ATTENTIVE}4: YES “{BEARING[:18]} … {BEARING[24:44]}”", "supported"),
        (f'{ATTENTIVE}4: YES "The scheme swallowed 1.9 million pounds of public money."', "partly"),
        (f'{ATTENTIVE}4: NO (annoying many) "{BEARING}"', "partly"),
        (f"{ATTENTIVE}4: NONE", "partly"),
        ("The passages say so.", "partly"),
        (f'1: YES "{BEARING}"\n2: YES\n3: YES\n4: YES "{BEARING}"', "partly"),  # to everything
        (f'1: NO\n2: NO\n3: NO\n4: YES "{BEARING}"', "partly"),
    ],
)
def test_only_words_of_the_passages_make_a_doubtful_statement_supported(
    assistant: Assistant, server: ModelServer, opinion: str, verdict: str
) -> None:
    with another(assistant, second_opinion="yes") as careful:
        server.script = script = Script([[f"{TRUE}{DOUBTED}"], [opinion]])
        stream = careful.stream(QUESTION)
        pieces = list(stream)
    sure, doubtful = stream.answer.statements
    assert (sure.verdict, doubtful.verdict) == ("supported", verdict)
    assert "1.9 million pounds" in doubtful.citations[0].quote
    assert "".join(pieces) == stream.answer.text
    asked = script.requests[1]["messages"][1]["content"]
    assert "4: Setting the scheme up" in asked
    assert f"<question>{QUESTION}" in asked
    assert [each.number for each in stream.answer.citations] == list(
        range(1, len(stream.answer.citations) + 1)
    )


def test_a_statement_that_the_second_opinion_refuses_is_doubtful(
    assistant: Assistant, server: ModelServer
) -> None:
    opinion = f'{ATTENTIVE}3: NO (1.9 million) "{BEARING[:30]}"\n4: NO (seven things)'
    with another(assistant, second_opinion="yes") as careful:
        server.script = Script([[TRUE, DOUBTED, " Bicycles rust", " away [1]."], [opinion]])
        stream = careful.stream(QUESTION)
        pieces = list(stream)
    statement, *_ = stream.answer.statements
    assert statement.verdict == "partly"
    assert statement.reason.startswith("“1.9 million”")
    assert "".join(pieces) == stream.answer.text
    begin, end = stream.answer.text.split("\n\n")
    assert begin.startswith("The scheme cost 1.9 million pounds to set up. [1] Setting")
    drafts = [piece.draft for piece in pieces if isinstance(piece, Draft)]
    assert any(draft.endswith(" Bicycles") for draft in drafts)
    assert "does not stand by: “The scheme cost" in end
    assert {each.number for each in statement.citations} >= {1}


def test_what_the_source_contradicts_stays_so_whatever_the_model_says(
    assistant: Assistant, server: ModelServer
) -> None:
    with another(assistant, second_opinion="yes") as careful:
        server.script = Script([[TRUE, FALSE], [BOTH_STAND]])
        answer = careful.ask(QUESTION)
        assert [each.verdict for each in answer.statements] == ["supported", "unsupported"]
        server.script = Script([[TRUE, FALSE], 500])
        assert [each.verdict for each in careful.ask(QUESTION).statements] == [
            "supported",
            "unsupported",
        ]


def test_code_that_is_in_doubt_is_kept_if_there_is_no_statement_to_ask_about(
    assistant: Assistant, server: ModelServer
) -> None:
    with another(assistant, second_opinion="yes") as careful:
        reply = f"{BEARING} [1]\n\n```sh\nsetup --scheme\n```\n\nDas Fahrrad war damals sehr teuer."
        server.script = script = Script([[reply]])
        stream = careful.stream(QUESTION)
        pieces = list(stream)
    assert len(script.requests) == 1
    verdicts = [each.verdict for each in stream.answer.statements]
    assert verdicts == ["quoted", "partly", "unchecked"]
    assert "".join(pieces) == stream.answer.text


def test_a_question_may_have_a_second_opinion_of_its_own(
    assistant: Assistant, server: ModelServer
) -> None:
    with another(assistant, second_opinion="no") as usual:
        for wanted, requests in (("yes", 2), ("", 1)):
            server.script = script = Script([[f"{TRUE}{DOUBTED}"], ["S2: 4"]])
            usual.ask(QUESTION, second_opinion=wanted)
            assert len(script.requests) == requests


def test_what_a_second_opinion_does_not_save_is_removed_where_the_setting_says_so(
    assistant: Assistant, server: ModelServer
) -> None:
    with another(assistant, second_opinion="yes", unsupported="remove") as careful:
        server.script = Script([[FALSE, TRUE, DOUBTED], [f'{ATTENTIVE}5: YES "{BEARING}"']])
        stream = careful.stream(QUESTION)
        pieces = list(stream)
    assert "".join(pieces) == stream.answer.text
    assert "7.5" not in stream.answer.text
    assert [each.verdict for each in stream.answer.statements] == ["supported", "supported"]


def test_an_opinion_is_read_in_the_forms_that_models_write() -> None:
    reply = (
        '**1.** YES “one word of it” and "another [...] word"\n'
        '2: NO (the third, "which" is wrong) (so is this (too)) "he said "no" to it"\n'
        "- Statement 3: NONE\n"
        '4) "only pointed at"\n'
        "5: Not said"
    )
    assert opinions_in(reply) == {
        1: Opinion(True, ("one word of it", "another", "word")),
        2: Opinion(
            False, ('he said "no" to it',), ('the third, "which" is wrong', "so is this (too)")
        ),
        3: Opinion(False),
        4: Opinion(None, ("only pointed at",)),
        5: Opinion(False),
    }

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from askdocs import (
    Answer,
    AskdocsError,
    Assistant,
    Config,
    CorpusError,
    IndexBusyError,
    IndexMismatchError,
    Turn,
)
from tests.support.hash_embedding import HashEmbedding

ROOT = Path(__file__).parents[1]
ARTICLE = "jaffar-express-attack.txt"


def test_it_answers_what_the_article_says_with_exact_quotes(sample: Assistant) -> None:
    answer = sample.ask("what did Zehri warn?")
    assert answer.answered
    text = sample.document(ARTICLE).text
    assert "He cautioned that certain districts" in answer.text
    assert "militant groups had expanded their operational reach across the province" in answer.text
    for citation in answer.citations:
        assert citation.source == ARTICLE
        assert text[citation.start : citation.end] == citation.quote


def test_every_way_of_asking_gives_the_same_answer(sample: Assistant) -> None:
    question = "How long is the lens cleaned with a linen cloth?"
    answer = sample.ask(question)
    stream = sample.stream(question)
    assert "".join(stream) == answer.text
    assert stream.answer == answer
    assert sample.as_query_engine().query(question).metadata["answer"] == answer


def test_the_answer_of_a_stream_is_there_when_it_has_ended(sample: Assistant) -> None:
    stream = sample.stream("what did Zehri warn?")
    with pytest.raises(AskdocsError):
        _ = stream.answer
    assert len(list(stream)) > 1
    assert isinstance(stream.answer, Answer)


def test_threads_open_a_fresh_assistant_together(corpus: Path, tmp_path: Path) -> None:
    """Without a guard, the second one takes its own lock for that of another process."""
    (corpus / "owls.txt").write_text("Owls hunt at night.\n")
    for number in range(60):
        config = Config(corpus=corpus, index=tmp_path / f"index-{number}")
        assistant = Assistant(config, embedder=HashEmbedding())
        start = threading.Barrier(2)
        uses = (lambda a=assistant: a.index(dry_run=True), assistant._resources.open_lock)

        def run(use: Callable[[], object], start: threading.Barrier = start) -> object:
            start.wait()
            return use()

        with assistant, ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(run, use) for use in uses]:
                done.result()


def test_index_and_status_in_two_threads(corpus: Path, tmp_path: Path) -> None:
    (corpus / "owls.txt").write_text("Owls hunt at night.\n")
    for number in range(5):
        config = Config(corpus=corpus, index=tmp_path / f"index-{number}")
        with Assistant(config, embedder=HashEmbedding()) as one, ThreadPoolExecutor(2) as threads:
            indexed, found = threads.submit(one.index), threads.submit(one.status)
            assert indexed.result().passages == 1
            assert found.result().passages in (0, 1)


@pytest.mark.parametrize(
    "rot",
    ["UPDATE passages SET text = replace(text, 'nine', 'five')",
     "UPDATE documents SET text = replace(text, 'nine', 'five')"],
)  # fmt: skip
def test_a_letter_that_rots_in_the_catalog_is_never_quoted(
    corpus: Path, tmp_path: Path, rot: str
) -> None:
    (corpus / "ferry.txt").write_text("The ferry to Skerry leaves at nine.\n")
    config = Config(corpus=corpus, index=tmp_path / "index")
    question = "When does the ferry to Skerry leave?"
    with Assistant(config) as assistant:
        assistant.index()
        assert "at nine" in assistant.ask(question).text
    with closing(sqlite3.connect(config.index / "catalog.sqlite")) as connection, connection:
        connection.execute(rot)
    with Assistant(config) as assistant:
        with pytest.raises(IndexMismatchError, match=r"ferry\.txt.*doctor --repair"):
            assistant.ask(question)
        assert assistant.diagnose().problems
        assert assistant.repair().after.problems == ()
        assert "at nine" in assistant.ask(question).text


def test_what_the_documents_do_not_hold_is_not_answered(sample: Assistant) -> None:
    answer = sample.ask("Who won the chess olympiad in Batumi?")
    assert not answer.answered
    assert not answer.statements
    assert answer.confidence < 0.5


def test_a_follow_up_finds_what_the_conversation_is_about(sample: Assistant) -> None:
    first = sample.ask("what did Zehri warn?")
    then = sample.ask("and when did he speak?", history=[Turn("what did Zehri warn?", first)])
    assert then.searched_for[0] == "and when did he speak?"
    assert "zehri" in then.searched_for[1].lower()
    assert then.hits[0].passage.source == ARTICLE


@pytest.mark.parametrize(
    ("first", "said"),
    [("who claimed responsibility?", "March 11, 2025"), ("what did Zehri warn?", "a day before")],
)
def test_a_bare_follow_up_is_not_answered_by_the_last_answer(
    sample: Assistant, first: str, said: str
) -> None:
    then = sample.ask("and when?", history=[Turn(first, sample.ask(first))])
    assert said in then.hits[0].passage.text
    assert not then.answered or said in then.text


@pytest.mark.parametrize(
    "question",
    [
        "Who cleans the lens?",
        "How many bicycles were lost?",
        "Who attacked the Jaffar Express?",
    ],
)
def test_a_short_question_on_another_matter_is_answered_as_if_asked_alone(
    sample: Assistant, question: str
) -> None:
    first = "what did Zehri warn?"
    then = sample.ask(question, history=[Turn(first, sample.ask(first))])
    assert then.answered
    assert then.searched_for == (question,)
    assert then.statements == sample.ask(question).statements


def test_the_documents_are_named_when_they_are_asked_for(sample: Assistant) -> None:
    told = sample.ask("which documents do you have?")
    assert told.text.startswith("There are 4 documents: ")
    assert "jaffar-express-attack.txt" in told.text
    assert not told.citations


def test_an_overview_begins_below_the_byline(tmp_path: Path) -> None:
    byline = "By Maren Oakley, The Northern Courier, 25 March 2024"
    begins = "The MV Aldin Star left Port Aldin on Monday with 212 passengers on board."
    (tmp_path / "ferry.txt").write_text(f"Ferry sails again\n\n{byline}\n\n{begins}\n")
    with Assistant(Config(tmp_path, tmp_path / "index")) as assistant:
        assistant.index()
        told = assistant.ask("what is the article about?")
    assert [each.text for each in told.statements if each.verdict == "quoted"] == [begins]


def test_who_wrote_a_mail_is_asked_of_it_and_not_of_its_attachments(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ida Berg <ida@post.example>", "The mill"
    mail.set_content("The mill is sold. The deed is attached.")
    mail.add_attachment("The deed of the mill was drawn up in haste.", filename="deed.txt")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "mill.eml").write_bytes(mail.as_bytes())
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        assert len(assistant.status().documents) == 2
        answer = assistant.ask("Who is the author or sender?", sources=["mill.eml"])
    assert [citation.quote for citation in answer.citations] == [
        "From: Ida Berg <ida@post.example>"
    ]


def test_a_greeting_gets_one_line_and_is_no_answer(sample: Assistant) -> None:
    answer = sample.ask("Hello!")
    assert answer.text == "Ask a question about your documents."
    assert answer.kind == "reply"
    assert not answer.answered
    assert not answer.citations


def test_a_question_to_an_empty_folder_is_reported_until_something_is_there(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        assert "no documents" in assistant.ask("When does the kettle boil?").text
        assert not assistant.is_indexed()
        (corpus / "kettle.txt").write_text("The kettle boils at noon.", encoding="utf-8")
        assistant.index()
        assert assistant.is_indexed()
        assert assistant.ask("When does the kettle boil?").answered


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00\x1b"])
def test_an_empty_question_is_an_error(sample: Assistant, question: str) -> None:
    with pytest.raises(AskdocsError, match="empty"):
        sample.ask(question)


def test_an_unknown_document_is_an_error(sample: Assistant) -> None:
    with pytest.raises(CorpusError, match=r"no document 'none\.txt'"):
        sample.document("none.txt")


def test_many_threads_get_the_answers_that_one_would(sample: Assistant) -> None:
    questions = [
        "what did Zehri warn?",
        "When is the lamp lit?",
        "How many bicycles were lost?",
    ] * 4
    alone = {question: sample.ask(question) for question in set(questions)}
    found: list[tuple[str, Answer]] = []
    threads = [
        threading.Thread(target=lambda q=question: found.append((q, sample.ask(q))))
        for question in questions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(questions)
    assert all(answer == alone[question] for question, answer in found)


def test_closing_frees_the_index_and_the_next_call_opens_it_again(tmp_path: Path) -> None:
    config = Config(corpus=ROOT / "corpus", index=tmp_path / "index")
    first, second = Assistant(config), Assistant(config)
    first.index()
    with pytest.raises(IndexBusyError, match="in use by process"):
        second.search("lamp")
    first.close()
    assert second.search("lamp")
    second.close()
    with first:
        assert first.search("lamp")


def test_the_retriever_and_the_plain_vector_store_see_the_same_index(tmp_path: Path) -> None:
    import chromadb
    from llama_index.core.vector_stores.types import VectorStoreQuery
    from llama_index.vector_stores.chroma import ChromaVectorStore

    config = Config(corpus=ROOT / "corpus", index=tmp_path / "index")
    with Assistant(config) as assistant:
        assistant.index()
        nodes = assistant.as_retriever(top_k=3).retrieve("fog horn")
        passage = assistant.search("fog horn", top_k=1)[0].passage
        vector = assistant.embedder.embed_question("fog horn")
    assert nodes[0].node.node_id == passage.id
    assert nodes[0].node.start_char_idx == passage.start
    client = chromadb.PersistentClient(str(config.index / "chroma"))
    collection = client.get_collection("askdocs", embedding_function=None)
    found = ChromaVectorStore(chroma_collection=collection).query(
        VectorStoreQuery(query_embedding=[float(value) for value in vector], similarity_top_k=3)
    )
    assert found.nodes is not None
    assert passage.id in {node.node_id for node in found.nodes}
    node = next(node for node in found.nodes if node.node_id == passage.id)
    assert node.get_content() == passage.text
    assert node.metadata["source"] == passage.source
    client.close()


def test_the_progress_of_indexing_is_reported_to_all(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("The kettle is red.\n")
    told = []
    with Assistant(Config(corpus=tmp_path / "corpus", index=tmp_path / "index")) as assistant:
        assistant.index(on_progress=lambda progress: told.append((progress, assistant.progress)))
        assert told
        assert all(each == noted for each, noted in told)
        assert assistant.progress is None


def test_the_revision_changes_when_documents_do(corpus: Path, tmp_path: Path) -> None:
    (corpus / "tea.md").write_text("Tea is grown in Yunnan.\n")
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        seen = [assistant.revision()]
        assistant.index()
        seen.append(assistant.revision())
        assistant.index()
        assert assistant.revision() == seen[-1]
        (corpus / "tea.md").write_text("Tea is grown in Assam.\n")
        assistant.index()
        seen.append(assistant.revision())
        (corpus / "tea.md").rename(corpus / "leaf.md")
        assistant.index()
        seen.append(assistant.revision())
        assert len(set(seen)) == len(seen)

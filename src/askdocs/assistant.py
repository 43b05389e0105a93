"""The Assistant that programs, the command line and the page use."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from askdocs.answering import pipeline, retrieval
from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.questions.question import LONGEST_QUESTION, normalise_question, parse
from askdocs.answering.routing import find_candidates
from askdocs.answering.stream import Stream
from askdocs.config import Config
from askdocs.documents.scan import scan
from askdocs.documents.titles import readable_title
from askdocs.errors import AskdocsError, CorpusError
from askdocs.guide.folder import READ
from askdocs.guide.outline import outline_of
from askdocs.guide.questions import questions_of
from askdocs.index.activity import Tracker
from askdocs.index.catalog import IndexState
from askdocs.index.doctor import Diagnosis, Repair, diagnose, repair
from askdocs.index.fingerprint import check_fingerprint, fingerprint
from askdocs.index.folder import index_bytes
from askdocs.index.recovery import move_vectors
from askdocs.index.session import OpenIndex
from askdocs.index.sync.plan import plan_sync, planned_changes
from askdocs.index.sync.run import add_documents, sync
from askdocs.interface import AssistantInterface
from askdocs.models.embedders import ENGLISH_SPEC, MULTILINGUAL_SPEC, Embedder
from askdocs.resources import Models, Resources
from askdocs.search.filters import Filters
from askdocs.search.find import find_words, group_hits
from askdocs.system.files import same_place
from askdocs.types import (
    Activity,
    AskOptions,
    Changes,
    Check,
    Document,
    Guide,
    Hit,
    Progress,
    ProgressListener,
    SearchResult,
    Status,
    SuggestedQuestion,
    Turn,
)

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.retrievers import BaseRetriever

MOST_BY_MEANING = 60  # passages that a semantic search returns


class Assistant(AssistantInterface):
    """Answers questions from a folder of documents. It can be used from any thread.

    The index is opened and locked against other processes when it is first needed. `close`, or the
    end of a `with` block, releases it. If the vectors are at a Chroma server, only writing
    needs the lock, and any number of processes can answer from the index.

    Args:
        config: The settings; the defaults if None.
        embedder: A LlamaIndex `BaseEmbedding` that replaces the setting `embedder`.
        llm: A LlamaIndex `LLM` that replaces the setting `llm`.
        models: The `models` of another assistant, so that each is loaded only once.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        embedder: Any = None,
        llm: Any = None,
        models: Models | None = None,
    ) -> None:
        self._resources = Resources(config or Config(), embedder=embedder, llm=llm, models=models)
        self._sync_guard = threading.Lock()
        self._tracker = Tracker()
        self.progress: Progress | None = None  # of the indexing that is running

    @property
    def config(self) -> Config:
        return self._resources.config

    @property
    def address(self) -> str:
        """The URL of the page of this assistant; "" if it is not served."""
        return self._resources.address

    @property
    def token(self) -> str:
        """The secret that other processes send to use this one."""
        return self._resources.token

    @property
    def embedder(self) -> Embedder:
        """The embedding model. It is loaded when it is first used."""
        return self._resources.embedder

    @property
    def models(self) -> Models:
        """The models that are loaded; another assistant can share them."""
        return self._resources.models

    @property
    def has_llm(self) -> bool:
        return self._resources.has_llm

    def close(self) -> None:
        """Close the index and release its lock. The next call opens it again."""
        self._resources.close()

    def announce(self, address: str) -> None:
        """Write next to the lock that this process serves the index at a URL.

        Args:
            address: The URL, as in http://127.0.0.1:7860.
        """
        self._resources.announce(address)

    def keep_vectors_apart(self) -> None:
        """Keep the vectors in a separate process, if they are not open yet.

        While Chroma writes vectors, no other Python code of its process runs: a server could not
        answer.
        """
        self._resources.vectors_in_worker = True

    # The folder

    def index(
        self,
        *,
        on_progress: ProgressListener | None = None,
        dry_run: bool = False,
        rebuild: bool = False,
        ray: str = "",
        recheck: Sequence[str] = (),
    ) -> Changes:
        with self._sync_guard, self._reporting(on_progress or _ignore) as listener:
            if not dry_run:
                self._resources.open_lock()
            sampled = self._resources.choose_models(rebuild=rebuild)
            if rebuild and not dry_run:
                scan(self.config.corpus, exclude=self.config.index)
                self._resources.fingerprint()
                self._resources.delete_index_content()
            catalog = self._resources.open_catalog()
            check_fingerprint(catalog, self._resources.fingerprint())
            if dry_run:
                plan = plan_sync(self.config, catalog, on_progress=listener)
                return planned_changes(plan, catalog)
            if sampled:
                catalog.set_state(language_sample=str(sampled))
            if recheck:
                catalog.mark_for_rereading(recheck)
            with self._resources.embedding(ray) as embedder:
                vectors = self._resources.open_vectors()
                return sync(
                    OpenIndex(self.config, catalog, vectors, embedder, listener, self._tracker)
                )

    @contextmanager
    def _reporting(self, on_progress: ProgressListener) -> Iterator[ProgressListener]:
        """Yield a listener that also updates `progress`, and runs in one thread at a time."""
        turn = threading.Lock()
        self.progress = Progress("scan", 0, 0)

        def listen(progress: Progress) -> None:
            with turn:
                self.progress = progress
                on_progress(progress)

        try:
            yield listen
        finally:
            self.progress = None

    def activity(self) -> Activity | None:
        """Return what the indexing in this process is doing; None if it is not running."""
        return self._tracker.activity() if self.progress is not None else None

    def is_indexed(self) -> bool:
        catalog = self._resources.open_catalog()
        return bool(catalog.state().sync_started_ns) and bool(catalog.count_passages())

    def check_index(self) -> None:
        """Check that the index can be brought up to date with the current settings.

        Raises:
            IndexBusyError: Another process writes to it.
            IndexMismatchError: It was made with other settings, or is damaged.
            VectorsUnavailableError: The Chroma server does not answer.
        """
        with self._resources.guard:
            self._resources.open_lock()
            catalog = self._resources.open_catalog()
            if not catalog.is_new():
                check_fingerprint(catalog, self._resources.fingerprint())
                self._resources.open_vectors().count()

    def check_folder(self) -> None:
        other = Path(self._resources.open_catalog().state().corpus or self.config.corpus)
        if other.is_dir() and not same_place(other, self.config.corpus):
            raise CorpusError(
                f"The index {self.config.index} contains the documents of {other}, not those"
                f" of {self.config.corpus}. Use another index for these with --index, or replace"
                " the documents with `askdocs index`."
            )

    def status(self) -> Status:
        catalog = self._resources.open_catalog()
        state = catalog.state()
        return Status(
            corpus=str(self.config.corpus),
            index=str(self.config.index),
            embedder=state.embedder,
            models=self._models(state),
            documents=tuple(catalog.document_records()),
            failed=tuple(catalog.failures()),
            passages=catalog.count_passages(),
            bytes=index_bytes(self.config.index),
            vectors=state.vectors or self.config.vectors,
            unread=state.files_pending,
            pending=catalog.count_pending(),
            activity=self.activity(),
        )

    def _models(self, state: IndexState) -> str:
        """Return the built-in models of the index, in words; "" if another embedder is set."""
        spec = state.embedder.rpartition(":")[0]
        name = {ENGLISH_SPEC: "english", MULTILINGUAL_SPEC: "multilingual"}.get(spec, "")
        why = state.language_sample if self.config.models == "auto" else ""
        return f"{name} ({why})" if name and why else name

    def count_documents(self) -> int:
        """Return the number of documents in the index. It is cheaper than `status`."""
        return self._resources.open_catalog().count_documents()

    def sources(self) -> list[str]:
        """Return the names of the documents in the index. It is cheaper than `status`."""
        return self._resources.open_catalog().sources()

    def revision(self) -> str:
        """Return a cheap revision token, which changes when the documents change."""
        catalog = self._resources.open_catalog()
        return f"{catalog.state().changed_ns or ''}-{catalog.count_passages()}"

    def document(self, source: str) -> Document:
        document = self._resources.open_catalog().document(source)
        if document is None:
            raise CorpusError(f"There is no document {source!r} in the index.")
        return document

    def guide(self, *, sources: Sequence[str] | None = None, most: int = READ) -> Guide:
        catalog = self._resources.open_catalog()
        within = None if sources is None else catalog.sources(sources)
        return self._resources.guides.folder(catalog, sources=within, most=most)

    def suggested_questions(self, source: str) -> tuple[SuggestedQuestion, ...]:
        """Return questions that a document should answer. Whether it does is not checked.

        Args:
            source: The document.

        Raises:
            CorpusError: There is no such document in the index.
        """
        document = self.document(source)
        return questions_of(document, outline_of(document, readable_title(source, document.title)))

    def diagnose(self) -> Diagnosis:
        """Check the whole index. It is closed first.

        Returns:
            The problems found, each with the command that repairs it.

        Raises:
            VectorsUnavailableError: The Chroma server does not answer.
        """
        with self._sync_guard, self._resources.guard:
            self.close()
            self._resources.open_lock()
            return diagnose(self.config, self.embedder)

    def repair(self, *, on_progress: ProgressListener | None = None) -> Repair:
        """Repair what `diagnose` finds. Only texts whose vectors are lost are embedded again.

        Args:
            on_progress: Called with the progress.

        Returns:
            The problems before and after, and the number of texts that were embedded.

        Raises:
            CorpusError: Documents have to be read again, but their folder is missing or empty.
            IndexMismatchError: The index was made with other settings.
        """
        with self._sync_guard, self._resources.guard:
            self.close()
            self._resources.open_lock()
            with self._resources.embedding() as embedder:
                return repair(self.config, embedder, on_progress=on_progress or _ignore)

    def move(self, vectors: str, *, on_progress: ProgressListener | None = None) -> int:
        """Move the vectors to another store, without embedding anything again.

        Args:
            vectors: The new value of the setting `vectors`, which has to be set from then on.
            on_progress: Called with the progress.

        Returns:
            The number of passages moved.

        Raises:
            ConfigError: The vectors are in that collection already.
            VectorsUnavailableError: A Chroma server does not answer.
        """
        with self._sync_guard, self._resources.guard:
            self._resources.open_lock()
            catalog = self._resources.open_catalog()
            now = replace(self.config, vectors=catalog.state().vectors or self.config.vectors)
            target = replace(self.config, vectors=vectors)
            check_fingerprint(catalog, fingerprint(now, self.embedder))
            if now.vectors == target.vectors:
                return 0
            self._resources.close_vectors()
            listener = on_progress or _ignore
            with self._resources.embedding() as embedder:
                moved = move_vectors(now, target, catalog, embedder, on_progress=listener)
            self._resources.config = target
            return moved

    def index_documents(
        self, documents: Iterable[Document], *, on_progress: ProgressListener | None = None
    ) -> Changes:
        """Add given Documents to the index, without reading files.

        The next `index` removes those that are not in the folder.

        Args:
            documents: The documents. A document with a known source replaces the old one.
            on_progress: Called with the progress.

        Returns:
            What was added and changed.

        Raises:
            CorpusError: A document has no source, the source of a part of a file, or a text that
                is not valid Unicode.
        """
        with self._sync_guard:
            self._resources.open_lock()
            catalog = self._resources.open_catalog()
            check_fingerprint(catalog, self._resources.fingerprint())
            vectors, listener = self._resources.open_vectors(), on_progress or _ignore
            with self._resources.embedding() as embedder:
                index = OpenIndex(self.config, catalog, vectors, embedder, listener)
                return add_documents(documents, index)

    # Questions

    def search(
        self, query: str, *, top_k: int = 8, sources: Sequence[str] | None = None
    ) -> list[Hit]:
        if top_k < 1:
            raise AskdocsError(f"top_k must be at least 1, not {top_k}.")
        return retrieval.find(
            self._resources, [normalise_question(query)], limit=top_k, sources=sources
        )

    def find(
        self,
        query: str,
        *,
        by: Literal["words", "meaning"] = "words",
        filters: Filters | None = None,
        start: int = 0,
        documents: int = 20,
        each: int = 5,
    ) -> SearchResult:
        catalog = self._resources.open_catalog()
        within = filters.within(catalog, self._resources.days) if filters else None
        page = {"start": max(start, 0), "documents": documents, "each": each}
        if by == "words":
            return find_words(catalog, query[:LONGEST_QUESTION], within=within, **page)
        hits = retrieval.find(
            self._resources,
            [normalise_question(query)],
            limit=MOST_BY_MEANING,
            sources=within,
        )
        return group_hits(query, hits, **page)

    def _stream(self, question: str, options: AskOptions) -> Stream:
        return Stream(lambda: pipeline.stream_answer(self._resources, question, options))

    def consider(
        self, question: str, *, history: Sequence[Turn] = (), sources: Sequence[str] | None = None
    ) -> RetrievalResult:
        """Search and rank passages for a question, without writing an answer.

        This is for evaluation, and for programs that write their own answers.

        Args:
            question: The question.
            history: The conversation before it, oldest first.
            sources: The documents to search; None for all.

        Returns:
            The queries, the passages found and the candidate sentences, best first.
        """
        return find_candidates(
            self._resources, parse(question, history), history=history, sources=sources
        )

    def check(
        self,
        text: str,
        *,
        sources: Sequence[str] | None = None,
        on_progress: ProgressListener | None = None,
    ) -> Check:
        return pipeline.check(
            self._resources, text, sources=sources, on_progress=on_progress or _ignore
        )

    # LlamaIndex

    def as_retriever(self, *, top_k: int = 8) -> BaseRetriever:
        """Return a LlamaIndex retriever.

        Args:
            top_k: How many passages it returns, the best ones.
        """
        from askdocs.integrations.llama_index import AskdocsRetriever

        return AskdocsRetriever(self, top_k=top_k)

    def as_query_engine(self) -> BaseQueryEngine:
        """Return a LlamaIndex query engine. Its responses are answers with their citations."""
        from askdocs.integrations.llama_index import AskdocsQueryEngine

        return AskdocsQueryEngine(self)


def _ignore(progress: Progress) -> None:
    """Do nothing with the progress."""

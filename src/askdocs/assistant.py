"""Assistant: what a program, the command line and the page call."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from askdocs.answering import pipeline
from askdocs.answering.ranking import Considered
from askdocs.answering.stream import Stream
from askdocs.config import Config
from askdocs.documents.scan import scan
from askdocs.errors import AskdocsError, CorpusError
from askdocs.index.doctor import Diagnosis, Repair, diagnose, repair
from askdocs.index.fingerprint import check_fingerprint, fingerprint
from askdocs.index.folder import index_bytes
from askdocs.index.sync.plan import plan_sync, planned_changes
from askdocs.index.sync.run import CHANGED, FOLDER, add_documents, sync
from askdocs.index.vectors.repair import move_vectors
from askdocs.models.embedders import Embedder
from askdocs.resources import Parts
from askdocs.system.files import same_place
from askdocs.types import (
    Answer,
    Changes,
    Document,
    Hit,
    Progress,
    ProgressListener,
    Status,
    Turn,
)

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.retrievers import BaseRetriever


class Assistant:
    """Answers questions from a folder of documents; usable from any thread.

    The index is opened, and locked against other processes, when it is first needed; `close`
    frees it. Where the vectors are at a server, only what writes the index needs the lock: any
    number of processes answer from it meanwhile. `embedder` may be a LlamaIndex `BaseEmbedding`,
    `llm` a LlamaIndex `LLM`; each takes the place of the setting.
    """

    def __init__(
        self, config: Config | None = None, *, embedder: Any = None, llm: Any = None
    ) -> None:
        self._parts = Parts(config or Config(), embedder=embedder, llm=llm)
        self._sync_guard = threading.Lock()
        self.progress: Progress | None = None  # how far the indexing under way has come

    @property
    def config(self) -> Config:
        return self._parts.config

    @property
    def token(self) -> str:
        """What other processes show to be let in."""
        return self._parts.token

    @property
    def embedder(self) -> Embedder:
        """The embedding model, loaded when it is first needed."""
        return self._parts.embedder

    @property
    def has_llm(self) -> bool:
        """Whether a language model is set, be it within reach or not."""
        return self._parts.has_llm

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index and free its lock. The next call opens it again."""
        self._parts.close()

    def announce(self, address: str) -> None:
        """Tell other processes, by the lock of the index, that this one answers at `address`."""
        self._parts.announce(address)

    # The folder

    def index(
        self,
        *,
        on_progress: ProgressListener | None = None,
        dry_run: bool = False,
        rebuild: bool = False,
        ray: str = "",
    ) -> Changes:
        """Make the index equal to the folder; only what changed is loaded and embedded.

        With `dry_run` nothing is changed, and the Changes say what would be. `rebuild` forgets
        the index first, whatever settings it was made with, once the folder and the embedding
        model are known to be there. With `ray`, the address of a Ray cluster, its workers embed.
        Raises CorpusError for a folder that is missing or has become empty, IndexBusyError where
        another process holds the index, IndexMismatchError where it was made with other settings,
        ModelUnavailableError for an embedding model that cannot be had, VectorsUnavailableError for
        a Chroma server that is away, ConfigError for `ray` beside an `embedder` that was given.
        """
        with self._sync_guard, self._telling(on_progress or _ignore) as listener:
            if not dry_run:
                self._parts.open_lock()
            if rebuild and not dry_run:
                scan(self.config.corpus, leave_out=self.config.index)
                self._parts.fingerprint()
                self._parts.forget_index()
            catalog = self._parts.open_catalog()
            check_fingerprint(catalog, self._parts.fingerprint())
            if dry_run:
                plan = plan_sync(self.config, catalog, on_progress=listener)
                return planned_changes(plan, catalog)
            with self._parts.embedding(ray) as embedder:
                vectors = self._parts.open_vectors()
                return sync(self.config, catalog, vectors, embedder, on_progress=listener)

    @contextmanager
    def _telling(self, on_progress: ProgressListener) -> Iterator[ProgressListener]:
        """The listener, which also notes `progress` as long as something is done.

        Reading and embedding tell it from two threads: it hears one after the other.
        """
        turn = threading.Lock()

        def listen(progress: Progress) -> None:
            with turn:
                self.progress = progress
                on_progress(progress)

        try:
            yield listen
        finally:
            self.progress = None

    def is_indexed(self) -> bool:
        """Whether an index has been made before, and not of an empty folder."""
        catalog = self._parts.open_catalog()
        return bool(catalog.meta().get("sync_started_ns")) and bool(catalog.count())

    def check_folder(self) -> None:
        """Raises CorpusError where the index is of another folder, and that one is still there."""
        other = Path(self._parts.open_catalog().meta().get(FOLDER, self.config.corpus))
        if other.is_dir() and not same_place(other, self.config.corpus):
            raise CorpusError(
                f"The index {self.config.index} holds the documents of {other}, not those of"
                f" {self.config.corpus}. Give these an index of their own with --index, or put them"
                " in the place of the others with `askdocs index`."
            )

    def status(self) -> Status:
        """What is indexed, with which model, and what could not be read."""
        catalog = self._parts.open_catalog()
        return Status(
            corpus=str(self.config.corpus),
            index=str(self.config.index),
            embedder=catalog.meta().get("embedder", ""),
            documents=tuple(catalog.records()),
            failed=tuple(catalog.failures()),
            passages=catalog.count(),
            bytes=index_bytes(self.config.index),
            vectors=catalog.meta().get("vectors", self.config.vectors),
        )

    def revision(self) -> str:
        """A word that changes when documents do, also while they are indexed; costs no reading."""
        catalog = self._parts.open_catalog()
        return f"{catalog.meta().get(CHANGED, '')}-{catalog.count()}"

    def document(self, source: str) -> Document:
        """The stored document. Raises CorpusError for a source that is not in the index."""
        document = self._parts.open_catalog().document(source)
        if document is None:
            raise CorpusError(f"There is no document {source!r} in the index.")
        return document

    def diagnose(self) -> Diagnosis:
        """What is wrong with the index, and what mends it. The index is closed first."""
        with self._sync_guard, self._parts.guard:
            self.close()
            self._parts.open_lock()
            return diagnose(self.config, self.embedder)

    def repair(self, *, on_progress: ProgressListener | None = None) -> Repair:
        """Mend what `diagnose` finds; only texts whose vectors are lost are embedded again."""
        with self._sync_guard, self._parts.guard:
            self.close()
            self._parts.open_lock()
            with self._parts.embedding() as embedder:
                return repair(self.config, embedder, on_progress=on_progress or _ignore)

    def move(self, vectors: str, *, on_progress: ProgressListener | None = None) -> int:
        """Move the vectors to `vectors`, a value of that setting, embedding nothing again.

        The number of passages moved. From then on the setting has to be that value.
        """
        with self._sync_guard, self._parts.guard:
            self._parts.open_lock()
            catalog = self._parts.open_catalog()
            now = replace(self.config, vectors=catalog.meta().get("vectors", self.config.vectors))
            target = replace(self.config, vectors=vectors)
            check_fingerprint(catalog, fingerprint(now, self.embedder))
            if now.vectors == target.vectors:
                return 0
            self._parts.close_vectors()
            listener = on_progress or _ignore
            with self._parts.embedding() as embedder:
                moved = move_vectors(now, target, catalog, embedder, on_progress=listener)
            self._parts.config = target
            return moved

    def index_documents(
        self, documents: Iterable[Document], *, on_progress: ProgressListener | None = None
    ) -> Changes:
        """Index Documents that are given instead of loaded, beside what the index holds.

        One whose source is known takes the place of the old one. The next `index` removes those
        that the folder does not hold.
        """
        with self._sync_guard:
            self._parts.open_lock()
            catalog = self._parts.open_catalog()
            check_fingerprint(catalog, self._parts.fingerprint())
            vectors, listener = self._parts.open_vectors(), on_progress or _ignore
            with self._parts.embedding() as embedder:
                return add_documents(
                    documents, self.config, catalog, vectors, embedder, on_progress=listener
                )

    # Questions

    def search(
        self, query: str, *, top_k: int = 8, sources: Sequence[str] | None = None
    ) -> list[Hit]:
        """The passages that fit a query best. `sources` are names, folders or globs to look in.

        There are 100 at most. Raises AskdocsError for an empty query, CorpusError where `sources`
        match nothing, IndexMismatchError, IndexBusyError or VectorsUnavailableError where the index
        cannot be used, ModelUnavailableError where the embedding model cannot.
        """
        if top_k < 1:
            raise AskdocsError(f"top_k must be at least 1, not {top_k}.")
        return pipeline.find(self._parts, [pipeline.cleaned(query)], limit=top_k, sources=sources)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        sources: Sequence[str] | None = None,
        quotes: bool = False,
        insist: bool = False,
    ) -> Answer:
        """An Answer, or one that says that there is none.

        It is written by the language model if one is set, and else, or with `quotes`, made of
        quoted sentences. `history` are the turns before, oldest first. A question that the
        documents do not seem to answer is refused, and sent to no model, unless you `insist`.
        Raises what `search` does.
        """
        stream = self.stream(
            question, history=history, sources=sources, quotes=quotes, insist=insist
        )
        for _ in stream:
            pass
        return stream.answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        sources: Sequence[str] | None = None,
        quotes: bool = False,
        insist: bool = False,
    ) -> Stream:
        """The text of the answer piece by piece; `.answer` holds the Answer when it has ended.

        A piece may be empty, while a model is silent. What was streamed is not the answer where a
        model failed midway: `.answer` is, and says so.
        """
        return Stream(
            lambda: pipeline.told(
                self._parts, question,
                history=history, sources=sources, quotes=quotes, insist=insist,
            )
        )  # fmt: skip

    def consider(
        self, question: str, *, history: Sequence[Turn] = (), sources: Sequence[str] | None = None
    ) -> Considered:
        """What a question was searched as, the passages found, and the sentences that may answer.

        This is all that an answer is made from; it is for measuring, and for answers of one's own.
        """
        return pipeline.consider(self._parts, question, history=history, sources=sources)

    # LlamaIndex

    def as_retriever(self, *, top_k: int = 8) -> BaseRetriever:
        """A LlamaIndex retriever over this index."""
        from askdocs.integrations.llama_index import AskdocsRetriever

        return AskdocsRetriever(self, top_k=top_k)

    def as_query_engine(self) -> BaseQueryEngine:
        """A LlamaIndex query engine whose responses are our answers, with their sources."""
        from askdocs.integrations.llama_index import AskdocsQueryEngine

        return AskdocsQueryEngine(self)


def _ignore(progress: Progress) -> None:
    """Listen to nothing."""

"""Assistant: a folder, its index and the models, and the way from a question to an answer."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from askdocs.answer import answer_with_quotes
from askdocs.catalog import Catalog
from askdocs.choose import Candidate, Considered, choose, covers
from askdocs.config import Config
from askdocs.converse import Understood, small_talk, understand
from askdocs.doctor import Diagnosis, Repair, diagnose, repair
from askdocs.embed import Embedder, LlamaIndexEmbedder, load_embedder
from askdocs.embed_ray import RayEmbedder
from askdocs.errors import (
    AskdocsError,
    ConfigError,
    CorpusError,
    IndexMismatchError,
    ModelUnavailableError,
)
from askdocs.fingerprint import check_fingerprint, fingerprint
from askdocs.language_model import LanguageModel
from askdocs.llm import LlamaIndexModel, load_llm
from askdocs.lock import IndexLock
from askdocs.mend import move_vectors
from askdocs.overview import MOST_DOCUMENTS, PASSAGES_EACH, named, overview
from askdocs.plan import plan_sync, planned_changes
from askdocs.prose import write_answer
from askdocs.reader import OnnxReader, Reader
from askdocs.retrieve import retrieve
from askdocs.stream import Stream
from askdocs.sync import add_documents, delete_index, sync
from askdocs.topics import asks_for_overview, topic_of
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
from askdocs.vectors import VectorStore, open_vectors
from askdocs.verify import Verifier

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.retrievers import BaseRetriever

LONGEST_QUESTION = 2000  # characters; the rest of a longer one is not read
_LOCK_SECONDS = 5.0
_WORDS_A_PIECE = 4  # of a streamed answer


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
        self.config = config or Config()
        self._given_llm = llm
        self._llm: LanguageModel | None = None
        self._given_embedder = embedder
        self._guard = threading.RLock()
        self._sync_guard = threading.Lock()
        self._lock: IndexLock | None = None
        self._address = ""
        self.token = secrets.token_urlsafe(24)  # what other processes show to be let in
        self._catalog: Catalog | None = None
        self._vectors: VectorStore | None = None
        self.progress: Progress | None = None  # how far the indexing under way has come
        self._embedder: Embedder | None = None
        self._reader: Reader | None = None

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
        with self._guard:
            if self._catalog:
                self._catalog.close()
            if self._vectors:
                self._vectors.close()
            if self._lock:
                self._lock.release()
            self._catalog = self._vectors = self._lock = None

    def announce(self, address: str) -> None:
        """Tell other processes, by the lock of the index, that this one answers at `address`."""
        with self._guard:
            self._address = address
            self._lock_to_read()
            self._note_owner()

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
        the index first, whatever settings it was made with. With `ray`, the address of a Ray
        cluster, its workers embed.
        """
        with self._sync_guard, self._telling(on_progress or _ignore) as listener:
            if not dry_run:
                self._open_lock()
            if rebuild and not dry_run:
                self._forget_index()
            catalog = self._open_catalog()
            check_fingerprint(catalog, self._fingerprint())
            if dry_run:
                plan = plan_sync(self.config, catalog, on_progress=listener)
                return planned_changes(plan, catalog)
            with self._embedding(ray) as embedder:
                return sync(
                    self.config, catalog, self._open_vectors(), embedder, on_progress=listener
                )

    @contextmanager
    def _telling(self, on_progress: ProgressListener) -> Iterator[ProgressListener]:
        """The listener, which also notes `progress` as long as something is done."""

        def listen(progress: Progress) -> None:
            self.progress = progress
            on_progress(progress)

        try:
            yield listen
        finally:
            self.progress = None

    def is_indexed(self) -> bool:
        """Whether an index has been made before, and not of an empty folder."""
        catalog = self._open_catalog()
        return bool(catalog.meta().get("sync_started_ns")) and bool(catalog.count())

    def status(self) -> Status:
        """What is indexed, with which model, and what could not be read."""
        catalog = self._open_catalog()
        files = (path for path in self.config.index.rglob("*") if path.is_file())
        return Status(
            corpus=str(self.config.corpus),
            index=str(self.config.index),
            embedder=catalog.meta().get("embedder", ""),
            documents=tuple(catalog.records()),
            failed=tuple(catalog.failures()),
            passages=catalog.count(),
            bytes=sum(path.stat().st_size for path in files),
            vectors=catalog.meta().get("vectors", self.config.vectors),
        )

    def document(self, source: str) -> Document:
        """The stored document. Raises CorpusError for a source that is not in the index."""
        document = self._open_catalog().document(source)
        if document is None:
            raise CorpusError(f"There is no document {source!r} in the index.")
        return document

    def diagnose(self) -> Diagnosis:
        """What is wrong with the index, and what mends it. The index is closed first."""
        with self._sync_guard, self._guard:
            self.close()
            self._open_lock()
            return diagnose(self.config, self.embedder)

    def repair(self, *, on_progress: ProgressListener | None = None) -> Repair:
        """Mend what `diagnose` finds; only texts whose vectors are lost are embedded again."""
        with self._sync_guard, self._guard:
            self.close()
            self._open_lock()
            return repair(self.config, self.embedder, on_progress=on_progress or _ignore)

    def move(self, vectors: str, *, on_progress: ProgressListener | None = None) -> int:
        """Move the vectors to `vectors`, a value of that setting, embedding nothing again.

        The number of passages moved. From then on the setting has to be that value.
        """
        with self._sync_guard, self._guard:
            self._open_lock()
            catalog = self._open_catalog()
            now = replace(self.config, vectors=catalog.meta().get("vectors", self.config.vectors))
            target = replace(self.config, vectors=vectors)
            check_fingerprint(catalog, fingerprint(now, self.embedder))
            if now.vectors == target.vectors:
                return 0
            if self._vectors:
                self._vectors.close()
                self._vectors = None
            listener = on_progress or _ignore
            moved = move_vectors(now, target, catalog, self.embedder, on_progress=listener)
            self.config = target
            return moved

    def index_documents(
        self, documents: Iterable[Document], *, on_progress: ProgressListener | None = None
    ) -> Changes:
        """Index Documents that are given instead of loaded, beside what the index holds.

        One whose source is known takes the place of the old one. The next `index` removes those
        that the folder does not hold.
        """
        with self._sync_guard:
            self._open_lock()
            catalog = self._open_catalog()
            check_fingerprint(catalog, self._fingerprint())
            return add_documents(
                documents, self.config, catalog, self._open_vectors(), self.embedder,
                on_progress=on_progress or _ignore,
            )  # fmt: skip

    # Questions

    def search(
        self, query: str, *, top_k: int = 8, sources: Sequence[str] | None = None
    ) -> list[Hit]:
        """The passages that fit a query best. `sources` are names, folders or globs to look in.

        Raises AskdocsError for an empty query, CorpusError where `sources` match nothing.
        """
        return self._retrieve([_cleaned(query)], limit=top_k, sources=sources)

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
        Raises AskdocsError for an empty question.
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
        return Stream(lambda: self._told(question, history, sources, quotes, insist))

    def consider(
        self, question: str, *, history: Sequence[Turn] = (), sources: Sequence[str] | None = None
    ) -> Considered:
        """What a question was searched as, the passages found, and the sentences that may answer.

        This is all that an answer is made from; it is for measuring, and for answers of one's own.
        """
        asked = self._understood(question, history)
        if asks_for_overview(asked.read_as):
            return self._overview(question, sources)
        topic = topic_of(asked.read_as)
        queries = (topic,) if topic else asked.queries
        hits = self._retrieve(queries, limit=self.config.passages_read, sources=sources)
        candidates: list[Candidate] = []
        if hits:
            rare_words = self._open_catalog().rare_words(queries[-1])
            candidates = choose(asked.read_as, hits, rare_words, self.embedder, self._open_reader())
        return Considered(question, queries, tuple(hits), tuple(candidates))

    # LlamaIndex

    def as_retriever(self, *, top_k: int = 8) -> BaseRetriever:
        """A LlamaIndex retriever over this index."""
        from askdocs.interop import AskdocsRetriever

        return AskdocsRetriever(self, top_k=top_k)

    def as_query_engine(self) -> BaseQueryEngine:
        """A LlamaIndex query engine whose responses are our answers, with their sources."""
        from askdocs.interop import AskdocsQueryEngine

        return AskdocsQueryEngine(self)

    # The way from a question to an answer

    def _told(
        self,
        question: str,
        history: Sequence[Turn],
        sources: Sequence[str] | None,
        quotes: bool,
        insist: bool,
    ) -> Generator[str, None, Answer]:
        """The text of an answer as it comes; it returns the Answer."""
        began = time.monotonic()
        asked = _cleaned(question)
        reply = small_talk(asked)
        if reply:
            yield reply
            return Answer(asked, reply, answered=True, confidence=1.0)
        considered = self.consider(asked, history=history, sources=sources)
        answer = self._quoted(considered, 0.0 if insist else self.config.minimum_confidence)
        if answer.answered and self.has_llm and not quotes:
            answer = yield from self._written(considered, answer)
        else:
            yield from _in_pieces(answer.text)
        return replace(answer, seconds=round(time.monotonic() - began, 3))

    def _written(self, considered: Considered, quoted: Answer) -> Generator[str, None, Answer]:
        """The answer in the words of the language model; the quotes where it has none."""
        try:
            model = self._open_llm()
        except ModelUnavailableError as error:
            return replace(quoted, notice=f"{error} These are quotes instead.")
        return (
            yield from write_answer(
                considered,
                quoted,
                model,
                Verifier(self.embedder),
                remove_unsupported=self.config.unsupported == "remove",
            )
        )

    def _quoted(self, considered: Considered, minimum_confidence: float) -> Answer:
        if not considered.hits and not self._open_catalog().count():
            text = f"There are no documents yet. Put some into {self.config.corpus} and ask again."
            return Answer(considered.question, text, searched_for=considered.searched_for)
        return answer_with_quotes(considered, minimum_confidence=minimum_confidence)

    def _understood(self, question: str, history: Sequence[Turn]) -> Understood:
        """What a question means in its conversation.

        One that only looks short stands alone if a passage holds every word that it has.
        """
        asked = understand(question, history)
        if not asked.surely:
            rare_words = self._open_catalog().rare_words(question)
            found = self._retrieve(asked.queries[:1], limit=1, sources=None)
            if len(rare_words) > 1 and found and covers(rare_words, found[0].passage.text):
                return understand(question, ())
        return asked

    def _overview(self, question: str, sources: Sequence[str] | None) -> Considered:
        """How the documents begin, or the first of them."""
        catalog = self._open_catalog()
        names = named(question, catalog.records(), set(catalog.sources(sources)))
        first = [catalog.passages_of(name)[:PASSAGES_EACH] for name in names[:MOST_DOCUMENTS]]
        return overview(question, first, len(names))

    def _retrieve(
        self, searched_for: Sequence[str], *, limit: int, sources: Sequence[str] | None
    ) -> list[Hit]:
        catalog = self._open_catalog()
        check_fingerprint(catalog, self._fingerprint())
        within = None if sources is None else catalog.sources(sources)
        return retrieve(
            searched_for,
            catalog,
            self._open_vectors(),
            self.embedder,
            limit=limit,
            sources=within,
        )

    # Parts, opened when they are first needed

    def _fingerprint(self) -> dict[str, str]:
        return fingerprint(self.config, self.embedder)

    def _open_catalog(self) -> Catalog:
        with self._guard:
            if self._catalog is None:
                self._lock_to_read()
                self._catalog = Catalog(self.config.index / "catalog.sqlite")
            return self._catalog

    def _open_vectors(self) -> VectorStore:
        with self._guard:
            if self._vectors is None:
                self._vectors = open_vectors(self.config, self._open_catalog().identity())
            return self._vectors

    @property
    def embedder(self) -> Embedder:
        """The embedding model, loaded when it is first needed."""
        with self._guard:
            if self._embedder is None:
                given = self._given_embedder
                self._embedder = (
                    load_embedder(self.config.embedder)
                    if given is None
                    else LlamaIndexEmbedder(given)
                )
            return self._embedder

    @contextmanager
    def _embedding(self, ray: str) -> Iterator[Embedder]:
        """The embedding model, run by the workers of a Ray cluster if an address is given."""
        if not ray:
            yield self.embedder
            return
        if self._given_embedder is not None:
            raise ConfigError("A cluster loads its model by the setting embedder; give none.")
        with RayEmbedder(self.config.embedder, ray, self.embedder) as embedder:
            yield embedder

    def _open_reader(self) -> Reader:
        with self._guard:
            if self._reader is None:
                self._reader = OnnxReader()
            return self._reader

    @property
    def has_llm(self) -> bool:
        """Whether a language model is set, be it within reach or not."""
        return self._given_llm is not None or self.config.llm != "none"

    def _open_llm(self) -> LanguageModel:
        with self._guard:
            if self._llm is None:
                seconds = self.config.llm_seconds
                self._llm = (
                    load_llm(self.config.llm, context=self.config.llm_context, seconds=seconds)
                    if self._given_llm is None
                    else LlamaIndexModel(self._given_llm, seconds=seconds)
                )
            return self._llm

    def _lock_to_read(self) -> None:
        """An embedded Chroma belongs to one process; one at a server serves many."""
        if self.config.served:
            self._make_folder()
        else:
            self._open_lock()

    def _make_folder(self) -> None:
        try:
            self.config.index.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CorpusError(
                f"The index folder {self.config.index} cannot be made"
                f" ({error.strerror or error}). Choose another with --index."
            ) from error

    def _open_lock(self) -> None:
        if self._lock is None:
            self._make_folder()
            lock = IndexLock(self.config.index)
            lock.acquire(wait=_LOCK_SECONDS)
            self._lock = lock
            self._note_owner()

    def _note_owner(self) -> None:
        if self._lock and self._address:
            doing = f"serving at {self._address}"
            self._lock.describe(doing, address=self._address, token=self.token)

    def _forget_index(self) -> None:
        """Delete the index, even one that is damaged.

        Where other processes may read it, it is emptied in its place.
        """
        with self._guard:
            if self.config.served:
                with suppress(IndexMismatchError):
                    self._open_catalog().forget()
                    return
            self.close()
            self._open_lock()
            delete_index(self.config.index)


def _in_pieces(text: str) -> Iterator[str]:
    pieces = text.split(" ")
    for start in range(0, len(pieces), _WORDS_A_PIECE):
        words = " ".join(pieces[start : start + _WORDS_A_PIECE])
        yield words if start == 0 else f" {words}"


def _cleaned(question: str) -> str:
    """A question fit to be searched: without control characters, not endless.

    Raises AskdocsError where nothing is left.
    """
    asked = "".join(character if character.isprintable() else " " for character in question)
    asked = " ".join(asked.split())[:LONGEST_QUESTION]
    if not any(character.isalnum() for character in asked):
        raise AskdocsError("The question is empty. Ask something about your documents.")
    return asked


def _ignore(progress: Progress) -> None:
    """Listen to nothing."""

"""What an Assistant opens on first use: lock, catalog, vectors and models."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from askdocs.config import Config
from askdocs.errors import ConfigError, CorpusError, IndexMismatchError
from askdocs.guide.days import Days
from askdocs.guide.folder import Guides
from askdocs.index.catalog import Catalog, readable_state
from askdocs.index.fingerprint import fingerprint as fingerprint_of
from askdocs.index.folder import (
    delete_index,
    delete_vectors,
    has_vectors,
    make_private_folder,
)
from askdocs.index.lock import IndexLock
from askdocs.index.sync.sample import LanguageSample, sample_languages
from askdocs.index.vectors.probe import check_store, wait_for_orphan
from askdocs.index.vectors.store import VectorStore
from askdocs.index.vectors.store import open_vectors as open_store
from askdocs.index.vectors.worker.client import WorkerVectorStore
from askdocs.llm.load import LlamaIndexModel, load_llm
from askdocs.llm.model import LanguageModel
from askdocs.models.cross_encoder import (
    EnglishSentenceScorer,
    MultilingualSentenceScorer,
    SentenceScorer,
)
from askdocs.models.embedder_ray import RayEmbedder
from askdocs.models.embedders import (
    ENGLISH_SPEC,
    HIDDEN_STATES,
    MULTILINGUAL_SPEC,
    Embedder,
    LlamaIndexEmbedder,
    OnnxEmbedder,
    load_embedder,
    release_worker,
)
from askdocs.models.order_detector import OrderDetector
from askdocs.models.reader import OnnxReader, Reader
from askdocs.models.verifier import ClaimScorer, OnnxClaimScorer, load_network

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_LOCK_SECONDS = 5.0


class Models:
    """The models of a process, each loaded on first use. Several assistants share them."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._llm_guard = threading.Lock()  # loading takes long; other models must not wait for it
        self._embedders: dict[tuple[str, str | None], Embedder] = {}
        self._reader: Reader | None = None
        self._network: InferenceSession | None = None
        self._sentence_scorer: SentenceScorer | None = None
        self._multilingual_scorer: SentenceScorer | None = None
        self._claim_scorer: ClaimScorer | None = None
        self._order_detector: OrderDetector | None = None
        self._llms: dict[tuple[Any, ...], LanguageModel] = {}

    def embedder(self, spec: str, key: str | None) -> Embedder:
        """An embedding model for one index. Indexes share the model, but not its worker."""
        key = None if spec in (ENGLISH_SPEC, MULTILINGUAL_SPEC) else key
        with self._guard:
            loaded = self._embedders.get((spec, key))
            if loaded is None:
                loaded = self._embedders[spec, key] = load_embedder(spec, key=key)
                return loaded
        return loaded.share() if isinstance(loaded, OnnxEmbedder) else loaded

    def reader(self) -> Reader:
        """The model that reads passages."""
        with self._guard:
            if self._reader is None:
                self._reader = OnnxReader()
            return self._reader

    def sentence_scorer(self) -> SentenceScorer:
        """The model that reranks the sentences of the best passages."""
        with self._guard:
            if self._sentence_scorer is None:
                self._sentence_scorer = EnglishSentenceScorer(self._loaded_network())
            return self._sentence_scorer

    def multilingual_scorer(self) -> SentenceScorer:
        """The model that scores sentences in other languages than English."""
        embedder = self.embedder(MULTILINGUAL_SPEC, None)
        assert isinstance(embedder, OnnxEmbedder)
        with self._guard:
            if self._multilingual_scorer is None:
                self._multilingual_scorer = MultilingualSentenceScorer(
                    embedder.session, HIDDEN_STATES
                )
            return self._multilingual_scorer

    def claim_scorer(self) -> ClaimScorer:
        """The model that verifies what a language model writes."""
        with self._guard:
            if self._claim_scorer is None:
                self._claim_scorer = OnnxClaimScorer(self._loaded_network())
            return self._claim_scorer

    def order_detector(self) -> OrderDetector:
        """What finds statements that carry out an order of a document."""
        embedder = self.embedder(ENGLISH_SPEC, None)
        with self._guard:
            if self._order_detector is None:
                self._order_detector = OrderDetector(embedder)
            return self._order_detector

    def _loaded_network(self) -> InferenceSession:
        """The network of the verifier. With its adapter it is the English sentence scorer."""
        if self._network is None:
            self._network = load_network()
        return self._network

    def llm(self, config: Config) -> LanguageModel:
        """The language model of these settings."""
        key = "" if "llm" in config.without_key else None
        settings = (config.llm, config.llm_context, config.llm_seconds, key)
        with self._llm_guard:
            if settings not in self._llms:
                context, seconds = config.llm_context, config.llm_seconds
                self._llms[settings] = load_llm(
                    config.llm, context=context, seconds=seconds, key=key
                )
            return self._llms[settings]


class Resources:
    """Opens each resource once, in whichever thread needs it first. `close` frees all but models.

    Args:
        config: The settings.
        embedder: A LlamaIndex embedding that replaces the one of the settings, or None.
        llm: A LlamaIndex language model that replaces the one of the settings, or None.
        models: The models of the process; by default new ones.

    Attributes:
        token: The secret that other processes send to be admitted.
        address: Where this process answers others; "" if it does not.
        vectors_in_worker: Whether the vectors are opened in a child process.
    """

    def __init__(
        self, config: Config, *, embedder: Any, llm: Any, models: Models | None = None
    ) -> None:
        self.config = config
        self.models = models or Models()
        self.guard = threading.RLock()
        self.guides = Guides()
        self.days = Days()
        self.token = secrets.token_urlsafe(24)
        self._given_embedder = embedder
        self._given_llm = llm
        self.address = ""
        self.vectors_in_worker = False  # whether a child process opens them
        self._lock: IndexLock | None = None
        self._catalog: Catalog | None = None
        self._vectors: VectorStore | None = None
        self._embedder: Embedder | None = None
        self._spec = ""  # of the embedder, once it is known
        self._llm: LanguageModel | None = None  # the given one

    def close(self) -> None:
        """Close the index and release its lock. What is needed later is opened again."""
        with self.guard:
            if self._catalog:
                self._catalog.close()
            self.close_vectors()
            if self._lock:
                self._lock.release()
            self._catalog = self._lock = None

    def close_vectors(self) -> None:
        """Close the vectors only."""
        with self.guard:
            if self._vectors:
                self._vectors.close()
            self._vectors = None

    def announce(self, address: str) -> None:
        """Announce to other processes, in the lock file, that this one answers at `address`."""
        with self.guard:
            self.address = address
            self._lock_to_read()
            self._store_owner()

    def fingerprint(self) -> dict[str, str]:
        """The settings that a new index would depend on."""
        return fingerprint_of(self.config, self.embedder)

    def open_catalog(self) -> Catalog:
        """The catalog. Opening it takes the lock, unless other processes may read the index too."""
        opened = self._catalog
        if opened is not None:  # a reader need not wait until other resources are open
            return opened
        with self.guard:
            if self._catalog is None:
                self._lock_to_read()
                self._catalog = Catalog(self.config.index / "catalog.sqlite")
            return self._catalog

    def open_vectors(self) -> VectorStore:
        """The vectors, in the index folder or on a server."""
        with self.guard:
            if isinstance(self._vectors, WorkerVectorStore) and self._vectors.ended:
                self.close_vectors()
            if self._vectors is None:
                identity = self.open_catalog().identity()
                check_store(self.config)
                if self.vectors_in_worker and not self.config.vectors_on_server:
                    self._vectors = WorkerVectorStore(self.config.index)
                else:
                    self._vectors = open_store(self.config, identity)
            return self._vectors

    def check_catalog(self) -> None:
        """Check that the catalog was not lost.

        Raises:
            IndexMismatchError: The catalog is empty, but vectors are stored.
        """
        if not self.open_catalog().is_new() or self.config.vectors_on_server:
            return
        stored = self.open_vectors().count() if has_vectors(self.config.index) else 0
        if stored:
            raise IndexMismatchError(
                f"The catalog of the index {self.config.index} is empty, but {stored} vectors are"
                " stored: the catalog was lost. Run `askdocs index`; the files are read again,"
                " and nothing is embedded again."
            )

    @property
    def embedder(self) -> Embedder:
        """The embedding model, loaded on first use."""
        with self.guard:
            if self._embedder is None:
                given = self._given_embedder
                key = "" if "embedder" in self.config.without_key else None
                self._embedder = (
                    self.models.embedder(self.embedder_spec(), key)
                    if given is None
                    else LlamaIndexEmbedder(given)
                )
            return self._embedder

    def embedder_spec(self) -> str:
        """The spec of the embedder, from the settings or else from the index.

        A new index has the English one until `choose_models` has sampled the folder.
        """
        with self.guard:
            if not self._spec:
                self._spec = self._settled_spec() or self._indexed_spec() or ENGLISH_SPEC
            return self._spec

    def choose_models(self, *, rebuild: bool = False) -> LanguageSample | None:
        """Choose the built-in embedder for a new index, or for one that is built again (`rebuild`).

        Returns:
            A sample of the folder's languages. None if the settings or the index determine it.

        Raises:
            CorpusError: The folder is missing.
        """
        if self._given_embedder is not None or self._settled_spec():
            return None
        if not rebuild and self._indexed_spec():
            return None
        seen = sample_languages(self.config)
        spec = MULTILINGUAL_SPEC if seen.needs_multilingual else ENGLISH_SPEC
        with self.guard:
            if spec != self._spec:
                self._embedder = None
            self._spec = spec
        return seen

    def _settled_spec(self) -> str:
        """The embedder that the settings name; "" if it depends on the documents."""
        if self.config.embedder != ENGLISH_SPEC:
            return self.config.embedder
        if self.config.models == "auto":
            return ""
        return MULTILINGUAL_SPEC if self.config.models == "multilingual" else ENGLISH_SPEC

    def _indexed_spec(self) -> str:
        """The built-in embedder that the index was made with; "" if it has none."""
        found = readable_state(self.config.index / "catalog.sqlite").embedder
        built_in = (ENGLISH_SPEC, MULTILINGUAL_SPEC)
        return next((spec for spec in built_in if found.startswith(f"{spec}:")), "")

    @contextmanager
    def embedding(self, ray: str = "") -> Iterator[Embedder]:
        """The embedding model for indexing. A Ray cluster runs it if its address is given."""
        if not ray:
            try:
                yield self.embedder
            finally:
                release_worker(self.embedder)
            return
        if self._given_embedder is not None:
            raise ConfigError(
                "On a Ray cluster, the setting embedder chooses the model. An embedder object"
                " cannot be used."
            )
        with RayEmbedder(self.embedder_spec(), ray, self.embedder) as embedder:
            yield embedder

    def open_reader(self) -> Reader:
        """The model that reads passages."""
        return self.models.reader()

    def open_multilingual_scorer(self) -> SentenceScorer:
        """The model that scores sentences in other languages than English."""
        return self.models.multilingual_scorer()

    def open_sentence_scorer(self) -> SentenceScorer:
        """The model that reranks the sentences of the best passages."""
        return self.models.sentence_scorer()

    def open_claim_scorer(self) -> ClaimScorer:
        """The model that verifies what a language model writes."""
        return self.models.claim_scorer()

    def open_order_detector(self) -> OrderDetector:
        """What finds statements that carry out an order of a document."""
        return self.models.order_detector()

    @property
    def has_llm(self) -> bool:
        """Whether a language model is configured, even if it cannot be reached."""
        return self._given_llm is not None or self.config.llm != "none"

    def open_llm(self) -> LanguageModel:
        """The language model.

        Raises:
            ModelUnavailableError: It cannot be loaded.
        """
        if self._given_llm is None:
            return self.models.llm(self.config)
        with self.guard:
            if self._llm is None:
                self._llm = LlamaIndexModel(self._given_llm, seconds=self.config.llm_seconds)
            return self._llm

    def _lock_to_read(self) -> None:
        """Take the lock for an embedded Chroma: one process owns it. A server serves many."""
        if self.config.vectors_on_server:
            self._make_folder()
        else:
            self.open_lock()

    def _make_folder(self) -> None:
        try:
            make_private_folder(self.config.index)
        except OSError as error:
            raise CorpusError(
                f"The index folder {self.config.index} cannot be created"
                f" ({error.strerror or error}). Choose another with --index."
            ) from error

    def open_lock(self) -> None:
        """Lock the index for this process.

        Raises:
            IndexBusyError: Another process has locked it.
        """
        with self.guard:
            if self._lock is None:
                self._make_folder()
                lock = IndexLock(self.config.index)
                lock.acquire(wait=_LOCK_SECONDS)
                try:
                    wait_for_orphan(self.config.index)
                except BaseException:
                    lock.release()
                    raise
                self._lock = lock
                self._store_owner()

    def _store_owner(self) -> None:
        if self._lock and self.address:
            doing = f"serving at {self.address}"
            self._lock.describe(doing, address=self.address, token=self.token)

    def _emptied(self) -> bool:
        """Empty an intact index without deleting its catalog; False if it is damaged."""
        with suppress(IndexMismatchError):
            catalog = self.open_catalog()
            if not self.config.vectors_on_server and catalog.problems():
                return False
            catalog.clear()
            if not self.config.vectors_on_server:
                self.close_vectors()
                delete_vectors(self.config.index)
            return True
        return False

    def delete_index_content(self) -> None:
        """Delete the index, even if it is damaged.

        If other processes or visitors of a page may be reading it, it is emptied in place instead.
        """
        with self.guard:
            if (self.config.vectors_on_server or self.address) and self._emptied():
                return
            self.close()
            self.open_lock()
            delete_index(self.config.index)

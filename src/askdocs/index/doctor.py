"""Diagnoses and repairs an index. Vectors that can still be read are kept."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from askdocs.config import Config
from askdocs.documents.scan import scan
from askdocs.errors import AskdocsError, CorpusError, IndexMismatchError, OldIndexError
from askdocs.index.catalog import Catalog, readable_vectors
from askdocs.index.database import refuse_full_disk
from askdocs.index.fingerprint import check_fingerprint, fingerprint
from askdocs.index.folder import delete_catalog, delete_vectors
from askdocs.index.recovery import import_stored_vectors, refill_vectors
from askdocs.index.session import open_catalog, open_index
from askdocs.index.sync.run import sync
from askdocs.index.sync.write import NoSource, store_pending
from askdocs.index.vectors.probe import Finding, probe, records_can_be_read
from askdocs.index.vectors.store import open_vectors
from askdocs.models.embedders import Embedder
from askdocs.types import ProgressListener

_REPAIR = "askdocs doctor --repair"
_INDEX = "askdocs index"
_REBUILD = "askdocs index --rebuild"
_LOST = "The catalog is empty, but {} vectors are stored: it was lost."


@dataclass(frozen=True, slots=True)
class Problem:
    """A description of a problem, and the command that fixes it."""

    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The number of documents, passages and vectors of an index, and its problems."""

    documents: int = 0
    passages: int = 0
    vectors: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """The diagnosis before and after a repair, and how many texts were embedded."""

    before: Diagnosis
    after: Diagnosis
    embedded: int


def diagnose(config: Config, embedder: Embedder) -> Diagnosis:
    """Check that an index is complete and consistent. No other process may have it open.

    The catalog must be intact and match the settings. Every passage must be a slice of its document
    and be in the word index. Each passage must have a vector in the cache, and one in the store by
    which a search finds it. The store must contain nothing else.

    Raises:
        VectorsUnavailableError: The store is on a server that does not answer.
        CorpusError: The disk is full, so a failure would say nothing about the index.
    """
    try:
        catalog = open_catalog(config)
    except OldIndexError as error:
        return Diagnosis(problems=(Problem(str(error), _REBUILD),))
    except AskdocsError as error:
        refuse_full_disk(config.index)
        return Diagnosis(problems=(Problem(str(error), _REPAIR),))
    try:
        problems = [Problem(what, _REPAIR) for what in catalog.problems()]
        if problems:
            return Diagnosis(problems=tuple(problems))
        problems += _settings(catalog, fingerprint(config, embedder))
        wrong = len(_files_with_wrong_passages(catalog))
        if wrong:
            problems.append(Problem(f"Passages of {wrong} documents are not in them.", _REPAIR))
        uncached = _uncached(catalog)
        if uncached:
            problems.append(Problem(f"The vectors of {uncached} passages are lost.", _REPAIR))
        if config.vectors_on_server:  # an unreachable server is not a problem of the index
            open_vectors(config, catalog.identity()).close()
        problems += _unfinished(catalog)
        found = probe(config, passages=catalog.count_passages())
        if found.problem:
            refuse_full_disk(config.index)
        if catalog.is_new() and found.stored:
            problems.append(Problem(_LOST.format(found.stored), _REPAIR))
        else:
            problems += _vector_problems(found, served=config.vectors_on_server)
        return Diagnosis(
            len(catalog.sources()), catalog.count_passages(), found.stored, tuple(problems)
        )
    finally:
        catalog.close()


def repair(config: Config, embedder: Embedder, *, on_progress: ProgressListener) -> Repair:
    """Repair what `diagnose` finds. Only texts whose vectors are lost everywhere are embedded.

    A damaged catalog is created again from the folder of documents, with the vectors that can
    still be read.

    Raises:
        CorpusError: Documents have to be read again, but their folder is missing or empty. Or the
            disk is full: nothing is deleted that could not be written again.
        IndexMismatchError: The index was made with other settings.
    """
    refuse_full_disk(config.index)
    before = diagnose(config, embedder)
    if not before.problems:
        return Repair(before, before, 0)
    if not _repair_catalog(config):
        embedded = _rebuild(config, embedder, on_progress)
    else:
        embedded = _repair_passages_and_vectors(config, embedder, on_progress)
    return Repair(before, diagnose(config, embedder), embedded)


def _repair_passages_and_vectors(
    config: Config, embedder: Embedder, on_progress: ProgressListener
) -> int:
    """Fill the store from the catalog and read missing documents. Returns embedded texts.

    Documents are missing if they are damaged, or if a process was killed while it read them.
    """
    with closing(open_catalog(config)) as catalog:
        unread = catalog.state().files_pending
        check_fingerprint(catalog, fingerprint(config, embedder))
        if _uncached(catalog) or not catalog.count_passages():
            _rescue_vectors(config, embedder, on_progress)
        wrong = _files_with_wrong_passages(catalog)
        if wrong:
            _refuse_without_documents(config)
            catalog.remove_files(wrong)
    delete_vectors(config.index)
    with open_index(config, embedder, on_progress, take_over=True) as index:
        embedded = refill_vectors(index) + store_pending(index, NoSource()).embedded
        index.vectors.store_model(embedder.fingerprint)
        return embedded + (sync(index).embedded if wrong or unread else 0)


def _repair_catalog(config: Config) -> bool:
    """Rebuild the word index if it is damaged. Returns whether the catalog is intact then."""
    try:
        with closing(open_catalog(config)) as catalog:
            if catalog.problems():
                catalog.rebuild_words()
            return not catalog.is_new() and not catalog.problems()
    except (AskdocsError, TypeError, ValueError):  # a damaged page may contain values of any type
        return False


def _rebuild(config: Config, embedder: Embedder, on_progress: ProgressListener) -> int:
    """Create a new catalog from the folder. Returns how many texts were embedded."""
    _refuse_without_documents(config)
    saved = readable_vectors(config.index / "catalog.sqlite")
    delete_catalog(config.index)
    with closing(open_catalog(config)) as catalog:
        catalog.cache_vectors(saved)
        # If the process ends before the sync begins, the empty index is not called healthy.
        catalog.set_state(files_pending=len(scan(config.corpus, exclude=config.index)))
    _rescue_vectors(config, embedder, on_progress)
    delete_vectors(config.index)
    with open_index(config, embedder, on_progress, take_over=True) as index:
        return sync(index).embedded


def _refuse_without_documents(config: Config) -> None:
    if not scan(config.corpus, exclude=config.index):
        raise CorpusError(
            f"The catalog is damaged and can only be rebuilt from the documents, but the folder"
            f" {config.corpus} is empty. Bring the files back, then repair."
        )


def _rescue_vectors(config: Config, embedder: Embedder, on_progress: ProgressListener) -> None:
    """Copy the vectors of the store into the cache if reading them causes no crash."""
    if records_can_be_read(config):
        with open_index(config, embedder, on_progress, take_over=True) as index:
            index.vectors.prepare()
            import_stored_vectors(index)


def _settings(catalog: Catalog, wanted: dict[str, str]) -> list[Problem]:
    try:
        check_fingerprint(catalog, wanted)
    except AskdocsError as error:
        return [Problem(str(error), _REBUILD)]
    return []


def _unfinished(catalog: Catalog) -> list[Problem]:
    """The work that an interrupted sync has not done."""
    counts = {
        "passages are found by their words only": catalog.count_pending(),
        "files are not read yet": catalog.state().files_pending,
    }
    return [Problem(f"{count} {what}.", _INDEX) for what, count in counts.items() if count]


def _files_with_wrong_passages(catalog: Catalog) -> list[str]:
    """The files of documents that do not contain all of their passages."""
    wrong = []
    for file in sorted(catalog.indexed_files()):
        for source in catalog.documents_of(file):
            try:
                catalog.check_slices(catalog.passages_of(source))
            except IndexMismatchError:
                wrong.append(file)
                break
    return wrong


def _uncached(catalog: Catalog) -> int:
    """How many passages lack a vector in the cache."""
    return catalog.count_without_vectors()


def _vector_problems(found: Finding, *, served: bool) -> list[Problem]:
    if found.problem:
        what = found.problem if served else f"The vector store is damaged. {found.problem}"
        return [Problem(what, _REPAIR)]
    counts = {
        "passages are missing from the vector store": found.missing,
        "passages are not found by a search with their own vector": found.unreachable,
        "vectors are stored that belong to no passage": found.orphans,
    }
    return [Problem(f"{count} {what}.", _REPAIR) for what, count in counts.items() if count]

"""Opens the assistant of a command: in this process, or the server that has the index open."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askdocs.errors import IndexBusyError

if TYPE_CHECKING:
    from askdocs.assistant import Assistant
    from askdocs.config import Config, LoadedConfig
    from askdocs.index.sync.watch import Watch
    from askdocs.interface import AssistantInterface
    from askdocs.remote.client import RemoteAssistant
    from askdocs.types import Changes


@dataclass(frozen=True, slots=True)
class Paths:
    """The options for the paths of the documents, the index and the settings file."""

    corpus: Path | None = None
    index: Path | None = None
    config: Path | None = None


def read_settings(config: Path | None, **overrides: Any) -> Config:
    """Read the settings of a command. Prints which settings file was found."""
    return _read(config, **overrides).config


def _read(config: Path | None, **overrides: Any) -> LoadedConfig:
    from askdocs.config import load_config_with_notes
    from askdocs.output.printable import printable

    loaded = load_config_with_notes(config, **overrides)
    for note in loaded.notes:
        print(f"({printable(note)})", file=sys.stderr)
    return loaded


@contextmanager
def open_assistant(
    paths: Paths,
    *,
    llm: str | None = None,
    any_corpus: bool = False,
) -> Iterator[Assistant | RemoteAssistant]:
    """Open an assistant: one in this process, or the server that has the index open.

    Args:
        paths: Where documents, index and settings are.
        llm: The language model; None for that of the settings.
        any_corpus: Accept a server of another folder of documents.
    """
    from askdocs.remote.client import find_server

    settings = read_settings(paths.config, corpus=paths.corpus, index=paths.index, llm=llm)
    server = find_server(settings, any_corpus=any_corpus)
    if server is None:
        from askdocs.assistant import Assistant

        with Assistant(settings) as assistant:
            yield assistant
        return
    own = ", with its language model" if llm else ""
    print(f"(through the server at {server.address}{own})", file=sys.stderr)
    yield server


@contextmanager
def open_each(
    corpora: Sequence[Path] | None,
    indexes: Sequence[Path] | None,
    config: Path | None,
    *,
    llm: str | None = None,
) -> Iterator[list[Assistant]]:
    """Open an Assistant in this process for each corpus. All of them share their models.

    Raises:
        IndexBusyError: A server has one of the indexes open. The message has its address.
    """
    from askdocs.assistant import Assistant
    from askdocs.remote.client import find_server

    loaded = _read(config, corpus=corpora or None, index=indexes or None, llm=llm)
    for note in old_index_notes(loaded.all):
        print(f"({note})", file=sys.stderr)
    with ExitStack() as stack:
        opened: list[Assistant] = []
        for settings in loaded.all:
            server = None if settings.vectors_on_server else find_server(settings)
            if server is not None:
                raise _busy(settings, server)
            models = opened[0].models if opened else None
            opened.append(stack.enter_context(Assistant(settings, models=models)))
        yield opened


def old_index_notes(configs: Sequence[Config]) -> Iterator[str]:
    """Yield a note for each corpus that gets a new index although an older one contains it.

    With several corpora, the name of an index ends with that of its corpus. An index that was made
    for one corpus alone has another name, so it would not be found.
    """
    from askdocs.config import corpus_names
    from askdocs.index.catalog import readable_state
    from askdocs.system.files import same_place

    names = corpus_names([config.corpus for config in configs])
    for name, config in zip(names, configs, strict=True):
        new = config.index
        old = new.with_name(new.name.removesuffix(f"-{name}") or new.name)
        if old == new or new.exists():
            continue
        indexed = readable_state(old / "catalog.sqlite").corpus
        if indexed and same_place(Path(indexed), config.corpus):
            yield (
                f"The index {old} already contains {config.corpus}. To use it instead of a new one,"
                f" {new}, name an index for each folder: --index {old} --index …"
            )


def _busy(settings: Config, server: RemoteAssistant) -> IndexBusyError:
    return IndexBusyError(
        f"The index {settings.index} is already served at {server.address}. Use that page, stop"
        " that server first, or use another index with --index."
    )


@contextmanager
def open_alone(paths: Paths) -> Iterator[Assistant]:
    """Open an Assistant in this process, and no server.

    Raises:
        IndexBusyError: A server has the index open. The message has its address.
    """
    from askdocs.remote.client import find_server

    settings = read_settings(paths.config, corpus=paths.corpus, index=paths.index)
    server = find_server(settings)
    if server is not None:
        raise _busy(settings, server)
    from askdocs.assistant import Assistant

    with Assistant(settings) as assistant:
        yield assistant


@contextmanager
def watching(assistant: Assistant, *, poll: bool, follow: bool = True) -> Iterator[Watch]:
    """Index the folder, then its changes as they happen. Print what each sync did."""
    from askdocs.cli.terminal import noting_progress, show_changes
    from askdocs.index.sync.watch import Watch

    with Watch(
        assistant,
        on_changes=show_changes,
        on_error=_report,
        on_progress=noting_progress(),
        force_polling=poll,
        follow=follow,
    ) as watch:
        yield watch


@contextmanager
def following(assistant: Assistant | RemoteAssistant) -> Iterator[None]:
    """Index changes of the folder as they happen; print to standard error only.

    A server that has the index open does so itself.
    """
    from askdocs.remote.client import RemoteAssistant

    if isinstance(assistant, RemoteAssistant):
        yield
        return
    from askdocs.index.sync.watch import Watch

    def report_changes(changes: Changes) -> None:
        _report(f"{changes.passages} passages in the index")

    with Watch(assistant, on_changes=report_changes, on_error=_report):
        yield


def _report(problem: str) -> None:
    print(f"askdocs: {problem}", file=sys.stderr, flush=True)


def index_first_if_new(assistant: AssistantInterface, corpus: Path | None) -> None:
    """Index the folder if the index is empty.

    Args:
        assistant: The assistant.
        corpus: The folder that the user has named, or None.

    Raises:
        CorpusError: The index is of another folder than `corpus`.
    """
    if corpus:
        assistant.check_folder()
    if not assistant.is_indexed():
        from askdocs.cli.terminal import showing_progress

        print(
            f"There is nothing in the index yet: indexing {assistant.config.corpus} first.",
            file=sys.stderr,
        )
        with showing_progress() as on_progress:
            assistant.index(on_progress=on_progress)

"""The methods that every assistant has: one in this process, or one behind a server."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Literal

from askdocs.answering.stream import Stream
from askdocs.config import Config
from askdocs.guide.folder import READ
from askdocs.search.filters import Filters
from askdocs.system.closing import Closing
from askdocs.types import (
    Answer,
    AskOptions,
    Changes,
    Check,
    Document,
    Guide,
    Hit,
    ProgressListener,
    SearchResult,
    Status,
    Turn,
)


class AssistantInterface(Closing):
    """Indexes a folder of documents and answers from it.

    `Assistant` does this in the current process. `RemoteAssistant` sends each call to the server
    that has the index open, and raises the error that the server raised. What only an `Assistant`
    offers is not part of this interface: `consider`, `suggested_questions`, `diagnose`, `repair`,
    `move`, `index_documents` and the LlamaIndex adapters.

    Every method can be called from any thread. `close`, or the end of a `with` block, releases
    what is open.
    """

    @property
    @abstractmethod
    def config(self) -> Config:
        """The settings."""

    @property
    @abstractmethod
    def address(self) -> str:
        """The URL of the page that serves the index; "" if there is none."""

    @property
    @abstractmethod
    def has_llm(self) -> bool:
        """Whether a language model is set, even if it is unreachable."""

    # The folder

    @abstractmethod
    def is_indexed(self) -> bool:
        """Whether the index has been built and contains at least one passage."""

    @abstractmethod
    def check_folder(self) -> None:
        """Check that the index is of the folder in the settings.

        An index whose own folder no longer exists passes too.

        Raises:
            CorpusError: The index is of another folder, which still exists.
        """

    @abstractmethod
    def index(
        self,
        *,
        on_progress: ProgressListener | None = None,
        dry_run: bool = False,
        rebuild: bool = False,
        ray: str = "",
        recheck: Sequence[str] = (),
    ) -> Changes:
        """Make the index equal to the folder. Only what changed is loaded and embedded.

        Args:
            on_progress: Called with the progress, from several threads, one at a time.
            dry_run: Change nothing; the result says what would be done.
            rebuild: Delete the index first, regardless of its settings. This is done after the
                folder and the embedding model have been found.
            ray: The address of a Ray cluster whose workers embed; "" embeds in the process that
                has the index open.
            recheck: Sources whose files are read again even if they are unchanged.

        Returns:
            What was added, changed, renamed and removed, and the files that could not be read.

        Raises:
            ConfigError: `ray` was given, and the embedding model is an object or the index is
                open in a server.
            CorpusError: The folder is missing, or it is empty and the index is not.
            IndexBusyError: Another process has the index open.
            IndexMismatchError: The index was made with other settings, or is damaged.
            ModelUnavailableError: The embedding model cannot be loaded or reached.
            VectorsUnavailableError: The Chroma server does not answer.
        """

    @abstractmethod
    def status(self) -> Status:
        """Return what is indexed, with which model, and which files could not be read."""

    @abstractmethod
    def document(self, source: str) -> Document:
        """Return a stored document.

        Args:
            source: Its path relative to the folder, with forward slashes.

        Raises:
            CorpusError: There is no such document in the index.
            IndexMismatchError: The stored text is damaged.
        """

    # Questions

    @abstractmethod
    def search(
        self, query: str, *, top_k: int = 8, sources: Sequence[str] | None = None
    ) -> list[Hit]:
        """Find the passages that match a query best: semantic and keyword search together.

        `find` is the plain search for exact words.

        Args:
            query: The words or the question to search for.
            top_k: How many passages to return; at most 100 are found.
            sources: Names, folders or globs of the documents to search; None searches all.

        Returns:
            The hits, best first.

        Raises:
            AskdocsError: The query is empty.
            CorpusError: No document matches `sources`.
            IndexBusyError: Another process has the index open.
            IndexMismatchError: The index was made with other settings, or is damaged.
            ModelUnavailableError: The embedding model cannot be loaded or reached.
            VectorsUnavailableError: The Chroma server does not answer.
        """

    @abstractmethod
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
        """Find the passages that contain given words, document by document.

        `search` ranks passages for a question instead.

        Args:
            query: The words. A document has to contain all of them. "An exact phrase" is in
                quotation marks. A star completes the beginning of a word, as in harbour*.
            by: "meaning" returns passages that are similar to the query instead, at most 60.
            filters: Which documents are searched; None searches all.
            start: The first document of the result, counted from 0.
            documents: The maximum number of documents in the result.
            each: The maximum number of passages of each document.

        Raises:
            AskdocsError: The query contains no word. With `by="meaning"`, as `search` does.
            CorpusError: No document matches the filters.
        """

    @abstractmethod
    def guide(self, *, sources: Sequence[str] | None = None, most: int = READ) -> Guide:
        """Describe the folder and its documents in their own words.

        Args:
            sources: Names, folders or globs of the documents to describe; None means all.
            most: The maximum number of documents whose text is read.

        Raises:
            CorpusError: No document matches `sources`.
        """

    @abstractmethod
    def check(
        self,
        text: str,
        *,
        sources: Sequence[str] | None = None,
        on_progress: ProgressListener | None = None,
    ) -> Check:
        """Check a draft, or what another assistant wrote, against the documents.

        Args:
            text: The draft, as plain text or Markdown.
            sources: Names, folders or globs of the documents to use; None uses all.
            on_progress: Called after each statement, with how many are done.

        Returns:
            A verdict for each statement, with the words of the documents that it was compared
            with.

        Raises:
            CorpusError: No document matches `sources`.
            ModelUnavailableError: The verifier cannot be loaded.
        """

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        sources: Sequence[str] | None = None,
        quotes: bool = False,
        insist: bool = False,
        tasks: str = "",
        second_opinion: str = "",
    ) -> Answer:
        """Answer a question from the documents.

        Args:
            question: The question.
            history: The earlier turns of the conversation, oldest first.
            sources: Names, folders or globs of the documents to use; None uses all.
            quotes: Answer with quoted sentences even if a language model is set.
            insist: Answer even if the confidence is below `minimum_confidence`. Without it,
                such a question is refused and not sent to the language model.
            tasks: "model" or "quotes" for this question; "" for the value of the setting `tasks`.
            second_opinion: "yes" or "no" for this question; "" for the value of the setting
                `second_opinion`.

        Returns:
            The answer; `answered` is False if none was found.

        Raises:
            AskdocsError: As `search` does.
        """
        stream = self.stream(
            question,
            history=history,
            sources=sources,
            quotes=quotes,
            insist=insist,
            tasks=tasks,
            second_opinion=second_opinion,
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
        tasks: str = "",
        second_opinion: str = "",
    ) -> Stream:
        """Answer a question piece by piece.

        Args:
            question: The question.
            history: The earlier turns of the conversation, oldest first.
            sources: Names, folders or globs of the documents to use; None uses all.
            quotes: Answer with quoted sentences even if a language model is set.
            insist: Answer even if the confidence is below `minimum_confidence`.
            tasks: "model" or "quotes" for this question; "" for the value of the setting `tasks`.
            second_opinion: "yes" or "no" for this question; "" for the value of the setting
                `second_opinion`.

        Returns:
            An iterator over pieces of text, which can be empty while a model is silent. Its
            `.answer` is the Answer once the iteration has ended. If a model fails midway, that
            answer replaces the text that was streamed.

        Raises:
            AskdocsError: As `search` does, while it is iterated.
        """
        within = None if sources is None else tuple(sources)
        options = AskOptions(tuple(history), within, quotes, insist, tasks, second_opinion)
        return self._stream(question, options)

    @abstractmethod
    def _stream(self, question: str, options: AskOptions) -> Stream:
        """Answer a question piece by piece."""

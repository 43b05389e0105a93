"""The methods that every assistant has: one in this process, or one behind a server."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from askdocs.answering.stream import Stream
from askdocs.config import Config
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

    `Assistant` does that in this process. `RemoteAssistant` hands each call to the server that has
    the index open, and raises what the Assistant of the server raised.
    """

    @property
    @abstractmethod
    def config(self) -> Config:
        """The settings."""

    @property
    @abstractmethod
    def address(self) -> str:
        """The URL of the page that serves the index; "" if there is none."""

    # The folder

    @abstractmethod
    def is_indexed(self) -> bool:
        """Whether the index has been built and holds at least one passage."""

    @abstractmethod
    def index(
        self,
        *,
        on_progress: ProgressListener | None = None,
        dry_run: bool = False,
        rebuild: bool = False,
        recheck: Sequence[str] = (),
    ) -> Changes:
        """Make the index equal to the folder. Only what changed is loaded and embedded.

        Args:
            on_progress: Called with the progress, from several threads, one at a time.
            dry_run: Change nothing; the result says what would be done.
            rebuild: Delete the index first, whatever settings it was made with. This is done
                after the folder and the embedding model have been found.
            recheck: Sources whose files are read again even where they are unchanged.

        Returns:
            What was added, changed, renamed and removed, and the files that could not be read.

        Raises:
            CorpusError: The folder is missing, or it is empty and the index is not.
            IndexBusyError: Another process holds the index.
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
        """Find the passages that match a query best.

        Args:
            query: The words or the question to search for.
            top_k: How many passages to return; at most 100 are found.
            sources: Names, folders or globs of the documents to search; None searches all.

        Returns:
            The hits, best first.

        Raises:
            AskdocsError: The query is empty.
            CorpusError: No document matches `sources`.
            IndexBusyError: Another process holds the index.
            IndexMismatchError: The index was made with other settings, or is damaged.
            ModelUnavailableError: The embedding model cannot be loaded or reached.
            VectorsUnavailableError: The Chroma server does not answer.
        """

    @abstractmethod
    def find(
        self, query: str, *, filters: Filters | None = None, documents: int = 20
    ) -> SearchResult:
        """Find the places where words stand, document by document.

        Args:
            query: Words that have to stand in a document all together. "Exact phrases" stand in
                quotation marks, a star ends the beginning of a word.
            filters: Which documents are looked at.
            documents: How many documents the result has at most.

        Raises:
            AskdocsError: The query holds no word.
            CorpusError: No document matches the filters.
        """

    @abstractmethod
    def guide(self, *, sources: Sequence[str] | None = None) -> Guide:
        """Return what the folder holds and what it speaks of, by its own words.

        Args:
            sources: Names, folders or globs of the documents that are meant; None means all.

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
            sources: Names, folders or patterns of documents, to look only in these.
            on_progress: Called after each statement, with how many are done.

        Returns:
            A verdict for each statement, with the words of the documents beside it.

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
            insist: Answer even where the confidence is below `minimum_confidence`. Without it,
                such a question is refused and not sent to the language model.
            tasks: A value of the setting `tasks` for this question; empty for the setting's own.
            second_opinion: The same of the setting `second_opinion`.

        Returns:
            The answer; `answered` is False where none was found.

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
        """Answer a question piece by piece. The arguments are those of `ask`.

        Returns:
            An iterator over pieces of text, which can be empty while a model is silent. Its
            `.answer` holds the Answer at the end. If a model fails midway, that answer replaces
            the text that was streamed.

        Raises:
            AskdocsError: As `search` does, while it is iterated.
        """
        within = None if sources is None else tuple(sources)
        options = AskOptions(tuple(history), within, quotes, insist, tasks, second_opinion)
        return self._stream(question, options)

    @abstractmethod
    def _stream(self, question: str, options: AskOptions) -> Stream:
        """Answer a question piece by piece."""

"""Tasks that only a language model can do, and the passages that they need.

"Compare", "summarise", "list", "translate" and "explain" do not ask for a sentence of the
documents. Something has to be made from the documents. The reader, which judges single passages,
cannot estimate whether this is possible. It is taken as possible if the question names documents,
or if the passages contain enough words of the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.questions.intent import TEXT
from askdocs.answering.questions.task import Task
from askdocs.system.sampling import evenly_spread
from askdocs.text.overlap import share_among
from askdocs.text.stop_words import name_words
from askdocs.types import DocumentRecord, Hit, Passage

MOST_PASSAGES = 24  # the context of the model may be too small for all of them
_MAX_DOCUMENTS = 6
_MIN_WORD_SHARE = 0.5  # the share of the question's content words that the passages must contain
_MIN_NAME_SHARE = 0.5  # the share of a file name's or title's words that a question must contain
# Words that name a task or the form of its result. Documents need not contain them.
_TASK_WORDS = frozenset(
    "compare comparison contrast difference differences differ similarities similar summarise"
    " summarize summary overview outline abstract sum main key points point ideas findings list"
    " enumerate name table translate translation english german french spanish italian dutch"
    " portuguese polish swedish danish russian chinese japanese explain explanation describe"
    " description discuss analyse analyze interpret clarify elaborate walk through words word"
    " simple plain short brief briefly detail detailed sentences sentence paragraph paragraphs"
    " bullet bullets please give write make tell each all every one two three four five ten both"
    " between versus".split()
)
Search = Callable[[Sequence[str], Sequence[str] | None], Sequence[Hit]]
PassagesOf = Callable[[str], Sequence[Passage]]


def documents_named(question: str, records: Sequence[DocumentRecord]) -> list[str]:
    """Find the documents whose file name or title a question mentions.

    At least half of the words of the name have to be in the question. One of them must be rare: at
    most in a quarter of all names.

    Args:
        question: The question.
        records: All documents.

    Returns:
        The paths of up to six documents, in the order in which the question mentions them.
    """
    asked = name_words(question)
    known_names = [
        (record.source, [_content_words(_file_stem(record.source)), _content_words(record.title)])
        for record in records
    ]
    max_names = max(1, len(records) // 4)
    counts: dict[str, int] = {}
    for word in chain.from_iterable(set(chain(*names)) for _, names in known_names):
        counts[word] = counts.get(word, 0) + 1
    found: list[tuple[int, str]] = []
    for source, names in known_names:
        for words in names:
            shared = [word for word in words if word in asked]
            is_distinctive = any(counts[word] <= max_names for word in shared)
            if is_distinctive and len(shared) >= _MIN_NAME_SHARE * len(words):
                found.append((min(asked.index(word) for word in shared), source))
                break
    return [source for _, source in sorted(found)][:_MAX_DOCUMENTS]


def _file_stem(source: str) -> str:
    """The name of a file without its folder and suffix."""
    return source.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or source


def _content_words(name: str) -> list[str]:
    """The words without stop words and without words for documents, such as "report"."""
    return [word for word in name_words(name) if not re.fullmatch(TEXT, word, re.IGNORECASE)]


def gathered(
    task: Task,
    found: RetrievalResult,
    named: Sequence[str],
    search: Search,
    passages_of: PassagesOf,
) -> RetrievalResult | None:
    """Select a balanced set of passages for a task.

    - Named documents, to be summarised or translated as a whole: passages spread over each of them.
    - Other tasks on named documents: the best passages of each document.
    - A comparison: the best passages for each side.
    - Otherwise: the passages that were found for the question.

    Args:
        task: The task.
        found: The search result for the question as it is.
        named: The documents that the question names.
        search: Finds passages for several queries, in some documents or (None) in all.
        passages_of: All passages of a document.

    Returns:
        The passages, taken from each document or side in turn. None if there are none, or if they
        do not contain enough words of the question.
    """
    if named and task.kind in ("summarise", "translate") and not _topic(task, named, passages_of):
        lists = [parts_of(passages_of(name), MOST_PASSAGES // len(named)) for name in named]
    elif named:
        queries = [task.question, *task.sides]
        lists = [[hit.passage for hit in search(queries, [name])] for name in named]
    elif task.sides:
        lists = [[hit.passage for hit in search([side], None)] for side in task.sides]
    else:
        lists = [[hit.passage for hit in found.hits]]
    chosen = _round_robin(lists)[:MOST_PASSAGES]
    if not chosen or (not named and _is_off_topic(task, chosen)):
        return None
    scores = {hit.passage.id: hit for hit in found.hits}
    hits = tuple(scores.get(passage.id, Hit(passage, 0.0)) for passage in chosen)
    return RetrievalResult(
        question=found.question, searched_for=found.searched_for, hits=hits, candidates=()
    )


def _topic(task: Task, named: Sequence[str], passages_of: PassagesOf) -> list[str]:
    """The content words of a question, without words for its task and its documents.

    If there are none, the task is about the whole documents.
    """
    names = {word for name in named for word in name_words(_file_stem(name))}
    titles = {
        word
        for name in named
        for passage in passages_of(name)[:1]
        for word in name_words(passage.title)
    }
    words = (word for word in name_words(task.question) if word not in _TASK_WORDS | names | titles)
    return [word for word in words if not re.fullmatch(TEXT, word, re.IGNORECASE)]


def _is_off_topic(task: Task, passages: Sequence[Passage]) -> bool:
    """Whether the passages contain too few of the content words of a question."""
    wanted = [word for word in _content_words(task.question) if word not in _TASK_WORDS]
    contained = {
        word for passage in passages for word in name_words(f"{passage.title} {passage.text}")
    }
    return (
        share_among(wanted, [*contained]) < _MIN_WORD_SHARE if wanted else task.kind != "summarise"
    )


def parts_of(passages: Sequence[Passage], most: int) -> list[Passage]:
    """Select at most `most` passages that are spread over a document.

    The first passages under a heading are preferred. The result is in document order.
    """
    if len(passages) <= most:
        return list(passages)
    begins = [
        number
        for number, passage in enumerate(passages)
        if number == 0 or passage.heading != passages[number - 1].heading
    ]
    chosen = set(evenly_spread(begins, most))
    rest = [number for number in range(len(passages)) if number not in chosen]
    chosen.update(evenly_spread(rest, most - len(chosen)))
    return [passages[number] for number in sorted(chosen)]


def _round_robin(lists: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Take one passage from each list in turn, without duplicates."""
    turns = chain.from_iterable(zip_longest(*lists))
    return list({turn.id: turn for turn in turns if turn is not None}.values())

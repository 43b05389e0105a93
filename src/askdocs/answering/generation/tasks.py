"""What only a language model can do with documents, and the passages that it needs for it.

"Compare", "summarise", "list", "translate" and "explain" want no sentence of the documents but
something made from them. The reader of single passages cannot tell whether they can be done; what
tells it here is whether documents are named, or the words of the question stand in the passages.
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

MOST_PASSAGES = 24  # that are gathered; the context of the model may hold fewer
_MOST_DOCUMENTS = 6
_LEAST_HELD = 0.5  # of the telling words of a question that stand in the passages, or it is far
_NAME_SHARE = 0.5  # of the words of a file's name or title that a question has, to name it
# Words of a task, and of the form that its result is wanted in, that no document need hold.
_OF_TASKS = frozenset(
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
    """The documents whose file name or title a question has, in the order of the question.

    A word that stands in the names of many documents names none.
    """
    asked = name_words(question)
    held = [
        (record.source, [_telling(_stem(record.source)), _telling(record.title)])
        for record in records
    ]
    often = max(1, len(records) // 4)
    counts: dict[str, int] = {}
    for word in chain.from_iterable(set(chain(*names)) for _, names in held):
        counts[word] = counts.get(word, 0) + 1
    found: list[tuple[int, str]] = []
    for source, names in held:
        for words in names:
            shared = [word for word in words if word in asked]
            is_telling = any(counts[word] <= often for word in shared)
            if is_telling and len(shared) >= _NAME_SHARE * len(words):
                found.append((min(asked.index(word) for word in shared), source))
                break
    return [source for _, source in sorted(found)][:_MOST_DOCUMENTS]


def _stem(source: str) -> str:
    return source.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or source


def _telling(name: str) -> list[str]:
    return [word for word in name_words(name) if not re.fullmatch(TEXT, word, re.IGNORECASE)]


def gathered(
    task: Task,
    usual: RetrievalResult,
    named: Sequence[str],
    search: Search,
    passages_of: PassagesOf,
) -> RetrievalResult | None:
    """The passages for a task, a balanced choice; None where the documents are far from it.

    Args:
        task: What is to be made.
        usual: What was found for the question as it stands.
        named: The documents that it names.
        search: Finds passages for several queries, within some documents or within all.
        passages_of: All passages of a document.

    Returns:
        What a model is shown, the passages of one document together and in their order.
    """
    if named and task.kind in ("summarise", "translate") and not _topic(task, named, passages_of):
        lists = [parts_of(passages_of(name), MOST_PASSAGES // len(named)) for name in named]
    elif named:
        queries = [task.question, *task.sides]
        lists = [[hit.passage for hit in search(queries, [name])] for name in named]
    elif task.sides:
        lists = [[hit.passage for hit in search([side], None)] for side in task.sides]
    else:
        lists = [[hit.passage for hit in usual.hits]]
    chosen = _in_turn(lists)[:MOST_PASSAGES]
    if not chosen or (not named and _is_far(task, chosen)):
        return None
    scores = {hit.passage.id: hit for hit in usual.hits}
    hits = tuple(scores.get(passage.id, Hit(passage, 0.0)) for passage in chosen)
    return RetrievalResult(
        question=usual.question, searched_for=usual.searched_for, hits=hits, candidates=()
    )


def _topic(task: Task, named: Sequence[str], passages_of: PassagesOf) -> list[str]:
    """The words of a question beside its task and the names of documents: of these it wants all."""
    names = {word for name in named for word in name_words(_stem(name))}
    titles = {
        word
        for name in named
        for passage in passages_of(name)[:1]
        for word in name_words(passage.title)
    }
    words = (word for word in name_words(task.question) if word not in _OF_TASKS | names | titles)
    return [word for word in words if not re.fullmatch(TEXT, word, re.IGNORECASE)]


def _is_far(task: Task, passages: Sequence[Passage]) -> bool:
    """Whether the passages have too few of the words that tell what a question is about."""
    wanted = [word for word in _telling(task.question) if word not in _OF_TASKS]
    held = {word for passage in passages for word in name_words(f"{passage.title} {passage.text}")}
    return share_among(wanted, [*held]) < _LEAST_HELD if wanted else task.kind != "summarise"


def parts_of(passages: Sequence[Passage], most: int) -> list[Passage]:
    """Passages spread over a document: how its parts begin, then what lies between them."""
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


def _in_turn(lists: Sequence[Sequence[Passage]]) -> list[Passage]:
    """One passage of each list in turn, none twice."""
    turns = chain.from_iterable(zip_longest(*lists))
    return list({turn.id: turn for turn in turns if turn is not None}.values())

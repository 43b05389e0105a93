"""The way of a question: understood, searched, read, answered, in this order."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator, Sequence, Set
from dataclasses import replace

from askdocs.answering.candidates import Candidate, Considered
from askdocs.answering.context import LONGEST_QUOTE
from askdocs.answering.generation.generate import write_answer
from askdocs.answering.generation.tasks import (
    MOST_PASSAGES,
    documents_named,
    gathered,
)
from askdocs.answering.imprint import imprint
from askdocs.answering.language_note import language_note
from askdocs.answering.mentions import Mentioned, answer_mentions, places_of
from askdocs.answering.not_read import by_words_only, not_looked_at
from askdocs.answering.overview import (
    further,
    named,
    names_document,
    overview,
)
from askdocs.answering.questions.comparison import Side
from askdocs.answering.questions.question import Question, parse
from askdocs.answering.questions.spelling import respelled
from askdocs.answering.questions.task import Task
from askdocs.answering.quotes import answer_with_quotes
from askdocs.answering.ranking import Ranking, rank
from askdocs.answering.retrieval import retrieve
from askdocs.answering.rule_switches import rule
from askdocs.answering.turns import read_before, with_replies
from askdocs.answering.verification.check import PASSAGES_READ, check_draft
from askdocs.answering.verification.verifier import Verifier
from askdocs.answering.versions import versions
from askdocs.errors import AskdocsError, ModelUnavailableError
from askdocs.index.fingerprint import check_fingerprint
from askdocs.models.bundled import common_words
from askdocs.models.embedders import ENGLISH_SPEC
from askdocs.resources import Resources
from askdocs.system.sampling import evenly_spread
from askdocs.text.calendar import MONTHS
from askdocs.text.language import asks_in_english
from askdocs.text.stemming import stem
from askdocs.text.tokens import words
from askdocs.types import (
    Answer,
    AskOptions,
    Check,
    Citation,
    DocumentRecord,
    Hit,
    Passage,
    ProgressListener,
    Turn,
)

LONGEST_QUESTION = 2000  # characters; the rest of a longer one is not read
_DOCUMENTS_NAMED = 20
_MOST_CONTINUED = 5  # candidates whose documents are looked at beyond their passages
_OPENINGS, _OPENING = 60, 500  # documents, and characters of each, whose language is looked at
_WORDS_A_PIECE = 4  # of a streamed answer
_GREETED = "Ask a question about your documents."
_TIME = re.compile(
    rf"\d|\b(?:{'|'.join(MONTHS)}|century|years?|months?|weeks?|days?|hours?|minutes?"
    r"|today|yesterday|tomorrow|morning|evening|night|\w+day)\b",
    re.IGNORECASE,
)
_MORE_OF_WHAT = "More of what? Nothing of your documents has been quoted yet. Ask me about them."


def consider(
    resources: Resources,
    question: Question,
    *,
    history: Sequence[Turn],
    sources: Sequence[str] | None,
    insist: bool = False,
) -> Considered:
    """What a question was searched as, the passages found, and the sentences that may answer.

    This is all that an answer is made from; it is for measuring, and for answers of one's own.
    Misspelt words are searched for as the documents have them.

    Args:
        resources: What the assistant opens.
        question: The question, parsed with `history`.
        history: The conversation before it.
        sources: The documents that are searched; None for all.
        insist: Whether an answer is wanted however unlikely it is.
    """
    # A word of another language is no misspelt one, and "Summarise" no misspelt "summarily".
    if not asks_in_english(question.text) or question.overview_of:
        return _considered(resources, question, history, sources, insist=insist)
    catalog = resources.open_catalog()
    spelled = respelled(
        question.text,
        lambda word: word in common_words() or catalog.has_word(word),
        catalog.nearest_word,
    )
    meant = parse(spelled.text, history) if spelled.changes else question
    known = _considered(resources, meant, history, sources, insist=insist)
    as_asked = replace(known.question, text=question.text)
    return replace(known, question=as_asked, corrected=spelled.notice)


def _considered(
    resources: Resources,
    question: Question,
    history: Sequence[Turn],
    sources: Sequence[str] | None,
    *,
    insist: bool,
) -> Considered:
    """What is known of a question whose words are spelled as the documents have them."""
    shown = _shown(history)
    stated = None if shown else _stated(resources, question.alone(), sources)
    if stated is not None:
        return stated
    if shown and question.intent == "more":
        return _further(resources, question.alone(), shown)
    whole = question.overview_of
    is_overview = question.intent == "overview"
    records = resources.open_catalog().document_records() if is_overview or whole else []
    if is_overview or (whole and names_document(whole, records)):
        return _overview(resources, question.alone(), sources, records)
    if question.comparison and not history:
        return _compared(resources, question, question.comparison, sources)
    if question.needs_history:
        talked_of = {each.source for each in shown} if question.with_history else set()
        considered = _searched(resources, question, sources, talked_of)
        if _repeats(considered, history):
            return _less_sure(considered, resources.config.minimum_confidence)
        return considered
    # It may stand alone or not: the surer of the two is what was meant, if it is not refused and
    # is not what was quoted before, which nobody asks for again.
    least = 0.0 if insist else resources.config.minimum_confidence
    with_talk = _searched(resources, question, sources)
    alone = _searched(resources, question.alone(), sources)
    answers = _chance(with_talk) >= max(_chance(alone), least)
    if _chance(alone) >= least and (_is_quoted(with_talk, history) or _same_best(with_talk, alone)):
        answers = False
    return with_talk if answers else alone


def _stated(
    resources: Resources, question: Question, sources: Sequence[str] | None
) -> Considered | None:
    """What the one document that is asked says of itself: who wrote it, when, to whom."""
    if not question.metadata_facts:
        return None  # without a look at the index
    catalog = resources.open_catalog()
    names = catalog.sources(sources)
    return imprint(question, catalog.passages_of(names[0])) if len(names) == 1 else None


def _compared(
    resources: Resources, asked: Question, sides: tuple[Side, Side], sources: Sequence[str] | None
) -> Considered:
    """What is known of a question that compares two things.

    Where the best sentence speaks of one of them only, the other is looked for on its own, and the
    best sentence of each is an answer of its own.
    """
    known = _searched(resources, asked, sources)
    telling = [_rarest(resources, side.words) for side in sides]
    best = known.candidates[:1]
    if not best or all(_has_word(best[0], word) for word in telling):
        return known
    found = []
    for side, word in zip(sides, telling, strict=True):
        alone = _searched(resources, parse(side.question), sources)
        found.append(next((each for each in alone.candidates if _has_word(each, word)), None))
    first, second = found
    if first is None or second is None or first.place == second.place:
        return known
    chance = max(best[0].chance, min(first.chance, second.chance))
    pair = tuple(replace(each, chance=chance) for each in (first, second))
    rest = tuple(each for each in known.candidates if each.place not in {first.place, second.place})
    return replace(
        known,
        candidates=(*pair, *(replace(each, chance=min(each.chance, chance)) for each in rest)),
        following={**known.following, **_following(resources, pair)},
        together=2,
    )


def _rarest(resources: Resources, names: Sequence[str]) -> str:
    """The word of a side that tells it from others best."""
    rarity = resources.open_catalog().term_weights(" ".join(names))
    return max(rarity, key=lambda word: rarity[word])


def _has_word(candidate: Candidate, word: str) -> bool:
    """Whether a sentence, or the title or heading above it, has a word in some form."""
    passage = candidate.hit.passage
    around = f"{passage.title} {passage.heading or ''} {candidate.quote}"
    return stem(word) in {stem(each) for each in words(around)}


def _searched(
    resources: Resources,
    question: Question,
    sources: Sequence[str] | None,
    talked_of: Set[str] = frozenset(),
) -> Considered:
    """What is found for a question, read and ranked."""
    catalog = resources.open_catalog()
    hits = find(resources, question.queries, limit=resources.config.passages_read, sources=sources)
    hits = with_replies(hits, catalog.passages_after)
    ranking, rare_words = Ranking((), {}), dict[str, float]()
    if hits:
        rare_words = catalog.term_weights(question.queries[-1])
        ranking = rank(
            question,
            hits,
            rare_words,
            resources.embedder,
            resources.open_reader(),
            talked_of=talked_of,
            before={
                hit.passage.id: read_before(hit.passage, catalog.passages_before) for hit in hits
            },
            second=resources.open_sentence_scorer,
            multilingual=resources.open_multilingual_scorer,
        )
    return Considered(
        question=question,
        searched_for=question.queries,
        hits=tuple(hits),
        candidates=ranking.candidates,
        doubt=ranking.doubt(question, rare_words),
        evidence=ranking.evidence,
        following=_following(resources, ranking.candidates[:_MOST_CONTINUED]),
        versions=_versions(resources, question, ranking.candidates),
    )


def _versions(
    resources: Resources, question: Question, candidates: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """The best candidate with what other versions of its document say instead."""

    def beginning(source: str) -> str:
        document = resources.open_catalog().document(source)
        return document.text if document else ""

    return versions(question, candidates, beginning) if candidates else ()


def _following(resources: Resources, candidates: Sequence[Candidate]) -> dict[str, str]:
    """The text of the documents after the passages of candidates, by passage."""
    catalog = resources.open_catalog()
    texts: dict[str, str] = {}
    found: dict[str, str] = {}
    for passage in {each.hit.passage.id: each.hit.passage for each in candidates}.values():
        if passage.source not in texts:
            document = catalog.document(passage.source)
            texts[passage.source] = document.text if document else ""
        found[passage.id] = texts[passage.source][passage.end : passage.end + LONGEST_QUOTE]
    return found


def _chance(considered: Considered) -> float:
    return considered.candidates[0].chance if considered.candidates else 0.0


def _same_best(first: Considered, second: Considered) -> bool:
    """Whether the best sentence of both is the same: the conversation adds nothing then."""
    places = [each.candidates[0].place for each in (first, second) if each.candidates]
    return len(places) > 1 and places[0] == places[1]


def _is_quoted(considered: Considered, history: Sequence[Turn]) -> bool:
    """Whether the best sentence is one that an answer before this question cites."""
    cited = {(each.source, each.start) for turn in history for each in turn.answer.citations}
    best = considered.candidates[:1]
    return any((each.hit.passage.source, each.start) in cited for each in best)


@rule("what was quoted before", otherwise=lambda *_: False)
def _repeats(considered: Considered, history: Sequence[Turn]) -> bool:
    """Whether "and when?" would be answered by a sentence that was just quoted and names no time.

    Such a sentence shares all the words that the conversation adds to the question.
    """
    return (
        considered.question.answer_type.time
        and _is_quoted(considered, history)
        and _TIME.search(considered.candidates[0].quote) is None
    )


def _less_sure(considered: Considered, least: float) -> Considered:
    """The same with a chance below `least`, so that the answer is given as a guess at most."""
    best, *others = considered.candidates
    candidates = (replace(best, chance=min(best.chance / 2, best.chance * least)), *others)
    return replace(considered, candidates=candidates, doubt="This was quoted before.")


def stream_answer(
    resources: Resources,
    question: str,
    options: AskOptions,
) -> Generator[str, None, Answer]:
    """The text of an answer as it comes; it returns the Answer."""
    history, sources, insist = options.history, options.sources, options.insist
    began = time.monotonic()
    resources.check_catalog()
    asked = parse(normalise_question(question), history)
    reply = _without_search(resources, asked, history, sources)
    if reply is not None:
        yield reply.text
        return reply
    considered = consider(resources, asked, history=history, sources=sources, insist=insist)
    resources.open_catalog().check_slices(hit.passage for hit in considered.hits)
    answer = _quoted(resources, considered, 0.0 if insist else resources.config.minimum_confidence)
    writes = resources.has_llm and not options.quotes
    may_make = writes and (options.tasks or resources.config.tasks) == "model"
    task = considered.question.task if may_make else None
    for_task = _gathered(resources, task, considered, sources) if task else None
    if task and for_task:
        answer = yield from _written(resources, for_task, answer, options, task.kind)
    elif writes and considered.hits and answer.band != "refusal":
        answer = yield from _written(resources, considered, answer, options)
    else:
        yield from _in_pieces(answer.text)
    not_read = "" if answer.answered else _not_looked_at(resources, sources)
    told_beside = (
        considered.corrected,
        answer.notice,
        language_note(asked.text, answer, considered.candidates),
        not_read,
        _missing(resources),
    )
    notice = " ".join(filter(None, told_beside))
    return replace(answer, notice=notice, seconds=round(time.monotonic() - began, 3))


def _missing(resources: Resources) -> str:
    """What of the documents could not be searched yet, in words; "" where nothing is missing."""
    catalog = resources.open_catalog()
    unread, pending = catalog.state().files_pending, catalog.count_pending()
    if unread:
        files = "1 file is" if unread == 1 else f"{unread:,} files are"
        return f"{files} not read yet. Ask again when indexing has ended."
    if pending:
        passages = "1 passage was" if pending == 1 else f"{pending:,} passages were"
        return f"{passages} searched by words only: indexing has not ended yet."
    return ""


def _not_looked_at(resources: Resources, sources: Sequence[str] | None) -> str:
    """What was not read of the documents that a refused question could be answered from."""
    catalog = resources.open_catalog()
    within = None if sources is None else set(catalog.sources(sources))
    not_read = not_looked_at(catalog.left_out(), catalog.failures(), within)
    if not catalog.state().embedder.startswith(f"{ENGLISH_SPEC}:"):
        return not_read
    looked_at = evenly_spread(catalog.sources(sources), _OPENINGS)
    by_words = by_words_only(catalog.text_prefix(source, _OPENING) for source in looked_at)
    return " ".join(filter(None, (not_read, by_words)))


def _without_search(
    resources: Resources, question: Question, history: Sequence[Turn], sources: Sequence[str] | None
) -> Answer | None:
    """The Answer to a text that needs no reading; None for a question that does."""
    if question.intent == "greeting":
        return Answer(question.text, _GREETED, kind="reply")
    mentioned = _mentioned(resources, question, sources)
    if mentioned is not None:
        return mentioned
    if question.intent == "documents":
        told = _documents_told(resources.open_catalog().document_records())
        return Answer(question.text, told, answered=True, confidence=1.0, kind="documents")
    if question.intent == "more" and not _shown(history):
        return Answer(question.text, _MORE_OF_WHAT, kind="reply")
    return None


def _mentioned(
    resources: Resources, question: Question, sources: Sequence[str] | None
) -> Answer | None:
    """Which documents mention something, where that is asked.

    None where "discuss" or "contain" may mean more than the words, and no document has them.
    """
    wanted = question.mention
    if wanted is None:
        return None
    catalog = resources.open_catalog()
    within = catalog.sources(sources)
    found = []
    for source in set(catalog.sources_with(wanted.phrase)) & set(within):
        document = catalog.document(source)
        places = tuple(places_of(wanted, document.text)) if document else ()
        if document and places:
            found.append(Mentioned(document, places))
    if not found and not wanted.only_words:
        return None
    return answer_mentions(question.text, wanted, found, len(within), catalog.passages_of)


def _documents_told(records: Sequence[DocumentRecord]) -> str:
    """Which documents there are, the first of many."""
    if not records:
        return "There are no documents yet."
    count = "There is 1 document" if len(records) == 1 else f"There are {len(records)} documents"
    named = ", ".join(record.source for record in records[:_DOCUMENTS_NAMED])
    more = len(records) - _DOCUMENTS_NAMED
    return f"{count}: {named}{f' and {more} more' if more > 0 else ''}."


def _gathered(
    resources: Resources, task: Task, usual: Considered, sources: Sequence[str] | None
) -> Considered | None:
    """The passages for what only a language model can do; None where no document is about it."""
    catalog = resources.open_catalog()
    within = None if sources is None else set(catalog.sources(sources))
    records = [
        each for each in catalog.document_records() if within is None or each.source in within
    ]

    def search(queries: Sequence[str], documents: Sequence[str] | None) -> list[Hit]:
        chosen = sources if documents is None else documents
        return find(resources, queries, limit=MOST_PASSAGES, sources=chosen)

    named = documents_named(task.question, records)
    return gathered(task, usual, named, search, catalog.passages_of)


def _written(
    resources: Resources,
    considered: Considered,
    quoted: Answer,
    options: AskOptions,
    task: str = "",
) -> Generator[str, None, Answer]:
    """The answer in the words of the language model; the quotes where it has none."""
    try:
        model, scorer = resources.open_llm(), resources.open_claim_scorer()
    except ModelUnavailableError as error:
        return replace(quoted, notice=f"{error} These are quotes instead.")
    return (
        yield from write_answer(
            considered,
            quoted,
            model,
            Verifier(scorer, resources.embedder, resources.open_catalog().passages_of),
            remove_unsupported=resources.config.unsupported == "remove",
            ask_again=(options.second_opinion or resources.config.second_opinion) == "yes",
            task=task,
        )
    )


def _quoted(resources: Resources, considered: Considered, minimum_confidence: float) -> Answer:
    if not considered.hits and not resources.open_catalog().count_passages():
        text = f"There are no documents yet. Put some into {resources.config.corpus} and ask again."
        return Answer(
            considered.question.text,
            text,
            searched_for=considered.searched_for,
            with_history=considered.question.with_history,
        )
    return answer_with_quotes(considered, minimum_confidence=minimum_confidence)


def _overview(
    resources: Resources,
    question: Question,
    sources: Sequence[str] | None,
    records: Sequence[DocumentRecord],
) -> Considered:
    """What the documents that are meant say of themselves."""
    catalog = resources.open_catalog()
    names = named(question.text, records, set(catalog.sources(sources)))
    guide = resources.guides.folder(catalog, sources=names)
    return overview(question, guide, catalog.passages_of)


def _shown(history: Sequence[Turn]) -> Sequence[Citation]:
    """What the last answer with citations cites."""
    return next((turn.answer.citations for turn in reversed(history) if turn.answer.citations), ())


def _further(resources: Resources, question: Question, shown: Sequence[Citation]) -> Considered:
    """How the documents go on after what was cited."""
    catalog = resources.open_catalog()
    cited = dict.fromkeys(each.source for each in shown)
    passages = (catalog.passages_of(source) for source in cited)
    return further(question, shown, [each for each in passages if each])


def find(
    resources: Resources, queries: Sequence[str], *, limit: int, sources: Sequence[str] | None
) -> list[Hit]:
    """The passages for a question that is put in several ways, the question itself first."""
    catalog = resources.open_catalog()
    resources.check_catalog()
    check_fingerprint(catalog, resources.fingerprint())
    within = None if sources is None else catalog.sources(sources)
    return retrieve(
        queries,
        catalog,
        resources.open_vectors(),
        resources.embedder,
        limit=limit,
        sources=within,
    )


def _in_pieces(text: str) -> Iterator[str]:
    pieces = text.split(" ")
    for start in range(0, len(pieces), _WORDS_A_PIECE):
        words = " ".join(pieces[start : start + _WORDS_A_PIECE])
        yield words if start == 0 else f" {words}"


def normalise_question(question: str) -> str:
    """A question fit to be searched: without control characters, not endless.

    Raises AskdocsError where nothing is left.
    """
    asked = "".join(character if character.isprintable() else " " for character in question)
    asked = " ".join(asked.split())[:LONGEST_QUESTION]
    if not any(character.isalnum() for character in asked):
        raise AskdocsError("The question is empty. Ask something about your documents.")
    return asked


def check(
    resources: Resources, text: str, *, sources: Sequence[str] | None, on_progress: ProgressListener
) -> Check:
    """Check a draft: each statement is searched for, and judged against what is found."""
    catalog = resources.open_catalog()
    verifier = Verifier(resources.open_claim_scorer(), resources.embedder, catalog.passages_of)

    def search(statement: str) -> list[Passage]:
        hits = find(
            resources, [normalise_question(statement)], limit=PASSAGES_READ, sources=sources
        )
        return [hit.passage for hit in hits]

    return check_draft(text, search, verifier, on_progress=on_progress)

r"""Fine-tunes the reader together with its answer head on whole sentences that answer.

    python -m training.reader.finetune pack ROWS.npz --people people_questions.jsonl.gz \
        --answers answers.jsonl.gz --reader reader.jsonl.gz reader_synth_unanswerable.jsonl.gz \
        --worlds data/worlds/*.jsonl --judge-worlds clinic transit
    python -m training.reader.finetune train ROWS.npz RUN --begin READER.pt --head answer_head.npz
    python -m training.reader.finetune judge ROWS.npz READER.pt HEAD.npz

`pack` splits every text as askdocs does, into passages of about 100 tokens with their title. It
makes a group for each question: passages with the answer, passages with a misleading sentence, and
others of the same text and of other texts. The folders of `synthetic_corpora.py` are indexed and
searched; there a group is what the reader gets, the passages found first.

`train` continues from a trained reader and trains its upper layers. The loss of the head is the
softmax over all sentences of a group and "none", whose logit is 0, as in `fit_answer_head.py`. Span
and relevance are trained as in `train.py`. To recover what was forgotten, the weights are averaged
with those at the start (`average.py`; Wortsman and others 2022, arXiv:2109.01903).

Sets of passages whose number is divisible by 8 are held out for evaluation.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from askdocs import Assistant, Config
from askdocs.answering.context import all_sentences
from askdocs.documents.passages import split
from askdocs.evaluation.question_set import spans_of
from askdocs.models.bundled import TOKENIZER, load_tokenizer
from askdocs.models.reader import Reading, prefix
from askdocs.text.stemming import stem
from askdocs.text.tokens import words
from askdocs.types import Document, Passage
from training import synthetic_corpora
from training.common.schedule import learning_rate
from training.reader.train import FORBIDDEN, Reader, load_reader

CLS, SEP = 101, 102
LONGEST = 256  # tokens of a row
QUESTION_TOKENS = 64
HELD_OUT = 8
OWN = 3  # passages of the question's own text in its group
FOREIGN = 1  # passages of another text
FOUND = 3  # passages of a group that were found and do not answer
MOST_GOLD = 3  # passages of a group that answer
MEDICAL = ("bioasq", "medquad")
LEFT_OUT = ("qamr", "reddit", "amazon", "swap")  # sets of short answers unlike documents


@dataclass(frozen=True)
class MarkedQuestion:
    """A question, its document, and the character spans that answer or mislead.

    `spans` is empty if nothing answers. `short` means that the single span is the answer itself,
    not the sentences that contain it.
    """

    question: str
    document: Document
    spans: tuple[tuple[int, int], ...]
    near: tuple[tuple[int, int], ...] = ()
    short: bool = False
    held_out: bool = False


def natural_questions(path: Path) -> list[MarkedQuestion]:
    """Questions as people ask them, with the sentences that answer them."""
    found = []
    for item in _lines(path):
        text = "\n\n".join(item["passages"])
        document = Document(f"{item['id']}.txt", text, item["title"] or "")
        held_out = int(item["id"].split("-")[1]) % HELD_OUT == 0
        for row in item["rows"]:
            spans = _places(text, row["evidence"])
            if row["answerable"] and not spans:
                continue
            near = _places(text, row.get("near"))
            found.append(MarkedQuestion(row["question"], document, spans, near, held_out=held_out))
    return found


def _places(text: str, quotes: Sequence[dict[str, Any]] | None) -> tuple[tuple[int, int], ...]:
    found = [(text.find(each["quote"]), len(each["quote"])) for each in quotes or []]
    return tuple((start, start + length) for start, length in found if start >= 0)


def longer_answers(path: Path, limit: int) -> list[MarkedQuestion]:
    """English questions whose answers are sentences or lists; at most a third are from medicine."""
    found = []
    for number, row in enumerate(_lines(path)):
        kind = row["answer_kind"]
        spans = tuple((start, end) for start, end in row["spans"])
        if row["lang"] != "en" or (kind != "none" and not spans) or row["source"] == "boolq":
            continue
        document = Document(f"answers-{number}.txt", row["context"], row.get("title") or "")
        found.append(
            (row["source"].startswith(MEDICAL), MarkedQuestion(row["question"], document, spans))
        )
    medical = [each for is_medical, each in found if is_medical]
    others = [each for is_medical, each in found if not is_medical]
    return _sample(medical, limit // 3) + _sample(others, limit - limit // 3)


def short_answers(paths: Sequence[Path], limit: int) -> list[MarkedQuestion]:
    """Questions with short answers; for half of them the text has no answer."""
    with_answer: list[MarkedQuestion] = []
    without: list[MarkedQuestion] = []
    for path in paths:
        for number, row in enumerate(_lines(path)):
            if any(name in row["source"] for name in LEFT_OUT):
                continue
            document = Document(f"{path.stem}-{number}.txt", row["context"], row.get("title") or "")
            start = row["answer_start"]
            if start < 0:
                without.append(MarkedQuestion(row["question"], document, ()))
            else:
                span = (start, start + len(row["answer_text"]))
                with_answer.append(MarkedQuestion(row["question"], document, (span,), short=True))
    return _sample(with_answer, limit // 2) + _sample(without, limit - limit // 2)


def _sample(values: Sequence[MarkedQuestion], count: int) -> list[MarkedQuestion]:
    return random.Random(5).sample(list(values), min(count, len(values)))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@dataclass
class Packed:
    """The lists that become the arrays of a packed file. A row is a question with one passage."""

    tokens: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)  # of each token in its row, from 0; else -1
    lengths: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    span: list[int] = field(default_factory=list)  # whether start and end are known
    relevant: list[int] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)  # of each sentence
    sentences: list[int] = field(default_factory=list)  # of each row
    held_out: list[int] = field(default_factory=list)  # of each group

    def arrays(self) -> dict[str, NDArray[np.int32]]:
        return {name: np.array(values, np.int32) for name, values in vars(self).items()}


@dataclass(frozen=True)
class FoundQuestion:
    """A question as the reader gets it, with the passages that were found for it.

    `spans` are the places that answer, by source. The text of a passage may begin with the turns
    before it, but `start` and `end` are those of the passage itself.
    """

    question: str
    passages: tuple[Passage, ...]
    spans: Mapping[str, tuple[tuple[int, int], ...]]
    answerable: bool
    held_out: bool


class Recorder:
    """A reader that only records its inputs."""

    def __init__(self) -> None:
        self.question = ""
        self.passages: list[Passage] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Readings of which every value is 0."""
        self.question = question
        self.passages += passages
        offsets, none = np.zeros((0, 2), np.int64), np.zeros(0, np.float32)
        return [Reading(offsets, none, none, 0.0, 0.0) for _ in passages]


def found_in(corpus_file: Path, held_out: bool) -> Iterator[FoundQuestion]:
    """The questions of a corpus without a conversation, searched in its folder."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        rows = synthetic_corpora.unpack(corpus_file, corpus)
        (corpus / synthetic_corpora.QUESTIONS).unlink()
        with Assistant(Config(corpus=corpus, index=Path(folder, "index"))) as assistant:
            assistant.index()
            recorder = Recorder()
            assistant._resources.models._reader = recorder
            texts = {
                each.source: assistant.document(each.source).text
                for each in assistant.status().documents
            }
            for row in rows:
                if not row.get("h"):
                    recorder.passages = []
                    assistant.consider(row["q"])
                    if recorder.passages:
                        yield places_told(
                            row, recorder.question, recorder.passages, texts, held_out=held_out
                        )


def places_told(
    row: dict[str, Any],
    question: str,
    passages: Sequence[Passage],
    texts: Mapping[str, str],
    *,
    held_out: bool,
) -> FoundQuestion:
    """The passages that answer a row of a corpus, and the first found ones that do not."""
    told = [(row.get("s"), row.get("g") or [])]
    told += [(each["s"], each["g"]) for each in row.get("alt") or []]
    spans: dict[str, tuple[tuple[int, int], ...]] = dict.fromkeys(texts, ())
    for source, quotes in told:
        for held in texts:
            if source and held.startswith(source):
                spans[held] += tuple(s for quote in quotes for s in spans_of(quote, texts[held]))
    first = list({each.id: each for each in passages}.values())
    answering = [each for each in first if _meets(each, spans[each.source])][:MOST_GOLD]
    if not answering:
        answering = [
            passage
            for source, places in spans.items()
            if places
            for passage in split(Document(source, texts[source], ""))
            if _meets(passage, places)
        ][:1]
    wordings = [each.lower() for each in row.get("a") or [] if len(each) > 2]
    others = [
        each
        for each in first
        if not _meets(each, spans[each.source])
        and not any(wording in each.text.lower() for wording in wordings)
    ][:FOUND]
    answerable = row["k"] not in synthetic_corpora.WITHOUT_ANSWER
    return FoundQuestion(question, (*answering, *others), spans, answerable, held_out)


@dataclass(frozen=True)
class Marks:
    """A tokenizer of the package, and the ids of its special tokens."""

    tokenizer: str = TOKENIZER
    first: int = CLS
    between: tuple[int, ...] = (SEP,)
    last: int = SEP


class Packer:
    """Makes the rows of questions."""

    def __init__(self, marks: Marks | None = None) -> None:
        self.packed = Packed()
        self._marks = marks or Marks()
        self._tokenizer = load_tokenizer(self._marks.tokenizer)
        self._cut: dict[int, list[Passage]] = {}
        self._stems: dict[str, set[str]] = {}
        self._random = random.Random(7)

    def add(self, asked: Sequence[MarkedQuestion]) -> None:
        """Add a group for each question. Passages of other texts come from the same list."""
        for number, each in enumerate(asked):
            if number % 2000 == 0:
                print(number, "of", len(asked), flush=True)
            own = self._chosen(each)
            foreign = self._foreign(each, asked)
            rows = [self._row(each, passage, is_own=True) for passage in own]
            rows += [self._row(each, passage, is_own=False) for passage in foreign]
            kept = [row for row in rows if row is not None]
            if kept and (not each.spans or any(any(row["right"]) for row in kept)):
                self._append(kept, each.held_out)

    def _passages(self, document: Document) -> list[Passage]:
        if id(document) not in self._cut:
            self._cut[id(document)] = split(document)
        return self._cut[id(document)]

    def _chosen(self, asked: MarkedQuestion) -> list[Passage]:
        """Passages of the question's text: with the answer, misleading ones, similar ones."""
        wanted = {stem(word) for word in words(asked.question)}

        def order(passage: Passage) -> tuple[bool, bool, int]:
            return (
                not _meets(passage, asked.spans),
                not _meets(passage, asked.near),
                -len(wanted & self._stems_of(passage)),
            )

        return sorted(self._passages(asked.document), key=order)[:OWN]

    def _foreign(self, asked: MarkedQuestion, every: Sequence[MarkedQuestion]) -> list[Passage]:
        """The passage of twelve other texts that shares most words with the question."""
        wanted = {stem(word) for word in words(asked.question)}
        documents = [self._random.choice(every).document for _ in range(12)]
        passages = [
            passage
            for document in documents
            if document.source != asked.document.source
            for passage in self._passages(document)
        ]
        ordered = sorted(passages, key=lambda each: -len(wanted & self._stems_of(each)))
        return ordered[:FOREIGN]

    def _stems_of(self, passage: Passage) -> set[str]:
        if passage.id not in self._stems:
            self._stems[passage.id] = {stem(word) for word in words(passage.text)}
        return self._stems[passage.id]

    def _row(
        self, asked: MarkedQuestion, passage: Passage, *, is_own: bool, before: int = 0
    ) -> dict[str, Any] | None:
        encoded = self._tokenizer.encode(asked.question, add_special_tokens=False)
        question = encoded.ids[:QUESTION_TOKENS]
        read = self._tokenizer.encode(prefix(passage) + passage.text, add_special_tokens=False)
        second = len(question) + 1 + len(self._marks.between)
        shift = len(prefix(passage)) + before
        offsets = [(a - shift, b - shift) for a, b in read.offsets[: LONGEST - second - 1]]
        first = next((n for n, (start, _) in enumerate(offsets) if start >= 0), len(offsets))
        sentence = [-1] * len(offsets)
        right: list[int] = []
        own = replace(passage, text=passage.text[before:])
        for start, end in all_sentences(own, with_title=True):
            inside = [n for n, (a, b) in enumerate(offsets) if a >= start and b <= end and b > a]
            if not inside:
                continue
            for n in inside:
                sentence[n] = len(right)
            place = passage.start + start, passage.start + end
            right.append(int(is_own and any(_share(place, each) for each in asked.spans)))
        if not right:
            return None
        row: dict[str, Any] = {"question": question, "sentence": sentence}
        row |= {"passage": read.ids[: len(offsets)]}
        row |= {"right": right, "second": second, "first": first + second, "span": 1}
        row |= {"start": 0, "end": 0}
        if any(right):
            row["span"] = 0
        if any(right) and asked.short:
            low, high = (place - passage.start for place in asked.spans[0])
            covered = [n for n, (a, b) in enumerate(offsets) if a < high and b > low and a >= 0]
            if covered:  # not if its letters are only a part of a token
                row |= {"span": 1, "start": covered[0] + second, "end": covered[-1] + second}
        return row

    def add_found(self, found: Iterable[FoundQuestion]) -> None:
        """Add a group for each question that was searched in a folder."""
        for each in found:
            rows = [
                self._found_row(each.question, passage, each.spans[passage.source])
                for passage in each.passages
            ]
            kept = [row for row in rows if row is not None]
            if kept and (not each.answerable or any(any(row["right"]) for row in kept)):
                self._append(kept, each.held_out)

    def _found_row(
        self, question: str, passage: Passage, spans: tuple[tuple[int, int], ...]
    ) -> dict[str, Any] | None:
        """A row of a passage. Its text may begin with the turns before it."""
        before = len(passage.text) - (passage.end - passage.start)
        document = Document(passage.source, "", passage.title)
        asked = MarkedQuestion(question, document, spans)
        return self._row(asked, passage, is_own=True, before=before)

    def _append(self, rows: Sequence[dict[str, Any]], held_out: bool) -> None:
        to, marks = self.packed, self._marks
        number = len(to.held_out)
        to.held_out.append(int(held_out))
        for row in rows:
            question = [marks.first, *row["question"], *marks.between]
            tokens = [*question, *row["passage"], marks.last]
            to.tokens += tokens
            to.sentence += [*([-1] * row["second"]), *row["sentence"], -1]
            to.lengths.append(len(tokens))
            for name in ("second", "first", "start", "end", "span"):
                getattr(to, name).append(row[name])
            to.relevant.append(int(any(row["right"])))
            to.group.append(number)
            to.right += row["right"]
            to.sentences.append(len(row["right"]))


def _meets(passage: Passage, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < passage.end and end > passage.start for start, end in spans)


def _share(place: tuple[int, int], span: tuple[int, int]) -> bool:
    """Whether a sentence and a span share half of the shorter of the two."""
    shared = min(place[1], span[1]) - max(place[0], span[0])
    return shared >= 0.5 * max(1, min(place[1] - place[0], span[1] - span[0]))


class Tuned(nn.Module):
    """A reader with the answer head: weights for [CLS] and for the mean of a sentence's states."""

    def __init__(self, reader: Reader, weights: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.reader = reader
        self.head = nn.Linear(len(weights), 1)
        with torch.no_grad():
            self.head.weight.copy_(weights[None])
            self.head.bias.copy_(bias)

    def forward(
        self, inputs: dict[str, Tensor], sentence: Tensor, count: int
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Start and end logits [rows, length], relevance [rows], sentences' logits [count].

        `sentence` [rows, length] numbers the sentences of the batch from 1; 0 is none.
        """
        hidden = self.reader.encoder(**inputs).last_hidden_state
        spans = self.reader.span(hidden)
        relevance = self.reader.relevance(hidden[:, 0])[:, 0]
        states = sentence_states(hidden, sentence, count)
        return spans[..., 0], spans[..., 1], relevance, self.head(states)[:, 0]

    def learn(self, layers: int) -> None:
        """Train only the upper layers and the heads."""
        encoder = self.reader.encoder
        lower = [encoder.embeddings, *encoder.encoder.layer[:-layers]]
        for each in lower:
            each.requires_grad_(False)


def sentence_states(hidden: Tensor, sentence: Tensor, count: int) -> Tensor:
    """The inputs of a head for each sentence: the state of its row's first token, and its mean.

    Args:
        hidden: Hidden states, [rows, length, width].
        sentence: The number of the sentence of each token, [rows, length], from 1; 0 for none.
        count: How many sentences there are.

    Returns:
        [count, 2 * width], float32.
    """
    flat, each = sentence.reshape(-1), hidden.float().reshape(-1, hidden.shape[-1])
    sums = torch.zeros(count + 1, each.shape[1]).index_add(0, flat, each)
    sizes = torch.zeros(count + 1).index_add(0, flat, torch.ones(len(flat)))
    means = sums / sizes.clamp(min=1)[:, None]
    rows = torch.zeros(count + 1, dtype=torch.long)
    rows[flat] = torch.arange(len(sentence)).repeat_interleave(sentence.shape[1])
    return torch.cat([hidden[:, 0].float()[rows], means], dim=1)[1:]


class Groups:
    """The rows of a packed file by question."""

    def __init__(self, path: Path) -> None:
        self.arrays = dict(np.load(path))
        lengths, sentences = self.arrays["lengths"], self.arrays["sentences"]
        self.begins = np.concatenate([[0], np.cumsum(lengths)])
        self.first_sentence = np.concatenate([[0], np.cumsum(sentences)])
        group = self.arrays["group"]
        self.rows = np.split(np.arange(len(group)), np.flatnonzero(np.diff(group)) + 1)

    def of(self, held_out: bool) -> NDArray[np.int64]:
        """The numbers of the groups that are held out, or of the others."""
        return np.flatnonzero(self.arrays["held_out"] == int(held_out))

    def batch(self, groups: Sequence[int]) -> dict[str, Any]:
        """The rows of some groups padded to one length."""
        rows = np.concatenate([self.rows[group] for group in groups])
        a = self.arrays
        lengths = a["lengths"][rows]
        width = int(lengths.max())
        ids, sentence = (np.zeros((len(rows), width), np.int64) for _ in range(2))
        right, owner, count = [], [], 0
        for place, row in enumerate(rows):
            piece = slice(self.begins[row], self.begins[row + 1])
            ids[place, : lengths[place]] = a["tokens"][piece]
            own = a["sentence"][piece]
            sentence[place, : lengths[place]] = np.where(own >= 0, own + count + 1, 0)
            count += int(a["sentences"][row])
            right.append(a["right"][self.first_sentence[row] : self.first_sentence[row + 1]])
            owner += [int(a["group"][row])] * int(a["sentences"][row])
        steps = np.arange(width)
        real = steps < lengths[:, None]
        allowed = (steps >= a["first"][rows][:, None]) & (steps < lengths[:, None] - 1)
        allowed[:, 0] = True
        places = {group: number for number, group in enumerate(groups)}
        tensor = torch.from_numpy
        return {
            "inputs": {
                "input_ids": tensor(ids),
                "attention_mask": tensor(real.astype(np.int64)),
                "token_type_ids": tensor(
                    (real & (steps >= a["second"][rows][:, None])).astype("q")
                ),
            },
            "sentence": tensor(sentence),
            "count": count,
            "right": tensor(np.concatenate(right).astype(bool)),
            "owner": tensor(np.array([places[group] for group in owner])),
            "groups": len(groups),
            "allowed": tensor(allowed),
            **{n: tensor(a[n][rows].astype("q")) for n in ("start", "end")},
            **{n: tensor(a[n][rows].astype("f")) for n in ("span", "relevant")},
        }


def head_loss(scores: Tensor, batch: dict[str, Any]) -> Tensor:
    """The mean negative log probability of the sentences that answer, or of "none"."""
    shown = torch.full((batch["groups"], batch["count"] + 1), -1e4)
    shown[:, -1] = 0.0
    shown[batch["owner"], torch.arange(batch["count"])] = scores
    shares = torch.log_softmax(shown, dim=1)
    right = torch.zeros_like(shown, dtype=torch.bool)
    right[batch["owner"], torch.arange(batch["count"])] = batch["right"]
    right[:, -1] = ~right[:, :-1].any(dim=1)
    return -torch.logsumexp(shares.masked_fill(~right, -1e4), dim=1).mean()


def loss_of(model: Tuned, batch: dict[str, Any]) -> Tensor:
    """The losses [head, span, relevance]."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        start, end, relevance, scores = model(batch["inputs"], batch["sentence"], batch["count"])
    span = torch.zeros(())
    for logits, target in ((start, batch["start"]), (end, batch["end"])):
        open_ones = logits.float().masked_fill(~batch["allowed"], FORBIDDEN)
        each = nn.functional.cross_entropy(open_ones, target, reduction="none")
        span = span + (batch["span"] * each).sum() / batch["span"].sum().clamp(min=1) / 2
    relevant = nn.functional.binary_cross_entropy_with_logits(relevance.float(), batch["relevant"])
    return torch.stack([head_loss(scores.float(), batch), span, relevant])


def judged(model: Tuned, groups: Groups, numbers: Sequence[int]) -> str:
    """How often the first sentence is right, and how well its logit separates the answerable."""

    def scored(part: Sequence[int]) -> tuple[dict[str, Any], Tensor]:
        batch = groups.batch(part)
        *_, scores = model(batch["inputs"], batch["sentence"], batch["count"])
        return batch, scores

    model.eval()
    found = figures(scored, numbers)
    model.train()
    return found


def figures(
    scored: Callable[[Sequence[int]], tuple[dict[str, Any], Tensor]], numbers: Sequence[int]
) -> str:
    """The metrics of groups. `scored` yields batches with the logits of their sentences."""
    right, answerable, best = [], [], []
    with torch.inference_mode():
        for first in range(0, len(numbers), 16):
            batch, scores = scored(numbers[first : first + 16])
            for number in range(batch["groups"]):
                own = batch["owner"] == number
                labels, logits = batch["right"][own], scores[own]
                answerable.append(bool(labels.any()))
                best.append(float(logits.max()))
                right.append(bool(labels[logits.argmax()]))
    known = np.array(answerable)
    among = np.array(right)[known]
    areas = (
        roc_auc_score(known, best),
        roc_auc_score(among, np.array(best)[known]),
    )
    return (
        f"{len(known)} questions: first right {among.mean():.3f} of {known.sum()}, AUROC answerable"
        f" {areas[0]:.3f}, right of the answerable {areas[1]:.3f}"
    )


def load(reader: Path, head: Path) -> Tuned:
    """The reader of a checkpoint with the head of an .npz file."""
    with np.load(head) as arrays:
        weights, bias = torch.tensor(arrays["weights"]), torch.tensor(arrays["bias"])
    return Tuned(load_reader(reader), weights, bias)


def order(groups: Groups, size: int, seed: int) -> list[list[int]]:
    """Batches of groups of similar length for one pass, in random order."""
    generator = np.random.default_rng(seed)
    numbers = generator.permutation(groups.of(held_out=False))
    longest = np.array([groups.arrays["lengths"][rows].max() for rows in groups.rows])
    found = []
    for first in range(0, len(numbers), size * 30):
        part = numbers[first : first + size * 30]
        part = part[np.argsort(longest[part], kind="stable")]
        found += [part[n : n + size].tolist() for n in range(0, len(part), size)]
    return [found[n] for n in generator.permutation(len(found))]


def save(model: Tuned, run: Path, name: str) -> None:
    """Write the reader as a checkpoint and the head as the file that askdocs reads."""
    torch.save({"reader": model.reader.state_dict()}, run / f"{name}.pt")
    weights = model.head.weight[0].detach().numpy().astype(np.float32)
    np.savez(run / f"{name}.npz", weights=weights, bias=np.float32(model.head.bias.detach()[0]))


def train(options: argparse.Namespace) -> None:
    """Train for a given time; `final.pt` and `final.npz` in the run folder are the result."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    groups = Groups(options.rows)
    model = load(options.begin, options.head)
    model.learn(options.layers)
    held_out = groups.of(held_out=True).tolist()
    body = [each for each in model.reader.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": body, "share": 1.0},
            {"params": list(model.head.parameters()), "share": 5.0},
        ],
        lr=options.rate,
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    began = saved = time.monotonic()
    seen, since, step = 0, torch.zeros(3), 0
    model.train()
    for epoch in range(100):
        for numbers in order(groups, options.batch, options.seed + epoch):
            spent = time.monotonic() - began
            if spent >= options.seconds:
                save(model, options.run, "final")
                print("ends with", judged(model, groups, held_out), flush=True)
                return
            for each in optimizer.param_groups:
                rate = learning_rate(spent / options.seconds, options.rate)
                each["lr"] = rate * each["share"]
            parts = loss_of(model, groups.batch(numbers))
            (parts * torch.tensor([1.0, 0.5, 0.5])).sum().backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            seen, step, since = seen + len(numbers), step + 1, since + parts.detach()
            if step % 50 == 0:
                means = " ".join(f"{value:.3f}" for value in (since / 50).tolist())
                print(f"seconds {spent:.0f} questions {seen} losses {means}", flush=True)
                since.zero_()
            if time.monotonic() - saved > options.save_every:
                saved = time.monotonic()
                save(model, options.run, "latest")
                some = held_out[:: max(1, len(held_out) // 300)]
                print(f"seconds {spent:.0f}", judged(model, groups, some), flush=True)


def pack(options: argparse.Namespace) -> None:
    """Write the packed file."""
    packer = Packer()
    if options.people:
        packer.add(natural_questions(options.people))
    if options.answers:
        packer.add(longer_answers(options.answers, options.longer))
    if options.reader:
        packer.add(short_answers(options.reader, options.short))
    for corpus_file in options.worlds:
        packer.add_found(found_in(corpus_file, corpus_file.stem in options.judge_worlds))
        print(corpus_file.stem, len(packer.packed.held_out), "questions", flush=True)
    arrays = packer.packed.arrays()
    np.savez_compressed(options.rows, allow_pickle=False, **arrays)
    print(f"{len(arrays['held_out'])} questions, {len(arrays['lengths'])} rows")


def main() -> None:
    """Pack, train or judge from the command line."""
    parser = argparse.ArgumentParser(description="Tune the reader on whole sentences that answer.")
    commands = parser.add_subparsers(required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("rows", type=Path)
    packing.add_argument("--people", type=Path)
    packing.add_argument("--answers", type=Path)
    packing.add_argument("--reader", type=Path, nargs="*", default=[])
    packing.add_argument("--worlds", type=Path, nargs="*", default=[])
    packing.add_argument("--judge-worlds", nargs="*", default=[], help="names, for judging only")
    packing.add_argument("--longer", type=int, default=3000, help="questions of --answers")
    packing.add_argument("--short", type=int, default=6000, help="questions of --reader")
    packing.set_defaults(run_command=pack)
    training = commands.add_parser("train")
    training.add_argument("rows", type=Path)
    training.add_argument("run", type=Path)
    training.add_argument("--begin", type=Path, required=True)
    training.add_argument("--head", type=Path, required=True)
    training.add_argument("--seconds", type=float, required=True)
    training.add_argument("--batch", type=int, default=8, help="questions")
    training.add_argument("--rate", type=float, default=6e-5)
    training.add_argument("--layers", type=int, default=3, help="upper layers that learn")
    training.add_argument("--threads", type=int, default=2)
    training.add_argument("--seed", type=int, default=1)
    training.add_argument("--save-every", type=float, default=600, help="seconds")
    training.set_defaults(run_command=train)
    judging = commands.add_parser("judge")
    judging.add_argument("rows", type=Path)
    judging.add_argument("begin", type=Path)
    judging.add_argument("head", type=Path)
    judging.set_defaults(
        run_command=lambda given: print(
            judged(
                load(given.begin, given.head),
                Groups(given.rows),
                Groups(given.rows).of(held_out=True).tolist(),
            )
        )
    )
    options = parser.parse_args()
    if hasattr(options, "run"):
        options.run.mkdir(parents=True, exist_ok=True)
    options.run_command(options)


if __name__ == "__main__":
    main()

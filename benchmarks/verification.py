"""Measures how many false sentences verification catches, and how many true ones it doubts.

    python benchmarks/verification.py FOLDER... --claims FOLDER --sentences 150

Every FOLDER is a question set as `askdocs eval` reads it. True sentences of its documents are put
in other words by rule (a synonym, another order, another form of a number or date, a part left
out, two sentences in one), and made false by rule (a number, a date, a name, "not", the speaker,
or a second half from elsewhere), the latter in the words of the document and in the other words.
`--claims` is a set whose questions are claims labelled SUPPORT and CONTRADICT, made by people.
Half of the documents, by the hash of their name, is for development, the other for the report.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askdocs.answering.verification.facts import figures, names, speakers
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.config import Config
from askdocs.documents.passages import split
from askdocs.documents.sentences import sentence_spans
from askdocs.evaluation.question_set import read_documents
from askdocs.models.embedders import load_embedder
from askdocs.types import Document, Passage

SMALL_WORDS = frozenset("""
    a an the in on at by for from to with during after before while when it he she they this these
    there its his her as if although since by contrast both such some many most however but and
    """.split())  # fmt: skip
PARTS = ("development", "report")
MOST_PASSAGES = 30  # that an answer of people is compared with
MONTHS = (
    "January February March April May June July August September October November December"
).split()
SYNONYMS = {
    "began": "started", "started": "began", "large": "big", "big": "large", "many": "numerous",
    "also": "as well", "about": "around", "because": "since", "although": "though",
    "however": "but", "shows": "demonstrates", "show": "demonstrate", "used": "employed",
    "important": "significant", "often": "frequently", "help": "assist", "found": "discovered",
    "built": "constructed", "bought": "purchased", "near": "close to", "such as": "like",
    "including": "among them", "several": "a number of", "most": "the majority of",
    "people": "persons", "children": "kids", "received": "got", "created": "made",
    "made": "produced", "area": "region", "called": "named", "known": "recognised",
    "year": "twelve months", "end": "close", "main": "principal", "due to": "owing to",
    "need": "require", "use": "make use of", "fast": "quick", "enough": "sufficient",
    "city": "town", "allow": "let", "choose": "pick", "study": "investigation",
    "result": "outcome", "results": "findings", "disease": "illness", "patients": "sick people",
    "during": "in the course of", "while": "whereas", "usually": "normally", "same": "identical",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A sentence to be judged, with what was done to it and whether it is true."""

    text: str
    true: bool
    kind: str
    passage: Passage
    others: tuple[Passage, ...]

    @property
    def part(self) -> str:
        return PARTS[hashlib.sha256(self.passage.source.encode()).digest()[0] % 2]


def plain(text: str) -> str:
    return " ".join(text.split())


def synonyms(text: str, chance: random.Random) -> str:
    """Up to three words replaced."""
    held = [word for word in SYNONYMS if re.search(rf"\b{word}\b", text)]
    for word in chance.sample(held, min(3, len(held))):
        text = re.sub(rf"\b{word}\b", SYNONYMS[word], text, count=1)
    return text


def reordered(text: str, chance: random.Random) -> str:
    """An opening phrase put at the end, or a last one at the beginning."""
    opening = re.fullmatch(r"((?:In|On|At|During|After|Before|By|From) [^,]{3,40}), (.+)\.", text)
    if opening:
        rest = opening[2]
        return f"{rest[0].upper()}{rest[1:]} {opening[1][0].lower()}{opening[1][1:]}."
    last = re.fullmatch(r"([^,;]+) ((?:in|on|at|during) [^,;.]{3,30})\.", text)
    if last and not names(last[1][:20]):
        first = last[1]
        return f"{last[2][0].upper()}{last[2][1:]}, {first[0].lower()}{first[1:]}."
    return text


def other_forms(text: str, chance: random.Random) -> str:
    """Numbers and dates as another would write them."""
    months = "|".join(MONTHS)
    text = re.sub(rf"({months}) (\d{{1,2}}), (\d{{4}})", r"\2 \1 \3", text)
    text = re.sub(r"\b(\d{1,3}),(\d{3})\b(?!,)", r"\1\2", text)
    for word, figure in (("two", "2"), ("three", "3"), ("five", "5"), ("ten", "10")):
        text = re.sub(rf"\b{word}\b(?! hundred| thousand)", figure, text, count=1)
    return text.replace("%", " percent").replace("percent", "per cent", 1)


def shortened(text: str, chance: random.Random) -> str:
    """Without what stands in brackets and without one clause between commas."""
    text = re.sub(r" \([^)]*\)", "", text)
    return re.sub(r", (?:which|who|where|including|such as) [^,]{5,60},", "", text, count=1)


PARAPHRASES = {
    "synonyms": synonyms, "reordered": reordered, "other forms": other_forms,
    "shortened": shortened,
}  # fmt: skip


def new_number(text: str, names_near: list[str], chance: random.Random) -> str:
    found = [written for written, _, _ in figures(text) if any(c.isdigit() for c in written)]
    found = [re.match(r"[\d.,]*\d", written)[0] for written in found]  # type: ignore[index]
    found = [each for each in found if not re.fullmatch(r"(?:1[5-9]|20)\d\d", each)]
    if not found:
        return text
    written = chance.choice(found)
    digits = [i for i, c in enumerate(written) if c.isdigit()]
    place = chance.choice(digits)
    other = chance.choice([d for d in "123456789" if d != written[place]])
    return text.replace(written, written[:place] + other + written[place + 1 :], 1)


def new_date(text: str, names_near: list[str], chance: random.Random) -> str:
    year = re.search(r"\b(1[5-9]|20)(\d\d)\b", text)
    month = re.search(rf"\b({'|'.join(MONTHS)})\b", text)
    if month and (not year or chance.random() < 0.5):
        other = chance.choice([each for each in MONTHS if each != month[1]])
        return text[: month.start()] + other + text[month.end() :]
    if not year:
        return text
    other = str(int(year.group()) + chance.choice([-30, -10, -3, -1, 1, 2, 7, 12]))
    return text[: year.start()] + other + text[year.end() :]


def runs(text: str) -> list[str]:
    """Names of one or more words, not at the beginning of a sentence."""
    single = set(names(text))
    found = re.findall(r"[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+)*", text)
    return [
        each for each in found if all(word.removesuffix("'s") in single for word in each.split())
    ]


def new_name(text: str, names_near: list[str], chance: random.Random) -> str:
    held = runs(text)
    if not held:
        return text
    name = chance.choice(held)
    others = [each for each in names_near if not set(each.split()) & set(text.split())]
    return text.replace(name, chance.choice(others), 1) if others else text


def negated(text: str, names_near: list[str], chance: random.Random) -> str:
    if re.search(
        r"\b(?:was|were|is|are|has|have|had|can|could|will|would|did|does|may) not\b", text
    ):
        return re.sub(
            r"\b(was|were|is|are|has|have|had|can|could|will|would|did|does|may) not\b", r"\1",
            text, count=1,
        )  # fmt: skip
    if re.search(r"\b(?:not|no|never|n't|without|nor)\b", text):
        return text
    return re.sub(r"\b(was|were|is|are|can|could|will|would|may)\b", r"\1 not", text, count=1)


def new_speaker(text: str, names_near: list[str], chance: random.Random) -> str:
    who = speakers(text)
    if not who:
        return text
    name = " ".join(who)
    others = [each for each in names_near if not set(each.split()) & set(text.split())]
    if name not in text or not others:
        return text
    return text.replace(name, chance.choice(others), 1)


def roles_swapped(text: str, names_near: list[str], chance: random.Random) -> str:
    held = list(dict.fromkeys(re.findall(r"[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+)*", text)))
    near = set(names_near)
    held = [each for each in held if each.split()[0].lower() not in SMALL_WORDS][:2]
    held = [each for each in held if set(each.split()) <= near or len(each.split()) > 1]
    if len(held) < 2 or re.search(rf"{held[0]}(?:,| and| or| in| of) {held[1]}", text):
        return text
    first, second = held
    if first in second or second in first or text.index(first) > 3:
        return text
    return text.replace(first, "\0").replace(second, first).replace("\0", second)


CORRUPTIONS = {
    "number": new_number, "date": new_date, "name": new_name, "negation": negated,
    "speaker": new_speaker,
}  # fmt: skip


def sentences(document: Document) -> Iterator[tuple[str, Passage, tuple[Passage, ...]]]:
    """Each fit sentence of a document, its passage and the passages around it."""
    passages = split(document)
    for place, passage in enumerate(passages):
        around = tuple(passages[max(0, place - 3) : place] + passages[place + 1 : place + 4])
        for start, end in sentence_spans(passage.text):
            text = plain(passage.text[start:end])
            prose = text.endswith(".") and text[0].isupper() and 9 <= len(text.split()) <= 45
            if prose and "|" not in text and "http" not in text:
                yield text, passage, around


def made_cases(folders: Sequence[Path], wanted: int, seed: str) -> Iterator[Case]:
    """The cases made from sentences of the documents of every folder."""
    for folder in folders:
        chance = random.Random(folder.name + seed)
        documents, _ = read_documents(folder, Config())
        rows = []
        for document in chance.sample(documents, min(len(documents), wanted)):
            found = list(sentences(document))
            rows += chance.sample(found, min(len(found), 12))
        chance.shuffle(rows)
        near: dict[str, list[str]] = defaultdict(list)
        for text, passage, _ in rows:
            near[passage.source] += runs(text)
        everywhere = [name for found in near.values() for name in found]
        for place, row in enumerate(rows[:wanted]):
            yield from cases_of(row, near, everywhere, rows[place - 1][0], chance)


def cases_of(
    row: tuple[str, Passage, tuple[Passage, ...]],
    near: dict[str, list[str]],
    everywhere: list[str],
    elsewhere: str,
    chance: random.Random,
) -> Iterator[Case]:
    """Everything that is made of one sentence."""
    text, passage, others = row
    spoken = text
    for kind, change in PARAPHRASES.items():
        changed = change(text, chance)
        if changed != text:
            yield Case(changed, True, kind, passage, others)
            spoken = changed
    mixed = shortened(other_forms(reordered(synonyms(text, chance), chance), chance), chance)
    if mixed != text:
        yield Case(mixed, True, "all of these", passage, others)
    around = near[passage.source] if len(near[passage.source]) > 3 else everywhere
    for kind, corrupt in CORRUPTIONS.items():
        for suffix, base in (("", text), (", in other words", spoken)):
            changed = corrupt(base, around, chance)
            if changed != base and not (suffix and base == text):
                yield Case(changed, False, kind + suffix, passage, others)
    known = [name for each in (passage, *others) for name in names(each.text)]
    changed = roles_swapped(text, known, chance)
    if changed != text:
        yield Case(changed, False, "roles swapped", passage, others)
    half = elsewhere[0].lower() + elsewhere[1:]
    yield Case(f"{text[:-1]}, and {half}", False, "half true", passage, others)


def some_questions(folder: Path, wanted: int) -> list[dict[str, Any]]:
    """Questions of a set that have gold quotes, picked by chance."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = [each for each in map(json.loads, lines) if each["gold"] and each["answers"]]
    return random.Random(0).sample(found, min(len(found), wanted))


def claimed_cases(folder: Path, wanted: int) -> Iterator[Case]:
    """Claims that people made, against the passages of the abstract that decides them."""
    documents = {each.source: each for each in read_documents(folder, Config())[0]}
    for claim in some_questions(folder, wanted):
        for gold in claim["gold"][:1]:
            passages = split(documents[gold["doc_id"]])
            place = next(i for i, each in enumerate(passages) if each.end > gold["start"])
            others = tuple(passages[:place] + passages[place + 1 :])
            true = gold["label"] == "SUPPORT"
            yield Case(claim["question"], true, "claims of people", passages[place], others)


def answer_cases(folders: Sequence[Path], wanted: int) -> Iterator[Case]:
    """Sentences of answers that people wrote or corrected, against the gold passages."""
    for folder in folders:
        documents = {each.source: each for each in read_documents(folder, Config())[0]}
        for question in some_questions(folder, wanted):
            answer = question["answers"][0]
            passages = gold_passages(question["gold"], documents)
            for start, end in sentence_spans(answer):
                text = plain(answer[start:end])
                if len(text.split()) >= 8 and passages:
                    yield Case(text, True, "answers of people", passages[0], tuple(passages[1:]))


def gold_passages(
    gold: Sequence[dict[str, Any]], documents: Mapping[str, Document]
) -> list[Passage]:
    """The passages that hold a part of a gold quote, at most MOST_PASSAGES, in order of the gold.

    Where a quote spans many passages, and its document is long, what lies outside is of no use.
    """
    found: dict[Passage, None] = {}
    for each in gold:
        for passage in split(documents[each["doc_id"]]):
            inside = each.get("start") is None or (
                passage.start < each["end"] and each["start"] < passage.end
            )
            if inside:
                found.setdefault(passage)
    return list(found)[:MOST_PASSAGES]


def show(cases: Sequence[Case], judged: Sequence[Judgement], part: str) -> None:
    """Print the share of each kind that was doubted (partly or unsupported), with counts."""
    table: dict[tuple[bool, str], Counter[str]] = defaultdict(Counter)
    for case, judgement in zip(cases, judged, strict=True):
        if case.part == part:
            table[case.true, case.kind][judgement.verdict] += 1
            if "people" not in case.kind:
                table[case.true, "ALL MADE"][judgement.verdict] += 1
    print(f"\n{part}\n{'':34}{'doubted':>9}{'of':>6}   verdicts")
    for (true, kind), verdicts in sorted(table.items()):
        total = sum(verdicts.values())
        doubted = verdicts["partly"] + verdicts["unsupported"]
        name = f"{'true' if true else 'false'}, {kind}"
        print(f"{name:34}{doubted / total:9.3f}{total:6}   {dict(verdicts)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--claims", type=Path)
    parser.add_argument("--answers", nargs="*", type=Path, default=[])
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--seed", default="", help="any word: other sentences are drawn with it")
    parser.add_argument("--kinds", nargs="*", default=[], help="words of the kinds to be judged")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--misjudged", type=int, default=0, help="show so many of each kind")
    asked = parser.parse_args()
    cases = list(made_cases(asked.folders, asked.sentences, asked.seed))
    if asked.claims:
        cases += claimed_cases(asked.claims, asked.sentences * 2)
    cases += answer_cases(asked.answers, asked.sentences)
    cases = [case for case in cases if case.part in asked.parts]
    if asked.kinds:
        cases = [case for case in cases if any(word in case.kind for word in asked.kinds)]
    verifier = Verifier(load_embedder("onnx:builtin"))
    judged = [verifier.judge(case.text, [case.passage], case.others) for case in cases]
    for part in asked.parts:
        show(cases, judged, part)
    shown: Counter[tuple[bool, str]] = Counter()
    for case, judgement in zip(cases, judged, strict=True):
        doubted = judgement.verdict in ("partly", "unsupported")
        shown[case.true, case.kind] += doubted == case.true
        if doubted == case.true and shown[case.true, case.kind] <= asked.misjudged:
            words = [
                found.text[a - found.start : b - found.start] for found, a, b in judgement.quotes
            ]
            print(f"\n{case.true}, {case.kind}: {judgement.verdict} ({judgement.reason})")
            print(f"  {case.text}\n  of: {words}")


if __name__ == "__main__":
    main()

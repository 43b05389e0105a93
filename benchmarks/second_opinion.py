"""Measures what a second opinion adds to the verifier, on claims whose verdicts are known.

    python -m benchmarks.second_opinion CLAIMS --part 8 --half 0 --items 60 --folder OPINION
    python -m benchmarks.second_opinion CLAIMS --part 8 --half 0 --items 60 --llm openai:MODEL@URL

Of each item, as many true as false sentences are drawn, and judged as the statements of one answer.
With `--llm`, a model is asked. With `--folder`, every request is written to `requests/NNN.txt`
there, without labels, and the reply is read from `replies/NNN.txt` when somebody has written it.
`--kept` stores the scores of the verifier, as in `verification.py`.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Generator, Sequence
from pathlib import Path

from askdocs.answering.generation.second_opinion import second_opinion
from askdocs.answering.verification.verifier import Judgement, Verifier, is_support
from askdocs.evaluation import metrics
from askdocs.evaluation.claims import Claim, claims_file, read_claims
from askdocs.llm.load import load_llm
from askdocs.llm.model import LanguageModel, Message
from askdocs.models.embedders import load_embedder
from askdocs.text.tokens import estimate_tokens
from benchmarks.verification import KeptScores, chosen

_MOST_OF_A_LABEL = 4  # sentences of one label in an item
_CONTEXT = 8192
_SECONDS = 120  # for which a model may be silent


class Letterbox:
    """A language model whose requests and replies are files. Somebody else writes the replies."""

    name = "files"
    context = _CONTEXT

    def __init__(self, folder: Path) -> None:
        self._requests, self._replies = folder / "requests", folder / "replies"
        self._requests.mkdir(parents=True, exist_ok=True)
        self._number = 0

    def count(self, text: str) -> int:
        """The approximate number of tokens of a text."""
        return estimate_tokens(text)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        """Write the request to its file, and read the reply; empty if there is none yet."""
        name = f"{self._number:03}.txt"
        self._number += 1
        request = "\n\n".join(each.content for each in messages)
        (self._requests / name).write_text(request, encoding="utf-8")
        reply = self._replies / name
        yield reply.read_text(encoding="utf-8") if reply.is_file() else ""


def answers_of(claims: Sequence[Claim], seed: int) -> list[list[Claim]]:
    """Equally many true and false sentences of each item, in random order."""
    rng = random.Random(seed)
    items: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        items[claim.item].append(claim)
    answers = []
    for item in items.values():
        true, false = (
            [claim for claim in item if claim.label == label]
            for label in ("supported", "unsupported")
        )
        count = min(len(true), len(false), _MOST_OF_A_LABEL)
        answer = rng.sample(true, count) + rng.sample(false, count)
        rng.shuffle(answer)
        answers.append(answer)
    return [answer for answer in answers if answer]


def judged_twice(
    answer: Sequence[Claim], model: LanguageModel, verifier: Verifier
) -> list[tuple[Claim, Judgement, Judgement]]:
    """Each claim with its verdicts before and after the second opinion."""
    first = {
        number: verifier.judge(claim.text, claim.cited, claim.others, claim.question)
        for number, claim in enumerate(answer)
    }
    passages = sorted((*answer[0].cited, *answer[0].others), key=lambda each: each.start)
    asked = {number: (answer[number].text, judgement) for number, judgement in first.items()}
    asking = second_opinion(model, asked, passages, verifier=verifier, question=answer[0].question)
    while True:
        try:
            next(asking)
        except StopIteration as end:
            changed: dict[int, Judgement] = end.value
            break
    return [(claim, first[n], changed.get(n, first[n])) for n, claim in enumerate(answer)]


def show(judged: Sequence[tuple[Claim, Judgement, Judgement]]) -> None:
    """Print the verdicts before and after by label, and the supported ones by kind."""
    for label, name in (("supported", "true"), ("unsupported", "false")):
        rows = [row for row in judged if row[0].label == label]
        before = "before", [first for _, first, _ in rows]
        after = "with the second opinion", [second for _, _, second in rows]
        for when, verdicts in (before, after):
            shown = metrics.share([is_support(each) for each in verdicts])
            doubtful = sum(each.verdict == "partly" for each in verdicts)
            contradicted = sum(each.contradicted for each in verdicts)
            print(
                f"{name:6} {when:24} shown {shown.value or 0:.3f}"
                f" [{shown.low or 0:.3f}, {shown.high or 0:.3f}] of {shown.count},"
                f" doubtful {doubtful}, contradicted {contradicted}"
            )
    for label, how in sorted({(claim.label, claim.how) for claim, _, _ in judged}):
        rows = [row for row in judged if (row[0].label, row[0].how) == (label, how)]
        shown_before = sum(is_support(first) for _, first, _ in rows)
        shown_after = sum(is_support(second) for _, _, second in rows)
        print(f"{label}, {how}: of {len(rows)} shown {shown_before} before, {shown_after} after")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("claims", type=Path)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="for requests and replies as files")
    parser.add_argument("--llm", default="", help="the model that is asked")
    parser.add_argument("--kept", type=Path, help="file that scores of the verifier are kept in")
    asked = parser.parse_args()
    file = claims_file(asked.claims)
    if file is None or bool(asked.llm) == bool(asked.folder):
        parser.error("it takes a file of claims, and either --folder or --llm")
    model = (
        load_llm(asked.llm, context=_CONTEXT, seconds=_SECONDS)
        if asked.llm
        else Letterbox(asked.folder)
    )
    verifier = Verifier(KeptScores(asked.kept), load_embedder("onnx:builtin"))
    claims = chosen(read_claims(file), asked.part, asked.half, asked.items, asked.seed)
    judged = []
    for answer in answers_of(claims, asked.seed):
        judged += judged_twice(answer, model, verifier)
    show(judged)


if __name__ == "__main__":
    main()

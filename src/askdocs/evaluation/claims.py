"""Measures the verifier on claims whose verdicts are known.

A file of claims has one item a line: {id, question, passages, sentences}. Each sentence is {text,
label, evidence, how}: `label` is supported, partly or unsupported; `evidence` has the numbers of
the passages that it cites, from 0 on; `how` names the kind of sentence. `question` and `how` may be
missing. docs/cli.md shows one.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from askdocs.answering.verification.verifier import Judgement, Verifier, is_support
from askdocs.errors import CorpusError
from askdocs.evaluation import metrics
from askdocs.evaluation.metrics import Bin, Measure
from askdocs.output.printable import printable
from askdocs.types import Passage

LABELS = ("supported", "partly", "unsupported")
_NOT_JUDGED = ("unchecked", "no_claim")
_NAMES = ("claims.jsonl.gz", "claims.jsonl")
_NAME_WIDTH = 40  # of the first column of a table
_BAR_WIDTH = 30
_GAP = 20  # characters between the passages of an item, which need not be adjacent


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with its label, the passages that it cites, and the other passages of its item."""

    item: str
    text: str
    label: str
    how: str
    question: str
    cited: tuple[Passage, ...]
    others: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim and the judgement of the verifier."""

    claim: Claim
    judgement: Judgement

    @property
    def is_supported(self) -> bool:
        return is_support(self.judgement)


def claims_file(path: Path) -> Path | None:
    """Return the file of claims at a path or in its folder; None if there is none."""
    if path.is_file():
        return path
    return next((path / name for name in _NAMES if (path / name).is_file()), None)


def read_claims(file: Path) -> list[Claim]:
    """Read a file of claims: JSON Lines, gzipped or not.

    Raises:
        CorpusError: The file cannot be read, or a line is not an item.
    """
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            return [claim for line in lines if line.strip() for claim in _claims(json.loads(line))]
    except OSError as error:
        raise CorpusError(f"{file} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CorpusError(f"{file} is not a file of claims: {error!r}.") from error


def judge_all(
    claims: Sequence[Claim], verifier: Verifier, note: Callable[[int, int], None]
) -> list[JudgedClaim]:
    """Judge every claim; `note` is called with how many are done, and of how many."""
    judged = []
    for number, claim in enumerate(claims, start=1):
        judgement = verifier.judge(claim.text, claim.cited, claim.others, claim.question)
        judged.append(JudgedClaim(claim, judgement))
        note(number, len(claims))
    return judged


def support_measures(judged: Sequence[JudgedClaim]) -> dict[str, Measure]:
    """Return the AUROC of the probabilities, and the shares shown as supported, by label."""
    by_label: dict[str, list[JudgedClaim]] = defaultdict(list)
    for each in judged:
        by_label[each.claim.label].append(each)
    found = {}
    true, false = (
        [each.judgement.probability for each in by_label[name]]
        for name in ("supported", "unsupported")
    )
    if true and false:
        found["AUROC, true from false"] = metrics.auroc(true, false)
        found["calibration error"] = metrics.calibration_error(*probability_and_truth(judged))
    for label, name in zip(LABELS, ("true", "partly true", "false"), strict=True):
        if by_label[label]:
            shares = [each.is_supported for each in by_label[label]]
            found[f"{name} ones shown as supported"] = metrics.share(shares)
    return found


def support_by_kind(judged: Sequence[JudgedClaim]) -> dict[tuple[str, str], Measure]:
    """The share shown as supported by (label, kind)."""
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for each in judged:
        groups[each.claim.label, each.claim.how].append(each.is_supported)
    return {key: metrics.share(groups[key]) for key in sorted(groups)}


def probability_and_truth(judged: Sequence[JudgedClaim]) -> tuple[list[float], list[bool]]:
    """The probability of support of each claim that was judged, and whether the claim is true.

    Claims that are partly true are left out.
    """
    decided = [
        each
        for each in judged
        if each.claim.label != "partly" and each.judgement.verdict not in _NOT_JUDGED
    ]
    return (
        [each.judgement.probability for each in decided],
        [each.claim.label == "supported" for each in decided],
    )


def reliability(judged: Sequence[JudgedClaim]) -> list[Bin]:
    """Probabilities of support in bins, with the share of true ones in each."""
    return metrics.reliability(*probability_and_truth(judged))


def claims_as_json(judged: Sequence[JudgedClaim]) -> dict[str, Any]:
    """The keys that `eval --json` prints for a file of claims."""
    return {
        "claims": len(judged),
        **{name: asdict(measure) for name, measure in support_measures(judged).items()},
        "kinds": {
            f"{label}, {how}": asdict(measure)
            for (label, how), measure in support_by_kind(judged).items()
        },
        "reliability": [asdict(each) for each in reliability(judged)],
    }


def claim_as_json(judged: JudgedClaim) -> dict[str, Any]:
    """The judgement of one claim, for error analysis."""
    claim, judgement = judged.claim, judged.judgement
    return {
        "item": claim.item,
        "text": claim.text,
        "label": claim.label,
        "how": claim.how,
        "verdict": judgement.verdict,
        "probability": round(judgement.probability, 4),
        "reason": judgement.reason,
        "contradicted": judgement.contradicted,
    }


def claims_as_text(judged: Sequence[JudgedClaim]) -> str:
    """Tables for a terminal: metrics with intervals of 95 %, kinds, a reliability diagram."""
    lines = [f"{len(judged)} claims", ""]
    for name, measure in support_measures(judged).items():
        low, high = measure.low or 0.0, measure.high or 0.0
        shown = f"{measure.value or 0.0:.3f} [{low:.3f}, {high:.3f}]"
        lines.append(f"{name:{_NAME_WIDTH}} {shown} of {measure.count}")
    lines += ["", f"{'shown as supported, by label and kind':{_NAME_WIDTH}} {'share':>6} claims"]
    for (label, how), measure in support_by_kind(judged).items():
        name = f"{label}, {printable(how)}" if how else label
        lines.append(f"{name:{_NAME_WIDTH}} {measure.value or 0.0:6.3f} {measure.count:6}")
    return "\n".join([*lines, *_diagram(reliability(judged))])


def _diagram(bins: Sequence[Bin]) -> Iterator[str]:
    """A bar for each bin: as long as the share of true claims, with "|" at its mean probability."""
    if not bins:
        return
    yield f"\n{'probability':14}{'mean':>6}{'true':>6}{'claims':>8}  # true, | probability"
    for each in bins:
        bar = list(f"{'#' * round(each.right * _BAR_WIDTH):{_BAR_WIDTH}}")
        bar[min(int(each.confidence * _BAR_WIDTH), _BAR_WIDTH - 1)] = "|"
        span = f"{each.low:.1f} to {each.high:.1f}"
        numbers = f"{each.confidence:6.2f}{each.right:6.2f}{each.count:8}"
        yield f"{span:14}{numbers}  {''.join(bar).rstrip()}"


def _claims(item: Mapping[str, Any]) -> Iterator[Claim]:
    passages = []
    start = 0
    for number, text in enumerate(item["passages"]):
        name = f"{item['id']}.txt"
        passages.append(Passage(f"{name}-{number}", name, text, start, start + len(text)))
        start += len(text) + _GAP
    for sentence in item["sentences"]:
        if sentence["label"] not in LABELS:
            raise ValueError(f"the label {sentence['label']!r} is not one of {', '.join(LABELS)}")
        cited = tuple(passages[number] for number in dict.fromkeys(sentence["evidence"]))
        yield Claim(
            item=str(item["id"]),
            text=sentence["text"],
            label=sentence["label"],
            how=sentence.get("how", ""),
            question=item.get("question", ""),
            cited=cited,
            others=tuple(passage for passage in passages if passage not in cited),
        )

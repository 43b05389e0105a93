r"""Measure the verifier on claims that it has not seen.

The items that `prepare.py` leaves out are split in two: on one half the scores are calibrated and
the threshold is chosen, on the other half everything is reported, with 95 % intervals from
resampled items. "Supported" against "unsupported" is what the AUROC and the two shares at the
threshold are taken of; partly supported sentences are reported apart.

With `--made` further sentences are made of the supported ones and of their evidence: near misses
of each kind, whole sentences of the evidence, and near misses of those.

Usage: python -m training.verifier.evaluate claims.jsonl.gz tokenizer.json --checkpoint final.pt \
           --json figures.json
       python -m training.verifier.evaluate claims.jsonl.gz tokenizer.json --onnx verifier.onnx.gz
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.verifier.finetune import load
from training.verifier.near_misses import CHANGES
from training.verifier.prepare import is_for_choosing, is_held_out, read_rows, sentences_of
from training.verifier.scorers import OnnxScorer, Pair, Scorer, TorchScorer, log_odds

Floats = NDArray[np.float64]
LET_THROUGH = 0.10  # share of the false sentences that may be shown as supported


@dataclass(frozen=True)
class Example:
    """A sentence to be judged, and what it is."""

    item: int
    pair: Pair
    label: str
    how: str


@dataclass(frozen=True)
class Calibration:
    """How a score becomes a probability, and from which one on "supported" is said."""

    slope: float
    offset: float
    threshold: float

    def probabilities(self, odds: Floats) -> Floats:
        """Return the probability of "supported" for log odds."""
        found: Floats = 1 / (1 + np.exp(-(self.slope * odds + self.offset)))
        return found


def examples_of(items: Sequence[dict[str, Any]], *, questions: bool) -> list[Example]:
    """Return the sentences of the items with their evidence."""
    return [
        Example(
            number,
            Pair(
                sentence["text"],
                tuple(item["passages"][n] for n in sorted(set(sentence["evidence"]))),
                item["question"] if questions else "",
            ),
            sentence["label"],
            sentence["how"],
        )
        for number, item in enumerate(items)
        for sentence in item["sentences"]
    ]


def verify_examples(rows: Sequence[dict[str, Any]], each: int) -> list[Example]:
    """Return up to `each` held-out English rows of every source of verify.jsonl.gz."""
    by_source: dict[str, list[Example]] = defaultdict(list)
    groups: dict[str, int] = {}
    for row in rows:
        if row["lang"] != "en" or not is_held_out(row["group"]):
            continue
        found = by_source[row["source"]]
        if len(found) < each:
            pair = Pair(row["hypothesis"], (row["premise"],), row.get("context") or "")
            item = groups.setdefault(row["group"], len(groups))
            label = "supported" if row["supported"] else "unsupported"
            found.append(Example(item, pair, label, row["source"]))
    return [example for source in sorted(by_source) for example in by_source[source]]


def auroc_by_kind(examples: Sequence[Example], odds: Floats) -> str:
    """Return the AUROC within every kind, as a text."""
    lines = []
    for kind in sorted({example.how for example in examples}):
        here = np.array([example.how == kind for example in examples])
        truths = np.array([e.label == "supported" for e in examples if e.how == kind])
        lines.append(
            f"{kind:24} {truths.sum():5} of {len(truths):5} {auroc(odds[here], truths):.3f}"
        )
    return "\n".join(lines)


def made_examples(examples: Sequence[Example], each: int, seed: int) -> list[Example]:
    """Return up to `each` sentences of every kind that is made by rule."""
    rng = random.Random(seed)
    by_kind: dict[str, list[Example]] = defaultdict(list)
    supported = [example for example in examples if example.label == "supported"]
    rng.shuffle(supported)
    for example in supported:
        evidence = "\n".join(example.pair.evidence)
        copies = [part for part in sentences_of(evidence) if 6 <= len(part.split()) <= 40]
        made = [("copy", "supported", rng.choice(copies))] if copies else []
        for change, _ in CHANGES:
            made.append((change.__name__, "unsupported", change(example.pair.claim, evidence, rng)))
            if copies:
                changed = change(rng.choice(copies), evidence, rng)
                made.append((f"copy, {change.__name__}", "unsupported", changed))
        for kind, label, text in made:
            if text and len(by_kind[kind]) < each:
                pair = Pair(text, example.pair.evidence, example.pair.question)
                by_kind[kind].append(Example(example.item, pair, label, f"made: {kind}"))
    return [example for kind in sorted(by_kind) for example in by_kind[kind]]


def auroc(scores: Floats, truths: NDArray[np.bool_]) -> float:
    """Return the share of pairs of a true and a false sentence that the scores order rightly."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    true, false = int(truths.sum()), int((~truths).sum())
    if not true or not false:
        return float("nan")
    return float((ranks[truths].sum() - true * (true + 1) / 2) / (true * false))


def fit_calibration(odds: Floats, truths: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset of the logistic curve of most likelihood (Platt 1999), by Newton."""
    slope, offset = 1.0, 0.0
    columns = np.stack([odds, np.ones_like(odds)], axis=1)
    for _ in range(50):
        chances = 1 / (1 + np.exp(-(slope * odds + offset)))
        gradient = columns.T @ (truths - chances)
        weights = np.maximum(chances * (1 - chances), 1e-6)
        step = np.linalg.solve(columns.T @ (columns * weights[:, None]), gradient)
        slope, offset = slope + step[0], offset + step[1]
        if np.abs(step).max() < 1e-8:
            break
    return float(slope), float(offset)


def choose(odds: Floats, truths: NDArray[np.bool_]) -> Calibration:
    """Return the calibration; the threshold lets through `LET_THROUGH` of the false sentences."""
    slope, offset = fit_calibration(odds, truths)
    without_threshold = Calibration(slope, offset, 0.0)
    false = without_threshold.probabilities(odds[~truths])
    return Calibration(slope, offset, float(np.quantile(false, 1 - LET_THROUGH)))


def interval(
    statistic: Callable[[NDArray[np.int64]], float], items: NDArray[np.int64], times: int = 400
) -> tuple[float, float]:
    """Return a 95 % interval of a statistic of row numbers, by resampling whole items."""
    generator = np.random.default_rng(0)
    rows = {item: np.flatnonzero(items == item) for item in np.unique(items)}
    names = np.array(list(rows))
    values = [
        statistic(np.concatenate([rows[name] for name in generator.choice(names, len(names))]))
        for _ in range(times)
    ]
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def with_interval(
    statistic: Callable[[NDArray[np.int64]], float], items: NDArray[np.int64]
) -> dict[str, Any]:
    """Return a statistic of all rows and its interval."""
    return {
        "value": round(statistic(np.arange(len(items))), 4),
        "interval": [round(each, 4) for each in interval(statistic, items)],
    }


def by_kind(examples: Sequence[Example], shown: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Return, for every label and kind, how many sentences are shown as supported."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        places[example.label, example.how].append(number)
    return [
        {
            "label": label,
            "how": how,
            "sentences": len(numbers),
            "shown_as_supported": round(float(shown[numbers].mean()), 3),
        }
        for (label, how), numbers in sorted(places.items())
    ]


def reliability(chances: Floats, truths: NDArray[np.bool_], bins: int = 10) -> list[dict[str, Any]]:
    """Return, for every tenth of the probability, its mean and how often it was true."""
    number = np.minimum((chances * bins).astype(int), bins - 1)
    return [
        {
            "from": each / bins,
            "sentences": int((number == each).sum()),
            "probability": round(float(chances[number == each].mean()), 3),
            "true": round(float(truths[number == each].mean()), 3),
        }
        for each in range(bins)
        if (number == each).any()
    ]


def report(
    examples: Sequence[Example], odds: Floats, calibration: Calibration | None
) -> dict[str, Any]:
    """Return the figures of the sentences, calibrated on the half that is not reported on."""
    decided = np.array([example.label != "partly" for example in examples])
    truths = np.array([example.label == "supported" for example in examples])
    items = np.array([example.item for example in examples])
    made = np.array([example.how.startswith("made") for example in examples])
    choosing = (items % 2 == 0) & decided & ~made
    if calibration is None:
        calibration = choose(odds[choosing], truths[choosing])
        reported = items % 2 == 1
    else:
        reported = np.ones(len(items), dtype=np.bool_)
    chances = calibration.probabilities(odds)
    shown = chances >= calibration.threshold
    main = np.flatnonzero(reported & decided & ~made)
    true_rows = np.flatnonzero(reported & truths & ~made)
    false_rows = np.flatnonzero(reported & ~truths & decided & ~made)
    return {
        "calibration": asdict(calibration),
        "supported": len(true_rows),
        "unsupported": len(false_rows),
        "auroc": with_interval(lambda n: auroc(odds[main][n], truths[main][n]), items[main]),
        "true_shown": with_interval(lambda n: float(shown[true_rows][n].mean()), items[true_rows]),
        "false_shown": with_interval(
            lambda n: float(shown[false_rows][n].mean()), items[false_rows]
        ),
        "by_kind": by_kind(
            [example for example, kept in zip(examples, reported, strict=True) if kept],
            shown[reported],
        ),
        "reliability": reliability(chances[main], truths[main]),
    }


def lines_of(figures: dict[str, Any]) -> str:
    """Return the figures as a text."""
    parts = [
        f"{name}: {figures[name]['value']} {figures[name]['interval']}"
        for name in ("auroc", "true_shown", "false_shown")
    ]
    parts.append(f"{figures['calibration']} on {figures['supported']}+{figures['unsupported']}")
    parts += [
        f"{row['label']:12} {row['how']:32} {row['sentences']:5} {row['shown_as_supported']:.3f}"
        for row in figures["by_kind"]
    ]
    parts += [
        f"{row['from']:.1f} {row['sentences']:5} {row['probability']:.3f} {row['true']:.3f}"
        for row in figures["reliability"]
    ]
    return "\n".join(parts)


def scorer_of(options: argparse.Namespace) -> Scorer:
    """Return the scorer that the command line names."""
    if options.checkpoint:
        return TorchScorer.of_checkpoint(
            options.checkpoint, options.tokenizer, in_four_bits=not options.full_precision
        )
    if options.adapter:
        return TorchScorer(load(options.adapter, options.verifier), options.tokenizer)
    return OnnxScorer(options.onnx, options.tokenizer, options.threads)


def main() -> None:
    """Evaluate from the command line."""
    parser = argparse.ArgumentParser(description="Measure the verifier.")
    parser.add_argument("claims", type=Path, help="claims.jsonl.gz")
    parser.add_argument("tokenizer", type=Path, help="tokenizer.json")
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--checkpoint", type=Path, help="of train.py")
    model.add_argument("--onnx", type=Path, help="of export.py")
    model.add_argument("--adapter", type=Path, help="of finetune.py, with --verifier")
    parser.add_argument(
        "--verifier", type=Path, help="verifier.onnx.gz, which the adapter belongs to"
    )
    parser.add_argument("--full-precision", action="store_true", help="do not round to 4 bits")
    parser.add_argument("--all", action="store_true", help="all items, not one in eight")
    parser.add_argument("--items", type=int, default=0, help="only the first so many items")
    parser.add_argument("--no-question", action="store_true", help="leave the question out")
    parser.add_argument("--made", type=int, default=0, help="so many made sentences of each kind")
    parser.add_argument(
        "--verify", type=int, default=0, help="`claims` is verify.jsonl.gz: so many of each source"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--calibration", type=Path, help="JSON of slope, offset and threshold")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--scores", type=Path, help="file for the log odds of every sentence")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    scorer = scorer_of(options)
    if options.verify:
        examples = verify_examples(read_rows(options.claims), options.verify)
        print(auroc_by_kind(examples, log_odds(scorer.logits([e.pair for e in examples]))))
        return
    items = [i for i in read_rows(options.claims) if options.all or is_for_choosing(i)]
    items = items[: options.items or None]
    examples = examples_of(items, questions=not options.no_question)
    examples += made_examples(examples, options.made, 1) if options.made else []
    odds = log_odds(scorer.logits([example.pair for example in examples]))
    if options.scores:
        np.save(options.scores, odds)
    calibration = None
    if options.calibration:
        calibration = Calibration(**json.loads(options.calibration.read_text()))
    figures = report(examples, odds, calibration)
    print(lines_of(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()

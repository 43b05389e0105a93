"""The results of `python -m benchmarks` as a table, a file named by the commit, and a picture."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

_PERCENTILES = (50, 95, 99)


def show(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines = [
        f"{found['machine']}; at the end: {found['machine_after']}",
        "",
        *(_embedding(name, rate) for name, rate in found["embedding"].items()),
        "",
        " · ".join(f"{name}: {seconds:.2f} s" for name, seconds in found["starts"].items()),
        "",
        "| system | passages | rounds | index | whole process | characters/s | passages/s | CPU s |"
        " peak MB | written MB | index MB | sync, nothing changed |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_indexing(row) for row in found["rows"]),
        "",
        "| system | passages | task | p50 | p95 | p99 | questions | first | peak MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_asking(row, task) for row in found["rows"] for task in ("search", "ask") if task in row),
    ]
    return "\n".join(lines) + "\n"


def _embedding(precision: str, rate: dict[str, float]) -> str:
    share = rate["best_gigaoperations_a_second"] / rate["peak"]
    return (
        f"- {precision}: matrix products {rate['peak']:.0f} · 10⁹ operations a second at best,"
        f" {rate['usual_peak']:.0f} usually. Embedding: {rate['texts_a_second']:.0f} texts and"
        f" {rate['tokens_a_second']:.0f} tokens a second, {rate['gigaoperations_a_second']:.0f} ·"
        f" 10⁹ operations a second; its best round reaches {share:.0%} of the best product."
    )


def write_results(found: dict[str, Any], folder: Path) -> None:
    """Write COMMIT.json, COMMIT.md and COMMIT.png into the folder."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    name = told.stdout.strip() or "unknown"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    (folder / f"{name}.md").write_text(show(found), encoding="utf-8")
    _draw(found["rows"], folder / f"{name}.png")


def _indexing(row: dict[str, Any]) -> str:
    cells = [row["system"], f"{row['size']:,}", str(row["rounds"])]
    index = row.get("index")
    if index:
        seconds = index["seconds"]
        cells += [
            f"{index['passages']:,.0f} in {seconds:.1f} s",
            f"{index['process_seconds']:.1f} s",
            f"{row['characters'] / seconds:,.0f}",
            f"{index['passages'] / seconds:.0f}",
            f"{index['task_cpu_seconds']:.1f}",
            f"{index['peak_megabytes']:.0f}",
            f"{index['written_megabytes']:,.0f}",
        ]
    else:
        cells += ["kept"] + ["–"] * 6
    sync = row.get("sync")
    cells += [f"{row['megabytes']:.0f}", f"{sync['seconds']:.2f} s" if sync else "all again"]
    return f"| {' | '.join(cells)} |"


def _asking(row: dict[str, Any], task: str) -> str:
    part = row[task]
    spread = [
        f"{1000 * value:.0f} ms" for value in np.percentile(part["seconds_each"], _PERCENTILES)
    ]
    cells = [row["system"], f"{row['size']:,}", task, *spread, str(len(part["seconds_each"]))]
    cells += [f"{part['first_seconds']:.1f} s", f"{part['peak_megabytes']:.0f}"]
    return f"| {' | '.join(cells)} |"


def _draw(rows: list[dict[str, Any]], file: Path) -> None:
    """Draw each cost over the number of passages."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    (time_of_index, memory), (search, ask) = figure.subplots(2, 2)
    for system in dict.fromkeys(row["system"] for row in rows):
        own = [row for row in rows if row["system"] == system]
        with_index = [row for row in own if row.get("index")]
        sizes = [row["size"] for row in with_index]
        seconds = [row["index"]["task_cpu_seconds"] for row in with_index]
        time_of_index.plot(sizes, seconds, "o-", label=system)
        memory.plot(
            [row["size"] for row in own], [row["search"]["peak_megabytes"] for row in own], "o-"
        )
        for axes, task in ((search, "search"), (ask, "ask")):
            known = [row for row in own if task in row]
            for percentile, style in ((50, "o-"), (95, "o:")):
                values = [
                    1000 * np.percentile(row[task]["seconds_each"], percentile) for row in known
                ]
                axes.plot(
                    [row["size"] for row in known], values, style, label=f"{system} p{percentile}"
                )
    for axes, title in (
        (time_of_index, "indexing, CPU seconds"), (memory, "searching, peak MB"),
        (search, "search, ms"), (ask, "answer, ms"),
    ):  # fmt: skip
        axes.set(title=title, xscale="log", yscale="log", xlabel="passages")
        axes.grid(visible=True, alpha=0.3)
    time_of_index.legend(fontsize=8)
    search.legend(fontsize=7)
    figure.savefig(file, dpi=90)

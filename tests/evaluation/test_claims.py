"""From a file of claims to figures: the file, measures worked by hand, the whole command."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from askdocs.answering.verification.verifier import Judgement
from askdocs.errors import CorpusError
from askdocs.evaluation.claims import (
    Claim,
    JudgedClaim,
    claims_as_json,
    claims_as_text,
    claims_file,
    read_claims,
    reliability,
    support_measures,
)
from askdocs.evaluation.report import draw_claims, write_claims
from askdocs.types import Verdict
from tests.support.command_line import run_here

BRIDGE = "The Alder Bridge was opened in 1931. The engineer Maud Ellery painted it green."
FERRY = "The ferry to Holm leaves at seven in the morning and costs four crowns."
ITEM: dict[str, Any] = {
    "id": "holm",
    "question": "How does one get to Holm?",
    "passages": [BRIDGE, FERRY],
    "sentences": [
        {
            "text": "The Alder Bridge was opened in 1931.",
            "label": "supported",
            "evidence": [0],
            "how": "copy",
        },
        {
            "text": "The ferry to Holm leaves at nine in the evening.",
            "label": "unsupported",
            "evidence": [1],
            "how": "time",
        },
        {"text": "Ein Satz, der auf Deutsch ist.", "label": "unsupported", "evidence": [1, 1, 0]},
    ],
}


def judged(label: str, verdict: Verdict, probability: float, how: str = "copy") -> JudgedClaim:
    claim = Claim("holm", "A claim.", label, how, "", (), ())
    return JudgedClaim(claim, Judgement(verdict, probability=probability))


SOME = (
    judged("supported", "supported", 0.96),
    judged("supported", "partly", 0.44),
    judged("supported", "supported", 0.94, "short"),
    judged("unsupported", "unsupported", 0.42, "roles"),
    judged("unsupported", "supported", 0.98, "roles"),
    judged("unsupported", "unchecked", 0.0, "roles"),
    judged("partly", "partly", 0.5, "partly"),
)


def test_a_file_of_claims_is_read_gzipped_or_not_and_alone_or_in_its_folder(tmp_path: Path) -> None:
    lines = f"{json.dumps(ITEM)}\n\n"
    plain = tmp_path / "claims.jsonl"
    plain.write_text(lines, encoding="utf-8")
    packed = tmp_path / "mine.jsonl.gz"
    packed.write_bytes(gzip.compress(lines.encode()))
    assert claims_file(tmp_path) == plain
    assert claims_file(packed) == packed
    claims = read_claims(packed)
    assert claims == read_claims(plain)
    first, _, last = claims
    assert (first.label, first.how, first.question) == (
        "supported",
        "copy",
        "How does one get to Holm?",
    )
    assert [passage.text for passage in first.cited] == [BRIDGE]
    assert [passage.text for passage in first.others] == [FERRY]
    assert [passage.text for passage in last.cited] == [FERRY, BRIDGE]
    assert (last.how, last.others) == ("", ())


def test_a_folder_without_claims_has_no_file_of_claims(tmp_path: Path) -> None:
    assert claims_file(tmp_path) is None


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": "a", "passages": []}',
        json.dumps({**ITEM, "sentences": [{"text": "A", "label": "true", "evidence": []}]}),
        json.dumps({**ITEM, "sentences": [{"text": "A", "label": "partly", "evidence": [2]}]}),
    ],
)
def test_what_is_no_file_of_claims_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"claims\.jsonl is not a file of claims"):
        read_claims(file)


def test_measures_are_those_worked_by_hand() -> None:
    measures = support_measures(SOME)
    assert {name: measure.count for name, measure in measures.items()} == {
        "AUROC, true from false": 6,
        "calibration error": 5,  # without what was not checked
        "true ones shown as supported": 3,
        "partly true ones shown as supported": 1,
        "false ones shown as supported": 3,
    }
    # Pairs in order: .96 and .94 above .42 and 0, .44 above .42 and 0; none above .98.
    assert measures["AUROC, true from false"].value == pytest.approx(6 / 9)
    assert measures["true ones shown as supported"].value == pytest.approx(2 / 3)
    assert measures["false ones shown as supported"].value == pytest.approx(1 / 3)
    low, high = reliability(SOME)
    assert (low.low, low.count, low.right) == (0.4, 2, 0.5)
    assert low.confidence == pytest.approx(0.43)
    assert (high.count, high.right) == (3, pytest.approx(2 / 3))


def test_the_tables_have_kinds_and_a_diagram() -> None:
    lines = claims_as_text(SOME).splitlines()
    assert lines[0] == "7 claims"
    assert "supported, copy                           0.500      2" in lines
    assert "unsupported, roles                        0.333      3" in lines
    start = lines.index("probability     mean  true  claims  # true, | probability")
    assert lines[start + 1 :] == [
        "0.4 to 0.5      0.43  0.50       2  ############|##",
        "0.9 to 1.0      0.96  0.67       3  ####################        |",
    ]


def test_a_kind_cannot_control_the_terminal() -> None:
    text = claims_as_text([judged("supported", "supported", 0.96, "\x1b[2Jcopy")])
    assert "supported,  [2Jcopy" in text
    assert "\x1b" not in text


def test_json_has_kinds_and_bins() -> None:
    found = json.loads(json.dumps(claims_as_json(SOME)))
    assert found["claims"] == 7
    assert found["kinds"]["supported, short"]["value"] == 1.0
    assert [each["count"] for each in found["reliability"]] == [2, 3]


def test_claims_none_of_which_was_judged_have_no_diagram() -> None:
    unchecked = [judged("supported", "unchecked", 0.0), judged("unsupported", "unchecked", 0.0)]
    assert "probability" not in claims_as_text(unchecked)
    assert claims_as_json(unchecked)["reliability"] == []


def test_a_reliability_diagram_is_drawn_and_details_are_written(tmp_path: Path) -> None:
    draw_claims(SOME, tmp_path / "diagram.png", "holm")
    assert (tmp_path / "diagram.png").read_bytes().startswith(b"\x89PNG")
    write_claims(SOME, tmp_path / "details.jsonl")
    lines = (tmp_path / "details.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == len(SOME)
    assert rows[1] == {
        "item": "holm",
        "text": "A claim.",
        "label": "supported",
        "how": "copy",
        "verdict": "partly",
        "probability": 0.44,
        "reason": "",
        "contradicted": False,
    }


def test_the_command_measures_the_verifier_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = []
    monkeypatch.setattr(Figure, "suptitle", lambda _, title: titles.append(title))
    (tmp_path / "claims.jsonl").write_text(json.dumps(ITEM), encoding="utf-8")
    ended = run_here(
        "eval", ".", "--details", "details.jsonl", "--picture", "diagram.png", cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("3 claims\n")
    assert "supported, copy                           1.000      1" in ended.stdout
    assert "unsupported, time                         0.000      1" in ended.stdout
    assert "0.9 to 1.0" in ended.stdout
    assert (tmp_path / "diagram.png").stat().st_size > 1000
    assert titles == [f"{tmp_path.name}, 2 claims"]
    rows = (tmp_path / "details.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["verdict"] for row in rows] == ["quoted", "unsupported", "unchecked"]
    as_json = run_here("eval", "claims.jsonl", "--limit", "1", "--json", cwd=tmp_path)
    assert json.loads(as_json.stdout)["claims"] == 1

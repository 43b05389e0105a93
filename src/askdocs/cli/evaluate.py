"""`askdocs eval`: measures answers, or the verifier, on data with known results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from askdocs.cli.options import AsJson, ConfigFile
from askdocs.cli.session import Paths, open_assistant, read_settings
from askdocs.cli.standard_streams import print_json


def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Documents and questions.jsonl; or claims.jsonl, to measure the verifier.",
        ),
    ],
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", metavar="N", min=1, help="Take only N questions or claims, spread evenly."
        ),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            metavar="FILE.png",
            help="Draw how often answers are right by coverage and confidence, or claims true.",
        ),
    ] = None,
    details: Annotated[
        Path | None,
        typer.Option(
            "--details", metavar="FILE.jsonl", help="Write the result of each question or claim."
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option("--index", metavar="DIR", help="Keep the index here, for the next time."),
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option(
            "--feedback",
            metavar="INDEX",
            help="First make FOLDER from the feedback that users of this index gave on the page.",
        ),
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Measure search, answers and refusals on questions whose answers are known."""
    from askdocs.evaluation.claims import claims_file
    from askdocs.evaluation.report import check_drawing

    if picture:
        check_drawing()
    if feedback:
        _make_question_set(feedback, folder, config)
    claims = claims_file(folder)
    if claims is not None:
        _evaluate_claims(
            claims,
            read_settings(config).embedder,
            limit,
            details=details,
            picture=picture,
            as_json=as_json,
        )
        return
    _evaluate_questions(
        folder,
        config,
        index=index,
        limit=limit,
        details=details,
        picture=picture,
        as_json=as_json,
    )


def _evaluate_questions(
    folder: Path,
    config: Path | None,
    *,
    index: Path | None,
    limit: int | None,
    details: Path | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Ask the questions of a folder; print the metrics, and write the files that are named."""
    from askdocs.cli.terminal import showing_progress
    from askdocs.evaluation.report import draw, scores_as_json, scores_as_text, write_details
    from askdocs.evaluation.run import evaluate_folder

    with showing_progress() as on_progress:
        evaluation = evaluate_folder(
            folder, read_settings(config), index=index, limit=limit, on_progress=on_progress
        )
    if details:
        write_details(evaluation, details)
    if picture:
        draw(evaluation, picture)
    if as_json:
        print_json(scores_as_json(evaluation))
    else:
        print(scores_as_text(evaluation))


def _evaluate_claims(
    file: Path,
    embedder: str,
    limit: int | None,
    *,
    details: Path | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Measure the verifier on claims; print the metrics, and write the files that are named."""
    from askdocs.answering.verification.verifier import Verifier
    from askdocs.cli.terminal import showing_progress
    from askdocs.evaluation.claims import claims_as_json, claims_as_text, judge_all, read_claims
    from askdocs.evaluation.report import draw_claims, write_claims
    from askdocs.evaluation.run import spread
    from askdocs.models.embedders import load_embedder
    from askdocs.models.verifier import OnnxClaimScorer
    from askdocs.types import Progress

    claims = spread(read_claims(file), limit)
    verifier = Verifier(OnnxClaimScorer(), load_embedder(embedder))
    with showing_progress() as on_progress:
        judged = judge_all(
            claims, verifier, lambda done, total: on_progress(Progress("ask", done, total))
        )
    if details:
        write_claims(judged, details)
    if picture:
        draw_claims(judged, picture, file.resolve().parent.name)
    if as_json:
        print_json(claims_as_json(judged))
    else:
        print(claims_as_text(judged))


def _make_question_set(index: Path, folder: Path, config: Path | None) -> None:
    """Convert the feedback of an index into a question set, and write it to `folder`."""
    from askdocs.evaluation.feedback import write_question_set

    with open_assistant(Paths(index=index, config=config), any_corpus=True) as assistant:
        sources = [record.source for record in assistant.status().documents]
        documents = [assistant.document(source) for source in sources]
        made = write_question_set(index, documents, folder)
    print(
        f"{made.questions} questions from feedback in {folder}; {made.left_out} judgements do not"
        " say what is right, or their quotes no longer exist.",
        file=sys.stderr,
    )

"""The command line: parses arguments, calls an assistant and prints the result."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askdocs.cli.interrupts import STATUS, handle_interrupts, interrupts, say_stopped
from askdocs.cli.options import (
    AsJson,
    ConfigFile,
    Corpora,
    Indexes,
    Insist,
    Llm,
    Poll,
    Sources,
    with_places,
)
from askdocs.cli.session import (
    Places,
    index_first_if_new,
    make_question_set,
    open_alone,
    open_assistant,
    open_each,
    read_settings,
    watching,
)
from askdocs.errors import AskdocsError, IndexBusyError
from askdocs.system.files import WINDOWS

if TYPE_CHECKING:
    from askdocs.assistant import Assistant
    from askdocs.index.sync.watch import Watch
    from askdocs.interface import AssistantInterface
    from askdocs.types import Turn

app = typer.Typer(
    name="askdocs",
    help="Answers questions from a folder of documents, with quotes that can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
@with_places
def index(
    *,
    places: Places,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Delete the index and build it again.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and index whatever changes, until Ctrl-C.")
    ] = False,
    poll: Poll = False,
    ray: Annotated[
        str,
        typer.Option("--ray", metavar="ADDRESS", help="Let the workers of a Ray cluster embed."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Bring the index up to date with the folder."""
    if watch and (dry_run or as_json or ray):
        raise typer.BadParameter("--watch goes neither with --dry-run nor with --json or --ray.")
    if watch:
        with open_alone(places) as assistant:
            _sync(assistant, rebuild=rebuild)
            with watching(assistant, poll=poll):
                print("Watching for changes. Ctrl-C ends.", file=sys.stderr)
                while True:  # short waits: Windows does not interrupt one without an end
                    time.sleep(1)
    with open_alone(places) if ray else open_assistant(places) as found:
        _sync(found, dry_run=dry_run, rebuild=rebuild, ray=ray, as_json=as_json)


def _sync(
    assistant: AssistantInterface,
    *,
    dry_run: bool = False,
    rebuild: bool = False,
    ray: str = "",
    as_json: bool = False,
) -> None:
    """Bring the index up to date, and print what has changed."""
    from askdocs.cli.terminal import show_changes, showing_progress
    from askdocs.output.json_records import changes_as_json

    # Ray prints the workers that it has lost to standard output.
    with showing_progress() as on_progress, redirect_stdout(sys.stderr):
        changes = assistant.index(
            on_progress=on_progress, dry_run=dry_run, rebuild=rebuild, ray=ray
        )
    if as_json:
        _print_json(changes_as_json(changes))
    else:
        show_changes(changes, dry_run=dry_run)


@app.command()
@with_places
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    source: Sources = None,
    llm: Llm = None,
    insist: Insist = False,
    *,
    places: Places,
    as_json: AsJson = False,
) -> None:
    """Answer one question, with quotes from the documents or checked prose."""
    from askdocs.cli.terminal import show_stream
    from askdocs.output.json_records import answer_as_json

    began = time.monotonic()
    with open_assistant(places, llm=llm) as assistant:
        index_first_if_new(assistant, places.corpus)
        if as_json:
            answer = assistant.ask(question, sources=source, insist=insist)
            seconds = round(time.monotonic() - began, 3)
            _print_json({**answer_as_json(answer), "seconds": seconds})
            return
        stream = assistant.stream(question, sources=source, insist=insist)
        if show_stream(stream, written=assistant.has_llm) is None:
            raise typer.Exit(STATUS)


@app.command()
@with_places
def search(
    query: Annotated[str, typer.Argument(help="Words to look for.")],
    top_k: Annotated[
        int, typer.Option("--top-k", metavar="N", min=1, help="How many, 100 at most.")
    ] = 8,
    words: Annotated[
        bool,
        typer.Option(
            "--words", help='Only what holds all words as they are typed; "a phrase", beginning*.'
        ),
    ] = False,
    source: Sources = None,
    *,
    places: Places,
    as_json: AsJson = False,
) -> None:
    """Show the passages that fit a query best, or with --words all that hold its words."""
    from askdocs.cli.terminal import show_found, show_hits
    from askdocs.output.guide_records import found_as_json
    from askdocs.output.json_records import hits_as_json
    from askdocs.search.filters import Filters

    with open_assistant(places) as assistant:
        index_first_if_new(assistant, places.corpus)
        if words:
            found = assistant.find(query, filters=Filters(source), documents=top_k)
            if as_json:
                _print_json(found_as_json(found))
            else:
                show_found(found)
            return
        hits = assistant.search(query, top_k=top_k, sources=source)
    if as_json:
        _print_json({"query": query, "hits": hits_as_json(hits)})
    else:
        show_hits(hits)


@app.command()
@with_places
def chat(
    source: Sources = None,
    llm: Llm = None,
    *,
    places: Places,
) -> None:
    """Talk about the documents in the terminal."""
    from askdocs.answering.questions.turn import turn_of
    from askdocs.cli.terminal import show_stream
    from askdocs.types import Turn

    with open_assistant(places, llm=llm) as assistant:
        index_first_if_new(assistant, places.corpus)
        print(
            "Ask about your documents. Ctrl-C stops an answer, an empty line ends.", file=sys.stderr
        )
        history: list[Turn] = []
        for question in _typed_lines("› "):
            try:
                with interrupts.stopping_a_part():
                    stream = assistant.stream(question, history=history, sources=source)
                    answer = show_stream(stream, written=assistant.has_llm)
            except AskdocsError as error:
                print(error, file=sys.stderr)
                continue
            turn = Turn(question, answer) if answer else turn_of(question, history)
            history.append(turn)


@app.command()
def serve(
    *,
    corpus: Corpora = None,
    index: Indexes = None,
    config: ConfigFile = None,
    host: Annotated[str, typer.Option("--host", help="The address to serve at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port.")] = 7860,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser.")
    ] = False,
    watch: Annotated[
        bool, typer.Option(help="Index whatever changes in the folder, as it changes.")
    ] = True,
    poll: Poll = False,
    llm: Llm = None,
    keep: Annotated[
        bool, typer.Option(help="Keep conversations, in the folder of the index.")
    ] = True,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Visitors may not add or remove documents.")
    ] = False,
    auth: Annotated[
        bool,
        typer.Option(
            "--auth",
            help="Ask visitors for a password, which is typed now [env: ASKDOCS_PASSWORD].",
        ),
    ] = False,
    language: Annotated[
        str,
        typer.Option(
            "--language",
            help="Language of the page, where a visitor has chosen none: en, de, es, fr or ur."
            " By default that of the browser.",
        ),
    ] = "",
) -> None:
    """Serve the chat page. The folder is indexed while it is open.

    Several folders can be served together: the page has a menu to switch between them.
    """
    import signal

    from askdocs.app import ServerOptions
    from askdocs.app import serve as serve_page
    from askdocs.app.listener import listen

    interrupts.handle(signal.SIGTERM)
    password = _password(asked=auth)
    with ExitStack() as stack:
        assistants = stack.enter_context(open_each(corpus, index, config, llm=llm))
        listener = stack.enter_context(listen(host, port, password=password))
        for each in assistants:
            each.keep_vectors_apart()
        ours = [each for each in assistants if _indexed_by_us(each)]
        watches: list[Watch] = []

        def begin(address: str) -> None:
            for each in ours:  # only now: it would slow down the opening of the page
                followed = watching(each, poll=poll, follow=watch)
                watches.append(stack.enter_context(followed))
            _announce(assistants, address)

        def end() -> None:
            for each in watches:
                each.break_off()
            interrupts.end_soon(0)

        options = ServerOptions(
            host=host,
            port=port,
            password=password,
            watching=watch and len(ours) == len(assistants),
            may_change=not read_only,
            keeping=keep,
            open_browser=open_browser,
            language=language,
        )
        serve_page(assistants, options, on_ready=begin, on_end=end, listener=listener)


def _indexed_by_us(assistant: Assistant) -> bool:
    """Whether this process, and not another one, indexes the folder. Opens the index for that.

    Raises:
        AskdocsError: The index is of other settings, damaged, or of another process.
    """
    if not assistant.config.corpus.is_dir():  # the page says what to do about it
        print(f"There is no folder {assistant.config.corpus}.", file=sys.stderr)
    try:
        assistant.check_index()
    except IndexBusyError as error:
        if not assistant.config.served:
            raise
        print(f"{error}\nThis page answers from what the other indexes.", file=sys.stderr)
        return False
    return True


def _announce(assistants: Sequence[Assistant], address: str) -> None:
    """Note beside each index where it is served, and print it."""
    from askdocs.app.corpora import corpus_address
    from askdocs.config import corpus_names

    lines = [f"askdocs is ready at {address}"]
    names = corpus_names([each.config.corpus for each in assistants])
    for name, each in zip(names, assistants, strict=True):
        place = corpus_address(address, name) if len(names) > 1 else address
        each.announce(place)
        lines.append(f"  {each.config.corpus} at {place}/ (index {each.config.index})")
    print("\n".join(lines if len(names) > 1 else lines[:1]), flush=True)


@app.command()
@with_places
def table(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS", help="A text file with one question a line.")
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="Where to write: .csv, .xlsx, .html or .json."),
    ] = Path("quotes.csv"),
    source: Sources = None,
    *,
    places: Places,
    as_json: AsJson = False,
) -> None:
    """Ask every question of every document: a table of exact quotes, or "not said".

    A .json file of the same name is kept beside the table: the next run asks only what has
    changed, and `askdocs verify` checks its quotes.
    """
    from askdocs.cli.quote_table import make_table

    with open_assistant(places) as assistant:
        index_first_if_new(assistant, places.corpus)
        made = make_table(assistant, questions, out, source)
    if as_json:
        _print_json(made.as_json())
    else:
        print(made.summary())


@app.command()
@with_places
def mcp(
    llm: Llm = None,
    *,
    places: Places,
) -> None:
    """Serve the documents to assistants over MCP (standard input and output)."""
    from askdocs import __version__
    from askdocs.cli.session import following

    try:
        from askdocs.integrations.mcp_server import build_server
    except ImportError as error:
        raise AskdocsError(
            f"The MCP library is missing ({error.name}): pip install 'askdocs[mcp]'."
        ) from error

    with open_assistant(places, llm=llm) as assistant, following(assistant):
        build_server(assistant, version=__version__).run("stdio")


@app.command()
@with_places
def check(
    draft: Annotated[
        Path,
        typer.Argument(metavar="DRAFT", help="A text, Markdown, Word or HTML file; - for input."),
    ],
    source: Sources = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.html", help="Write a page with draft and sources."),
    ] = None,
    *,
    places: Places,
    as_json: AsJson = False,
) -> None:
    """Check each statement and quotation of a draft against the documents.

    Exit status 1 if something is misquoted or contradicted.
    """
    from askdocs.cli.draft import read_draft, write_report
    from askdocs.cli.terminal import showing_progress
    from askdocs.output.checks import check_as_json, check_as_text

    text = read_draft(draft)
    with open_assistant(places) as assistant:
        index_first_if_new(assistant, places.corpus)
        with showing_progress() as on_progress:
            found = assistant.check(text, sources=source, on_progress=on_progress)
        if report:
            write_report(assistant, found, text, draft, report)
    if as_json:
        _print_json(check_as_json(found))
    else:
        for line in check_as_text(found):
            print(line)
    if any(each.is_wrong for each in found.statements):
        raise typer.Exit(1)


@app.command("eval")
def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Documents, questions.jsonl; or claims.jsonl, for the verifier."
        ),
    ],
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Ask only N questions, spread evenly."),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            metavar="FILE.png",
            help="Draw how often answers are right, by how many are given and by confidence.",
        ),
    ] = None,
    details: Annotated[
        Path | None,
        typer.Option("--details", metavar="FILE.jsonl", help="Write what became of each question."),
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
            help="First make FOLDER, out of what was said on the page of this index.",
        ),
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Measure search, answers and refusals on questions whose answers are known."""
    from askdocs.cli.terminal import showing_progress
    from askdocs.evaluation.claims import claims_file
    from askdocs.evaluation.report import (
        check_drawing,
        draw,
        scores_as_json,
        scores_as_text,
        write_details,
    )
    from askdocs.evaluation.run import evaluate_folder

    if picture:
        check_drawing()
    if feedback:
        make_question_set(feedback, folder, config)
    claims = claims_file(folder)
    if claims is not None:
        _evaluate_claims(claims, read_settings(config).embedder, limit, as_json=as_json)
        return
    with showing_progress() as on_progress:
        evaluation = evaluate_folder(
            folder, read_settings(config), index=index, limit=limit, on_progress=on_progress
        )
    if details:
        write_details(evaluation, details)
    if picture:
        draw(evaluation, picture)
    if as_json:
        _print_json(scores_as_json(evaluation))
    else:
        print(scores_as_text(evaluation))


def _evaluate_claims(file: Path, embedder: str, limit: int | None, *, as_json: bool) -> None:
    """Measure the verifier on a file of claims, and print the figures."""
    from askdocs.answering.verification.verifier import Verifier
    from askdocs.cli.terminal import showing_progress
    from askdocs.evaluation.claims import claims_as_json, claims_as_text, judge_all, read_claims
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
    if as_json:
        _print_json(claims_as_json(judged))
    else:
        print(claims_as_text(judged))


@app.command()
@with_places
def verify(
    export: Annotated[
        Path, typer.Argument(metavar="EXPORT", help="A file that the page saved, or `ask --json`.")
    ],
    *,
    places: Places,
    as_json: AsJson = False,
) -> None:
    """Bring the index up to date, and check whether the quotes of an export still stand.

    The cited files are read again, whatever their size and times say, and as this version of
    askdocs reads them. Exit status 1 if a quote does not stand.
    """
    from askdocs.cli.terminal import showing_progress
    from askdocs.cli.verify import read_otherwise, readings
    from askdocs.output.exports import (
        check_export,
        checks_as_json,
        checks_as_text,
        cited_sources,
        read_export,
    )

    answers = read_export(export)
    cited = cited_sources(answers)
    with open_assistant(places) as assistant:
        before = readings(assistant, cited)
        with showing_progress() as on_progress:
            assistant.index(on_progress=on_progress, recheck=cited)
        reread = read_otherwise(before, readings(assistant, cited))
        checks = list(check_export(answers, assistant.document, reread))
    if as_json:
        _print_json(checks_as_json(checks))
    else:
        for line in checks_as_text(checks):
            print(line)
    if any(each.state != "holds" for each in checks):
        raise typer.Exit(1)


@app.command()
@with_places
def guide(source: Sources = None, *, places: Places, as_json: AsJson = False) -> None:
    """Say what the documents are, by their own words: contents, abstract, names."""
    from askdocs.cli.terminal import show_guide
    from askdocs.output.guide_records import guide_as_json

    with open_assistant(places) as assistant:
        index_first_if_new(assistant, places.corpus)
        found = assistant.guide(sources=source)
    if as_json:
        _print_json(guide_as_json(found))
    else:
        show_guide(found)


@app.command()
@with_places
def status(*, places: Places, as_json: AsJson = False) -> None:
    """Say what is indexed, with which model, and what could not be read."""
    from askdocs.cli.terminal import show_status
    from askdocs.output.json_records import status_as_json

    with open_assistant(places) as assistant:
        found = assistant.status()
    if as_json:
        _print_json(status_as_json(found))
    else:
        show_status(found)


@app.command()
@with_places
def move(
    vectors: Annotated[
        str,
        typer.Argument(metavar="WHERE", help="embedded, or a Chroma server's address."),
    ],
    *,
    places: Places,
) -> None:
    """Move the vectors to a Chroma server or back, embedding nothing again."""
    from askdocs.cli.terminal import showing_progress

    with open_alone(places) as assistant, showing_progress() as on_progress:
        moved = assistant.move(vectors, on_progress=on_progress)
    print(f'{moved} passages moved. From now on the setting has to be: vectors = "{vectors}"')


@app.command()
@with_places
def doctor(
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Repair the problems; only what lost its vector is embedded again."
        ),
    ] = False,
    *,
    places: Places,
    as_json: AsJson = False,
) -> None:
    """Check the index: print each problem and how to repair it. Exit status 1 if there is one."""
    from askdocs.cli.terminal import show_diagnosis, showing_progress
    from askdocs.output.json_records import diagnosis_as_json

    with open_alone(places) as assistant:
        with showing_progress() as on_progress:
            done = assistant.repair(on_progress=on_progress) if repair else None
        diagnosis = done.after if done else assistant.diagnose()
    if as_json:
        _print_json(diagnosis_as_json(diagnosis, done))
    else:
        show_diagnosis(diagnosis, done)
    if diagnosis.problems:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line.

    Exit status: 0 done, 1 an error, 2 wrong usage, 130 stopped by Ctrl-C.
    """
    _print_any_script()
    handle_interrupts()
    try:
        app(windows_expand_args=False)  # the patterns are for askdocs, and questions are no paths
    except AskdocsError as error:
        # A library that is interrupted while it is loaded raises ImportError.
        if interrupts.received:
            raise SystemExit(STATUS) from None
        print(f"askdocs: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        say_stopped()
        raise SystemExit(STATUS) from None
    except OSError as error:
        closed = isinstance(error, BrokenPipeError) or (WINDOWS and error.errno == errno.EINVAL)
        if not closed:
            raise
        sys.stderr.close()
        raise SystemExit(1) from None


def _typed_lines(prompt: str) -> Iterator[str]:
    """What a person types, line by line, until an empty line or the end."""
    read: Callable[[str], str] = input
    while True:
        try:
            line = read(prompt if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if not line:
            return
        yield line


def _password(*, asked: bool) -> str | None:
    """The password of the page, typed now if one is `asked` for, or else of the environment.

    It is no argument of the command: other users of the machine can see those.
    """
    if not asked:
        return os.environ.get("ASKDOCS_PASSWORD")
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("Password for the page: ")
    return sys.stdin.readline().rstrip("\r\n")


def _print_any_script() -> None:
    """Avoid UnicodeEncodeError: Windows redirects output in an old code page."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            own = stream.isatty() or "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=None if own else "utf-8", errors="replace")


def _print_json(content: dict[str, Any]) -> None:
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    plain |= WINDOWS and not sys.stdout.isatty()  # PowerShell reads it in the terminal's encoding
    print(json.dumps(content, ensure_ascii=plain))

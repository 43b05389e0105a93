"""The command line: the list of commands, and what happens to their errors."""

from __future__ import annotations

import errno
import sys

import typer

from askdocs.cli import (
    ask,
    chat,
    check,
    doctor,
    evaluate,
    guide,
    index,
    mcp,
    move,
    search,
    serve,
    status,
    table,
    verify,
)
from askdocs.cli.interrupts import STATUS, handle_interrupts, interrupts, say_stopped
from askdocs.cli.standard_streams import allow_every_character
from askdocs.errors import AskdocsError
from askdocs.system.files import WINDOWS


def _command_line() -> typer.Typer:
    """Build the command line. Its help lists the commands in this order."""
    built = typer.Typer(
        name="askdocs",
        help="Answers questions from a folder of documents, with quotes that can be checked.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    built.command()(index.index)
    built.command()(ask.ask)
    built.command()(search.search)
    built.command()(chat.chat)
    built.command()(serve.serve)
    built.command()(table.table)
    built.command()(mcp.mcp)
    built.command()(check.check)
    built.command("eval")(evaluate.evaluate)
    built.command()(verify.verify)
    built.command()(guide.guide)
    built.command()(status.status)
    built.command()(move.move)
    built.command()(doctor.doctor)
    return built


app = _command_line()


def main() -> None:
    """Run the command line.

    Exit status: 0 for success, 1 for an error, 2 for wrong usage, 130 after Ctrl-C.
    """
    allow_every_character()
    handle_interrupts()
    try:
        # Windows would expand patterns: askdocs does that itself, and a question is not a path.
        app(windows_expand_args=False)
    except AskdocsError as error:
        # A library that is interrupted while it is imported raises ImportError.
        if interrupts.received:
            say_stopped()
            raise SystemExit(STATUS) from None
        print(f"askdocs: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except SystemExit as end:
        if _is_interrupted(end):
            say_stopped()
        raise
    except KeyboardInterrupt:
        say_stopped()
        raise SystemExit(STATUS) from None
    except OSError as error:
        if not _is_closed_output(error):
            raise
        sys.stderr.close()
        raise SystemExit(1) from None


def _is_interrupted(end: SystemExit) -> bool:
    """Return whether Typer has turned a KeyboardInterrupt into this end of the process."""
    cause = end.__context__
    return isinstance(cause, typer.Exit) and isinstance(cause.__cause__, KeyboardInterrupt)


def _is_closed_output(error: OSError) -> bool:
    """Return whether the program that reads the output has ended, as `head` does."""
    return isinstance(error, BrokenPipeError) or (WINDOWS and error.errno == errno.EINVAL)

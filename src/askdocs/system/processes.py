"""Child processes: how they are started, what they can see, and how they end.

Every child is started by `start`. It runs with `python -P`, in its own empty folder and with few
environment variables, so that no module of the current folder is ever imported.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import askdocs

# The environment variables of a child: paths of programs, libraries and the home folder, language
# and time zone, limits on threads, and what Windows needs to start a program. No key, password,
# proxy or setting.
_PASSED_ON = frozenset(
    "PATH HOME LANG LANGUAGE TZ LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH"
    " PYTHONHOME PYTHONUTF8 PYTHONNOUSERSITE OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS"
    " SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA"
    " NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE".split()
)
_LOCALE = "LC_"  # the beginning of the variables of the locale, which are passed on too


@dataclass(frozen=True, slots=True)
class Child:
    """A running child process and its working folder.

    Attributes:
        process: Standard input and output are pipes; standard error is discarded.
        folder: Its working folder, also for temporary files. `end` removes it.
    """

    process: subprocess.Popen[bytes]
    folder: str

    def end(self) -> None:
        """Kill the process, wait until it has ended, and remove its folder."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):  # unwritten input is of no use to it any more
                if pipe is not None:
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        _running.discard(self)


_running: set[Child] = set()
if hasattr(os, "register_at_fork"):  # a fork must not end the children of its parent
    os.register_at_fork(after_in_child=_running.clear)


def end_all() -> None:
    """Kill all children and remove their folders, without waiting: this process ends next."""
    for child in tuple(_running):
        child.process.kill()
        shutil.rmtree(child.folder, ignore_errors=True)


def let_end_by_itself(child: Child) -> None:
    """Exempt a child from `end_all`: it ends cleanly at the end of its standard input."""
    _running.discard(child)


def start(module: str, *arguments: str, variables: Sequence[str] = ()) -> Child:
    """Start a child that runs a module of the package.

    Args:
        module: The full name of the module, which is run as `__main__`.
        arguments: Its command line. Paths must be absolute: the child has another working folder.
        variables: Names of further environment variables that it gets.

    Returns:
        The child. The caller ends it.

    Raises:
        OSError: The process or its folder cannot be created.
    """
    folder = tempfile.mkdtemp(prefix="askdocs-")
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=child_environment(os.environ, folder, variables),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    child = Child(process, folder)
    _running.add(child)
    return child


def run(
    module: str,
    *arguments: str,
    request: bytes = b"",
    seconds: float | None = None,
    variables: Sequence[str] = (),
) -> tuple[int, bytes]:
    """Run a child to its end.

    Args:
        module: As for `start`, and so are `arguments` and `variables`.
        request: What it reads from standard input.
        seconds: It is killed when this much wall-clock time has passed.

    Returns:
        Its exit status (negative: the signal that ended it) and its standard output.

    Raises:
        OSError: The process cannot be started.
        subprocess.TimeoutExpired: It was killed after `seconds`.
    """
    child = start(module, *arguments, variables=variables)
    try:
        output, _ = child.process.communicate(request, timeout=seconds)
        return child.process.returncode, output
    finally:
        child.end()


def child_environment(
    environment: Mapping[str, str], folder: str, variables: Sequence[str] = ()
) -> dict[str, str]:
    """The environment of a child.

    Args:
        environment: That of this process.
        folder: Where the child keeps temporary files.
        variables: Names of further variables to pass on.

    Returns:
        The variables that are passed on. PYTHONPATH leads to this package and to the absolute
        folders that it named before; relative ones depend on the working folder and are left out.
    """
    passed = {
        name: value
        for name, value in environment.items()
        if name.upper() in _PASSED_ON or name.upper().startswith(_LOCALE) or name in variables
    }
    known = environment.get("PYTHONPATH", "").split(os.pathsep)
    package = str(Path(askdocs.__path__[0]).absolute().parent)
    paths = [package, *(path for path in known if Path(path).is_absolute())]
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)
    return {**passed, **temporary, "PYTHONPATH": os.pathsep.join(paths)}


def open_answers() -> IO[bytes]:
    """In a child: open a stream for its responses, separate from the output of libraries.

    From then on, standard output is redirected to standard error. Ctrl-C is left to the parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers

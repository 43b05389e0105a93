"""`python -m askdocs` is `askdocs`.

For `-m`, Python puts the current folder first on `sys.path`, and that may be a folder of hostile
documents. It is removed before anything else is imported. Two things cannot be prevented here: what
Python has imported before, and an `askdocs` package in that folder. `askdocs` and
`python -P -m askdocs` never import from there.
"""

import os
import sys

import askdocs


def drop_current_folder(path: list[str]) -> None:
    """Remove the current folder from the module search path if `python -m` has put it first.

    It stays if it contains this package, as when a developer runs the source tree. This function
    imports nothing, because a module of that folder would be imported instead.

    Args:
        path: `sys.path`, which is changed.
    """
    if sys.flags.safe_path or not path:
        return
    here = os.path.realpath(os.curdir)
    home = os.path.dirname(os.path.dirname(os.path.realpath(askdocs.__file__)))  # noqa: PTH120
    if os.path.realpath(path[0] or os.curdir) == here != home:
        del path[0]


if __name__ == "__main__":
    drop_current_folder(sys.path)
    from askdocs.cli.commands import main

    main()

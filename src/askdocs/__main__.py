"""`python -m askdocs` is `askdocs`.

Python puts the current folder first on `sys.path` for `-m`, and that may be a folder of hostile
documents. It is taken out before anything else is imported. What Python itself has imported by
then, and an `askdocs` package in that folder, cannot be helped from here: `askdocs` and
`python -P -m askdocs` never look there.
"""

import os
import sys

import askdocs


def drop_current_folder(path: list[str]) -> None:
    """Take the current folder out of the places of modules where `python -m` has put it first.

    It stays if this package itself is in it, as when a developer runs the source tree. Imports
    nothing: a module of that folder would come in its place.

    Args:
        path: `sys.path`, which is changed in place.
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

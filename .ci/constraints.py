"""Print the versions of this environment that the project depends on, for constraints.txt.

All dependencies count, those of the extras that are installed too, and pip itself. The local part
of a version (torch's "+cpu") is left out, so that pip stays free to choose between builds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = "askdocs"


def main() -> None:
    """Print one `name==version` a line, by name."""
    found = [*closure(), distribution("pip")]
    pins = {canonicalize_name(each.name): Version(each.version).public for each in found}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(f"# What the tests passed with, on Python {python}. Renew it with: make upgrade")
    for name in sorted(pins):
        print(f"{name}=={pins[name]}")


def closure() -> Iterator[Distribution]:
    """Every installed distribution that the project needs, also by others."""
    project = distribution(PROJECT)
    extras = project.metadata.get_all("Provides-Extra") or []
    pending = [(PROJECT, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while pending:
        wanted = pending.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        try:
            found = distribution(wanted[0])
        except PackageNotFoundError:  # of an extra that is not installed
            continue
        if wanted[0] != PROJECT:
            yield found
        pending += required(found, wanted[1])


def required(found: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Name and extras of what a distribution requires on this machine."""
    for line in found.requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": each}) for each in ("", *extras)):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


if __name__ == "__main__":
    main()

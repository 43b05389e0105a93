"""Bundles the scripts of the page into one file, which a browser loads in one request.

Each module becomes a function that returns its exports. The function is called once, after the
modules that it imports. Only the forms of import and export that the scripts use are supported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from graphlib import TopologicalSorter

_IMPORT = re.compile(r"^import (\{[^}]*\}) from \"\./(\w+)\.js\";$", re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?:(?=(?:async )?function (?P<function>\w+)|const (?P<const>\w+) =)"
    r"|\{ (?P<several>[\w, ]+) \};$)",
    re.MULTILINE,
)
_OTHER = re.compile(r"^(?:import|export)\b.*|\bimport\(\"\./.*", re.MULTILINE)


def bundle(modules: Mapping[str, str]) -> str:
    """All modules in one script. The keys are their names without ".js".

    Raises:
        ValueError: A form of import or export is not supported, or modules import each other.
    """
    imports = {name: {found[2] for found in _IMPORT.finditer(modules[name])} for name in modules}
    order = TopologicalSorter({name: sorted(imports[name]) for name in sorted(imports)})
    return "\n".join(_as_function(name, modules[name]) for name in order.static_order())


def _as_function(name: str, module: str) -> str:
    body = _IMPORT.sub(lambda found: f"const {_object_pattern(found[1])} = _{found[2]};", module)
    exported = [
        found["function"] or found["const"] or found["several"] for found in _EXPORT.finditer(body)
    ]
    body = _EXPORT.sub("", body)
    if other := _OTHER.search(body):
        raise ValueError(f"{name}.js: bundling does not know {other[0]!r}")
    returned = ", ".join(exported)
    return f"const _{name} = await (async () => {{\n{body}return {{ {returned} }};\n}})();\n"


def _object_pattern(names: str) -> str:
    """The names of an import as an object pattern: "a as b" becomes "a: b"."""
    return re.sub(r"(\w+) as (\w+)", r"\1: \2", names)

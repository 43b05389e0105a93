"""The scripts of the page as one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from askdocs.app.bundle import bundle

SCRIPTS = Path(__file__).parents[2] / "app" / "static" / "js"


def test_a_module_comes_after_those_it_imports_from_and_keeps_its_names_to_itself() -> None:
    modules = {
        "main": 'import {\n  told as said, by,\n} from "./words.js";\nsaid(by);\n',
        "words": 'import { by } from "./dom.js";\nexport async function told() {}\n'
        "export { by };\n",
        "dom": "let told = 1;\nexport const by = told;\n",
    }
    opened, closed = "await (async () => {\n", "})();\n"
    assert bundle(modules).split("\nconst _") == [
        f"const _dom = {opened}let told = 1;\nconst by = told;\nreturn {{ by }};\n{closed}",
        f"words = {opened}const {{ by }} = _dom;\nasync function told() {{}}\n"
        f"\nreturn {{ told, by }};\n{closed}",
        f"main = {opened}const {{\n  told: said, by,\n}} = _words;\nsaid(by);\n"
        f"return {{  }};\n{closed}",
    ]


@pytest.mark.parametrize(
    "script",
    [
        "export default 1;",
        "export let a = 1;",
        'import a from "./b.js";',
        'import { a } from "b";',
        'const a = await import("./b.js");',
    ],
)
def test_what_bundling_does_not_know_is_refused(script: str) -> None:
    with pytest.raises(ValueError, match="does not know"):
        bundle({"a": f"{script}\n"})


def test_modules_that_import_each_other_are_refused() -> None:
    modules = {"a": 'import { b } from "./b.js";\n', "b": 'import { a } from "./a.js";\n'}
    with pytest.raises(ValueError, match="cycle"):
        bundle(modules)


def test_every_name_that_is_imported_is_exported() -> None:
    """A browser would say so of modules; of the bundle it does not."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js")}
    for name, text in texts.items():
        for names, module in re.findall(r'^import \{([^}]*)\} from "\./(\w+)\.js"', text, re.M):
            for each in re.findall(r"(\w+)(?: as \w+)?,?", names.strip()):
                exported = (
                    rf"^export (?:(?:async )?function|const) {each}\b|^export \{{[^}}]*\b{each}\b"
                )
                assert re.search(exported, texts[module], re.M), f"{name}: {each} of {module}"

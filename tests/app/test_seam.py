"""What scripts know of Gradio stands in one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "app" / "static" / "js"
_OF_GRADIO = re.compile(
    r"#do-|data-testid|#send\b|#stop\b|#start-over|#question(?![\w-])|#open-history\b|toast"
)


@pytest.mark.parametrize(
    "script", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name.removesuffix(".js")
)
def test_buttons_boxes_and_messages_of_gradio_are_known_to_one_script(script: Path) -> None:
    known = _OF_GRADIO.search(script.read_text(encoding="utf-8"))
    assert bool(known) is (script.name == "gradio.js"), known

"""What people call a document of a format."""

from __future__ import annotations

import pytest

from askdocs.documents.document_types import kind_of
from askdocs.documents.loaders import suffixes


@pytest.mark.parametrize("suffix", sorted(suffixes()))
def test_every_format_that_is_read_has_a_common_name(suffix: str) -> None:
    assert kind_of(f"a{suffix}") != suffix.lstrip(".").upper() or suffix == ".pdf"


def test_another_one_is_called_by_its_suffix() -> None:
    assert kind_of("a/b.xyz") == "XYZ"
    assert kind_of("README") == "Text"
    assert kind_of("a/app.PY") == "Code"

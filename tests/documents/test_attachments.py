"""Thousands of attachments, as in a hostile mail, cost no more than they are."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from askdocs.documents.loaders import load
from askdocs.documents.loaders.shared import attachments as attachments_module
from askdocs.documents.loaders.shared.attachments import Attachments


def test_of_three_thousand_attachments_a_thousand_are_read(
    tmp_path: Path,
) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@example.org", "All of them"
    message.set_content("See the attachments.")
    for number in range(3000):
        text = f"This is attachment {number}."
        message.add_attachment(text, filename="a.txt")
    (tmp_path / "all.eml").write_bytes(message.as_bytes())
    mail, *attached = load(tmp_path / "all.eml", "all.eml")
    assert 1000 <= len(attached) <= 1001
    assert len({each.source for each in attached}) == len(attached)
    assert attached[7].text == "This is attachment 7."
    left_out = [each for each in mail.left_out if "too many attachments" in each]
    assert len(attached) + len(left_out) == 3000


def test_a_name_that_all_attachments_have_is_not_tried_from_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Counted(dict[str, int]):
        looked_up = 0

        def __contains__(self, name: object) -> bool:
            Counted.looked_up += 1
            return super().__contains__(name)

    monkeypatch.setattr(attachments_module, "_MOST", -1)  # none is opened
    found = Attachments("mail.eml")
    found._taken = Counted()
    names = [found.add("a.txt", b"")[0] for _ in range(500)]
    assert len(set(names)) == 500
    assert names[:2] == ["a.txt", "a (2).txt"]
    assert Counted.looked_up < 3 * len(names)

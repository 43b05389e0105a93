"""The words of the page: each has a translation in every language, and none is forgotten."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from askdocs.answering.identifier_filter import identifier_filters, missing_reason
from askdocs.answering.places import PLACE_GOES_ON, missing_place
from askdocs.answering.questions.place import place_requested
from askdocs.answering.questions.question import parse
from askdocs.answering.skipped_files import keyword_only_notice, question_language_notice
from askdocs.answering.verification import verifier
from askdocs.answering.verification.vetoes import explained
from askdocs.app.i18n.table_labels import table_labels
from askdocs.documents.loaders.file_type import REASONS
from askdocs.documents.loaders.mail.message import _DAMAGED as _DAMAGED_MAIL
from askdocs.documents.loaders.mail.message import _ELSEWHERE
from askdocs.documents.loaders.office.word import _NON_TEXT_CONTENT
from askdocs.documents.loaders.pdf.annotations import (
    _NO_VALUE,
    _PASSWORD_FIELD,
    _UNKNOWN,
    _UNREAD_KINDS,
)
from askdocs.documents.loaders.pdf.document import (
    _DAMAGED,
    _SCANS,
    _SLANTED,
    SCANNED,
    UNREADABLE,
    UNRECOGNISED,
)
from askdocs.documents.loaders.pdf.garbled import UNDECODED
from askdocs.documents.loaders.rtf import _SKIPPED
from askdocs.documents.loaders.shared.builder import counted
from askdocs.types import NOT_LEARNT, Hit, Passage

APP = Path(__file__).parents[2] / "app"
WORDS = APP / "static" / "locales"
SCRIPTS = sorted((APP / "static" / "js").glob("*.js"))
LANGUAGES = ("de", "es", "fr", "ur")
_PLACEHOLDER = re.compile(r"{(\w+)!?}")
_ENGLISH_ONLY = {
    "Enter",
    "Escape",
    "Files",
    "Slides",
    "noopener noreferrer nofollow",
}  # to programs
# A string or a template of a script, or a comment; the words after `t(` are group 1.
_TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|\bt\(\s*(\"(?:[^\"\\]|\\.)*\")"
    r"|(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|/(?![*/ ])[^/\n]+/[gu]*",
    re.DOTALL,
)
_SHOWN = re.compile(r"^[A-Z][a-z]+(?:[ .…:?!]|$)|[a-z]{2,} [a-z]{2,} [a-z]{2,}|[a-z] [.…]")
# of a noun that agrees
_COMPOSED = {
    "{n} statements were not checked",
    "{n} statements (†) were not checked: the verifier has not learnt this language",
    "results of {n} formulas (not computed)",
    "{n} attachments of messages",
    "{n} characters that cannot be decoded (shown as \ufffd)",
    "{n} drawings with text",
    "{n} media files of the chat",
    "{n} pictures among the results",
    "{n} pictures in headers and footers (no text recognition)",
    "{n} text boxes",
    "{n} form fields of an unknown kind",
    "{n} form fields without a value",
}
# Remarks whose words are chosen by the content of the file
_IN_PARTS = {
    "7 pictures7",
    "number formats7 (cells show their stored values)",
    "stored results of 7 (missing in the file; they were computed)",
}
_HIDDEN = ("", ", hidden rows and columns")
_SELECTOR = re.compile(r"[#\[=]|^\.")


@cache
def table(language: str) -> dict[str, str | dict[str, str]]:
    return dict(json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8")))


def forms(entry: str | dict[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_with_what_is_filled_in(language: str) -> None:
    words = table(language)
    assert list(words) == list(table("de"))
    assert table("en").keys() <= words.keys()
    for key, entry in words.items():
        wanted = set(_PLACEHOLDER.findall(key))
        for form in forms(entry):
            assert form.strip(), key
            found = set(_PLACEHOLDER.findall(form))
            assert found <= wanted, (key, form)
            assert wanted - found <= {"n"}, (key, form)  # "the statement", of one
            assert "!}" not in form, (key, form)
            assert re.findall(r"</?\w+>", form) == re.findall(r"</?\w+>", key), (key, form)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_shows_only_words_that_are_translated(script: Path) -> None:
    known = table("de")
    for found in _TOKEN.finditer(script.read_text(encoding="utf-8")):
        if found[1]:
            assert json.loads(found[1]) in known, found[1]
            continue
        words = (found[2] or "")[1:-1]
        shown = re.sub(r"\$\{[^}]*\}", "", words).strip()
        if shown and _SHOWN.search(shown) and not _SELECTOR.search(shown):
            assert shown in _ENGLISH_ONLY, f"not translated: {words}"


@pytest.mark.parametrize(
    ("place", "translated"),
    [
        ("page 4, Results, line 12", "Seite 4, Results, Zeile 12"),
        (
            "page 3 (printed iii), On line 5, in short",
            "Seite 3 (gedruckt iii), On line 5, in short",
        ),
        ("Preface", "Preface"),
        ("row 7", "Zeile 7"),
        ("", ""),
    ],
)
def test_a_place_in_a_downloaded_table_is_translated_but_not_its_heading(
    place: str, translated: str
) -> None:
    assert table_labels("de").place(place) == translated


def test_no_translation_is_of_words_that_nobody_says() -> None:
    """Python joins long strings over lines, and writes what is filled in otherwise."""
    root = APP.parent
    files = [*SCRIPTS, *APP.rglob("*.py"), *(root / "src" / "askdocs").rglob("*.py")]
    said = " ".join(path.read_text(encoding="utf-8") for path in files)
    said = re.sub(r"[\"']\s*\n\s*f?[\"']|\s+", lambda gap: " " if gap[0].isspace() else "", said)
    said = said.replace('\\"', '"').lower()
    for key in table("de").keys() - _COMPOSED:
        longest = max(re.split(_PLACEHOLDER.pattern, key)[::2], key=len).strip(" .“”").lower()
        words = (
            longest.rstrip("s").replace("the documents that you ticked", "your documents").split()
        )
        runs = [words[at : at + 3] for at in range(max(1, len(words) - 2))]
        assert any(" ".join(run) in said for run in runs), key


def test_the_page_speaks_plain_english() -> None:
    unusual = re.compile(r"\b(stands?|standing|stood) (so )?in\b|\bdoes not stand\b")
    for key in table("de"):
        for form in (key, *forms(table("en").get(key, key))):
            assert not unusual.search(form), form


def test_what_is_said_of_documents_in_other_languages_is_translated() -> None:
    known = [re.compile(re.sub(r"\\{\w+!?\\}", ".+", re.escape(key))) for key in table("de")]
    told = keyword_only_notice(["Le train quitte la gare à une heure. " * 4])
    asked = question_language_notice("Quand part le train de la gare ?")
    for sentence in f"{told} {asked}".split(". "):
        assert any(key.fullmatch(f"{sentence.rstrip('.')}.") for key in known), sentence


def test_the_reason_that_no_passage_has_an_identifier_is_translated() -> None:
    text = "INV-20230 was paid for room 391."
    hits = [Hit(Passage("a", "a.md", text, 0, len(text)), 1.0)]
    for asked, key in (
        ("INV-20234", "“{word}”"),
        ("INV-20234 and INV-20235", "“{first}” or “{second}”"),
        ("INV-20234, INV-20235 or room 377", "“{first}”, “{second}” or “{third}”"),
    ):
        reason = missing_reason(identifier_filters(parse(f"Who paid {asked}?").identifiers, hits))
        sentence = "No passage that was found has {words!}."
        assert {sentence, key} <= table("de").keys()
        named = re.escape(key)
        for name in ("word", "first", "second", "third"):
            named = named.replace(f"\\{{{name}\\}}", "[^“]+")
        assert re.fullmatch(re.escape(sentence).replace(r"\{words!\}", named), reason)


def test_what_is_said_of_a_numbered_part_is_translated() -> None:
    place = place_requested("What does § 14 say?")
    assert place is not None
    assert missing_place(place) == "No document has “§ 14”."
    assert {"No document has {words!}.", "“{word}”", PLACE_GOES_ON} <= table("de").keys()


def test_every_reason_why_a_file_or_a_part_of_it_is_not_read_is_translated() -> None:
    loaders = APP.parent / "src" / "askdocs" / "documents" / "loaders"
    reasons = {words for path in loaders.rglob("*.py") for words in _remarks(path)}
    assert len(reasons) > 50
    reasons -= _IN_PARTS
    reasons |= {f"number formats{hidden} (cells show their stored values)" for hidden in _HIDDEN}
    reasons |= {"7 pictures (no text recognition)"}
    reasons |= {"stored results of 7 formulas (missing in the file; they were computed)"}
    reasons |= {*REASONS.values(), SCANNED, UNREADABLE, UNRECOGNISED}
    reasons |= {f"page 7: {kind}" for kind in (UNDECODED, _DAMAGED, _SCANS, _SLANTED)}
    nouns = {*_NON_TEXT_CONTENT.values(), *(noun for _, noun in _SKIPPED), "drawing with text"}
    nouns |= {"linked picture", "template", "video", "recording"}
    reasons |= {_counted(noun) for noun in nouns}
    reasons |= {f"{_counted(noun)} in headers and footers" for noun in nouns}
    fields = {_NO_VALUE, *filter(None, _UNREAD_KINDS.values()), _UNKNOWN, _PASSWORD_FIELD}
    reasons |= {f"pages 2, 7: 7 {kind.replace('field', 'fields')}" for kind in fields}
    reasons |= {f"attachment a.pdf ({reason})" for reason in (_ELSEWHERE, _DAMAGED_MAIL)}
    missing = "\n".join(sorted(reason for reason in reasons if not _is_known(reason)))
    assert not missing, missing


def test_every_counted_remark_has_an_english_singular() -> None:
    loaders = APP.parent / "src" / "askdocs" / "documents" / "loaders"
    counts = {words for path in loaders.rglob("*.py") for words in _remarks(path)} - _IN_PARTS
    for words in counts:
        key = "{n}" + words.removeprefix("7")
        assert not words.startswith("7 ") or key in table("en"), words


def _remarks(path: Path) -> Iterator[str]:
    """The reasons and remarks that a module writes as literals. What is filled in is 7."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = (
                node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            )
            words = _words(node.args[0], constants)
            if name in ("LoadError", "TransientLoadError", "report_skipped") and words.strip("7 "):
                yield words


def _words(node: ast.expr, constants: Mapping[str, ast.expr]) -> str:
    if isinstance(node, ast.Name) and node.id in constants:
        return _words(constants[node.id], {})
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.BinOp):
        return _words(node.left, constants) + _words(node.right, constants)
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part, constants) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _words(node.value, constants)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "counted":
        noun = node.args[1]
        return _counted(noun.value) if isinstance(noun, ast.Constant) else "7"
    return "7"


def _counted(noun: object) -> str:
    return counted(7, str(noun))


def _is_known(words: str) -> bool:
    """Whether the page translates words of the server: all that it translates within, too."""
    if words == "7" or words in table("de"):
        return True
    for names, pattern in _patterns():
        found = pattern.fullmatch(words)
        if found and all(
            _is_known(said)
            for name, said in zip(names, found.groups(), strict=True)
            if name[-1] == "!"
        ):
            return True
    return False


@cache
def _patterns() -> list[tuple[list[str], re.Pattern[str]]]:
    """Each translation with placeholders: their names, and the words that it translates."""
    filled = {"{n}": r"([\d,]+)"}
    return [
        (
            re.findall(r"{(\w+!?)}", key),
            re.compile(
                "".join(
                    filled.get(piece, "(.+?)") if piece.startswith("{") else re.escape(piece)
                    for piece in re.split(r"({\w+!?})", key)
                )
            ),
        )
        for key in table("de")
        if "{" in key
    ]


def test_every_reason_of_a_verdict_is_translated() -> None:
    reasons = {
        verifier.NOWHERE,
        verifier.NOT_ALL,
        verifier.DENIED,
        verifier.NOT_SAID,
        verifier.NOT_STOOD_BY,
        verifier.NOT_THERE,
        verifier.SAYS_OTHER,
        NOT_LEARNT,
        verifier.TOO_LONG,
    }
    missing = {
        explained(claim, "They met.") for claim in ("They met 7 men.", "They met Ann Wexham.")
    }
    missing.add(explained("They met on 3 May 1990.", "They met."))
    known = [re.compile(re.sub(r"\\{\w+!?\\}", ".+", re.escape(key))) for key in table("de")]
    for reason in {*reasons, f"“They met”: {verifier.DENIED}", *missing}:
        assert any(key.fullmatch(reason) for key in known), reason

"""Visibility of elements: hidden text, and text that a control of the page opens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from askdocs.documents.loaders.html.style_sheets import sheets_of, simple_rules

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d])"
    r"|(?:left|top|right|text-indent)\s*:\s*-\d{4,}\s*(?:px|em)|clip\s*:\s*rect\(\s*0"
    r"|clip-path\s*:\s*inset\((?:50|100)%",
    re.I,
)
_SHOWN = re.compile(r"display\s*:\s*(?!none)\w|visibility\s*:\s*visible", re.I)
_NOTES = re.compile(r"\b(?:foot|end|rear)notes?\b|\bdoc-(?:foot|end)notes?\b", re.I)

# Elements that open something. Bootstrap has data-(bs-)target and data-(bs-)toggle.
_CONTROLS = (
    "[aria-controls], [aria-expanded], [data-target], [data-bs-target], [role=tab], [onclick], "
    "[data-toggle], [data-bs-toggle], [popovertarget], a[href^='#']"
)
_LINK_OPENS = re.compile(r"accord|collaps|tab|toggle|expand", re.I)
_TAB = re.compile(r"(?:^|[\s_-])tabs?(?:$|[\s_-]|links?|list|bar|nav|button)", re.I)
_QUOTED = re.compile(r"['\"]#?([\w:.-]+)['\"]")
_COLLAPSIBLE = re.compile(
    r"(?:^|[\s_-])(?:accordion|collaps\w*|panel|tab(?:s|pane|panel|content)?|faq|answer|spoiler"
    r"|toggle\w*|expand\w*|fold\w*|read-?more|more-?text)",
    re.I,
)
_TITLES = frozenset("h1 h2 h3 h4 h5 h6 dt summary button label".split())
_NAVIGATION = "nav, [role=navigation], [role=menu], [role=menubar], [role=search], [role=banner]"
_NO_TEXT_ROLES = frozenset("menu menubar navigation search listbox tooltip".split())
_LINK_SHARE = 0.6  # of an element's letters may be in links
_LEVELS = 3  # ancestors of a control whose neighbour is searched


def hidden(node: LexborNode) -> bool:
    """Whether the attributes of an element hide it."""
    attributes = node.attributes
    if "hidden" in attributes and (attributes.get("hidden") or "").lower() != "until-found":
        return True
    if (attributes.get("aria-hidden") or "").lower() == "true" or "popover" in attributes:
        return True
    if node.tag == "dialog" and "open" not in attributes:
        return True
    return bool(_HIDDEN.search(attributes.get("style") or ""))


class Visibility:
    """Which elements of a page are visible, at once or after a control is used.

    Attributes:
        openers: Ids (`mem_id`) of the controls that open a text of the page.
        opened: Ids of the elements that such a control opens.
        labels: Id of a tab panel → the text of its tab, which is elsewhere on the page.
    """

    def __init__(self, page: LexborHTMLParser) -> None:
        self.openers: set[int] = set()
        self.opened: set[int] = set()
        self.labels: dict[int, str] = {}
        self._tabs: set[int] = set()
        body = page.body
        self._by_style = _hidden_by_style(page)
        if body is not None:
            self._navigation = {node.mem_id for node in body.css(_NAVIGATION)}
            by_id = {node.attributes.get("id") or "": node for node in reversed(body.css("[id]"))}
            for control in body.css(_CONTROLS):
                self._add_control(by_id, control)

    def hidden(self, node: LexborNode) -> bool:
        """Whether an element is hidden and no control opens it."""
        if not hidden(node) and node.mem_id not in self._by_style:
            return False
        if _is_note(node):
            return False  # a reader opens it at its reference mark
        return node.mem_id not in self.opened and not _looks_collapsible(node)

    def opens(self, control: LexborNode) -> bool:
        """Whether a button is read: it opens a text, or it is the text of a title."""
        if control.mem_id in self.openers:
            return control.mem_id not in self._tabs
        parent, levels = control.parent, 0
        while parent is not None and levels < _LEVELS:
            if parent.tag in _TITLES:
                return True
            parent, levels = parent.parent, levels + 1
        following = _neighbour(control)
        return following is not None and self.hides_folded(following)

    def hides_folded(self, node: LexborNode) -> bool:
        """Whether an element is hidden until a control opens it."""
        return (hidden(node) or node.mem_id in self._by_style) and not self.hidden(node)

    def is_tab(self, node: LexborNode) -> bool:
        """Whether an element is the tab of a panel. Its text is written above the panel."""
        return node.mem_id in self._tabs

    def _add_control(self, by_id: Mapping[str, LexborNode], control: LexborNode) -> None:
        if self._in_navigation(control):
            return
        targets = [*_named_targets(by_id, control)] or [*_expandable_neighbours(control)]
        for target in targets:
            if not self._is_text(target, control):
                continue
            self.opened.add(target.mem_id)
            self.openers.add(control.mem_id)
            words = " ".join(control.text().split())
            if words and _is_tab(control) and not _follows(control, target):
                self._tabs.add(control.mem_id)
                self.labels.setdefault(target.mem_id, words)

    def _in_navigation(self, node: LexborNode | None) -> bool:
        while node is not None:
            if node.mem_id in self._navigation:
                return True
            node = node.parent
        return False

    def _is_text(self, target: LexborNode, control: LexborNode) -> bool:
        role = (target.attributes.get("role") or "").lower()
        if role in _NO_TEXT_ROLES or target.tag in {"body", "html", "main"}:
            return False
        if target.css_first(_NAVIGATION) is not None or self._in_navigation(target):
            return False
        is_dialog = target.tag == "dialog" or role in {"dialog", "alertdialog"}
        if is_dialog and target.css_first("form, input") is not None:
            return False
        return is_prose(target) and control.mem_id != target.mem_id


def _is_note(node: LexborNode) -> bool:
    """Whether an element is a note of a book, which may be hidden until its mark is pressed."""
    attributes = node.attributes
    return bool(
        _NOTES.search(f"{attributes.get('epub:type') or ''} {attributes.get('role') or ''}")
    )


def _is_tab(control: LexborNode) -> bool:
    attributes = control.attributes
    kinds = (
        attributes.get("role"),
        attributes.get("data-toggle"),
        attributes.get("data-bs-toggle"),
    )
    if any(kind in {"tab", "pill"} for kind in kinds):
        return True
    parent = control.parent
    row = parent.attributes.get("class") if parent is not None else ""
    return bool(_TAB.search(f"{attributes.get('class') or ''} {row or ''}"))


def _follows(control: LexborNode, target: LexborNode) -> bool:
    """Whether a text directly follows its control. Then its label is not repeated."""
    node = _neighbour(target, backwards=True)
    if node is None:
        return False
    controls = {element.mem_id for element in (node, *node.css(_CONTROLS))}
    return control.mem_id in controls and len(node.css(_CONTROLS)) < _LEVELS - 1


def _named_targets(by_id: Mapping[str, LexborNode], control: LexborNode) -> Iterator[LexborNode]:
    """The elements that a control refers to by their ids."""
    attributes = control.attributes
    names = (attributes.get("aria-controls") or "").split()
    names += (attributes.get("popovertarget") or "").split()
    for key in ("data-target", "data-bs-target", "href"):
        value = attributes.get(key) or ""
        if value.startswith("#") and (key != "href" or _is_opening_link(control)):
            names.append(value[1:])
    names += _QUOTED.findall(attributes.get("onclick") or "")
    yield from (by_id[name] for name in names if name in by_id)


def _is_opening_link(control: LexborNode) -> bool:
    attributes = control.attributes
    marks = [
        attributes.get(key) or "" for key in ("class", "role", "data-toggle", "data-bs-toggle")
    ]
    return bool(_LINK_OPENS.search(" ".join(marks)))


def _expandable_neighbours(control: LexborNode) -> Iterator[LexborNode]:
    """The element after a control that opens something (`aria-expanded`)."""
    if "aria-expanded" not in control.attributes:
        return
    node: LexborNode | None = control
    for _ in range(_LEVELS):
        following = _neighbour(node) if node is not None else None
        if following is not None:
            yield following
            return
        node = node.parent if node is not None else None


def _looks_collapsible(node: LexborNode) -> bool:
    """Whether a hidden element looks collapsible, although no control refers to it."""
    attributes = node.attributes
    if (attributes.get("role") or "").lower() == "tabpanel":
        return True
    if (attributes.get("aria-hidden") or "").lower() == "true" and node.tag in {"span", "i", "svg"}:
        return False
    before = _neighbour(node, backwards=True)
    if before is None or not before.text().strip() or not is_prose(node):
        return False
    if before.tag in {"dt", "summary", "button"}:
        return True
    marks = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return bool(_COLLAPSIBLE.search(marks)) or _is_one_of_many(node, before)


def _is_one_of_many(node: LexborNode, title: LexborNode) -> bool:
    """Whether a neighbouring title is also followed by a hidden element, as in an FAQ."""
    if title.tag not in _TITLES:
        return False
    pairs = [(_neighbour(node), 1), (_neighbour(title, backwards=True), -1)]
    for neighbour, direction in pairs:
        next_neighbour = (
            _neighbour(neighbour, backwards=direction < 0) if neighbour is not None else None
        )
        title_element, body = (
            (neighbour, next_neighbour) if direction > 0 else (next_neighbour, neighbour)
        )
        if title_element is not None and body is not None:
            same_tags = title_element.tag == title.tag and body.tag == node.tag
            if same_tags and hidden(body):
                return True
    return False


def _neighbour(node: LexborNode, *, backwards: bool = False) -> LexborNode | None:
    """The next or previous element, skipping text and comments."""
    neighbour = node.prev if backwards else node.next
    while neighbour is not None and (neighbour.tag or "-").startswith("-"):
        neighbour = neighbour.prev if backwards else neighbour.next
    return neighbour


def is_prose(node: LexborNode) -> bool:
    """Whether an element contains text other than links."""
    length = len("".join(node.text().split()))
    linked = sum(len("".join(link.text().split())) for link in node.css("a[href]"))
    return length > 0 and linked <= _LINK_SHARE * length


def _hidden_by_style(page: LexborHTMLParser) -> set[int]:
    """The elements that a style sheet in the page hides by a simple selector (a class, an id).

    A later rule that shows them again wins.
    """
    found: set[int] = set()
    for sheet in sheets_of(page):
        for selector, rules in simple_rules(sheet, (_HIDDEN, _SHOWN)):
            ids = {node.mem_id for node in page.css(selector)}
            found = found | ids if _HIDDEN.search(rules) else found - ids
    return found

"""The constant parts of the page as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from askdocs.documents.loaders import suffixes


@dataclass(frozen=True, slots=True)
class Switch:
    """The corpora that a page can switch to.

    Attributes:
        current: The name of the corpus of the page.
        folders: The folders of all corpora by name.
    """

    current: str
    folders: Mapping[str, Path]

    def label(self, name: str) -> str:
        """The name of a folder, with its parent folder if two have the same name."""
        folder = self.folders[name].resolve()
        same = [each for each in self.folders.values() if each.resolve().name == folder.name]
        return folder.name if len(same) == 1 else f"{folder.parent.name}/{folder.name}"


def brand(switch: Switch) -> str:
    """The title of the page, the name of its folder, and the menu of the other folders."""
    folder = switch.folders[switch.current].resolve()
    label = escape(switch.label(switch.current))
    shown = f'dir="auto" title="{escape(str(folder))}">{label}'
    several = len(switch.folders) > 1
    name = "" if several else f' <span class="quiet folder" {shown}</span>'
    return (
        f"<h1>askdocs{name}</h1>"
        + (_switcher(switch, shown) if several else "")
        + '<div id="announcement" class="unseen" role="status" data-i18n="off"></div>'
    )


def _switcher(switch: Switch, shown: str) -> str:
    """A menu with a link for each corpus. Their addresses have the same parent path."""
    current = ' aria-current="page"'
    links = "".join(
        f'<li><a href="../{quote(name)}/" dir="auto" title="{escape(str(folder.resolve()))}"'
        f"{current if name == switch.current else ''}>{escape(switch.label(name))}</a></li>"
        for name, folder in switch.folders.items()
    )
    return (
        f'<details id="corpora" class="menu"><summary><span class="unseen">Folder: </span>'
        f'<span class="corpus" {shown}</span></summary><ul>{links}</ul></details>'
    )


# A view needs a link here, an element `#view-NAME` in `#views`, and a script (views.js).
VIEW_LINKS = """
<nav id="views-nav" aria-label="Views">
  <a href="./" data-view="ask">Ask</a>
  <a href="?show=search" data-view="search" title="Search (/)">Search</a>
  <a href="?show=documents" data-view="documents">Documents</a>
  <a href="?show=check" data-view="check" title="Check a draft">Check</a>
  <a href="?show=table" data-view="table" title="Table of quotes">Table</a>
</nav>
"""

SEARCH = """
<section class="view" id="view-search" aria-label="Search" data-i18n hidden>
  <div class="view-body">
    <form id="search-form" role="search" autocomplete="off">
      <div class="search-line"><input type="search" id="search-words" name="q" maxlength="2000"
        aria-label="Words to search for" placeholder="Search your documents…" dir="auto"></div>
      <div class="search-options">
        <label class="quiet"><input type="checkbox" name="by" value="meaning">By meaning</label>
        <details id="search-filters"><summary class="quiet">Filter</summary>
          <div class="filter-fields">
            <label>Folder <select name="folder">
              <option value="">All folders</option></select></label>
            <label>Kind <select name="kind"><option value="">All kinds</option></select></label>
            <span class="days"><label>Date <select name="dates">
              <option value="">file changed</option>
              <option value="document">in the document</option></select></label>
            <label>from <input type="date" name="since"></label>
            <label>to <input type="date" name="until"></label></span>
          </div></details>
      </div>
      <input type="hidden" name="all">
    </form>
    <p id="search-only" data-i18n="off" hidden><span class="quiet" dir="auto"></span>
      <button type="button" class="turn" data-action="search-all"></button></p>
    <p id="search-state" class="quiet" role="status" data-i18n="off"></p>
    <div id="search-help">
      <p data-i18n="html">A document must contain all words. <code>"exact phrase"</code> finds
        these words next to each other, <code>word*</code> finds words that begin like this.</p>
      <p data-i18n="html">Keys: <kbd>/</kbd> opens the search, <kbd>↓</kbd> <kbd>↑</kbd> move
        between results, <kbd>Enter</kbd> opens one, <kbd>Esc</kbd> closes it.</p>
    </div>
    <div id="search-results" class="places" data-i18n="off"></div>
  </div>
</section>
"""

TOOLS = """
<details id="export" class="menu" hidden>
  <summary>Export</summary>
  <ul>
    <li><button type="button" data-action="export" data-format="md">Markdown</button></li>
    <li><button type="button" data-action="export" data-format="html">HTML</button></li>
    <li><button type="button" data-action="export" data-format="json">JSON</button></li>
  </ul>
</details>
<details id="languages" class="menu">
  <summary aria-label="Language" title="Language"><span>EN</span></summary>
  <ul data-i18n="off">
    <li><button type="button" data-language="en" lang="en">English</button></li>
    <li><button type="button" data-language="de" lang="de">Deutsch</button></li>
    <li><button type="button" data-language="fr" lang="fr">Français</button></li>
    <li><button type="button" data-language="es" lang="es">Español</button></li>
    <li><button type="button" data-language="ur" lang="ur">اردو</button></li>
  </ul>
</details>
<button type="button" data-action="theme" aria-label="Light or dark" title="Light or dark"
  ><span aria-hidden="true">◐</span></button>
"""

_ANSWER_OPTIONS = """
<div role="group" aria-label="How the language model answers" data-i18n>
  <label class="quiet" title="Answer with quotes, without the language model"
    ><input type="checkbox" id="quotes-only"> Quotes only</label>
  <label class="quiet of-model" title="Compare, summarise, list, translate and explain: the model\
 gets passages of every document that you name"
    ><input type="checkbox" id="model-tasks"{tasks}> Also compare and summarise</label>
  <label class="quiet of-model" title="Ask the model again which words support its statements"
    ><input type="checkbox" id="second-opinion"{opinion}> Second opinion</label>
</div>
"""

WELCOME = "<h2 data-i18n>Ask your documents</h2>"

# Shown if the conversation in the address does not exist.
NOT_HERE = '<p id="not-here" class="notice" data-i18n="off" hidden></p>'

CHOICE = """
<div id="choice" role="group" aria-label="What the question is about" data-label="Only"
  data-i18n="off" hidden></div>
"""

EDITING = """
<p id="editing" data-i18n hidden><span class="quiet" data-i18n="off"></span>
  <strong>The questions after it will be removed.</strong>
  <button type="button" data-action="stop-editing">Cancel</button></p>
"""

READER = """
<aside class="panel" id="reader-panel" aria-label="Source" data-i18n hidden tabindex="-1">
  <div class="panel-head">
    <div class="panel-title"><h2 id="reader-title" dir="auto"></h2>
      <p id="reader-place" class="quiet" dir="auto"></p></div>
    <div class="panel-tools">
      <button type="button" data-action="previous" hidden aria-label="Previous place"
        title="Previous place (p)">‹</button>
      <span id="reader-count" class="quiet" data-i18n="off"></span>
      <button type="button" data-action="next" hidden aria-label="Next place"
        title="Next place (n)">›</button>
      <button type="button" data-action="copy-link">Copy link</button>
      <button type="button" data-action="close" aria-label="Close the source"
        title="Close (Escape)">✕</button>
    </div>
  </div>
  <div id="reader-bar" class="panel-tools" role="group" aria-label="Document" hidden>
    <button type="button" data-action="contents" aria-expanded="false"
      aria-controls="reader-contents">Contents</button>
    <span class="of-pdf" hidden><label class="quiet" for="reader-page">Page</label>
      <input id="reader-page" type="text" inputmode="numeric" autocomplete="off" size="4">
      <span id="reader-pages" class="quiet" data-i18n="off"></span></span>
    <span class="of-pdf" hidden>
      <button type="button" data-action="zoom-out" aria-label="Smaller" title="Smaller">−</button>
      <button type="button" data-action="fit" title="Fit to the width of the panel">Fit</button>
      <button type="button" data-action="zoom-in" aria-label="Larger" title="Larger">+</button>
    </span>
    <button type="button" data-action="find" aria-expanded="false" aria-controls="reader-find"
      title="Find in this document (Ctrl F)">Find</button>
    <button type="button" data-action="as-text" aria-pressed="false"
      title="The text that quotes are checked against">As text</button>
  </div>
  <div id="reader-find" class="panel-tools" role="search" hidden>
    <input id="reader-words" type="search" dir="auto" autocomplete="off"
      aria-label="Find in this document" placeholder="Find in this document…">
    <span id="reader-found" class="quiet" role="status" data-i18n="off"></span>
    <button type="button" data-action="find-previous" aria-label="Previous match">‹</button>
    <button type="button" data-action="find-next" aria-label="Next match">›</button>
    <button type="button" data-action="find-close" aria-label="Close the search">✕</button>
  </div>
  <nav id="reader-contents" aria-label="Contents" data-i18n="off" hidden></nav>
  <p id="reader-notice" class="notice" role="status" data-i18n="off" hidden></p>
  <div id="reader-text" class="panel-body" tabindex="0" role="region"
    aria-labelledby="reader-title" data-i18n="off"></div>
  <div id="reader-pdf" data-i18n="off" dir="ltr" hidden><p class="quiet" role="status" data-i18n
    >Opening the PDF…</p></div>
</aside>
"""

HISTORY_HEAD = """
<div class="panel-head">
  <div class="panel-title"><h2>Earlier conversations</h2></div>
  <div class="panel-tools">
    <button type="button" data-action="close" aria-label="Close the conversations"
      title="Close (Escape)">✕</button>
  </div>
</div>
"""

CONFIRM = """
<dialog id="confirm" aria-labelledby="confirm-words" data-i18n>
  <form method="dialog">
    <p id="confirm-words" dir="auto"></p>
    <label id="confirm-label" hidden>New name
      <input id="confirm-name" type="text" maxlength="120" dir="auto" autocomplete="off"></label>
    <div class="dialog-buttons">
      <button type="button" data-action="cancel">Cancel</button>
      <button type="submit" value="yes" data-i18n="off"></button>
    </div>
  </form>
</dialog>
<div id="drop-here" aria-hidden="true"><p></p></div>
"""

_DOCUMENTS = """
<section class="view" id="view-documents" aria-label="Documents" data-i18n hidden>
  <div class="view-body">
    <div id="documents-tools">
      <div class="search-line"><input type="search" id="find" maxlength="400" dir="auto"
        aria-label="Find a document by its name" placeholder="Find a document by its name…"></div>
      <div class="search-options">
        <label class="quiet">Sort by <select id="documents-order">
          <option value="name">folder</option><option value="title">title</option>
          <option value="date">date</option><option value="size">size</option>
          <option value="kind">kind</option><option value="state">state</option></select></label>
        <label class="quiet">Kind <select id="documents-kind">
          <option value="">All kinds</option></select></label>
        <label class="quiet">State <select id="documents-state"><option value="">any</option>
          <option value="ready">completely read</option>
          <option value="rest">not completely read</option></select></label>
        <span class="documents-buttons">{add}<button type="button" class="turn"
          data-action="index">Index again</button></span>
      </div>
    </div>
    <div id="adding" role="status" data-i18n="off"></div>
    <p id="documents-summary" class="quiet" data-i18n="off"></p>
    <div id="documents-progress" hidden>
      <p class="quiet" data-i18n="off"><span dir="auto"></span> <b></b></p>
      <progress max="1" aria-label="Progress of reading the documents"></progress></div>
    <p id="documents-outcome" class="quiet" role="status" data-i18n="off"></p>
    <p class="quiet hint"><span>{watched}</span>
      <span>Tick documents or folders to ask and search only those.</span></p>
    <div id="documents" data-i18n="off"></div>
  </div>
</section>
"""


def answer_options(*, tasks: bool, second_opinion: bool) -> str:
    """Check boxes for the language model. At first they have the values of the settings."""
    ticked = {True: " checked", False: ""}
    return _ANSWER_OPTIONS.format(tasks=ticked[tasks], opinion=ticked[second_opinion])


def documents_view(*, may_change: bool, watching: bool) -> str:
    """The view of the documents; if `may_change`, with buttons to add files."""
    watched = (
        "Changes in the folder are indexed as they happen."
        if watching
        else "The folder is not watched: index again after changes."
    )
    return _DOCUMENTS.format(add=add_button() if may_change else "", watched=watched)


def add_button() -> str:
    """The buttons that add files of supported formats, and folders."""
    kinds = ",".join(sorted(suffixes()))
    return (
        '<button type="button" class="turn" data-action="add">Add files…</button>'
        f'<input id="add-files" type="file" multiple hidden accept="{kinds}"'
        ' aria-label="Files to add">'
        '<button type="button" class="turn" data-action="add-folder">Add a folder…</button>'
        '<input id="add-folder" type="file" webkitdirectory hidden aria-label="Folder to add">'
    )

"""The parts of the page that never change, as HTML."""

from __future__ import annotations

from html import escape
from pathlib import Path

from askdocs.documents.loaders import suffixes


def brand(corpus: Path) -> str:
    """The name of the page and of the folder that it answers from."""
    folder = corpus.resolve()
    return (
        f'<h1>askdocs <span class="quiet folder" dir="auto" title="{escape(str(folder))}">'
        f"{escape(folder.name)}</span></h1>"
        '<div id="announcement" class="unseen" role="status"></div>'
    )


# A further view is a link here, an element `#view-NAME` in `#views`, and a script (views.js).
VIEW_LINKS = """
<nav id="views-nav" aria-label="Views">
  <a href="./" data-view="ask">Ask</a>
  <a href="?show=search" data-view="search" title="Search (/)">Search</a>
</nav>
"""

SEARCH = """
<section class="view" id="view-search" aria-label="Search" hidden>
  <div class="view-body">
    <form id="search-form" role="search" autocomplete="off">
      <div class="search-line"><input type="search" id="search-words" name="q" maxlength="2000"
        aria-label="Words to search for" placeholder="Search your documents…" dir="auto"></div>
      <div class="search-wishes">
        <label class="quiet"><input type="checkbox" name="by" value="meaning">By meaning</label>
        <details id="search-filters"><summary class="quiet">Filter</summary>
          <div class="filter-fields">
            <label>Folder <select name="folder"><option value="">All</option></select></label>
            <label>Kind <select name="kind"><option value="">All</option></select></label>
            <label>File changed from <input type="date" name="since"></label>
            <label>to <input type="date" name="until"></label>
          </div></details>
      </div>
    </form>
    <p id="search-state" class="quiet" role="status"></p>
    <div id="search-help">
      <p>All words have to stand in a document. <code>"exact phrase"</code> finds these words side
        by side, <code>word*</code> finds what begins like this.</p>
      <p>Keys: <kbd>/</kbd> comes here, <kbd>↓</kbd> <kbd>↑</kbd> go from hit to hit,
        <kbd>Enter</kbd> opens one, <kbd>Esc</kbd> closes it.</p>
    </div>
    <div id="search-results"></div>
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
<button type="button" data-action="theme" aria-label="Light or dark" title="Light or dark"
  ><span aria-hidden="true">◐</span></button>
"""

QUOTES_ONLY = """
<label class="quiet" title="Answer with quotes, without the language model"
  ><input type="checkbox" id="quotes-only"> Quotes only</label>
"""

WELCOME = "<h2>Ask your documents</h2>"

CHOICE = '<div id="choice" role="group" aria-label="What the question is about" hidden></div>'

EDITING = """
<p id="editing" hidden><span class="quiet"></span> <strong>The questions after it will be
  removed.</strong> <button type="button" data-action="stop-editing">Cancel</button></p>
"""

READER = """
<aside class="panel" id="reader-panel" aria-label="Source" hidden tabindex="-1">
  <div class="panel-head">
    <div class="panel-title"><h2 id="reader-title" dir="auto"></h2>
      <p id="reader-place" class="quiet"></p></div>
    <div class="panel-tools">
      <button type="button" data-action="previous" aria-label="Previous citation"
        title="Previous citation (p)">‹</button>
      <span id="reader-count" class="quiet"></span>
      <button type="button" data-action="next" aria-label="Next citation"
        title="Next citation (n)">›</button>
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
      <span id="reader-pages" class="quiet"></span></span>
    <span class="of-pdf" hidden>
      <button type="button" data-action="zoom-out" aria-label="Smaller" title="Smaller">−</button>
      <button type="button" data-action="fit" title="As wide as the panel">Fit</button>
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
    <span id="reader-found" class="quiet" role="status"></span>
    <button type="button" data-action="find-previous" aria-label="Previous place">‹</button>
    <button type="button" data-action="find-next" aria-label="Next place">›</button>
    <button type="button" data-action="find-close" aria-label="Close the search">✕</button>
  </div>
  <nav id="reader-contents" aria-label="Contents" hidden></nav>
  <p id="reader-notice" class="notice" role="status" hidden></p>
  <div id="reader-text" class="panel-body" tabindex="0" role="region"
    aria-labelledby="reader-title"></div>
  <div id="reader-pdf" hidden><p class="quiet" role="status">Opening the PDF…</p></div>
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
<dialog id="confirm" aria-labelledby="confirm-words">
  <form method="dialog">
    <p id="confirm-words" dir="auto"></p>
    <label id="confirm-label" hidden>New name
      <input id="confirm-name" type="text" maxlength="120" dir="auto" autocomplete="off"></label>
    <div class="dialog-buttons">
      <button type="button" data-action="cancel">Cancel</button>
      <button type="submit" value="yes"></button>
    </div>
  </form>
</dialog>
<div id="drop-here" aria-hidden="true"><p>Drop files to add them to your documents</p></div>
"""

SHELF_HEAD = """
<div class="panel-head">
  <div class="panel-title"><h2>Documents</h2></div>
  <div class="panel-tools">
    <button type="button" data-action="close" aria-label="Close the documents"
      title="Close (Escape)">✕</button>
  </div>
</div>
"""


def add_button() -> str:
    """A button to add files, of the kinds that can be read."""
    kinds = ",".join(sorted(suffixes()))
    return (
        '<button type="button" data-action="add">Add files…</button>'
        f'<input id="add-files" type="file" multiple hidden accept="{kinds}"'
        ' aria-label="Files to add">'
    )


def shelf_state(watching: bool) -> str:
    """Whether the folder is watched, and what became of the files that were added."""
    words = (
        "Changes in the folder are indexed as they happen."
        if watching
        else "The folder is not watched: index again after changes."
    )
    state = f'<p class="quiet">{words}</p><div id="adding" role="status"></div>'
    return f'<div id="shelf-state">{state}</div>'

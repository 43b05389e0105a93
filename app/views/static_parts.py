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
      <button type="button" data-action="picture" aria-pressed="false" hidden>Page</button>
      <button type="button" data-action="copy-link">Copy link</button>
      <button type="button" data-action="close" aria-label="Close the source"
        title="Close (Escape)">✕</button>
    </div>
  </div>
  <p id="reader-notice" class="notice" role="status" hidden></p>
  <div id="reader-text" class="panel-body" tabindex="0" role="region"
    aria-labelledby="reader-title"></div>
  <div id="reader-picture" class="panel-body" tabindex="0" role="region"
    aria-label="Picture of the page" hidden></div>
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

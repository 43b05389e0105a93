"""The parts of the page that never change, as HTML."""

from __future__ import annotations

BRAND = '<h1>askdocs</h1><div id="announcement" class="unseen" role="status"></div>'

TOOLS = """
<details id="export" class="menu" hidden>
  <summary>Export</summary>
  <ul>
    <li><button type="button" data-action="export" data-format="md">Markdown</button></li>
    <li><button type="button" data-action="export" data-format="json">JSON</button></li>
  </ul>
</details>
<button type="button" data-action="theme" aria-label="Light or dark" title="Light or dark"
  ><span aria-hidden="true">◐</span></button>
"""

WELCOME = "<h2>Ask your documents</h2>"

CHOICE = '<div id="choice" role="group" aria-label="What the question is about" hidden></div>'

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
  <p id="reader-notice" class="notice" role="status" hidden></p>
  <div id="reader-text" class="panel-body" tabindex="0" role="region"
    aria-labelledby="reader-title"></div>
</aside>
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

"""The views that check a draft and fill a table of quotes, as HTML."""

CHECK = """
<section class="view" id="view-check" aria-label="Check a draft" data-i18n hidden>
  <div class="view-body">
    <form id="check-form">
      <h2>Check a draft</h2>
      <p class="quiet">Each statement is compared with your documents, each quotation word by
        word. Nothing is saved.</p>
      <textarea id="check-text" aria-label="The draft" dir="auto" spellcheck="false" rows="12"
        placeholder="Paste the draft here, or drop a file: .txt, .md, .docx, .html, .pdf …"
        maxlength="200000"></textarea>
      <div class="work-buttons">
        <button type="submit" class="main">Check</button>
        <button type="button" class="turn" data-action="pick-draft">Open a file…</button>
        <input id="check-file" type="file" hidden aria-label="A file with the draft">
        <span id="check-only" class="quiet" data-i18n="off"></span>
      </div>
    </form>
    <p id="check-state" class="quiet" role="status" data-i18n="off"></p>
    <div id="check-progress" class="work-progress" hidden><progress></progress>
      <button type="button" class="turn" data-action="stop-check">Stop</button></div>
    <div id="check-result" hidden>
      <div id="check-head" class="work-head">
        <p id="check-summary" data-i18n="off"></p>
        <div class="work-buttons">
          <button type="button" class="turn" data-action="previous-doubt"
            aria-label="Previous finding" title="Previous finding">‹</button>
          <span id="check-count" class="quiet" data-i18n="off"></span>
          <button type="button" class="turn" data-action="next-doubt" aria-label="Next finding"
            title="Next finding">›</button>
          <button type="button" class="turn" data-action="edit-draft">Edit the draft</button>
        </div>
      </div>
      <article id="check-draft" class="written" dir="auto"></article>
      <div id="check-notes" data-i18n="off" hidden></div>
    </div>
  </div>
</section>
"""

TABLE = """
<section class="view" id="view-table" aria-label="Table of quotes" data-i18n hidden>
  <div class="view-body">
    <form id="table-form">
      <h2>Table of quotes</h2>
      <p class="quiet">Every question is asked of every document. A cell shows the exact words and
        where they are, or that the document does not say it.</p>
      <textarea id="table-questions" aria-label="Questions, one per line" dir="auto" rows="4"
        placeholder="One question per line, for example: When does the contract end?"></textarea>
      <div class="work-buttons">
        <button type="submit" class="main">Fill the table</button>
        <button type="button" class="turn" data-action="stop-table" hidden>Stop</button>
        <span id="table-only" class="quiet" data-i18n="off"></span>
      </div>
    </form>
    <p id="table-state" class="quiet" role="status" data-i18n="off"></p>
    <div id="table-progress" class="work-progress" hidden><progress></progress></div>
    <div id="table-tools" class="work-head" hidden>
      <div class="work-buttons">
        <input type="search" id="table-filter" aria-label="Filter the rows"
          placeholder="Filter…" dir="auto">
        <label class="quiet">Rows <select id="table-rows" aria-label="Which rows">
          <option value="">all rows</option><option value="said">with an answer</option>
          <option value="perhaps">with a “perhaps”</option>
          <option value="not said">without an answer</option></select></label>
        <span class="quiet">Download</span>
        <a class="turn" data-kind="csv">CSV</a><a class="turn" data-kind="xlsx">Excel</a>
        <a class="turn" data-kind="html">HTML</a><a class="turn" data-kind="json">JSON</a>
      </div>
    </div>
    <div id="table-frame" tabindex="0" role="region" aria-label="The table" hidden>
      <table id="quote-table" data-i18n="off"><thead></thead>
        <tbody class="places"></tbody></table></div>
  </div>
</section>
"""

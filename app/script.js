/* The behaviour of the page: the source panel, notes of citations, the composer, light and dark.
   Text that comes from documents is only ever set as text, or as HTML that the server escaped. */
"use strict";

(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* Light and dark */

  const THEME = "askdocs-theme";
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");

  function remembered(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  }

  function remember(name, value) {
    try { localStorage.setItem(name, value); } catch { /* private windows may refuse */ }
  }

  function applyTheme() {
    const asked = new URLSearchParams(location.search).get("__theme");
    root.dataset.theme = remembered(THEME) || asked || (prefersDark.matches ? "dark" : "light");
    document.body?.classList.toggle("dark", root.dataset.theme === "dark");
  }

  function switchTheme() {
    remember(THEME, root.dataset.theme === "dark" ? "light" : "dark");
    applyTheme();
  }

  /* Saying things to screen readers */

  function announce(words) {
    const place = find("#announcement");
    if (place) place.textContent = words;
  }

  /* Asking */

  const chosen = new Set();
  let pending = null; // {question, replaces}: what the next press of "Ask" sends instead
  let replaces = null; // the exchange that the question in the box replaces

  function asking(question, conversation) {
    const asked = pending ? pending.question : question;
    const place = pending ? pending.replaces : replaces;
    pending = null;
    stopEditing();
    return [asked, JSON.stringify({ sources: [...chosen], replaces: place }), conversation];
  }

  function ask(question, place = null) {
    if (find("[data-running]")) return;
    pending = { question, replaces: place };
    find("#send").click();
  }

  function questionBox() {
    return find("#question textarea, #question input");
  }

  function edit(exchange) {
    replaces = Number(exchange.dataset.number);
    const box = questionBox();
    box.value = find(".question", exchange).textContent;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    root.dataset.editing = "";
    box.focus();
    announce("Editing the question. Escape cancels.");
  }

  function stopEditing() {
    replaces = null;
    delete root.dataset.editing;
  }

  /* Which documents a question is about */

  function choose(name, wanted) {
    if (wanted) chosen.add(name); else chosen.delete(name);
    showChoice();
  }

  function showChoice() {
    for (const box of findAll("[data-choose]")) box.checked = chosen.has(box.dataset.choose);
    const place = find("#choice");
    if (!place) return;
    place.hidden = chosen.size === 0;
    place.replaceChildren(...[...chosen].map(choiceButton));
  }

  function choiceButton(name) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.action = "drop";
    button.dataset.name = name;
    button.setAttribute("aria-label", `No longer only ${name}`);
    button.append(name, " ✕");
    return button;
  }

  /* Panels: the source, the documents */

  let opener = null;

  function showPanel(name) {
    hideNote();
    root.dataset.panel = name;
    const reader = find("#reader-panel");
    if (reader) reader.hidden = name !== "reader";
    find("#open-shelf")?.setAttribute("aria-expanded", String(name === "shelf"));
  }

  function closePanel() {
    if (!root.dataset.panel) return;
    showPanel("");
    if (location.hash.startsWith("#source=")) {
      history.replaceState(null, "", location.pathname + location.search);
    }
    if (opener?.isConnected) opener.focus(); else questionBox()?.focus();
    opener = null;
  }

  /* The source panel. A stop is a place that can be shown: {source, mark}. */

  let stops = [];
  let current = 0;
  let shown = null; // {source, marks, start, end, length, places, lost}: what the panel holds

  function stopsAround(entry) {
    const group = entry.closest(".exchange");
    const entries = group ? findAll(".entry[data-mark]", group) : [entry];
    const all = entries.map(stopOf);
    return all.length ? all : [stopOf(entry)];
  }

  function stopOf(entry) {
    return { source: entry.dataset.source, mark: entry.dataset.mark || "" };
  }

  function openEntry(entry) {
    opener = entry;
    const wanted = stopOf(entry);
    stops = stopsAround(entry);
    let at = stops.findIndex((stop) => stop.source === wanted.source && stop.mark === wanted.mark);
    if (at < 0) { stops = [wanted]; at = 0; }
    return showStop(at);
  }

  function openLink() {
    if (!location.hash.startsWith("#source=")) return;
    const values = new URLSearchParams(location.hash.slice(1));
    const marks = values.getAll("mark");
    stops = (marks.length ? marks : [""]).map((mark) => ({ source: values.get("source"), mark }));
    showStop(0);
  }

  function hashOf(stop) {
    const source = encodeURIComponent(stop.source).replaceAll("%2F", "/");
    return `#source=${source}${stop.mark ? `&mark=${stop.mark}` : ""}`;
  }

  function marksOf(source) {
    const marks = stops.filter((stop) => stop.source === source && stop.mark).map((s) => s.mark);
    return [...new Set(marks)];
  }

  async function showStop(at, { from = null } = {}) {
    current = at;
    const stop = stops[at];
    const marks = marksOf(stop.source);
    const begin = from ?? (stop.mark ? parseInt(stop.mark, 10) : null);
    if (!holds(stop.source, marks, begin) && !(await load(stop.source, marks, begin))) return;
    history.replaceState(null, "", location.pathname + location.search + hashOf(stop));
    showPanel("reader");
    describe(stop, marks.indexOf(stop.mark));
    scrollTo(marks.indexOf(stop.mark), from);
    find("#reader-text").focus({ preventScroll: true });
  }

  function holds(source, marks, begin) {
    return shown && shown.source === source && shown.marks.join() === marks.join()
      && (begin === null || (begin >= shown.start && begin < shown.end)) && shown.fresh > Date.now();
  }

  async function load(source, marks, begin) {
    const query = new URLSearchParams({ source });
    for (const mark of marks) query.append("mark", mark);
    if (begin !== null && !Number.isNaN(begin)) query.set("at", begin);
    let reading;
    try {
      reading = await (await fetch(`source?${query}`)).json();
    } catch {
      reading = { problem: "The server cannot be reached. Is askdocs still running?" };
    }
    const text = find("#reader-text");
    if (!text) return false;
    if (reading.problem || !("html" in reading)) {
      shown = null;
      showPanel("reader");
      find("#reader-title").textContent = source;
      find("#reader-place").textContent = "";
      find("#reader-count").textContent = "";
      tell(reading.problem || "This source cannot be shown.");
      text.replaceChildren();
      find("#reader-panel").focus();
      return false;
    }
    shown = { ...reading, marks, fresh: Date.now() + 60000 };
    text.innerHTML = reading.html;
    if (reading.start > 0) text.prepend(turnButton("Earlier in this document", reading.start - 1));
    if (reading.end < reading.length) text.append(turnButton("Later in this document", reading.end));
    return true;
  }

  function turnButton(words, at) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "turn";
    button.dataset.action = "turn";
    button.dataset.at = at;
    button.textContent = words;
    return button;
  }

  function tell(words) {
    const notice = find("#reader-notice");
    notice.textContent = words;
    notice.hidden = !words;
  }

  function describe(stop, number) {
    const lost = number >= 0 && shown.lost.includes(number);
    const place = number >= 0 ? shown.places[number] : "";
    find("#reader-title").textContent = shown.title;
    find("#reader-place").textContent = place ? `${shown.source}, ${place}` : shown.source;
    find("#reader-count").textContent = stop.mark ? `${current + 1} of ${stops.length}` : "";
    for (const name of ["previous", "next"]) {
      find(`[data-action="${name}"]`).hidden = stops.length < 2;
    }
    tell(lost ? "The document has changed since these words were quoted, so they are not marked." : "");
  }

  function scrollTo(number, from) {
    const text = find("#reader-text");
    for (const mark of findAll("mark", text)) {
      mark.classList.toggle("current", mark.dataset.marks.split(" ").includes(String(number)));
    }
    const first = find("mark.current", text);
    if (from !== null || !first) text.scrollTop = 0;
    else first.scrollIntoView({ block: "center", inline: "nearest" });
  }

  function step(by) {
    if (stops.length > 1) showStop((current + by + stops.length) % stops.length);
  }

  /* The note of a citation: its quote and place, on hover and focus */

  let note = null;
  let noteTimer = 0;

  function showNote(link) {
    const words = document.getElementById(link.getAttribute("aria-describedby"));
    if (!words) return;
    clearTimeout(noteTimer);
    if (!note) {
      note = document.createElement("div");
      note.id = "note";
      note.setAttribute("aria-hidden", "true"); // the link is described by the words themselves
      document.body.append(note);
    }
    note.replaceChildren(...[...words.childNodes].map((node) => node.cloneNode(true)));
    note.hidden = false;
    const box = link.getBoundingClientRect();
    const width = Math.min(380, innerWidth - 24);
    note.style.width = `${width}px`;
    note.style.left = `${Math.max(12, Math.min(box.left - 24, innerWidth - width - 12))}px`;
    const above = box.top > note.offsetHeight + 16;
    note.style.top = above ? `${box.top - note.offsetHeight - 8}px` : `${box.bottom + 8}px`;
  }

  function hideNote() {
    clearTimeout(noteTimer);
    if (note) note.hidden = true;
  }

  function hideNoteSoon() {
    clearTimeout(noteTimer);
    noteTimer = setTimeout(hideNote, 200);
  }

  /* Taking things away: copy, export */

  async function copy(text, button) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = "Copied";
    announce("Copied");
    setTimeout(() => { button.textContent = before; }, 1500);
  }

  function exportAs(format) {
    const copies = findAll("[data-markdown]");
    const content = format === "json"
      ? JSON.stringify(copies.map((each) => JSON.parse(each.dataset.record)), null, 2)
      : copies.map((each) => each.dataset.markdown).join("\n---\n\n");
    const address = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `askdocs.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    find("#export").open = false;
  }

  /* Following the conversation */

  let lastNumber = null;
  let wasRunning = false;

  function follow() {
    const exchange = find("#present .exchange");
    const count = exchange ? Number(exchange.dataset.number) : null;
    const running = Boolean(exchange?.hasAttribute("data-running"));
    if (exchange && (count !== lastNumber || (running && !wasRunning))) {
      exchange.scrollIntoView({ block: "start" });
    }
    if (exchange && wasRunning && !running) {
      const words = find(".answer, .problem, .said", exchange)?.textContent || "";
      announce(words.slice(0, 600));
    }
    lastNumber = count;
    wasRunning = running;
    const menu = find("#export");
    if (menu) menu.hidden = !find("[data-markdown]");
  }

  /* Events */

  const actions = {
    theme: switchTheme,
    close: closePanel,
    previous: () => step(-1),
    next: () => step(1),
    turn: (button) => showStop(current, { from: Number(button.dataset.at) }),
    "copy-link": (button) => copy(location.href, button),
    copy: (button) => copy(button.dataset.markdown, button),
    export: (button) => exportAs(button.dataset.format),
    suggest: (button) => ask(button.textContent),
    again: (button) => {
      const exchange = button.closest(".exchange");
      ask(find(".question", exchange).textContent, Number(exchange.dataset.number));
    },
    edit: (button) => edit(button.closest(".exchange")),
    drop: (button) => { choose(button.dataset.name, false); questionBox()?.focus(); },
  };

  document.addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    const link = event.target.closest("a[data-source]");
    if (link && plain) {
      event.preventDefault();
      openEntry(link);
      return;
    }
    const button = event.target.closest("[data-action]");
    if (button) actions[button.dataset.action]?.(button);
    if (event.target.closest("#open-shelf")) {
      opener = event.target.closest("#open-shelf");
      if (root.dataset.panel === "shelf") closePanel(); else showPanel("shelf");
    }
    if (event.target.closest("#start-over")) { stopEditing(); closePanel(); }
    const menu = find("#export");
    if (menu?.open && !menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-choose]");
    if (box) choose(box.dataset.choose, box.checked);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (note && !note.hidden) hideNote();
      else if ("editing" in root.dataset) stopEditing();
      else closePanel();
      return;
    }
    const inReader = event.target.closest?.("#reader-panel");
    if (!inReader || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") step(1);
    if (event.key === "p") step(-1);
  });

  for (const [shows, hides] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(shows, (event) => {
      const link = event.target.closest?.("a.cite");
      if (link) showNote(link);
      else if (note?.contains(event.target)) clearTimeout(noteTimer);
    });
    document.addEventListener(hides, (event) => {
      if (event.target.closest?.("a.cite, #note")) hideNoteSoon();
    });
  }

  addEventListener("hashchange", openLink);
  prefersDark.addEventListener("change", applyTheme);
  applyTheme();

  /* Gradio builds the page after this script has run: wait for its parts, once each. */

  function whenThere(selector, act) {
    const there = find(selector);
    if (there) { act(there); return; }
    const waiting = new MutationObserver(() => {
      const found = find(selector);
      if (found) { waiting.disconnect(); act(found); }
    });
    waiting.observe(root, { childList: true, subtree: true });
  }

  function watch(selector, act) {
    whenThere(selector, (place) => {
      new MutationObserver(act).observe(place, { childList: true, subtree: true, attributes: true });
    });
  }

  whenThere("body", () => {
    new MutationObserver(() => {
      if (document.body.classList.contains("dark") !== (root.dataset.theme === "dark")) applyTheme();
    }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    applyTheme();
  });
  whenThere("#reader-panel", openLink);
  whenThere("#open-shelf", (button) => button.setAttribute("aria-expanded", "false"));
  watch("#present", follow);
  watch("#documents", () => {
    const boxes = findAll("[data-choose]");
    if (boxes.some((box) => box.checked !== chosen.has(box.dataset.choose))) showChoice();
  });

  window.askdocs = { asking };
})();

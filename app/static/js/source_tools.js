/* The tools of the open document: page, zoom, contents, find, as text. */

import { button, find, findAll, root } from "./dom.js";
import { copy } from "./clipboard.js";
import {
  findInText, goToCharacter, scrollToFound, toggleText, watchSource, whatIsShown, whenShown,
} from "./source_panel.js";
import { t } from "./i18n.js";

const TYPED = 250; // milliseconds after the last key, until the search starts

let places = []; // the offsets of the found words
let which = 0;
let waiting = 0;

export const readerActions = {
  "as-text": toggleText,
  "copy-code": (pressed) => copy(pressed.nextElementSibling.textContent, pressed),
  "zoom-in": () => whatIsShown().pdf?.zoom(1),
  "zoom-out": () => whatIsShown().pdf?.zoom(-1),
  fit: () => whatIsShown().pdf?.zoom(0),
  contents: () => showContents(find("#reader-contents").hidden),
  find: () => (find("#reader-find").hidden ? openFind() : closeFind()),
  "find-next": () => findAgain(1),
  "find-previous": () => findAgain(-1),
  "find-close": closeFind,
};

export function watchReader() {
  whenShown((what) => {
    if ("page" in what) { showPage(what.page); return; }
    if ("count" in what) { tellFound(what.count.current, what.count.total); return; }
    describe(what);
  });
  watchSource();
  document.addEventListener("keydown", pressed);
  document.addEventListener("input", (event) => {
    if (event.target.id !== "reader-words") return;
    clearTimeout(waiting);
    waiting = setTimeout(findWords, TYPED);
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "reader-page") goToPage(event.target);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.id === "reader-page") event.target.select();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.closest?.("#reader-panel")) event.preventDefault();
  });
}

function pressed(event) {
  if (root.dataset.panel !== "reader" || !event.target.closest?.("#reader-panel")) return;
  const words = event.target.id === "reader-words";
  if ((event.ctrlKey || event.metaKey) && event.key === "f" && !words) {
    event.preventDefault();
    openFind();
  } else if (words && event.key === "Enter") {
    event.preventDefault();
    findAgain(event.shiftKey ? -1 : 1);
  } else if (event.target.id === "reader-page" && event.key === "Enter") {
    event.preventDefault();
    goToPage(event.target);
  } else if (event.key === "Escape" && !find("#reader-find").hidden) {
    event.stopImmediatePropagation();
    closeFind();
  } else if (event.key === "Escape" && !find("#reader-contents").hidden) {
    event.stopImmediatePropagation();
    showContents(false);
    find('[data-action="contents"]').focus();
  }
}

/* Another document, or another view of it, is shown: show its tools. */
function describe({ reading, pdf }) {
  find("#reader-bar").hidden = !reading;
  for (const part of findAll("#reader-bar .of-pdf")) part.hidden = !pdf;
  closeFind({ focus: false });
  showContents(false);
  if (!reading) return;
  const toggle = find('[data-action="as-text"]');
  toggle.hidden = reading.view === "text" && !reading.asText; // it has no other view
  toggle.setAttribute("aria-pressed", String(reading.asText));
  find('[data-action="contents"]').hidden = !reading.headings.length;
  if (!pdf) { listHeadings(reading.headings); return; }
  find("#reader-pages").textContent = t("of {n}", { n: pdf.pages });
  showPage(reading.page ?? 1);
  listHeadings(reading.headings);
  pdf.contents().then((entries) => { if (whatIsShown().pdf === pdf && entries.length) list(entries); });
}

function showPage(number) {
  const box = find("#reader-page");
  if (document.activeElement !== box) box.value = number;
}

function goToPage(box) {
  const { pdf } = whatIsShown();
  const number = parseInt(box.value, 10);
  if (pdf && number) pdf.goToPage(number);
  if (pdf) box.value = Math.min(Math.max(number || 1, 1), pdf.pages);
}

/* Contents */

function listHeadings(headings) {
  list(headings.map((each) => ({ ...each, go: () => goToCharacter(each) })));
}

function list(entries) {
  find('[data-action="contents"]').hidden = !entries.length;
  const lowest = Math.min(...entries.map((entry) => entry.level));
  find("#reader-contents").replaceChildren(...entries.map(({ title, level, go }) => {
    const made = button(title, "");
    made.style.paddingInlineStart = `${12 + 14 * Math.min(level - lowest, 6)}px`;
    made.dir = "auto";
    made.addEventListener("click", () => { showContents(false); go(); });
    return made;
  }));
}

function showContents(wanted) {
  const contents = find("#reader-contents");
  contents.hidden = !wanted;
  find('[data-action="contents"]').setAttribute("aria-expanded", String(wanted));
  if (wanted) find("button", contents)?.focus();
}

/* Find */

function openFind() {
  find("#reader-find").hidden = false;
  find('[data-action="find"]').setAttribute("aria-expanded", "true");
  const box = find("#reader-words");
  box.focus();
  box.select();
}

function closeFind({ focus = true } = {}) {
  const bar = find("#reader-find");
  if (bar.hidden) return;
  bar.hidden = true;
  clearTimeout(waiting);
  find('[data-action="find"]').setAttribute("aria-expanded", "false");
  find("#reader-words").value = "";
  tellFound(0, 0);
  const { pdf, reading } = whatIsShown();
  if (pdf) pdf.find("", 0); else if (reading && places.length) findInText("");
  places = [];
  if (focus) find('[data-action="find"]').focus();
}

async function findWords() {
  const words = find("#reader-words").value.trim();
  const { pdf, reading } = whatIsShown();
  if (!reading) return;
  if (pdf) { pdf.find(words, 0); if (!words) tellFound(0, 0); return; }
  const from = reading.start;
  ({ places } = await findInText(words));
  which = Math.max(places.findIndex((at) => at >= from), 0);
  await showFound();
}

async function findAgain(by) {
  const words = find("#reader-words").value.trim();
  const { pdf } = whatIsShown();
  if (pdf) { pdf.find(words, by); return; }
  if (!places.length) return;
  which = (which + by + places.length) % places.length;
  await showFound();
}

async function showFound() {
  tellFound(places.length ? which + 1 : 0, places.length);
  if (!places.length || scrollToFound(which)) return;
  await findInText(find("#reader-words").value.trim(), places[which]);
  scrollToFound(which);
}

function tellFound(current, total) {
  const words = find("#reader-words")?.value.trim();
  const none = words ? t("not found") : "";
  find("#reader-found").textContent = total ? t("{number} of {n}", { number: current, n: total }) : none;
}

/* The view of the documents: a tree of folders, with details and state of each file. */

import { announce, button, find, findAll, made } from "./dom.js";
import { addView, view } from "./views.js";
import { showChoice } from "./source_filter.js";
import { UNREACHABLE } from "./json_lines.js";
import { formatDay, translateFacts, language, translate, t } from "./i18n.js";

const LOOKED_EVERY = 3000; // milliseconds, while the view is shown
const WORKING_EVERY = 800; // while documents are read
const OPEN_UP_TO = 60; // documents; with more of them, only top-level folders are open
const SHOWN = 200; // files of one folder, until "Show more" is pressed
const STATES = {
  ready: "", partly: t("partly read"), stale: t("older version"), words: t("found by words only"),
  waiting: t("waiting"), reading: t("being read"), failed: t("not read"),
};
const WORST_FIRST = ["failed", "stale", "reading", "waiting", "words", "partly", "ready"];

let data = null; // the last response of the server
let responseText = ""; // the text of it
let timer = 0;
const folded = new Map(); // folder → whether it is closed; only folders that were pressed
const longer = new Map(); // folder → how many of its files are shown
const guides = new Map(); // source → its guide, while its row is unfolded

export function startDocuments() {
  const touched = matchMedia("(hover: none)").matches; // the keyboard of a phone would cover the list
  addView("documents", { shown: look, focus: touched ? "" : "#find" });
  document.addEventListener("input", (event) => {
    if (event.target.closest?.("#documents-tools")) draw();
  });
  document.addEventListener("visibilitychange", () => { if (view() === "documents") look(); });
}

/* Load the list from the server, and again after a while. */
export async function look() {
  clearTimeout(timer);
  if (!find("#documents")) return;
  try {
    const answer = await (await fetch("documents", { cache: "no-cache" })).text();
    if (answer !== responseText) {
      const before = data;
      responseText = answer;
      data = JSON.parse(answer);
      if (before?.indexing && !data.indexing && data.outcome) announce(translate(data.outcome));
      forgetGuides(before);
      fillKinds();
      draw();
    }
  } catch { /* Gradio reports that the server is gone */ }
  if (view() !== "documents" || document.hidden) return;
  timer = setTimeout(look, data?.indexing ? WORKING_EVERY : LOOKED_EVERY);
}

/* Update the index, and show the progress. */
export async function indexAgain() {
  try { await fetch("index", { method: "POST" }); } catch { return; }
  look();
}

/* Remove the guides of changed documents. */
function forgetGuides(before) {
  const times = new Map((before?.documents || []).map((each) => [each.source, each.modified]));
  for (const each of data.documents) {
    if (times.get(each.source) !== each.modified && guides.get(each.source)) guides.delete(each.source);
  }
}

/* All files, one row each. */
function rows() {
  const plain = (source, state, note = "") => ({
    source, title: source.split("/").pop(), kind: "", size: 0, pages: 0, modified: "", state, note,
  });
  const { activity } = data;
  return [
    ...data.documents,
    ...(activity?.reading || []).map((source) => plain(source, "reading")),
    ...(activity?.waiting || []).map((source) => plain(source, "waiting")),
    ...data.failed
      .filter(({ source }) => !activity?.reading.includes(source) && !activity?.waiting.includes(source))
      .map(({ source, reason }) => plain(source, "failed", reason)),
  ];
}

function wanted(all) {
  const words = find("#find").value.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
  const kind = find("#documents-kind").value;
  const state = find("#documents-state").value;
  return all.filter((row) => {
    const text = `${row.source}\n${row.title}`.normalize("NFC").toLowerCase();
    return words.every((word) => text.includes(word)) && (!kind || row.kind === kind)
      && (!state || (state === "ready" ? row.state === "ready" : row.state !== "ready"));
  });
}

const ORDERS = {
  name: (a, b) => a.source.localeCompare(b.source, undefined, { numeric: true }),
  title: (a, b) => a.title.localeCompare(b.title, undefined, { numeric: true }),
  date: (a, b) => b.modified.localeCompare(a.modified),
  size: (a, b) => b.size - a.size,
  kind: (a, b) => a.kind.localeCompare(b.kind),
  state: (a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state),
};

function fillKinds() {
  const kinds = [...new Set(data.documents.map((each) => each.kind))].sort();
  const folders = [...new Set(data.documents.flatMap(({ source }) => parents(source)))].sort();
  for (const [selector, values, label] of [["#documents-kind", kinds, translate], ['#search-form [name="kind"]', kinds, translate],
    ['#search-form [name="folder"]', folders, String]]) {
    const list = find(selector);
    if (!list) continue;
    const before = list.value;
    list.replaceChildren(list.options[0], ...values.map((value) => new Option(label(value), value)));
    list.value = values.includes(before) ? before : "";
    if (before && !list.value) { list.add(new Option(before, before)); list.value = before; }
  }
}

const parents = (source) => source.split("/").slice(0, -1)
  .map((_, depth, parts) => parts.slice(0, depth + 1).join("/"));

function draw() {
  if (!data || !find("#documents")) return;
  const all = rows();
  const shown = wanted(all).sort(ORDERS[find("#documents-order").value] || ORDERS.name);
  find("#documents-summary").textContent = summary(all, shown);
  find("#view-documents").toggleAttribute("data-empty", !all.length);
  drawProgress();
  linkAdded();
  const place = find("#documents");
  const focused = place.contains(document.activeElement) ? keyOf(document.activeElement) : "";
  const flat = find("#documents-order").value !== "name" || shown.length !== all.length;
  place.replaceChildren(flat ? list("", shown, true) : tree("", shown, all.length));
  showChoice();
  if (focused) findAll("a, button, input", place).find((each) => keyOf(each) === focused)?.focus();
}

const keyOf = (element) => [element.tagName, element.dataset.action, element.dataset.source,
  element.dataset.choose, element.dataset.folder].join();

function summary(all, shown) {
  if (!all.length) return t("There are no documents in {folder} yet.", { folder: data.corpus });
  const count = { ready: data.documents.length, failed: 0, partly: 0, coming: 0 };
  for (const row of all) {
    if (row.state === "failed") count.failed += 1;
    if (row.state === "partly") count.partly += 1;
    if (row.state === "waiting" || row.state === "reading") count.coming += 1;
  }
  const parts = [t("{n} documents can be asked", { n: count.ready })];
  if (count.coming) parts.push(t("{n} files waiting", { n: count.coming }));
  if (count.partly) parts.push(t("{n} partly read", { n: count.partly }));
  if (count.failed) parts.push(t("{n} files not read", { n: count.failed }));
  const line = parts.join(`${t(",")} `) + t(".");
  return shown.length === all.length ? line : `${line} ${t("{n} shown.", { n: shown.length })}`;
}

function drawProgress() {
  const bar = find("#documents-progress");
  const { activity, indexing, outcome, problem } = data;
  bar.hidden = !indexing;
  const track = find("progress", bar);
  const share = activity?.share ?? null;
  if (share === null) track.removeAttribute("value"); else track.value = share;
  const reading = activity?.reading.find(pagesOf) || activity?.reading[0];
  const pages = pagesOf(reading);
  find("span", bar).textContent = pages ? t("Reading {name}: {done} of {all} pages", { name: reading, ...pages })
    : reading ? t("Reading {name} …", { name: reading })
    : share === null ? t("Checking the folder for changes") : t("Preparing new passages for search by meaning");
  find("b", bar).textContent = share === null ? "" : `${Math.floor(share * 100)} %`;
  const result = find("#documents-outcome");
  result.textContent = indexing ? "" : translate(outcome);
  result.className = problem ? "problem" : "quiet";
}

/* Show the links to files that were added as soon as these can be opened. */
function linkAdded() {
  const there = new Set(data.documents.map(({ source }) => source));
  for (const link of findAll("#adding a")) link.hidden = !there.has(link.dataset.source);
}

/* A folder's files and folders. */
function tree(folder, all, total) {
  const prefix = folder ? `${folder}/` : "";
  const inside = all.filter((row) => row.source.startsWith(prefix));
  const folders = new Map();
  const files = [];
  for (const row of inside) {
    const [name, ...rest] = row.source.slice(prefix.length).split("/");
    if (rest.length) folders.set(name, (folders.get(name) || 0) + 1); else files.push(row);
  }
  const own = new Set(files.map((row) => row.source));
  const items = [];
  for (const [name, count] of folders) {
    const path = prefix + name;
    if (!own.has(path)) items.push(folderItem(path, name, count, all, total));
  }
  for (const row of files) {
    items.push(fileItem(row, false));
    const name = row.source.slice(prefix.length); // a mail or archive that contains other files
    if (folders.has(name)) items.push(folderItem(row.source, t("in {name}", { name }), folders.get(name), all, total));
  }
  return made("ul", { className: folder ? "tree" : "tree documents" }, ...cut(folder, items));
}

function list(folder, all, flat) {
  return made("ul", { className: "tree documents" }, ...cut(folder, all.map((row) => fileItem(row, flat))));
}

/* A limited number of items, with a button that shows more. */
function cut(folder, items) {
  const limit = longer.get(folder) || SHOWN;
  if (items.length <= limit) return items;
  const more = button(t("Show more of {n}", { n: items.length }), "more-documents", { folder });
  more.className = "turn";
  return [...items.slice(0, limit), made("li", {}, more)];
}

export function moreDocuments(pressed) {
  const { folder } = pressed.dataset;
  longer.set(folder, (longer.get(folder) || SHOWN) + SHOWN);
  draw();
}

function folderItem(path, name, count, all, total) {
  const depth = path.split("/").length;
  const isFolded = folded.get(path) ?? (total > OPEN_UP_TO && depth > 1);
  const box = made("input", { type: "checkbox", data: { choose: `${path}/` } });
  box.setAttribute("aria-label", t("Ask only the folder {path}", { path }));
  const opener = button(name, "fold", { folder: path });
  opener.className = "folder-name";
  opener.dir = "auto";
  opener.setAttribute("aria-expanded", String(!isFolded));
  const head = made("div", { className: "doc-row folder-row" }, box, opener,
    made("span", { className: "place", textContent: t("{n} files", { n: count }) }));
  const item = made("li", { className: "folder-item" }, head);
  if (!isFolded) item.append(tree(path, all, total));
  return item;
}

export function fold(pressed) {
  const { folder } = pressed.dataset;
  folded.set(folder, pressed.getAttribute("aria-expanded") === "true");
  draw();
}

function fileItem(row, flat) {
  const there = row.state !== "failed" && row.link;
  const box = made("input", { type: "checkbox", data: there ? { choose: row.source } : {}, disabled: !there });
  box.setAttribute("aria-label", t("Ask only {source}", row));
  const name = flat ? row.source : row.source.split("/").pop();
  const title = there
    ? made("a", { className: "entry title", href: row.link, data: { source: row.source }, textContent: row.title, dir: "auto" })
    : made("span", { className: "title", textContent: row.title, dir: "auto" });
  const words = made("div", { className: "name" }, title);
  if (name !== row.title) words.append(made("span", { className: "file", textContent: name, dir: "auto" }));
  if (row.note) {
    words.append(made("span", { className: `note-line ${row.state}`, textContent: noteOf(row), dir: "auto" }));
  }
  const facts = made("span", { className: "facts" },
    made("span", { textContent: translate(row.kind) }),
    made("span", { textContent: row.pages ? (row.kind === "Slides" ? t("{n} slides", { n: row.pages }) : t("{n} pages", { n: row.pages })) : "" }),
    made("span", { textContent: row.size ? sizeOf(row.size) : "" }),
    made("span", { textContent: formatDay(row.modified), title: row.modified ? t("When the file was last changed") : "" }),
    made("span", { className: `state ${row.state}`, textContent: stateOf(row) }));
  const line = made("div", { className: "doc-row" }, box, words, facts);
  const item = made("li", { className: "file-item" }, line);
  if (there) {
    const about = button(t("About"), "about", { source: row.source });
    about.setAttribute("aria-label", t("About {title}", row));
    about.setAttribute("aria-expanded", String(guides.has(row.source)));
    line.append(made("span", { className: "row-tools" }, about, ...removeButton(row)));
    if (guides.has(row.source)) item.append(guideOf(guides.get(row.source), row));
  } else line.append(made("span", { className: "row-tools" }, ...removeButton(row)));
  return item;
}

/* How many pages of a long file have been read. */
function pagesOf(source) {
  const [done, all] = data.activity?.pages[source] || [];
  return done ? { done, all } : null;
}

function stateOf(row) {
  const pages = pagesOf(row.source);
  return pages ? t("{done} of {all} pages read", pages) : STATES[row.state];
}

const noteOf = (row) => (row.state === "partly" ? t("Not read: {parts}", { parts: translate(row.note) }) : translate(row.note));

function removeButton(row) {
  if (!find("#add-files") || row.state === "waiting" || row.state === "reading") return [];
  const remove = button(t("Remove"), "remove", { source: row.source });
  remove.setAttribute("aria-label", t("Remove {source}", row));
  return [remove];
}

function sizeOf(size) {
  const [unit, value] = size < 1_000_000 ? ["kilobyte", Math.max(1, Math.round(size / 1000))] : ["megabyte", size / 1_000_000];
  return value.toLocaleString(language, { style: "unit", unit, maximumFractionDigits: unit === "megabyte" ? 1 : 0 });
}

/* The guide of a document, below its row */

export async function about(pressed) {
  const { source } = pressed.dataset;
  if (guides.delete(source)) { draw(); return; }
  guides.set(source, null);
  draw();
  try {
    const answer = await fetch(`guide?${new URLSearchParams({ source })}`);
    if (guides.has(source)) guides.set(source, await answer.json());
  } catch { guides.set(source, { problem: UNREACHABLE }); }
  draw();
}

function guideOf(guide, row) {
  const place = made("div", { className: "about" });
  if (!guide) { place.append(made("p", { className: "quiet waiting", textContent: t("Reading…") })); return place; }
  if (guide.problem) { place.append(made("p", { className: "problem", textContent: translate(guide.problem) })); return place; }
  place.append(made("p", { className: "quiet", textContent: translateFacts(guide.facts.join(" · ")) }));
  if (guide.opening) {
    const { heading, text, mark } = guide.opening;
    place.append(made("p", { className: "opening" },
      ...(heading ? [made("b", { textContent: `${heading} `, dir: "auto" })] : []),
      made("a", { className: "entry quoted-opening", href: `${row.link}&mark=${mark}`, textContent: text, dir: "auto", data: { source: row.source, mark } })));
  }
  for (const [name, values] of [[t("Names"), guide.names], [t("Words that stand out"), guide.words], [t("Figures"), guide.figures]]) {
    if (values.length) place.append(made("p", { className: "quiet" }, made("b", { textContent: `${name}: ` }), made("span", { textContent: values.join(", "), dir: "auto" })));
  }
  if (guide.outline.length) place.append(contents(guide, row));
  return place;
}

function contents(guide, row) {
  const items = guide.outline.map(({ heading, level, page, start }) => {
    const link = made("a", { className: "entry", href: `${row.link}&at=${start}`, textContent: heading, dir: "auto", data: { source: row.source, at: start } });
    const item = made("li", {}, link);
    item.style.setProperty("--level", Math.min(level, 5));
    if (page) item.append(made("span", { className: "place", textContent: page }));
    return item;
  });
  return made("details", { className: "contents", open: items.length <= 12 },
    made("summary", { textContent: t("Contents ({n})", { n: items.length }) }), made("ol", {}, ...items));
}

/* The source panel: a document next to the answer, at a location.

   A location is {source, mark, at}: the name of a document and, if known, a mark (text offsets with
   a hash, as the server writes it; several with commas between them) or an offset. The address has
   the location, and the page or the offset where the user has gone from there (source_position.js).
   To open a document, call `openPlaces`, or use a link
   with `data-source` and, if known, `data-mark` or `data-at`. "Next" and "previous" follow the links
   of class "entry" in one element of class "exchange" or "places". */

import { find, findAll, root } from "./dom.js";
import { setOpener, showPanel } from "./panels.js";
import { arrive, pageChanged, position, watchPosition, writePosition } from "./source_position.js";
import { drawText, markCurrent, scrollToCharacter, scrollToFound, scrollToMark } from "./text_view.js";
import { UNREACHABLE } from "./json_lines.js";
import { openPdf } from "./pdf_view.js";
import { translateLocation, translate, t } from "./i18n.js";

const GONE = t("This document no longer exists: it was removed or renamed.");
const MOVED = t("The document has changed. These words are in another place now.");
const LOST = t("The document has changed since these words were quoted, so they are not marked.");
const NOT_FOUND = t("The quoted words could not be located on this page. They are marked under \"As text\".");
const NOT_BUILT = t("These words are in a part of the file that is only shown under \"As text\".");
const MOST_MARKS = 100; // in a request; of a document with more, only some locations are marked
const TOGETHER = 12; // locations that are then marked
const NO_PDF = t("The pages of this PDF cannot be shown. This is its text.");

let stops = [];
let current = 0;
let shown = null; // the document in the panel, with its marks; null if the document may have changed
// since
let pdf = null; // the PDF that the panel shows, if it shows one: {source, view}
let drawing = null; // settles when the document is rendered
const asText = new Set(); // the documents that are shown as text
const listeners = []; // called when another document, or another view of it, is shown

/* The content of the panel: {reading, pdf}, both null if it is empty. */
export const whatIsShown = () => ({ reading: shown, pdf: pdf?.view ?? null });

export function whenShown(act) {
  listeners.push(act);
}

function stopsAround(entry) {
  const group = entry.closest(".exchange, .places");
  const entries = group ? findAll(".entry[data-mark]", group) : [entry];
  const all = entries.map(stopOf);
  return all.length ? all : [stopOf(entry)];
}

function stopOf(entry) {
  const { source, mark = "", at, part } = entry.dataset;
  return { source, mark, at, part };
}

/* Open `places[which]`; "next" and "previous" go to the others. The focus returns to `opener` when
   the panel is closed. */
export function openPlaces(places, which = 0, opener = null) {
  setOpener(opener);
  stops = places.map(({ source, mark = "", at }) => ({ source, mark, at }));
  return showStop(which);
}

export function openEntry(entry) {
  const wanted = stopOf(entry);
  const around = stopsAround(entry);
  const at = around.findIndex((each) => each.source === wanted.source && each.mark === wanted.mark);
  return at < 0 ? openPlaces([wanted], 0, entry) : openPlaces(around, at, entry);
}

/* Follow a link in a document to another place. "Back" returns from there. */
export function followLink(entry) {
  writePosition();
  const { followed = 0 } = history.state ?? {};
  history.pushState({ ...history.state, followed: followed + 1 }, "");
  stops = [stopOf(entry)];
  showStop(0);
}

export function openLink() {
  if (!location.hash.startsWith("#source=")) return;
  const values = new URLSearchParams(location.hash.slice(1));
  const marks = values.getAll("mark");
  const [source, at, part] = ["source", "at", "part"].map((name) => values.get(name) ?? undefined);
  stops = marks.length ? marks.map((mark) => ({ source, mark })) : [{ source, mark: "", at, part }];
  const page = parseInt(values.get("page"), 10) || null;
  showStop(0, { page, from: marks.length && at ? parseInt(at, 10) : null });
}

function hashOf(stop) {
  const { page, at = stop.mark ? undefined : stop.at } = position() ?? {};
  const parts = [`source=${encodeURIComponent(stop.source).replaceAll("%2F", "/")}`];
  if (stop.mark) parts.push(`mark=${stop.mark}`);
  if (at || (at === 0 && stop.mark)) parts.push(`at=${at}`);
  if (page) parts.push(`page=${page}`);
  return `#${parts.join("&")}`;
}

function writeAddress() {
  if (root.dataset.panel !== "reader" || !shown) return;
  history.replaceState(history.state, "", location.pathname + location.search + hashOf(stops[current]));
}

/* Keep where the user goes in the address. */
export function watchSource() {
  watchPosition(writeAddress);
}

const marksIn = (stop) => (stop.mark ? stop.mark.split(",") : []);

/* The marks of the document of a stop: of all its stops, or of those near this one. */
function marksAround(stop) {
  const same = stops.filter((each) => each.source === stop.source && each.mark);
  const marksOf = (some) => [...new Set(some.flatMap(marksIn))];
  const all = marksOf(same);
  if (all.length <= MOST_MARKS) return all;
  const first = Math.max(same.indexOf(stop), 0);
  const begin = first - (first % TOGETHER);
  return marksOf(same.slice(begin, begin + TOGETHER)).slice(0, MOST_MARKS);
}

/* The numbers of the marks of a stop among `marks`. */
function numbersOf(stop, marks) {
  return marksIn(stop).map((mark) => marks.indexOf(mark)).filter((number) => number >= 0);
}

/* Show a location; with `from` or `page`, scrolled to that offset or that page of its document. */
async function showStop(at, { from = null, page = null } = {}) {
  current = at;
  const stop = stops[at];
  const marks = marksAround(stop);
  let begin = from ?? (stop.mark || stop.at ? parseInt(stop.mark || stop.at, 10) : null);
  const loaded = isLoaded(stop, marks, begin);
  if (loaded) { showPanel("reader"); await drawing; } else if (!(await load(stop, marks, begin))) return;
  if (stop.part) { // from now on its place is known
    begin = shown?.at ?? null;
    [stop.at, stop.part] = [begin ?? undefined, undefined];
  }
  if (stops[current] !== stop || root.dataset.panel !== "reader") return; // another one was opened, or the panel was closed
  const there = page ?? (from === null ? null : shown.page); // an offset of a text, now in the PDF
  arrive(placeOf(from, there));
  writeAddress();
  const numbers = numbersOf(stop, marks);
  describe(stop, numbers);
  await goTo(stop, numbers, from ?? (stop.mark ? null : begin));
  if (loaded) checkThere(stop, shown);
}

function placeOf(from, page) {
  if (pdf) return page && !homePages().includes(page) ? { page } : null;
  return from === null ? null : { at: from };
}

/* The pages of the current location in the PDF. */
function homePages() {
  const numbers = numbersOf(stops[current], shown.marks);
  if (!numbers.length) return [shown.page ?? 1];
  return numbers.flatMap((number) => shown.highlights[number] || []).map((each) => each.page);
}

/* Show the place where the user was, the marks, or else the text at offset `from`. */
async function goTo(stop, numbers, from) {
  if (!pdf) {
    markCurrent(numbers);
    if (from !== null) scrollToCharacter(from);
    else if (!scrollToMark()) {
      scrollToCharacter(shown.begins[numbers[0]] ?? -1);
      if (shown.view === "built" && numbers.length && !areLost(numbers)) tell(NOT_BUILT);
    }
    find("#reader-text").focus({ preventScroll: true });
    return;
  }
  const { view } = pdf;
  view.focus();
  const { page } = position() ?? {};
  if (page) { view.goToPage(page); return; }
  if (!numbers.length) { view.goToPage(shown.page ?? 1); return; }
  const found = await view.goTo(numbers);
  if (stops[current] !== stop || pdf?.view !== view || found || areLost(numbers)) return;
  tell(NOT_FOUND);
}

const areLost = (numbers) => numbers.length > 0 && numbers.every((each) => shown.lost.includes(each));

/* Check whether a source that was loaded before was removed. */
async function checkThere(stop, before) {
  const reading = await readingOf(before.source, before.marks, before.start);
  if (shown !== before || root.dataset.panel !== "reader" || stops[current] !== stop) return;
  if (reading.problem && !reading.away) showNothing(stop, reading.problem);
}

function isLoaded(stop, marks, begin) {
  const { source } = stop;
  if (!shown || shown.source !== source || shown.marks.join() !== marks.join()) return false;
  if (stop.part || shown.asText !== asText.has(source)) return false;
  const at = stop.mark ? shown.begins[numbersOf(stop, marks)[0]] : begin;
  return at === null || at < 0 || (at >= shown.start && at < shown.end);
}

async function load(stop, marks, begin) {
  const reading = await readingOf(stop.source, marks, begin, { part: stop.part });
  if (!find("#reader-text") || stops[current] !== stop) return false;
  if (reading.problem) {
    showPanel("reader");
    showNothing(stop, reading.problem);
    find("#reader-panel").focus();
    return false;
  }
  showPanel("reader");
  find("#reader-panel").focus({ preventScroll: true }); // a large PDF opens slowly
  drawing = draw(reading, marks);
  await drawing;
  return true;
}

/* A document from the server; or {problem}, with `away` if the server cannot be reached. */
async function readingOf(source, marks, begin, { words = "", part = "" } = {}) {
  const query = new URLSearchParams({ source });
  for (const mark of marks) query.append("mark", mark);
  if (begin !== null && !Number.isNaN(begin)) query.set("at", begin);
  if (asText.has(source)) query.set("text", true);
  if (words) query.set("find", words);
  if (part) query.set("part", part);
  try {
    const answer = await fetch(`source?${query}`);
    if (answer.status === 404) return { problem: GONE };
    const reading = await answer.json();
    return "html" in reading ? { ...reading, asText: asText.has(source) }
      : { problem: translate(reading.problem) || t("This source cannot be shown.") };
  } catch {
    return { problem: UNREACHABLE, away: true };
  }
}

async function draw(reading, marks) {
  const another = shown?.source !== reading.source || shown.view !== reading.view;
  const mine = { ...reading, marks };
  shown = mine;
  find("#reader-title").textContent = reading.title;
  if (reading.view === "pdf") await drawPdf(mine);
  else closePdf();
  if (shown !== mine && shown?.insteadOf !== mine) return; // another one was opened in the meantime
  find("#reader-text").hidden = Boolean(pdf);
  find("#reader-pdf").hidden = !pdf;
  if (!pdf) drawText(shown);
  if (another) listeners.forEach((act) => act(whatIsShown()));
}

/* Show the PDF; its text if the PDF cannot be shown. */
async function drawPdf(mine) {
  const { source, checked, highlights } = mine;
  if (pdf?.source !== source || pdf.checked !== checked) {
    closePdf();
    find("#reader-text").hidden = true;
    find("#reader-pdf").hidden = false;
    listeners.forEach((act) => act(whatIsShown()));
    try {
      const view = await openPdf(find("#reader-pdf"), `pdf?${new URLSearchParams({ source })}`, {
        onPage(number) {
          if (pdf && shown) pageChanged(number, homePages());
          listeners.forEach((act) => act({ page: number }));
        },
        onFound: (count) => listeners.forEach((act) => act({ count })),
      });
      if (shown !== mine) { view.close(); return; }
      pdf = { source, checked, view };
    } catch {
      if (shown !== mine) return;
      asText.add(source);
      const text = await readingOf(source, mine.marks, null);
      if (shown !== mine) return;
      const nothing = { ...mine, start: 0, end: 0, length: 0 };
      shown = { ...(text.problem ? nothing : text), notice: NO_PDF, marks: mine.marks, insteadOf: mine };
      return;
    }
  }
  pdf.view.setMarks(highlights);
}

function closePdf() {
  pdf?.view.close();
  pdf = null;
}

/* A document cannot be shown: show the reason, and hide what does not work. */
function showNothing(stop, words) {
  shown = null;
  closePdf();
  find("#reader-title").textContent = stop.source;
  find("#reader-place").textContent = "";
  describeWalk(stop);
  tell(words);
  find("#reader-text").replaceChildren();
  for (const part of ["text", "pdf", "bar"]) find(`#reader-${part}`).hidden = true;
  find('[data-action="copy-link"]').hidden = true;
  listeners.forEach((act) => act(whatIsShown()));
}

/* The documents have changed: load the open document again. The scroll position stays. If the text
   has changed or is gone, a notice says so. */
export async function reloadSource() {
  const before = shown;
  shown = null; // the next source is loaded again
  if (root.dataset.panel !== "reader" || !before) return;
  const stop = stops[current];
  const reading = await readingOf(before.source, before.marks, before.start);
  if (shown || root.dataset.panel !== "reader" || stops[current] !== stop) return; // another one was opened
  if (reading.problem && !reading.away) { showNothing(stop, reading.problem); return; }
  if (reading.problem || reading.checked === before.checked) { shown = before; return; }
  const text = find("#reader-text");
  const place = text.scrollTop;
  await draw(reading, before.marks);
  const numbers = numbersOf(stop, before.marks);
  describe(stop, numbers);
  if (pdf) await goTo(stop, numbers, null); else { markCurrent(numbers); text.scrollTop = place; }
  if (find("#reader-notice").hidden) tell(t("The document has changed. This is its text now."));
}

function tell(words) {
  const notice = find("#reader-notice");
  notice.textContent = words;
  notice.hidden = !words;
}

function describe(stop, numbers) {
  const place = shown.places[numbers[0]] || "";
  find("#reader-title").textContent = shown.title;
  find("#reader-place").textContent = place ? `${shown.source}, ${translateLocation(place)}` : shown.source;
  find('[data-action="copy-link"]').hidden = false;
  describeWalk(stop);
  let words = shown.notice || "";
  if (areLost(numbers)) words = LOST;
  if (numbers.some((number) => shown.moved.includes(number))) words = MOVED;
  tell(words);
}

/* The number of this location, and the buttons to the others. */
function describeWalk(stop) {
  find("#reader-count").textContent = stop.mark && stops.length > 1 ? t("{number} of {n}", { number: current + 1, n: stops.length }) : "";
  for (const name of ["previous", "next"]) {
    find(`[data-action="${name}"]`).hidden = stops.length < 2;
  }
}

/* Show the text of the document, or the document itself again, at the same place. */
export function toggleText() {
  if (!shown) return;
  const from = pdf ? startOfPage(pdf.view.page()) : position()?.at ?? null;
  if (!asText.delete(shown.source)) asText.add(shown.source);
  showStop(current, { from });
}

/* The offset of the text of a page; null if the opened place is on it. */
function startOfPage(number) {
  if (homePages().includes(number)) return null;
  return shown.page_starts.findLast(([page]) => page <= number)?.[1] ?? null;
}

export function step(by) {
  if (stops.length > 1) showStop((current + by + stops.length) % stops.length);
}

export function turn(to) {
  showStop(current, { from: Number(to.dataset.at) });
}

/* Go to offset `at` of the shown document, where a heading begins. */
export function goToCharacter({ at, page }) {
  if (pdf) { pdf.view.goToPage(page ?? 1); pdf.view.focus(); } else showStop(current, { from: at });
}

/* Mark words in the shown text. Returns their offsets: {places}. */
export async function findInText(words, at = null) {
  const before = shown;
  if (!before || pdf) return { places: [] };
  const reading = await readingOf(before.source, before.marks, at ?? before.start, { words });
  if (shown !== before || reading.problem) return { places: [] };
  const scrolled = find("#reader-text").scrollTop;
  shown = { ...reading, marks: before.marks, notice: before.notice };
  drawText(shown);
  markCurrent(numbersOf(stops[current], before.marks));
  if (at === null) find("#reader-text").scrollTop = scrolled;
  return { places: reading.found };
}

export { scrollToFound };

/* The URL that opens this place for any visitor. */
export function linkToWords() {
  writePosition();
  return location.origin + location.pathname + location.hash;
}

/* The source panel: a document beside the answer, at a place of it.

   A place is {source, mark, at}: the name of a document and, where they are known, words of it (a
   mark, as the server writes it) or a character to begin at. Whatever opens a document calls
   `openPlaces`, or is a link with `data-source` and, as known, `data-mark` or `data-at`. The links
   of class "entry" in one element of class "exchange" or "places" are walked through in order. */

import { button, find, findAll, root } from "./dom.js";
import { setOpener, showPanel } from "./panels.js";

const GONE = "This document is not there any more: it was removed, or has another name now.";

let stops = [];
let current = 0;
let shown = null; // {source, marks, start, end, length, places, lost}: what the panel holds;
// null if that may not be what the document says now

function stopsAround(entry) {
  const group = entry.closest(".exchange, .places");
  const entries = group ? findAll(".entry[data-mark]", group) : [entry];
  const all = entries.map(stopOf);
  return all.length ? all : [stopOf(entry)];
}

function stopOf(entry) {
  return { source: entry.dataset.source, mark: entry.dataset.mark || "", at: entry.dataset.at };
}

/* Opens the document of `places[which]` there; the others are what "next" and "previous" go to.
   The focus returns to `opener` when the panel is closed. */
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

export function openLink() {
  if (!location.hash.startsWith("#source=")) return;
  const values = new URLSearchParams(location.hash.slice(1));
  const marks = values.getAll("mark");
  const [source, at] = [values.get("source"), values.get("at") ?? undefined];
  stops = (marks.length ? marks : [""]).map((mark) => ({ source, mark, at }));
  showStop(0);
}

function hashOf(stop) {
  const source = encodeURIComponent(stop.source).replaceAll("%2F", "/");
  if (stop.mark) return `#source=${source}&mark=${stop.mark}`;
  return `#source=${source}${stop.at ? `&at=${stop.at}` : ""}`;
}

function marksOf(source) {
  const marks = stops.filter((stop) => stop.source === source && stop.mark).map((s) => s.mark);
  return [...new Set(marks)];
}

async function showStop(at, { from = null } = {}) {
  current = at;
  const stop = stops[at];
  const marks = marksOf(stop.source);
  const begin = from ?? (stop.mark || stop.at ? parseInt(stop.mark || stop.at, 10) : null);
  const held = holds(stop.source, marks, begin);
  if (!held && !(await load(stop, marks, begin))) return;
  showPanel("reader");
  history.replaceState(history.state, "", location.pathname + location.search + hashOf(stop));
  describe(stop, marks.indexOf(stop.mark));
  scrollTo(marks.indexOf(stop.mark), from);
  showPicture(stop);
  find(pictured && hasPicture(stop) ? "#reader-picture" : "#reader-text").focus({ preventScroll: true });
  if (held) checkThere(stop, shown);
}

/* A source that was read before may have been removed since. */
async function checkThere(stop, before) {
  const reading = await readingOf(before.source, before.marks, before.start);
  if (shown !== before || root.dataset.panel !== "reader" || stops[current] !== stop) return;
  if (reading.problem && !reading.away) showNothing(stop, reading.problem);
}

function holds(source, marks, begin) {
  return shown && shown.source === source && shown.marks.join() === marks.join()
    && (begin === null || (begin >= shown.start && begin < shown.end));
}

async function load(stop, marks, begin) {
  const reading = await readingOf(stop.source, marks, begin);
  if (!find("#reader-text")) return false;
  if (reading.problem) {
    showPanel("reader");
    showNothing(stop, reading.problem);
    find("#reader-panel").focus();
    return false;
  }
  draw(reading, marks);
  return true;
}

/* What the server gives of a document; else {problem}, with `away` where nothing came at all. */
async function readingOf(source, marks, begin) {
  const query = new URLSearchParams({ source });
  for (const mark of marks) query.append("mark", mark);
  if (begin !== null && !Number.isNaN(begin)) query.set("at", begin);
  try {
    const answer = await fetch(`source?${query}`);
    if (answer.status === 404) return { problem: GONE };
    const reading = await answer.json();
    return "html" in reading ? reading
      : { problem: reading.problem || "This source cannot be shown." };
  } catch {
    return { problem: "The server cannot be reached. Is askdocs still running?", away: true };
  }
}

function draw(reading, marks) {
  const text = find("#reader-text");
  shown = { ...reading, marks };
  text.innerHTML = reading.html;
  if (reading.start > 0) text.prepend(turnButton("Earlier in this document", reading.start - 1));
  if (reading.end < reading.length) text.append(turnButton("Later in this document", reading.end));
}

/* A document that cannot be shown: only what still does something can be pressed. */
function showNothing(stop, words) {
  shown = null;
  find("#reader-title").textContent = stop.source;
  find("#reader-place").textContent = "";
  describeWalk(stop);
  tell(words);
  find("#reader-text").replaceChildren();
  find("#reader-text").hidden = find("#reader-picture").hidden = true;
  for (const name of ["picture", "copy-link"]) find(`[data-action="${name}"]`).hidden = true;
}

/* The documents have changed: what the open panel shows is read again. It stays where it was
   scrolled to; if it is another text now, or gone, that is told. */
export async function readAnew() {
  const before = shown;
  shown = null; // the next source that is opened is read anew
  if (root.dataset.panel !== "reader" || !before) return;
  const stop = stops[current];
  const reading = await readingOf(before.source, before.marks, before.start);
  if (shown || root.dataset.panel !== "reader" || stops[current] !== stop) return; // it went on
  if (reading.problem && !reading.away) { showNothing(stop, reading.problem); return; }
  if (reading.problem || reading.html === before.html) { shown = before; return; }
  const text = find("#reader-text");
  const place = text.scrollTop;
  draw(reading, before.marks);
  const number = before.marks.indexOf(stop.mark);
  describe(stop, number);
  markCurrent(number);
  showPicture(stop);
  text.scrollTop = place;
  if (find("#reader-notice").hidden) tell("The document has changed. This is its text now.");
}

function turnButton(words, at) {
  const made = button(words, "turn", { at });
  made.className = "turn";
  return made;
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
  find('[data-action="copy-link"]').hidden = false;
  describeWalk(stop);
  tell(lost ? "The document has changed since these words were quoted, so they are not marked." : "");
}

/* Which of the citations this is, and the way to the others. */
function describeWalk(stop) {
  find("#reader-count").textContent = stop.mark ? `${current + 1} of ${stops.length}` : "";
  for (const name of ["previous", "next"]) {
    find(`[data-action="${name}"]`).hidden = stops.length < 2;
  }
}

function markCurrent(number) {
  for (const mark of findAll("#reader-text mark")) {
    mark.classList.toggle("current", mark.dataset.marks.split(" ").includes(String(number)));
  }
}

function scrollTo(number, from) {
  const text = find("#reader-text");
  markCurrent(number);
  const first = find("mark.current", text);
  if (from !== null || !first) text.scrollTop = 0;
  else first.scrollIntoView({ block: "center", inline: "nearest" });
}

/* The page of a PDF as it looks, instead of its text */

let pictured = false;

function hasPicture(stop) {
  return Boolean(stop.mark) && stop.source.toLowerCase().endsWith(".pdf");
}

function showPicture(stop) {
  const place = find("#reader-picture");
  const pressed = find('[data-action="picture"]');
  const wanted = pictured && hasPicture(stop);
  pressed.hidden = !hasPicture(stop);
  pressed.setAttribute("aria-pressed", String(wanted));
  place.hidden = !wanted;
  find("#reader-text").hidden = wanted;
  if (!wanted) { place.replaceChildren(); return; }
  const image = document.createElement("img");
  image.alt = `${find("#reader-place").textContent}: the page, with the quoted words outlined`;
  image.addEventListener("error", () => {
    place.textContent = "This page cannot be shown as a picture. Its text can.";
  });
  image.addEventListener("load", () => {
    place.scrollTop = Math.max(0, image.height * outlinedAt(image) - place.clientHeight / 3);
  });
  image.src = `picture?${new URLSearchParams({ source: stop.source, mark: stop.mark })}`;
  place.replaceChildren(image);
}

const OUTLINE = [176, 58, 20]; // red, green and blue, as pdf_picture.py draws it

/* How far down a picture words are outlined, from 0 to 1; 0 where none are. */
function outlinedAt(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const [red, green, blue] = OUTLINE;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) return at / data.length;
  }
  return 0;
}

export function togglePicture() {
  pictured = !pictured;
  showStop(current);
}

export function step(by) {
  if (stops.length > 1) showStop((current + by + stops.length) % stops.length);
}

export function turn(to) {
  showStop(current, { from: Number(to.dataset.at) });
}

/* The address that opens these words here, whoever follows it. */
export function linkToWords() {
  return location.origin + location.pathname + location.hash;
}

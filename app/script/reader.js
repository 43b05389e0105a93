/* The source panel. A stop is a place that can be shown: {source, mark}. */

import { button, find, findAll } from "./dom.js";
import { setOpener, showPanel } from "./panels.js";

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

export function openEntry(entry) {
  setOpener(entry);
  const wanted = stopOf(entry);
  stops = stopsAround(entry);
  let at = stops.findIndex((stop) => stop.source === wanted.source && stop.mark === wanted.mark);
  if (at < 0) { stops = [wanted]; at = 0; }
  return showStop(at);
}

export function openLink() {
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
  showPicture(stop);
  find(pictured && hasPicture(stop) ? "#reader-picture" : "#reader-text").focus({ preventScroll: true });
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

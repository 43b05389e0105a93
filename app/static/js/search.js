/* The view "Search": words, phrases, beginnings of words, or by meaning; results with context. */

import { button, find, findAll, made } from "./dom.js";
import { parameter, setAddress, whenReturned } from "./address.js";
import { addView, showView, view } from "./views.js";
import { chosen, whenChosen } from "./source_filter.js";
import { look } from "./documents.js";
import { openPlaces } from "./source_panel.js";
import { UNREACHABLE } from "./json_lines.js";
import { translateLocation, translate, t } from "./i18n.js";

const WAITED = 250; // milliseconds after the last key
const ALL = 500; // results of one document after "All … in this document", and in the panel
const FILTERS = ["kind", "folder", "dates", "since", "until"];
const FIELDS = ["q", "by", ...FILTERS, "all"]; // of the form and of the URL
const NAMED = 2; // ticked documents and folders; more are counted

let timer = 0;
let asked = ""; // the query of the shown results
let opening = null; // the result that is being opened
let number = 0; // of the last request; an earlier response can arrive later

const form = () => find("#search-form");
const field = (name) => form()?.elements.namedItem(name);

export function startSearch() {
  addView("search", { shown: restore, focus: "#search-words" });
  whenReturned(() => { if (view() === "search") restore(); });
  document.addEventListener("input", (event) => { if (event.target.form === form()) soon(); });
  document.addEventListener("change", (event) => { if (event.target.form === form()) soon(0); });
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    soon(0);
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("toggle", ({ target }) => {
    if (target.id === "search-filters" && target.open) look(); // it fills in the folders and kinds
  }, true);
  whenChosen(() => { if (view() === "search") restore(); });
}

/* The form as the address says. */
function restore() {
  if (!form()) return;
  for (const name of FIELDS) {
    const place = field(name);
    if (!place) continue;
    if (place.type === "checkbox") place.checked = parameter(name) === place.value;
    else if (name === "kind" || name === "folder") fill(place, parameter(name));
    else place.value = parameter(name);
  }
  find("#search-filters").open ||= FILTERS.some((name) => parameter(name));
  run();
}

/* A choice that the list does not know yet is kept. */
function fill(list, wanted) {
  if (wanted && ![...list.options].some((each) => each.value === wanted)) {
    list.add(new Option(wanted, wanted));
  }
  list.value = wanted;
}

function soon(wait = WAITED) {
  clearTimeout(timer);
  timer = setTimeout(run, wait);
}

function formValues() {
  const values = Object.fromEntries(FIELDS.map((name) => [name, ""]));
  for (const name of FIELDS) {
    const place = field(name);
    values[name] = place?.type === "checkbox" ? (place.checked ? place.value : "") : place?.value.trim() || "";
  }
  return values;
}

function queryOf(values) {
  const query = new URLSearchParams({ q: values.q });
  const limits = values.since || values.until ? ["dates", "since", "until"] : [];
  for (const name of ["by", "kind", ...limits]) if (values[name]) query.set(name, values[name]);
  for (const each of sourcesOf(values)) query.append("only", each);
  return query;
}

/* The documents and folders that are searched: the ticked ones, as far as they are in the folder of
   the filter; null if none is. An empty list means all documents. */
function sourcesOf({ folder, all }) {
  const ticked = all ? [] : [...chosen];
  if (!folder || !ticked.length) return folder ? [folder] : ticked;
  const within = `${folder}/`;
  if (ticked.some((name) => name.endsWith("/") && within.startsWith(name))) return [folder];
  const inside = ticked.filter((name) => name.startsWith(within));
  return inside.length ? inside : null;
}

/* The line that says to what the search is limited, with a button that lifts the limit. */
function sayWhere({ all }) {
  const place = find("#search-only");
  place.hidden = !chosen.size;
  if (!chosen.size) return;
  find("span", place).textContent = all ? t("In all documents, not only in the ticked ones.") : limitInWords();
  find("button", place).textContent = all ? t("Search only the ticked ones") : t("Search all documents");
}

const limitInWords = () => (chosen.size > NAMED ? t("Only in {n} ticked documents and folders", { n: chosen.size })
  : t("Only in {names}", { names: [...chosen].join(", ") }));

export function searchAll() {
  field("all").value = field("all").value ? "" : "1";
  soon(0);
}

export function searchUnfiltered() {
  for (const name of FILTERS) field(name).value = "";
  soon(0);
  find("#search-words").focus();
}

async function run() {
  clearTimeout(timer);
  const values = formValues();
  if (!chosen.size) values.all = "";
  if (view() === "search") setAddress(values);
  sayWhere(values);
  if (!values.q) { asked = ""; draw(null); return; }
  if (!sourcesOf(values)) {
    asked = "";
    number += 1;
    draw({ outside: values.folder });
    return;
  }
  const query = queryOf(values);
  if (String(query) === asked) return;
  asked = String(query);
  const result = await fetched(query);
  if (result) draw(result, query);
}

/* The results of the server; null if another search was started in the meantime. */
async function fetched(query) {
  const mine = number += 1;
  find("#search-results").setAttribute("aria-busy", "true");
  let result;
  try {
    result = await (await fetch(`search?${query}`)).json();
  } catch {
    result = { problem: UNREACHABLE };
  }
  return mine === number ? result : null;
}

function draw(result, query) {
  const place = find("#search-results");
  place.removeAttribute("aria-busy");
  const state = find("#search-state");
  state.className = result?.problem ? "problem" : "quiet";
  state.textContent = result ? translate(result.problem) || summary(result, query) : "";
  find("#search-help").hidden = Boolean(result);
  place.replaceChildren(...(result?.documents || []).map((each) => group(each, query)));
  const shown = (result?.start || 0) + (result?.documents?.length || 0);
  if (result && shown < result.found_in) place.append(moreButton(query, shown, result.found_in));
  if (result && !result.problem && !result.found_in) place.append(...furtherSearches(result));
}

/* Whether a query leaves out some documents. */
const isLimited = (query) => ["only", "kind", "since", "until"].some((name) => query?.has(name));

function summary(result, query) {
  if (result.outside) return t("None of the ticked documents is in the folder {folder}.", { folder: result.outside });
  if (!result.found_in && result.by === "meaning") return t("Nothing was found by its meaning.");
  if (!result.found_in && result.missing?.length) {
    const words = result.missing.map((word) => `“${word}”`).join(", ");
    return isLimited(query) ? t("None of the searched documents contains {words}.", { words })
      : t("No document contains {words}.", { words });
  }
  if (!result.found_in) {
    return isLimited(query) ? t("None of the searched documents contains all of these words.")
      : t("No document contains all of these words.");
  }
  const documents = t("{n} documents", { n: result.found_in });
  if (result.by === "meaning") return t("The {n} nearest passages in {documents}.", { n: result.count, documents });
  return t("{n} places in {documents}.", { n: result.count, documents });
}

function group(found, query) {
  const title = made("a", { className: "entry title", href: `#source=${encodeURIComponent(found.source)}`,
    textContent: found.title, dir: "auto" });
  title.dataset.source = found.source;
  const file = found.title === found.source ? "" : found.source;
  const detail = [file, translate(found.kind), found.count ? t("{n} places", { n: found.count }) : t("by its name")];
  const head = made("h2", {}, title,
    made("span", { className: "place", dir: "auto", textContent: detail.filter(Boolean).join(" · ") }));
  const list = made("ol", { className: "hits" }, ...found.matches.map((match) => hit(found, match)));
  const section = made("section", { className: "found", data: { source: found.source, query: String(query) } }, head, list);
  if (found.count > found.matches.length && found.matches.length) {
    const all = button(t("All {n} in this document", { n: found.count }), "all-hits");
    all.className = "turn";
    section.append(all);
  }
  return section;
}

function hit(found, match) {
  const words = made("span", { className: "excerpt", dir: "auto" }, ...match.pieces.map(
    ([text, isFound]) => (isFound ? made("mark", { textContent: text }) : text),
  ));
  const location = placeOf(found.source, match);
  const href = `#source=${encodeURIComponent(found.source)}&mark=${location.mark}`;
  const link = made("a", { className: "entry hit", href, data: location }, words,
    made("span", { className: "place", textContent: translateLocation(match.place) }));
  return made("li", {}, link);
}

const placeOf = (source, match) => ({ source, mark: match.marks.join(",") });

function moreButton(query, shown, of) {
  const more = button(t("Show more of {n} documents", { n: of }), "more-found");
  more.className = "turn";
  Object.assign(more.dataset, { query: String(query), start: shown });
  return more;
}

function furtherSearches(result) {
  const further = [];
  if (FILTERS.some((name) => field(name).value)) further.push(button(t("Search without the filter"), "unfiltered"));
  if (!result.outside && result.by !== "meaning") further.push(button(t("Search by meaning"), "by-meaning"));
  for (const each of further) each.className = "turn";
  return further;
}

/* All results in the document of a section; null if they cannot be loaded. */
async function resultsIn({ dataset: { source, query: words } }) {
  const query = new URLSearchParams(words);
  query.set("each", ALL);
  if (query.get("by") !== "meaning") { // the nearest passages of one document are others
    query.delete("only");
    query.append("only", source);
    query.delete("start");
  }
  try {
    const { documents } = await (await fetch(`search?${query}`)).json();
    return documents.find((each) => each.source === source) ?? null;
  } catch { return null; }
}

/* Open a result. "Next" and "previous" go through all results in its document. */
export async function openHit(link) {
  opening = link;
  const section = link.closest(".found");
  let places = findAll(".hit", section).map(({ dataset: { source, mark } }) => ({ source, mark }));
  if (find('[data-action="all-hits"]', section)) {
    const found = await resultsIn(section);
    if (opening !== link) return;
    const all = found?.matches.map((match) => placeOf(found.source, match)) ?? [];
    if (all.some((each) => each.mark === link.dataset.mark)) places = all;
  }
  openPlaces(places, places.findIndex((each) => each.mark === link.dataset.mark), link);
}

export async function allHits(pressed) {
  const section = pressed.closest(".found");
  const found = await resultsIn(section);
  if (!found || !section.isConnected) return;
  const list = find("ol", section);
  const before = list.children.length;
  list.replaceChildren(...found.matches.map((match) => hit(found, match)));
  pressed.remove();
  find("a", list.children[before] || list.lastChild)?.focus();
}

export async function moreFound(pressed) {
  const query = new URLSearchParams(pressed.dataset.query);
  query.set("start", pressed.dataset.start);
  const result = await fetched(query);
  if (!result?.documents) return;
  const groups = result.documents.map((each) => group(each, query));
  query.delete("start");
  const shown = result.start + groups.length;
  pressed.replaceWith(...groups, ...(shown < result.found_in ? [moreButton(query, shown, result.found_in)] : []));
  find("a", groups[0])?.focus();
}

export function searchByMeaning() {
  field("by").checked = true;
  soon(0);
  find("#search-words").focus();
}

/* "/" opens the search from any view. The arrow keys move between results and the buttons below
   them; Escape returns to the words if there is no panel to close. */
function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    showView("search");
    find("#search-words").select();
    return;
  }
  if (view() !== "search") return;
  if (event.key === "Escape" && !event.defaultPrevented && event.target.closest?.("#search-results")) {
    find("#search-words").select();
  }
  if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const within = event.target.closest?.("#search-words, #search-results");
  if (!within) return;
  const stops = [find("#search-words"), ...findAll("#search-results :is(.hit, .title, .turn)")];
  const at = stops.indexOf(event.target.closest("#search-words, .hit, .title, .turn"));
  const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

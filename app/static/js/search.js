/* The view "Search": words, phrases, beginnings of words, or by meaning; results with context. */

import { button, find, findAll, made } from "./dom.js";
import { parameter, setAddress, whenReturned } from "./address.js";
import { addView, showView, view } from "./views.js";
import { chosen, whenChosen } from "./source_filter.js";
import { UNREACHABLE } from "./json_lines.js";
import { translateLocation, translate, t } from "./i18n.js";

const WAITED = 250; // milliseconds after the last key
const ALL = 500; // results of one document after "All … in this document"
const FIELDS = ["q", "by", "kind", "folder", "since", "until"]; // of the form and of the URL

let timer = 0;
let asked = ""; // the query of the shown results
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
  whenChosen(() => { if (view() === "search") run(); });
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
  find("#search-filters").open ||= ["kind", "folder", "since", "until"].some((name) => parameter(name));
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
  for (const name of ["by", "kind", "since", "until"]) if (values[name]) query.set(name, values[name]);
  const only = values.folder ? [values.folder] : [...chosen];
  for (const each of only) query.append("only", each);
  return query;
}

async function run() {
  clearTimeout(timer);
  const values = formValues();
  if (view() === "search") setAddress(values);
  if (!values.q) { asked = ""; draw(null); return; }
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
  state.textContent = result ? translate(result.problem) || summary(result) : "";
  find("#search-help").hidden = Boolean(result);
  place.replaceChildren(...(result?.documents || []).map((each) => group(each, query)));
  const shown = (result?.start || 0) + (result?.documents?.length || 0);
  if (result && shown < result.found_in) place.append(moreButton(query, shown, result.found_in));
  if (result && !result.problem && !result.found_in && result.by !== "meaning") place.append(byMeaning());
}

function summary(result) {
  if (!result.found_in && result.missing?.length) {
    const words = result.missing.map((word) => `“${word}”`).join(", ");
    return t("No document contains {words}.", { words });
  }
  if (!result.found_in) return t("No document contains all of these words.");
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
  const section = made("section", { className: "found" }, head, list);
  if (found.count > found.matches.length && found.matches.length) {
    const all = button(t("All {n} in this document", { n: found.count }), "all-hits");
    all.className = "turn";
    all.dataset.source = found.source;
    all.dataset.query = String(query);
    section.append(all);
  }
  return section;
}

function hit(found, match) {
  const words = made("span", { className: "excerpt", dir: "auto" }, ...match.pieces.map(
    ([text, isFound]) => (isFound ? made("mark", { textContent: text }) : text),
  ));
  const link = made("a", { className: "entry hit", href: match.link }, words,
    made("span", { className: "place", textContent: translateLocation(match.place) }));
  Object.assign(link.dataset, { source: found.source, mark: match.mark });
  return made("li", {}, link);
}

function moreButton(query, shown, of) {
  const more = button(t("Show more of {n} documents", { n: of }), "more-found");
  more.className = "turn";
  Object.assign(more.dataset, { query: String(query), start: shown });
  return more;
}

function byMeaning() {
  const change = button(t("Search by meaning"), "by-meaning");
  change.className = "turn";
  return made("p", {}, change);
}

export async function allHits(pressed) {
  const query = new URLSearchParams(pressed.dataset.query);
  query.delete("only");
  query.append("only", pressed.dataset.source);
  query.set("each", ALL);
  const result = await fetched(query);
  const found = result?.documents?.find((each) => each.source === pressed.dataset.source);
  if (!found) return;
  const list = find("ol", pressed.closest(".found"));
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
  query.delete("start");
  const groups = result.documents.map((each) => group(each, query));
  const shown = result.start + groups.length;
  pressed.replaceWith(...groups, ...(shown < result.found_in ? [moreButton(query, shown, result.found_in)] : []));
  find("a", groups[0])?.focus();
}

export function searchByMeaning() {
  field("by").checked = true;
  soon(0);
  find("#search-words").focus();
}

/* "/" opens the search from any view. The arrow keys move between results. */
function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    showView("search");
    find("#search-words").select();
    return;
  }
  if (view() !== "search" || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const within = event.target.closest?.("#search-words, #search-results");
  if (!within) return;
  const stops = [find("#search-words"), ...findAll("#search-results .hit, #search-results .title")];
  const at = stops.indexOf(event.target.closest("#search-words, .hit, .title"));
  const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

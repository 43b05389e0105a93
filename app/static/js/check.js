/* The view "Check": a draft with marked statements. The reason and the nearest words are shown on
   hover, focus and tap. The sources are on the right. */

import { announce, find, findAll } from "./dom.js";
import { addView, view } from "./views.js";
import { chosen, whenChosen } from "./source_filter.js";
import { openPlaces } from "./source_panel.js";
import { UNREACHABLE, problemOf, postForLines } from "./json_lines.js";
import { translateLocation, translate, t } from "./i18n.js";

const SHOWN = 2; // quotes in the note of a statement
const LONGEST = 260; // characters of a quote in it

let work = null; // the running check
let doubts = []; // statements that are not supported
let current = -1;

export function startCheck() {
  addView("check", { shown: sayWhere, focus: "#check-text" });
  whenChosen(sayWhere);
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "check-form") return;
    event.preventDefault();
    run();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "check-file") return;
    if (event.target.files[0]) openDraft(event.target.files[0]);
    event.target.value = "";
  });
  document.addEventListener("keydown", (event) => {
    const statement = event.target.closest?.("#check-draft .statement");
    if (statement && event.key === "Enter") openStatement(statement);
    if (event.target.id === "check-text" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  document.addEventListener("click", (event) => {
    const statement = event.target.closest?.("#check-draft .statement");
    if (statement && getSelection().isCollapsed) openStatement(statement);
  });
}

/* While this view is shown, a dropped file becomes the draft. */
export const takesDrops = () => view() === "check";

export async function openDraft(file) {
  say(t("Reading {name} …", { name: file.name }));
  let answer;
  try {
    answer = await fetch(`draft?${new URLSearchParams({ name: file.name })}`, { method: "PUT", body: file });
  } catch {
    say(UNREACHABLE, true);
    return;
  }
  if (!answer.ok) { say(await problemOf(answer), true); return; }
  const { text, cut } = await answer.json();
  editDraft();
  find("#check-text").value = text;
  say(cut ? t("Only the beginning of the file fits: 200,000 characters.") : t("{name} is the draft now.", { name: file.name }));
}

export const pickDraft = () => find("#check-file").click();

export function stopCheck() {
  work?.stop();
}

export function editDraft() {
  stopCheck();
  find("#check-form").hidden = false;
  find("#check-result").hidden = true;
  say("");
  find("#check-text").focus();
}

async function run() {
  const text = find("#check-text").value;
  if (!text.trim() || work) return;
  const bar = find("#check-progress progress");
  bar.removeAttribute("value");
  find("#check-progress").hidden = false;
  find("#check-result").hidden = true;
  say(t("Checking …"));
  let found = null;
  work = postForLines("check", { text, sources: chosen.size ? [...chosen] : null }, (line) => {
    if (line.check) found = line.check;
    if (!line.total) return;
    [bar.value, bar.max] = [line.done, line.total];
    say(t("Checking statement {number} of {count} …", { number: line.done, count: line.total }));
  });
  const problem = await work.ended;
  work = null;
  find("#check-progress").hidden = true;
  if (problem || !found) { say(problem === "stopped" ? t("Stopped.") : problem, problem !== "stopped"); return; }
  say("");
  draw(text, found);
}

function say(words, isProblem = false) {
  const place = find("#check-state");
  place.className = isProblem ? "problem" : "quiet";
  place.textContent = words;
}

export function sayWhere() {
  for (const place of findAll("#check-only, #table-only")) {
    place.textContent = chosen.size ? t("Only in {names}", { names: [...chosen].join(", ") }) : "";
  }
}

function draw(text, check) {
  const letters = [...text]; // the server counts code points, a script counts UTF-16 units
  const places = new Map(check.citations.map((each) => [each.number, each]));
  const draft = find("#check-draft");
  draft.replaceChildren();
  find("#check-notes").replaceChildren();
  let at = 0;
  check.statements.forEach((statement, number) => {
    draft.append(letters.slice(at, statement.start).join(""));
    draft.append(statementOf(statement, number, places));
    at = statement.end;
  });
  draft.append(letters.slice(at).join(""));
  doubts = findAll("#check-draft .doubt");
  current = -1;
  const summary = translate(check.summary);
  find("#check-summary").textContent = summary;
  count();
  for (const name of ["previous-doubt", "next-doubt"]) find(`[data-action="${name}"]`).hidden = !doubts.length;
  find("#check-form").hidden = true;
  find("#check-result").hidden = false;
  find("#view-check").scrollTop = 0;
  announce(summary);
}

function statementOf(statement, number, places) {
  const made = document.createElement("span");
  made.textContent = statement.text;
  if (statement.verdict === "no_claim") return made;
  const isSupported = ["quoted", "supported"].includes(statement.verdict) && !statement.wrong;
  const stands = isSupported && !statement.not_found.length;
  made.className = `statement ${statement.wrong ? "contradicted" : stands ? "stands" : isSupported ? "partly" : statement.verdict}`;
  made.classList.toggle("doubt", !stands && statement.verdict !== "unchecked");
  const wanted = [...statement.quotations.flatMap((each) => each.citations), ...statement.citations];
  const cited = [...new Set(wanted)].map((each) => places.get(each)).filter(Boolean);
  made.dataset.places = JSON.stringify(cited.map(({ source, mark }) => ({ source, mark })));
  made.tabIndex = 0;
  if (cited.length) made.setAttribute("role", "button");
  const note = noteOf(statement, cited);
  note.id = `check-note-${number}`;
  made.setAttribute("aria-describedby", note.id);
  find("#check-notes").append(note);
  return made;
}

function noteOf(statement, cited) {
  const note = document.createElement("div");
  const meaning = document.createElement("p");
  meaning.className = "meaning";
  meaning.textContent = translate(statement.meaning[0].toUpperCase() + statement.meaning.slice(1));
  note.append(meaning);
  for (const each of cited.slice(0, SHOWN)) {
    const words = document.createElement("q");
    words.dir = "auto";
    words.textContent = each.quote.length > LONGEST ? `${each.quote.slice(0, LONGEST)} …` : each.quote;
    const place = document.createElement("span");
    place.className = "place";
    place.textContent = each.place ? `${each.source}, ${translateLocation(each.place)}` : each.source;
    note.append(words, place);
  }
  return note;
}

function openStatement(statement) {
  const places = JSON.parse(statement.dataset.places);
  if (places.length) openPlaces(places, 0, statement);
  current = doubts.indexOf(statement);
  count();
}

export function stepDoubt(by) {
  if (!doubts.length) return;
  current = (Math.max(current, by < 0 ? 0 : -1) + by + doubts.length) % doubts.length;
  const doubt = doubts[current];
  doubt.scrollIntoView({ block: "center" });
  requestAnimationFrame(() => doubt.focus({ preventScroll: true })); // scrolling hides its note
  count();
}

function count() {
  const values = { n: doubts.length, number: current + 1 };
  find("#check-count").textContent = current < 0 ? t("{n} findings", values) : t("{number} of {n} findings", values);
}

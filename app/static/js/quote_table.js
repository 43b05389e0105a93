/* The view "Table": documents by questions, with exact words, "perhaps" or "not said". */

import { find, findAll, made } from "./dom.js";
import { addView } from "./views.js";
import { chosen } from "./source_filter.js";
import { sayWhere } from "./check.js";
import { postForLines } from "./json_lines.js";
import { language, translateLocation, t } from "./i18n.js";

const KEPT = "askdocs-table-questions"; // in the storage of this tab

let work = null;
let total = 0;
let counts = {};

export function startTable() {
  addView("table", { shown: restore, focus: "#table-questions" });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "table-form") return;
    event.preventDefault();
    run();
  });
  document.addEventListener("input", (event) => { if (event.target.id === "table-filter") filter(); });
  document.addEventListener("change", (event) => { if (event.target.id === "table-rows") filter(); });
  document.addEventListener("keydown", (event) => {
    const done = event.target.id === "table-questions" && event.key === "Enter";
    if (done && (event.ctrlKey || event.metaKey)) run();
  });
}

export function stopTable() {
  work?.stop();
}

function restore() {
  sayWhere();
  find("#table-questions").value ||= sessionStorage.getItem(KEPT) || "";
}

async function run() {
  const written = find("#table-questions").value;
  const questions = written.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!questions.length || work) return;
  sessionStorage.setItem(KEPT, written);
  begin();
  work = postForLines("table", { questions, sources: chosen.size ? [...chosen] : null }, take);
  const problem = await work.ended;
  work = null;
  find("#table-progress").hidden = find('[data-action="stop-table"]').hidden = true;
  const again = t("“Fill the table” continues from here.");
  const stopped = problem === "stopped" ? `${t("Stopped.")} ${again}` : `${problem} ${again}`;
  say(problem ? `${summary()} ${stopped}` : summary(), Boolean(problem) && problem !== "stopped");
}

function begin() {
  counts = { said: 0, perhaps: 0, "not said": 0 };
  total = 0;
  for (const part of ["thead", "tbody"]) find(`#quote-table ${part}`).replaceChildren();
  find("#table-progress progress").removeAttribute("value");
  find("#table-progress").hidden = find('[data-action="stop-table"]').hidden = false;
  find("#table-filter").value = find("#table-rows").value = "";
  say(t("Starting …"));
}

function take(line) {
  if (line.table) {
    total = line.total;
    head(line.questions);
    for (const link of findAll("#table-tools [data-kind]")) {
      link.href = `table/${line.table}.${link.dataset.kind}?language=${language}`;
      link.download = `quotes.${link.dataset.kind}`;
    }
  }
  if (!line.row) return;
  find("#quote-table tbody").append(row(line.row));
  find("#table-tools").hidden = find("#table-frame").hidden = false;
  const bar = find("#table-progress progress");
  [bar.value, bar.max] = [line.done, total];
  say(t("Document {number} of {count} …", { number: line.done, count: total }));
  filter();
}

function say(words, isProblem = false) {
  const place = find("#table-state");
  place.className = isProblem ? "problem" : "quiet";
  place.textContent = words;
}

function summary() {
  const cells = Object.values(counts).reduce((sum, each) => sum + each, 0);
  return t("{n} cells: {said} said, {perhaps} perhaps, {not} not said.", { n: cells, ...counts, not: counts["not said"] });
}

function head(questions) {
  const cells = questions.map((each) => made("th", { scope: "col", textContent: each, dir: "auto" }));
  find("#quote-table thead").replaceChildren(
    made("tr", {}, made("th", { scope: "col", textContent: t("Document") }), ...cells),
  );
}

function row({ source, title, cells }) {
  const link = made("a", { href: `#source=${encodeURIComponent(source)}`, textContent: title, dir: "auto" });
  link.dataset.source = source;
  const name = made("th", { scope: "row" }, link);
  if (title !== source) name.append(made("span", { className: "place", textContent: source, dir: "auto" }));
  const questions = findAll("#quote-table thead th").slice(1).map((each) => each.textContent);
  const line = made("tr", {}, name, ...cells.map((each, at) => cell(each, source, questions[at])));
  line.dataset.states = JSON.stringify(cells.map((each) => each.state));
  return line;
}

function cell({ state, quotes }, source, question) {
  counts[state] += 1;
  const place = made("td", {});
  place.dataset.question = question;
  place.dataset.state = state;
  if (!quotes.length) {
    place.append(made("span", { className: "quiet", textContent: t("not said") }));
    return place;
  }
  if (state === "perhaps") place.append(made("span", { className: "perhaps", textContent: t("perhaps") }));
  for (const each of quotes) {
    const words = made("a", { className: "entry", href: `#source=${encodeURIComponent(source)}&mark=${each.mark}` },
      made("q", { textContent: each.quote, dir: "auto" }),
      made("span", { className: "place", textContent: translateLocation(each.place) }));
    Object.assign(words.dataset, { source, mark: each.mark });
    place.append(words);
  }
  return place;
}

/* Show only rows with these words and with a cell of the selected state. */
function filter() {
  const words = find("#table-filter").value.trim().toLocaleLowerCase();
  const wanted = find("#table-rows").value;
  for (const line of findAll("#quote-table tbody tr")) {
    const states = JSON.parse(line.dataset.states);
    const fits = !wanted || (wanted === "not said" ? states.every((s) => s === wanted) : states.includes(wanted));
    line.hidden = !fits || !line.textContent.toLocaleLowerCase().includes(words);
  }
}

/* Adding files to the folder of documents and removing them, by button or by dragging. */

import { announce, find, made, root } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { indexAgain } from "./documents.js";
import { showView } from "./views.js";
import { openDraft, takesDrops } from "./check.js";
import { UNREACHABLE } from "./json_lines.js";
import { droppedFiles } from "./dropped.js";
import { translate, t } from "./i18n.js";

export const MOST_AT_ONCE = 2000; // files; the server accepts no more in an hour
const PROBLEMS_SHOWN = 12;
const LINKED = 3; // of the files that were added, links to so many

/* Send files, [{file, name}], one after the other, then let the page index them. */
export async function addFiles(files) {
  showView("documents");
  const wanted = files.slice(0, MOST_AT_ONCE);
  const problems = files.length > MOST_AT_ONCE
    ? [t("Only the first {n} files are taken at once.", { n: MOST_AT_ONCE })] : [];
  const added = [];
  for (const [number, { file, name }] of wanted.entries()) {
    say(t("Adding {number} of {count}: {name}", { number: number + 1, count: wanted.length, name }));
    const problem = await put(file, name);
    if (problem) problems.push(`${name}: ${problem}`); else added.push(name);
  }
  const more = problems.length - PROBLEMS_SHOWN;
  if (more > 0) problems.splice(PROBLEMS_SHOWN, more, t("{n} more were not added.", { n: more }));
  const words = t("{n} files added.", { n: added.length });
  say(added.length ? words : "", problems, added.length <= LINKED ? added : []);
  announce([words, ...problems].join(" "));
  if (added.length) indexAgain();
}

async function put(file, name, replace = false) {
  const query = new URLSearchParams({ name });
  if (replace) query.set("replace", "yes");
  const answer = await asked(`document?${query}`, { method: "PUT", body: file });
  if (answer.status !== 409) return answer.problem;
  const agreed = await confirmed(answer.problem, t("Replace"));
  return agreed ? put(file, name, true) : t("not replaced");
}

export async function removeDocument(source) {
  const agreed = await confirmed(
    t("Remove {source} from your documents? The file is moved into the folder “removed” of the index.", { source }),
    t("Remove"),
  );
  if (!agreed) return;
  const answer = await asked(`document?${new URLSearchParams({ source })}`, { method: "DELETE" });
  say(answer.problem ? "" : t("{source} is removed.", { source }), answer.problem ? [answer.problem] : []);
  if (answer.problem) return;
  find("#find")?.focus(); // the button is about to be removed
  indexAgain();
}

async function asked(address, options) {
  try {
    const answer = await fetch(address, options);
    const body = answer.ok ? {} : await answer.json();
    return { status: answer.status, problem: translate(body.problem || "") };
  } catch {
    return { status: 0, problem: UNREACHABLE };
  }
}

/* Tell what was done. The links to added documents appear when these are indexed. */
function say(words, problems = [], added = []) {
  const place = find("#adding");
  if (!place) return;
  place.replaceChildren(...[words, ...problems].filter(Boolean).map((line, number) => {
    const paragraph = document.createElement("p");
    paragraph.className = words && number === 0 ? "quiet" : "problem";
    paragraph.textContent = line;
    return paragraph;
  }), ...added.map((source) => made("a", {
    className: "entry", href: `#source=${encodeURIComponent(source)}`, textContent: source, dir: "auto",
    data: { source }, hidden: true,
  })));
}

/* Dragging files over the page */

export function watchDragging() {
  let inside = 0;
  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  const enter = (by) => (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (!takesDrops() && !find("#add-files")) return;
    inside += by;
    find("#drop-here p").textContent = takesDrops() ? t("Drop a draft to check it")
      : t("Drop files or folders to add them to your documents");
    root.toggleAttribute("data-dragging", inside > 0);
  };
  document.addEventListener("dragenter", enter(1));
  document.addEventListener("dragleave", enter(-1));
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    inside = 0;
    root.removeAttribute("data-dragging");
    if (takesDrops()) openDraft(event.dataTransfer.files[0]);
    else if (find("#add-files")) droppedFiles(event.dataTransfer, MOST_AT_ONCE).then(addFiles);
  });
}

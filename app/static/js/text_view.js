/* The text of a document as HTML from the server. */

import { button, find, findAll } from "./dom.js";
import { t } from "./i18n.js";

const SAMPLE = 4000; // characters

const place = () => find("#reader-text");

export function drawText(reading) {
  const text = place();
  text.innerHTML = reading.html;
  text.dir = directionOf(text.textContent);
  for (const table of findAll(".table", text)) table.setAttribute("aria-label", t("Table"));
  if (reading.start > 0) text.prepend(turnButton(t("Earlier in this document"), reading.start - 1));
  if (reading.end < reading.length) text.append(turnButton(t("Later in this document"), reading.end));
  for (const code of findAll("pre", text)) code.replaceWith(withCopy(code.cloneNode(true)));
}

/* The direction of a document, whose tables and lists would else run like the page. */
function directionOf(words) {
  const sample = words.slice(0, SAMPLE);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const rightToLeft = sample.match(/[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/gu)?.length ?? 0;
  return 2 * rightToLeft > letters ? "rtl" : "ltr";
}

function turnButton(words, at) {
  const made = button(words, "turn", { at });
  made.className = "turn";
  return made;
}

function withCopy(code) {
  const made = button(t("Copy"), "copy-code");
  made.className = "copy-code";
  const frame = document.createElement("div");
  frame.className = "code";
  frame.append(made, code);
  return frame;
}

/* Highlight the marks with these numbers more than the others. */
export function markCurrent(numbers) {
  const wanted = new Set(numbers.map(String));
  for (const mark of findAll("mark[data-marks]", place())) {
    mark.classList.toggle("current", mark.dataset.marks.split(" ").some((each) => wanted.has(each)));
  }
}

/* Scroll to the first highlighted mark. Returns whether there is one. */
export function scrollToMark() {
  const first = find("mark.current", place());
  first?.scrollIntoView({ block: "center", inline: "nearest" });
  return Boolean(first);
}

/* Scroll to the block that contains offset `at`. */
export function scrollToCharacter(at) {
  let wanted = null;
  for (const block of findAll("[data-at]", place())) {
    if (Number(block.dataset.at) > at) break;
    if (block.dataset.action !== "turn") wanted = block;
  }
  if (wanted) wanted.scrollIntoView({ block: "start" }); else place().scrollTop = 0;
}

/* The offset of the first block that is in view. */
export function firstCharacterInView() {
  const { top } = place().getBoundingClientRect();
  const first = findAll("[data-at]", place())
    .find((block) => block.dataset.action !== "turn" && block.getBoundingClientRect().bottom > top + 1);
  return first ? Number(first.dataset.at) : 0;
}

export function markIsInView() {
  const { top, bottom } = place().getBoundingClientRect();
  const box = find("mark.current", place())?.getBoundingClientRect();
  return Boolean(box) && box.bottom > top && box.top < bottom;
}

/* Scroll to search result `number`. */
export function scrollToFound(number) {
  for (const mark of findAll("mark.current-found", place())) mark.classList.remove("current-found");
  const found = findAll(`mark[data-found="${number}"]`, place());
  for (const mark of found) mark.classList.add("current-found");
  found[0]?.scrollIntoView({ block: "center", inline: "nearest" });
  return found.length > 0;
}

/* Which documents and folders a question is about. */

import { button, find, findAll } from "./dom.js";

export const chosen = new Set();

export function choose(name, wanted) {
  if (wanted) chosen.add(name); else chosen.delete(name);
  showChoice();
}

export function showChoice() {
  for (const box of findAll("[data-choose]")) box.checked = chosen.has(box.dataset.choose);
  const place = find("#choice");
  if (!place) return;
  place.hidden = chosen.size === 0;
  place.replaceChildren(...[...chosen].map(choiceButton));
}

export function choiceIsShown() {
  return findAll("[data-choose]").every((box) => box.checked === chosen.has(box.dataset.choose));
}

function choiceButton(name) {
  const made = button(`${name} ✕`, "drop", { name });
  made.setAttribute("aria-label", `No longer only ${name}`);
  return made;
}

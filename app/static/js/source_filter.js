/* The ticked documents and folders, to which questions are limited. */

import { button, find, findAll } from "./dom.js";
import { parameters, setAddress, whenReturned } from "./address.js";
import { t } from "./i18n.js";

const NAME = "only"; // in the address of the page
const listeners = [];

export const chosen = new Set(parameters(NAME));

/* Call `act` when other documents are ticked. */
export function whenChosen(act) {
  listeners.push(act);
}

whenReturned(() => {
  const wanted = parameters(NAME);
  if (wanted.join("\n") === [...chosen].join("\n")) return;
  chosen.clear();
  for (const name of wanted) chosen.add(name);
  changed();
});

function changed() {
  showChoice();
  for (const act of listeners) act();
}

export function choose(name, wanted) {
  if (wanted) chosen.add(name); else chosen.delete(name);
  setAddress({ [NAME]: [...chosen] });
  changed();
}

export function showChoice() {
  for (const box of findAll("[data-choose]")) box.checked = chosen.has(box.dataset.choose);
  const place = find("#choice");
  if (!place) return;
  place.hidden = chosen.size === 0;
  place.replaceChildren(...[...chosen].map(choiceButton));
}

function choiceButton(name) {
  const made = button(`${name} ✕`, "drop", { name });
  made.setAttribute("aria-label", t("No longer only {name}", { name }));
  return made;
}

/* Where the user has gone in the open document: {page} of a PDF or {at}, an offset of a text; null at
   the place that was opened. It is part of the address, so that a reload and a copied link return to
   it. Only moves by the user count: scrolling to a mark is no move. */

import { find } from "./dom.js";
import { firstCharacterInView, markIsInView } from "./text_view.js";

const RESTED = 250; // milliseconds; a browser slows down pages that change the address more often
const MOVES = ["wheel", "touchmove", "pointerdown", "keydown"];

let place = null;
let touched = false; // the user has touched the document since it was opened
let timer = 0;
let write = () => {};

export const position = () => place;

/* A document is shown at the place that was opened, or where the user was before a reload. */
export function arrive(at = null) {
  clearTimeout(timer);
  timer = 0;
  place = at;
  touched = false;
}

/* The user is on a page of the PDF. `home` are the pages of the opened place. */
export function pageChanged(page, home) {
  if (touched) goneTo(home.includes(page) ? null : { page });
}

function goneTo(at) {
  place = at;
  clearTimeout(timer);
  timer = setTimeout(writePosition, RESTED);
}

/* Write a change into the address at once. */
export function writePosition() {
  if (!timer) return;
  clearTimeout(timer);
  timer = 0;
  write();
}

/* `change` writes the address. */
export function watchPosition(change) {
  write = change;
  for (const way of MOVES) {
    document.addEventListener(way, (event) => {
      if (event.target.closest?.("#reader-panel")) touched = true;
    }, { capture: true, passive: true });
  }
  document.addEventListener("scroll", (event) => {
    if (!touched || event.target !== find("#reader-text") || event.target.hidden) return;
    goneTo(markIsInView() ? null : { at: firstCharacterInView() });
  }, { capture: true, passive: true });
}

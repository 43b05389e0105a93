/* The menu of folders in the head. Each is a page of its own, which a link leads to: in the same
   view, and for the same words where one searches. */

import { find, findAll } from "./dom.js";
import { parameter } from "./address.js";

const TAKEN_ALONG = ["show", "q", "by"];

export function startCorpora() {
  document.addEventListener("toggle", (event) => {
    if (event.target.id !== "corpora" || !event.target.open) return;
    const taken = new URLSearchParams(
      TAKEN_ALONG.map((name) => [name, parameter(name)]).filter(([, value]) => value),
    );
    for (const link of findAll("a", event.target)) link.search = String(taken);
    find("[aria-current]", event.target)?.focus();
  }, true);
}

/* Close an open menu of the page; whether one was open. */
export function closeMenu() {
  const menu = find("details.menu[open]");
  if (!menu) return false;
  menu.open = false;
  find("summary", menu).focus();
  return true;
}

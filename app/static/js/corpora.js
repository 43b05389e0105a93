/* The menu of folders in the header. Each folder has a separate page. The link keeps the view and
   the search. */

import { find, findAll } from "./dom.js";
import { parameter } from "./address.js";

const KEPT_PARAMETERS = ["show", "q", "by"];

export function startCorpora() {
  document.addEventListener("toggle", (event) => {
    if (event.target.id !== "corpora" || !event.target.open) return;
    const taken = new URLSearchParams(
      KEPT_PARAMETERS.map((name) => [name, parameter(name)]).filter(([, value]) => value),
    );
    for (const link of findAll("a", event.target)) link.search = String(taken);
    find("[aria-current]", event.target)?.focus();
  }, true);
}

/* Close an open menu. Returns whether one was open. */
export function closeMenu() {
  const menu = find("details.menu[open]");
  if (!menu) return false;
  menu.open = false;
  find("summary", menu).focus();
  return true;
}

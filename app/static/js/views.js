/* The views on the left, one at a time: ask, search, documents and others. A view is an element
   `#view-NAME` and a link `data-view="NAME"` in the header. Its module can call `addView` to be called
   when it is shown. The source opens on the right of every view. */

import { find, findAll, root, whenThere } from "./dom.js";
import { parameter, setAddress, whenReturned } from "./address.js";
import { hideNote } from "./tooltip.js";
import { uncover } from "./panels.js";

const NAME = "show"; // in the address of the page
const FIRST = "ask";
const views = new Map();

export const view = () => root.dataset.view || FIRST;

/* `shown` is called each time the view is shown; then the element `focus` gets the focus. */
export function addView(name, { shown = () => {}, focus = "" } = {}) {
  views.set(name, { shown, focus });
  if (view() === name) whenThere(`#view-${name}`, () => shown());
}

export function showView(name, { push = true, focus = true } = {}) {
  const known = find(`[data-view="${name}"]`) ? name : FIRST;
  const changed = known !== view();
  if (changed) {
    hideNote();
    draw(known);
    const covered = push && uncover(); // the view takes over its entry in the browser's history
    setAddress({ [NAME]: known === FIRST ? "" : known }, { push: push && !covered });
    views.get(known)?.shown();
  }
  const place = views.get(known)?.focus;
  if (focus && place) find(place)?.focus({ preventScroll: true });
  return changed;
}

function draw(name) {
  root.dataset.view = name;
  for (const place of findAll(".view")) place.hidden = place.id !== `view-${name}`;
  for (const link of findAll("[data-view]")) {
    if (link === root) continue;
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

export function startViews() {
  root.dataset.view = parameter(NAME) || FIRST;
  whenThere("#views-nav", () => whenThere("#views", () => {
    draw(find(`a[data-view="${view()}"]`) ? view() : FIRST);
  }));
  whenReturned(() => showView(parameter(NAME) || FIRST, { push: false }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-view]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    showView(link.dataset.view);
  });
}

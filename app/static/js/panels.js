/* The panels at the right, one at a time: the source, the documents, earlier conversations. */

import { find, root } from "./dom.js";
import { hideNote } from "./tooltip.js";
import { questionBox } from "./gradio.js";

const OPENERS = { history: "#open-history" };
const NARROW = matchMedia("(max-width: 860px)"); // as in phone.css: a panel covers the answer
let opener = null;
let closing = false; // "Back" is on its way, because the panel was closed
let entered = false; // the open panel has a place in the browser's history, which "Back" leaves

/* Where the focus goes back to when the panel is closed. */
export function setOpener(element) {
  opener = element;
}

export function showPanel(name) {
  hideNote();
  if (name && !root.dataset.panel && NARROW.matches) {
    if (!history.state?.panel) history.pushState({ panel: true }, "");
    entered = true;
  }
  root.dataset.panel = name;
  const reader = find("#reader-panel");
  if (reader) reader.hidden = name !== "reader";
  for (const [panel, selector] of Object.entries(OPENERS)) {
    find(selector)?.setAttribute("aria-expanded", String(name === panel));
  }
}

export function togglePanel(name, from) {
  setOpener(from);
  if (root.dataset.panel === name) { closePanel(); return; }
  showPanel(name);
  focusPanel(name, from.textContent);
}

/* The focus goes to the head of a list at the side: the next Tab is in it. */
export function focusPanel(name, label = "") {
  const panel = find(`#${name}`);
  panel.tabIndex = -1;
  panel.setAttribute("role", "region");
  if (label) panel.setAttribute("aria-label", label.trim());
  panel.focus({ preventScroll: true });
}

export function closePanel() {
  if (!root.dataset.panel) return;
  hidePanel();
  closing = Boolean(history.state?.panel);
  if (closing) history.back();
}

/* Close a panel that covers the view, since another one is wanted. Returns whether the panel had a
   place in the browser's history, which is left for the view. */
export function uncover() {
  if (!root.dataset.panel || !NARROW.matches) return false;
  const owned = Boolean(history.state?.panel);
  showPanel("");
  entered = false;
  opener = null;
  history.replaceState({}, "", location.pathname + location.search);
  return owned;
}

/* Whether "Back" only closes a panel. */
export function leavingPanel() {
  return closing || (entered && !history.state?.panel && Boolean(root.dataset.panel));
}

/* The browser's "Back" was pressed, or what `closePanel` does of it has happened. */
export function wentBack() {
  closing = false;
  if (entered && !history.state?.panel && root.dataset.panel) hidePanel();
}

function hidePanel() {
  showPanel("");
  entered = false;
  if (location.hash.startsWith("#source=")) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  if (opener?.isConnected) opener.focus(); else questionBox()?.focus();
  opener = null;
}

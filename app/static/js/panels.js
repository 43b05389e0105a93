/* The panels on the right, one at a time: the source and the list of conversations. */

import { find, root } from "./dom.js";
import { hideNote } from "./tooltip.js";
import { historyButton, questionBox } from "./gradio.js";

const OPENERS = { history: historyButton };
const NARROW = matchMedia("(max-width: 860px)"); // as in phone.css: a panel covers the answer
let opener = null;
let closing = false; // the panel was closed, and "Back" has not happened yet
let entered = false; // the open panel has an entry in the browser's history

/* The element that gets the focus when the panel is closed. */
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
  for (const [panel, button] of Object.entries(OPENERS)) {
    button()?.setAttribute("aria-expanded", String(name === panel));
  }
}

export function togglePanel(name, from) {
  setOpener(from);
  if (root.dataset.panel === name) { closePanel(); return; }
  showPanel(name);
  focusPanel(name, from.textContent);
}

/* Focus a list, so that the next Tab moves into it. */
export function focusPanel(name, label = "") {
  const panel = find(`#${name}`);
  panel.tabIndex = -1;
  panel.setAttribute("role", "region");
  if (label) panel.setAttribute("aria-label", label.trim());
  panel.focus({ preventScroll: true });
}

/* Close the open panel. Returns whether one was open. */
export function closePanel() {
  if (!root.dataset.panel) return false;
  hidePanel();
  closing = Boolean(history.state?.panel);
  if (closing) history.back();
  return true;
}

/* Close a panel that covers the view, because another view is opened. Returns whether the panel had
   an entry in the browser's history, which the view then uses. */
export function uncover() {
  if (!root.dataset.panel || !NARROW.matches) return false;
  const owned = Boolean(history.state?.panel);
  showPanel("");
  entered = false;
  opener = null;
  history.replaceState({}, "", location.pathname + location.search);
  return owned;
}

/* Whether "Back" closes only a panel. */
export function leavingPanel() {
  return closing || (entered && !history.state?.panel && Boolean(root.dataset.panel));
}

/* The browser went back, by "Back" or by `closePanel`. */
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

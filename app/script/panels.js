/* The panels at the right, one at a time: the source, the documents, earlier conversations. */

import { find, root } from "./dom.js";
import { hideNote } from "./note.js";
import { questionBox } from "./asking.js";

const OPENERS = { shelf: "#open-shelf", history: "#open-history" };
let opener = null;

/* Where the focus goes back to when the panel is closed. */
export function setOpener(element) {
  opener = element;
}

export function showPanel(name) {
  hideNote();
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
  showPanel("");
  if (location.hash.startsWith("#source=")) {
    history.replaceState(null, "", location.pathname + location.search);
  }
  if (opener?.isConnected) opener.focus(); else questionBox()?.focus();
  opener = null;
}

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
  if (root.dataset.panel === name) closePanel();
  else showPanel(name);
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

/* The panels on the right, one at a time: the source and the list of conversations. */

import { find, root } from "./dom.js";
import { hideNote } from "./tooltip.js";
import { historyButton, questionBox } from "./gradio.js";

const OPENERS = { history: historyButton };
const NARROW = matchMedia("(max-width: 860px)"); // as in phone.css: a panel covers the answer
let opener = null;
let closing = false; // the panel was closed, and "Back" has not happened yet
let entered = false; // the open panel has an entry in the browser's history

const sourceInAddress = () => location.hash.startsWith("#source=");
const withoutSource = () => location.pathname + location.search;

/* The element that gets the focus when the panel is closed. */
export function setOpener(element) {
  opener = element;
}

export function showPanel(name) {
  hideNote();
  if (name && !root.dataset.panel) enter(name);
  if (name === "history" && sourceInAddress()) history.replaceState(history.state, "", withoutSource());
  root.dataset.panel = name;
  const reader = find("#reader-panel");
  if (reader) reader.hidden = name !== "reader";
  for (const [panel, button] of Object.entries(OPENERS)) {
    button()?.setAttribute("aria-expanded", String(name === panel));
  }
}

/* "Back" closes an opened source, on every screen: it is a place that has an address. It closes the
   history only where that covers the answer. A source that is opened by the address of the page has
   an entry already: on a wide screen, "Back" leaves the page. */
function enter(name) {
  const address = location.href;
  if (!history.state?.panel && NARROW.matches) {
    if (sourceInAddress()) history.replaceState(history.state, "", withoutSource());
    history.pushState({ panel: true }, "", address);
  } else if (!history.state?.panel && name === "reader" && !sourceInAddress()) {
    history.pushState({ panel: true }, "");
  }
  entered = Boolean(history.state?.panel);
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
  if (closing) history.go(-1 - (history.state.followed ?? 0)); // links that were followed in it
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
  history.replaceState({}, "", withoutSource());
  return owned;
}

/* Whether the open panel does not belong to the entry of the browser's history. */
function isLeft() {
  if (root.dataset.panel === "reader") return !sourceInAddress();
  return entered && !history.state?.panel && Boolean(root.dataset.panel);
}

/* Whether "Back" closes only a panel. */
export function leavingPanel() {
  return closing || isLeft();
}

/* The browser went back, by "Back" or by `closePanel`. */
export function wentBack() {
  closing = false;
  if (isLeft()) hidePanel();
}

function hidePanel() {
  showPanel("");
  entered = false;
  if (sourceInAddress()) history.replaceState(history.state, "", withoutSource());
  if (opener?.isConnected) opener.focus(); else questionBox()?.focus();
  opener = null;
}

/* Keeping up with the folder: what was indexed, or found to ask, while the page was open. */

import { find } from "./dom.js";
import { press } from "./gradio.js";
import { readAnew } from "./source_panel.js";

const LOOKED_EVERY = 4000; // milliseconds

let seen = ""; // the state of the documents when they were looked at

export function keepUp() {
  look(); // what changes from now on is noticed
  setInterval(look, LOOKED_EVERY);
  document.addEventListener("visibilitychange", look);
}

async function look() {
  if (document.hidden) return;
  try {
    const { state, documents } = await (await fetch("state")).json();
    if (seen && documents !== seen) readAnew();
    seen = documents || seen;
    const drawn = find("#welcome [data-revision]");
    if (drawn && state && state !== drawn.dataset.revision) press("keep-up");
  } catch { /* the server has gone, which Gradio tells */ }
}

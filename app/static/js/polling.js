/* Keeping up with the folder: what was indexed, or found to ask, while the page was open. */

import { find } from "./dom.js";
import { readAnew } from "./source_panel.js";

const LOOKED_EVERY = 4000; // milliseconds

let seen = ""; // the state of the documents when they were looked at

export function keepUp() {
  setInterval(look, LOOKED_EVERY);
  document.addEventListener("visibilitychange", look);
}

async function look() {
  const drawn = find("#welcome [data-state]");
  if (document.hidden || !drawn) return;
  try {
    const { state, documents } = await (await fetch("state")).json();
    if (seen && documents !== seen) readAnew();
    seen = documents || seen;
    if (state && state !== drawn.dataset.state) find("#do-keep-up").click();
  } catch { /* the server has gone, which Gradio tells */ }
}

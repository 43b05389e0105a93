/* Polling: update the page when documents or suggested questions have changed. */

import { find } from "./dom.js";
import { press } from "./gradio.js";
import { reloadSource } from "./source_panel.js";

const LOOKED_EVERY = 4000; // milliseconds

let seen = ""; // the last known revision of the documents

export function keepUp() {
  look(); // only later changes are noticed
  setInterval(look, LOOKED_EVERY);
  document.addEventListener("visibilitychange", look);
}

async function look() {
  if (document.hidden) return;
  try {
    const { state, documents } = await (await fetch("state")).json();
    if (seen && documents !== seen) reloadSource();
    seen = documents || seen;
    const drawn = find("#welcome [data-revision]");
    if (drawn && state && state !== drawn.dataset.revision) press("keep-up");
  } catch { /* Gradio reports that the server is gone */ }
}

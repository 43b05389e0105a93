/* Keeping up with the folder: what was indexed, or found to ask, while the page was open. */

import { find } from "./dom.js";

const LOOKED_EVERY = 4000; // milliseconds

export function keepUp() {
  setInterval(look, LOOKED_EVERY);
}

async function look() {
  const drawn = find("#welcome [data-state]");
  if (document.hidden || !drawn) return;
  try {
    const { state } = await (await fetch("state")).json();
    if (state && state !== drawn.dataset.state) find("#do-keep-up").click();
  } catch { /* the server has gone, which Gradio tells */ }
}

/* The text of the question box survives a reload, also the one after a lost connection. */

import { whenThere } from "./dom.js";
import { QUESTION_BOX, write } from "./gradio.js";
import { unanswered } from "./composer.js";

const NAME = "askdocs-draft";

export function keepDraft() {
  addEventListener("pagehide", () => {
    try { sessionStorage.setItem(NAME, unanswered()); } catch { /* may be refused */ }
  });
  whenThere(QUESTION_BOX, (box) => {
    let draft = "";
    try { draft = sessionStorage.getItem(NAME) || ""; } catch { /* may be refused */ }
    if (!draft || box.value) return;
    write(draft);
  });
}

/* What stands in the question box outlives a reload, also the one after a lost connection. */

import { whenThere } from "./dom.js";
import { unanswered } from "./composer.js";

const NAME = "askdocs-draft";

export function keepDraft() {
  addEventListener("pagehide", () => {
    try { sessionStorage.setItem(NAME, unanswered()); } catch { /* may be refused */ }
  });
  whenThere("#question textarea, #question input", (box) => {
    let draft = "";
    try { draft = sessionStorage.getItem(NAME) || ""; } catch { /* may be refused */ }
    if (!draft || box.value) return;
    box.value = draft;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

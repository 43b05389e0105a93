/* A server that has gone, told in our words: Gradio waits for it and then loads the page anew. */

import { giveBack } from "./composer.js";
import { findAll } from "./dom.js";
import { t } from "./words.js";

const TOLD_BY_GRADIO = "Connection to the server was lost";

export function tellWhenLost() {
  new MutationObserver(() => {
    for (const message of findAll('[data-testid="toast-text"]')) {
      if (!message.textContent.includes(TOLD_BY_GRADIO)) continue;
      message.textContent = t("It was stopped, or the connection has gone. Once it is back, this page goes on by itself, and your question is still in the box.");
      giveBack();
      const title = message.closest('[data-testid="toast-body"]').querySelector(".toast-title-row span");
      if (title) title.textContent = t("askdocs does not answer");
    }
  }).observe(document.body, { childList: true, subtree: true });
}

/* A server that has gone, told in our words: Gradio waits for it and then loads the page anew. */

import { giveBack } from "./composer.js";
import { whenItComplains } from "./gradio.js";
import { t } from "./i18n.js";

/* Gradio says that something is wrong; what it is, the server tells: it answers, or it does not. */
export function tellWhenLost() {
  whenItComplains(async (reword) => {
    try {
      await fetch("state", { cache: "no-store" });
    } catch {
      giveBack();
      reword(
        t("askdocs does not respond"),
        t("It was stopped, or the connection was lost. When it is back, this page continues automatically. Your question is still in the box."),
      );
    }
  });
}

/* A message if the server is gone. Gradio waits for the server and then reloads the page. */

import { giveBack } from "./composer.js";
import { whenItComplains } from "./gradio.js";
import { t } from "./i18n.js";

/* Gradio reports an error. A request shows whether the server responds. */
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

/* Dialogs: a confirmation, or a question for a name. */

import { find } from "./dom.js";
import { t } from "./i18n.js";

/* Whether the user agrees; Escape and "Cancel" mean no. */
export function confirmed(question, action) {
  return asked(question, action, { withName: false });
}

/* The name that the user enters; "" for none. */
export async function named(question, name) {
  const box = find("#confirm-name");
  box.value = name;
  const agreed = await asked(question, t("Rename"), { withName: true });
  return agreed ? box.value.trim() : "";
}

function asked(question, action, { withName }) {
  const dialog = find("#confirm");
  find("#confirm-words").textContent = question;
  find("#confirm-label").hidden = !withName;
  find('[value="yes"]', dialog).textContent = action;
  dialog.returnValue = "";
  dialog.showModal();
  // "Cancel" has the focus, so that Enter does not confirm by accident.
  if (withName) find("#confirm-name").select(); else find('[data-action="cancel"]', dialog).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

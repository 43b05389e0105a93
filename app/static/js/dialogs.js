/* Asking first: a question that is answered by yes or no, or by a name. */

import { find } from "./dom.js";
import { t } from "./i18n.js";

/* Whether the person agrees; Escape and "Cancel" say no. */
export function confirmed(question, action) {
  return asked(question, action, { withName: false });
}

/* The name that the person gives; "" for none. */
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
  // Enter does no harm: what cannot be undone is agreed to on purpose.
  if (withName) find("#confirm-name").select(); else find('[data-action="cancel"]', dialog).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

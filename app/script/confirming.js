/* Asking first: a question that is answered by yes or no, or by a name. */

import { find } from "./dom.js";

/* Whether the person agrees; Escape and "Cancel" say no. */
export function confirmed(question, action) {
  return asked(question, action, { withName: false });
}

/* The name that the person gives; "" for none. */
export async function named(question, name) {
  const box = find("#confirm-name");
  box.value = name;
  const agreed = await asked(question, "Rename", { withName: true });
  return agreed ? box.value.trim() : "";
}

function asked(question, action, { withName }) {
  const dialog = find("#confirm");
  find("#confirm-words").textContent = question;
  find("#confirm-label").hidden = !withName;
  const yes = find('[value="yes"]', dialog);
  yes.textContent = action;
  dialog.returnValue = "";
  dialog.showModal();
  if (withName) find("#confirm-name").select(); else yes.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

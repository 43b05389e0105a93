/* Conversations: opening, renaming, deleting, and feedback on answers. */

import { announce, find, findAll } from "./dom.js";
import { send, startOver } from "./gradio.js";
import { NAME, arriving, current, startAnother, turnTo } from "./conversation_id.js";
import { confirmed, named } from "./dialogs.js";
import { parameter, setAddress, whenReturned } from "./address.js";
import { closePanel, focusPanel, leavingPanel } from "./panels.js";
import { showView } from "./views.js";
import { t } from "./i18n.js";

let wanted = arriving;
let before = ""; // the conversation that was shown before

/* The conversation to restore after a reload. Called by the page. */
export function returning() {
  return JSON.stringify({ id: arriving });
}

/* The requested conversation is on the page, or was deleted. Called by the page. */
export function opened() {
  const missing = wanted && wanted === current() && find("#conversation")?.dataset.conversation !== wanted;
  wanted = "";
  if (missing) sayMissing();
  return [""];
}

/* Without "startOver", which closes the source that the address may have opened. */
function sayMissing() {
  if (find("#conversation")) startOver(); else { startAnother(); noteConversation(); }
  const words = t("This conversation is not here: it belongs to another visitor or was deleted.");
  const line = find("#not-here");
  line.textContent = words;
  line.hidden = false;
  announce(words);
}

/* Another conversation begins or is shown. */
export function hideMissing() {
  const line = find("#not-here");
  if (line) line.hidden = true;
}

/* The notes on changed documents that the page shows. Called by the page. */
export function shownNotes() {
  const notes = findAll(".exchange:has(.changed)")
    .map((each) => [Number(each.dataset.number), find(".changed", each).dataset.note]);
  return JSON.stringify({ conversation: current(), noted: notes });
}

/* An empty past, present and list of follow-up questions. Called by the page. */
export function emptied() {
  return [`<div id="earlier" data-drawn="${current()}"></div>`, "", ""];
}

/* Put the conversation into the address; "Back" returns to the previous one. */
export function noteConversation() {
  const shown = find("#conversation")?.dataset.conversation || "";
  if (wanted && shown !== wanted) return; // it is being loaded
  const push = Boolean(before) && before !== shown;
  if (shown) hideMissing();
  before = shown;
  if (parameter(NAME) !== shown) setAddress({ [NAME]: shown }, { push });
}

/* Open another conversation, or none, after "Back" or "Forward". */
export function startConversations() {
  whenReturned(() => {
    if (leavingPanel()) { noteConversation(); return; }
    const id = parameter(NAME);
    if (id === (find("#conversation")?.dataset.conversation || "")) return;
    before = id;
    if (id) turnToKept(id); else startOver();
  });
}

function turnToKept(id) {
  wanted = id;
  turnTo(id);
  send("open", { id });
}

export function openConversation(button) {
  showView("ask");
  turnToKept(button.dataset.id);
  closePanel();
}

export async function renameConversation(button) {
  const title = await named(t("What should this conversation be called?"), button.dataset.title);
  if (title) send("change", { do: "rename", id: button.dataset.id, title });
}

export async function deleteConversation(button) {
  const agreed = await confirmed(
    t("Delete the conversation “{title}”?", { title: button.dataset.title }), t("Delete"),
  );
  if (!agreed) return;
  send("change", { do: "delete", id: button.dataset.id });
  focusPanel("history"); // the button is about to be removed
  if (current() === button.dataset.id) startOver();
}

/* A second press of the same button removes the feedback. */
export function judge(button) {
  const exchange = button.closest(".exchange");
  const judgement = button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.judgement;
  for (const each of findAll('[data-action="judge"]', exchange)) {
    each.setAttribute("aria-pressed", String(each.dataset.judgement === judgement));
  }
  send("judge", { number: Number(exchange.dataset.number), judgement });
  announce(judgement ? t("Thank you for your feedback.") : t("Feedback removed."));
}

/* The id of the conversation on the page. The page chooses the id and sends it with every event.
   Results for another conversation are removed, since events can overtake each other. */

import { find } from "./dom.js";

export const NAME = "chat"; // in the address of the page

const given = new URLSearchParams(location.search).get(NAME) || "";
export const arriving = /^[0-9a-f]{16}$/.test(given) ? given : "";

let identity = arriving || fresh();

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const current = () => identity;

export function turnTo(conversation) {
  identity = conversation;
}

export function startAnother() {
  identity = fresh();
}

/* Remove the content of another conversation from a part of the page. Returns its id, or "". */
export function dropForeign(selector) {
  const shown = find(`${selector} [data-conversation]`);
  if (!shown || shown.dataset.conversation === identity) return "";
  const foreign = shown.dataset.conversation;
  delete shown.dataset.conversation;
  shown.replaceChildren();
  return foreign;
}

/* Earlier questions. The server sends them once, or again where another window has asked more: an
   answer that a new question follows is moved up here, and what an edited question replaces is
   taken out. */

import { find, findAll } from "./dom.js";
import { send } from "./gradio.js";

let last = null; // {exchange, conversation}: what was on the page when a question was asked

const shown = () => find("#conversation")?.dataset.conversation;
const numberOf = (exchange) => Number(exchange.dataset.number);

export function remember() {
  const exchange = find("#present .exchange");
  last = exchange && { exchange: exchange.cloneNode(true), conversation: shown() };
}

export function moveUp() {
  const exchange = find("#present .exchange");
  if (!exchange) return;
  const number = numberOf(exchange);
  for (const each of findAll("#earlier .exchange")) if (numberOf(each) >= number) each.remove();
  if (!last || shown() !== last.conversation) return;
  if (numberOf(last.exchange) >= number) return;
  // It is there already where the server has sent the past, since another window went on.
  const there = findAll("#earlier .exchange").some((each) => numberOf(each) >= numberOf(last.exchange));
  if (!there) find("#earlier").append(last.exchange);
  last = null;
}

/* All of a long conversation; what is being read stays where it is. */
export function unfold() {
  const view = find("#scroll");
  const below = view.scrollHeight - view.scrollTop;
  new MutationObserver((changes, watching) => {
    watching.disconnect();
    view.scrollTop = view.scrollHeight - below;
  }).observe(find("#earlier"), { childList: true });
  send("unfold", {});
}

/* Earlier questions. The server sends them once, and again if another window has asked more. After a
   new question, the page moves the previous exchange up itself. It removes the exchanges that an
   edited question replaces. */

import { find, findAll } from "./dom.js";
import { send } from "./gradio.js";

let last = null; // {exchange, conversation}: the content of the page when a question was asked

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
  // It exists already if the server has sent the past, because another window has continued.
  const there = findAll("#earlier .exchange").some((each) => numberOf(each) >= numberOf(last.exchange));
  if (!there) find("#earlier").append(last.exchange);
  last = null;
}

/* Show all of a long conversation without changing the scroll position. */
export function unfold() {
  const view = find("#scroll");
  const below = view.scrollHeight - view.scrollTop;
  new MutationObserver((changes, watching) => {
    watching.disconnect();
    view.scrollTop = view.scrollHeight - below;
  }).observe(find("#earlier"), { childList: true });
  send("unfold", {});
}

/* What the page asks of the server beside questions: by hidden buttons, one for each kind. */

import { current } from "./conversation_id.js";
import { find } from "./dom.js";

let given = {};

export function send(name, values) {
  given = values;
  find(`#do-${name}`).click();
}

/* What the pressed button is to do: called by the page. */
export function command() {
  return JSON.stringify({ ...given, conversation: current() });
}

/* The seam with Gradio: what it built and what it is made to do. No other script knows its buttons,
   its boxes and its messages. docs/decisions/0024 says what is left to it. */

import { current } from "./conversation_id.js";
import { find, findAll } from "./dom.js";

export const QUESTION_BOX = "#question textarea, #question input";

export const questionBox = () => find(QUESTION_BOX);
export const inQuestionBox = (element) => Boolean(element.closest?.("#question"));

/* Its buttons that people see: whether one of them was pressed, and pressing it for them. */
export const isPress = (element, name) => Boolean(element.closest?.(`#${name}`));
export const pressAsk = () => find("#send").click();
export const startOver = () => find("#start-over").click();

/* Its hidden buttons, one for each event that takes a command, or none. */
let given = {};

export const press = (name) => find(`#do-${name}`).click();

export function send(name, values) {
  given = values;
  press(name);
}

/* What the pressed button is to do: called by the page. */
export function command() {
  return JSON.stringify({ ...given, conversation: current() });
}

/* What it calls as steps of its events, as `window.askdocs.NAME`. */
export function offer(steps) {
  window.askdocs = { command, ...steps };
}

/* Put words into the question box as if they were typed. */
export function write(words) {
  const box = questionBox();
  box.value = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Its messages, in whatever language: `act` is called with a function that words one anew. */
export function whenItComplains(act) {
  new MutationObserver(() => {
    for (const message of findAll('[data-testid="toast-body"]:not([data-seen])')) {
      message.dataset.seen = "";
      act((title, words) => {
        for (const [place, said] of [[".toast-title-row span", title], ['[data-testid="toast-text"]', words]]) {
          const shown = find(place, message);
          if (shown) shown.textContent = said;
        }
      });
    }
  }).observe(document.body, { childList: true, subtree: true });
}

/* The interface to Gradio. Only this script uses its buttons, text boxes and messages. See
   docs/decisions/0024. */

import { current } from "./conversation_id.js";
import { find, findAll } from "./dom.js";

export const QUESTION_BOX = "#question textarea, #question input";

export const questionBox = () => find(QUESTION_BOX);
export const inQuestionBox = (element) => Boolean(element.closest?.("#question"));

/* Gradio's visible buttons: whether one was pressed, and pressing one. */
export const isPress = (element, name) => Boolean(element.closest?.(`#${name}`));
export const HISTORY_BUTTON = "#open-history";
export const historyButton = () => find(HISTORY_BUTTON);
export const pressAsk = () => find("#send").click();
export const startOver = () => find("#start-over").click();

/* Gradio's hidden buttons, one for each event. */
let given = {};

export const press = (name) => find(`#do-${name}`).click();

export function send(name, values) {
  given = values;
  press(name);
}

/* The payload of the pressed button. Called by the page. */
export function command() {
  return JSON.stringify({ ...given, conversation: current() });
}

/* Functions that Gradio calls in its events, as `window.askdocs.NAME`. Its first events can come
   before the translations: they wait for the promise `askdocsReady` of `language.js`. */
export function offer(steps) {
  window.askdocs = { command, ...steps };
  window.askdocsOffered(window.askdocs);
}

/* Set the text of the question box as if it was typed. */
export function write(words) {
  const box = questionBox();
  box.value = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Gradio's error messages: `act` is called with a function that replaces the text of one. */
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

/* A link to an answer for other visitors. They cannot open the conversation, so the link contains
   the question, the ticked documents and the first source. It opens the source and puts the question
   into the box. The question is not asked until the visitor presses Enter. */

import { find, whenThere } from "./dom.js";
import { parameter, setAddress } from "./address.js";
import { QUESTION_BOX, questionBox, write } from "./gradio.js";

const NAME = "question"; // in the address of the page

export function linkToAnswer(button) {
  const first = find(".entry[data-mark]", button.closest(".exchange"));
  const hash = first ? new URL(first.href).hash : "";
  return `${location.origin}${location.pathname}?${button.dataset.query}${hash}`;
}

export function askedByLink() {
  const question = parameter(NAME);
  if (!question) return;
  whenThere(QUESTION_BOX, () => {
    write(question);
    setAddress({ [NAME]: "" });
    questionBox().focus();
  });
}

/* The box below the talk: asking, asking again, editing a question. */

import { announce, find, root } from "./dom.js";
import { chosen } from "./choice.js";
import { remember } from "./past.js";

let pending = null; // {question, replaces}: what the next press of "Ask" sends instead
let replaces = null; // the exchange that the question in the box replaces
let starting = false; // a question is on its way, and nothing of its answer is there yet

/* What is sent when a question is asked: called by the page. */
export function asking(question, conversation) {
  const asked = pending ? pending.question : question;
  const place = pending ? pending.replaces : replaces;
  starting = Boolean(asked.trim());
  remember();
  pending = null;
  stopEditing();
  const quotes = Boolean(find("#quotes-only")?.checked);
  return [asked, JSON.stringify({ sources: [...chosen], replaces: place, quotes }), conversation];
}

/* The answer has begun, or there will be none. */
export function started() {
  starting = false;
}

function busy() {
  return starting || Boolean(find("[data-running]"));
}

/* While an answer is being written, the question box keeps what is typed into it. Right after,
   Gradio may still count the event as running; it then asks when that has ended. */
export function holdBack(event) {
  const enter = event.key === "Enter" && !event.shiftKey && event.target.closest?.("#question");
  const press = event.type === "click" && event.target.closest?.("#send");
  if (!(enter || press) || !busy()) return;
  event.preventDefault();
  event.stopPropagation();
  announce("An answer is being written. Wait for it, or press Stop.");
}

export function ask(question, place = null) {
  if (busy()) return;
  pending = { question, replaces: place };
  find("#send").click();
}

export function askAgain(exchange) {
  ask(find(".question", exchange).textContent, Number(exchange.dataset.number));
}

export function questionBox() {
  return find("#question textarea, #question input");
}

export function edit(exchange) {
  replaces = Number(exchange.dataset.number);
  const box = questionBox();
  box.value = find(".question", exchange).textContent;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  root.dataset.editing = "";
  box.focus();
  announce("Editing the question. Escape cancels.");
}

export function stopEditing() {
  replaces = null;
  delete root.dataset.editing;
}

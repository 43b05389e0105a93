/* The box below the talk: asking, stopping, asking again, editing a question. */

import { announce, find, root } from "./dom.js";
import { chosen } from "./choice.js";
import { current } from "./current.js";
import { remember } from "./past.js";

let pending = null; // {question, replaces}: what the next press of "Ask" sends instead
let replaces = null; // the exchange that the question in the box replaces
let pressed = null; // the conversation in which "Ask" was pressed, until the question is sent
let starting = false; // a question is on its way, and nothing of its answer is there yet
let sent = null; // the question that left the box, which is emptied when the answer begins
let stopping = null; // {shown, ended}: how far the answer that is to be stopped has got
let waiting = false; // what is in the box is asked when that is done

const SENT_WITHIN = 1000; // milliseconds after the press; Gradio takes a few

/* What is sent when a question is asked: called by the page. */
export function asking(question, conversation) {
  const asked = pending ? pending.question : question;
  const replaced = pending ? pending.replaces : replaces;
  const place = pressed ?? current();
  pressed = null;
  starting = Boolean(asked.trim()) && place === current();
  remember();
  sent = pending ? null : question;
  pending = null;
  stopEditing();
  const quotes = Boolean(find("#quotes-only")?.checked);
  const command = { conversation: place, sources: [...chosen], replaces: replaced, quotes };
  return [asked, JSON.stringify(command), conversation];
}

/* An answer has ended, or there will be none: called by the page. */
export function ended() {
  starting = false;
  if (stopping) stopping.ended = true;
  askWhenStopped();
}

/* Another conversation begins: nothing of this one is waited for. */
export function forget() {
  starting = waiting = false;
  stopping = sent = null;
  stopEditing();
}

export function stop() {
  stopping = { shown: false, ended: false };
}

function askWhenStopped() {
  if (!stopping?.shown || !stopping.ended) return;
  stopping = null;
  if (waiting) find("#send").click();
  waiting = false;
}

/* An answer has come so far. */
export function answering(exchange) {
  const running = exchange.hasAttribute("data-running");
  if (running || find(".question", exchange).textContent === sent?.trim()) {
    starting = false;
    if (sent !== null && questionBox()?.value === sent) write("");
    sent = null;
  }
  if (stopping && !running) stopping.shown = true;
  askWhenStopped();
}

function busy() {
  const shown = find("#conversation");
  return starting || (shown?.dataset.conversation === current() && find("[data-running]", shown));
}

/* While an answer is being written, the question box keeps what is typed into it. Right after,
   Gradio may still count the event as running; it then asks when that has ended. */
export function holdBack(event) {
  const enter = event.key === "Enter" && !event.shiftKey && event.target.closest?.("#question");
  const press = event.type === "click" && event.target.closest?.("#send");
  if (!(enter || press)) return;
  if (!busy() && (pressed ?? current()) === current()) {
    pressed = current();
    setTimeout(() => { pressed = null; }, SENT_WITHIN);
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  waiting = Boolean(stopping);
  if (!waiting) announce("An answer is being written. Wait for it, or press Stop.");
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

function write(words) {
  const box = questionBox();
  box.value = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

export function edit(exchange) {
  replaces = Number(exchange.dataset.number);
  write(find(".question", exchange).textContent);
  root.dataset.editing = "";
  questionBox().focus();
  announce("Editing the question. Escape cancels.");
}

export function stopEditing() {
  replaces = null;
  delete root.dataset.editing;
}

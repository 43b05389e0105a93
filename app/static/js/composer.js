/* The question box: asking, stopping, asking again, editing a question. */

import { announce, find, root } from "./dom.js";
import { chosen } from "./source_filter.js";
import { current } from "./conversation_id.js";
import { inQuestionBox, isPress, pressAsk, questionBox, write } from "./gradio.js";
import { remember } from "./earlier.js";
import { t } from "./i18n.js";

let pending = null; // {question, again, sources}: sent by the next press of "Ask" instead of the box
let editing = null; // {number, before}: the exchange that is replaced, and the earlier text of the box
let pressed = null; // the conversation in which "Ask" was pressed, until the question is sent
let starting = false; // a question was sent, and no part of its answer has arrived
let sent = null; // {question, back}: the sent question until its answer begins; `back`: it is in the box again
let stopping = null; // {shown, ended}: the state of the answer that is being stopped
let waiting = false; // the text of the box is asked after that

const TOUCHED = matchMedia("(hover: none)"); // on touch screens the keyboard covers the answer
const SENT_WITHIN = 1000; // milliseconds after the press; Gradio takes a few

/* The values that are sent with a question. Called by the page. */
export function asking(question, conversation) {
  const asked = pending ? pending.question : question;
  const place = pressed ?? current();
  const command = {
    conversation: place,
    sources: pending?.sources ?? [...chosen],
    replaces: pending ? null : editing?.number ?? null,
    again: pending?.again ?? null,
    quotes: Boolean(find("#quotes-only")?.checked),
    insist: Boolean(pending?.insist),
    tasks: ticked("#model-tasks", "model", "quotes"),
    secondOpinion: ticked("#second-opinion", "yes", "no"),
  };
  pressed = sent = null;
  starting = Boolean(asked.trim()) && place === current();
  remember();
  if (pending) cancelEditing(); else stopEditing();
  if (starting && !pending) takeFromBox(question);
  if (starting && TOUCHED.matches) questionBox().blur();
  pending = null;
  return [asked, JSON.stringify(command), conversation];
}

/* The value of a check box; "" if the page does not have it. */
function ticked(selector, yes, no) {
  const box = find(selector);
  return box ? (box.checked ? yes : no) : "";
}

/* Remove the question from the box. Text that was typed in the meantime stays. */
function takeFromBox(question) {
  const box = questionBox();
  sent = { question, back: false };
  if (box.value.startsWith(question)) write(box.value.slice(question.length));
}

/* The question in the box, or a sent one without an answer yet. */
export function unanswered() {
  const typed = questionBox()?.value || "";
  return sent && !sent.back ? [sent.question, typed].filter(Boolean).join("\n") : typed;
}

/* The sent question gets no answer: put it back into the box. */
export function giveBack() {
  if (!sent || sent.back) return;
  write(unanswered());
  sent.back = true;
}

/* An answer has ended, or there is none. Called by the page. */
export function ended() {
  starting = false;
  giveBack();
  if (stopping) stopping.ended = true;
  askWhenStopped();
}

/* Another conversation begins: forget the pending state of this one. */
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
  if (waiting) pressAsk();
  waiting = false;
}

/* The answer on the page has changed. */
export function answering(exchange) {
  const running = exchange.hasAttribute("data-running");
  if (running || find(".question", exchange).textContent === sent?.question.trim()) {
    starting = false;
    if (sent?.back && questionBox().value === sent.question) write("");
    sent = null;
  }
  if (stopping && !running) stopping.shown = true;
  askWhenStopped();
}

function busy() {
  const shown = find("#conversation");
  return starting || (shown?.dataset.conversation === current() && find("[data-running]", shown));
}

/* While an answer is written, a question stays in the box. Right after an answer, Gradio can still
   count the event as running; it then asks when the event has ended. */
export function holdBack(event) {
  const enter = event.key === "Enter" && !event.shiftKey && inQuestionBox(event.target);
  const press = event.type === "click" && isPress(event.target, "send");
  if (!(enter || press)) return;
  if (!busy() && (pressed ?? current()) === current()) {
    pressed = current();
    setTimeout(() => { pressed = null; }, SENT_WITHIN);
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  waiting = Boolean(stopping);
  if (!waiting) sayBusy();
}

const BUSY_SHOWN = 4000; // milliseconds
let busyTimer = 0;

function sayBusy() {
  const words = t("An answer is being written. Wait for it, or press Stop.");
  announce(words);
  find("#composer").dataset.busy = words;
  clearTimeout(busyTimer);
  busyTimer = setTimeout(() => { delete find("#composer").dataset.busy; }, BUSY_SHOWN);
}

export function ask(question, options = {}) {
  if (busy()) return;
  pending = { question, ...options };
  pressAsk();
}

/* Replace the answer of the last question; ask an earlier question again at the end. */
export function askAgain(exchange, options = {}) {
  ask(find(".question", exchange).textContent, { again: Number(exchange.dataset.number), ...options });
}

export function edit(exchange) {
  const number = Number(exchange.dataset.number);
  editing = { number, before: editing ? editing.before : questionBox().value };
  write(find(".question", exchange).textContent);
  root.dataset.editing = "";
  questionBox().focus();
  const line = find("#editing");
  find("span", line).textContent = t("Editing the question. Escape cancels.");
  find("strong", line).hidden = Number(find("#present .exchange").dataset.number) === number;
  line.hidden = false;
  announce([...line.children].filter((each) => !each.hidden && each.tagName !== "BUTTON")
    .map((each) => each.textContent).join(" "));
}

export function stopEditing() {
  editing = null;
  delete root.dataset.editing;
  const line = find("#editing");
  if (line) line.hidden = true;
}

/* Restore the earlier text of the box. */
export function cancelEditing() {
  if (!editing) return;
  const { before } = editing;
  stopEditing();
  write(before);
  questionBox().focus();
}

/* Emptying the box ends the editing. */
export function typed(box) {
  if (editing && box === questionBox() && !box.value.trim()) stopEditing();
}

/* The box below the talk: asking, stopping, asking again, editing a question. */

import { announce, find, root } from "./dom.js";
import { chosen } from "./source_filter.js";
import { current } from "./conversation_id.js";
import { inQuestionBox, isPress, pressAsk, questionBox, write } from "./gradio.js";
import { remember } from "./earlier.js";
import { t } from "./i18n.js";

let pending = null; // {question, again, sources}: what the next press of "Ask" sends instead
let editing = null; // {number, before}: what the question in the box replaces, and stood there
let pressed = null; // the conversation in which "Ask" was pressed, until the question is sent
let starting = false; // a question is on its way, and nothing of its answer is there yet
let sent = null; // {question, back}: what left the box, until its answer begins; is it back there?
let stopping = null; // {shown, ended}: how far the answer that is to be stopped has got
let waiting = false; // what is in the box is asked when that is done

const TOUCHED = matchMedia("(hover: none)"); // there the keyboard stands over the answer
const SENT_WITHIN = 1000; // milliseconds after the press; Gradio takes a few

/* What is sent when a question is asked: called by the page. */
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

/* What a box stands for, ticked or not; "" where there is none. */
function ticked(selector, yes, no) {
  const box = find(selector);
  return box ? (box.checked ? yes : no) : "";
}

/* The box is free for the next question at once; what was typed into it meanwhile stays. */
function takeFromBox(question) {
  const box = questionBox();
  sent = { question, back: false };
  if (box.value.startsWith(question)) write(box.value.slice(question.length));
}

/* What is to be asked is in the box, or was sent and nothing has come of it yet. */
export function unanswered() {
  const typed = questionBox()?.value || "";
  return sent && !sent.back ? [sent.question, typed].filter(Boolean).join("\n") : typed;
}

/* Nothing will come of the question that was sent: it goes back into the box. */
export function giveBack() {
  if (!sent || sent.back) return;
  write(unanswered());
  sent.back = true;
}

/* An answer has ended, or there will be none: called by the page. */
export function ended() {
  starting = false;
  giveBack();
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
  if (waiting) pressAsk();
  waiting = false;
}

/* An answer has come so far. */
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

/* While an answer is being written, the question box keeps what is typed into it. Right after,
   Gradio may still count the event as running; it then asks when that has ended. */
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

export function ask(question, wishes = {}) {
  if (busy()) return;
  pending = { question, ...wishes };
  pressAsk();
}

/* The last question gets another answer; an earlier one is asked once more, at the end. */
export function askAgain(exchange, wishes = {}) {
  ask(find(".question", exchange).textContent, { again: Number(exchange.dataset.number), ...wishes });
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

/* What stood in the box before is there again. */
export function cancelEditing() {
  if (!editing) return;
  const { before } = editing;
  stopEditing();
  write(before);
  questionBox().focus();
}

/* An emptied box edits nothing any more. */
export function typed(box) {
  if (editing && box === questionBox() && !box.value.trim()) stopEditing();
}

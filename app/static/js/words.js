/* The words of the page in its language. Scripts, views and the server hold English, which is the
   key of its translation in `static/words`. In braces stands what is filled in: `{n}` is a number
   that decides the plural, and what `{words!}` stands for is translated itself. */

import { root } from "./dom.js";

const { code, loaded } = window.askdocsLanguage;
const { words: table, english } = await loaded;
const plural = new Intl.PluralRules(code);
const digits = new Intl.NumberFormat(code);
const series = new Intl.ListFormat(code);
const REMEMBERED = 2000; // sentences of the server with their translation

/* Where words run from right to left, what is filled in keeps to itself: "5 PDF، 1 …" would put the
   1 beside the 5. */
const toTheLeft = root.dir === "rtl";
const apart = (words) => (toTheLeft && words ? `\u2068${words}\u2069` : words);

export const language = code;
export const number = (value) => digits.format(value);

/* English words in the language of the page, with values filled in. */
export function t(words, values = {}) {
  return filled(formOf(table[words] ?? english[words] ?? words, values.n), values);
}

function formOf(entry, n) {
  return typeof entry === "string" ? entry : entry[plural.select(n)] ?? entry.other;
}

function filled(words, values) {
  return words.replace(/\{(\w+)!?\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : apart(value);
  });
}

/* What the server says in English: a sentence that is known, or several one by one. What is not
   known stays English. */
const before = new Map();

export function said(words) {
  if (code === "en" || !words) return words;
  if (!before.has(words)) {
    if (before.size > REMEMBERED) before.clear();
    before.set(words, translated(words) ?? oneByOne(words));
  }
  return before.get(words);
}

/* A sign that parts them may also stand within one: then some pieces together are known. */
function oneByOne(words) {
  const pieces = words.split(/((?<=[.!?]) |; )/);
  let done = "";
  for (let at = 0; at < pieces.length;) {
    let [end, found] = [at - 1, null];
    while (!found && (end += 2) <= pieces.length) found = translated(pieces.slice(at, end).join(""));
    if (!found) end = at + 1;
    done += (found ?? pieces[at]) + (pieces[end] ?? "");
    at = end + 1;
  }
  return done;
}

function translated(words) {
  if (!words) return null;
  if (typeof table[words] === "string") return table[words];
  for (const template of templates) {
    const found = template.pattern.exec(words);
    const values = found && valuesOf(template, found.slice(1));
    if (values) return filled(formOf(table[template.key], values.n), values);
  }
  if (words.endsWith(".")) return ended(translated(words.slice(0, -1)));
  const small = words[0].toLowerCase() + words.slice(1);
  const found = small === words ? null : translated(small);
  return found && found[0].toLocaleUpperCase(code) + found.slice(1);
}

const ended = (words) => words && `${words}${code === "ur" ? "۔" : "."}`;

function valuesOf({ names, one }, found) {
  const values = one ? { n: 1 } : {};
  for (const [at, name] of names.entries()) {
    const plain = name.replace("!", "");
    values[plain] = plain === "n" ? Number(found[at].replaceAll(",", "")) : found[at];
    if (name === plain) continue;
    values[plain] = plain === "files" ? files(found[at]) : translated(found[at]) ?? listed(found[at]);
    if (values[plain] === null) return null;
  }
  return values;
}

/* "Chinese and French", if each is known. */
function listed(words) {
  const parts = words.split(/, | and /).map(translated);
  return parts.length > 1 && parts.every(Boolean) ? series.format(parts.map(apart)) : null;
}

/* "a.pdf (why it is not read); b.docx (the part that is not read)" */
function files(words) {
  const parts = words.split(/(?<=\)); /).map((each) => {
    const [, file, reason] = /^(.+?) \((.+)\)$/s.exec(each) ?? [];
    return file ? `${apart(file)} (${apart(reasons(reason))})` : translated(each);
  });
  return parts.every(Boolean) ? `${toTheLeft ? "\u200f" : ""}${parts.join("; ")}` : null;
}

const reasons = (words) => translated(words)
  ?? words.split(", ").map((each) => translated(each) ?? each).join(`${t(",")} `);

/* The patterns of sentences with something filled in. Those come first whose parts are to be known
   themselves, then those with the most words of their own. */
const templates = Object.keys(table).filter((key) => key.includes("{")).flatMap((key) => {
  const forms = english[key] ?? { other: key };
  return Object.entries(forms).map(([kind, form]) => ({
    key,
    one: kind === "one",
    names: [...form.matchAll(/\{(\w+!?)\}/g)].map((match) => match[1]),
    nested: Number(form.includes("!}")),
    own: form.replace(/\{\w+!?\}/g, "").length,
    pattern: new RegExp(`^${form.split(/(\{\w+!?\})/).map(patternOf).join("")}$`),
  }));
}).sort((a, b) => b.nested - a.nested || b.own - a.own);

function patternOf(piece) {
  if (piece === "{n}") return "([\\d,]+)";
  return /^\{\w+!?\}$/.test(piece) ? "([^]+?)" : piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/* A place in a document, as in "page 4, Results, line 12": its heading stays. */
export function place(words) {
  const parts = words.split(", ");
  const last = parts.length - 1;
  return parts.map((each, at) => apart(at === 0 || at === last ? translated(each) ?? each : each))
    .join(`${t(",")} `);
}

/* "48 PDFs, 15 web pages and 3 others" */
const enumerated = (words) => series.format(words.split(/, | and /).map((each) => apart(translated(each) ?? each)));
export const facts = (words) => words.split(" · ")
  .map((each) => apart(translated(each) ?? day(each))).join(" · ");

/* A day as ISO writes it; what is no day stays. */
export function day(written) {
  if (!/^\d{4}-\d{2}-\d{2}/.test(written)) return written;
  const form = { day: "numeric", month: "short", year: "numeric" };
  return new Date(written).toLocaleDateString(code === "en" ? "en-GB" : code, form);
}

const moment = (written) => new Date(written)
  .toLocaleString(code, { dateStyle: "long", timeStyle: "short" });

/* What the server drew. An element with `data-t` holds English of ours, but what is in an element
   with `dir="auto"` is of documents and people; `data-t="no"` is drawn by scripts. */

const MARKED = "[data-t], #masthead, #composer, .side";
const SCOPE = `${MARKED}, [dir="auto"], pre, script, style`;
const ATTRIBUTES = ["title", "aria-label", "placeholder", "data-label"];
const WAYS = { "": said, place, facts, series: enumerated };

/* What is taken away: words of ours stand in it between signs (`app/views/ours.py`). */
export const taken = (text) => text
  .replace(/\uFDD0([a-z]*)\uFDD1([^\uFDD2]*)\uFDD2/g, (_, way, words) => WAYS[way](words));

const written = new WeakMap(); // text or attribute → what stands there, in the page's language

function isOurs(element) {
  const scope = element?.closest(SCOPE);
  return Boolean(scope?.matches(MARKED)) && scope.dataset.t !== "no";
}

function inWords(element, words) {
  if (element.matches("time[datetime]")) return moment(element.dateTime);
  return (WAYS[element.dataset.t] ?? said)(words);
}

function translateText(node) {
  const words = node.data.trim().replace(/\s+/g, " ");
  if (!words || written.get(node) === node.data || !isOurs(node.parentElement)) return;
  const other = inWords(node.parentElement, words);
  if (other === words) return;
  node.data = node.data.replace(/\S[^]*\S|\S/, () => other);
  written.set(node, node.data);
}

function translateElement(element) {
  for (const name of ATTRIBUTES) {
    const attribute = element.getAttributeNode(name);
    const words = attribute?.value;
    if (!words || written.get(attribute) === words) continue;
    if (!element.matches("[data-t]") && !isOurs(element.parentElement)) continue;
    attribute.value = said(words);
    written.set(attribute, attribute.value);
  }
  if (element.dataset.t === "html") {
    element.innerHTML = table[element.innerHTML.trim().replace(/\s+/g, " ")] ?? element.innerHTML;
    element.dataset.t = "no";
  }
}

function translateAll(within) {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = within; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) translateText(node);
    else if (node.nodeType === Node.ELEMENT_NODE) translateElement(node);
  }
}

/* Gradio may also change what is there, down to a single attribute. */
function translateChanges(changes) {
  for (const { type, target, addedNodes } of changes) {
    if (type === "childList") [...addedNodes].filter((node) => node.isConnected).forEach(translateAll);
    else translateAll(target);
  }
}

if (code !== "en") {
  new MutationObserver(translateChanges).observe(root, {
    childList: true, subtree: true, characterData: true, attributeFilter: ["data-t", ...ATTRIBUTES],
  });
  translateAll(document.body);
}

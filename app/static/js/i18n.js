/* Translation of the page. Scripts, views and the server contain English text, which is the key of
   its translation in `static/locales`. A placeholder in braces is filled in: `{n}` is a number that
   selects the plural form, and the value of `{text!}` is translated too. */

import { root } from "./dom.js";

const { code, loaded } = window.askdocsLanguage;
const { translations, english } = await loaded;
const pluralRules = new Intl.PluralRules(code);
const numberFormat = new Intl.NumberFormat(code);
const listFormat = new Intl.ListFormat(code);
const MOST_CACHED = 2000; // sentences of the server with their translations

/* In a language that is written from right to left, filled-in values are isolated. Otherwise
   "5 PDF، 1 …" would show the 1 next to the 5. */
const rightToLeft = root.dir === "rtl";
const isolate = (text) => (rightToLeft && text ? `\u2068${text}\u2069` : text);

export const language = code;
export const number = (value) => numberFormat.format(value);

/* English text in the language of the page, with values filled in. */
export function t(text, values = {}) {
  return fillIn(pluralForm(translations[text] ?? english[text] ?? text, values.n), values);
}

function pluralForm(entry, n) {
  return typeof entry === "string" ? entry : entry[pluralRules.select(n)] ?? entry.other;
}

function fillIn(text, values) {
  return text.replace(/\{(\w+)!?\}/g, (placeholder, name) => {
    const value = values[name];
    return value === undefined ? placeholder : typeof value === "number" ? number(value) : isolate(value);
  });
}

/* English text from the server: one known sentence, or several. Unknown text stays English. */
const cache = new Map();

export function translate(text) {
  if (code === "en" || !text) return text;
  if (!cache.has(text)) {
    if (cache.size > MOST_CACHED) cache.clear();
    cache.set(text, translateWhole(text) ?? translateSentences(text));
  }
  return cache.get(text);
}

/* A separator can also occur within a sentence, so the longest known run of pieces is not split. */
const translateSentences = (text) => translatePieces(text.split(/((?<=[.!?]) |; )/));

function translatePieces(pieces, separator = "") {
  let result = "";
  for (let index = 0; index < pieces.length;) {
    let [end, found] = [index - 1, null];
    while (!found && (end += 2) <= pieces.length) found = translateWhole(pieces.slice(index, end).join(""));
    if (!found) end = index + 1;
    result += (found ?? pieces[index]) + (pieces[end] ? separator || pieces[end] : "");
    index = end + 1;
  }
  return result;
}

function translateWhole(text) {
  if (!text) return null;
  if (typeof translations[text] === "string") return translations[text];
  for (const template of templates) {
    const match = template.pattern.exec(text);
    const values = match && valuesOf(template, match.slice(1));
    if (values) return fillIn(pluralForm(translations[template.key], values.n), values);
  }
  if (text.endsWith(".")) return withFullStop(translateWhole(text.slice(0, -1)));
  const lowercase = text[0].toLowerCase() + text.slice(1);
  const found = lowercase === text ? null : translateWhole(lowercase);
  return found && found[0].toLocaleUpperCase(code) + found.slice(1);
}

const withFullStop = (text) => text && `${text}${code === "ur" ? "۔" : "."}`;

function valuesOf({ names, isSingular }, found) {
  const values = isSingular ? { n: 1 } : {};
  for (const [index, name] of names.entries()) {
    const key = name.replace("!", "");
    values[key] = key === "n" ? Number(found[index].replaceAll(",", "")) : found[index];
    if (name === key) continue;
    values[key] = key === "files" ? translateFiles(found[index])
      : translateWhole(found[index]) ?? dayIn(found[index]) ?? translateKnownList(found[index]);
    if (values[key] === null) return null;
  }
  return values;
}

/* "Chinese and French", if each item is known. */
function translateKnownList(text) {
  const items = text.split(/, | and /).map(translateWhole);
  return items.length > 1 && items.every(Boolean) ? listFormat.format(items.map(isolate)) : null;
}

/* "a.pdf (why it is not read); b.docx (the part that is not read)" */
function translateFiles(text) {
  const items = text.split(/(?<=\)); /).map((item) => {
    const [, file, reason] = /^(.+?) \((.+)\)$/s.exec(item) ?? [];
    return file ? `${isolate(file)} (${isolate(translateReasons(reason))})` : translateWhole(item);
  });
  return items.every(Boolean) ? `${rightToLeft ? "\u200f" : ""}${items.join("; ")}` : null;
}

const translateReasons = (text) => translateWhole(text)
  ?? translatePieces(text.split(/(, )/), `${t(",")} `);

/* The patterns of sentences with placeholders. Patterns whose values are translated come first,
   then those with the most fixed text. */
const templates = Object.keys(translations).filter((key) => key.includes("{")).flatMap((key) => {
  const forms = english[key] ?? { other: key };
  return Object.entries(forms).map(([category, form]) => ({
    key,
    isSingular: category === "one",
    names: [...form.matchAll(/\{(\w+!?)\}/g)].map((match) => match[1]),
    isNested: Number(form.includes("!}")),
    fixedLength: form.replace(/\{\w+!?\}/g, "").length,
    pattern: new RegExp(`^${form.split(/(\{\w+!?\})/).map(patternOf).join("")}$`),
  }));
}).sort((a, b) => b.isNested - a.isNested || b.fixedLength - a.fixedLength);

function patternOf(piece) {
  if (piece === "{n}") return "([\\d,]+)";
  if (piece === "{name}") return "([^;]+?)"; // what follows a semicolon is another remark
  return /^\{\w+!?\}$/.test(piece) ? "([^]+?)" : piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/* A location in a document such as "page 4, Results, line 12". Its heading is not translated. */
export function translateLocation(text) {
  const parts = text.split(", ");
  const last = parts.length - 1;
  return parts.map((part, index) => isolate(index === 0 || index === last ? translateWhole(part) ?? part : part))
    .join(`${t(",")} `);
}

/* "48 PDFs, 15 web pages and 3 others" */
const translateList = (text) => listFormat.format(text.split(/, | and /).map((item) => isolate(translateWhole(item) ?? item)));

export const translateFacts = (text) => text.split(" · ")
  .map((fact) => isolate(translateWhole(fact) ?? formatDay(fact))).join(" · ");

/* A date in ISO format; other text is returned as it is. */
export function formatDay(text) {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return text;
  const timeZone = text.length === 10 ? "UTC" : undefined; // west of it, a day would be the one before
  const options = { day: "numeric", month: "short", year: "numeric", timeZone };
  return new Date(text).toLocaleDateString(code === "en" ? "en-GB" : code, options);
}

const dayIn = (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? formatDay(text) : null);

const formatTime = (text) => new Date(text)
  .toLocaleString(code, { dateStyle: "long", timeStyle: "short" });

/* HTML from the server. An element with `data-i18n` contains English text of askdocs. Text in an
   element with `dir="auto"` comes from documents and users, and is not translated. Scripts write
   the text of an element with `data-i18n="off"`. */

const TRANSLATED = "[data-i18n], #masthead, #composer, .side";
const SCOPE = `${TRANSLATED}, [dir="auto"], pre, script, style`;
const ATTRIBUTES = ["title", "aria-label", "placeholder", "data-label"];
const TRANSLATORS = {
  "": translate, location: translateLocation, facts: translateFacts, list: translateList,
};

/* Text that is copied or saved: markers show what to translate (`app/i18n/markers.py`). */
export const resolveMarkers = (text) => text
  .replace(/\uFDD0([a-z]*)\uFDD1([^\uFDD2]*)\uFDD2/g, (_, type, marked) => TRANSLATORS[type](marked));

const done = new WeakMap(); // text node or attribute → its translated text

function isTranslatable(element) {
  const scope = element?.closest(SCOPE);
  return Boolean(scope?.matches(TRANSLATED)) && scope.dataset.i18n !== "off";
}

function translationIn(element, text) {
  if (element.matches("time[datetime]")) return formatTime(element.dateTime);
  return (TRANSLATORS[element.dataset.i18n] ?? translate)(text);
}

function translateText(node) {
  const text = node.data.trim().replace(/\s+/g, " ");
  if (!text || done.get(node) === node.data || !isTranslatable(node.parentElement)) return;
  const translated = translationIn(node.parentElement, text);
  if (translated === text) return;
  node.data = node.data.replace(/\S[^]*\S|\S/, () => translated);
  done.set(node, node.data);
}

function translateElement(element) {
  for (const name of ATTRIBUTES) {
    const attribute = element.getAttributeNode(name);
    const text = attribute?.value;
    if (!text || done.get(attribute) === text) continue;
    if (!element.matches("[data-i18n]") && !isTranslatable(element.parentElement)) continue;
    attribute.value = translate(text);
    done.set(attribute, attribute.value);
  }
  if (element.dataset.i18n === "html") {
    element.innerHTML = translations[element.innerHTML.trim().replace(/\s+/g, " ")] ?? element.innerHTML;
    element.dataset.i18n = "off";
  }
}

function translateAll(within) {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = within; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) translateText(node);
    else if (node.nodeType === Node.ELEMENT_NODE) translateElement(node);
  }
}

/* Gradio can change whole elements or a single attribute. */
function translateChanges(changes) {
  for (const { type, target, addedNodes } of changes) {
    if (type === "childList") [...addedNodes].filter((node) => node.isConnected).forEach(translateAll);
    else translateAll(target);
  }
}

if (code !== "en") {
  new MutationObserver(translateChanges).observe(root, {
    childList: true, subtree: true, characterData: true, attributeFilter: ["data-i18n", ...ATTRIBUTES],
  });
  translateAll(document.body);
}

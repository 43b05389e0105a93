/* Find elements of the page, wait for them, and announce text to screen readers. */

export const root = document.documentElement;
export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

export function announce(words) {
  const place = find("#announcement");
  if (place) place.textContent = words;
}

/* Create an element with properties, a dataset from `data`, and children. */
export function made(tag, properties = {}, ...children) {
  const { data: values = {}, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, values);
  element.append(...children);
  return element;
}

export const button = (words, action, values = {}) =>
  made("button", { type: "button", textContent: words, data: { action, ...values } });

/* Gradio builds the page after the scripts have run, so they wait for elements. */

export function whenThere(selector, act) {
  const there = find(selector);
  if (there) { act(there); return; }
  const waiting = new MutationObserver(() => {
    const found = find(selector);
    if (found) { waiting.disconnect(); act(found); }
  });
  waiting.observe(root, { childList: true, subtree: true });
}

export function watch(selector, act) {
  whenThere(selector, (place) => {
    new MutationObserver(act).observe(place, { childList: true, subtree: true, attributes: true });
  });
}

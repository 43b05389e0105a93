/* Finding parts of the page, waiting for them, saying things to screen readers. */

export const root = document.documentElement;
export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

export function announce(words) {
  const place = find("#announcement");
  if (place) place.textContent = words;
}

/* An element with properties, `data` for its dataset, and children. */
export function made(tag, properties = {}, ...children) {
  const { data: values = {}, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, values);
  element.append(...children);
  return element;
}

export const button = (words, action, values = {}) =>
  made("button", { type: "button", textContent: words, data: { action, ...values } });

/* Gradio builds the page after the scripts have run: wait for its parts, once each. */

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

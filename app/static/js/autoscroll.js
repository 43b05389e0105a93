/* Scroll to new exchanges, and announce answers to screen readers. */

import { announce, find, findAll } from "./dom.js";

let lastNumber = null;
let wasRunning = false;

/* The text of an answer for screen readers: its paragraphs without citation numbers. */
function wordsOf(answer) {
  if (!answer) return "";
  const plain = answer.cloneNode(true);
  for (const each of findAll(".cites, .note", plain)) each.remove();
  const blocks = findAll("p, li, h3, h4, tr, pre", plain).filter((each) => !find("p, li", each));
  return (blocks.length ? blocks : [plain]).map((each) => each.textContent.trim()).join(" ");
}

export function follow() {
  const exchange = find("#present .exchange");
  const count = exchange ? Number(exchange.dataset.number) : null;
  const running = Boolean(exchange?.hasAttribute("data-running"));
  if (exchange && (count !== lastNumber || (running && !wasRunning))) {
    exchange.scrollIntoView({ block: "start" });
  }
  if (exchange && wasRunning && !running) {
    announce(wordsOf(find(".answer, .problem, .said", exchange)).slice(0, 600));
  }
  lastNumber = count;
  wasRunning = running;
  const menu = find("#export");
  if (menu) menu.hidden = !exchange;
}

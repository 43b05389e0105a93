/* Following the conversation: scrolling to what is new, and telling it to screen readers. */

import { announce, find } from "./dom.js";

let lastNumber = null;
let wasRunning = false;

export function follow() {
  const exchange = find("#present .exchange");
  const count = exchange ? Number(exchange.dataset.number) : null;
  const running = Boolean(exchange?.hasAttribute("data-running"));
  if (exchange && (count !== lastNumber || (running && !wasRunning))) {
    exchange.scrollIntoView({ block: "start" });
  }
  if (exchange && wasRunning && !running) {
    const words = find(".answer, .problem, .said", exchange)?.textContent || "";
    announce(words.slice(0, 600));
  }
  lastNumber = count;
  wasRunning = running;
  const menu = find("#export");
  if (menu) menu.hidden = !exchange;
}

/* Copying to the clipboard and saving a file. */

import { announce, find } from "./dom.js";
import { UNREACHABLE } from "./json_lines.js";
import { translate, t, resolveMarkers } from "./i18n.js";

/* Copy text, and HTML for programs that accept text with its layout. */
export async function copy(written, button, layout = "") {
  const [text, html] = [resolveMarkers(written), resolveMarkers(layout)];
  try {
    if (html && globalThis.ClipboardItem) {
      const parts = { "text/plain": new Blob([text], { type: "text/plain" }), "text/html": new Blob([html], { type: "text/html" }) };
      await navigator.clipboard.write([new ClipboardItem(parts)]);
    } else await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  announce(t("Copied"));
  const menu = button.closest(".copies");
  if (menu) menu.open = false;
  const shown = menu ? find("summary", menu) : button;
  const before = shown.dataset.label || shown.textContent;
  shown.dataset.label = before;
  shown.textContent = menu || before.length > 1 ? t("Copied") : "✓";
  setTimeout(() => { shown.textContent = before; }, 1500);
}

/* Copy the sources of an answer as records for reference managers. */
export async function copyReferences(button) {
  try {
    const answer = await fetch(`references?${button.dataset.query}`);
    if (answer.ok) copy(await answer.text(), button);
    else announce(translate((await answer.json()).problem));
  } catch {
    announce(UNREACHABLE);
  }
}

/* Save a file from the server, JSON of {name, type, content}. Called by the page. */
export function save(file) {
  const { name, type, content } = JSON.parse(file);
  const address = URL.createObjectURL(new Blob([resolveMarkers(content)], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

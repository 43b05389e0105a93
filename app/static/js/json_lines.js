/* What the server tells line by line, as JSON: what a long piece of work has done so far. */

import { translate, t } from "./i18n.js";

export const UNREACHABLE = t("The server cannot be reached. Is askdocs still running?");

/* Posts `values` and calls `told` with each line. `stop()` of what is returned breaks it off;
   its `ended` becomes "" when all was told, else the problem in words, or "stopped". */
export function toldBy(address, values, told) {
  const breaker = new AbortController();
  return { stop: () => breaker.abort(), ended: read(address, values, told, breaker.signal) };
}

async function read(address, values, told, signal) {
  let problem = "";
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/x-ndjson" },
      body: JSON.stringify(values),
      signal,
    });
    if (!answer.ok) return await problemOf(answer);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return problem;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const found = JSON.parse(line);
        if (found.problem) problem = translate(found.problem); else told(found);
      }
    }
  } catch {
    return signal.aborted ? "stopped" : UNREACHABLE;
  }
}

export async function problemOf(answer) {
  try {
    const found = await answer.json();
    return translate(found.problem) || t("The server does not accept this.");
  } catch {
    return answer.status === 413 ? t("This is too large.") : UNREACHABLE;
  }
}

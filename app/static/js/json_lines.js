/* Responses in lines of JSON, with the progress of a long task. */

import { translate, t } from "./i18n.js";

export const UNREACHABLE = t("The server cannot be reached. Is askdocs still running?");

/* Post `values` and call `onLine` with each line. `stop()` of the result aborts the request. Its
   promise `ended` resolves to "" after the last line, else to the problem or "stopped". */
export function postForLines(address, values, onLine) {
  const breaker = new AbortController();
  return { stop: () => breaker.abort(), ended: read(address, values, onLine, breaker.signal) };
}

async function read(address, values, onLine, signal) {
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
        if (found.problem) problem = translate(found.problem); else onLine(found);
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

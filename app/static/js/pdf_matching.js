/* Finds words of the extracted text on a page of the PDF. Only letters and digits are compared:
   ligatures, hyphens at line ends, spaces and superscripts differ between the two. */

const LETTER = /[\p{L}\p{N}]/u;
const FEWEST_IN_CELLS = 3; // letters of a row's values; fewer would match anywhere
const MOST_BETWEEN = 40; // letters between two cells of a row
const FEWEST_ALONE = 8; // letters of a piece that may be far from the previous one
const NEAR = 400; // letters
const ENOUGH = 0.6; // share of the letters that has to be found in pieces

/* The letters of some pieces of text: {text, from, to, piece}, the latter three for each letter. */
export function lettersOf(pieces) {
  const [from, to, piece] = [[], [], []];
  let text = "";
  pieces.forEach((words, number) => {
    let at = 0;
    for (const sign of words) {
      const letters = plain(sign);
      for (let unit = 0; unit < letters.length; unit += 1) {
        from.push(at);
        to.push(at + sign.length);
        piece.push(number);
      }
      text += letters;
      at += sign.length;
    }
  });
  return { text, from, to, piece };
}

function plain(sign) {
  const simple = sign.normalize("NFKD").toLowerCase();
  return [...simple].filter((letter) => LETTER.test(letter)).join("");
}

const lettersIn = (words) => lettersOf([words]).text;

/* Locate `words` on a page whose letters are given in several orders (file order, visual order).
   Returns {order, runs}. A run {from, to, at} maps the letters `from` to `to` of that order to the
   letters of the words from `at` on. Of several matches, the one whose text before and after it is
   most like `around` is used; of those alike, the one after `before` others. If the words are not on
   the page, there are no runs. */
export function locate(orders, words, before = 0, around = ["", ""]) {
  const wanted = lettersIn(words);
  if (!wanted) return { order: 0, runs: [] };
  const rows = rowsIn(words);
  for (const way of [wholeOf, cellsOf]) {
    for (const [order, page] of orders.entries()) {
      const runs = way(page, wanted, rows, before, around.map(lettersIn));
      if (runs.length) return { order, runs };
    }
  }
  const tokens = rows.flat().flatMap((cell) => cell.tokens);
  const enough = ENOUGH * tokens.reduce((sum, token) => sum + token.letters.length, 0);
  const found = orders.map((page, order) => ({ order, runs: piecesOf(page, tokens) }));
  const best = found.reduce((one, two) => (covered(two.runs) > covered(one.runs) ? two : one));
  return covered(best.runs) >= enough ? best : { order: 0, runs: [] };
}

const covered = (runs) => runs.reduce((sum, run) => sum + run.to - run.from, 0);

function placesOf(page, wanted) {
  const places = [];
  for (let at = page.indexOf(wanted); at >= 0; at = page.indexOf(wanted, at + 1)) places.push(at);
  return places;
}

function wholeOf(page, wanted, _rows, before, [ahead, behind]) {
  const all = placesOf(page, wanted);
  if (!all.length) return [];
  const likeness = all.map((at) => sameAtEnd(page.slice(0, at), ahead)
    + sameAtStart(page.slice(at + wanted.length), behind));
  const most = Math.max(...likeness);
  const places = all.filter((_, number) => likeness[number] === most);
  const earlier = all.slice(0, before).filter((_, number) => likeness[number] === most).length;
  const from = places[Math.min(earlier, places.length - 1)];
  return [{ from, to: from + wanted.length, at: 0 }];
}

/* How many letters are the same at the start, or at the end. */
function sameAtStart(one, other) {
  let at = 0;
  while (at < other.length && one[at] === other[at]) at += 1;
  return at;
}

function sameAtEnd(one, other) {
  let at = 0;
  while (at < other.length && one.at(-1 - at) === other.at(-1 - at)) at += 1;
  return at;
}

/* The cells of rows like "Name: Ada; Year: 1843", each as {name, value, tokens}: the letters of its
   parts and of the words of its value, with their numbers. */
function rowsIn(words) {
  let at = 0;
  const part = (text) => {
    const letters = lettersIn(text);
    at += letters.length;
    return { letters, at: at - letters.length };
  };
  return words.split("\n").map((row) => row.replaceAll(" | ", "; ").split("; ").map((cell) => {
    const colon = cell.indexOf(": ");
    const name = part(colon < 0 ? "" : cell.slice(0, colon));
    const tokens = (colon < 0 ? cell : cell.slice(colon + 2)).split(/\s+/).map(part)
      .filter((token) => token.letters);
    const value = { letters: tokens.map((token) => token.letters).join(""), at: tokens[0]?.at ?? at };
    return { name, value, tokens };
  }));
}

/* A page has only the values of a row, one after the other. In a form, the values are not part of
   the text of the page, so it has only the labels. */
function cellsOf(page, _wanted, rows, before) {
  const found = rows.map((cells) => {
    const values = cells.map((cell) => cell.value).filter((each) => each.letters);
    const labels = cells.map((cell) => cell.name).filter((each) => each.letters);
    if (covered(values.map(asRun)) < FEWEST_IN_CELLS) return chain(page, labels, 0);
    const chained = chain(page, values, before);
    return chained.length || cells.length < 2 ? chained : chain(page, labels, 0);
  });
  const rest = rows.filter((cells, row) => !found[row].length && cells.some((cell) => cell.value.letters));
  return rest.length ? [] : found.flat();
}

const asRun = ({ letters }) => ({ from: 0, to: letters.length });

/* Find parts in order, with few letters between them. */
function chain(page, parts, before) {
  const chains = [];
  if (!parts.length) return chains;
  for (const start of placesOf(page, parts[0].letters)) {
    const runs = [{ from: start, to: start + parts[0].letters.length, at: parts[0].at }];
    for (const { letters, at } of parts.slice(1)) {
      const from = page.indexOf(letters, runs.at(-1).to);
      if (from < 0 || from > runs.at(-1).to + MOST_BETWEEN) break;
      runs.push({ from, to: from + letters.length, at });
    }
    if (runs.length === parts.length) chains.push(runs);
    if (chains.length > before) break;
  }
  return chains.at(-1) || [];
}

/* Find the longest pieces of the words if other text is between them: a note, the next column, or
   the names of other columns. */
function piecesOf(page, tokens) {
  const runs = [];
  for (let first = 0; first < tokens.length;) {
    const run = longest(page, tokens, first, runs.length ? runs.at(-1).to : -1);
    if (run) runs.push({ from: run.from, to: run.from + run.letters.length, at: tokens[first].at });
    first = run ? run.next : first + 1;
  }
  return runs;
}

function longest(page, tokens, first, last) {
  let [best, letters] = [null, ""];
  for (let next = first; next < tokens.length;) {
    letters += tokens[next].letters;
    next += 1;
    const after = last < 0 ? -1 : page.indexOf(letters, last);
    const near = after >= 0 && after - last <= NEAR;
    const from = near ? after : page.indexOf(letters);
    if (from < 0) break;
    if (near || letters.length >= FEWEST_ALONE) best = { from, letters, next };
    if (tokens[next] && tokens[next].at !== tokens[first].at + letters.length) break;
  }
  return best;
}

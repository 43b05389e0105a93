/* What the address says of the page: the view, the conversation, the ticked documents, the words
   searched for. All but the open source, which stands after "#", is read and written here alone. */

const listeners = [];
let seen = location.search;

export const parameter = (name) => new URLSearchParams(location.search).get(name) || "";
export const parameters = (name) => new URLSearchParams(location.search).getAll(name);

/* Set parameters; a list is set once for each item, an empty value is taken out. With `push`, the
   browser's "Back" returns to what was there before. */
export function setAddress(values, { push = false, hash = location.hash } = {}) {
  const wanted = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    wanted.delete(name);
    for (const each of [value].flat()) if (each) wanted.append(name, each);
  }
  const query = wanted.size ? `?${wanted}` : "";
  if (query === location.search && hash === location.hash) return;
  const address = location.pathname + query + hash;
  if (push) history.pushState({}, "", address);
  else history.replaceState(history.state, "", address);
  seen = location.search;
}

/* Call `act` when "Back" or "Forward" has changed the parameters. */
export function whenReturned(act) {
  listeners.push(act);
}

addEventListener("popstate", () => {
  if (location.search === seen) return;
  seen = location.search;
  for (const act of listeners) act();
});

/* The parameters of the URL: the view, the conversation, the ticked documents, the search. Only this
   module reads and writes them. The open source is in the part after "#". */

const listeners = [];
let seen = location.search;

export const parameter = (name) => new URLSearchParams(location.search).get(name) || "";
export const parameters = (name) => new URLSearchParams(location.search).getAll(name);

/* Set parameters. A list sets the parameter once for each item; an empty value removes it. With
   `push`, the browser's "Back" returns to the earlier values. */
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

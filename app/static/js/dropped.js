/* Files and folders that were dropped onto the page. */

/* The files as [{file, name}], with their paths in the dropped folder. The entries have to be read
   during the event: the browser removes them afterwards. */
export async function droppedFiles(transfer, most) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some(Boolean)) return [...transfer.files].map(named);
  const found = [];
  for (const entry of entries.filter(Boolean)) await collect(entry, "", found, most);
  return found;
}

export const named = (file) => ({ file, name: file.webkitRelativePath || file.name });

/* Stop after one file too many: it shows that there are more. */
async function collect(entry, above, found, most) {
  if (found.length > most || entry.name.startsWith(".")) return;
  const name = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve) => { entry.file(resolve, () => resolve(null)); });
    if (file) found.push({ file, name });
    return;
  }
  const inside = await entriesOf(entry.createReader());
  inside.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const each of inside) await collect(each, `${name}/`, found, most);
}

/* A reader returns about a hundred entries at a time, and none at the end. */
async function entriesOf(reader) {
  const found = [];
  for (;;) {
    const some = await new Promise((resolve) => { reader.readEntries(resolve, () => resolve([])); });
    if (!some.length) return found;
    found.push(...some);
  }
}

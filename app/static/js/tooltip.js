/* The note of a citation or of a doubtful statement, on hover, focus and tap. */

const DESCRIBED = "a.cite, .statement[aria-describedby]";

let note = null;
let noteTimer = 0;
let noted = null; // the citation whose note is shown

function showNote(link) {
  const words = document.getElementById(link.getAttribute("aria-describedby"));
  if (!words) return;
  clearTimeout(noteTimer);
  noted = link;
  if (!note) {
    note = document.createElement("div");
    note.id = "note";
    note.setAttribute("aria-hidden", "true"); // screen readers use aria-describedby of the link
    document.body.append(note);
  }
  note.replaceChildren(...[...words.childNodes].map((node) => node.cloneNode(true)));
  note.hidden = false;
  const box = link.getBoundingClientRect();
  const width = Math.min(380, innerWidth - 24);
  note.style.width = `${width}px`;
  const begin = document.documentElement.dir === "rtl" ? box.right + 24 - width : box.left - 24;
  note.style.left = `${Math.max(12, Math.min(begin, innerWidth - width - 12))}px`;
  // Do not cover the fixed header of a draft.
  const lid = link.closest("#check-draft") ? document.querySelector("#check-head").getBoundingClientRect().bottom : 0;
  const above = box.top - Math.max(lid, 0) > note.offsetHeight + 16;
  note.style.top = above ? `${box.top - note.offsetHeight - 8}px` : `${box.bottom + 8}px`;
}

export function hideNote() {
  clearTimeout(noteTimer);
  if (note) note.hidden = true;
}

function hideNoteSoon() {
  clearTimeout(noteTimer);
  noteTimer = setTimeout(hideNote, 200);
}

export function noteIsShown() {
  return Boolean(note) && !note.hidden;
}

/* The page has changed: hide the note if its citation was removed. */
export function hideLostNote() {
  if (noteIsShown() && !noted.isConnected) hideNote();
}

function keepNote() {
  clearTimeout(noteTimer);
}

export function watchCitations() {
  for (const [shows, hides] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(shows, (event) => {
      const link = event.target.closest?.(DESCRIBED);
      // Show no note when closing a source by touch or mouse returns the focus.
      if (link) { if (shows === "mouseover" || link.matches(":focus-visible") || link.closest("#check-draft")) showNote(link); }
      else if (note?.contains(event.target)) keepNote();
      else if (noteIsShown() && shows === "mouseover" && document.activeElement !== noted) hideNoteSoon();
    });
    document.addEventListener(hides, (event) => {
      if (event.target.closest?.(`${DESCRIBED}, #note`)) hideNoteSoon();
    });
  }
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.(`${DESCRIBED}, #note`)) hideNote();
  });
  document.addEventListener("scroll", hideNote, { capture: true, passive: true });
  document.addEventListener("keydown", (event) => { if (event.key === "Enter") hideNote(); });
}

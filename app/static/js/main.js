/* The actions of the buttons, links and keys of the page. Text from documents is only inserted as
   text, or as HTML that the server has escaped. */

import {
  answering, ask, askAgain, asking, cancelEditing, edit, ended, forget, holdBack, stop, typed,
} from "./composer.js";
import { choose, showChoice } from "./source_filter.js";
import {
  HISTORY_BUTTON, QUESTION_BOX, historyButton, isPress, offer, press, questionBox, send, startOver,
} from "./gradio.js";
import {
  deleteConversation, emptied, hideMissing, judge, noteConversation, shownNotes, openConversation,
  opened, renameConversation, returning, startConversations,
} from "./conversations.js";
import { dropForeign, startAnother } from "./conversation_id.js";
import { keepDraft } from "./draft.js";
import { find, findAll, root, watch, whenThere } from "./dom.js";
import { follow } from "./autoscroll.js";
import { named } from "./dropped.js";
import { addFiles, removeDocument, watchDragging } from "./uploads.js";
import { about, fold, indexAgain, moreDocuments, startDocuments } from "./documents.js";
import { tellWhenLost } from "./connection.js";
import { keepUp } from "./polling.js";
import { hideLostNote, hideNote, noteIsShown, watchCitations } from "./tooltip.js";
import { closeMenu, startCorpora } from "./corpora.js";
import { closePanel, togglePanel, wentBack } from "./panels.js";
import { moveUp, unfold } from "./earlier.js";
import { followLink, linkToWords, openEntry, openLink, step, turn } from "./source_panel.js";
import { readerActions, watchReader } from "./source_tools.js";
import { copy, copyReferences, save } from "./clipboard.js";
import { askedByLink, linkToAnswer } from "./answer_link.js";
import { addView, showView, startViews } from "./views.js";
import { editDraft, pickDraft, startCheck, stepDoubt, stopCheck } from "./check.js";
import { startTable, stopTable } from "./quote_table.js";
import {
  allHits, moreFound, openHit, searchAll, searchByMeaning, searchUnfiltered, startSearch,
} from "./search.js";

const actions = {
  close: closePanel,
  previous: () => step(-1),
  next: () => step(1),
  turn,
  ...readerActions,
  "copy-link": (button) => copy(linkToWords(), button),
  copy: (button) => copy(button.dataset.markdown, button, button.dataset.html),
  references: copyReferences,
  "link-to-answer": (button) => copy(linkToAnswer(button), button),
  suggest: (button) => ask(button.textContent),
  again: (button) => askAgain(button.closest(".exchange")),
  insist: (button) => askAgain(button.closest(".exchange"), { insist: true }),
  "ask-all": (button) => askAgain(button.closest(".exchange"), { sources: [] }),
  edit: (button) => edit(button.closest(".exchange")),
  "stop-editing": cancelEditing,
  drop: (button) => { choose(button.dataset.name, false); questionBox()?.focus(); },
  earlier: unfold,
  judge,
  open: openConversation,
  rename: renameConversation,
  forget: deleteConversation,
  export: (button) => { send("export", { format: button.dataset.format }); find("#export").open = false; },
  cancel: () => find("#confirm").close("no"),
  alone: (button) => {
    const question = find(".question", button.closest(".exchange")).textContent;
    startOver();
    setTimeout(() => ask(question));
  },
  index: indexAgain,
  fold,
  about,
  "more-documents": moreDocuments,
  add: () => find("#add-files").click(),
  "add-folder": () => find("#add-folder").click(),
  remove: (button) => removeDocument(button.dataset.source),
  "all-hits": allHits,
  "more-found": moreFound,
  "by-meaning": searchByMeaning,
  "search-all": searchAll,
  unfiltered: searchUnfiltered,
  "pick-draft": pickDraft,
  "stop-check": stopCheck,
  "edit-draft": editDraft,
  "previous-doubt": () => stepDoubt(-1),
  "next-doubt": () => stepDoubt(1),
  "stop-table": stopTable,
};

document.addEventListener("click", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  const link = event.target.closest("a[data-source]");
  if (link && plain) {
    event.preventDefault();
    if (link.matches(".hit")) openHit(link);
    else if (link.matches(".source-link")) followLink(link);
    else openEntry(link);
    return;
  }
  const button = event.target.closest("[data-action]");
  if (button) actions[button.dataset.action]?.(button);
  if (isPress(event.target, "open-history")) togglePanel("history", historyButton());
  if (isPress(event.target, "start-over")) {
    showView("ask");
    startAnother();
    hideMissing();
    forget();
    closePanel();
    questionBox()?.focus();
  }
  if (isPress(event.target, "stop")) stop();
  for (const menu of findAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-choose]");
  if (box) choose(box.dataset.choose, box.checked);
  if (["add-files", "add-folder"].includes(event.target.id)) {
    addFiles([...event.target.files].map(named).filter(({ name }) => !/(^|\/)\./.test(name)));
    event.target.value = "";
  }
});

document.addEventListener("input", (event) => typed(event.target));

/* Close or cancel what lies on top. Returns whether there was something. */
function closeTopmost() {
  if (closeMenu()) return true;
  if (noteIsShown()) hideNote();
  else if ("editing" in root.dataset) cancelEditing();
  else return closePanel();
  return true;
}

watchReader();
document.addEventListener("keydown", (event) => {
  if (find("#confirm")?.open) return;
  if (event.key === "Escape") {
    if (closeTopmost()) event.preventDefault(); // the key would also clear a box for searching
    return;
  }
  const inReader = event.target.closest?.("#reader-panel") && !event.target.closest("input");
  if (!inReader || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "n") step(1);
  if (event.key === "p") step(-1);
});

for (const way of ["click", "keydown"]) document.addEventListener(way, holdBack, true);
watchCitations();
keepDraft();
askedByLink();
tellWhenLost();
keepUp();
whenThere("#choice", showChoice);
addView("ask", { focus: QUESTION_BOX });
startViews();
startSearch();
startDocuments();
startConversations();
startCorpora();
startCheck();
startTable();
addEventListener("popstate", () => { wentBack(); showChoice(); });
addEventListener("hashchange", openLink);
whenThere("#reader-panel", openLink);
whenThere(HISTORY_BUTTON, (button) => button.setAttribute("aria-expanded", "false"));
whenThere("#check-form", watchDragging);
let dropped = ""; // cancelled twice, Gradio would cancel the next question

watch("#present", () => {
  const foreign = dropForeign("#present");
  if (foreign) {
    if (foreign !== dropped) press("drop");
    dropped = foreign;
    return;
  }
  hideLostNote();
  const exchange = find("#present .exchange");
  if (exchange) answering(exchange);
  moveUp();
  follow();
  noteConversation();
});
watch("#follow-ups", () => dropForeign("#follow-ups"));

offer({ asking, emptied, ended, shownNotes, opened, returning, save });

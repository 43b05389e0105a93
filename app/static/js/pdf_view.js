/* Shows a PDF with PDF.js. Visible pages are rendered, with boxes over the marked words. */

import { confirmed } from "./dialogs.js";
import { lettersOf, locate } from "./pdf_matching.js";
import { t } from "./i18n.js";

const PARTS = new URL("pdfjs/", import.meta.url);
const FIT = "page-width";
const SAME_LINE = 0.5; // minimum overlap of two boxes on one line, relative to its height
const WORD_GAP = 1.2; // maximum gap between two boxes that are merged, relative to the height

let loading = null;

/* PDF.js is loaded when the first PDF is opened. */
function library() {
  loading ||= load();
  loading.catch(() => { loading = null; });
  return loading;
}

async function load() {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("pdf_viewer.css", PARTS).href;
  const styled = new Promise((resolve, reject) => {
    style.addEventListener("load", resolve);
    style.addEventListener("error", reject);
  });
  document.head.append(style);
  const pdfjs = await import(new URL("pdf.min.mjs", PARTS).href);
  pdfjs.GlobalWorkerOptions.workerSrc = new URL("pdf.worker.min.mjs", PARTS).href;
  const viewer = await import(new URL("pdf_viewer.mjs", PARTS).href);
  await styled;
  return { pdfjs, viewer };
}

/* PDFs are only rendered. Their scripts and forms do not run. */
function options(url) {
  return {
    url,
    cMapUrl: new URL("cmaps/", PARTS).href,
    cMapPacked: true,
    standardFontDataUrl: new URL("standard_fonts/", PARTS).href,
    wasmUrl: new URL("wasm/", PARTS).href,
    iccUrl: new URL("iccs/", PARTS).href,
    disableWorkerRendering: true,
    enableXfa: false,
    verbosity: 0,
  };
}

/* External links are followed only after a confirmation. */
function linksFor(viewer, eventBus) {
  class Links extends viewer.PDFLinkService {
    addLinkAttributes(link, url) {
      link.href = link.title = url;
      link.rel = "noopener noreferrer nofollow";
      link.target = "_blank";
      for (const way of ["click", "auxclick"]) {
        link.addEventListener(way, (event) => { event.preventDefault(); leave(url); });
      }
    }
  }
  return new Links({ eventBus });
}

async function leave(url) {
  const question = t("This link leaves your documents and opens {url}", { url });
  if (await confirmed(question, t("Open it"))) window.open(url, "_blank", "noopener,noreferrer");
}

function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

/* Show the PDF at a URL in the element `place`. `onPage` gets the number of the current page,
   `onFound` gets {current, total} of a search. */
export async function openPdf(place, address, { onPage, onFound }) {
  const { pdfjs, viewer } = await library();
  const task = pdfjs.getDocument(options(address));
  const pdf = await task.promise;
  const scroll = element("div", "pdf-scroll");
  const pages = element("div", "pdfViewer");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-labelledby", "reader-title");
  scroll.append(pages);
  place.append(scroll);
  const bus = new viewer.EventBus();
  const links = linksFor(viewer, bus);
  const shown = new viewer.PDFViewer({
    container: scroll,
    viewer: pages,
    eventBus: bus,
    linkService: links,
    findController: new viewer.PDFFindController({ linkService: links, eventBus: bus }),
    annotationMode: pdfjs.AnnotationMode.ENABLE,
    annotationEditorMode: pdfjs.AnnotationEditorType.DISABLE,
    imageResourcesPath: new URL("images/", PARTS).href,
    removePageBorders: true,
    enableAutoLinking: false,
  });
  links.setViewer(shown);
  bus.on("pagesinit", () => { shown.currentScaleValue = FIT; });
  const current = currentPage(shown, scroll, onPage);
  bus.on("pagechanging", current.tell);
  bus.on("updatefindmatchescount", ({ matchesCount }) => onFound(matchesCount));
  bus.on("updatefindcontrolstate", ({ matchesCount, state }) => {
    if (state !== viewer.FindState.PENDING) onFound(matchesCount);
  });
  const resized = new ResizeObserver(() => {
    if (scroll.clientWidth && shown.currentScaleValue === FIT) shown.currentScaleValue = FIT;
  });
  resized.observe(scroll);
  scroll.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    shown.updateScale({ steps: event.deltaY < 0 ? 1 : -1, origin: [event.clientX, event.clientY] });
  }, { passive: false });
  const marks = marksOver(shown, bus, scroll, current);
  shown.setDocument(pdf);
  links.setDocument(pdf);
  await shown.firstPagePromise;

  return {
    pages: pdf.numPages,
    page: current.page,
    focus: () => scroll.focus({ preventScroll: true }),
    goTo: marks.goTo,
    goToPage(number) {
      const page = Math.min(Math.max(number, 1), pdf.numPages);
      shown.currentPageNumber = page;
      current.stay(page);
    },
    setMarks: marks.set,
    zoom(by) { if (by) shown.updateScale({ steps: by }); else shown.currentScaleValue = FIT; },
    find(words, by) {
      current.leave();
      if (!words) { bus.dispatch("findbarclose", { source: null }); return; }
      bus.dispatch("find", {
        source: null, type: by ? "again" : "", query: words, highlightAll: true,
        caseSensitive: false, entireWord: false, matchDiacritics: false, findPrevious: by < 0,
      });
    },
    async contents() {
      const entries = [];
      const add = (items, level) => {
        for (const { title, dest, items: inner } of items || []) {
          if (dest) entries.push({ title, level, go: () => { current.leave(); links.goToDestination(dest); } });
          add(inner, level + 1);
        }
      };
      add(await pdf.getOutline(), 1);
      return entries;
    },
    close() {
      resized.disconnect();
      shown.setDocument(null);
      links.setDocument(null);
      task.destroy();
      scroll.remove();
    },
  };
}

/* The page that is told to the user. It is the one with the mark or the page that was gone to, until
   the user scrolls, and then the one of which most is visible: a mark at the foot of a page is shown
   with more of the next page. */
function currentPage(shown, scroll, onPage) {
  let stayed = null;
  let touched = false;
  const page = () => stayed ?? shown.currentPageNumber;
  const tell = () => onPage(page());
  for (const way of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    scroll.addEventListener(way, () => { touched = true; }, { capture: true, passive: true });
  }
  scroll.addEventListener("scroll", () => {
    if (!touched || stayed === null) return;
    stayed = null;
    tell();
  }, { passive: true });
  return {
    page,
    tell,
    stay(number) { stayed = number; touched = false; tell(); },
    leave() { stayed = null; },
  };
}

/* Marks as boxes over the words of rendered pages. */
function marksOver(shown, bus, scroll, place) {
  let marks = []; // for each, its highlights: [{page, words, before, around}]
  let current = []; // the numbers of the marks that are highlighted more
  const written = new Set(); // the pages with a text layer
  const waiting = new Map(); // page → callbacks that wait for its text layer

  const view = (page) => shown.getPageView(page - 1);
  const isReady = (page) => written.has(page) && Boolean(view(page).textLayer?.div.isConnected);

  function draw(page) {
    const { div, textLayer } = view(page);
    div.querySelector(".marks")?.remove();
    if (!marks.some((highlights) => highlights.some((highlight) => highlight.page === page))) return;
    const layer = element("div", "marks");
    layer.setAttribute("aria-hidden", "true");
    const orders = textLayer ? wordsOn(textLayer.div) : null;
    marks.forEach((highlights, number) => {
      for (const highlight of orders ? highlights.filter((each) => each.page === page) : []) {
        for (const box of boxesOf(orders, highlight, div)) layer.append(boxElement(box, number));
      }
    });
    div.append(layer);
  }

  function boxElement({ left, top, width, height, isFocus }, number) {
    const box = element("div", isFocus ? "mark focus" : "mark");
    box.dataset.mark = number;
    box.classList.toggle("current", current.includes(number));
    const parts = { left, top, width, height };
    for (const [side, part] of Object.entries(parts)) box.style[side] = `${part * 100}%`;
    return box;
  }

  function ready(page) {
    if (isReady(page)) return Promise.resolve();
    return new Promise((resolve) => {
      waiting.set(page, [...(waiting.get(page) || []), resolve]);
    });
  }

  for (const name of ["textlayerrendered", "pagerendered"]) {
    bus.on(name, ({ pageNumber, error }) => {
      if (name === "textlayerrendered") written.add(pageNumber);
      if (isReady(pageNumber)) draw(pageNumber);
      if (!isReady(pageNumber) && !error) return;
      for (const resolve of waiting.get(pageNumber) || []) resolve();
      waiting.delete(pageNumber);
    });
  }

  return {
    set(given) {
      marks = given;
      for (let page = 1; page <= shown.pagesCount; page += 1) if (isReady(page)) draw(page);
    },

    /* Scroll to the first of these marks. Returns whether its words were found. */
    async goTo(numbers) {
      current = numbers;
      for (const box of scroll.querySelectorAll(".marks .mark")) {
        box.classList.toggle("current", numbers.includes(Number(box.dataset.mark)));
      }
      const pages = [...new Set(numbers.flatMap((number) => marks[number] || []).map(({ page }) => page))];
      for (const page of pages) {
        if (!isReady(page)) shown.scrollPageIntoView({ pageNumber: page });
        await ready(page);
        if (current !== numbers) return true; // other marks were requested
        const box = view(page).div.querySelector(".marks .mark.current");
        if (box) { reveal(box); place.stay(page); return true; }
      }
      if (pages.length) { shown.scrollPageIntoView({ pageNumber: pages[0] }); place.stay(pages[0]); }
      return false;
    },
  };

  function reveal(box) {
    const [inner, outer] = [box.getBoundingClientRect(), scroll.getBoundingClientRect()];
    scroll.scrollTop += inner.top - outer.top - scroll.clientHeight / 3;
    const sideways = inner.left + inner.width / 2 - outer.left - scroll.clientWidth / 2;
    if (scroll.scrollWidth > scroll.clientWidth) scroll.scrollLeft += sideways;
  }
}

/* The letters of a page with their text nodes, in the order of the file and in visual order: line by
   line, from the left. */
function wordsOn(layer) {
  const nodes = [];
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return [nodes, inVisualOrder(nodes)].map((each) => ({
    nodes: each, ...lettersOf(each.map((node) => node.data)),
  }));
}

function inVisualOrder(nodes) {
  const placed = nodes.map((node) => ({ node, box: node.parentElement.getBoundingClientRect() }));
  placed.sort((one, two) => one.box.top + one.box.bottom - two.box.top - two.box.bottom);
  const lines = [];
  for (const each of placed) {
    const middle = (each.box.top + each.box.bottom) / 2;
    const line = lines.at(-1);
    if (line && middle < line.bottom) line.all.push(each);
    else lines.push({ bottom: middle + each.box.height / 2, all: [each] });
  }
  return lines.flatMap(({ all }) => all.sort((one, two) => one.box.left - two.box.left))
    .map(({ node }) => node);
}

/* The boxes over the words of a highlight, in parts of the page's width and height. */
function boxesOf(orders, highlight, page) {
  const [before, focus] = highlight.words.map((part) => lettersOf([part]).text.length);
  const texts = orders.map((each) => each.text);
  const { order, runs } = locate(texts, highlight.words.join(""), highlight.before, highlight.around);
  const words = orders[order];
  const boxes = [];
  for (const { from, to, at } of runs) {
    const first = from + Math.min(Math.max(before - at, 0), to - from);
    const last = from + Math.min(Math.max(before + focus - at, 0), to - from);
    boxes.push(...boxesUnder(words, from, first, page, false));
    boxes.push(...boxesUnder(words, first, last, page, true));
    boxes.push(...boxesUnder(words, last, to, page, false));
  }
  return boxes;
}

function boxesUnder(words, from, to, page, isFocus) {
  const frame = page.getBoundingClientRect();
  const [left, top] = [frame.left + page.clientLeft, frame.top + page.clientTop];
  const lines = [];
  for (const rect of rectsUnder(words, from, to)) {
    const line = lines.at(-1);
    if (line && continues(line, rect)) {
      const [right, bottom] = [Math.max(line.right, rect.right), Math.max(line.bottom, rect.bottom)];
      Object.assign(line, { left: Math.min(line.left, rect.left), top: Math.min(line.top, rect.top) });
      Object.assign(line, { right, bottom });
    } else if (rect.width > 0) {
      lines.push({ left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom });
    }
  }
  return lines.map((line) => ({
    left: (line.left - left) / page.clientWidth,
    top: (line.top - top) / page.clientHeight,
    width: (line.right - line.left) / page.clientWidth,
    height: (line.bottom - line.top) / page.clientHeight,
    isFocus,
  }));
}

/* Whether a box continues the line of the previous one, upright or rotated. */
function continues(line, rect) {
  const high = Math.min(line.bottom - line.top, rect.height);
  const wide = Math.min(line.right - line.left, rect.width);
  const shared = Math.min(line.bottom, rect.bottom) - Math.max(line.top, rect.top);
  const gapAcross = Math.max(line.left, rect.left) - Math.min(line.right, rect.right);
  const sharedAcross = Math.min(line.right, rect.right) - Math.max(line.left, rect.left);
  const below = Math.max(line.top, rect.top) - Math.min(line.bottom, rect.bottom);
  return (shared >= SAME_LINE * high && gapAcross <= WORD_GAP * high && rect.width >= rect.height / 4)
    || (sharedAcross >= SAME_LINE * wide && below <= WORD_GAP * wide && rect.height > 2 * rect.width
      && line.bottom - line.top > 2 * (line.right - line.left));
}

function* rectsUnder({ nodes, piece, from, to }, first, last) {
  for (let at = first; at < last;) {
    let end = at;
    while (end + 1 < last && piece[end + 1] === piece[at]) end += 1;
    const range = document.createRange();
    range.setStart(nodes[piece[at]], from[at]);
    range.setEnd(nodes[piece[at]], to[end]);
    yield* range.getClientRects();
    at = end + 1;
  }
}

/* The language of the page: the chosen one, or that of the server or the browser. This is a classic
   script, so that it runs before the first paint. It starts to load the translations. */
"use strict";

(() => {
  const root = document.documentElement;
  const { dataset } = document.currentScript;
  const NAME = "askdocs-language";
  const KNOWN = ["en", "de", "fr", "es", "ur"];
  const RIGHT_TO_LEFT = ["ur"];

  function remembered() {
    try { return localStorage.getItem(NAME); } catch { return null; }
  }

  const wanted = [remembered(), dataset.preferred, ...navigator.languages];
  const code = wanted.map((each) => (each || "").split("-")[0]).find((each) => KNOWN.includes(each)) || "en";

  /* Gradio sets the language of the browser, which can differ from that of the page. */
  function apply() {
    const dir = RIGHT_TO_LEFT.includes(code) ? "rtl" : "ltr";
    if (root.lang !== code) root.lang = code;
    if (root.dir !== dir) root.dir = dir;
  }

  function choose(language) {
    try { localStorage.setItem(NAME, language); } catch { /* private windows may refuse */ }
    location.reload();
  }

  new MutationObserver(apply).observe(root, { attributes: true, attributeFilter: ["lang", "dir"] });
  apply();
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-language]");
    if (pressed) choose(pressed.dataset.language);
  });
  const loaded = fetch(`${dataset.folder}/locale-${code}.json`).then((answer) => answer.json())
    .catch(() => ({ translations: {}, english: {} }));
  window.askdocsLanguage = { code, loaded };
  window.askdocsReady = new Promise((resolve) => { window.askdocsOffered = resolve; });
})();

/* The language of the page: what was chosen in it, or what the server or the browser prefers. Runs
   before anything is painted, so it is no module. Its words are loaded meanwhile. */
"use strict";

(() => {
  const root = document.documentElement;
  const { dataset } = document.currentScript;
  const NAME = "askdocs-language";
  const KNOWN = ["en", "de", "fr", "es", "ur"];
  const TO_THE_LEFT = ["ur"];

  function remembered() {
    try { return localStorage.getItem(NAME); } catch { return null; }
  }

  const wanted = [remembered(), dataset.preferred, ...navigator.languages];
  const code = wanted.map((each) => (each || "").split("-")[0]).find((each) => KNOWN.includes(each)) || "en";

  /* Gradio writes the browser's language there, which need not be that of the page. */
  function apply() {
    const dir = TO_THE_LEFT.includes(code) ? "rtl" : "ltr";
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
})();

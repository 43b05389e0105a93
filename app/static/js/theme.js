/* The light and the dark theme. This is a classic script, so that it runs before the first paint. */
"use strict";

(() => {
  const root = document.documentElement;
  const NAME = "askdocs-theme";
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try { return localStorage.getItem(NAME); } catch { return null; }
  }

  function remember(theme) {
    try { localStorage.setItem(NAME, theme); } catch { /* private windows may refuse */ }
  }

  function apply() {
    const asked = new URLSearchParams(location.search).get("__theme");
    root.dataset.theme = remembered() || asked || (prefersDark.matches ? "dark" : "light");
    document.body?.classList.toggle("dark", root.dataset.theme === "dark");
  }

  function keepBody() {
    new MutationObserver(() => {
      if (document.body.classList.contains("dark") !== (root.dataset.theme === "dark")) apply();
    }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    apply();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-action="theme"]')) return;
    remember(root.dataset.theme === "dark" ? "light" : "dark");
    apply();
  });
  prefersDark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", keepBody);
  apply();
})();

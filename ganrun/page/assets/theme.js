/* Light, dark, or as the system has it: the page's colours as they are now, when they change, and
   the button that changes them. */

import { recall, remember } from "./storage.js";

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const DARK = { auto: "(prefers-color-scheme: dark)", light: "not all", dark: "all" };

/** What custom properties of style.css, such as "--ink", are for a node now: a function of a name. */
export function coloursOf(node) {
  const style = getComputedStyle(node);
  return (name) => style.getPropertyValue(name).trim();
}

/** Call back when the page turns light or dark; returns what ends that. */
export function onThemeChange(callback) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(callback);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", callback);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", callback);
  };
}

/** Show the theme that was chosen last, and let the page's buttons, `[data-theme-toggle]`, choose. */
export function listenToThemeButtons() {
  let theme = "auto";
  const show = (choice) => {
    theme = choice in NEXT ? choice : "auto";
    document.querySelector("[data-dark]").media = DARK[theme];
    document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.textContent = `Colours: ${theme}`;
      button.setAttribute("aria-label", `Colours: ${theme}. Change`);
      button.title = "Light, dark, or as the system has it";
    }
  };
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element && target.closest("[data-theme-toggle]"))) return;
    show(NEXT[theme]);
    remember("theme", theme);
  });
  show(recall("theme") || "auto");
}

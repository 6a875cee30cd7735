/* Light, dark, or as the system has it; and buttons that copy what stands beside them. */
(function (ganrun) {
  "use strict";

  const KEY = "ganrun-theme";
  const NEXT = { auto: "light", light: "dark", dark: "auto" };
    let theme = "auto";

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // no storage for this page: the choice lasts as long as it is open
    }
  }

  function remember(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      /* as above */
    }
  }

  function apply(choice) {
    theme = choice in NEXT ? choice : "auto";
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.textContent = `Colours: ${theme}`;
      button.setAttribute("aria-label", `Colours: ${theme}. Change`);
      button.title = "Light, dark, or as the system has it";
    }
  }

  /** Copy a text; resolves to whether that was possible. Works without the clipboard's API too. */
  ganrun.copy = async function (text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "visually-hidden";
      document.body.append(field);
      field.select();
      const copied = document.execCommand("copy");
      field.remove();
      return copied;
    }
  };

  document.addEventListener("click", async (event) => {
    const origin = event.target instanceof Element ? event.target : null;
    if (origin?.closest("[data-theme-toggle]")) {
      apply(NEXT[theme]);
      remember(theme);
      return;
    }
    const button = origin?.closest("[data-copy]");
    if (!button) return;
    const words = button.dataset.words || button.textContent;
    button.dataset.words = words;
    const copied = await ganrun.copy(button.dataset.copy);
    button.textContent = copied ? "Copied" : "Select it and copy";
    setTimeout(() => (button.textContent = words), 1600);
  });

  apply(remembered() || "auto");
})((window.ganrun = window.ganrun || {}));

/* Buttons that copy what stands beside them, `<button data-copy="text">`. */

import { element } from "./elements.js";

/** Copy a text; resolves to whether that was possible. Works without the clipboard's API too. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = element("textarea", { class: "visually-hidden" });
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}

/** Let every such button of the page work, those that come later too. */
export function listenToCopyButtons() {
  document.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-copy]") : null;
    if (!button) return;
    const words = button.dataset.words || button.textContent;
    button.dataset.words = words;
    const copied = await copy(button.dataset.copy);
    button.textContent = copied ? "Copied" : "Select it and copy";
    setTimeout(() => (button.textContent = words), 1600);
  });
}

/** A line with a command and a button that copies it. */
export function commandLine(text) {
  const button = element("button", { type: "button", class: "button small", data: { copy: text } }, "Copy");
  return element("div", { class: "command" }, element("code", {}, text), button);
}

/* The keys: what each does, for the page and for the list of them. */

import { element } from "../../page/assets/elements.js";

/* keys = [{key, shown, words, act}]; a key works while no field, menu or dialog has the focus. */
export function listenToKeys(keys, list) {
  for (const { shown, words } of keys) {
    list.append(element("dt", {}, element("kbd", { text: shown })), element("dd", { text: words }));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isControl(event.target, event.key) || document.querySelector("dialog[open]")) return;
    const found = keys.find(({ key }) => (key instanceof RegExp ? key.test(event.key) : key === event.key.toLowerCase()));
    if (!found || (event.repeat && !found.repeats)) return;
    event.preventDefault();
    found.act(event.key);
  });
}

/* Whether the key means something to what has the focus: letters to fields, Space to buttons. */
function isControl(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.closest("input[type=number], input[type=text], textarea, select")) return true;
  if (target.closest("input[type=range]")) return key.startsWith("Arrow") || /^\d$/.test(key);
  if (target.closest("button, a, summary, input, [role=button]")) return key === " " || key === "Enter";
  return false;
}

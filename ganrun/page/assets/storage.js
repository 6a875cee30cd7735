/* The reader's choices, kept by the browser where it keeps any; else they last while a page is open. */

const PREFIX = "ganrun-";

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // No storage for this page.
  }
}

/** What was kept under a name; null if nothing was. */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

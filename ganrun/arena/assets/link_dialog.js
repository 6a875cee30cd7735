/* The dialog in which what is on the stage is copied as a text or a link, and one is opened. */

import { copy } from "../../page/assets/copying.js";
import { byId, write } from "../../page/assets/elements.js";
import { readText } from "./lesson_link.js";

const NO_LINK = "These games are on points of a file, which no link can hold.";

/* `text()` is what is on the stage, or null; `open(told)` stages what a text says. */
export function listenToLinks({ text, open }) {
  const [dialog, own, given] = ["link", "link-own", "link-given"].map(byId);
  // An address with a query holds the token of this arena, which is nobody else's.
  const address = () => (location.search ? "" : location.href.split("#")[0]);

  function show() {
    const now = text();
    own.value = now === null ? "" : `${address()}#${now}`;
    byId("link-copy").disabled = now === null;
    write(byId("link-told"), now === null ? NO_LINK : "");
    dialog.showModal();
  }

  async function copyOwn() {
    own.select();
    write(byId("link-told"), (await copy(own.value)) ? "Copied." : "The browser does not let pages copy: it is selected.");
  }

  function openGiven() {
    const { told, why } = readText(given.value);
    write(byId("link-told"), why || "");
    given.setAttribute("aria-invalid", String(Boolean(why)));
    if (why) return;
    given.value = "";
    dialog.close();
    open(told);
  }

  byId("link-open").addEventListener("click", show);
  byId("link-copy").addEventListener("click", copyOwn);
  byId("link-play").addEventListener("click", openGiven);
  return show;
}

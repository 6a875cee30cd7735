/* What the page says of itself: how its line to the arena stands, and what went wrong. */

import { byId, write } from "../../page/assets/elements.js";

const FOR = 6000; // ms that an error is shown
const NO_LINE = {
  away: "The arena does not answer. The page waits for it and goes on when it is back.",
  refused: "This page is of an arena that has ended. The address of the one that runs now is in its terminal.",
  full: "The arena has as many pages open as it serves. Close another one, and this page goes on.",
};

export function showConnection(state) {
  const place = byId("connection");
  place.dataset.state = state;
  place.title = state === "open" ? "live" : state;
  write(place.querySelector(".word"), place.title);
  document.body.classList.toggle("away", state !== "open");
  if (state in NO_LINE) showBanner(NO_LINE[state], "away");
  else if (byId("banner").dataset.kind === "away") byId("banner").hidden = true;
}

let timer = 0;

/* `kind`: "error", which goes away by itself, or "away". */
export function showBanner(text, kind) {
  const banner = byId("banner");
  banner.dataset.kind = kind;
  banner.className = `banner ${kind === "error" ? "bad" : "warn"}`;
  banner.hidden = false;
  write(banner, text);
  clearTimeout(timer);
  if (kind === "error") timer = setTimeout(() => (banner.hidden = true), FOR);
}
